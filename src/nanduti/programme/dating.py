"""What counts on a cut-off day when nobody knows its date: the one rule for evidence, milestones, agreements and deals.

What has a date counts from its first day on. What has none has certainly happened by the day to which the lists of
the programme report or, where they are kept from day to day, by the day on which it was written down: from then on
it counts. On any earlier day nobody can tell, so it is shown beside the figure as "date not known" and not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from . import queries
from .models import Programme


@dataclass(frozen=True)
class Cut:
    """A cut-off day, with the day to which the lists report (``None`` while they are kept from day to day)."""

    day: date
    reported: date | None

    @property
    def _after(self) -> date:
        return min(self.day, date.max - timedelta(days=1)) + timedelta(days=1)

    def has(self, start: date | None, end: date | None, written_at: datetime | None) -> bool:
        """Whether a record with this interval (end exclusive) had certainly happened by the day.

        >>> Cut(date(2010, 1, 1), date(2011, 7, 31)).has(None, None, None)
        False
        >>> Cut(date(2011, 7, 31), date(2011, 7, 31)).has(None, None, None)
        True
        """
        if start is not None:
            return start <= self.day
        if end is not None and end <= self._after:
            return True
        if self.reported is not None:
            return self.reported <= self.day
        return written_at is not None and timezone.localdate(written_at) <= self.day

    def counted(self, name: str) -> Q:
        """The same as a condition on the columns of the date called ``name``."""
        placed = Q(**{f"{name}_start__lte": self.day})
        return placed | (Q(**{f"{name}_start__isnull": True}) & self._happened(name))

    def not_placed(self, name: str) -> Q:
        """The records of which nobody can tell whether they had happened by the day."""
        return Q(**{f"{name}_start__isnull": True}) & ~self._happened(name)

    def _happened(self, name: str) -> Q:
        ended = Q(**{f"{name}_end__isnull": False, f"{name}_end__lte": self._after})
        if self.reported is not None:
            return Q(pk__isnull=False) if self.reported <= self.day else ended
        midnight = timezone.make_aware(datetime.combine(self._after, time.min))
        return ended | Q(created_at__lt=midnight)


def cut_of(programme: Programme, day: date) -> Cut:
    """The cut-off day of a programme; one query."""
    return Cut(day, queries.reported_to(programme=programme))
