"""Linear regression and means when there are few sampling units.

With 5 to 30 PSUs the linearised error is too small and its degrees of freedom are fewer than PSUs minus
strata. Bell and McCaffrey (2002, Survey Methodology 28, 169–181) adjust the residuals of every PSU for
its own pull on the fit and give each coefficient its own Satterthwaite degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from ._columns import What
from .estimates import critical
from .samples import Sample, take
from .variance import centred

if TYPE_CHECKING:
    from .design import SurveyDesign

CORRECTIONS = ("bell_mccaffrey", "cr2")


@dataclass(frozen=True)
class LinearFit:
    """A weighted linear regression with design-based errors.

    Attributes:
        names: coefficients, in order.
        coefficients: estimates.
        covariance: of the coefficients.
        df: degrees of freedom, one per coefficient.
        n, n_psus: answers and PSUs used.
        method: how the errors were made.
        level: confidence of the intervals in :meth:`table`.
    """

    names: tuple[str, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    df: np.ndarray
    n: int
    n_psus: int
    method: str
    level: float = 0.95

    @property
    def se(self) -> np.ndarray:
        """Standard errors."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    def table(self) -> pl.DataFrame:
        """One row per coefficient: estimate, error, degrees of freedom, interval."""
        can = self.df > 0
        half = [critical(self.level, d) * s if ok else None for d, s, ok in zip(self.df, self.se, can)]
        return pl.DataFrame(
            {
                "coefficient": self.names,
                "estimate": self.coefficients,
                "se": self.se,
                "df": self.df,
                "low": [None if h is None else b - h for b, h in zip(self.coefficients, half)],
                "high": [None if h is None else b + h for b, h in zip(self.coefficients, half)],
            },
            schema_overrides={"low": pl.Float64, "high": pl.Float64},
        )


def regression(
    design: SurveyDesign,
    outcome: What,
    on: Mapping[str, What] | Sequence[str],
    *,
    intercept: bool = True,
    correction: str | None = None,
    missing: str = "refuse",
    level: float = 0.95,
) -> LinearFit:
    """Weighted least squares with the error of the survey design.

    Args:
        design: the survey design, possibly a domain of it.
        outcome: column or expression.
        on: column names, or a mapping from a name to a column or expression (write categories as
            indicators: ``{"high school": pl.col("stype") == "H"}``).
        intercept: add a constant first.
        correction: ``None`` for the linearised error with PSUs − strata − coefficients + 1 degrees of
            freedom; "bell_mccaffrey" for residuals adjusted for the pull of their PSU, centred inside
            strata, times (1 − f) n/(n − 1), with Satterthwaite degrees of freedom, which is R survey 4.5's
            ``std.errors = "Bell-McCaffrey", degf = TRUE``; "cr2" for the same without centring and factor
            (Pustejovsky and Tipton 2018, JBES 36, 672–683), for one stratum only.
        missing: "refuse" or "leave_out".
        level: confidence of the intervals.
    """
    given = dict(on) if isinstance(on, Mapping) else {name: name for name in on}
    sample = take(design, outcome, *given.values(), missing=missing)
    y, *rest = sample.answers
    x = np.column_stack(([np.ones(len(y))] if intercept else []) + rest)
    labels = (["intercept"] if intercept else []) + list(given)
    fit = fit_columns(design, sample, y, x, labels, correction)
    return LinearFit(
        fit.names, fit.coefficients, fit.covariance, fit.df, fit.n, fit.n_psus, fit.method, level
    )


def fit_columns(
    design: SurveyDesign,
    sample: Sample,
    y: np.ndarray,
    x: np.ndarray,
    labels: Sequence[str],
    correction: str | None,
) -> LinearFit:
    """The fit itself, from arrays."""
    if correction is not None and correction not in CORRECTIONS:
        raise BadInput(
            place=f"correction={correction!r}",
            problem="is not known",
            remedy="Use bell_mccaffrey, cr2 or nothing.",
        )
    w = sample.weights
    gram = x.T @ (x * w[:, None])
    scale = np.sqrt(np.diag(gram))
    if (scale == 0).any() or np.linalg.matrix_rank(gram / np.outer(scale, scale), tol=1e-10) < x.shape[1]:
        raise CannotBeSaid(
            what="The regression",
            why="the columns " + ", ".join(labels) + " say the same thing twice in this sample",
            remedy="Leave one of them out (a category needs one level as its base).",
        )
    bread = np.linalg.inv(gram)
    coefficients = bread @ (x.T @ (w * y))
    residuals = y - x @ coefficients
    if correction is None:
        scores = (x * (w * residuals)[:, None]) @ bread
        cov = design.covariance(sample.rows, scores)
        df = np.full(x.shape[1], float(sample.df - x.shape[1] + 1))
        method = "linearised"
    else:
        cov, df = _corrected(design, sample, x, residuals, bread, correction)
        method = "Bell-McCaffrey (R survey's form)" if correction == "bell_mccaffrey" else "CR2"
        method += ", Satterthwaite degrees of freedom"
    return LinearFit(tuple(labels), coefficients, cov, df, sample.n, sample.n_psus, method)


