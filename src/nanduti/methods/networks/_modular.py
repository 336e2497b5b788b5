"""Divisions of large modularity: Leiden (Traag, Waltman and van Eck 2019) and Louvain (Blondel and others 2008).

Own work for three reasons. The package that had both refined until nothing moved any more, in numbers of seven digits:
on some networks rounding moved one actor back and forth for ever. Its refinement drew from a generator that cannot be
given a seed. And it stopped at gains below a thousandth, where more was to be had.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from . import _fast, _moving

# A move has to raise modularity by more than this: above what rounding can feign, below what anybody can see.
LEAST_GAIN = 1e-10
# Looks at each node before a level is left as it is; two to ten are usual.
MOST_LOOKS = 200
# Rounds from what was found before, at most; two to four are usual.
MOST_ROUNDS = 10
# From so many entries of the matrix on two rounds are enough: what others add is not worth the wait.
MANY_ENTRIES = 500_000
# Entries of the matrix that all starts together may go through: small networks are tried often, which they need more.
ENTRIES_OF_STARTS = 40_000
# What an entry costs over lists, beside a step over an array.
STEPS_FOR_EACH_ENTRY = 500


class Level(NamedTuple):
    """A network of nodes that stand for one actor or more.

    Attributes:
        ptr, ind, data: rows of a symmetric matrix without diagonal.
        strength: the sum of ties of each node, with what lies within it.
    """

    ptr: np.ndarray
    ind: np.ndarray
    data: np.ndarray
    strength: np.ndarray

    @property
    def n(self) -> int:
        """Nodes."""
        return len(self.strength)


def divided(
    matrix: sparse.csr_array, resolution: float, rng: np.random.Generator, *, refined: bool
) -> np.ndarray:
    """The community of each actor, as numbers without a meaning.

    Args:
        matrix: symmetric, no diagonal, all data above 0, at least one entry.
        resolution: more than 1 gives smaller communities.
        rng: draws the order in which actors are looked at.
        refined: Leiden, which begins again from what it found until nothing gets better; otherwise Louvain, once.
    """
    ground = Level(
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int64),
        matrix.data.astype(np.float64),
        np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel(),
    )
    total = float(ground.strength.sum())
    label = np.arange(ground.n)
    rounds = 1 if not refined else 2 if len(ground.ind) > MANY_ENTRIES else MOST_ROUNDS
    for _ in range(rounds):
        found = _climbed(ground, label, resolution / total, total, rng, refined)
        if _same(found, label):
            break
        label = found
    return label


def _climbed(
    ground: Level, label: np.ndarray, scale: float, total: float, rng: np.random.Generator, refined: bool
) -> np.ndarray:
    """One round: move, take pieces or communities for the nodes of the next level, until no two want to join."""
    stands_in = np.arange(ground.n)
    level = ground
    while True:
        label = _settled(level, label, scale, total, rng)
        n_communities = int(label.max()) + 1
        if n_communities == level.n:
            return label[stands_in]
        part = _refined(level, label, scale, rng) if refined else label
        if int(part.max()) + 1 == level.n:
            part = label
        above = np.zeros(int(part.max()) + 1, dtype=np.int64)
        above[part] = label
        level, label, stands_in = _next(level, part), above, part[stands_in]


def _settled(
    level: Level, label: np.ndarray, scale: float, total: float, rng: np.random.Generator
) -> np.ndarray:
    n = level.n
    label = label.astype(np.int64)
    weight = np.bincount(label, weights=level.strength, minlength=n)
    members = np.bincount(label, minlength=n)
    arrays = (
        *level, label, weight, members, rng.permutation(n), np.ones(n, dtype=np.bool_), np.zeros(n),
        np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64),
    )  # fmt: skip
    return _run(_moving.settle, arrays, 4, scale, LEAST_GAIN * total / 2, MOST_LOOKS * n)


def _refined(level: Level, label: np.ndarray, scale: float, rng: np.random.Generator) -> np.ndarray:
    n = level.n
    weight = np.bincount(label, weights=level.strength, minlength=n)
    arrays = (
        *level, label, weight, rng.permutation(n), np.arange(n), level.strength.copy(), np.zeros(n),
        np.ones(n, dtype=np.bool_), np.zeros(n), np.zeros(n, dtype=np.int64),
    )  # fmt: skip
    return _run(_moving.refine, arrays, 7, scale)


def _run(loop, arrays: tuple[np.ndarray, ...], wanted: int, *numbers: float) -> np.ndarray:
    """Run a loop, compiled or over lists, and give the array that it changes, numbered from 0 without gaps."""
    quick = _fast.compiled(loop, work=STEPS_FOR_EACH_ENTRY * len(arrays[1]))
    if quick is not None:
        quick(*arrays, *numbers)
        return np.unique(arrays[wanted], return_inverse=True)[1]
    lists = [array.tolist() for array in arrays]
    loop(*lists, *numbers)
    return np.unique(lists[wanted], return_inverse=True)[1]


def _next(level: Level, part: np.ndarray) -> Level:
    """The network between the parts: ties within a part live on in its strength alone."""
    n = int(part.max()) + 1
    rows = np.repeat(part, np.diff(level.ptr))
    columns = part[level.ind]
    across = rows != columns
    between = sparse.coo_array((level.data[across], (rows[across], columns[across])), shape=(n, n)).tocsr()
    between.sort_indices()
    return Level(
        between.indptr.astype(np.int64),
        between.indices.astype(np.int64),
        between.data,
        np.bincount(part, weights=level.strength, minlength=n),
    )


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two divisions are the same but for their numbers."""
    return len(np.unique(one * (int(other.max()) + 1) + other)) == int(one.max()) + 1 == int(other.max()) + 1
