"""How far the precision of a date lets its first and its last day lie apart."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

from nanduti.methods.values import Period

#: Unit → how many months it has; a day has no width, and where units differ the whole interval is one.
_MONTHS = {"month": 1, "quarter": 3, "season": 3, "half": 6, "year": 12}
_ONE_DAY = timedelta(days=1)


class Dated(Protocol):
    """A date as understood, or one of its parts."""

    @property
    def period(self) -> Period: ...

    @property
    def precision(self) -> str: ...


def last_days(when: Dated) -> tuple[date | None, date | None]:
    """Between which days its last day lies: within the last unit by which it is known.

    Both ``None`` where it has no end; the first ``None`` where nothing bounds it.

    >>> from nanduti.methods.planning import parse_when
    >>> [str(day) for day in last_days(parse_when("March-April 2009"))]
    ['2009-04-01', '2009-04-30']
    >>> [str(day) for day in last_days(parse_when("3-9 May 2010"))]
    ['2010-05-09', '2010-05-09']
    """
    period = when.period
    last = period.last_day
    if last is None or period.end is None or when.precision == "day":
        return last, last
    months = _MONTHS.get(when.precision)
    if months is None:
        return period.start, last
    unit = _months_off(period.end, -months)
    return (unit if period.start is None else max(unit, period.start)), last


def first_days(when: Dated) -> tuple[date | None, date | None]:
    """Between which days its first day lies: within the first unit by which it is known; as :func:`last_days`."""
    start = when.period.start
    if start is None or when.precision == "day":
        return start, start
    months = _MONTHS.get(when.precision)
    if months is None:
        return start, when.period.last_day
    last = _months_off(start, months) - _ONE_DAY
    end = when.period.last_day
    return start, (last if end is None else min(last, end))


def _months_off(day: date, months: int) -> date:
    """So many months later or, below zero, earlier; held within the calendar and within the month."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    if year < date.min.year:
        return date.min
    if (year, month) >= (date.max.year, 12):
        return date.max
    next_month = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (next_month - _ONE_DAY).day))
