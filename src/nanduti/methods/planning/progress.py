"""How far a plan has got: counts by status, what is late, and how much was to be done by a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from nanduti.methods.values import BadInput, Share

from ._widths import last_days
from .dates import When
from .status import ActivityStatus


@dataclass(frozen=True)
class Progress:
    """A plan's activities counted by status.

    Attributes:
        n: all activities.
        n_by_status: status → count, zero counts left out.
        n_late: those past their planned end with no completion report.
        closed_share: closed ÷ all that are neither cancelled nor unknown; ``None`` if there is none.
        unknown_share: those whose status cannot be said ÷ all; reported so that it is not forgotten.
    """

    n: int
    n_by_status: dict[str, int]
    n_late: int
    closed_share: Share | None
    unknown_share: Share | None


def plan_progress(statuses: Iterable[ActivityStatus]) -> Progress:
    """Count the activities of a plan.

    Activities of unknown status are left out of the base of ``closed_share`` and reported beside it: to
    count them as open would understate the plan, to count them as done would flatter it.

    >>> from nanduti.methods.planning import parse_when, status_at
    >>> july = date(2011, 7, 31)
    >>> whens = [parse_when(t) for t in ("Jun-09", "Nov-11", "Ongoing", "Feb-11")]
    >>> p = plan_progress(status_at(w, as_of=july, reported_on=july) for w in whens)
    >>> p.n_by_status, p.closed_share
    ({'closed': 2, 'implementation': 1, 'pipeline': 1}, Share(0.5))
    """
    listed = list(statuses)
    counts = Counter(s.status for s in listed)
    base = len(listed) - counts["cancelled"] - counts["unknown"]
    return Progress(
        n=len(listed),
        n_by_status={status: counts[status] for status in sorted(counts)},
        n_late=sum(s.is_late for s in listed),
        closed_share=Share.of(counts["closed"], base),
        unknown_share=Share.of(counts["unknown"], len(listed)),
    )


@dataclass(frozen=True)
class Planned:
    """How much of a plan was to be done by a day: at least and at most, since dates have a precision."""

    on: date
    least: Share | None
    most: Share | None
    n_dated: int


def planned_by(whens: Sequence[When], on: date) -> Planned:
    """The share of dated activities that were to be done by a day, with the bounds their precision leaves.

    An activity of "May 2009" may have been due on the first or on the last day of May, so that on 15 May it
    counts in ``most`` and not in ``least``. Open and half-open dates have no end and count as not done.

    >>> from nanduti.methods.planning import parse_when
    >>> whens = [parse_when(t) for t in ("April 2009", "May 2009", "4 May 2009", "June 2009")]
    >>> p = planned_by(whens, date(2009, 5, 15))
    >>> p.least, p.most
    (Share(0.5), Share(0.75))
    """
    if any(not isinstance(w, When) for w in whens):
        raise BadInput(
            place="the dates of the plan",
            problem="hold something that is not a date",
            remedy="Leave out activities whose date cannot be read and report how many.",
        )
    least = sum(1 for w in whens if w.period.last_day is not None and w.period.last_day <= on)
    most = sum(1 for w in whens if w.end is not None and (_earliest_end(w) or w.end) <= on)
    return Planned(on, Share.of(least, len(whens)), Share.of(most, len(whens)), len(whens))


def _earliest_end(when: When) -> date | None:
    """The first day on which it may have been done: of a coarse date the first of its last unit."""
    return last_days(when.parts[-1] if when.parts else when)[0]
