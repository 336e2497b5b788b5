"""Shares of a population, with intervals that stay between 0 and 1."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import special

from nanduti.methods.values import BadInput, Reason, mark

from ._columns import What, coded, column, dot, indicator, name_of
from .estimates import Estimate, check_level, critical
from .few_psus import fit_columns
from .samples import finish, take

if TYPE_CHECKING:
    from .design import SurveyDesign

METHODS = ("logit", "beta", "wilson", "linear")


def proportion(
    design: SurveyDesign,
    what: What,
    *,
    method: str = "logit",
    missing: str = "refuse",
    level: float = 0.95,
    df: float | None = None,
    correction: str | None = None,
) -> Estimate:
    """Share of units for which a yes/no column or expression holds.

    Args:
        design: the survey design, possibly a domain of it.
        what: true/false or 1/0 column, or an expression such as ``pl.col("jobs") > 5``.
        method: how the interval is made. "logit": t interval on the log-odds scale, turned back (Korn and
            Graubard 1998, Survey Methodology 24, 193–201; R survey ``svyciprop(method="logit")``); it keeps
            its promise with few PSUs. "beta": Korn and Graubard's exact interval at the effective sample
            size. "wilson": score interval at the effective sample size. "linear": share ± t × error.
        missing: "refuse" or "leave_out".
        level: confidence.
        df: degrees of freedom; PSUs minus strata unless given.
        correction: "bell_mccaffrey" or "cr2" for few PSUs, as in :func:`mean`.

    Where nobody or everybody in the sample has the property the answers show no spread. The interval is
    then the exact binomial one with every *PSU* counted as a single observation, and a warning says so.
    """
    if method not in METHODS:
        raise BadInput(
            place=f"method={method!r}",
            problem="is not known",
            remedy="Use one of " + ", ".join(METHODS) + ".",
        )
    indicator(design.frame, what)
    sample = take(design, what, missing=missing)
    (y,), w = sample.answers, sample.weights
    size = float(w.sum())
    value = dot(w, y) / size
    if correction is None:
        variance = float(design.covariance(sample.rows, w * (y - value) / size)[0, 0])
    else:
        fit = fit_columns(design, sample, y, np.ones((len(y), 1)), ["share"], correction)
        variance, df = float(fit.covariance[0, 0]), float(fit.df[0]) if df is None else df
    found = finish(design, sample, f"share with {name_of(what)}", value, variance, level, df)
    low, high, told = limits(
        value, variance, found.df, level, method, n=sample.n, n_psus=sample.n_psus, unanimous=_unanimous(y)
    )
    notes = found.warnings
    if _unanimous(y):
        notes = (*notes, _UNANIMOUS)
    if correction is not None:
        told = told.replace("linearised", fit.method.partition(",")[0])
    return replace(found, low=low, high=high, method=told, warnings=notes)


_UNANIMOUS = Reason(
    "sampling.unanimous",
    mark(
        "All answers are alike, so their spread is unknown; the interval counts every PSU as one observation."
    ),
)


def _unanimous(answers: np.ndarray) -> bool:
    return bool((answers == answers[0]).all())


def limits(
    value: float,
    variance: float,
    df: float,
    level: float,
    method: str = "logit",
    *,
    n: int,
    n_psus: int,
    unanimous: bool = False,
) -> tuple[float | None, float | None, str]:
    """Interval of a share from its variance, and in words how it was made.

    >>> low, high, how = limits(0.3, 0.05**2, 15, 0.95, n=400, n_psus=16)
    >>> round(low, 4), round(high, 4), how
    (0.2051, 0.4159, 'linearised, logit interval, t with 15 degrees of freedom')
    """
    check_level(level)
    if unanimous:
        low, high = clopper_pearson(value * n_psus, n_psus, level)
        return low, high, "exact binomial interval, every PSU counted as one observation"
    if not df > 0 or math.isnan(variance):
        return None, None, "no interval: no degrees of freedom"
    se, t = math.sqrt(max(variance, 0.0)), critical(level, df)
    told = f"linearised, {method} interval, t with {df:.4g} degrees of freedom"
    if se == 0:
        return value, value, told
    if method == "linear":
        return value - t * se, value + t * se, told
    if method == "logit":
        centre, half = math.log(value / (1 - value)), t * se / (value * (1 - value))
        return float(special.expit(centre - half)), float(special.expit(centre + half)), told
    effective = value * (1 - value) / variance
    if method == "wilson":
        return *_wilson(value, effective, t), told
    # Korn and Graubard: fewer effective observations where the design has few degrees of freedom.
    effective *= (critical(level, n - 1) / t) ** 2 if n > 1 else 1.0
    low, high = clopper_pearson(value * effective, effective, level)
    return low, high, told


def clopper_pearson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Exact binomial limits (Clopper and Pearson 1934); ``successes`` and ``n`` need not be whole.

    >>> [round(x, 4) for x in clopper_pearson(0, 10)]
    [0.0, 0.3085]
    """
    tail = (1 - check_level(level)) / 2
    low = 0.0 if successes <= 0 else float(special.betaincinv(successes, n - successes + 1, tail))
    high = 1.0 if successes >= n else float(special.betaincinv(successes + 1, n - successes, 1 - tail))
    return low, high


def _wilson(value: float, n: float, t: float) -> tuple[float, float]:
    centre = (value + t * t / (2 * n)) / (1 + t * t / n)
    half = t / (1 + t * t / n) * math.sqrt(value * (1 - value) / n + t * t / (4 * n * n))
    return centre - half, centre + half


def shares(
    design: SurveyDesign,
    what: str,
    *,
    method: str = "logit",
    missing: str = "refuse",
    level: float = 0.95,
    df: float | None = None,
) -> pl.DataFrame:
    """Share of every category of a column: one row per category, sorted, with n, share, error, interval.

    Every category that occurs in the frame has a row; one that does not occur in the domain has share 0
    with an honest upper limit.
    """
    found = column(design.frame, what)
    known = found.is_not_null()
    held = design
    if not known.all():
        _missing(design, what, known.to_numpy(), missing)
        held = design.where(pl.lit(known.alias(f"{what} is known")))
    levels = coded(found.drop_nulls())[1]
    rows = []
    for value in levels:
        holds = pl.lit((found == value).fill_null(False).alias(f"{what} = {value}"))
        one = proportion(held, holds, method=method, level=level, df=df)
        inside = (found == value).fill_null(False).to_numpy()
        inside = inside if held.domain is None else inside & held.domain
        rows.append(
            {
                what: value,
                "n": int(inside.sum()),
                "share": one.value,
                "se": one.se,
                "low": one.low,
                "high": one.high,
                "method": one.method,
            }
        )
    return pl.DataFrame(rows, schema_overrides={"se": pl.Float64, "low": pl.Float64, "high": pl.Float64})


def _missing(design: SurveyDesign, what: str, known: np.ndarray, missing: str) -> None:
    gaps = ~known if design.domain is None else ~known & design.domain
    if gaps.any() and missing != "leave_out":
        raise BadInput(
            place=f"column '{what}', row {int(np.argmax(gaps)) + 1}",
            problem=f"is missing ({int(gaps.sum())} of {len(gaps)} rows)",
            remedy="Fill the answers, or say missing='leave_out' to use those who answered.",
        )
