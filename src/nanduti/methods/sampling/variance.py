"""Linearised variance of a total over strata, primary sampling units and further stages.

Every estimator here is, to first order, a sum of scores over the sampled rows (Taylor linearisation;
Binder 1983, International Statistical Review 51, 279–292). The variance of that sum under stratified
sampling of clusters is the spread of PSU totals inside strata; with a finite population correction the
later stages add their part, each reduced by the sampling fractions above it (Särndal, Swensson and
Wretman 1992, Model Assisted Survey Sampling, section 4.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nanduti.methods.values import CannotBeSaid

from ._stages import Stage

if TYPE_CHECKING:
    from .design import SurveyDesign

LONELY = ("refuse", "certainty", "adjust", "average")


def covariance(design: SurveyDesign, rows: np.ndarray | None, scores: np.ndarray) -> np.ndarray:
    """Covariance matrix of the sums of score columns.

    Args:
        design: the survey design.
        rows: row numbers the scores belong to; ``None`` when there is one per row of the frame. Rows left
            out count as zero and their PSUs stay in the count, as domains require.
        scores: weighted linearised values, shape (rows,) or (rows, statistics).
    """
    scores = scores[:, None] if scores.ndim == 1 else scores
    if design.calibrations:
        rows, scores = None, _calibrated(design, rows, scores)
    total = np.zeros((scores.shape[1], scores.shape[1]))
    share: np.ndarray | None = None
    for number, stage in enumerate(design.stages):
        if share is None:
            share = np.ones(len(stage.n_units))
        if not (share > 0).any():
            break
        totals = unit_totals(stage, rows, scores)
        total += _stage_covariance(stage, totals, share, design.lonely_psu, number)
        share = (share * stage.fraction)[stage.unit_stratum]
    return total


def unit_totals(stage: Stage, rows: np.ndarray | None, scores: np.ndarray) -> np.ndarray:
    """Sum of every score column per sampled unit of a stage; units without rows count as zero."""
    codes = stage.units if rows is None else stage.units[rows]
    n = len(stage.unit_stratum)
    if rows is None and len(codes) == n:
        # Rows are the units: only their order may differ.
        out = np.empty_like(scores)
        out[codes] = scores
        return out
    return np.column_stack([np.bincount(codes, weights=part, minlength=n) for part in scores.T])


def _calibrated(design: SurveyDesign, rows: np.ndarray | None, scores: np.ndarray) -> np.ndarray:
    full = scores
    if rows is not None:
        full = np.zeros((design.frame.height, scores.shape[1]))
        full[rows] = scores
    for calibration in design.calibrations:
        full = calibration.residual_scores(full)
    return full


def _stage_covariance(
    stage: Stage, totals: np.ndarray, share: np.ndarray, lonely: str, number: int
) -> np.ndarray:
    n = stage.n_units
    weight = share * (1 - stage.fraction)
    alone = (n == 1) & (weight > 1e-12)
    if alone.any() and lonely == "refuse":
        _refuse(stage, alone, number)
    inside = centred(stage, totals)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(n > 1, weight * n / (n - 1), 0.0)
    per_unit = factor[stage.unit_stratum]
    # Not through the linear algebra library: its threads cost more than so thin a product.
    out = np.einsum("ij,ik->jk", inside * per_unit[:, None], inside)
    if not alone.any():
        return out
    if lonely == "adjust":
        # The lone unit is measured from the mean of all units instead of from itself.
        away = totals[alone[stage.unit_stratum]] - totals.mean(axis=0)
        return out + (away * weight[alone][:, None]).T @ away
    if lonely == "average":
        # A lone stratum is given the average variance of the strata that can show theirs.
        known = int((~alone).sum())
        return out * len(n) / known if known else out * np.nan
    return out


def centred(stage: Stage, totals: np.ndarray) -> np.ndarray:
    """Unit totals measured from the mean of their stratum."""
    strata = stage.unit_stratum
    sums = np.column_stack([np.bincount(strata, weights=c, minlength=len(stage.n_units)) for c in totals.T])
    return totals - (sums / stage.n_units[:, None])[strata]


def _refuse(stage: Stage, alone: np.ndarray, number: int) -> None:
    which = int(np.argmax(alone))
    label = stage.labels[which] if which < len(stage.labels) else f"unit {which + 1}"
    more = f" (and {int(alone.sum()) - 1} more)" if alone.sum() > 1 else ""
    raise CannotBeSaid(
        what="The standard error",
        why=f"{label}{more} has a single sampling unit at stage {number + 1}, so its spread is unknown",
        remedy="Sample at least two, or join it with a similar stratum, or choose lonely_psu='adjust', "
        "'average' or, if the unit was taken with certainty, 'certainty'.",
    )


def degrees_of_freedom(design: SurveyDesign, rows: np.ndarray | None) -> tuple[int, int]:
    """Design degrees of freedom (PSUs minus strata, both with rows in the domain) and those PSUs."""
    stage = design.stages[0]
    if rows is None and design.all_weighted:
        return len(stage.unit_stratum) - len(stage.n_units), len(stage.unit_stratum)
    rows = np.arange(design.frame.height) if rows is None else rows
    rows = rows[design.weights[rows] > 0]
    present = np.zeros(len(stage.unit_stratum), dtype=bool)
    present[stage.units[rows]] = True
    strata = np.zeros(len(stage.n_units), dtype=bool)
    strata[stage.unit_stratum[present]] = True
    return int(present.sum() - strata.sum()), int(present.sum())
