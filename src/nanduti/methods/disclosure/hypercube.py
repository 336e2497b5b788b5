"""The first pattern: hypercubes, found by adding slices, each one its own certificate.

In a table that is the cross product of hierarchies, a change that is a product of one-dimensional changes,
each keeping the sums of its own dimension, keeps all sums. For two sibling codes a and b the change +1 at a
and -1 at b does; the total counts as a sibling with its sign turned. Taking one such pair per dimension gives
a box with 2^d corners whose signs alternate. For every primary cell the cheapest box with room at all corners is
found by adding 2^d - 1 slices of the cost array.

Source: the method: Repsilber (1994), Giessing and Repsilber (2002), LNCS 2316; here the box is kept as a proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from .certificate import Cover, Deviation
from .hierarchy import Hierarchy
from .problem import Problem

_FAR = 1e30


@dataclass(frozen=True)
class _Axis:
    """One dimension: where the partners of each code stand (a slice), and which of them cannot be used."""

    low: np.ndarray
    high: np.ndarray
    simple: np.ndarray
    turned: np.ndarray

    @classmethod
    def of(cls, h: Hierarchy) -> _Axis:
        n = len(h.codes)
        simple = h.n_children == 0
        simple[0] = True  # the total is a partner of its own leaf children
        low, high = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        for i in range(n):
            p = h.parent[i]
            first = 0 if p <= 0 else int(h.first_child[p])
            top = max(p, 0)
            low[i] = first
            high[i] = int(h.first_child[top]) + int(h.n_children[top]) if n > 1 else 1
        turned = np.zeros(n, dtype=bool)
        turned[0] = True
        return cls(low, high, simple, turned)


class Boxes:
    """Finds cheapest boxes in a grid; ``price`` is what hiding each cell would cost now."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.grid = problem.grid
        self.shape = tuple(len(h.codes) for h in self.grid)
        self.axes = [_Axis.of(h) for h in self.grid]
        odd = np.zeros(self.shape, dtype=bool)
        usable = np.ones(self.shape, dtype=bool)
        for d, axis in enumerate(self.axes):
            view = [1] * len(self.shape)
            view[d] = -1
            odd ^= axis.turned.reshape(view)
            usable &= axis.simple.reshape(view)
        self.turned = odd
        up, down = problem.room_up.reshape(self.shape), problem.room_down.reshape(self.shape)
        self.up = np.where(usable, np.where(odd, down, up), -1.0)
        self.down = np.where(usable, np.where(odd, up, down), -1.0)
        self.corners = [c for c in product((0, 1), repeat=len(self.shape)) if any(c)]

    def cheapest(
        self, cell: int, sign: int, need: float, price: np.ndarray
    ) -> tuple[float, Deviation] | None:
        """The cheapest box that moves ``cell`` by ``need`` in direction ``sign``, or None if there is none."""
        at = np.unravel_index(cell, self.shape)
        turned = -sign if self.turned[at] else sign
        room = self.up if turned > 0 else self.down
        if room[at] < need:
            return None
        span = tuple(slice(int(x.low[a]), int(x.high[a])) for x, a in zip(self.axes, at))
        total: np.ndarray | float = 0.0
        for corner in self.corners:
            where = tuple(s if c else slice(a, a + 1) for c, s, a in zip(corner, span, at))
            side = (
                (self.up if turned > 0 else self.down)
                if sum(corner) % 2 == 0
                else (self.down if turned > 0 else self.up)
            )
            total = total + np.where(side[where] >= need, price[where], _FAR)
        for d, (s, a) in enumerate(zip(span, at)):  # a box needs two different codes in every dimension
            own = [slice(None)] * len(at)
            own[d] = slice(a - s.start, a - s.start + 1)
            total[tuple(own)] = _FAR
        best = int(np.argmin(total))
        cost = float(total.flat[best])
        if cost >= _FAR:
            return None
        other = tuple(int(i) + s.start for i, s in zip(np.unravel_index(best, total.shape), span))
        return cost, self._deviation(at, other, turned, need)

    def _deviation(self, at: tuple, other: tuple, turned: int, need: float) -> Deviation:
        cells, change = [], []
        for corner in product((0, 1), repeat=len(at)):
            where = tuple(o if c else a for c, a, o in zip(corner, at, other))
            sign = turned * (-1 if sum(corner) % 2 else 1) * (-1 if self.turned[where] else 1)
            cells.append(int(np.ravel_multi_index(where, self.shape)))
            change.append(sign * need)
        return Deviation(np.array(cells), np.array(change, dtype=float))


