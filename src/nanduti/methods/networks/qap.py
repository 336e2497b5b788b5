"""Do two networks of the same actors go together? Correlation tested by shuffling the actors (QAP)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, mark

from . import _fast, _loops
from .errors import NotComparable, some
from .graph import Network

Relation = Network | np.ndarray
MOST = 3000


@dataclass(frozen=True)
class QapCorrelation:
    """Correlation of two networks and how often chance gives as much.

    Attributes:
        correlation: Pearson's, over all pairs of two actors known in both (one half of symmetric matrices).
        p: two-sided: share of shuffles at least as far from 0, the data counted as one of them.
        p_greater, p_less: one-sided.
        measures: one row for each of seven measures: ``measure``, ``observed``, ``p`` (two-sided), ``mean``, ``sd``,
            ``lowest``, ``highest``, ``p_greater``, ``p_less``. Measures of binary ties are null for valued ones.
        n: pairs compared.
        permutations, seed: how the test was made.
    """

    correlation: float
    p: float
    p_greater: float
    p_less: float
    measures: pl.DataFrame
    n: int
    permutations: int
    seed: int


def qap_correlation(
    first: Relation, second: Relation, *, permutations: int = 5000, seed: int = 1
) -> QapCorrelation:
    """Correlate two networks of the same actors and test it by shuffling who is who in one of them.

    Pairs in a network hang together, so that the usual test of a correlation finds far too much. Shuffling rows and
    columns together keeps the network and breaks only its match with the other.

    Args:
        first, second: networks of the same actors (matched by name) or square matrices; NaN is unknown.
        permutations: how many shuffles.
        seed: draws them.

    Raises:
        CannotBeSaid: one of the networks has all pairs alike.
        NotComparable: the actors differ.

    Source: Hubert 1987; Krackhardt 1988; Padgett's marriage and business: r 0.372, Jaccard 0.296, Hamming 0.158
    (UCINET 6.849).

    >>> import numpy as np
    >>> a = np.array([[0, 1, 1, 0], [1, 0, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0]])
    >>> qap_correlation(a, a, permutations=100).correlation
    1.0
    """
    x, y, off = _pairs(first, second)
    _draws(permutations)
    orders = shuffles(len(x), permutations, seed, 8)
    binary = bool(np.isin(x[off], (0, 1)).all() and np.isin(y[off], (0, 1)).all())
    known = ~(np.isnan(x) | np.isnan(y)) & off
    if (np.isnan(x) | np.isnan(y))[off].any():
        sums = _masked(x, y, off, orders)
    else:
        sums = _complete(x, y, off, orders)
    table = _measures(sums, binary)
    found = table.row(0, named=True)
    if found["observed"] is None:
        raise CannotBeSaid(
            what=mark("The correlation"),
            why=mark("all pairs of one network are alike"),
            remedy=mark("Compare kinds of tie that some pairs have and some have not."),
        )
    return QapCorrelation(
        correlation=found["observed"],
        p=found["p"],
        p_greater=found["p_greater"],
        p_less=found["p_less"],
        measures=table,
        n=int(known.sum()),
        permutations=permutations,
        seed=seed,
    )


def shuffles(n: int, permutations: int, seed: int, purpose: int) -> np.ndarray:
    """Random orders of n actors, one row each."""
    rng = np.random.default_rng([seed, purpose])
    return rng.permuted(np.tile(np.arange(n, dtype=np.int32), (permutations, 1)), axis=1)


def cross_products(
    values: np.ndarray, cells: np.ndarray, weights: np.ndarray, orders: np.ndarray
) -> np.ndarray:
    """For each order π: Σ over listed cells (i, j) of values[π(i), π(j)] × weights (permutations × columns).

    Args:
        values: a square matrix.
        cells: row and column numbers (2 × cells).
        weights: cells × columns.
        orders: permutations × actors.
    """
    n = len(values)
    values = np.ascontiguousarray(values, dtype=float)
    weights = np.asarray(weights, dtype=float)
    answer = np.empty((len(orders), weights.shape[1]))
    work = len(orders) * cells.shape[1]
    if 6 * cells.shape[1] < n * n:
        rows, columns = np.ascontiguousarray(cells[0]), np.ascontiguousarray(cells[1])
        weights = np.ascontiguousarray(weights)
        loop = _fast.compiled(_loops.crossed_listed, work=10 * work)
        if loop is not None:
            arrays = (values, orders, rows, columns, weights)
            _fast.sliced(lambda part, a, b: loop(*arrays, a, b, answer), len(orders))
            return answer
        for draw, order in enumerate(orders):
            answer[draw] = values[order[rows], order[columns]] @ weights
        return answer
    full = np.zeros((weights.shape[1], n, n))
    full[:, cells[0], cells[1]] = weights.T
    lower = bool((cells[0] > cells[1]).all())
    loop = _fast.compiled(_loops.crossed_full, work=work, any_order=True)
    if loop is not None:
        _fast.sliced(lambda part, a, b: loop(values, orders, full, lower, a, b, answer), len(orders))
        return answer
    # Not through BLAS: its threads wait for each other at every one of thousands of small products.
    for draw, order in enumerate(orders):
        permuted = values.take(order, axis=0).take(order, axis=1)
        answer[draw] = np.einsum("cij,ij->c", full, permuted)
    return answer


def matrix_of(relation: Relation, like: Network | None = None) -> np.ndarray:
    """A square matrix with NaN where nothing is known, its actors in the order of ``like``."""
    if isinstance(relation, Network):
        if like is not None and relation.actors != like.actors:
            odd = set(relation.actors) ^ set(like.actors)
            if odd:
                raise NotComparable(what=mark("Two networks"), some=some(odd))
            relation = relation.part(like.actors)
        relation.fits(mark("A test by shuffling"), most=MOST)
        x = relation.matrix()
        return x if relation.is_complete else np.where(relation.unknown_matrix(), np.nan, x)
    x = np.array(relation, dtype=float)
    if x.ndim != 2 or x.shape[0] != x.shape[1]:
        raise BadInput(
            place=f"matrix {x.shape}",
            problem=mark("is not square"),
            remedy=mark("Give one row and one column for each actor."),
        )
    np.fill_diagonal(x, 0.0)
    return x


def symmetric(x: np.ndarray) -> bool:
    """Whether a matrix equals its transpose, unknown cells included."""
    return bool(np.array_equal(x, x.T, equal_nan=True))


def _draws(permutations: int) -> None:
    if permutations < 1:
        raise BadInput(
            place="permutations", problem=mark("are fewer than one"), remedy=mark("Ask for 1,000 or more.")
        )


def _pairs(first: Relation, second: Relation) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both matrices and the pairs to compare."""
    like = first if isinstance(first, Network) else None
    x, y = matrix_of(first), matrix_of(second, like)
    if x.shape != y.shape:
        raise NotComparable(what=mark("Two networks"), some=f"{len(x)} ≠ {len(y)}")
    if len(x) < 3:
        raise CannotBeSaid(
            what=mark("The correlation"),
            why=mark("there are fewer than three actors"),
            remedy=mark("Compare networks of more actors."),
        )
    off = ~np.eye(len(x), dtype=bool)
    if symmetric(x) and symmetric(y):
        off = np.tril(off)
    return x, y, off


