"""The largest eigenvalue of a large sparse symmetric matrix, and its vector."""

from __future__ import annotations

import numpy as np
from scipy import linalg, sparse

from nanduti.methods.values import CannotBeSaid, mark


def leading(
    matrix: sparse.csr_array, *, tolerance: float = 1e-11, most: int = 100_000
) -> tuple[float, np.ndarray]:
    """The largest eigenvalue of a connected matrix of ties and its unit vector, up to sign.

    Steps of Lanczos from the row sums, which are never at right angles to a vector of one sign. Only the two last
    steps are kept; the vector is put together when they are taken once more. Lost orthogonality brings copies of
    values already found, not wrong ones (Paige 1980). ARPACK does the same in blocks whose products are spread over
    threads, and waits for these on a busy machine ten times as long as it works.

    Args:
        matrix: symmetric.
        tolerance: of the residual, as a share of the eigenvalue.
        most: steps after which to give up.
    """
    start = np.asarray(matrix.sum(axis=1), dtype=float).ravel()
    start /= _length(start)
    diagonal, beside = [], []
    check = 10
    for _ in _steps(matrix, start, diagonal, beside):
        m = len(diagonal)
        if m == check or beside[-1] <= 1e-14 * abs(diagonal[0]):
            value, part = _top(diagonal, beside)
            if abs(beside[-1] * part[-1]) <= tolerance * value:
                break
            check = m + max(5, m // 8)
        if m >= most:
            raise CannotBeSaid(
                what=mark("Eigenvector centrality"),
                why=mark("the steps towards it do not settle"),
                remedy=mark("Measure smaller parts of the network."),
            )
    found = np.zeros(len(start))
    for vector, weight in zip(_steps(matrix, start, [], []), part, strict=False):
        found += weight * vector
    return float(value), found / _length(found)


def _steps(matrix: sparse.csr_array, start: np.ndarray, diagonal: list[float], beside: list[float]):
    """Vector after vector; the tridiagonal matrix of what has been given grows beside it."""
    before, vector, last = np.zeros(len(start)), start, 0.0
    while True:
        following = matrix @ vector
        following -= last * before
        diagonal.append(_product(vector, following))
        following -= diagonal[-1] * vector
        last = _length(following)
        beside.append(last)
        yield vector
        before, vector = vector, following / last


def _top(diagonal: list[float], beside: list[float]) -> tuple[float, np.ndarray]:
    m = len(diagonal)
    values, vectors = linalg.eigh_tridiagonal(diagonal, beside[:-1], select="i", select_range=(m - 1, m - 1))
    return float(values[0]), vectors[:, 0]


def _product(one: np.ndarray, other: np.ndarray) -> float:
    """Without the routine that would spread it over threads."""
    return float((one * other).sum())


def _length(vector: np.ndarray) -> float:
    return float(np.sqrt(_product(vector, vector)))
