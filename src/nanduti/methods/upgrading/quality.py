"""Quality: rejects, yields, defects per million, capability of a process, and rates before and after."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from scipy.special import ndtr, ndtri

from nanduti.methods.values import BadInput, CannotBeSaid, mark
from nanduti.methods.values.guards import above_zero, amount, figure, share

from ._checks import part_of, whole
from .productivity import Figure, Span, span

#: Mean range of a sample of n from a normal process in standard deviations (d2). ASTM Manual 7, table of
#: factors for control charts.
D2 = {2: 1.128, 3: 1.693, 4: 2.059, 5: 2.326, 6: 2.534, 7: 2.704, 8: 2.847, 9: 2.970, 10: 3.078}


def rejection_rate(rejected: float, inspected: float) -> float:
    """Share of inspected pieces that were rejected.

    >>> rejection_rate(45, 1000)
    0.045
    """
    part_of(rejected, inspected, "rejected")
    return rejected / inspected


def ppm(rejected: float, parts: float) -> float:
    """Rejected parts per million.

    >>> ppm(3, 30_000)
    100.0
    """
    return rejection_rate(rejected, parts) * 1e6


def defects_per_unit(defects: float, units: float) -> float:
    """DPU: defects for each unit; a unit may hold several.

    >>> defects_per_unit(34, 750)
    0.0453333
    """
    return amount(defects, "defects") / above_zero(units, "units")


def dpmo(defects: float, units: float, opportunities: float) -> float:
    """Defects per million opportunities: ``defects / (units × opportunities) · 10⁶``.

    >>> round(dpmo(34, 750, 10), 1)
    4533.3
    """
    chances = above_zero(units, "units") * above_zero(opportunities, "opportunities for each unit")
    part_of(defects, chances, "defects")
    return defects / chances * 1e6


def sigma_level(defects_per_million: float, *, shift: float = 1.5) -> float | None:
    """Sigma level of a defect rate, ``Φ⁻¹(1 − DPMO/10⁶) + shift``; ``None`` at 0 or 10⁶, where it has no end.

    The customary shift of 1.5 makes 3.4 defects per million six sigma; ``shift=0`` gives the long-term level.

    >>> [round(sigma_level(d), 2) for d in (3.4, 233, 6210, 66807, 308538)]
    [6.0, 5.0, 4.0, 3.0, 2.0]
    """
    rate = amount(defects_per_million, "defects per million")
    figure(shift, "shift")
    if rate > 1e6:
        raise BadInput(
            place=f"{rate:g} defects per million",
            problem=mark("is more than there is"),
            remedy=mark("Count the part within the whole."),
        )
    return float(-ndtri(rate / 1e6) + shift) if 0 < rate < 1e6 else None


def first_pass_yield(*, entered: float, scrapped: float, reworked: float) -> float:
    """Share of units that pass a step right the first time, neither scrapped nor reworked.

    >>> first_pass_yield(entered=100, scrapped=5, reworked=10)
    0.85
    """
    amount(scrapped, "scrapped")
    amount(reworked, "reworked")
    part_of(scrapped + reworked, entered, "scrapped and reworked")
    return 1 - (scrapped + reworked) / entered


def rolled_throughput_yield(yields: Sequence[float]) -> float:
    """Chance that a unit passes every step right the first time: the product of the yields.

    >>> round(rolled_throughput_yield([0.98, 0.95, 0.9]), 4)
    0.8379
    """
    if not len(yields):
        raise BadInput(place="yields", problem=mark("are none"), remedy=mark("Give the yield of each step."))
    return math.prod(share(y, f"yield of step {n}") for n, y in enumerate(yields, start=1))


def yield_from_dpu(per_unit: float) -> float:
    """Share of units without a defect where defects fall at random: ``e^−DPU``.

    >>> round(yield_from_dpu(0.2), 4)
    0.8187
    """
    return math.exp(-amount(per_unit, "defects per unit"))


@dataclass(frozen=True)
class Capability:
    """Whether a process can keep its tolerance; indices that need a missing limit are ``None``.

    Attributes:
        cp: width of the tolerance over six standard deviations: what it could do if centred.
        cpk: the nearer limit over three: what it does.
        cpm: Taguchi's index about ``target``.
        expected_ppm: pieces out of tolerance per million, if the process is normal and steady.
    """

    mean: float
    sd: float
    cp: float | None
    cpk: float
    cpm: float | None
    expected_ppm: float


def process_capability(
    *,
    mean: float,
    sd: float,
    lower: float | None = None,
    upper: float | None = None,
    target: float | None = None,
) -> Capability:
    """Cp, Cpk and Cpm of a process with one or two limits.

    ``Cp = (U − L)/6σ``; ``Cpk = min(U − μ, μ − L)/3σ``; ``Cpm = (U − L)/(6·√(σ² + (μ − T)²))``. With the
    standard deviation within samples these are Cp and Cpk, with the one over all pieces Pp and Ppk.

    Source: D. C. Montgomery, *Introduction to Statistical Quality Control*, process capability.

    >>> c = process_capability(mean=16, sd=1, lower=10, upper=20)
    >>> round(c.cp, 3), round(c.cpk, 3), round(c.cpm, 3)
    (1.667, 1.333, 1.179)
    """
    m, s = figure(mean, "mean"), above_zero(sd, "standard deviation")
    if lower is None and upper is None:
        raise BadInput(
            place="limits", problem=mark("are none"), remedy=mark("Give the lower or the upper limit.")
        )
    if (
        lower is not None
        and upper is not None
        and not figure(lower, "lower limit") < figure(upper, "upper limit")
    ):
        raise BadInput(
            place=f"limits {lower:g} and {upper:g}",
            problem=mark("leave no room"),
            remedy=mark("Put the lower figure first."),
        )
    sides = [(upper - m) / (3 * s)] if upper is not None else []
    sides += [(m - lower) / (3 * s)] if lower is not None else []
    two = lower is not None and upper is not None
    if target is not None:
        figure(target, "target")
    aim = (lower + upper) / 2 if two and target is None else target
    cpm = (upper - lower) / (6 * math.hypot(s, m - aim)) if two else None
    return Capability(
        m, s, (upper - lower) / (6 * s) if two else None, min(sides), cpm,
        float(sum(ndtr(-3 * side) for side in sides) * 1e6),
    )  # fmt: skip


def capability_of(
    samples: Sequence[Sequence[float]] | Sequence[float],
    *,
    lower: float | None = None,
    upper: float | None = None,
    target: float | None = None,
    spread: str = "overall",
) -> Capability:
    """The same from measured pieces.

    Args:
        samples: pieces in one row, or samples of equal size (2 to 10 pieces), one row each.
        spread: ``overall`` (standard deviation of all pieces: Pp, Ppk) or ``within`` (mean range / d2: Cp,
            Cpk; needs samples).

    >>> round(capability_of([9.9, 10.1, 10.0, 10.2, 9.8], lower=9.4, upper=10.6).cpk, 3)
    1.265
    """
    try:
        x = np.asarray(samples, dtype=float)
    except (TypeError, ValueError):
        x = np.array([np.nan])
    if x.ndim not in (1, 2) or not x.size or not np.all(np.isfinite(x)):
        raise BadInput(
            place="samples",
            problem=mark("hold a gap, a word or rows of different length"),
            remedy=mark("Give measured pieces only, samples of equal size."),
        )
    if spread not in ("overall", "within"):
        raise BadInput(
            place=f"spread {spread!r}", problem=mark("is not known"), remedy="Use overall or within."
        )
    if spread == "within":
        if x.ndim != 2 or x.shape[1] not in D2:
            raise BadInput(
                place="samples",
                problem=mark("are not samples of 2 to 10 pieces"),
                remedy=mark("Measure several pieces at a time, or use the overall spread."),
            )
        sd = float(np.ptp(x, axis=1).mean() / D2[x.shape[1]])
    else:
        sd = float(x.std(ddof=1)) if x.size > 1 else 0.0
    if sd == 0:
        raise CannotBeSaid(
            what=mark("The capability of the process"),
            why=mark("the pieces do not differ"),
            remedy=mark("Measure more pieces, or more finely."),
        )
    return process_capability(mean=float(x.mean()), sd=sd, lower=lower, upper=upper, target=target)


@dataclass(frozen=True)
class RateChange:
    """How a rate said as a range has changed: relative change from the middles, and its extremes."""

    relative: float
    extremes: Span
    difference: float


def rate_change(before: Figure, after: Figure) -> RateChange:
    """Relative change of a rate given as a figure or a range.

    Ranges of practice ("4–5 % to 3–4 %") do not say how firms moved; the extremes are what the ranges allow.

    Source of the doctest: UNIDO (2013), *Cluster Twinning*, box 1 (rejection in process).

    >>> c = rate_change((0.04, 0.05), (0.03, 0.04))
    >>> round(c.relative, 4), round(c.extremes.low, 2), c.extremes.high
    (-0.2222, -0.4, 0.0)
    """
    a, b = span(before), span(after)
    above_zero(a.low, "rate before")
    amount(b.low, "rate after")
    extremes = Span(b.low / a.high - 1, b.high / a.low - 1)
    return RateChange(b.middle / a.middle - 1, extremes, b.middle - a.middle)


@dataclass(frozen=True)
class RateComparison:
    """Two counted rates beside each other.

    Attributes:
        difference: after less before; ``low`` and ``high`` its interval.
        relative: after over before less one; ``None`` if nothing was rejected before.
        p_value: Fisher's exact test that both rates are one.
    """

    before: float
    after: float
    difference: float
    low: float
    high: float
    relative: float | None
    p_value: float


def compare_rates(
    before: tuple[int, int], after: tuple[int, int], *, confidence: float = 0.95
) -> RateComparison:
    """Rejected and inspected before and after: difference with interval, and whether chance explains it.

    The interval is Newcombe's hybrid of Wilson's scores, which behaves for small counts and for none.
    A difference is not yet an effect: other things change between two months too.

    Source: R. G. Newcombe, *Statistics in Medicine* 17 (1998), 873-890, method 10.

    >>> c = compare_rates((48, 80), (56, 70))
    >>> round(c.difference, 4), round(c.low, 4), round(c.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    if not 0 < confidence < 1:
        raise BadInput(
            place=f"confidence {confidence}",
            problem=mark("does not lie between 0 and 1"),
            remedy=mark("Give 0.95 for 95 %."),
        )
    for place, (x, n) in (("before", before), ("after", after)):
        part_of(x, n, place)
        whole(x, place)
        whole(n, f"{place}: the whole")
    (l1, p1, u1), (l2, p2, u2) = (_wilson(x, n, confidence) for x, n in (before, after))
    d = p2 - p1
    low = d - math.hypot(p2 - l2, u1 - p1)
    high = d + math.hypot(u2 - p2, p1 - l1)
    table = [[before[0], before[1] - before[0]], [after[0], after[1] - after[0]]]
    test = float(scipy.stats.fisher_exact(table).pvalue)
    return RateComparison(p1, p2, d, max(-1.0, low), min(1.0, high), p2 / p1 - 1 if p1 else None, test)


def _wilson(x: int, n: int, confidence: float) -> tuple[float, float, float]:
    z, p = float(-ndtri((1 - confidence) / 2)), x / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, (middle - half) / (1 + z * z / n)), p, min(1.0, (middle + half) / (1 + z * z / n))


@dataclass(frozen=True)
class QualityCost:
    """Cost of quality: what is spent to be good, what bad work costs, and shares of sales."""

    conformance: float
    failure: float
    total: float
    share_of_sales: float | None


def cost_of_quality(
    *,
    prevention: float,
    appraisal: float,
    internal_failure: float,
    external_failure: float,
    sales: float = 0.0,
) -> QualityCost:
    """Prevention and appraisal against failures found inside and by the customer.

    Source: A. V. Feigenbaum, *Total Quality Control* (prevention, appraisal, failure).

    >>> c = cost_of_quality(prevention=10, appraisal=20, internal_failure=50, external_failure=20, sales=1000)
    >>> c.failure, c.share_of_sales
    (70.0, 0.1)
    """
    good = amount(prevention, "prevention") + amount(appraisal, "appraisal")
    bad = amount(internal_failure, "internal failure") + amount(external_failure, "external failure")
    of = amount(sales, "sales")
    return QualityCost(good, bad, good + bad, (good + bad) / of if of else None)