def _complete(x: np.ndarray, y: np.ndarray, off: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Six sums over pairs (n, Σx, Σy, Σxx, Σyy, Σxy) for the data and each shuffle; only Σxy changes."""
    a, b, inverse = (x, y, False)
    if _odd(x, off)[1].sum() < _odd(y, off)[1].sum():
        a, b, inverse = y, x, True
    base, odd = _odd(b, off)
    if inverse:
        # Shuffling y by the inverse order gives the same sum as shuffling x by the order.
        orders = np.argsort(orders, axis=1).astype(np.int32)
    cells = np.stack(np.nonzero(odd))
    cross = cross_products(a, cells, (b[odd] - base)[:, None], orders)[:, 0] + base * a[off].sum()
    fixed = [off.sum(), x[off].sum(), y[off].sum(), (x[off] ** 2).sum(), (y[off] ** 2).sum()]
    sums = np.empty((len(orders) + 1, 6))
    sums[:, :5] = fixed
    sums[0, 5] = (x[off] * y[off]).sum()
    sums[1:, 5] = cross
    return sums


def _odd(x: np.ndarray, off: np.ndarray) -> tuple[float, np.ndarray]:
    """The commonest value, and the pairs that differ from it: only those need to be visited."""
    values, counts = np.unique(x[off], return_counts=True)
    base = float(values[np.argmax(counts)])
    return base, off & (x != base)


def _masked(x: np.ndarray, y: np.ndarray, off: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """The same where pairs are unknown: each shuffle compares the pairs known in both."""
    sums = np.empty((len(orders) + 1, 6))
    rows, columns = np.nonzero(off & ~np.isnan(y))
    b = y[rows, columns]
    for draw in range(len(orders) + 1):
        order = np.arange(len(x)) if draw == 0 else orders[draw - 1]
        a = x[order[rows], order[columns]]
        known = ~np.isnan(a)
        u, v = a[known], b[known]
        sums[draw] = [known.sum(), u.sum(), v.sum(), (u**2).sum(), (v**2).sum(), (u * v).sum()]
    return sums


def _measures(sums: np.ndarray, binary: bool) -> pl.DataFrame:
    n, sx, sy, sxx, syy, sxy = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.maximum((n * sxx - sx**2) * (n * syy - sy**2), 0))
        correlation = np.where(spread > 1e-9, (n * sxy - sx * sy) / spread, math.nan)
        euclidean = np.sqrt(np.maximum(sxx + syy - 2 * sxy, 0))
        differing = sx + sy - 2 * sxy
        a, b, c, d = sxy, sx - sxy, sy - sxy, n - sx - sy + sxy
        gamma = np.where(a * d + b * c > 0, (a * d - b * c) / (a * d + b * c), math.nan)
        jaccard = np.where(a + b + c > 0, a / (a + b + c), math.nan)
    none = np.full(len(n), math.nan)
    measures = {
        "pearson": correlation,
        "euclidean": euclidean,
        "hamming": differing / n if binary else none,
        "matching": 1 - differing / n if binary else none,
        "jaccard": jaccard if binary else none,
        "goodman_kruskal_gamma": gamma if binary else none,
        "hubert_gamma": sxy,
    }
    return pl.DataFrame([_row(name, drawn) for name, drawn in measures.items()])


def _row(name: str, drawn: np.ndarray) -> dict[str, object]:
    observed, others = drawn[0], drawn[1:][~np.isnan(drawn[1:])]
    if np.isnan(observed):
        row: dict[str, float | None] = dict.fromkeys(
            ("observed", "p", "mean", "sd", "lowest", "highest", "p_greater", "p_less")
        )
        return {"measure": name, **row}
    tiny = 1e-10 * max(1.0, abs(observed))
    more = 1 + len(others)
    return {
        "measure": name,
        "observed": float(observed),
        "p": float((1 + (np.abs(others) >= abs(observed) - tiny).sum()) / more),
        "mean": float(others.mean()) if len(others) else None,
        "sd": float(others.std()) if len(others) else None,
        "lowest": float(others.min()) if len(others) else None,
        "highest": float(others.max()) if len(others) else None,
        "p_greater": float((1 + (others >= observed - tiny).sum()) / more),
        "p_less": float((1 + (others <= observed + tiny).sum()) / more),
    }
