"""From partial dates to spans of days: connectors, missing years and months, open ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from ._date_atoms import Atom, AtomReader, Trouble
from ._date_tokens import Token, tokens
from ._date_words import DAY_NAMES, MONTH_NAMES

PRECISION = {"third": "season", "fiscal": "year", "years": "year"}


@dataclass
class Options:
    """How the doubtful cases are to be read."""

    context_year: int | None = None
    day_first: bool | None = None
    hemisphere: str | None = None
    guess_day_first: bool = True
    guess_two_is_day: bool = False
    guess_years: bool = False


@dataclass
class Link:
    """An atom with what stands around it."""

    atom: Atom
    joined_by: str = ""  # how it hangs on the atom before: "", TO, AND, OR
    leads: frozenset[str] = frozenset()  # SINCE, UNTIL, BEFORE, AFTER standing before it


@dataclass
class Reading:
    """The spans a text names; ``None`` is an open side."""

    spans: list[tuple[date | None, date | None, str, int, int]] = field(default_factory=list)
    is_open: bool = False
    notes: list[tuple[str, dict]] = field(default_factory=list)


_RANGE = {"TO", "DASH", "SLASH"}
_LEADS = {"SINCE", "FROM", "UNTIL", "BEFORE", "AFTER"}
_ALWAYS_WORDS = {"WORD", "PART", "SEASON", "NOTHING", "SPAN", "FY"}


def read(text: str, options: Options) -> Reading:
    """Read a text; raises :class:`Trouble`."""
    found = tokens(text)
    links, reading = _Scan(found, options).run()
    if not links and not reading.is_open:
        raise Trouble("no_date")
    links = _settle_two_digits(links, options, reading)
    links = _fill(links, options, reading, is_open=reading.is_open)
    _join(links, reading)
    return reading


class _Scan:
    """One pass over the tokens: atoms, and how they are joined."""

    def __init__(self, found: list[Token], options: Options) -> None:
        self.found = found
        self.reader = AtomReader(found, _order_of(found, options), years_not_month=options.guess_years)
        self.links: list[Link] = []
        self.reading = Reading()
        self.join, self.leads, self.words = "", set(), []
        self.between = False
        self.unit: Token | None = None  # a "week" or "quarter" that nothing explains

    def run(self) -> tuple[list[Link], Reading]:
        i = 0
        while i < len(self.found):
            result = self.reader.at(i)
            if result:
                self._take(result[0])
                i = result[1]
            else:
                self._other(self.found[i])
                i += 1
        if self.unit:
            raise Trouble("unit", self.unit.at, part=self.unit.text)
        if self.links and self.join and self.found[-1].text.strip("-–—+") == "":
            self.reading.is_open = True
            self.reading.notes.append(("ends_with_dash", {}))
        if self.words:
            self.reading.notes.append(("words_set_aside", {"words": " ".join(self.words)}))
        return self.links, self.reading

    def _take(self, atom: Atom) -> None:
        joined = {"DASH": "TO", "SLASH": "TO", "COMMA": "AND"}.get(self.join, self.join)
        if self.between and joined == "AND":
            joined, self.between = "TO", False
        if joined != "TO" and self.leads & {"UNTIL"} and self.links and self.join in ("", "COMMA"):
            joined = "TO"  # "from May 2009 until June 2010"
        if joined == "TO":
            self.leads -= {"UNTIL"}
        self.links.append(Link(atom, joined if self.links else "", frozenset(self.leads)))
        self.join, self.leads = "", set()

    def _other(self, token: Token) -> None:
        kind = token.kind
        if kind == "RELATIVE" or (kind == "ORD" and token.value == -1):
            raise Trouble("relative", token.at, part=token.text)
        if kind == "NOT":
            raise Trouble("negated", token.at, part=token.text)
        if kind in ("NUM", "ISO", "DMY", "YM", "MY", "YQ"):
            raise Trouble("number", token.at, part=token.text)
        if kind == "ONGOING":
            self.reading.is_open = True
        elif kind == "BETWEEN":
            self.between = True
        elif kind == "ABOUT":
            self.reading.notes.append(("about", {"part": token.text}))
        elif kind in _LEADS:
            self.leads.add(kind)
        elif kind in ("AND", "OR") or self._joins(kind):
            self.join = kind
        elif kind == "UNIT":
            self.unit = self.unit or token
        elif kind == "TIME" and not any(c in "123456789" for c in token.text):
            return  # a spreadsheet's midnight
        elif kind in _ALWAYS_WORDS or kind in ("ORD", "OTHER", "TIME", "WEEKDAY"):
            self._set_aside(token)

    def _joins(self, kind: str) -> bool:
        """An "and" is stronger than a dash, a dash stronger than a comma."""
        return (kind in _RANGE and self.join not in ("AND", "OR")) or (kind == "COMMA" and not self.join)

    def _set_aside(self, token: Token) -> None:
        """A word that is no date breaks a dash ("January-review") but not an "and"."""
        self.words.append(token.text)
        if self.join in _RANGE:
            self.join = ""
        self.leads.clear()


def _order_of(found: list[Token], options: Options) -> Callable[[Token], tuple[bool, str]]:
    """Whether the day stands first in a date in figures, and the remark that this calls for, if any."""
    evidence = {order_in(t) for t in found if t.kind == "DMY"} - {None}
    here = next(iter(evidence)) if len(evidence) == 1 else None

    def day_first(token: Token) -> tuple[bool, str]:
        a, b, _, sign, _ = token.value
        for known in (order_in(token), True if sign == "." else None, here):
            if known is not None:
                return known, ""
        if options.day_first is not None:
            return options.day_first, "order_from_list" if a != b else ""
        return options.guess_day_first, "day_or_month" if a != b else ""

    return day_first


def order_in(token: Token) -> bool | None:
    """Day first (``True``), month first (``False``), or not to be seen in this date alone."""
    a, b, *_ = token.value
    if a > 12 and b <= 12:
        return True
    if b > 12 and a <= 12:
        return False
    return None


def _settle_two_digits(links: list[Link], options: Options, reading: Reading) -> list[Link]:
    """ "Nov 06" is a year, "Workshop on June 12" beside other days is a day."""
    has_days = any(link.atom.day is not None for link in links)
    settled = []
    for link in links:
        atom = link.atom
        if atom.two is not None:
            link = replace(link, atom=_settle_one(atom, has_days=has_days, options=options))
        settled.append(link)
    return settled


def _settle_one(atom: Atom, *, has_days: bool, options: Options) -> Atom:
    number = atom.two
    may_be_day = 1 <= number <= 31 and not atom.two_joined
    year = 2000 + number if number < 70 else 1900 + number
    if may_be_day and (has_days or options.guess_two_is_day):
        return replace(atom, two=None, unit="day", day=number)
    if may_be_day and number >= 10:
        if options.context_year is not None and abs(year - options.context_year) > 1:
            return replace(atom, two=None, unit="day", day=number)
        return replace(atom, two=None, year=year).noted("day_or_year", number=number, year=year)
    return replace(atom, two=None, year=year)


def _fill(links: list[Link], options: Options, reading: Reading, *, is_open: bool) -> list[Link]:
    links = _merge_years(links)
    atoms = _fill_months([link.atom for link in links], links)
    atoms = _turn_seasons(atoms, options)
    atoms = _fill_years(atoms, links, options)
    for atom in atoms:
        reading.notes.extend((code, dict(details)) for code, details in atom.notes)
        _check_weekday(atom, reading)
    return [Link(atom, link.joined_by, link.leads) for link, atom in zip(links, atoms, strict=True)]


def _merge_years(links: list[Link]) -> list[Link]:
    """ "May (second meeting) 2009": a bare year with nothing but words before it completes the month."""
    merged: list[Link] = []
    for link in links:
        before = merged[-1] if merged else None
        is_bare_year = link.atom.unit == "year" and not link.joined_by and not link.leads
        if before and is_bare_year and before.atom.year is None and before.atom.month is not None:
            atom = replace(before.atom, year=link.atom.year, end=link.atom.end)
            merged[-1] = replace(before, atom=atom)
        else:
            merged.append(link)
    return merged


def _fill_months(atoms: list[Atom], links: list[Link]) -> list[Atom]:
    """Bare days take the month of a neighbour that names day and month: "3-5 May", "April 4 to 27"."""
    filled = list(atoms)
    for i, atom in enumerate(filled):  # forwards: "April 4 to 27"
        before = filled[i - 1] if i and links[i].joined_by else None
        if atom.month is None and before is not None and before.month and before.day and before.month_first:
            filled[i] = replace(atom, month=before.month, month_first=True, year=atom.year)
    for i in range(len(filled) - 2, -1, -1):  # backwards: "3, 5 y 7 de mayo"
        after = filled[i + 1]
        if filled[i].month is None and links[i + 1].joined_by and after.month and after.day:
            filled[i] = replace(filled[i], month=after.month, year=filled[i].year or after.year)
    for atom in filled:
        if atom.month is None:
            raise Trouble("number", atom.at, part=str(atom.day))
    return filled


def _turn_seasons(atoms: list[Atom], options: Options) -> list[Atom]:
    turned = []
    for atom in atoms:
        if atom.unit == "season":
            if options.hemisphere not in ("north", "south"):
                raise Trouble("season", atom.at, part="")
            shift = 6 if options.hemisphere == "south" else 0
            atom = replace(atom, month=(atom.month + shift - 1) % 12 + 1)
        turned.append(atom)
    return turned


def _fill_years(atoms: list[Atom], links: list[Link], options: Options) -> list[Atom]:
    """A missing year comes from the next date that has one, else from the one before, else from context.

    The order of the months decides whether the year turns: in "Dec and Feb 2010" December is of 2009.
    """
    filled = list(atoms)
    for i in range(len(filled) - 2, -1, -1):
        after = filled[i + 1]
        if filled[i].year is None and after.year is not None:
            later = _order_key(filled[i]) > _order_key(after)
            filled[i] = replace(filled[i], year=after.year - later)
            if later:
                filled[i] = filled[i].noted(
                    "year_before", month=MONTH_NAMES[filled[i].month - 1], year=after.year - 1
                )
    for i in range(1, len(filled)):
        before = filled[i - 1]
        if filled[i].year is None and before.year is not None:
            earlier = _order_key(filled[i]) < _order_key(before)
            filled[i] = replace(filled[i], year=before.year + earlier)
            if earlier:
                filled[i] = filled[i].noted(
                    "year_after", month=MONTH_NAMES[filled[i].month - 1], year=before.year + 1
                )
    if filled and filled[-1].year is None:  # then none has one
        return _years_from_context(filled, options)
    return filled


def _years_from_context(atoms: list[Atom], options: Options) -> list[Atom]:
    if options.context_year is None:
        raise Trouble("no_year", atoms[0].at)
    first = replace(atoms[0], year=options.context_year).noted("year_from_context", year=options.context_year)
    filled = [first]
    for atom in atoms[1:]:
        before = filled[-1]
        turns = _order_key(atom) < _order_key(before)
        filled.append(replace(atom, year=before.year + turns))
    return filled


def _order_key(atom: Atom) -> tuple[int, int]:
    return atom.month, atom.day or 0


def _check_weekday(atom: Atom, reading: Reading) -> None:
    if atom.weekday is None or atom.day is None:
        return
    day = atom.days()[0]
    if day.weekday() != atom.weekday:
        details = {"day": day, "said": DAY_NAMES[atom.weekday], "is": DAY_NAMES[day.weekday()]}
        reading.notes.append(("weekday_differs", details))


def _join(links: list[Link], reading: Reading) -> None:
    """Atoms joined by "to" become one span; leads and "ongoing" open its sides."""
    groups: list[list[Link]] = []
    for link in links:
        if link.joined_by == "TO" and groups:
            groups[-1].append(link)
        else:
            groups.append([link])
    reading.spans = [_span(group) for group in groups]
    if any(link.joined_by == "OR" for link in links):
        reading.notes.append(("either_or", {}))
    if len(groups) > 1:
        reading.notes.append(("several_spans", {"n": len(groups)}))
    if reading.is_open and groups and not groups[-1][0].leads & {"UNTIL", "BEFORE"}:
        start, _, precision, at, end = reading.spans[-1]
        reading.spans[-1] = (start, None, precision, at, end)
    elif groups:
        reading.is_open = len(groups[-1]) == 1 and bool(groups[-1][0].leads & {"SINCE", "FROM"})


def _span(group: list[Link]) -> tuple[date | None, date | None, str, int, int]:
    first, last = group[0], group[-1]
    start, end = first.atom.days()[0], last.atom.days()[1]
    if len(group) > 1 and last.atom.days()[0] < start:
        raise Trouble(
            "end_before_start",
            last.atom.at,
            first=first.atom.days(),
            last=last.atom.days(),
        )
    units = {PRECISION.get(link.atom.unit, link.atom.unit) for link in group}
    precision = units.pop() if len(units) == 1 else "mixed"
    if len(group) == 1:
        start, end = _opened(first, start, end)
    return start, end, precision, first.atom.at, last.atom.end


def _opened(link: Link, start: date, end: date) -> tuple[date | None, date | None]:
    """What "since", "after", "until" and "before" make of a single date."""
    if "AFTER" in link.leads:
        return end, None
    if link.leads & {"SINCE", "FROM"}:
        return start, None
    if "BEFORE" in link.leads:
        return None, start
    if "UNTIL" in link.leads:
        return None, end
    return start, end
