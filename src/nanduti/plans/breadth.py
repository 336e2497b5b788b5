"""How widely firms and bodies take part: the same few, or ever more? Box 4 of the module on implementation.

Who comes for the first time follows from the records: the first dated activity in which an organisation stands. What
a list says of it ("for the first time") stands beside, with of how many it is said; unsaid is not no.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear

from nanduti.methods import planning
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster, Organisation

from .models import Participation

# So many organisations are named, the most active first.
NAMED = 200


@dataclass(frozen=True)
class Year:
    """How many organisations took part in a year, and how many of them had never done so before."""

    year: int
    n: int
    n_new: int


@dataclass(frozen=True)
class Often:
    """How often an organisation took part, and when first and last; days are ``None`` where no activity is dated."""

    organisation: Any
    n: int
    first: date | None
    last: date | None


@dataclass(frozen=True)
class Spread:
    """How widely organisations take part; ``None`` where it cannot be said.

    Attributes:
        years: year by year, over dated activities; an organisation seen only in undated ones is in none.
        n_said: of how many participations it is said whether they were a first; ``n_said_new``: that they were.
        by_size: firms that took part by size band, groups with their number; "" where the size is not known.
    """

    n_participants: int
    gini: float | None
    top_share: float | None
    years: tuple[Year, ...]
    n_said: int
    n_said_new: int
    by_size: dict[str, int]


def _rows(programme: Programme, cluster: Cluster | None) -> QuerySet[Participation]:
    rows = Participation.objects.filter(
        activity__plan__programme=programme, role=Participation.Role.PARTICIPANT
    ).order_by()
    return rows.filter(activity__cluster=cluster) if cluster else rows


def participation_breadth(*, programme: Programme, cluster: Cluster | None = None) -> Spread | None:
    """The spread of participation over named organisations, counted in the database; ``None`` without any."""
    every = _rows(programme, cluster)
    named = every.filter(organisation__isnull=False)
    firsts = list(
        named.values_list("organisation").annotate(n=Count("id"), first=Min("activity__date_text_start"))
    )
    if not firsts:
        return None
    counts = sorted(n for _pk, n, _first in firsts)
    top = counts[-max(1, -(-len(counts) // 10)) :]
    said = every.aggregate(n=Count("is_newcomer"), new=Count("id", filter=Q(is_newcomer=True)))
    return Spread(
        n_participants=len(counts),
        gini=planning.gini(counts),
        top_share=sum(top) / sum(counts),
        years=_years(named, (first for _pk, _n, first in firsts)),
        n_said=said["n"],
        n_said_new=said["new"],
        by_size=_by_size(every),
    )


def _years(named: QuerySet[Participation], firsts: Iterable[date | None]) -> tuple[Year, ...]:
    new = Counter(first.year for first in firsts if first)
    dated = named.filter(activity__date_text_start__isnull=False)
    counted = dated.annotate(year=ExtractYear("activity__date_text_start")).values_list("year")
    rows = counted.annotate(n=Count("organisation", distinct=True)).order_by("year")
    return tuple(Year(year, n, new.get(year, 0)) for year, n in rows)


def _by_size(every: QuerySet[Participation]) -> dict[str, int]:
    """Firms by size: what the list says, else what the register knows; a group counts with its number."""
    firms = every.filter(unit=Participation.Unit.FIRMS, is_in_group=False)
    sums: Counter[str] = Counter()
    for told, known, n in firms.values_list("size_band", "organisation__size_band").annotate(n=Sum("count")):
        sums[told or known or ""] += n
    return dict(sums)


def how_often(*, programme: Programme, cluster: Cluster | None = None) -> list[Often]:
    """The organisations that took part most often, with when first and last: three queries."""
    rows = _rows(programme, cluster).filter(organisation__isnull=False)
    counted = rows.values_list("organisation").annotate(
        n=Count("id"), first=Min("activity__date_text_start"), last=Max("activity__date_text_start")
    )
    found = list(counted.order_by("-n", "organisation")[:NAMED])
    named = Organisation._base_manager.in_bulk([pk for pk, *_rest in found])
    return [Often(named[pk], n, first, last) for pk, n, first, last in found]
