"""Mean, total, ratio and design effect of a survey design."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nanduti.methods.values import BadInput, CannotBeSaid

from ._columns import What, dot
from .estimates import Estimate
from .few_psus import fit_columns
from .samples import finish, take

if TYPE_CHECKING:
    from .design import SurveyDesign


def mean(
    design: SurveyDesign,
    what: What,
    *,
    missing: str = "refuse",
    level: float = 0.95,
    df: float | None = None,
    correction: str | None = None,
) -> Estimate:
    """Weighted mean of a numeric column with its linearised error.

    ȳ = Σwy/Σw; scores w(y − ȳ)/Σw (Särndal, Swensson and Wretman 1992, section 5.7).

    Args:
        design: the survey design, possibly a domain of it.
        what: column or expression.
        missing: "refuse" or "leave_out" (treat those who answered as the domain, and count the others).
        level: confidence of the interval.
        df: degrees of freedom; PSUs minus strata unless given (``math.inf`` for a normal interval).
        correction: "bell_mccaffrey" or "cr2" for few PSUs; see
            :func:`nanduti.methods.sampling.few_psus.regression`.
    """
    sample = take(design, what, missing=missing)
    (y,), w = sample.answers, sample.weights
    size = float(w.sum())
    value = dot(w, y) / size
    if correction is not None:
        fit = fit_columns(design, sample, y, np.ones((len(y), 1)), ["mean"], correction)
        use = fit.df[0] if df is None else df
        return finish(
            design, sample, f"mean of {sample.name}", value, fit.covariance[0, 0], level, use, fit.method
        )
    scores = y - value
    scores *= w
    scores /= size
    variance = float(design.covariance(sample.rows, scores)[0, 0])
    return finish(design, sample, f"mean of {sample.name}", value, variance, level, df)


def total(
    design: SurveyDesign, what: What, *, missing: str = "refuse", level: float = 0.95, df: float | None = None
) -> Estimate:
    """Weighted total Σwy with its linearised error (Horvitz and Thompson 1952).

    With ``missing="leave_out"`` those without an answer count as nothing: the total is then of those who
    would answer, and is warned about.
    """
    sample = take(design, what, missing=missing)
    scores = sample.weights * sample.answers[0]
    variance = float(design.covariance(sample.rows, scores)[0, 0])
    return finish(design, sample, f"total of {sample.name}", float(scores.sum()), variance, level, df)


def ratio(
    design: SurveyDesign,
    numerator: What,
    denominator: What,
    *,
    missing: str = "refuse",
    level: float = 0.95,
    df: float | None = None,
) -> Estimate:
    """Ratio of two totals, Σwy/Σwx, with its linearised error.

    Scores w(y − Rx)/Σwx (Cochran 1977, Sampling Techniques, section 6.4).
    """
    sample = take(design, numerator, denominator, missing=missing)
    (y, x), w = sample.answers, sample.weights
    below = dot(w, x)
    if below == 0:
        raise CannotBeSaid(
            what=f"The ratio {sample.name}",
            why="the denominator adds up to zero",
            remedy="Choose a domain where the denominator is not zero.",
        )
    value = dot(w, y) / below
    variance = float(design.covariance(sample.rows, w * (y - value * x) / below)[0, 0])
    return finish(design, sample, f"ratio {sample.name}", value, variance, level, df)


def design_effect(
    design: SurveyDesign,
    what: What,
    *,
    statistic: str = "mean",
    replacement: bool = False,
    missing: str = "refuse",
) -> float:
    """How many times larger the variance is than under a simple random sample of as many units.

    Kish 1965, Survey Sampling, section 8.2; element variance and comparison as in R survey: the simple
    random sample is drawn without replacement from Σw units, or with replacement if asked.

    Args:
        design: the survey design.
        what: column or expression.
        statistic: "mean" or "total".
        replacement: compare with sampling with replacement.
        missing: "refuse" or "leave_out".
    """
    if statistic not in ("mean", "total"):
        raise BadInput(
            place=f"statistic={statistic!r}", problem="has no design effect here", remedy="Use mean or total."
        )
    sample = take(design, what, missing=missing)
    (y,), w = sample.answers, sample.weights
    size, n = float(w.sum()), sample.n
    centre = dot(w, y) / size
    spread = dot(w, (y - centre) ** 2) / size * n / (n - 1) if n > 1 else 0.0
    simple = spread / n * (1.0 if replacement else (size - n) / size)
    if simple <= 0:
        raise CannotBeSaid(
            what=f"The design effect of '{sample.name}'",
            why="a simple random sample of this size would have no error"
            + (" (all answers are equal)" if spread == 0 else " (the weights say that everyone was asked)"),
            remedy="Say replacement=True to compare with sampling with replacement, or check the weights.",
        )
    scores = w * (y - centre) / size if statistic == "mean" else w * y
    variance = float(design.covariance(sample.rows, scores)[0, 0])
    return variance / (simple if statistic == "mean" else simple * size**2)
