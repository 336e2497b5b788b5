"""How many to ask, how many in each stratum, how many clusters and how many in each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from ._columns import coded, column, numbers
from .estimates import critical


@dataclass(frozen=True)
class SampleSize:
    """How many answers are needed, and how many units to approach for them.

    Attributes:
        n: answers needed.
        n_approach: units to approach, given the share expected to answer.
        margin: half width of the interval aimed at.
        level: its confidence.
        is_census: whether that means asking everybody.
    """

    n: int
    n_approach: int
    margin: float
    level: float
    is_census: bool


def sample_size_proportion(
    margin: float,
    *,
    share: float = 0.5,
    population: int | None = None,
    design_effect: float = 1.0,
    response_share: float = 1.0,
    level: float = 0.95,
) -> SampleSize:
    """Answers needed to know a share to within ± ``margin``.

    n₀ = z²p(1 − p)/d², times the design effect, reduced for a finite population by
    1 + (n₀ − 1)/N (Cochran 1977, Sampling Techniques, sections 4.4 and 4.7).

    >>> sample_size_proportion(0.05).n, sample_size_proportion(0.05, population=1000).n
    (385, 278)
    """
    if not 0 < share < 1:
        raise BadInput(
            place=f"share {share}", problem="is not between 0 and 1", remedy="Use 0.5 when nothing is known."
        )
    return _size(share * (1 - share), margin, population, design_effect, response_share, level)


def sample_size_mean(
    margin: float,
    sd: float,
    *,
    population: int | None = None,
    design_effect: float = 1.0,
    response_share: float = 1.0,
    level: float = 0.95,
) -> SampleSize:
    """Answers needed to know a mean to within ± ``margin``, with standard deviation ``sd`` among units.

    >>> sample_size_mean(1.0, sd=6.0, design_effect=1.5).n
    208
    """
    if not (math.isfinite(sd) and sd > 0):
        raise BadInput(
            place=f"sd {sd}",
            problem="is not positive",
            remedy="Take it from an earlier survey; a quarter of the usual range is a rough guess.",
        )
    return _size(sd * sd, margin, population, design_effect, response_share, level)


def _size(
    variance: float, margin: float, population: int | None, deff: float, response: float, level: float
) -> SampleSize:
    for name, value, good in (
        ("margin", margin, margin > 0),
        ("design_effect", deff, deff > 0),
        ("response_share", response, 0 < response <= 1),
        ("population", population, population is None or population >= 1),
    ):
        if not good or (value is not None and not math.isfinite(value)):
            raise BadInput(
                place=f"{name} {value}",
                problem="makes no sense",
                remedy="Give a positive number (shares up to 1).",
            )
    simple = variance * (critical(level, math.inf) / margin) ** 2
    if population is not None:
        simple /= 1 + (simple - 1) / population
    # A hair below the ceiling so that 385.0000000001 from rounding is not 386.
    n = max(1, math.ceil(simple * deff - 1e-9))
    if population is not None:
        n = min(n, population)
    approach = math.ceil(n / response - 1e-9)
    if population is not None and approach > population:
        approach = population
    return SampleSize(n, approach, margin, level, population is not None and n >= population)


def cluster_design_effect(take: float, icc: float, *, cv: float = 0.0) -> float:
    """Design effect of asking ``take`` units per cluster, 1 + ((cv² + 1)·take − 1)·icc.

    ``icc`` is the intraclass correlation, ``cv`` the coefficient of variation of cluster takes (Eldridge,
    Ashby and Kerry 2006, International Journal of Epidemiology 35, 1292–1300).

    >>> round(cluster_design_effect(25, 0.10), 2)
    3.4
    """
    if take < 1 or not -1 <= icc <= 1 or cv < 0:
        raise BadInput(
            place=f"take {take}, icc {icc}, cv {cv}",
            problem="makes no sense",
            remedy="Give at least one unit per cluster, an icc from -1 to 1 and a cv of zero or more.",
        )
    return 1 + ((cv * cv + 1) * take - 1) * icc


def clusters_needed(
    margin: float,
    take: int,
    icc: float,
    *,
    share: float | None = None,
    sd: float | None = None,
    population: int | None = None,
    level: float = 0.95,
) -> int:
    """Clusters (market days, streets) needed for ± ``margin`` when ``take`` units are asked in each.

    Uses Student's t with clusters − 1 degrees of freedom, so that few clusters are not promised too much.

    Args:
        margin: half width aimed at.
        take: units asked per cluster.
        icc: intraclass correlation.
        share: expected share, for proportions; or
        sd: standard deviation among units, for means.
        population: clusters there are, if they are drawn without replacement.
        level: confidence.

    >>> clusters_needed(0.05, take=25, icc=0.10, share=0.3)
    47
    """
    if (share is None) == (sd is None):
        raise BadInput(place="share and sd", problem="are both or neither given", remedy="Give exactly one.")
    if sd is None:
        assert share is not None
        if not 0 < share < 1:
            raise BadInput(
                place=f"share {share}", problem="is not between 0 and 1", remedy="Use 0.5 if unknown."
            )
        sd = math.sqrt(share * (1 - share))
    if margin <= 0:
        raise BadInput(place=f"margin {margin}", problem="is not positive", remedy="Give a half width.")
    spread = sd * sd * cluster_design_effect(take, icc) / take
    for clusters in range(2, 1_000_001):
        left = 1.0 if population is None else max(0.0, 1 - clusters / population)
        if critical(level, clusters - 1) * math.sqrt(max(spread, 0.0) * left / clusters) <= margin:
            return clusters
    raise CannotBeSaid(
        what="The number of clusters",
        why="more than a million would be needed",
        remedy="Aim at a wider margin.",
    )


def best_take(icc: float, cost_per_cluster: float, cost_per_unit: float) -> int:
    """Units per cluster that give most precision for the money, √(c₁/c₂ · (1 − ρ)/ρ) (Kish 1965, 8.3B).

    >>> best_take(0.10, cost_per_cluster=90, cost_per_unit=1)
    28
    """
    if not 0 < icc < 1 or cost_per_cluster <= 0 or cost_per_unit <= 0:
        raise BadInput(
            place=f"icc {icc}, costs {cost_per_cluster} and {cost_per_unit}",
            problem="has no best take",
            remedy="Give an icc strictly between 0 and 1 and positive costs.",
        )
    return max(1, round(math.sqrt(cost_per_cluster / cost_per_unit * (1 - icc) / icc)))


def intraclass_correlation(frame: pl.DataFrame, what: str, cluster: str) -> float:
    """How alike units of one cluster are: the analysis-of-variance estimate from an earlier survey.

    (MSB − MSW)/(MSB + (m₀ − 1)·MSW) with m₀ the adjusted mean cluster size (Donner 1986, International
    Statistical Review 54, 67–82). Rows without an answer are refused.

    >>> frame = pl.DataFrame({"stall": [1, 1, 0, 0, 1, 0], "day": ["a", "a", "b", "b", "c", "c"]})
    >>> round(intraclass_correlation(frame, "stall", "day"), 3)
    0.5
    """
    y = numbers(frame, what)
    if np.isnan(y).any():
        row = int(np.argmax(np.isnan(y)))
        raise BadInput(
            place=f"column '{what}', row {row + 1}", problem="is missing", remedy="Drop or fill it first."
        )
    codes, labels = coded(column(frame, cluster))
    sizes = np.bincount(codes)
    n, k = len(y), len(labels)
    if k < 2 or n <= k:
        raise CannotBeSaid(
            what="The intraclass correlation",
            why="it needs at least two clusters and a cluster with two answers",
            remedy="Use a survey with several answers per cluster.",
        )
    means = np.bincount(codes, weights=y) / sizes
    between = float(sizes @ (means - y.mean()) ** 2) / (k - 1)
    within = float(((y - means[codes]) ** 2).sum()) / (n - k)
    typical = (n - float((sizes**2).sum()) / n) / (k - 1)
    if between == 0 and within == 0:
        raise CannotBeSaid(
            what="The intraclass correlation", why="all answers are equal", remedy="Use another question."
        )
    return (between - within) / (between + (typical - 1) * within)


ALLOCATIONS = ("proportional", "equal", "neyman", "square_root")


def allocate(
    n: int,
    sizes: Mapping[object, int],
    *,
    method: str = "proportional",
    sd: Mapping[object, float] | None = None,
    cost: Mapping[object, float] | None = None,
    least: int = 2,
) -> dict[object, int]:
    """Whole numbers of units per stratum that add up to ``n``.

    Args:
        n: sample size.
        sizes: units per stratum in the population.
        method: "proportional"; "equal"; "neyman" (N·S, needs ``sd``; with ``cost`` N·S/√c, Cochran 1977,
            section 5.5); "square_root" of the size, a compromise between large and small strata.
        sd: standard deviation per stratum.
        cost: cost per unit and stratum.
        least: fewest units per stratum (two are needed for an error), capped by its size.

    Shares are rounded by largest remainder; nobody is asked twice: a full stratum passes its rest on.

    >>> allocate(10, {"small": 60, "medium": 30, "large": 10})
    {'small': 5, 'medium': 3, 'large': 2}
    """
    strata = sorted(sizes, key=str)
    size = np.array([sizes[s] for s in strata], dtype=float)
    if method not in ALLOCATIONS:
        raise BadInput(
            place=f"method={method!r}",
            problem="is not known",
            remedy="Use one of " + ", ".join(ALLOCATIONS) + ".",
        )
    if not len(size) or (size < 1).any() or (size != np.floor(size)).any():
        raise BadInput(
            place="sizes", problem="are not all whole and positive", remedy="Count units per stratum."
        )
    floor = np.minimum(least, size)
    if not floor.sum() <= n <= size.sum():
        raise BadInput(
            place=f"n={n}",
            problem=f"cannot be spread over {len(size)} strata of {int(size.sum())} units, {least} in each",
            remedy=f"Choose a number from {int(floor.sum())} to {int(size.sum())}.",
        )
    weight = _allocation_weight(method, strata, size, sd, cost)
    out = _largest_remainder(n, weight, floor, size)
    return {s: int(out[strata.index(s)]) for s in sizes}


def _allocation_weight(
    method: str,
    strata: list[object],
    size: np.ndarray,
    sd: Mapping[object, float] | None,
    cost: Mapping[object, float] | None,
) -> np.ndarray:
    if method == "equal":
        return np.ones(len(size))
    if method == "square_root":
        return np.sqrt(size)
    if method == "proportional":
        return size
    if sd is None or set(strata) - set(sd):
        raise BadInput(place="sd", problem="is not given for every stratum", remedy="Neyman's rule needs it.")
    spread = np.array([sd[s] for s in strata], dtype=float)
    price = np.array([1.0 if cost is None else cost[s] for s in strata], dtype=float)
    if (spread < 0).any() or not spread.any() or (price <= 0).any():
        raise BadInput(place="sd or cost", problem="is negative or nothing", remedy="Give positive numbers.")
    return size * spread / np.sqrt(price)


def _largest_remainder(n: int, weight: np.ndarray, floor: np.ndarray, cap: np.ndarray) -> np.ndarray:
    out, free = floor.copy(), np.ones(len(cap), dtype=bool)
    # Fix strata whose share falls under their floor or over their cap, then share the rest again.
    while True:
        rest = n - out[~free].sum()
        share = np.zeros(len(cap))
        if free.any() and weight[free].sum() > 0:
            share[free] = rest * weight[free] / weight[free].sum()
        over, under = free & (share > cap), free & (share < floor)
        if over.any() and (share - cap)[over].sum() >= (floor - share)[under].sum():
            out[over], free = cap[over], free & ~over
        elif under.any():
            out[under], free = floor[under], free & ~under
        else:
            break
    out[free] = np.floor(share[free] + 1e-9)
    remainder = np.where(free & (out < cap), share - out, -1.0)
    missing = int(n - out.sum())
    for at in np.lexsort((np.arange(len(cap)), -remainder.round(9)))[:missing]:
        out[at] += 1
    return out
