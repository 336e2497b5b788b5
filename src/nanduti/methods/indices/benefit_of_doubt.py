"""Benefit of the doubt: every unit is judged with the weights that suit it best, within bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import highspy
import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .frames import Matrix, ranks, read

_FEASIBLE = 1e-9


@dataclass(frozen=True)
class BenefitOfTheDoubt:
    """Scores under the most favourable weights.

    Attributes:
        scores: frame with unit, ``score`` (1 is the frontier) and ``rank``.
        weights: frame with unit and one column per indicator: one set of weight shares that reaches the
            score. Other sets may reach it as well: compare scores, never weights.
        n_on_frontier: how many units score 1.
    """

    scores: pl.DataFrame
    weights: pl.DataFrame
    n_on_frontier: int


def benefit_of_the_doubt(
    data: pl.DataFrame,
    *,
    around_mean: tuple[float, float] | None = None,
    share_bounds: Mapping[str, tuple[float, float]] | None = None,
    unrestricted: bool = False,
    unit: str = "unit",
) -> BenefitOfTheDoubt:
    """Benefit of the doubt, the data envelopment approach to indices (Melyn and Moesen 1991; Handbook, p. 92).

    Each unit's score is the best it can reach with weights under which no unit passes 1.

    Args:
        data: normalised indicators, more is better, zero or above.
        around_mean: each weight stays within these multiples of the mean weight; ``(0.8, 1.2)`` gives the
            Handbook's table 19.
        share_bounds: bounds on single indicators' share in the sum of weights.
        unrestricted: weights are free. Then many units reach 1 and the ranking says little, so that this
            must be asked for.

    >>> d = pl.DataFrame({"unit": ["A", "B", "C"], "x": [1.0, 0.2, 0.5], "y": [0.2, 1.0, 0.5]})
    >>> [round(s, 4) for s in benefit_of_the_doubt(d, around_mean=(0.8, 1.2)).scores["score"]]
    [1.0, 1.0, 0.8333]
    """
    m = read(data, unit)
    _check(m)
    low, high = _bounds(m, around_mean, share_bounds or {}, unrestricted)
    scores, weights = benefit_scores(m.values, low, high)
    table = pl.DataFrame({unit: m.units, "score": scores, "rank": ranks(scores.round(9))})
    shares = weights / weights.sum(axis=1, keepdims=True)
    on_frontier = int((scores >= 1 - 1e-7).sum())
    return BenefitOfTheDoubt(table, Matrix(m.units, m.codes, shares, unit).frame(), on_frontier)


def benefit_scores(y: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scores and one set of best weights per row of ``y``; ``low`` and ``high`` bound weight shares.

    One linear programme serves all units: only the objective changes, so that each starts from the last
    one's basis. Units enter as constraints when they are found to be violated; most never are.
    """
    n, k = y.shape
    # A factor common to all values changes no score, and keeps the solver's tolerances meaningful.
    y = y / y.max()
    model = _Model(k, low, high)
    inside = np.zeros(n, dtype=bool)
    inside[_likely_frontier(y, low, high)] = True
    model.add(y[inside])
    scores, weights = np.empty(n), np.empty((n, k))
    # Neighbours in direction share a basis, so that they are solved one after the other.
    for i in np.lexsort((-y.max(axis=1), y.argmax(axis=1))):
        while True:
            w = model.best(y[i])
            reached = y @ w
            worst = np.flatnonzero((reached > 1 + _FEASIBLE) & ~inside)
            if not worst.size:
                break
            worst = worst[np.argsort(-reached[worst])[:5]]
            inside[worst] = True
            model.add(y[worst])
        # The solver's tolerance may leave a unit a hair above its own constraint.
        weights[i] = w / max(1.0, float(reached.max()))
        scores[i] = float(y[i] @ weights[i])
    return scores, weights


