"""Certificates: stored deviations that prove each protected interval, checked in time linear in their length.

A *deviation* is a change of hidden cells that keeps every sum and stays within what the attacker believes
possible. If it raises cell p by at least the protection asked for, then the attacker cannot exclude so
high a value: p is protected upwards, and so is every other cell that the deviation moves far enough. No
optimisation is needed to check this; anybody can re-run it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from .problem import PRIMARY, Problem

_TOLERANCE = 1e-7  # of the scale of the cell; linear programmes answer no more exactly than this


@dataclass(frozen=True)
class Deviation:
    """Cells and by how much each one changes."""

    cells: np.ndarray
    change: np.ndarray


@dataclass(frozen=True)
class CheckedCertificate:
    """The result of checking: is everything proven, which cells are not, and what was wrong if anything.

    ``proven_up`` and ``proven_down`` say how far above and below the truth the interval of each cell reaches
    at least, as far as the stored deviations show.
    """

    holds: bool
    unproven: np.ndarray
    proven_up: np.ndarray
    proven_down: np.ndarray
    faults: tuple[str, ...]


def check_certificate(
    problem: Problem, suppressed: np.ndarray, deviations: Sequence[Deviation]
) -> CheckedCertificate:
    """Check that ``deviations`` prove the protection of every primary cell under the ``suppressed`` pattern.

    Each deviation must touch hidden cells only, keep every sum, and leave every cell within the attacker's
    bounds. The check uses no solver.
    """
    suppressed = np.asarray(suppressed, dtype=bool)
    n = problem.n_cells
    faults: list[str] = []
    up, down = np.zeros(n), np.zeros(n)
    if not suppressed[problem.primary].all():
        open_cells = problem.primary[~suppressed[problem.primary]]
        faults.append(f"primary cell {problem.name(open_cells[0])} is shown")
    if (suppressed & (problem.status == 2)).any():
        cell = int(np.flatnonzero(suppressed & (problem.status == 2))[0])
        faults.append(f"cell {problem.name(cell)} must be shown but is hidden")
    good = _good(problem, suppressed, deviations, faults)
    for keep, deviation in zip(good, deviations):
        if keep:
            np.maximum.at(up, deviation.cells, deviation.change)
            np.maximum.at(down, deviation.cells, -deviation.change)
    slack = 1.0 - 1e-6
    short = (problem.status == PRIMARY) & (
        (up < problem.need_up * slack) | (down < problem.need_down * slack)
    )
    return CheckedCertificate(not faults and not short.any(), np.flatnonzero(short), up, down, tuple(faults))


def _good(
    problem: Problem, suppressed: np.ndarray, deviations: Sequence[Deviation], faults: list[str]
) -> np.ndarray:
    """Which deviations keep the rules; all are checked together in one sparse product."""
    if not deviations:
        return np.zeros(0, dtype=bool)
    length = np.array([len(d.cells) for d in deviations])
    which = np.repeat(np.arange(len(deviations)), length)
    cells = np.concatenate([d.cells for d in deviations]).astype(np.int64)
    change = np.concatenate([d.change for d in deviations]).astype(float)
    scale = np.maximum(np.abs(problem.value[cells]), np.maximum(np.abs(change), 1.0))
    bad = ~suppressed[cells]
    bad |= change > problem.upper[cells] - problem.value[cells] + _TOLERANCE * scale
    bad |= -change > problem.value[cells] - problem.lower[cells] + _TOLERANCE * scale
    bad |= ~np.isfinite(change)
    good = np.bincount(which, bad, minlength=len(deviations)) == 0
    stack = sparse.csc_matrix((change, (cells, which)), shape=(problem.n_cells, len(deviations)))
    off = problem.equations @ stack
    size = abs(problem.equations) @ abs(stack)
    wrong = (abs(off) - _TOLERANCE * size).tocoo()
    broken = np.unique(wrong.col[wrong.data > _TOLERANCE])
    good[broken] = False
    for i in np.flatnonzero(~good):
        faults.append(f"deviation {i} does not keep the sums, the bounds or to the hidden cells")
    return good


class Cover:
    """Which tasks (cell, direction) are proven, by which deviations, and how often every cell is used."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.deviations: dict[int, Deviation] = {}
        self.proves: dict[int, list[tuple[int, int]]] = {}
        self.provers: dict[tuple[int, int], set[int]] = {(c, s): set() for c, s, _ in problem.tasks}
        self.need = {(c, s): need for c, s, need in problem.tasks}
        self.users: list[set[int]] = [set() for _ in range(problem.n_cells)]
        self.used = np.zeros(problem.n_cells, dtype=np.int64)
        self._next = 0

    def restore(self, saved: dict[int, Deviation]) -> None:
        """Go back to the deviations of an earlier moment (a copy of ``deviations``)."""
        for number in [i for i in self.deviations if i not in saved]:
            self.drop(number)
        for number in [i for i in saved if i not in self.deviations]:
            self.add(saved[number], number)

    def add(self, deviation: Deviation, number: int | None = None) -> int:
        """Take a deviation in; returns its number."""
        if number is None:
            number, self._next = self._next, self._next + 1
        self.deviations[number] = deviation
        self.used[deviation.cells] += 1
        proven = []
        for cell, change in zip(deviation.cells.tolist(), deviation.change.tolist()):
            self.users[cell].add(number)
            task = (cell, 1 if change > 0 else -1)
            need = self.need.get(task)
            if need is not None and abs(change) >= need * (1.0 - 1e-9):
                self.provers[task].add(number)
                proven.append(task)
        self.proves[number] = proven
        return number

    def drop(self, number: int) -> Deviation:
        """Take a deviation out."""
        deviation = self.deviations.pop(number)
        self.used[deviation.cells] -= 1
        for cell in deviation.cells.tolist():
            self.users[cell].discard(number)
        for task in self.proves.pop(number):
            self.provers[task].discard(number)
        return deviation

    def is_proven(self, task: tuple[int, int]) -> bool:
        """Whether some deviation proves the task."""
        return bool(self.provers[task])

    def sole(self, number: int) -> list[tuple[int, int]]:
        """The tasks that only this deviation proves."""
        return [t for t in self.proves[number] if len(self.provers[t]) == 1]

    def drop_idle(self) -> None:
        """Forget deviations whose tasks are all proven by others too, long ones first."""
        for number in sorted(self.deviations, key=lambda i: -len(self.deviations[i].cells)):
            if not self.sole(number):
                self.drop(number)

    @property
    def hidden(self) -> np.ndarray:
        """The pattern that the deviations stand on: their cells and all primary cells."""
        hidden = self.used > 0
        hidden[self.problem.primary] = True
        return hidden

    @property
    def cost(self) -> float:
        """Cost of the cells hidden beyond the primary ones."""
        return float(self.problem.cost[self.hidden & (self.problem.status != PRIMARY)].sum())
