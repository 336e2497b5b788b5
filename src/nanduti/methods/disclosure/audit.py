"""The attack audit: what an outsider can compute about each hidden cell, by linear programmes.

It is independent of how the pattern was found, and needs no certificate: give it a table and what is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from nanduti.methods.values import BadInput, CannotBeSaid

from .attack import Attacker
from .flow import independent_rows
from .improve import Budget
from .problem import FIXED, PRIMARY, Problem

_NEAR = 1e-7


@dataclass(frozen=True)
class Audit:
    """Per primary cell the attacker's interval, whether it is wide enough, and whether it was fully computed.

    ``cells`` has cell, name, value, low, high, needs_low, needs_high, is_protected, is_exact. ``is_exact`` is
    False where the budget ended first or only safety was asked for: the true interval is then at least as wide.
    """

    cells: pl.DataFrame
    n_programmes: int

    @property
    def is_safe(self) -> bool:
        """Whether every primary cell is shown to be protected."""
        return bool(self.cells["is_protected"].all())

    @property
    def leaks(self) -> pl.DataFrame:
        """The primary cells that are not (or not shown to be) protected."""
        return self.cells.filter(~pl.col("is_protected"))

    def say(self) -> str:
        """The finding in one sentence."""
        n = self.leaks.height
        if n == 0:
            return f"Attacked independently, every sensitive cell ({self.cells.height}) keeps its protection interval."
        points = int((self.leaks["high"] - self.leaks["low"] <= 1e-9 * (1 + self.leaks["value"].abs())).sum())
        return f"{n} of {self.cells.height} sensitive cells can be computed too closely, {points} of them exactly."


def audit(
    problem: Problem,
    suppressed: np.ndarray,
    *,
    only_safety: bool = False,
    all_hidden: bool = False,
    budget: Budget | None = None,
) -> Audit:
    """The attacker's interval of every primary cell (of every hidden one with ``all_hidden``).

    Two linear programmes per cell, except where an earlier solution already touched the attacker's own bound
    (then the end is known) or, with ``only_safety``, already left the protection interval. Hidden cells that share no
    sum, directly or through others, are attacked apart.

    Source: the audit problem: Fischetti and Salazar (2001), Management Science 47(7), section 2.
    """
    hidden = np.asarray(suppressed, dtype=bool)
    if len(hidden) != problem.n_cells:
        raise BadInput(
            place="suppressed",
            problem=f"has {len(hidden)} entries for {problem.n_cells} cells",
            remedy="Give one yes or no per cell.",
        )
    budget = budget or Budget(float("inf"))
    low, high = np.zeros(problem.n_cells), np.zeros(problem.n_cells)
    known_low, known_high = np.ones(problem.n_cells, dtype=bool), np.ones(problem.n_cells, dtype=bool)
    aims = np.flatnonzero(hidden) if all_hidden else problem.primary
    for group in _groups(problem, hidden & (problem.status != FIXED)):
        asked = group[np.isin(group, aims)]
        if len(asked):
            one = _Group(problem, group, only_safety, budget)
            one.run(asked)
            low[group], high[group] = one.low, one.high
            known_low[group], known_high[group] = one.known[:, 0], one.known[:, 1]
    return Audit(_frame(problem, aims, low, high, known_low & known_high), int(budget.spent))


def _groups(problem: Problem, hidden: np.ndarray) -> list[np.ndarray]:
    """Hidden cells in groups that no sum connects."""
    cells = np.flatnonzero(hidden)
    if not len(cells):
        return []
    part = abs(independent_rows(problem.equations, cells))
    n = len(cells)
    square = sparse.bmat([[None, part.T], [part, None]])
    _, label = connected_components(square, directed=False)
    label = label[:n]
    order = np.argsort(label, kind="stable")
    return [cells[g] for g in np.split(order, np.flatnonzero(np.diff(label[order])) + 1)]


class _Group:
    """The intervals of one connected group of hidden cells."""

    def __init__(self, problem: Problem, cells: np.ndarray, only_safety: bool, budget: Budget) -> None:
        self.problem, self.cells, self.budget, self.only_safety = problem, cells, budget, only_safety
        self.attacker = Attacker(problem, cells)
        self.low, self.high = np.zeros(len(cells)), np.zeros(len(cells))
        self.known = np.zeros((len(cells), 2), dtype=bool)
        scale = np.maximum(np.abs(problem.value[cells]), 1.0) * _NEAR
        self.reach_low, self.reach_high = -self.attacker.down + scale, self.attacker.up - scale
        self.need_low, self.need_high = -problem.need_down[cells], problem.need_up[cells]

    def see(self, y: np.ndarray) -> None:
        """Any solution widens every interval; an end at the attacker's own bound is final."""
        np.minimum(self.low, y, out=self.low)
        np.maximum(self.high, y, out=self.high)

    def is_done(self, at: int, sign: int) -> bool:
        """Whether this end of the interval needs no (further) linear programme."""
        side = 0 if sign < 0 else 1
        if self.known[at, side]:
            return True
        if sign < 0:
            reached = self.low[at] <= self.reach_low[at]
            enough = self.low[at] <= self.need_low[at] * (1 - 1e-9)
        else:
            reached = self.high[at] >= self.reach_high[at]
            enough = self.high[at] >= self.need_high[at] * (1 - 1e-9)
        if reached:
            self.known[at, side] = True
        return bool(reached or (self.only_safety and enough))

    def run(self, asked: np.ndarray) -> None:
        """All ends of all asked cells, both directions of a cell in turn."""
        for cell in asked:
            at = int(self.attacker.at[cell])
            for sign in (1, -1):
                if self.is_done(at, sign):
                    continue
                if not self.budget.spend():
                    return
                y = self.attacker.push(int(cell), sign)
                if y is None:
                    raise CannotBeSaid(
                        what=f"The interval of cell {self.problem.name(cell)}",
                        why="the solver gave no answer",
                        remedy="Scale the table to smaller numbers, for instance thousands, and try again.",
                    )
                self.see(y)
                self.known[at, 0 if sign < 0 else 1] = True


def _frame(
    problem: Problem, aims: np.ndarray, low: np.ndarray, high: np.ndarray, exact: np.ndarray
) -> pl.DataFrame:
    value = problem.value[aims]
    slack = 1e-6
    wide = (high[aims] >= problem.need_up[aims] * (1 - slack)) & (
        -low[aims] >= problem.need_down[aims] * (1 - slack)
    )
    open_ = (
        (problem.status[aims] == PRIMARY)
        & (high[aims] - low[aims] <= 0)
        & (problem.need_up[aims] + problem.need_down[aims] > 0)
    )
    return pl.DataFrame(
        {
            "cell": aims.astype(np.int64),
            "name": [problem.name(c) for c in aims],
            "value": value,
            "low": value + low[aims],
            "high": value + high[aims],
            "needs_low": value - problem.need_down[aims],
            "needs_high": value + problem.need_up[aims],
            "is_protected": wide & ~open_,
            "is_exact": exact[aims],
        }
    )
