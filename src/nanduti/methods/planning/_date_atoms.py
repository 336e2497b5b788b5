"""From tokens to partial dates: what one stretch of text says about year, month and day, no more."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from ._date_tokens import Token

#: How many months each unit spans.
MONTHS_IN = {
    "month": 1,
    "quarter": 3,
    "season": 3,
    "third": 4,
    "half": 6,
    "year": 12,
    "fiscal": 12,
    "years": 24,
}


class Trouble(Exception):
    """Why a text cannot be read: a stable reason, the words, and where. Turned into a letter in ``dates``."""

    def __init__(self, reason: str, at: int = 0, **details: object) -> None:
        self.reason, self.at, self.details = reason, at, details
        super().__init__(reason)


@dataclass(frozen=True)
class Atom:
    """A partial date. ``month`` is the first month of the unit; missing pieces are filled from neighbours."""

    unit: str
    at: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    two: int | None = None  # two digits after a month: a day or a year, not yet decided
    two_joined: bool = False  # written with a dash or an apostrophe, so a year
    piece: tuple[str, int] | None = None  # a third, a fortnight or a week of a month
    month_first: bool = False
    weekday: int | None = None
    notes: tuple[tuple[str, tuple[tuple[str, object], ...]], ...] = ()

    def noted(self, code: str, **details: object) -> Atom:
        """The same with one more remark."""
        return replace(self, notes=(*self.notes, (code, tuple(details.items()))))

    def days(self) -> tuple[date, date]:
        """The first day and the day after the last."""
        if self.day is not None:
            return self._one_day()
        months = MONTHS_IN[self.unit]
        first = date(self.year, self.month, 1)
        end = months_later(first, months)
        return (first, end) if self.piece is None else self._piece(first)

    def _one_day(self) -> tuple[date, date]:
        last = monthrange(self.year, self.month)[1]
        if self.day > last:
            raise Trouble("no_such_day", self.at, day=self.day, month=self.month, year=self.year)
        day = date(self.year, self.month, self.day)
        return day, date.fromordinal(day.toordinal() + 1)

    def _piece(self, first: date) -> tuple[date, date]:
        last = monthrange(first.year, first.month)[1]
        kind, number = self.piece
        if kind == "third":
            low, high = ((1, 10), (11, 20), (21, last))[number]
        elif kind == "fortnight":
            low, high = ((1, 15), (16, last))[number - 1]
        else:
            low, high = (last - 6, last) if number == -1 else (7 * number - 6, 7 * number)
        return first.replace(day=low), date.fromordinal(first.replace(day=high).toordinal() + 1)


def months_later(first: date, months: int) -> date:
    """The first of the month that comes so many months after the first of a month."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def full_year(number: int, width: int) -> int | None:
    """A year from the digits written; two digits count from 1970 to 2069; ``None`` if it is no year.

    >>> full_year(7, 2), full_year(98, 2), full_year(2010, 4), full_year(301, 3)
    (2007, 1998, 2010, None)
    """
    if width == 4:
        return number if 1800 <= number <= 2199 else None
    if width == 2:
        return 2000 + number if number < 70 else 1900 + number
    return None


