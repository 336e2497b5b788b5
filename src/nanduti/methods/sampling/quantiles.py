"""Quantiles of a population from weighted answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nanduti.methods.values import BadInput, Reason, mark

from ._columns import What, dot
from .estimates import Estimate, critical
from .proportions import limits
from .samples import finish, take

if TYPE_CHECKING:
    from .design import SurveyDesign

RULES = ("math", "school", "linear")


def quantile(
    design: SurveyDesign,
    what: What,
    probability: float = 0.5,
    *,
    rule: str = "math",
    interval: str = "linear",
    missing: str = "refuse",
    level: float = 0.95,
    df: float | None = None,
) -> Estimate:
    """Quantile with Woodruff's interval.

    The interval for the share of units at or below the estimate is carried back through the weighted
    distribution of the answers (Woodruff 1952, JASA 47, 635–646). The error is the width of that interval
    over twice the critical value. Defaults agree with R survey 4.x ``svyquantile``.

    Args:
        design: the survey design, possibly a domain of it.
        what: column or expression.
        probability: 0.5 for the median.
        rule: "math": smallest answer at or below which at least that share lies; "school": the middle of
            two where the share is met exactly; "linear": interpolated between answers.
        interval: how the interval of the share is made: "linear", "logit" or "beta".
        missing: "refuse" or "leave_out".
        level: confidence.
        df: degrees of freedom; PSUs minus strata unless given.
    """
    if not 0 < probability < 1:
        raise BadInput(
            place=f"probability {probability}",
            problem="is not between 0 and 1",
            remedy="Write 0.5 for the median.",
        )
    if rule not in RULES or interval not in ("linear", "logit", "beta"):
        raise BadInput(
            place=f"rule={rule!r}, interval={interval!r}",
            problem="is not known",
            remedy="Rules: math, school, linear. Intervals: linear, logit, beta.",
        )
    sample = take(design, what, missing=missing)
    (y,), w = sample.answers, sample.weights
    points, share = distribution(y, w)
    value = invert(points, share, probability, rule)
    below = y <= value
    p = dot(w, below.astype(float)) / float(w.sum())
    variance = float(design.covariance(sample.rows, w * (below - p) / w.sum())[0, 0])
    found = finish(design, sample, f"{probability:g} quantile of {sample.name}", value, variance, level, df)
    if bool(below.all()):
        return _no_limits(found, "the estimate is the largest answer")
    p_low, p_high, told = limits(p, variance, found.df, level, interval, n=sample.n, n_psus=sample.n_psus)
    if p_low is None or p_high is None:
        return _no_limits(found, "there are no degrees of freedom")
    low = invert(points, share, p_low, rule) if p_low > 0 else None
    high = invert(points, share, p_high, rule) if p_high < 1 else None
    if low is None or high is None:
        return replace(_no_limits(found, "the sample does not reach far enough"), low=low, high=high)
    se = (high - low) / (2 * critical(level, found.df))
    return replace(found, se=se, low=low, high=high, method="Woodruff, " + told)


def _no_limits(found: Estimate, why: str) -> Estimate:
    note = Reason("sampling.quantile_open", mark("The interval is open because {why}."), {"why": why})
    return replace(
        found, se=None, low=None, high=None, method="no interval", warnings=(*found.warnings, note)
    )


def distribution(answers: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct answers, ascending, and the weighted share of units at or below each.

    >>> distribution(np.array([3.0, 1.0, 3.0]), np.array([1.0, 2.0, 1.0]))
    (array([1., 3.]), array([0.5, 1. ]))
    """
    order = np.argsort(answers, kind="stable")
    points, start = np.unique(answers[order], return_index=True)
    sums = np.add.reduceat(weights[order], start)
    keep = sums > 0
    share = np.cumsum(sums[keep])
    return points[keep], share / share[-1]


def invert(points: np.ndarray, share: np.ndarray, probability: float, rule: str = "math") -> float:
    """The answer at which the distribution reaches a share."""
    # A hair of tolerance: shares such as 0.3 are sums of rounded weights.
    at = int(np.searchsorted(share, probability - 1e-12, side="left"))
    at = min(at, len(points) - 1)
    if rule == "math":
        return float(points[at])
    if rule == "school":
        met = abs(share[at] - probability) <= 1e-12 and at + 1 < len(points)
        return float((points[at] + points[at + 1]) / 2) if met else float(points[at])
    return float(np.interp(probability, share, points))
