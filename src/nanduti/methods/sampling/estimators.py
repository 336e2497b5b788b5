"""Mean, total, ratio and design effect of a survey design."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nanduti.methods.values import BadInput, CannotBeSaid, Reason, mark

from ._columns import What, name_of, numbers
from .estimates import Estimate, check_level, symmetric
from .variance import degrees_of_freedom

if TYPE_CHECKING:
    from .design import SurveyDesign

FEW_PSUS = 12


@dataclass(frozen=True)
class Sample:
    """The rows an estimate stands on: their numbers (``None`` = all), weights and answers."""

    rows: np.ndarray | None
    weights: np.ndarray
    answers: tuple[np.ndarray, ...]
    name: str
    n_missing: int
    df: int
    n_psus: int

    @property
    def n(self) -> int:
        """Answers used."""
        return len(self.weights)


def take(design: SurveyDesign, *whats: What, missing: str = "refuse") -> Sample:
    """Answers of the domain; missing ones are refused, or left out and counted, as told."""
    if missing not in ("refuse", "leave_out"):
        raise BadInput(
            place=f"missing={missing!r}",
            problem="is not a known way",
            remedy="Use 'refuse' or 'leave_out'.",
        )
    columns = [numbers(design.frame, what) for what in whats]
    gaps = np.isnan(columns[0])
    for more in columns[1:]:
        gaps = gaps | np.isnan(more)
    inside = design.domain if design.all_weighted else _weighted(design)
    if inside is not None:
        gaps = gaps & inside
    n_missing = int(gaps.sum())
    name = " / ".join(name_of(what) for what in whats)
    if n_missing and missing == "refuse":
        raise BadInput(
            place=f"column '{name}', row {int(np.argmax(gaps)) + 1}",
            problem=f"is missing ({n_missing} of {design.frame.height} rows)",
            remedy="Fill the answers, or say missing='leave_out' to use the others and count these.",
        )
    rows: np.ndarray | None = None
    if n_missing:
        rows = np.flatnonzero(~gaps if inside is None else inside & ~gaps)
    elif inside is not None:
        rows = np.flatnonzero(inside)
    if rows is not None and len(rows) == 0:
        raise CannotBeSaid(
            what=f"Anything about '{name}'", why="nobody answered", remedy="Ask again or widen the domain."
        )
    pick = slice(None) if rows is None else rows
    df, n_psus = degrees_of_freedom(design, rows)
    return Sample(rows, design.weights[pick], tuple(c[pick] for c in columns), name, n_missing, df, n_psus)


def _weighted(design: SurveyDesign) -> np.ndarray:
    positive = design.weights > 0
    return positive if design.domain is None else positive & design.domain


def finish(
    design: SurveyDesign,
    sample: Sample,
    what: str,
    value: float,
    variance: float,
    level: float,
    df: float | None,
    method: str = "linearised",
) -> Estimate:
    """An estimate with a t interval and the warnings a reader needs."""
    check_level(level)
    use = float(sample.df) if df is None else float(df)
    se = None if math.isnan(variance) else math.sqrt(max(variance, 0.0))
    low, high = symmetric(value, se, use, level)
    told = "normal" if math.isinf(use) else f"t with {use:.4g} degrees of freedom"
    return Estimate(
        what=what,
        value=value,
        se=se,
        df=use,
        low=low,
        high=high,
        level=level,
        method=f"{method}, {told}",
        n=sample.n,
        n_missing=sample.n_missing,
        n_psus=sample.n_psus,
        warnings=warnings(design, sample),
    )


def warnings(design: SurveyDesign, sample: Sample) -> tuple[Reason, ...]:
    """What must be known before quoting: few PSUs, answers left out, odd weights."""
    found = list(design.warnings)
    if sample.df <= 0:
        found.append(
            Reason(
                "sampling.no_degrees_of_freedom",
                mark("There are no more primary sampling units than strata ({n}): no interval can be said."),
                {"n": sample.n_psus},
            )
        )
    elif sample.df < FEW_PSUS - 1:
        found.append(
            Reason(
                "sampling.few_psus",
                mark("Only {df} degrees of freedom: the interval may be too short where PSUs are uneven."),
                {"df": sample.df},
            )
        )
    if sample.n_missing:
        found.append(
            Reason(
                "sampling.left_out",
                mark(
                    "{n} without an answer were left out; if they differ from the others the figure is off."
                ),
                {"n": sample.n_missing},
            )
        )
    return tuple(found)


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
    size = w.sum()
    value = float(w @ y / size)
    if correction is not None:
        from .few_psus import fit_columns

        fit = fit_columns(design, sample, y, np.ones((len(y), 1)), ["mean"], correction)
        use = fit.df[0] if df is None else df
        return finish(
            design, sample, f"mean of {sample.name}", value, fit.covariance[0, 0], level, use, fit.method
        )
    variance = float(design.covariance(sample.rows, w * (y - value) / size)[0, 0])
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
    below = float(w @ x)
    if below == 0:
        raise CannotBeSaid(
            what=f"The ratio {sample.name}",
            why="the denominator adds up to zero",
            remedy="Choose a domain where the denominator is not zero.",
        )
    value = float(w @ y) / below
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
    centre = float(w @ y) / size
    spread = float(w @ (y - centre) ** 2) / size * n / (n - 1) if n > 1 else 0.0
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
