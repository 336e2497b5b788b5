"""Shortest paths, counted in steps: distances summed up, and betweenness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from . import _fast, _loops

CELLS = 2_000_000  # of the tables of one batch of sources


@dataclass(frozen=True)
class Walks:
    """Distances from each source, summed up.

    Attributes:
        sources: the rows walked from.
        histogram: ordered pairs by distance, place 0 unused.
        reached: how many each source reaches, without itself.
        total: sum of the distances to them.
        reciprocal: sum of one over the distances.
        furthest: the largest of the distances.
    """

    sources: np.ndarray
    histogram: np.ndarray
    reached: np.ndarray
    total: np.ndarray
    reciprocal: np.ndarray
    furthest: np.ndarray


def walks(matrix: sparse.csr_array, sources: np.ndarray | None = None) -> Walks:
    """Walk the shortest paths from all actors, or from some."""
    n = matrix.shape[0]
    chosen = np.arange(n) if sources is None else np.asarray(sources, dtype=np.int64)
    reached, total, furthest = (np.zeros(len(chosen), dtype=np.int64) for _ in range(3))
    reciprocal = np.zeros(len(chosen))
    loop = _fast.compiled(_loops.walks, work=len(chosen) * (n + matrix.nnz))
    if loop is not None:
        made = [np.zeros(n + 1, dtype=np.int64) for _ in range(_fast.threads())]
        _fast.sliced(
            lambda part, a, b: loop(
                matrix.indptr, matrix.indices, chosen, a, b, made[part], reached, total, reciprocal, furthest
            ),
            len(chosen),
        )
        histogram = np.sum(made, axis=0)
    else:
        histogram = _plain_walks(matrix, chosen, reached, total, reciprocal, furthest)
    used = np.flatnonzero(histogram)
    return Walks(
        chosen, histogram[: (used[-1] if len(used) else 0) + 1], reached, total, reciprocal, furthest
    )


def _plain_walks(
    matrix: sparse.csr_array,
    chosen: np.ndarray,
    reached: np.ndarray,
    total: np.ndarray,
    reciprocal: np.ndarray,
    furthest: np.ndarray,
) -> np.ndarray:
    """All sources of a batch step at once: a sparse product for each distance."""
    n = matrix.shape[0]
    histogram = np.zeros(n + 1, dtype=np.int64)
    into = matrix.T.tocsr().astype(np.float32)
    batch = max(1, CELLS // max(n, 1))
    for begin in range(0, len(chosen), batch):
        part = chosen[begin : begin + batch]
        place = slice(begin, begin + len(part))
        front = np.zeros((n, len(part)), dtype=np.float32)
        front[part, np.arange(len(part))] = 1
        seen = front > 0
        step = 0
        while True:
            step += 1
            fresh = (into @ front > 0) & ~seen
            gained = fresh.sum(axis=0)
            if not gained.any():
                break
            seen |= fresh
            front = fresh.astype(np.float32)
            histogram[step] += gained.sum()
            reached[place] += gained
            total[place] += gained * step
            reciprocal[place] += gained / step
            furthest[place][gained > 0] = step
    return histogram


def distances(matrix: sparse.csr_array, sources: np.ndarray) -> np.ndarray:
    """Distances in steps from some actors to all, −1 where there is no path (sources × actors).

    Whom each source has reached is one bit, so that sixty-four sources walk at the price of one.
    """
    n = matrix.shape[0]
    found = np.full((len(sources), n), -1, dtype=np.int32)
    into = matrix.T.tocsr()
    reachable = np.flatnonzero(np.diff(into.indptr))
    batch = 64 * max(1, 2 * CELLS // max(into.nnz + n, 1))
    for begin in range(0, len(sources), batch):
        part = np.asarray(sources[begin : begin + batch])
        answer = found[begin : begin + len(part)]
        answer[np.arange(len(part)), part] = 0
        front = _bits(answer.T == 0)
        seen = front.copy()
        step = 0
        while front.any():
            step += 1
            fresh = np.zeros_like(front)
            if len(reachable):
                walked = front[into.indices]
                fresh[reachable] = np.bitwise_or.reduceat(walked, into.indptr[reachable], axis=0)
            fresh &= ~seen
            seen |= fresh
            reached = np.unpackbits(fresh.view(np.uint8), axis=1, bitorder="little", count=len(part))
            answer.T[reached.view(bool)] = step
            front = fresh
    return found


def _bits(table: np.ndarray) -> np.ndarray:
    """Rows of truths as words of sixty-four bits."""
    words = -(-table.shape[1] // 64)
    padded = np.zeros((table.shape[0], 64 * words), dtype=bool)
    padded[:, : table.shape[1]] = table
    return np.packbits(padded, axis=1, bitorder="little").view(np.uint64)


def betweenness(matrix: sparse.csr_array, sources: np.ndarray) -> np.ndarray:
    """Betweenness summed over the sources given, for ordered pairs."""
    n = matrix.shape[0]
    loop = _fast.compiled(_loops.brandes, work=3 * len(sources) * (n + matrix.nnz))
    if loop is None:
        return _plain_betweenness(matrix, sources)
    # A fixed number of parts, summed in order: the same floats whatever the number of cores.
    parts = np.array_split(sources, min(16, max(len(sources), 1)))
    made = [np.zeros(n) for _ in parts]

    def work(_: int, first: int, last: int) -> None:
        for part in range(first, last):
            loop(matrix.indptr, matrix.indices, parts[part], 0, len(parts[part]), made[part])

    _fast.sliced(work, len(parts))
    return np.sum(made, axis=0)


def _plain_betweenness(matrix: sparse.csr_array, sources: np.ndarray) -> np.ndarray:
    """Brandes' recursion for a batch of sources, level by level, as sparse products."""
    n = matrix.shape[0]
    into, out = matrix.T.tocsr(), matrix.tocsr()
    between = np.zeros(n)
    batch = max(1, CELLS // (2 * max(n, 1)))
    for begin in range(0, len(sources), batch):
        part = np.asarray(sources[begin : begin + batch])
        paths = np.zeros((n, len(part)))
        paths[part, np.arange(len(part))] = 1
        level = np.full((n, len(part)), -1, dtype=np.int32)
        level[part, np.arange(len(part))] = 0
        front, step = paths.copy(), 0
        while front.any():
            step += 1
            ahead = into @ front
            ahead[level >= 0] = 0
            level[ahead > 0] = step
            paths += ahead
            front = ahead
        depend = np.zeros_like(paths)
        for back in range(step - 1, 0, -1):
            share = np.divide(1 + depend, paths, out=np.zeros_like(paths), where=level == back)
            gained = out @ share * paths
            depend += np.where(level == back - 1, gained, 0)
        depend[part, np.arange(len(part))] = 0
        between += depend.sum(axis=1)
    return between