def _corrected(
    design: SurveyDesign,
    sample: Sample,
    x: np.ndarray,
    residuals: np.ndarray,
    bread: np.ndarray,
    correction: str,
) -> tuple[np.ndarray, np.ndarray]:
    stage = design.stages[0]
    _allowed(design, correction)
    codes = stage.units if sample.rows is None else stage.units[sample.rows]
    root = np.sqrt(sample.weights)
    xw, ew = x * root[:, None], residuals * root
    half = np.linalg.cholesky(bread)
    scores = np.zeros((len(stage.unit_stratum), x.shape[1]))
    pulls, sums = [], []  # per PSU and coefficient: |v|² and X'v, see below
    order = np.argsort(codes, kind="stable")
    present, start = np.unique(codes[order], return_index=True)
    for unit, rows in zip(present, np.split(order, start[1:]), strict=True):
        adjust = _adjusted(xw[rows], half)
        scores[unit] = adjust.T @ ew[rows] @ bread
        v = adjust @ bread  # the adjusted PSU's part in every coefficient, shape (rows, coefficients)
        pulls.append((v**2).sum(axis=0))
        sums.append(xw[rows].T @ v)
    if correction == "bell_mccaffrey":
        n = stage.n_units
        if (n == 1).any():
            raise CannotBeSaid(
                what="The corrected standard error",
                why="a stratum has a single PSU",
                remedy="Join it with a similar stratum.",
            )
        factor = ((1 - stage.fraction) * n / (n - 1))[stage.unit_stratum]
        inside = centred(stage, scores)
        cov = (inside * factor[:, None]).T @ inside
    else:
        cov = scores.T @ scores
    return cov, _satterthwaite(np.array(pulls), np.array(sums), bread)


def _allowed(design: SurveyDesign, correction: str) -> None:
    if design.calibrations:
        raise BadInput(
            place="correction",
            problem="is not defined for post-stratified or raked weights",
            remedy="Use the design before adjustment, or replicate_weights('jackknife').",
        )
    if correction == "cr2" and len(design.stages[0].n_units) > 1:
        raise BadInput(
            place="correction='cr2'",
            problem="is defined for one stratum only",
            remedy="Use correction='bell_mccaffrey', which measures PSUs inside their strata.",
        )


def _adjusted(x: np.ndarray, half: np.ndarray) -> np.ndarray:
    """(I − H)^(−1/2) X for the rows of one PSU, through the thin SVD of its leverage."""
    u, s, _ = np.linalg.svd(x @ half, full_matrices=False)
    left = 1 - s**2
    # A PSU that alone carries a coefficient has leverage one: the generalised inverse leaves it out.
    with np.errstate(divide="ignore"):
        grow = np.where(left > 1e-10, 1 / np.sqrt(np.maximum(left, 1e-300)), 0.0)
    return x + u @ ((grow - 1)[:, None] * (u.T @ x))


def _satterthwaite(pulls: np.ndarray, sums: np.ndarray, bread: np.ndarray) -> np.ndarray:
    """Degrees of freedom (tr P)²/tr P² per coefficient, P[g, h] = p_g · p_h with p_g = (I − H)_g' v_g."""
    df = np.zeros(pulls.shape[1])
    for j in range(pulls.shape[1]):
        u = sums[:, :, j]
        p = np.diag(pulls[:, j]) - u @ bread @ u.T
        trace = np.trace(p)
        df[j] = trace**2 / (p**2).sum() if trace > 1e-12 * pulls[:, j].sum() else 0.0
    return df
