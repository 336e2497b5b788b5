"""Hadamard matrices: plus and minus ones whose rows are orthogonal, for balanced half samples."""

from __future__ import annotations

import numpy as np


def hadamard(least: int) -> np.ndarray:
    """The smallest Hadamard matrix of order at least ``least`` that these constructions reach.

    Doubling (Sylvester 1867) and quadratic residues of a prime (Paley 1933, constructions I and II). The
    first column is all ones, so that every other column adds up to zero.

    >>> hadamard(3)
    array([[ 1,  1,  1,  1],
           [ 1, -1,  1, -1],
           [ 1,  1, -1, -1],
           [ 1, -1, -1,  1]])
    >>> hadamard(10).shape
    (12, 12)
    """
    order = max(1, least)
    while (found := _of_order(order)) is None:
        order += 1
    return found * found[:, :1]


def _of_order(n: int) -> np.ndarray | None:
    if n == 1:
        return np.ones((1, 1), dtype=int)
    if n % 2 or (n > 2 and n % 4):
        return None
    half = _of_order(n // 2)
    if half is not None:
        return np.block([[half, half], [half, -half]])
    if _is_prime(n - 1) and (n - 1) % 4 == 3:
        return _paley_one(n - 1)
    if _is_prime(n // 2 - 1) and (n // 2 - 1) % 4 == 1:
        return _paley_two(n // 2 - 1)
    return None


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, int(n**0.5) + 1))


def _jacobsthal(q: int) -> np.ndarray:
    """Q[i, j] = Legendre symbol of i − j modulo the prime q."""
    symbol = np.full(q, -1)
    symbol[np.unique(np.arange(1, q) ** 2 % q)] = 1
    symbol[0] = 0
    return symbol[(np.arange(q)[:, None] - np.arange(q)[None, :]) % q]


def _paley_one(q: int) -> np.ndarray:
    skew = np.zeros((q + 1, q + 1), dtype=int)
    skew[0, 1:], skew[1:, 0] = 1, -1
    skew[1:, 1:] = _jacobsthal(q)
    return skew + np.eye(q + 1, dtype=int)


def _paley_two(q: int) -> np.ndarray:
    core = np.zeros((q + 1, q + 1), dtype=int)
    core[0, 1:] = core[1:, 0] = 1
    core[1:, 1:] = _jacobsthal(q)
    diagonal = np.eye(q + 1, dtype=int)
    return np.kron(core, [[1, 1], [1, -1]]) + np.kron(diagonal, [[1, -1], [-1, -1]])
