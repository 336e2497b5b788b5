"""Routing by linear programme: the cheapest deviation of any shape, for tables that are no plain grid too."""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse

from .certificate import Deviation
from .problem import Problem

_FORBIDDEN = 1e29
_TINY = 1e-9


def quiet_model() -> highspy.Highs:
    """A silent solver on one thread, so that the same work gives the same answer."""
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("threads", 1)
    h.setOptionValue("presolve", "off")
    h.setOptionValue("solver", "simplex")
    return h


def pass_model(
    h: highspy.Highs, cost: np.ndarray, low: np.ndarray, high: np.ndarray, matrix: sparse.csc_matrix,
    row_low: np.ndarray, row_high: np.ndarray,
) -> None:  # fmt: skip
    """Hand a linear programme over in one call."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, low, high
    lp.row_lower_, lp.row_upper_ = row_low, row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    h.passModel(lp)


def independent_rows(equations: sparse.csr_matrix, free: np.ndarray) -> sparse.csc_matrix:
    """The equations on the free cells, rows that became empty left out."""
    part = sparse.csr_matrix(equations[:, free])
    return sparse.csc_matrix(part[np.flatnonzero(np.diff(part.indptr) > 0)])


class FlowRouter:
    """Cheapest deviation for one task as a linear programme.

    Every cell has a rise and a fall, each within the attacker's room, priced per unit as its price over the
    need, so that a cell moved by the whole need costs what hiding it costs. ``only`` restricts the cells.
    """

    def __init__(self, problem: Problem, only: np.ndarray | None = None) -> None:
        self.problem = problem
        free = (problem.room_up > 0) | (problem.room_down > 0)
        if only is not None:
            free &= only
        self.free = np.flatnonzero(free)
        self.at = np.full(problem.n_cells, -1, dtype=np.int64)
        self.at[self.free] = np.arange(len(self.free))
        m = len(self.free)
        self.m = m
        self.room = np.concatenate((problem.room_up[self.free], problem.room_down[self.free]))
        part = independent_rows(problem.equations, self.free)
        matrix = sparse.csc_matrix(sparse.hstack((part, -part)))
        self.model = quiet_model()
        zero = np.zeros(matrix.shape[0])
        pass_model(self.model, np.zeros(2 * m), np.zeros(2 * m), self.room, matrix, zero, zero)
        self.columns = np.arange(2 * m, dtype=np.int32)
        self.none = np.zeros(2 * m)
        self.work = max(1.0, (m / 500) ** 1.5)
        self._patience = max(1000, 2 * m)

    def route(
        self, cell: int, sign: int, need: float, price: np.ndarray, *, patient: bool = False
    ) -> tuple[float, Deviation] | None:
        """The cheapest deviation for one task; ``price`` has one entry per cell.

        A programme that stalls is given up (None) unless ``patient``: rare, but one can last minutes.
        """
        at = int(self.at[cell])
        if at < 0:
            return None
        m = self.m
        mine = price[self.free]
        barred = mine >= _FORBIDDEN
        small = 1e-6 * (float(np.max(mine, where=~barred, initial=0.0)) or 1.0)
        unit = np.where(barred, 0.0, np.maximum(mine, small)) / need
        high = np.where(np.concatenate((barred, barred)), 0.0, self.room)
        low = self.none.copy()
        goes, other = (at, at + m) if sign > 0 else (at + m, at)
        if self.room[goes] < need:
            return None
        low[goes] = need
        high[goes] = self.room[goes]
        high[other] = 0.0
        h = self.model
        h.changeColsCost(2 * m, self.columns, np.concatenate((unit, unit)))
        h.changeColsBounds(2 * m, self.columns, low, high)
        h.setOptionValue("simplex_iteration_limit", 10**9 if patient else self._patience)
        h.clearSolver()  # prices and bounds both change: a fresh start is faster, and forgets the past
        h.run()
        status = h.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        x = np.array(h.getSolution().col_value)
        change = x[:m] - x[m:]
        moved = np.flatnonzero(np.abs(change) > _TINY * max(need, 1.0))
        cells = self.free[moved]
        return float(price[cells].sum()), Deviation(cells, change[moved])


def flow_start(problem: Problem, router: FlowRouter, cover, left: list[tuple[int, int, float]]) -> list:
    """Route the given tasks one after the other; returns those that cannot be served at all."""
    lost = []
    price = np.where((cover.used > 0) | (problem.status == 1), 0.0, problem.cost.astype(float))
    for cell, sign, need in left:
        if cover.is_proven((cell, sign)):
            continue
        found = router.route(cell, sign, need, price) or router.route(cell, sign, need, price, patient=True)
        if found is None:
            lost.append((cell, sign, need))
            continue
        cover.add(found[1])
        price[found[1].cells] = 0.0
    return lost
