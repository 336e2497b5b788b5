"""Where records stand in a table: the innermost cell of each, and how innermost cells add up to totals.

Records are looked at once; all totals follow from the innermost cells, which are few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.values import BadInput

from .hierarchy import Hierarchy


def positions(series: pl.Series, h: Hierarchy) -> np.ndarray:
    """The position of each code in the hierarchy; refuses what is missing and what does not stand in it."""
    if series.null_count():
        row = int(series.is_null().arg_true()[0])
        raise BadInput(
            place=f"column '{series.name}', row {row}",
            problem="is missing",
            remedy="Give it a code of its own (for instance 'unknown') that stands in the hierarchy.",
        )
    text = series.cast(pl.String)
    at = text.cast(pl.Enum(h.codes), strict=False)
    if at.null_count():
        unknown = sorted(set(text.filter(at.is_null()).unique().to_list()))
        raise BadInput(
            place=f"column '{series.name}'",
            problem=f"has codes outside the hierarchy: {', '.join(unknown[:5])}",
            remedy="Add them to the hierarchy.",
        )
    return at.to_physical().to_numpy().astype(np.int64)


def innermost(at: Sequence[np.ndarray], hierarchies: Sequence[Hierarchy]) -> np.ndarray:
    """The cell of each record from its positions, one array for each dimension."""
    return np.ravel_multi_index(list(at), tuple(len(h.codes) for h in hierarchies))


def lifted(inner: np.ndarray, hierarchies: Sequence[Hierarchy]) -> np.ndarray:
    """Innermost cells added up to all totals, in the numbers they came in (whole numbers stay exact).

    >>> lifted(np.array([0, 5, 3]), [Hierarchy.flat("ab")]).tolist()
    [8, 5, 3]
    """
    grid = inner.reshape([len(h.codes) for h in hierarchies]).copy()
    for axis, h in enumerate(hierarchies):
        along = np.moveaxis(grid, axis, 0)
        if h.is_flat:
            along[0] += along[1:].sum(axis=0, dtype=grid.dtype)
            continue
        for code in range(len(h.codes) - 1, 0, -1):  # breadth first: children stand behind their parents
            above = h.parent[code]
            along[above : above + 1] += along[code : code + 1]  # as arrays: marks may run over
    return grid.reshape(-1)


def lifting(hierarchies: Sequence[Hierarchy]) -> sparse.csr_matrix:
    """The same as a matrix of cells × cells: 1 where records of the second cell are counted in the first."""
    matrix = sparse.identity(1, format="csr")
    for h in hierarchies:
        pairs = [(above, code) for code in range(len(h.codes)) for above in h.path(code)]
        rows, columns = np.array(pairs).T
        upwards = sparse.csr_matrix((np.ones(len(pairs)), (rows, columns)), shape=(len(h.codes),) * 2)
        matrix = sparse.kron(matrix, upwards, format="csr")
    return matrix


@dataclass(frozen=True, eq=False)
class Standing:
    """Who stands where: the name of each record, and its innermost cell in the same order."""

    ids: pl.Series
    cells: np.ndarray
    hierarchies: tuple[Hierarchy, ...]

    @cached_property
    def n_cells(self) -> int:
        return int(np.prod([len(h.codes) for h in self.hierarchies]))

    @cached_property
    def inner_sizes(self) -> np.ndarray:
        """Records in each innermost cell."""
        return np.bincount(self.cells, minlength=self.n_cells)

    @cached_property
    def sizes(self) -> np.ndarray:
        """Records in each cell."""
        return lifted(self.inner_sizes, self.hierarchies)

    @cached_property
    def lifting(self) -> sparse.csr_matrix:
        """Cells × innermost cells that somebody stands in, as :func:`lifting`."""
        kept = sparse.diags((self.inner_sizes > 0).astype(float), format="csr")
        made = lifting(self.hierarchies) @ kept
        made.eliminate_zeros()
        return sparse.csr_matrix(made)

    @cached_property
    def marks(self) -> np.ndarray:
        """Cells × 2: the sum of the marks of its records, 64 bits twice; equal marks mean the same records.

        The mark of a record is drawn from its name, so a sum does not depend on any order.
        """
        found = np.zeros((self.n_cells, 2), dtype=np.uint64)
        for at, seed in enumerate((20_011, 30_011)):
            drawn = self.ids.hash(seed).to_numpy()
            inner = np.zeros(self.n_cells, dtype=np.uint64)
            np.add.at(inner, self.cells, drawn)  # beyond 64 bits it begins again at nought
            found[:, at] = lifted(inner, self.hierarchies)
        return found

    def shared_with(self, other: Standing) -> sparse.csr_matrix:
        """Innermost cells here × innermost cells there: how many records stand in both."""
        if self.ids.equals(other.ids):
            both = pl.DataFrame({"here": self.cells, "there": other.cells})
        else:
            there = pl.DataFrame({"id": other.ids, "there": other.cells})
            both = pl.DataFrame({"id": self.ids, "here": self.cells}).join(there, on="id")
        counted = both.group_by("here", "there").agg(n=pl.len())
        pairs = (counted["here"].to_numpy(), counted["there"].to_numpy())
        n = counted["n"].to_numpy().astype(float)
        return sparse.csr_matrix((n, pairs), shape=(self.n_cells, other.n_cells))

    def is_same_group(self, one: int, other: int) -> bool:
        """Whether the same records stand behind two cells of the table."""
        return not (self.lifting[[one]] != self.lifting[[other]]).nnz
