"""Participation breadth: are the same few always there, or does the circle widen?

Box 4 of the implementation module: start with a few leaders, then widen, so that benefits are not captured
by the most powerful.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from nanduti.methods.values import BadInput, Period, RuleSource, Share

SOURCE = RuleSource("UNIDO cluster development training kit, module Implementation", "box 4")


@dataclass(frozen=True)
class Participation:
    """That an organisation took part in an activity; ``on`` is the activity's first day, if known."""

    organisation: str
    activity: str
    on: date | None = None
    size_band: str = ""


@dataclass(frozen=True)
class Breadth:
    """How participation spreads.

    Attributes:
        n_participations: distinct pairs of organisation and activity.
        n_organisations: how many took part at least once.
        gini: concentration of participations, from 0 (all equally often) towards 1; over all ``population``
            organisations if that was given, else over those that took part. ``None`` if nobody did.
        top_share: part of all participations that falls on the most active tenth (at least one).
        newcomers_share: part of the participations that were somebody's first.
        by_size: size band → part of the participations; "" where the size is not known.
        reach_share: organisations that took part ÷ population; ``None`` if that is not known.
    """

    n_participations: int
    n_organisations: int
    gini: float | None
    top_share: Share | None
    newcomers_share: Share | None
    by_size: dict[str, Share]
    reach_share: Share | None


def gini(counts: Sequence[float]) -> float | None:
    """The Gini coefficient of counts: half the relative mean absolute difference; ``None`` if all are zero.

    >>> gini([1, 1, 1, 1]), gini([0, 0, 0, 4]), gini([])
    (0.0, 0.75, None)
    """
    ordered = sorted(counts)
    if any(c < 0 for c in ordered):
        raise BadInput(place="a count", problem="is negative", remedy="Count participations from zero.")
    total = sum(ordered)
    if not total:
        return None
    n = len(ordered)
    weighted = sum((2 * i - n - 1) * c for i, c in enumerate(ordered, start=1))
    return weighted / (n * total)


def breadth(
    participations: Iterable[Participation], *, population: int | None = None, top: float = 0.1
) -> Breadth:
    """Concentration, newcomers and sizes over a set of participations.

    >>> p = breadth([Participation("a", "1"), Participation("a", "2"), Participation("b", "2")], population=4)
    >>> p.n_organisations, p.gini, p.newcomers_share.percent(), p.reach_share
    (2, 0.5833333333333334, '66.7 %', Share(0.5))
    """
    pairs = {(p.organisation, p.activity): p for p in participations}
    counts = Counter(organisation for organisation, _ in pairs)
    n = len(counts)
    if population is not None and population < n:
        raise BadInput(
            place=f"a population of {population}",
            problem=f"is smaller than the {n} organisations that took part",
            remedy="Give the number of organisations that could have taken part.",
        )
    every = [*counts.values(), *[0] * ((population or n) - n)]
    most_active = sorted(counts.values(), reverse=True)[: max(1, ceil(top * n))]
    sizes = Counter(p.size_band for p in pairs.values())
    return Breadth(
        n_participations=len(pairs),
        n_organisations=n,
        gini=gini(every),
        top_share=Share.of(sum(most_active), len(pairs)) if n else None,
        newcomers_share=Share.of(n, len(pairs)),
        by_size={band: Share(count / len(pairs)) for band, count in sorted(sizes.items())},
        reach_share=Share.of(n, population) if population else None,
    )


@dataclass(frozen=True)
class Newcomers:
    """Who came for the first time in a period; ``n_undated`` participations fall in none."""

    period: Period
    n_organisations: int
    n_newcomers: int
    share: Share | None
    n_undated: int


def newcomers_over_time(
    participations: Iterable[Participation], periods: Sequence[Period]
) -> list[Newcomers]:
    """For each period, how many of the organisations that took part had never done so before.

    Organisations seen in an undated activity are not taken for old hands: their first day is unknown.

    >>> years = [Period(date(y, 1, 1), date(y + 1, 1, 1)) for y in (2008, 2009)]
    >>> seen = [Participation("a", "1", date(2008, 2, 1)), Participation("a", "2", date(2009, 2, 1)),
    ...         Participation("b", "2", date(2009, 2, 1))]
    >>> [(n.n_newcomers, n.share) for n in newcomers_over_time(seen, years)]
    [(1, Share(1.0)), (1, Share(0.5))]
    """
    days: dict[str, list[date]] = defaultdict(list)
    n_undated = 0
    for p in participations:
        if p.on is None:
            n_undated += 1
        else:
            days[p.organisation].append(p.on)
    found = []
    for period in periods:
        present = {o for o, on in days.items() if any(day in period for day in on)}
        new = {o for o in present if min(days[o]) in period}
        found.append(Newcomers(period, len(present), len(new), Share.of(len(new), len(present)), n_undated))
    return found
