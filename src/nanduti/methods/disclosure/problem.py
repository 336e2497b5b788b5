"""The cell suppression problem: cells that add up, which of them are sensitive, and how wide their cover must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse

from nanduti.methods.values import BadInput, CannotBeSaid

from .hierarchy import Hierarchy

OPEN, PRIMARY, FIXED = 0, 1, 2


@dataclass(frozen=True)
class Problem:
    """A table whose cells add up, ready for suppression.

    ``value`` the true cells; ``cost`` what is lost when a cell is hidden; ``status`` OPEN, PRIMARY (must be
    hidden) or FIXED (must be shown); ``lower``/``upper`` what an attacker knows about each cell beforehand;
    ``need_up``/``need_down`` how far above and below the true value the attacker's interval of a primary cell
    must reach; ``equations`` the sparse matrix M of the sums, M·value = 0. ``grid`` holds the hierarchies
    when the cells are the full cross product of their codes, last dimension fastest.
    """

    value: np.ndarray
    cost: np.ndarray
    status: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    need_up: np.ndarray
    need_down: np.ndarray
    equations: sparse.csr_matrix
    grid: tuple[Hierarchy, ...] | None = None
    names: tuple[str, ...] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        n = len(self.value)
        for name in ("cost", "status", "lower", "upper", "need_up", "need_down"):
            if len(getattr(self, name)) != n:
                raise BadInput(
                    place=name,
                    problem=f"has {len(getattr(self, name))} entries for {n} cells",
                    remedy="Give one per cell.",
                )
        self._check_numbers()
        self._check_sums()

    def _check_numbers(self) -> None:
        for name in ("value", "cost", "lower", "upper", "need_up", "need_down"):
            bad = np.flatnonzero(~np.isfinite(getattr(self, name)))
            if len(bad):
                raise BadInput(
                    place=f"{name} of cell {self.name(bad[0])}",
                    problem="is missing or not finite",
                    remedy="A table that was already suppressed cannot be protected again: start from the true one.",
                )
        for bad, what, remedy in (
            (self.cost < 0, "has a negative cost", "Give nought or more."),
            (
                self.lower > self.value,
                "is below what the attacker is told it is at least",
                "Lower the bound.",
            ),
            (self.upper < self.value, "is above what the attacker is told it is at most", "Raise the bound."),
            (
                (self.need_up < 0) | (self.need_down < 0),
                "has a negative protection level",
                "Give nought or more.",
            ),
            (
                (self.status == PRIMARY) & (self.need_up + self.need_down <= 0),
                "is sensitive but asks for no protection",
                "Ask for some room above or below the true value, however little.",
            ),
        ):
            if bad.any():
                at = int(np.flatnonzero(bad)[0])
                raise BadInput(place=f"cell {self.name(at)}", problem=what, remedy=remedy)

    def _check_sums(self) -> None:
        if self.equations.shape[1] != len(self.value):
            raise BadInput(
                place="the equations",
                problem=f"speak of {self.equations.shape[1]} cells; the table has {len(self.value)}",
                remedy="Give one column per cell.",
            )
        gap = np.abs(self.equations @ self.value)
        scale = np.maximum(abs(self.equations) @ np.abs(self.value), 1.0)
        if len(gap) and (gap > 1e-9 * scale).any():
            row = int(np.argmax(gap / scale))
            cells = self.equations[[row]].indices
            raise BadInput(
                place=f"the sum over {', '.join(self.name(c) for c in cells[:6])}"
                + (" …" if len(cells) > 6 else ""),
                problem=f"does not add up (off by {gap[row]:g})",
                remedy="Correct the total or its parts; a suppressed or rounded table cannot be protected again.",
            )

    def name(self, cell: int) -> str:
        """What to call a cell in a sentence."""
        return self.names[int(cell)] if self.names else str(int(cell))

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.value)

    @cached_property
    def primary(self) -> np.ndarray:
        """Positions of the primary cells."""
        return np.flatnonzero(self.status == PRIMARY)

    @cached_property
    def room_up(self) -> np.ndarray:
        """How far each cell may rise in the attacker's eyes; nought where it must be shown."""
        return np.where(self.status == FIXED, 0.0, self.upper - self.value)

    @cached_property
    def room_down(self) -> np.ndarray:
        """How far each cell may fall in the attacker's eyes; nought where it must be shown."""
        return np.where(self.status == FIXED, 0.0, self.value - self.lower)

    @cached_property
    def tasks(self) -> list[tuple[int, int, float]]:
        """What must be proven: (cell, +1 or -1, how far), smallest need first."""
        found = [
            (int(c), sign, float(need[c]))
            for c in self.primary
            for sign, need in ((1, self.need_up), (-1, self.need_down))
            if need[c] > 0
        ]
        return sorted(found, key=lambda t: (t[2], t[0], -t[1]))

    def check_reachable(self) -> None:
        """Refuse protection levels that the attacker's own bounds already make impossible."""
        for cell, sign, need in self.tasks:
            room = self.room_up[cell] if sign > 0 else self.room_down[cell]
            if need > room * (1 + 1e-12):
                raise CannotBeSaid(
                    what=f"Protection of cell {self.name(cell)}",
                    why=f"it asks for {need:g} {'above' if sign > 0 else 'below'} the true value, "
                    f"while an attacker already knows that at most {room:g} is possible",
                    remedy="Assume that the attacker knows less about this cell, or ask for less.",
                )

    def with_status(self, status: np.ndarray) -> Problem:
        """The same table with other statuses."""
        return Problem(
            self.value, self.cost, status, self.lower, self.upper, self.need_up, self.need_down,
            self.equations, self.grid, self.names,
        )  # fmt: skip


def grid_equations(hierarchies: Sequence[Hierarchy]) -> sparse.csr_matrix:
    """All sums of the full cross product: along every dimension, every parent over its children."""
    sizes = [len(h.codes) for h in hierarchies]
    blocks = []
    for d, h in enumerate(hierarchies):
        before, after = int(np.prod(sizes[:d])), int(np.prod(sizes[d + 1 :]))
        block = sparse.csr_matrix(h.equations)
        blocks.append(sparse.kron(sparse.kron(sparse.identity(before), block), sparse.identity(after)))
    matrix = sparse.csr_matrix(sparse.vstack(blocks)) if blocks else sparse.csr_matrix((0, 1))
    matrix.eliminate_zeros()
    return matrix
