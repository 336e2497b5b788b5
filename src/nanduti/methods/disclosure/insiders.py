"""Insiders: a firm alone in its cell knows that cell, and may subtract it from a line to find its neighbour.

Two hidden cells of one contributor each in a line protect each other from strangers, but not from each other. A
sensitive cell is safe from the insider of cell c when some stored deviation moves it far enough *without moving c*.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .certificate import Cover, Deviation
from .improve import Budget, Router
from .problem import PRIMARY, Problem

_FORBIDDEN = 1e30


def undefended(
    problem: Problem, deviations: Sequence[Deviation], singles: np.ndarray
) -> list[tuple[int, int, int]]:
    """(insider's cell, victim, direction) for which no deviation proves the victim without moving the insider's cell.

    ``singles`` marks the cells with one contributor. Checked from the stored deviations alone, no solver.
    """
    singles = np.asarray(singles, dtype=bool)
    common: dict[tuple[int, int], set[int]] = {}
    need = {(c, s): n for c, s, n in problem.tasks}
    for d in deviations:
        inside = set(d.cells[singles[d.cells]].tolist())
        for cell, change in zip(d.cells.tolist(), d.change.tolist()):
            task = (cell, 1 if change > 0 else -1)
            if task in need and abs(change) >= need[task] * (1.0 - 1e-6):
                others = inside - {cell}
                common[task] = others if task not in common else common[task] & others
    return [(c, victim, sign) for (victim, sign), cells in sorted(common.items()) for c in sorted(cells)]


def defend(
    cover: Cover, singles: np.ndarray, routers: Sequence[Router], budget: Budget
) -> list[tuple[int, int, int]]:
    """Add deviations that avoid the insiders' cells; returns what no deviation can defend.

    Each victim first gets a deviation that avoids all its insiders at once, then one per insider that is left. The
    budget does not stop the defence, because a pattern without it would be no answer; it only counts it.
    """
    problem = cover.problem
    lost = []
    for avoid_all in (True, False):
        for insider, victim, sign in undefended(problem, list(cover.deviations.values()), singles):
            now = [x for x in undefended_by(cover, victim, sign, singles) if x != victim]
            if insider not in now:
                continue
            price = np.where(cover.hidden, 0.0, problem.cost.astype(float))
            price[now if avoid_all else [insider]] = _FORBIDDEN
            found = None
            for router in routers:
                budget.spent += router.work
                found = found or router.route(victim, sign, cover.need[victim, sign], price)
            if found is not None and not np.isin(found[1].cells, now if avoid_all else [insider]).any():
                cover.add(found[1])
            elif not avoid_all:
                lost.append((insider, victim, sign))
    return lost


def undefended_by(cover: Cover, victim: int, sign: int, singles: np.ndarray) -> set[int]:
    """Single-contributor cells that every deviation proving this task moves."""
    sets = [
        set(cover.deviations[i].cells[singles[cover.deviations[i].cells]].tolist())
        for i in cover.provers[victim, sign]
    ]
    return set.intersection(*sets) - {victim} if sets else set()


def single_cells(problem: Problem, n_contributors: np.ndarray | None) -> np.ndarray:
    """The sensitive cells with one contributor (none where contributors are not known)."""
    if n_contributors is None:
        return np.zeros(problem.n_cells, dtype=bool)
    return (np.asarray(n_contributors) == 1) & (problem.status == PRIMARY)