class Paths:
    """Boxes across the levels of hierarchies: for sub-totals, and where siblings have no room.

    In one dimension the change is +1 on a code, on one chain down to a leaf and on some chain above, and -1 on
    the chain of another leaf, up to where the two chains meet (or +1 all the way up, the total included).
    """

    _DESCENTS = 4  # chains down from a sub-total that are tried

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.shape = tuple(len(h.codes) for h in problem.grid)
        self.up = problem.room_up.reshape(self.shape)
        self.down = problem.room_down.reshape(self.shape)
        self._vectors: dict[tuple[int, int], np.ndarray] = {}

    def vectors(self, d: int, a: int) -> np.ndarray:
        """All changes of dimension ``d`` through code ``a`` (candidates × codes), +1 at ``a``."""
        if (d, a) not in self._vectors:
            h = self.problem.grid[d]
            below = [int(i) for i in h.leaves if a in h.path(int(i))]
            rows = []
            for leaf in below[: self._DESCENTS]:
                chain = h.path(leaf)
                whole = np.zeros(len(h.codes), dtype=np.int8)
                whole[chain] = 1
                rows.append(whole)
                rows += [whole - self._chain(h, int(i)) for i in h.leaves if int(i) not in below]
            self._vectors[d, a] = np.array(rows, dtype=np.int8)
        return self._vectors[d, a]

    @staticmethod
    def _chain(h: Hierarchy, leaf: int) -> np.ndarray:
        row = np.zeros(len(h.codes), dtype=np.int8)
        row[h.path(leaf)] = 1
        return row

    def cheapest(
        self, cell: int, sign: int, need: float, price: np.ndarray
    ) -> tuple[float, Deviation] | None:
        """The cheapest such change that moves ``cell`` by ``need`` in direction ``sign``."""
        at = np.unravel_index(cell, self.shape)
        vectors = [self.vectors(d, int(a)) for d, a in enumerate(at)]
        priced = {s: np.where((self.up if s * sign > 0 else self.down) >= need, price, _FAR) for s in (1, -1)}
        for v in vectors:  # contract one dimension after the other, keeping the two signs apart
            plus, minus = (v > 0).astype(float), (v < 0).astype(float)
            priced = {
                s: np.tensordot(priced[s], plus, axes=(0, 1)) + np.tensordot(priced[-s], minus, axes=(0, 1))
                for s in (1, -1)
            }
        total = priced[1]
        best = int(np.argmin(total))
        cost = float(total.flat[best])
        if cost >= _FAR:
            return None
        chosen = [v[int(i)] for v, i in zip(vectors, np.unravel_index(best, total.shape))]
        product_ = np.array([1.0])
        for v in chosen:
            product_ = np.multiply.outer(product_, v).reshape(-1)
        cells = np.flatnonzero(product_)
        return cost, Deviation(cells, sign * need * product_[cells])


class GridRouter:
    """Boxes among siblings, and boxes across levels where those fail."""

    def __init__(self, problem: Problem) -> None:
        self.boxes = Boxes(problem)
        self.paths = Paths(problem)
        self.deep = any(not h.is_flat for h in problem.grid)
        self.work = 0.1

    def route(self, cell: int, sign: int, need: float, price: np.ndarray) -> tuple[float, Deviation] | None:
        """The cheapest box found for one task; ``price`` has one entry per cell."""
        price = price.reshape(self.boxes.shape)
        found = self.boxes.cheapest(cell, sign, need, price)
        if found is None and self.deep:
            found = self.paths.cheapest(cell, sign, need, price)
        return found


def hypercube_start(problem: Problem, router: GridRouter) -> tuple[Cover, list[tuple[int, int, float]]]:
    """Boxes for all tasks, smallest need first; returns the cover and the tasks that no box could serve."""
    cover = Cover(problem)
    price = problem.cost.astype(float)
    price[problem.primary] = 0.0
    left = []
    for cell, sign, need in problem.tasks:
        if cover.is_proven((cell, sign)):
            continue
        found = router.route(cell, sign, need, price)
        if found is None:
            left.append((cell, sign, need))
            continue
        cover.add(found[1])
        price[found[1].cells] = 0.0
    return cover, left
