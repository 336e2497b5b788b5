"""Fixed effects taken out by projection, exactly: the within transformation as an orthonormal basis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import linalg, sparse

from nanduti.methods.values import BadInput

_TOLERANCE = 1e-10
_MOST_ENTRIES = 60_000_000


class Absorber:
    """The span of one or several sets of fixed effects.

    The largest set is removed by (weighted) group means; the other sets become dummies, are demeaned by
    the largest, and their orthonormal basis is kept. That is exact, unlike alternating projections that
    stop at a tolerance. ``scale`` is the square root of regression weights.
    """

    def __init__(self, effects: Sequence[np.ndarray], n: int, scale: np.ndarray | None = None) -> None:
        self.n = n
        self.scale = np.ones(n) if scale is None else scale
        self.groups: sparse.csr_matrix | None = None
        self.main: np.ndarray | None = None
        self.rest = np.empty((n, 0))
        self.n_levels = 0
        if effects:
            ordered = sorted((np.unique(e, return_inverse=True)[1] for e in effects), key=lambda e: -e.max())
            self._main(ordered[0])
            self._others(ordered[1:])

    @property
    def rank(self) -> int:
        """How many degrees of freedom the effects take."""
        return self.n_levels + self.rest.shape[1]

    def residual(self, values: np.ndarray) -> np.ndarray:
        """What is left of the (already scaled) columns once the effects are taken out."""
        if self.groups is not None:
            values = values - self.groups @ (self.groups.T @ values)
        if self.rest.shape[1]:
            values = values - self.rest @ (self.rest.T @ values)
        return values

    def leverage(self) -> np.ndarray:
        """The diagonal of the projection onto the effects."""
        out = (self.rest**2).sum(axis=1)
        if self.groups is not None:
            out += np.asarray(self.groups.multiply(self.groups).sum(axis=1)).ravel()
        return out

    def nested_in(self, group: np.ndarray) -> bool:
        """Whether every level of the largest set lies within one group."""
        if self.main is None:
            return False
        first = np.full(self.n_levels, -1)
        first[self.main] = group
        return bool((first[self.main] == group).all())

    def _main(self, codes: np.ndarray) -> None:
        self.main = codes.reshape(-1)
        self.n_levels = int(self.main.max()) + 1
        mass = np.bincount(self.main, weights=self.scale**2, minlength=self.n_levels)
        entries = self.scale / np.sqrt(mass[self.main])
        self.groups = sparse.csr_matrix(
            (entries, (np.arange(self.n), self.main)), shape=(self.n, self.n_levels)
        )

    def _others(self, effects: Sequence[np.ndarray]) -> None:
        if not effects:
            return
        n_dummies = sum(int(e.max()) + 1 for e in effects)
        if n_dummies * self.n > _MOST_ENTRIES:
            raise BadInput(
                place="fixed effects",
                problem=f"hold {n_dummies:,} levels beside the largest set, for {self.n:,} rows",
                remedy="Use coarser effects beside the largest set.",
            )
        dummies = np.zeros((self.n, n_dummies))
        start = 0
        for codes in effects:
            dummies[np.arange(self.n), start + codes.reshape(-1)] = self.scale
            start += int(codes.max()) + 1
        self.rest = orthonormal(self.residual(dummies), np.linalg.norm(dummies, axis=0))


def orthonormal(columns: np.ndarray, norms: np.ndarray | None = None) -> np.ndarray:
    """An orthonormal basis of the columns' span; ``norms`` say how large each was before projection."""
    norms = np.linalg.norm(columns, axis=0) if norms is None else norms
    keep = norms > 0
    if not keep.any():
        return np.empty((columns.shape[0], 0))
    scaled = columns[:, keep] / norms[keep]
    q, r, _ = linalg.qr(scaled, mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(r)) > _TOLERANCE * np.sqrt(len(r))).sum())
    return np.ascontiguousarray(q[:, :rank])


def independent(columns: np.ndarray, norms: np.ndarray) -> np.ndarray:
    """Which columns add something to those before them (first come, first kept)."""
    keep = np.flatnonzero(np.linalg.norm(columns, axis=0) > 1e-9 * np.maximum(norms, 1e-300))
    while keep.size:
        scaled = columns[:, keep] / norms[keep]
        diagonal = np.abs(np.diag(linalg.qr(scaled, mode="r")[0]))
        diagonal = np.concatenate([diagonal, np.zeros(max(0, keep.size - diagonal.size))])
        weak = np.flatnonzero(diagonal <= 1e-9)
        if not weak.size:
            break
        keep = np.delete(keep, weak[0])
    chosen = np.zeros(columns.shape[1], dtype=bool)
    chosen[keep] = True
    return chosen