class _Model:
    """Maximise ``w·y`` over weights in the cone of bounds, with ``w·y_j <= 1`` for the rows added so far."""

    def __init__(self, k: int, low: np.ndarray, high: np.ndarray) -> None:
        self.k = k
        self.columns = np.arange(k, dtype=np.int32)
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("threads", 1)
        self.solver.setOptionValue("presolve", "off")
        self.solver.setOptionValue("simplex_strategy", 4)
        self.solver.setOptionValue("primal_feasibility_tolerance", 1e-10)
        self.solver.setOptionValue("dual_feasibility_tolerance", 1e-10)
        for _ in range(k):
            self.solver.addVar(0.0, highspy.kHighsInf)
        self.solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        for q in range(k):
            if low[q] > 0:
                self._row(np.eye(k)[q] - low[q], 0.0, highspy.kHighsInf)
            if high[q] < 1:
                self._row(np.eye(k)[q] - high[q], -highspy.kHighsInf, 0.0)

    def _row(self, row: np.ndarray, low: float, high: float) -> None:
        self.solver.addRow(low, high, self.k, self.columns, row)

    def add(self, rows: np.ndarray) -> None:
        for row in rows:
            self._row(row, -highspy.kHighsInf, 1.0)

    def best(self, y: np.ndarray) -> np.ndarray:
        self.solver.changeColsCost(self.k, self.columns, y)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            # A stale basis can trouble the simplex; from a clean start the small problem always solves.
            self.solver.clearSolver()
            self.solver.run()
            if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                raise RuntimeError(f"HiGHS ended with {self.solver.getModelStatus()}")
        return np.asarray(self.solver.getSolution().col_value)


def _likely_frontier(y: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Rows that win under some corner of the weights: they bound the programme from the start."""
    k = len(low)
    corners = []
    for q in range(k):
        share = low.copy()
        share[q] = high[q]
        rest = 1 - share.sum()
        room = np.where(np.arange(k) == q, 0.0, high - low)
        if room.sum() > 0:
            share = share + room * rest / room.sum()
        corners.append(share)
    corners.append(np.full(k, 1 / k))
    return np.unique((y @ np.array(corners).T).argmax(axis=0))


def _check(m: Matrix) -> None:
    gaps = np.argwhere(np.isnan(m.values))
    if gaps.size:
        i, j = gaps[0]
        raise CannotBeSaid(
            what=f"The benefit of the doubt of {m.units[i]!r}",
            why=f"its {m.codes[j]!r} is not known",
            remedy="Impute it, or leave the unit or the indicator out.",
        )
    negative = np.argwhere(m.values < 0)
    if negative.size:
        i, j = negative[0]
        raise BadInput(
            place=f"{m.codes[j]!r} of {m.units[i]!r}",
            problem=f"is negative ({m.values[i, j]:g})",
            remedy="Normalise to zero and above, for instance by min-max.",
        )
    if not (m.values.max(axis=0) > 0).all():
        code = m.codes[int((m.values.max(axis=0) > 0).argmin())]
        raise CannotBeSaid(
            what="The benefit of the doubt",
            why=f"indicator {code!r} is zero for all units",
            remedy="Leave it out.",
        )


def _bounds(
    m: Matrix,
    around_mean: tuple[float, float] | None,
    share_bounds: Mapping[str, tuple[float, float]],
    unrestricted: bool,
) -> tuple[np.ndarray, np.ndarray]:
    k = len(m.codes)
    if (around_mean is None and not share_bounds) != unrestricted:
        raise BadInput(
            place="the restrictions",
            problem="are missing, or given together with unrestricted=True",
            remedy="Give around_mean=(0.8, 1.2) or share_bounds=, or ask for unrestricted=True.",
        )
    low, high = np.zeros(k), np.ones(k)
    if around_mean is not None:
        low, high = np.full(k, around_mean[0] / k), np.full(k, min(around_mean[1] / k, 1.0))
    for code, (least, most) in share_bounds.items():
        if code not in m.codes:
            raise BadInput(
                place=f"indicator {code!r}", problem="is not in the table", remedy="Correct the code."
            )
        low[m.codes.index(code)], high[m.codes.index(code)] = least, most
    if (low < 0).any() or (low > high).any() or low.sum() > 1 + 1e-12 or high.sum() < 1 - 1e-12:
        raise BadInput(
            place="the bounds on weights",
            problem=f"leave no weights (lower bounds sum to {low.sum():.3f}, upper to {high.sum():.3f})",
            remedy="Let the lower bounds sum to at most 1 and the upper to at least 1.",
        )
    return low, high