class AtomReader:
    """Reads atoms off a list of tokens; each ``_try`` returns an atom and the next index, or nothing."""

    def __init__(
        self,
        found: list[Token],
        day_first: Callable[[Token], tuple[bool, str]],
        *,
        years_not_month: bool = False,
    ) -> None:
        self.found = found
        self.day_first = day_first
        self.years_not_month = years_not_month
        self.is_fiscal = any(t.kind == "FY" for t in found)
        self.tries = (
            self._iso,
            self._numeric,
            self._fiscal,
            self._part,
            self._ordinal_unit,
            self._span,
            self._season,
            self._day_month,
            self._month,
            self._year_month,
            self._month_number,
            self._year,
            self._bare_day,
        )

    def at(self, i: int) -> tuple[Atom, int] | None:
        """The atom that starts at token ``i``, with the index of the token after it."""
        weekday = None
        start = i
        while self.kind(i) in ("WEEKDAY", "COMMA", "DOT", "OF") and self._weekday_from(start):
            weekday = self.found[i].value if self.kind(i) == "WEEKDAY" else weekday
            i += 1
        for reader in self.tries:
            result = reader(i)
            if result:
                atom, after = result
                return (atom if weekday is None else replace(atom, weekday=weekday)), after
        return None

    def _weekday_from(self, start: int) -> bool:
        return self.kind(start) == "WEEKDAY"

    def kind(self, i: int) -> str:
        return self.found[i].kind if 0 <= i < len(self.found) else ""

    def skip(self, i: int, *kinds: str) -> int:
        while self.kind(i) in kinds:
            i += 1
        return i

    def number(self, i: int, low: int, high: int, *widths: int) -> int | None:
        """The plain number at ``i`` if it lies in range and is written with so many digits."""
        if self.kind(i) != "NUM":
            return None
        value, width, _ = self.found[i].value
        return value if low <= value <= high and width in widths else None

    def year_at(self, i: int, *, two_digits: bool) -> int | None:
        if self.kind(i) != "NUM" or self.found[i].value[2]:
            return None
        value, width, _ = self.found[i].value
        return full_year(value, width) if width == 4 or two_digits else None

    def year_after(self, i: int, *, two_digits: bool = True) -> tuple[int | None, int]:
        """A year after joints such as "de", a comma, an apostrophe or a dash; else nothing, index kept."""
        j = self.skip(i, "DOT", "COMMA", "OF", "APOS", "DASH", "SLASH")
        crossed = {self.kind(k) for k in range(i, j)}
        if self.kind(j + 1) == "MONTH" and self.number(j, 1, 31, 1, 2) is not None:
            return None, i  # "30 Jan - 13 Feb 2010": the 13 belongs to February
        year = self.year_at(j, two_digits=two_digits and not crossed & {"COMMA"})
        if year is None or (crossed & {"DASH", "SLASH"} and self.found[j].value[1] == 1):
            return None, i
        return year, j + 1

    def make(self, unit: str, i: int, after: int, **pieces: object) -> tuple[Atom, int]:
        return Atom(unit, self.found[i].at, self.found[after - 1].end, **pieces), after

    # --- dates in figures

    def _iso(self, i: int) -> tuple[Atom, int] | None:
        if self.kind(i) != "ISO":
            return None
        year, month, day = self.found[i].value
        return self._checked(i, year, month, day)

    def _numeric(self, i: int) -> tuple[Atom, int] | None:
        if self.kind(i) != "DMY":
            return None
        a, b, y, _, width = self.found[i].value
        year = full_year(y, width)
        first, remark = self.day_first(self.found[i])
        day, month = (a, b) if first else (b, a)
        atom, after = self._checked(i, year, month, day)
        return (atom.noted(remark, part=self.found[i].text) if remark else atom), after

    def _checked(self, i: int, year: int | None, month: int, day: int) -> tuple[Atom, int]:
        token = self.found[i]
        if year is None or not 1800 <= year <= 2199:
            raise Trouble("no_such_year", token.at, part=token.text)
        if not 1 <= month <= 12 or day < 1:
            raise Trouble("no_such_month", token.at, part=token.text)
        return self.make("day", i, i + 1, year=year, month=month, day=day)

    def _year_month(self, i: int) -> tuple[Atom, int] | None:
        if self.kind(i) != "YM":
            return None
        year, number, width, _ = self.found[i].value
        follows = number == (year + 1) % 100 and width == 2
        if follows and self.is_fiscal:  # "2008-09 (FY)"
            atom, after = self.make("fiscal", i, i + 1, year=year, month=4)
            return atom.noted("fiscal_year", first=year, last=year + 1), after
        if 1 <= number <= 12 and not (follows and self.years_not_month):
            atom, after = self.make("month", i, i + 1, year=year, month=number)
            return (atom.noted("month_or_year", part=self.found[i].text) if follows else atom), after
        if follows:
            return self.make("years", i, i + 1, year=year, month=1)
        raise Trouble("no_such_month", self.found[i].at, part=self.found[i].text)

    def _month_number(self, i: int) -> tuple[Atom, int] | None:
        if self.kind(i) != "MY":
            return None
        number, year = self.found[i].value
        if full_year(year, 4) is None:
            raise Trouble("no_such_year", self.found[i].at, part=self.found[i].text)
        if not 1 <= number <= 12:
            raise Trouble("no_such_month", self.found[i].at, part=self.found[i].text)
        return self.make("month", i, i + 1, year=year, month=number)

    def _year(self, i: int) -> tuple[Atom, int] | None:
        year = self.year_at(i, two_digits=False)
        apostrophe = self.kind(i) == "APOS"
        if apostrophe:
            year = self.year_at(i + 1, two_digits=True)
        if year is None:
            return None
        after = i + 1 + apostrophe
        named = self._named_after_year(i, after, year)
        return named or self.make("year", i, after, year=year, month=1)

    def _named_after_year(self, i: int, after: int, year: int) -> tuple[Atom, int] | None:
        j = self.skip(after, "OF", "DASH", "COMMA", "DOT", "SLASH")
        if self.kind(j) == "MONTH" and self._year_stands_alone(after, j):
            month = self.found[j].value
            day = self.number(j + 1, 1, 31, 1, 2)
            followed = self.kind(j + 2) in ("MONTH", "NUM") or self.kind(self.skip(j + 1, "DASH")) != "NUM"
            if day is not None and not followed:
                return self.make("day", i, j + 2, year=year, month=month, day=day)
            return self.make("month", i, j + 1, year=year, month=month)
        if self.kind(j) == "SPAN" and self.year_after(j + 1)[0] is None:
            unit, number = self.found[j].value
            return self.make(unit, i, j + 1, year=year, month=(number - 1) * MONTHS_IN[unit] + 1)
        return None

    def _year_stands_alone(self, after: int, j: int) -> bool:
        """Whether "2009 May" is year and month and not the end of one date and the start of the next."""
        if any(self.kind(k) in ("DASH", "COMMA", "SLASH") for k in range(after, j)):
            return self.kind(j + 1) not in ("NUM", "APOS", "DASH", "OF")
        return self.year_after(j + 1, two_digits=True)[0] is None

    # --- days and months in words

    def _day_month(self, i: int) -> tuple[Atom, int] | None:
        day = self.number(i, 1, 31, 1, 2)
        if self.kind(i) == "ORD" and self.found[i].value == 1 and self.kind(i + 1) == "OF":
            day = 1  # "primero de mayo"
        if day is None:
            return None
        j = self.skip(i + 1, "OF", "DASH", "DOT", "SLASH")
        if self.kind(j) != "MONTH":
            return None
        month = self.found[j].value
        year, after = self.year_after(j + 1)
        return self.make("day", i, after, year=year, month=month, day=day)

    def _month(self, i: int) -> tuple[Atom, int] | None:
        if self.kind(i) != "MONTH":
            return None
        month, j = self.found[i].value, self.skip(i + 1, "DOT")
        return self._day_then_year(i, j, month) or self._month_year(i, j, month)

    def _day_then_year(self, i: int, j: int, month: int) -> tuple[Atom, int] | None:
        k = self.skip(j, "OF", "DASH")
        if self.kind(k) == "MY" and self.kind(j) in ("DASH", "MY"):  # Oct-12-2009
            day, year = self.found[k].value
            return self.make("day", i, k + 1, year=year, month=month, day=day, month_first=True)
        day = self.number(k, 1, 31, 1, 2)
        if day is None or self.kind(k + 1) == "MONTH":
            return None
        after = self.skip(k + 1, "COMMA", "OF")
        year = self.year_at(after, two_digits=False)
        if year is not None:
            return self.make("day", i, after + 1, year=year, month=month, day=day, month_first=True)
        apostrophe_year = self.year_at(after + 1, two_digits=True) if self.kind(after) == "APOS" else None
        if apostrophe_year is not None:
            return self.make(
                "day", i, after + 2, year=apostrophe_year, month=month, day=day, month_first=True
            )
        _, width, ordinal = self.found[k].value
        if ordinal or (width == 1 and k == j):
            return self.make("day", i, k + 1, month=month, day=day, month_first=True)
        return None

    def _month_year(self, i: int, j: int, month: int) -> tuple[Atom, int]:
        k = self.skip(j, "COMMA", "OF", "APOS", "DASH", "SLASH", "DOT")
        between = {self.kind(n) for n in range(j, k)}
        spaced = not between & {"APOS", "DASH", "SLASH"}
        year = self.year_at(k, two_digits=False)
        if year is not None:
            return self.make("month", i, k + 1, year=year, month=month)
        two = self.number(k, 0, 99, 2)
        owner = self.kind(k + 1) == "MONTH" or (
            self.kind(k + 1) in ("OF", "DOT") and self.kind(k + 2) == "MONTH"
        )
        if two is None or self.found[k].value[2] or (owner and not spaced) or "COMMA" in between:
            return self.make("month", i, i + 1, month=month)
        return self.make("month", i, k + 1, month=month, two=two, two_joined=not spaced, month_first=True)

    def _bare_day(self, i: int) -> tuple[Atom, int] | None:
        day = self.number(i, 1, 31, 1, 2)
        if day is None:
            return None
        after = self.skip(i + 1, "COMMA")
        year = self.year_at(after, two_digits=False)
        if year is not None and (after > i + 1 or self.kind(i - 1) in ("DASH", "TO", "AND", "OR")):
            return self.make("day", i, after + 1, day=day, year=year)
        return self.make("day", i, i + 1, day=day)

    # --- quarters, halves, seasons, parts, fiscal years

    def _span(self, i: int) -> tuple[Atom, int] | None:
        if self.kind(i) == "YQ":
            year, unit, number = self.found[i].value
            return self.make(unit, i, i + 1, year=year, month=(number - 1) * MONTHS_IN[unit] + 1)
        if self.kind(i) != "SPAN":
            return None
        unit, number = self.found[i].value
        j = self.skip(i + 1, "OF", "DASH", "COMMA")
        if self.kind(j) == "FY":
            return self._span_of_fiscal_year(i, j)
        year, after = self.year_after(i + 1)
        return self.make(unit, i, after, year=year, month=(number - 1) * MONTHS_IN[unit] + 1)

    def _span_of_fiscal_year(self, i: int, j: int) -> tuple[Atom, int]:
        """ "Q1 FY 2008-09" begins in April 2008, its fourth quarter in January 2009."""
        unit, number = self.found[i].value
        fiscal = self._fiscal(j)
        if fiscal is None:
            raise Trouble("fiscal_year", self.found[j].at, part=self.found[j].text)
        whole, after = fiscal
        turns, month = divmod(3 + (number - 1) * MONTHS_IN[unit], 12)
        atom, after = self.make(unit, i, after, year=whole.year + turns, month=month + 1)
        return atom.noted("fiscal_year", first=whole.year, last=whole.year + 1), after

    def _ordinal_unit(self, i: int) -> tuple[Atom, int] | None:
        """ "1er trimestre 2010", "second half of 2009", "semestre 2 de 2010", "first week of May"."""
        number = self.found[i].value if self.kind(i) == "ORD" else self.number(i, 1, 5, 1)
        j = self.skip(i + 1, "DOT", "DASH")
        if number is None or self.kind(j) != "UNIT":
            return self._unit_with_number(i)
        unit = self.found[j].value
        if unit in ("fortnight", "week") or (unit == "half" and self._month_follows(j + 1)):
            return self._piece_of_month(i, j, "fortnight" if unit == "half" else unit, number)
        return self._unit_of_year(i, j, unit, number)

    def _unit_with_number(self, i: int) -> tuple[Atom, int] | None:
        number = self.number(i + 1, 1, 4, 1)
        if self.kind(i) != "UNIT" or number is None or self.found[i].value in ("fortnight", "week"):
            return None
        return self._unit_of_year(i, i + 1, self.found[i].value, number)

    def _unit_of_year(self, i: int, j: int, unit: str, number: int) -> tuple[Atom, int]:
        count = 12 // MONTHS_IN[unit]
        number = count if number == -1 else number
        if number > count:
            raise Trouble("no_such_part", self.found[i].at, part=f"{self.found[i].text} {self.found[j].text}")
        year, after = self.year_after(j + 1)
        return self.make(unit, i, after, year=year, month=(number - 1) * MONTHS_IN[unit] + 1)

    def _month_follows(self, i: int) -> bool:
        return self.kind(self.skip(i, "OF")) == "MONTH"

    def _piece_of_month(self, i: int, j: int, kind: str, number: int) -> tuple[Atom, int] | None:
        k = self.skip(j + 1, "OF")
        if self.kind(k) != "MONTH":
            return None
        most = 2 if kind == "fortnight" else 4
        number = 2 if number == -1 and kind == "fortnight" else number
        if number > most:
            raise Trouble("no_such_part", self.found[i].at, part=f"{self.found[i].text} {self.found[j].text}")
        year, after = self.year_after(k + 1)
        atom, after = self.make("month", i, after, year=year, month=self.found[k].value, piece=(kind, number))
        return atom.noted("narrow_part"), after

    def _part(self, i: int) -> tuple[Atom, int] | None:
        """early, mid, late: the first, middle or last third of a year or a month."""
        if self.kind(i) != "PART":
            return None
        j = self.skip(i + 1, "OF", "DASH")
        third = self.found[i].value
        if self.kind(j) == "MONTH":
            year, after = self.year_after(j + 1)
            atom, after = self.make(
                "month", i, after, year=year, month=self.found[j].value, piece=("third", third)
            )
            return atom.noted("vague_part", part=self.found[i].text), after
        year = self.year_at(j, two_digits=False)
        following_part = self.kind(j) in ("TO", "AND", "OR") and self.kind(self.skip(j + 1, "OF")) == "PART"
        if year is None and not following_part:
            return None
        after = i + 1 if year is None else j + 1
        atom, after = self.make("third", i, after, year=year, month=4 * third + 1)
        return atom.noted("vague_part", part=self.found[i].text), after

    def _season(self, i: int) -> tuple[Atom, int] | None:
        if self.kind(i) != "SEASON":
            return None
        year, after = self.year_after(i + 1)
        atom, after = self.make("season", i, after, year=year, month=self.found[i].value)
        return atom.noted("season", part=self.found[i].text), after

    def _fiscal(self, i: int) -> tuple[Atom, int] | None:
        if self.kind(i) != "FY":
            return None
        j = self.skip(i + 1, "OF", "DASH", "COLON", "DOT", "FY")
        first, after = self._fiscal_years(j)
        if first is None and any(t.kind == "YM" for t in self.found[:i]):
            return None  # "2008-09 (FY)" has been read already
        if first is None:
            raise Trouble("fiscal_year", self.found[i].at, part=self.found[i].text)
        atom, after = self.make("fiscal", i, after, year=first, month=4)
        return atom.noted("fiscal_year", first=first, last=first + 1), after

    def _fiscal_years(self, j: int) -> tuple[int | None, int]:
        if self.kind(j) == "YM":
            year, number, width, _ = self.found[j].value
            return (year, j + 1) if number == (year + 1) % 100 and width == 2 else (None, j)
        first = self.year_at(j, two_digits=True)
        k = self.skip(j + 1, "DASH", "SLASH")
        second = self.year_at(k, two_digits=True) if k > j + 1 else None
        return (first, k + 1) if first is not None and second == first + 1 else (None, j)
