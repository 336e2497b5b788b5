"""Contradictions found by general rules over statements, never from a list of known answers.

A statement says one thing about one subject at one place: "the on-site training took around 40 days
(chapter 2, section 3.4)". Statements about the same subject and attribute are set against each other, dates
against the status date of the list they stand in, references against the items they point to, stated
durations against the days the dates span. What cannot be compared is left alone: silence is no agreement.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations
from typing import Literal

from nanduti.methods.values import Reason, mark

from .amounts import ABOUT, Amount, amount_in
from .dates import EndBeforeStart, UnreadableDate, When, parse_when

Severity = Literal["error", "warning", "note"]

#: Attributes that hold dates, and those that open and close a span.
DATE_ATTRIBUTES = frozenset(
    {"date", "start", "start_date", "end", "end_date", "signed", "valid_from", "valid_until", "held_on"}
    | {"since", "until", "reached_on", "status_as_of", "decided_on", "started", "ended"}
)
SPANS = (("start", "end"), ("start_date", "end_date"), ("valid_from", "valid_until"), ("started", "ended"))
#: Days in the units in which a duration is stated, and how far such a statement reaches either way.
DURATION_UNITS = {"days": (1.0, 0.0), "weeks": (7.0, 3.5), "months": (30.44, 15.0)}

#: Rule code → (severity, sentence).
RULES: dict[str, tuple[Severity, str]] = {
    "end_before_start": ("error", mark("{subject}: the end ({last}) lies before the start ({first}).")),
    "after_status_date": (
        "warning",
        mark("{subject}: {when} lies after {status_date}, the status date of the list it stands in."),
    ),
    "runs_past_status_date": (
        "note",
        mark("{subject}: {when} runs past {status_date}, the status date of the list it stands in."),
    ),
    "dates_differ": (
        "warning",
        mark("{subject}: {attribute} is given as {a} and as {b}; they share no day."),
    ),
    "numbers_differ": ("warning", mark("{subject}: {attribute} is given as {a} and as {b}.")),
    "names_differ": ("warning", mark("{subject}: {attribute} is given as “{a}” and as “{b}”.")),
    "two_levels": ("warning", mark("{subject} is used at two levels: {a} and {b}.")),
    "reference_missing": (
        "error",
        mark("{subject} is referred to by number {cited}, and the list has no such number."),
    ),
    "reference_points_elsewhere": (
        "warning",
        mark("{subject} is referred to by number {cited}, under which the list has “{other}”."),
    ),
    "reference_to_unnumbered_list": (
        "note",
        mark("Items of {subject} are referred to by number, but that list carries no numbers."),
    ),
    "duration_differs": (
        "note",
        mark("{subject}: {stated} stated, but its dates ({dates}) make {computed} days."),
    ),
}


@dataclass(frozen=True)
class Statement:
    """One thing said about one subject at one place.

    Attributes:
        subject: what it is about; items of a list are written ``list:number`` ("leather:15").
        attribute: which property; see ``DATE_ATTRIBUTES``, names beginning with ``n_`` for counts,
            ``duration_days``, ``name``, ``number_cited``, ``level``; any other is compared as words.
        value_text: the words of the source, or a fair rendering.
        value: the value understood (``When``, a number, a text), if the caller has it; otherwise it is read
            from ``value_text``.
        unit: of a number; numbers of different units are not compared.
        source, place: where it stands.
    """

    subject: str
    attribute: str
    value_text: str
    value: When | UnreadableDate | float | str | None = None
    unit: str = ""
    source: str = ""
    place: str = ""


@dataclass(frozen=True)
class Finding:
    """A contradiction: the rule that found it, the statements that clash, and one sentence."""

    rule_code: str
    subject: str
    statements: tuple[Statement, ...]
    reason: Reason
    severity: Severity

    @property
    def sentence(self) -> str:
        """The finding in English."""
        return self.reason.say()


@dataclass(frozen=True)
class Lists:
    """What is known of the lists that items stand in.

    Attributes:
        status_dates: list (or single subject) → the day to which it reports.
        items: list → number → label, for references by number.
        unnumbered: lists whose items carry no printed numbers.
    """

    status_dates: Mapping[str, date] = field(default_factory=dict)
    items: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    unnumbered: frozenset[str] = frozenset()


def find_contradictions(
    statements: Iterable[Statement], *, lists: Lists | None = None, about: float = ABOUT
) -> list[Finding]:
    """Every contradiction that the rules find, ordered by subject, rule and place.

    The order of the statements does not matter. ``about`` is how far "about 30" reaches, as a share.

    >>> said = [
    ...     Statement("leather:15", "date", "April 2009", source="unido-2013", place="ch. 1, 6.1"),
    ...     Statement("leather:15", "date", "Jun-09", source="unido-2013", place="annex 1"),
    ... ]
    >>> [f.sentence for f in find_contradictions(said)]
    ['leather:15: date is given as Jun-09 and as April 2009; they share no day.']
    """
    understood = [_understood(s) for s in statements]
    lists = lists or Lists()
    by_attribute: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    by_subject: dict[str, list[Statement]] = defaultdict(list)
    for statement in understood:
        by_attribute[statement.subject, statement.attribute].append(statement)
        by_subject[statement.subject].append(statement)
    found: list[Finding] = []
    for statement in understood:
        found += _reference(statement, lists)
    for (subject, attribute), group in by_attribute.items():
        found += _backward(subject, group) + _after_status(subject, group, lists)
        found += _differing(subject, attribute, group, about)
    for subject, group in by_subject.items():
        found += _backward_pairs(subject, group) + _durations(subject, group, about)
    found += _unnumbered(understood, lists)
    return sorted(found, key=_order)


def _order(finding: Finding) -> tuple:
    texts = tuple((s.source, s.place, s.attribute, s.value_text) for s in finding.statements)
    list_name, _, number = finding.subject.partition(":")
    return list_name, int(number) if number.isdigit() else 0, number, finding.rule_code, texts


def _finding(rule: str, subject: str, statements: Sequence[Statement], **details: object) -> Finding:
    severity, sentence = RULES[rule]
    reason = Reason(rule, sentence, {"subject": subject, **details})
    return Finding(rule, subject, tuple(statements), reason, severity)


# --- understanding


def _is_date(attribute: str) -> bool:
    return attribute in DATE_ATTRIBUTES or attribute.endswith(("_date", "_on"))


def _is_number(attribute: str) -> bool:
    return attribute.startswith("n_") or attribute.endswith(("_days", "_share", "_amount"))


def _understood(statement: Statement) -> Statement:
    if statement.value is not None:
        return statement
    if _is_date(statement.attribute):
        try:
            return replace(statement, value=parse_when(statement.value_text))
        except UnreadableDate as error:
            return replace(statement, value=error)
    return statement


def _number(statement: Statement, about: float) -> Amount | None:
    if isinstance(statement.value, bool):
        return None
    if isinstance(statement.value, int | float):
        stated = amount_in(statement.value_text, about=about)
        same = stated is not None and stated.value == statement.value
        return stated if same else amount_in(statement.value)  # keep the vagueness of the words
    return amount_in(statement.value_text, about=about)


def _list_of(subject: str) -> tuple[str, int | None]:
    name, _, number = subject.rpartition(":")
    return (name, int(number)) if number.isdigit() else (subject, None)


# --- one statement alone


def _backward(subject: str, group: list[Statement]) -> list[Finding]:
    """A span that runs backwards, with what else is said about the same date beside it."""
    beside = _in_order(s for s in group if not isinstance(s.value, EndBeforeStart))
    return [
        _finding(
            "end_before_start",
            subject,
            [s, *beside],
            first=s.value.first.start,
            last=s.value.last.last_day,
        )
        for s in group
        if isinstance(s.value, EndBeforeStart)
    ]


def _after_status(subject: str, group: list[Statement], lists: Lists) -> list[Finding]:
    """One finding for everything said about a date that lies after the status date of its list."""
    status_date = lists.status_dates.get(subject) or lists.status_dates.get(_list_of(subject)[0])
    if status_date is None or group[0].attribute == "status_as_of":
        return []
    dated = [s for s in _in_order(group) if isinstance(s.value, When)]
    after = [s for s in dated if s.value.start is not None and s.value.start > status_date]
    past = [s for s in dated if s.value.period.last_day is not None and s.value.period.last_day > status_date]
    for rule, said in (("after_status_date", after), ("runs_past_status_date", past)):
        if said:
            return [_finding(rule, subject, said, when=said[0].value_text, status_date=status_date)]
    return []


def _in_order(statements: Iterable[Statement]) -> list[Statement]:
    return sorted(statements, key=lambda s: (s.source, s.place, s.value_text))


def _reference(statement: Statement, lists: Lists) -> list[Finding]:
    if statement.attribute != "number_cited":
        return []
    name, own = _list_of(statement.subject)
    name = name.rstrip(":?")
    items = lists.items.get(name)
    amount = _number(statement, 0.0)
    if items is None or amount is None or amount.value == own:
        return []
    cited = int(amount.value)
    if cited not in items:
        return [_finding("reference_missing", statement.subject, [statement], cited=cited)]
    return [
        _finding(
            "reference_points_elsewhere", statement.subject, [statement], cited=cited, other=items[cited]
        )
    ]


def _unnumbered(statements: Sequence[Statement], lists: Lists) -> list[Finding]:
    found = []
    for name in sorted(lists.unnumbered):
        citing = [
            s
            for s in statements
            if s.attribute == "number_cited" and _list_of(s.subject)[0].rstrip(":?") == name
        ]
        if citing:
            citing.sort(key=lambda s: (s.subject, s.source, s.place, s.value_text))
            found.append(_finding("reference_to_unnumbered_list", name, citing))
    return found


# --- two statements about the same attribute


def _differing(subject: str, attribute: str, group: list[Statement], about: float) -> list[Finding]:
    if attribute == "number_cited" or (attribute == "duration_days" and len(group) < 2):
        return []
    if _is_date(attribute):
        rule, keep, agree = "dates_differ", lambda s: isinstance(s.value, When), _share_a_day
    elif attribute == "level":
        rule, keep, agree = "two_levels", lambda s: bool(s.value_text.strip()), _same_words
    elif _is_number(attribute):
        rule, keep = "numbers_differ", lambda s: _number(s, about) is not None

        def agree(a: Statement, b: Statement) -> bool:
            return a.unit != b.unit or _number(a, about).agrees(_number(b, about))
    else:
        rule, keep, agree = "names_differ", lambda s: bool(s.value_text.strip()), _same_words
    return [
        _finding(rule, subject, pair, attribute=attribute, a=pair[0].value_text, b=pair[1].value_text)
        for pair in _pairs([s for s in group if keep(s)], agree, about)
    ]


def _pairs(
    group: list[Statement], agree: Callable[[Statement, Statement], bool], about: float
) -> list[tuple[Statement, Statement]]:
    """Pairs that disagree, one for each pair of different values, the earlier place first."""
    firsts: dict[object, Statement] = {}
    for statement in _in_order(group):
        firsts.setdefault(_meaning(statement, about), statement)
    return [(a, b) for a, b in combinations(firsts.values(), 2) if not agree(a, b)]


def _meaning(statement: Statement, about: float) -> object:
    """What two wordings of one value have in common: "20" and "twenty" are one statement."""
    if isinstance(statement.value, When):
        return tuple(part.period for part in statement.value.parts)
    amount = _number(statement, about) if _is_number(statement.attribute) else None
    if amount is not None:
        return amount, statement.unit
    return tuple(_words(statement.value_text)), statement.unit


def _share_a_day(a: Statement, b: Statement) -> bool:
    mine = [part.period for part in a.value.parts] or [a.value.period]
    theirs = [part.period for part in b.value.parts] or [b.value.period]
    return any(x.overlaps(y) for x in mine for y in theirs)


_FILLERS = frozenset(
    {"the", "a", "an", "of", "in", "and", "for", "cluster", "clusters"}
    | {"el", "la", "los", "las", "de", "y"}
)


def _same_words(a: Statement, b: Statement) -> bool:
    """Two names agree if one holds every word of the other; "auto" and "automotive" are one word."""
    mine, theirs = _words(a.value_text), _words(b.value_text)
    if not mine or not theirs:
        return mine == theirs
    return all(_has(theirs, w) for w in mine) or all(_has(mine, w) for w in theirs)


def _words(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return [w for w in words if w not in _FILLERS] or words


def _has(words: list[str], word: str) -> bool:
    return any(w == word or _same_stem(w, word) for w in words)


def _same_stem(a: str, b: str) -> bool:
    """One begins with the whole of the other, or they share three fifths: "auto", "automotive"."""
    shared = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return shared >= 4 and (shared == min(len(a), len(b)) or shared >= 0.6 * max(len(a), len(b)))


# --- spans and durations


def _backward_pairs(subject: str, group: list[Statement]) -> list[Finding]:
    found = []
    for opening, closing in SPANS:
        starts = [s for s in group if s.attribute == opening and isinstance(s.value, When)]
        ends = [s for s in group if s.attribute == closing and isinstance(s.value, When)]
        for a in starts:
            for b in ends:
                if a.value.start and b.value.end and b.value.end <= a.value.start:
                    details = {"first": a.value_text, "last": b.value_text}
                    found.append(_finding("end_before_start", subject, [a, b], **details))
    return found


def _durations(subject: str, group: list[Statement], about: float) -> list[Finding]:
    stated = [s for s in group if s.attribute == "duration_days"]
    dated = [
        s for s in group if s.attribute == "date" and isinstance(s.value, When) and s.value.precision == "day"
    ]
    found = []
    for s in stated:
        for d in dated:
            amount, computed = _in_days(s, about), _days_of(d.value)
            if amount is None or computed is None or amount.low <= computed <= amount.high:
                continue
            details = {"stated": _with_unit(s), "dates": d.value_text, "computed": computed}
            found.append(_finding("duration_differs", subject, [s, d], **details))
    return found


def _with_unit(statement: Statement) -> str:
    unit = statement.unit or "days"
    return statement.value_text if unit in statement.value_text else f"{statement.value_text} {unit}"


def _in_days(statement: Statement, about: float) -> Amount | None:
    amount = _number(statement, about)
    unit = DURATION_UNITS.get(statement.unit or "days")
    if amount is None or unit is None:
        return None
    factor, slack = unit
    return replace(amount, low=amount.low * factor - slack, high=amount.high * factor + slack)


def _days_of(when: When) -> int | None:
    """Days covered, a day named twice counted once; ``None`` if a side is open."""
    days: set[int] = set()
    for part in when.parts:
        if part.period.start is None or part.period.end is None:
            return None
        days.update(range(part.period.start.toordinal(), part.period.end.toordinal()))
    return len(days)
