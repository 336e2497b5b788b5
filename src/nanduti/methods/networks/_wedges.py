"""Two-paths i→j→k and whether i→k closes them: what triads, structural holes and brokerage are counted from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from . import _fast, _loops

CELLS = 4_000_000  # of the lookup table of one chunk of rows
WEDGES = 4_000_000  # of one chunk


def n_wedges(matrix: sparse.csr_array) -> int:
    """Number of two-paths, including those that lead back."""
    out_degree = np.diff(matrix.indptr)
    return int(out_degree[matrix.indices].sum())


def chunks(
    matrix: sparse.csr_array, lookup: sparse.csr_array | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Two-paths in chunks of rows: entries (i, j), entries (j, k), position of (i, k) in ``lookup`` or −1, rows i.

    The two-paths of one entry (i, j) stand together and in order, so that sums over them are segments.
    """
    other = matrix if lookup is None else lookup
    ptr, ind = matrix.indptr, matrix.indices
    n = matrix.shape[0]
    out_degree = np.diff(ptr).astype(np.int64)
    per_row = np.add.reduceat(np.append(out_degree[ind], 0), np.minimum(ptr[:-1], len(ind)))
    per_row[out_degree == 0] = 0
    most_rows = max(1, min(CELLS // max(n, 1), n))
    places = np.full((most_rows, n), -1, dtype=np.int64)
    climbed = np.concatenate([[0], np.cumsum(per_row)])
    row = 0
    while row < n:
        until = int(np.searchsorted(climbed, climbed[row] + WEDGES, side="right")) - 1
        until = min(max(until, row + 1), row + most_rows, n)
        yield _chunk(ptr, ind, out_degree, other, row, until, places)
        row = until


def _chunk(
    ptr: np.ndarray,
    ind: np.ndarray,
    out_degree: np.ndarray,
    other: sparse.csr_array,
    row: int,
    until: int,
    places: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    entries = np.arange(ptr[row], ptr[until])
    lengths = out_degree[ind[entries]]
    first = np.repeat(entries, lengths)
    begin = np.cumsum(lengths) - lengths
    second = np.arange(lengths.sum()) - np.repeat(begin - ptr[ind[entries]], lengths)
    rows = np.repeat(np.arange(row, until), np.diff(ptr[row : until + 1]))
    row_of = np.repeat(rows, lengths)
    listed = np.arange(other.indptr[row], other.indptr[until])
    in_row = np.repeat(np.arange(until - row), np.diff(other.indptr[row : until + 1]))
    columns = other.indices[listed]
    places[in_row, columns] = listed
    closing = places[row_of - row, ind[second]]
    places[in_row, columns] = -1
    return first, second, closing, row_of


def transitive_and_cyclic(matrix: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Per starting actor: number of i→j→k closed by i→k, and of those closed by k→i."""
    n = matrix.shape[0]
    threes, cycles = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    backward = matrix.T.tocsr()
    backward.sort_indices()
    loop = _fast.compiled(_loops.closed_counts, work=30 * n_wedges(matrix))
    if loop is not None:
        arrays = (matrix.indptr, matrix.indices)
        _fast.sliced(
            lambda part, a, b: loop(*arrays, a, b, threes, cycles, backward.indptr, backward.indices),
            n,
            _weights(matrix),
        )
        return threes, cycles
    for _, _, closing, rows in chunks(matrix):
        threes += np.bincount(rows[closing >= 0], minlength=n)
    for _, _, closing, rows in chunks(matrix, backward):
        cycles += np.bincount(rows[closing >= 0], minlength=n)
    return threes, cycles


def triangles(either: sparse.csr_array) -> np.ndarray:
    """Triangles at each actor of an undirected pattern, every tie followed from the less to the better connected."""
    n = either.shape[0]
    degree = np.diff(either.indptr)
    rows = np.repeat(np.arange(n), degree)
    ends = either.indices
    up = (degree[rows] < degree[ends]) | ((degree[rows] == degree[ends]) & (rows < ends))
    ptr = np.concatenate([[0], np.cumsum(np.bincount(rows[up], minlength=n))]).astype(either.indptr.dtype)
    one_way = sparse.csr_array((np.ones(int(up.sum())), ends[up], ptr), shape=either.shape)
    loop = _fast.compiled(_loops.triangles, work=100 * n_wedges(one_way))
    if loop is not None:
        made = [np.zeros(n, dtype=np.int64) for _ in range(_fast.threads())]
        _fast.sliced(
            lambda part, a, b: loop(one_way.indptr, one_way.indices, a, b, made[part]), n, _weights(one_way)
        )
        return np.sum(made, axis=0)
    corner = np.zeros(n, dtype=np.int64)
    for first, second, closing, start in chunks(one_way):
        shut = closing >= 0
        for ends in (start[shut], one_way.indices[first[shut]], one_way.indices[second[shut]]):
            corner += np.bincount(ends, minlength=n)
    return corner


def triangle_codes(either: sparse.csr_array, code: np.ndarray) -> np.ndarray:
    """Closed triads i < j < k of an undirected pattern by the codes of their dyads (64 classes)."""
    loop = _fast.compiled(_loops.triangle_codes, work=30 * n_wedges(either))
    n = either.shape[0]
    if loop is not None:
        made = [np.zeros(64, dtype=np.int64) for _ in range(_fast.threads())]
        _fast.sliced(
            lambda part, a, b: loop(either.indptr, either.indices, code, a, b, made[part]),
            n,
            _weights(either),
        )
        return np.sum(made, axis=0)
    census = np.zeros(64, dtype=np.int64)
    for first, second, closing, rows in chunks(either):
        j, k = either.indices[first], either.indices[second]
        triad = (rows < j) & (j < k) & (closing >= 0)
        codes = code[first[triad]] + 4 * code[closing[triad]] + 16 * code[second[triad]]
        census += np.bincount(codes, minlength=64)
    return census


def closed_by_broker(matrix: sparse.csr_array, group: np.ndarray) -> np.ndarray:
    """Per broker, two-paths with a direct tie by role: coordinator, itinerant, gatekeeper, representative, liaison."""
    n = matrix.shape[0]
    loop = _fast.compiled(_loops.closed_by_broker, work=30 * n_wedges(matrix))
    if loop is not None:
        made = [np.zeros((n, 5), dtype=np.int64) for _ in range(_fast.threads())]
        arrays = (matrix.indptr, matrix.indices, group)
        _fast.sliced(lambda part, a, b: loop(*arrays, a, b, made[part]), n, _weights(matrix))
        return np.sum(made, axis=0)
    closed = np.zeros(n * 5, dtype=np.int64)
    for first, second, closing, rows in chunks(matrix):
        shut = closing >= 0
        i, j, k = rows[shut], matrix.indices[first[shut]], matrix.indices[second[shut]]
        closed += np.bincount(j * 5 + roles(group[i], group[j], group[k]), minlength=n * 5)
    return closed.reshape(n, 5)


def roles(a: np.ndarray, v: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The role of broker v between a and b by their groups, numbered as in :func:`closed_by_broker`."""
    return np.where(
        a == v,
        np.where(b == v, 0, 3),
        np.where(b == v, 2, np.where(a == b, 1, 4)),
    )


def holes(s: sparse.csr_array, ego: bool) -> tuple[np.ndarray, np.ndarray]:
    """Per entry (i, j) of a symmetric matrix: redundancy of j for i, and how much j constrains i."""
    total, top = s.sum(axis=1), s.max(axis=1).toarray().ravel() if s.nnz else np.zeros(s.shape[0])
    redundancy, constraint = np.zeros(s.nnz), np.zeros(s.nnz)
    loop = _fast.compiled(_loops.holes, work=30 * n_wedges(s))
    if loop is not None:
        arrays = (s.indptr, s.indices, s.data, total, top, ego)
        _fast.sliced(lambda part, a, b: loop(*arrays, a, b, redundancy, constraint), s.shape[0], _weights(s))
        return redundancy, constraint
    rows = np.repeat(np.arange(s.shape[0]), np.diff(s.indptr))
    share = s.data / total[rows]
    for first, second, closing, _ in chunks(s):
        within, largest = _within(s, total, top, ego, first, second, closing)
        shut = closing >= 0
        first, second, closing = first[shut], second[shut], closing[shut]
        low, high = (first[0], first[-1] + 1) if len(first) else (0, 0)
        doubled = np.bincount(first - low, weights=share[closing] * s.data[second], minlength=high - low)
        redundancy[low:high] = doubled / largest[low:high] if high else 0.0
        through = share[closing] * s.data[second] / within[closing]
        constraint[low:high] += np.bincount(first - low, weights=through, minlength=high - low)
    return redundancy, (share + constraint) ** 2


def _within(
    s: sparse.csr_array,
    total: np.ndarray,
    top: np.ndarray,
    ego: bool,
    first: np.ndarray,
    second: np.ndarray,
    closing: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Per entry (i, j): j's summed and largest tie, inside i's ego network or in the whole network."""
    if not ego:
        return total[s.indices], top[s.indices]
    within, largest = s.data.copy(), s.data.copy()
    shut = closing >= 0
    np.add.at(within, first[shut], s.data[second[shut]])
    np.maximum.at(largest, first[shut], s.data[second[shut]])
    return within, largest


def _weights(matrix: sparse.csr_array) -> np.ndarray:
    """Work of each row, for slices that take equally long."""
    degree = np.diff(matrix.indptr)
    per_entry = np.concatenate([[0], np.cumsum(degree[matrix.indices])])
    return per_entry[matrix.indptr[1:]] - per_entry[matrix.indptr[:-1]] + degree + 1
