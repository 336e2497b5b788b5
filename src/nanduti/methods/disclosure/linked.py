"""Tables that share cells: protected together, so that one cannot be used to undo another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from nanduti.methods.values import BadInput

from .insiders import single_cells
from .primary import Rules
from .problem import FIXED, PRIMARY, Problem
from .suppression import Budget, Suppression, suppress
from .table import Table, problem_of


@dataclass(frozen=True)
class Linked:
    """Several tables as one problem; ``position[t][c]`` is where cell c of table t stands in it.

    ``singles`` marks the sensitive cells of the joint problem with one contributor.
    """

    problem: Problem
    position: tuple[np.ndarray, ...]
    singles: np.ndarray

    def split(self, suppressed: np.ndarray) -> tuple[np.ndarray, ...]:
        """A pattern of the joint problem as one pattern per table."""
        return tuple(np.asarray(suppressed)[p] for p in self.position)


def cell_names(table: Table) -> list[tuple[tuple[str, str], ...]]:
    """Each cell by its (dimension, code) pairs, totals left out: equal names mean equal groups of records."""
    codes = np.array(np.unravel_index(np.arange(table.n_cells), table.shape))
    names = []
    for column in codes.T:
        pairs = [(d, h.codes[i]) for d, h, i in zip(table.dims, table.hierarchies, column.tolist()) if i > 0]
        names.append(tuple(sorted(pairs)))
    return names


def link(tables: Sequence[Table], *, rules: Rules | None = None) -> Linked:
    """One problem from tables of the same records and the same measure.

    Cells with the same codes (totals apart) are one cell; a cell that is sensitive in one table is sensitive in all.
    Tables that disagree on a shared cell are refused, because they are not of the same records.

    >>> import polars as pl
    >>> from nanduti.methods.disclosure import count_table
    >>> d = pl.DataFrame({"a": ["x", "y", "y"], "b": ["p", "p", "q"]})
    >>> two = [count_table(d, dims=["a"]), count_table(d, dims=["b"])]
    >>> link(two).problem.n_cells
    5
    """
    if len(tables) < 2:
        raise BadInput(place="tables", problem="are fewer than two", remedy="Link two or more.")
    if len({t.measure for t in tables}) > 1:
        raise BadInput(
            place="tables",
            problem="have different measures",
            remedy="Link tables of one measure; others apart.",
        )
    at: dict[tuple, int] = {}
    problems, position = [], []
    for table in tables:
        problems.append(problem_of(table, rules))
        position.append(np.array([at.setdefault(name, len(at)) for name in cell_names(table)]))
    n = len(at)
    merged = {k: np.full(n, np.nan) for k in ("value", "cost", "lower", "upper", "need_up", "need_down")}
    status = np.full(n, -1)
    names = [", ".join(f"{d} {c}" for d, c in name) or "Total" for name in at]
    for i, (p, where) in enumerate(zip(problems, position)):
        seen = ~np.isnan(merged["value"][where])
        differs = seen & (np.abs(merged["value"][where] - p.value) > 1e-9 * (1 + np.abs(p.value)))
        if differs.any():
            raise BadInput(
                place=f"cell {names[where[np.flatnonzero(differs)[0]]]} of table {i + 1}",
                problem="differs from the same cell of another table",
                remedy="Link only tables made from the same records with the same codes.",
            )
        merged["value"][where] = p.value
        merged["cost"][where] = np.fmax(merged["cost"][where], p.cost)
        merged["lower"][where] = np.fmax(merged["lower"][where], p.lower)
        merged["upper"][where] = np.fmin(merged["upper"][where], p.upper)
        merged["need_up"][where] = np.fmax(merged["need_up"][where], p.need_up)
        merged["need_down"][where] = np.fmax(merged["need_down"][where], p.need_down)
        old = status[where]
        status[where] = np.where(
            (old == PRIMARY) | (p.status == PRIMARY), PRIMARY,
            np.where((old == FIXED) | (p.status == FIXED), FIXED, p.status),
        )  # fmt: skip
    equations = sparse.vstack([_moved(p.equations, where, n) for p, where in zip(problems, position)])
    joint = Problem(
        merged["value"], merged["cost"], status, merged["lower"], merged["upper"],
        merged["need_up"], merged["need_down"], sparse.csr_matrix(equations), None, tuple(names),
    )  # fmt: skip
    alone = np.zeros(n, dtype=bool)
    for table, p, where in zip(tables, problems, position):
        alone[where] |= single_cells(p, table.n_contributors)
    return Linked(joint, tuple(position), alone)


def _moved(equations: sparse.csr_matrix, where: np.ndarray, n: int) -> sparse.csr_matrix:
    e = equations.tocoo()
    return sparse.csr_matrix((e.data, (e.row, where[e.col])), shape=(e.shape[0], n))


def suppress_linked(
    tables: Sequence[Table], *, rules: Rules | None = None, budget: Budget | float = 2_000, seed: int = 0
) -> tuple[Suppression, tuple[np.ndarray, ...]]:
    """Protect linked tables together: the joint (certified) suppression, and the pattern of each table.

    Source: de Wolf and Giessing (2009), Privacy in Statistical Databases, for the problem of linked tables.
    """
    linked = link(tables, rules=rules)
    found = suppress(linked.problem, budget=budget, seed=seed, singles=linked.singles)
    return found, linked.split(found.suppressed)
