"""What an attacker can compute: the interval of a hidden cell from everything that is shown."""

from __future__ import annotations

import highspy
import numpy as np

from .flow import independent_rows, pass_model, quiet_model
from .problem import Problem

_PRIMAL = (
    4  # HiGHS simplex strategy; from the last basis only the objective changes, so primal stays feasible
)


class Attacker:
    """The linear programmes of an attacker who knows all sums, all shown cells and bounds on the hidden ones."""

    def __init__(self, problem: Problem, cells: np.ndarray) -> None:
        self.problem = problem
        self.cells = cells
        self.at = np.full(problem.n_cells, -1, dtype=np.int64)
        self.at[cells] = np.arange(len(cells))
        self.up, self.down = problem.room_up[cells], problem.room_down[cells]
        self.matrix = independent_rows(problem.equations, cells)
        self.model = quiet_model()
        self.model.setOptionValue("simplex_strategy", _PRIMAL)
        zero = np.zeros(self.matrix.shape[0])
        pass_model(self.model, np.zeros(len(cells)), -self.down, self.up, self.matrix, zero, zero)
        self.columns = np.arange(len(cells), dtype=np.int32)
        self._aim: int | None = None

    def open_to(self, share: np.ndarray) -> None:
        """Let every cell move by only a share of its room (for patterns that are fractional)."""
        self.model.changeColsBounds(len(self.cells), self.columns, -self.down * share, self.up * share)

    def push(self, cell: int, sign: int) -> np.ndarray | None:
        """The deviation (per cell of ``cells``) that moves one cell as far as possible; None if unsolved."""
        at = int(self.at[cell])
        if self._aim is not None and self._aim != at:
            self.model.changeColCost(self._aim, 0.0)
        self.model.changeColCost(at, -float(sign))
        self._aim = at
        self.model.run()
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self.model.clearSolver()
            self.model.run()
            if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return None
        return np.array(self.model.getSolution().col_value)

    def reduced_costs(self) -> np.ndarray:
        """Reduced costs of the last solution (of the problem: minimise minus the push)."""
        return np.array(self.model.getSolution().col_dual)
