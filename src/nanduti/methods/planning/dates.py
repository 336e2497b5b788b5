"""Dates as people write them, understood as intervals with a precision.

An activity list says "March-April 2009", "Dec 07 - Feb 08", "Ongoing", "4/21/2009". The text is kept; beside
it stands what it means: the days it may cover, how precisely it is known, and remarks wherever the reading
needed a choice. Nothing is guessed in silence and nothing knows today's date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from nanduti.methods.values import Period, PersonError, Reason, mark

from ._date_atoms import Trouble
from ._date_spans import Options, Reading, order_in, read
from ._date_tokens import tokens
from ._date_words import MONTH_NAMES

Precision = Literal["day", "month", "quarter", "half", "season", "year", "mixed"]

#: Longest text that is looked at; a date is short, and a page of prose is no date.
LONGEST = 400


@dataclass(frozen=True)
class Part:
    """One of the spans that a text names, with its own precision and the words that name it."""

    period: Period
    precision: Precision
    text: str


@dataclass(frozen=True)
class When:
    """What a date text means.

    Attributes:
        period: from the first day to the day after the last (exclusive); ``None`` is an open side.
        precision: the unit by which the ends are known; ``mixed`` where they differ or where none is named.
        is_open: whether it is said to be going on ("Ongoing", "since June 2007"), so that no end is known.
        parts: every span that the text names, in the order of the text; one in the common case, none for a
            bare "Ongoing".
        text: the text as it was written.
        notes: remarks on how it was read; their codes are stable, see ``NOTES``.
        other_readings: periods it could also mean, where a note says that a choice was made.
    """

    period: Period
    precision: Precision
    is_open: bool
    parts: tuple[Part, ...]
    text: str
    notes: tuple[Reason, ...] = ()
    other_readings: tuple[Period, ...] = ()

    @property
    def start(self) -> date | None:
        """The first day."""
        return self.period.start

    @property
    def end(self) -> date | None:
        """The day after the last."""
        return self.period.end

    @property
    def is_doubtful(self) -> bool:
        """Whether the text could also be read in another way."""
        return bool(self.other_readings)

    def note_codes(self) -> tuple[str, ...]:
        """The codes of the remarks."""
        return tuple(note.code for note in self.notes)


#: Remarks on how a text was read: code → sentence.
NOTES: dict[str, str] = {
    "day_or_month": mark("{part} could name the day or the month first; the other reading is kept beside."),
    "order_from_list": mark("{part}: the order of day and month was taken from the list it stands in."),
    "day_or_year": mark("{number} was read as the year {year}; it could also be a day."),
    "month_or_year": mark("{part} was read as year and month; it could also mean two years."),
    "year_before": mark("{month} stands before a month of the next year, so it is of {year}."),
    "year_after": mark("{month} comes after the turn of the year, so it is of {year}."),
    "year_from_context": mark("The text names no year; {year} was taken from its surroundings."),
    "several_spans": mark(
        "The text names {n} separate spans; the period runs from the first day to the last."
    ),
    "either_or": mark("The text leaves open which of several dates it is."),
    "vague_part": mark("“{part}” was read as the matching third of the year or month."),
    "narrow_part": mark("The text names a part of a month."),
    "fiscal_year": mark("Fiscal year from 1 April {first} to 31 March {last}, as in India."),
    "season": mark("A season was read as three whole months of the hemisphere that was named."),
    "about": mark("The text says “{part}”: the date is approximate."),
    "weekday_differs": mark("The text says {said}, but {day} was a {is}."),
    "ends_with_dash": mark("The text ends with a dash or a plus sign and was read as still going on."),
    "words_set_aside": mark("These words are not part of a date and were set aside: {words}."),
    "no_date_named": mark("It is said to be going on; no date is named."),
}

_PROBLEMS: dict[str, tuple[str, str]] = {
    "empty": (mark("it is empty"), mark("Write when it took place, for example March-April 2009.")),
    "too_long": (
        mark("it has {n} characters, too many for a date"),
        mark("Keep the date alone, for example 30 Jan - 3 Feb 2010, and put the rest into the notes."),
    ),
    "no_date": (mark("it names no date"), mark("Write a day, a month or a year, for example Oct 2009.")),
    "no_year": (
        mark("it names no year, and its surroundings do not say which"),
        mark("Add the year, for example June-July 2009."),
    ),
    "relative": (
        mark("“{part}” depends on the day on which it is read"),
        mark("Write the date itself, for example 12 October 2009 or October 2009."),
    ),
    "negated": (
        mark("“{part}” changes what the date means, and a date cannot hold that"),
        mark("Give the date alone and enter what became of the activity as its status."),
    ),
    "number": (
        mark("“{part}” is a number that is neither day, month nor year here"),
        mark("Leave it out or write the date in full, for example 3 May 2010."),
    ),
    "unit": (
        mark("“{part}” names a span, but not which one"),
        mark("Write the days or months themselves, for example 3-9 May 2010 or first quarter of 2010."),
    ),
    "no_such_day": (
        mark("{month_name} {year} has no day {day}"),
        mark("Correct the day; for the last day of a month write the month alone."),
    ),
    "no_such_month": (
        mark("“{part}” has no month between 1 and 12 or no day between 1 and 31"),
        mark("Write the month as a word, for example 21 April 2009."),
    ),
    "no_such_year": (
        mark("“{part}” has no year between 1800 and 2199"),
        mark("Write the year with four digits, for example 21/04/2009."),
    ),
    "no_such_part": (
        mark("there is no “{part}”"),
        mark("A year has four quarters and two halves, a month two fortnights and four weeks."),
    ),
    "fiscal_year": (
        mark("“{part}” needs both calendar years of the fiscal year"),
        mark("Write both, for example FY 2008-09."),
    ),
    "season": (
        mark("a season is a different time of the year in the north and in the south"),
        mark("Write the months, for example March-May 2009."),
    ),
}


class UnreadableDate(PersonError):
    """A date text that cannot be understood: says which text, where in it, why, and what to write instead.

    ``reason`` is a stable code; ``at`` the character (from 1) where the trouble stands.

    >>> parse_when("next month")
    Traceback (most recent call last):
    ...
    nanduti.methods.planning.dates.UnreadableDate: The date “next month” cannot be read: at character 1, “next” depends on the day on which it is read. Write the date itself, for example 12 October 2009 or October 2009.
    """  # noqa: E501

    code = "planning.unreadable_date"
    title = mark("This date cannot be read")
    sentence = mark("The date “{text}” cannot be read: at character {at}, {problem}.")
    remedy = "{remedy}"

    def __init__(self, *, text: str, at: int, reason: str, problem: str, remedy: str, **more: Any) -> None:
        super().__init__(text=text, at=at, reason=reason, problem=problem, remedy=remedy, **more)

    @property
    def reason(self) -> str:
        """The stable code of the trouble."""
        return self.details["reason"]


class EndBeforeStart(UnreadableDate):
    """A span whose last day lies before its first; both are kept, and what it may have meant.

    >>> try:
    ...     parse_when("18-05-2008 to 11-05-2008")
    ... except EndBeforeStart as error:
    ...     print(error.first.start, error.last.start, [str(p.last_day) for p in error.readings])
    2008-05-18 2008-05-11 ['2008-05-18', '2008-11-05']
    """

    code = "planning.date_ends_before_it_starts"
    title = mark("This date ends before it starts")
    sentence = mark("The date “{text}” ends on {last_day}, before it starts on {first_day}.")

    @property
    def first(self) -> Period:
        """What the text gives as the beginning."""
        return Period(*self.details["first"])

    @property
    def last(self) -> Period:
        """What the text gives as the end."""
        return Period(*self.details["last"])

    @property
    def readings(self) -> tuple[Period, ...]:
        """Periods it may have meant: the two exchanged first, then day and month exchanged in one of them."""
        return tuple(Period(*pair) for pair in self.details["readings"])


def parse_when(
    text: str | None,
    *,
    context_year: int | None = None,
    day_first: bool | None = None,
    hemisphere: Literal["north", "south"] | None = None,
) -> When:
    """Understand a date as people write it.

    Args:
        text: the text, in English, Spanish, Italian, French or Portuguese (month names also in Guaraní,
            Hindi and Tamil).
        context_year: the year to use where the text names none, for example from the rows around it.
        day_first: whether 9/5/2009 means 9 May (``True``) or September 5 (``False``), if the list it stands
            in tells; see :func:`day_first_of`. With ``None`` the day is taken to stand first and the other
            reading is kept and noted. Dates with dots always name the day first.
        hemisphere: needed for seasons only.

    Raises:
        UnreadableDate: naming the text, the place in it and a remedy with an example.
        EndBeforeStart: for "18-05-2008 to 11-05-2008"; keeps both days.

    Conventions, each noted on the result where it was used: two-digit years are 1970 to 2069; "early",
    "mid" and "late" (beginning, end, principios, mediados, fines) are the thirds of a year or month; a
    fiscal year runs from April to March; in a list that descends ("Dec and Feb 2010") the year turns.

    >>> when = parse_when("Dec 07 - Feb 08")
    >>> when.period, when.precision
    (Period(start=datetime.date(2007, 12, 1), end=datetime.date(2008, 3, 1)), 'month')
    >>> when = parse_when("Dec and Feb 2010")
    >>> [str(p.period.start) for p in when.parts], when.note_codes()
    (['2009-12-01', '2010-02-01'], ('year_before', 'several_spans'))
    >>> str(parse_when("9/5/2009").start), str(parse_when("9/5/2009", day_first=False).start)
    ('2009-05-09', '2009-09-05')
    >>> parse_when("Ongoing").is_open
    True
    """
    written = "" if text is None else str(text)
    if not written.strip():
        raise _letter(Trouble("empty"), written)
    if len(written) > LONGEST:
        raise _letter(Trouble("too_long", n=len(written)), written[:60] + "…")
    options = Options(context_year=context_year, day_first=day_first, hemisphere=hemisphere)
    try:
        reading = read(written, options)
    except Trouble as trouble:
        if trouble.reason == "end_before_start":
            trouble.details["readings"] = _meant(trouble, written, options)
        raise _letter(trouble, written) from None
    when = _when(reading, written)
    others = _other_readings(when, written, options)
    return replace(when, other_readings=others) if others else when


def _when(reading: Reading, text: str) -> When:
    parts = tuple(
        Part(Period(start, end), precision, text[at:last].strip())
        for start, end, precision, at, last in reading.spans
    )
    notes = [Reason(code, NOTES[code], details) for code, details in reading.notes]
    if not parts:
        notes.append(Reason("no_date_named", NOTES["no_date_named"]))
        return When(Period(), "mixed", True, (), text, tuple(notes))
    precisions = {part.precision for part in parts}
    precision = precisions.pop() if len(precisions) == 1 else "mixed"
    return When(_hull(parts), precision, reading.is_open, parts, text, tuple(notes))


def _hull(parts: Sequence[Part]) -> Period:
    starts = [part.period.start for part in parts]
    ends = [part.period.end for part in parts]
    start = None if None in starts else min(starts)
    end = None if None in ends else max(ends)
    return Period(start, end)


#: Remark → how to read the same text the other way.
_FLIPS = {
    "day_or_month": {"guess_day_first": False},
    "day_or_year": {"guess_two_is_day": True},
    "month_or_year": {"guess_years": True},
}


def _other_readings(when: When, text: str, options: Options) -> tuple[Period, ...]:
    others: list[Period] = []
    for code in sorted(_FLIPS.keys() & when.note_codes()):
        try:
            other = _when(read(text, replace(options, **_FLIPS[code])), text).period
        except Trouble:
            continue
        if other != when.period and other not in others:
            others.append(other)
    return tuple(others)


def _meant(trouble: Trouble, text: str, options: Options) -> tuple[tuple[date | None, date | None], ...]:
    """What a span that runs backwards may have meant."""
    first, last = trouble.details["first"], trouble.details["last"]
    meant = [(last[0], first[1])]
    for found in (t for t in tokens(text) if t.kind == "DMY"):
        if order_in(found) is not None:
            continue
        exchanged = f"{found.value[1]:02}{found.value[3]}{found.value[0]:02}{found.value[3]}{found.value[2]}"
        other = text[: found.at] + exchanged + text[found.end :]
        try:
            period = _when(read(other, options), other).period
        except Trouble:
            continue
        if (period.start, period.end) not in meant:
            meant.append((period.start, period.end))
    return tuple(meant)


def _letter(trouble: Trouble, text: str) -> UnreadableDate:
    """The letter to a person for a trouble met in reading."""
    details = dict(trouble.details)
    if trouble.reason == "end_before_start":
        one_day = timedelta(days=1)
        return EndBeforeStart(
            text=text,
            at=trouble.at + 1,
            reason=trouble.reason,
            problem="",
            remedy=mark("Exchange the two days or correct one of them."),
            first_day=details["first"][0],
            last_day=details["last"][1] - one_day,
            **details,
        )
    if "month" in details:
        details["month_name"] = MONTH_NAMES[details["month"] - 1]
    problem, remedy = _PROBLEMS[trouble.reason]
    return UnreadableDate(
        text=text,
        at=trouble.at + 1,
        reason=trouble.reason,
        problem=problem.format(**details),
        remedy=remedy,
        # So that whoever shows the error can say the problem in another language.
        problem_template=problem,
        problem_details=details,
    )


_IN_FIGURES = re.compile(r"\d\s?[/-]\s?\d")


def day_first_of(texts: Sequence[str | None]) -> bool | None:
    """Whether the dates in figures of one list put the day first, judged by those that can be judged.

    A cell that holds nothing but a date was most likely filled by a spreadsheet, all in one way, so such
    cells decide before dates that stand in prose; then the majority. ``None``: the list does not tell.

    >>> day_first_of(["9/5/2009", "4/21/2009", "1/18/2010", "January-review and 16/02/2009"])
    False
    >>> day_first_of(["9/5/2009", "Ongoing"]) is None
    True
    """
    alone, within = [], []
    for text in texts:
        if not text or not _IN_FIGURES.search(str(text)):
            continue  # most dates of a list are in words
        found = tokens(str(text)[:LONGEST])
        for token in found:
            if token.kind == "DMY" and token.value[3] != "." and order_in(token) is not None:
                (alone if len(found) == 1 else within).append(order_in(token))
    for evidence in (alone, alone + within):
        n_day_first = sum(evidence)
        if 2 * n_day_first != len(evidence):
            return 2 * n_day_first > len(evidence)
    return None


def parse_list(texts: Sequence[str | None]) -> list[When | UnreadableDate]:
    """Understand the dates of one list, each with the help of the others.

    The order of day and month is taken from the dates that show it (:func:`day_first_of`). A text without a
    year takes the year of its neighbours if the nearest dates before and after it agree on one. What cannot
    be read comes back as the error, in its place; nothing is dropped.

    >>> [str(w.start) for w in parse_list(["May-09", "June-July", "May-09", "4/21/2009", "9/5/2009"])]
    ['2009-05-01', '2009-06-01', '2009-05-01', '2009-04-21', '2009-09-05']
    """
    day_first = day_first_of(texts)
    read_one = [_attempt(text, day_first=day_first) for text in texts]
    for i, result in enumerate(read_one):
        if isinstance(result, UnreadableDate) and result.reason == "no_year":
            year = _year_around(read_one, i)
            if year is not None:
                read_one[i] = _attempt(texts[i], day_first=day_first, context_year=year)
    return read_one


def _attempt(text: str | None, **context: Any) -> When | UnreadableDate:
    try:
        return parse_when(text, **context)
    except UnreadableDate as error:
        return error


def _year_around(results: Sequence[When | UnreadableDate], i: int) -> int | None:
    before = next((w.end for w in reversed(results[:i]) if isinstance(w, When) and w.end), None)
    after = next((w.start for w in results[i + 1 :] if isinstance(w, When) and w.start), None)
    years = {(before - timedelta(days=1)).year if before else None, after.year if after else None} - {None}
    return years.pop() if len(years) == 1 else None
