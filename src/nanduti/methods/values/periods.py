"""Spans of days, from an inclusive start to an exclusive, possibly open, end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from .errors import BadInput


@dataclass(frozen=True)
class Period:
    """A span of days: ``start`` inclusive, ``end`` exclusive; ``None`` is an open side.

    >>> march = Period(date(2009, 3, 1), date(2009, 4, 1))
    >>> march.n_days, march.last_day
    (31, datetime.date(2009, 3, 31))
    >>> date(2009, 3, 31) in march, date(2009, 4, 1) in march
    (True, False)
    """

    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.start and self.end and self.end < self.start:
            raise BadInput(
                place=f"the period from {self.start} to {self.end}",
                problem="ends before it starts",
                remedy="Exchange the two days or correct one of them.",
            )

    @classmethod
    def of_days(cls, first: date, last: date) -> Period:
        """The period from its first to its last day, both included.

        >>> Period.of_days(date(2008, 4, 4), date(2008, 4, 27)).n_days
        24
        """
        if last < first:
            raise BadInput(
                place=f"the days {first} to {last}",
                problem="end before they start",
                remedy="Exchange the two days or correct one of them.",
            )
        return cls(first, last + timedelta(days=1))

    @property
    def last_day(self) -> date | None:
        """The last day that belongs to the period; ``None`` if it is open."""
        return self.end - timedelta(days=1) if self.end else None

    @property
    def n_days(self) -> int | None:
        """How many days; ``None`` if a side is open."""
        return (self.end - self.start).days if self.start and self.end else None

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def overlaps(self, other: Period) -> bool:
        """Whether some day belongs to both.

        >>> Period(date(2009, 1, 1), date(2009, 2, 1)).overlaps(Period(date(2009, 2, 1), None))
        False
        """
        starts_in_time = self.start is None or other.end is None or self.start < other.end
        ends_late_enough = other.start is None or self.end is None or other.start < self.end
        return starts_in_time and ends_late_enough
