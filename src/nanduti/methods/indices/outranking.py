"""Outranking: who beats whom, indicator by indicator, with no compensation of bad by good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .frames import Matrix, ranks, read, weight_vector

# Weights are decimal fractions that binary numbers miss by a hair; a lead below this is a tie.
TIE = 1e-9
_BLOCK = 256


def outranking_matrix(
    data: pl.DataFrame,
    *,
    weights: Mapping[str, float] | Sequence[float] | None = None,
    veto: Mapping[str, float] | None = None,
    unit: str = "unit",
) -> pl.DataFrame:
    """Share of weight on which the row unit beats the column unit; a tie counts half to each.

    Args:
        data: indicators in which more is better (any scale).
        veto: per indicator the shortfall from which on a unit cannot outrank another whatever its other
            merits; its cell becomes 0 (non-compensatory veto, after Roy's ELECTRE).

    Returns:
        frame with the unit column and one column per unit, diagonal 0 (Handbook 2008, p. 105 and table 36).

    >>> d = pl.DataFrame({"unit": ["A", "B"], "x": [1.0, 2.0], "y": [5.0, 5.0]})
    >>> outranking_matrix(d).rows()
    [('A', 0.0, 0.25), ('B', 0.75, 0.0)]
    """
    m = _complete(data, unit)
    w = weight_vector(weights, m.codes)
    shares = _outranking_shares(m.values, w / w.sum())
    for code, limit in (veto or {}).items():
        shares[_vetoed(m, code, limit)] = 0.0
    return Matrix(m.units, m.units, shares, unit).frame()


def copeland(
    data: pl.DataFrame,
    *,
    weights: Mapping[str, float] | Sequence[float] | None = None,
    veto: Mapping[str, float] | None = None,
    unit: str = "unit",
    threads: int = 2,
) -> pl.DataFrame:
    """Copeland scores: units beaten less units lost to, by weighted majority of indicators.

    Under a ``veto`` a unit that is worse by the given amount on that indicator cannot win the duel; a
    duel that it would have won counts as drawn.

    Args:
        threads: at most so many are used on large tables.

    Returns:
        frame with unit, ``score`` and ``rank`` (1 is best, ties share the better rank).

    >>> d = pl.DataFrame({"unit": ["A", "B", "C"], "x": [3, 2, 1], "y": [3, 1, 2], "z": [1, 2, 3]})
    >>> copeland(d).rows()
    [('A', 2.0, 1.0), ('B', -2.0, 3.0), ('C', 0.0, 2.0)]
    """
    m = _complete(data, unit)
    w = weight_vector(weights, m.codes)
    limits = [(m.column(code), limit) for code, limit in _limits(m, veto)]
    scores = copeland_scores(m.values, w, limits, threads)
    return pl.DataFrame({unit: m.units, "score": scores, "rank": ranks(scores)})


def copeland_scores(
    values: np.ndarray,
    weights: np.ndarray,
    limits: Sequence[tuple[np.ndarray, float]] = (),
    threads: int = 2,
) -> np.ndarray:
    """Copeland scores of the rows of ``values``.

    Each duel is one number: the outcomes (worse, equal, better) of a few indicators written in base 3.
    A table then says how much weight lies behind that number, so that no duel is added up by hand.
    """
    n = len(values)
    used = np.flatnonzero(weights > 0)
    places = np.column_stack([np.unique(values[:, q], return_inverse=True)[1] for q in used])
    places = places.astype(np.uint16 if n < 65_536 else np.uint32)
    groups = [slice(s, s + 10) for s in range(0, len(used), 10)]
    share = weights[used] / weights[used].sum()
    tables = [_lead_table(share[g], last=len(groups) == 1) for g in groups]
    columns = [np.ascontiguousarray(places[:, q]) for q in range(len(used))]
    starts = range(0, n, _BLOCK)

    def block(start: int) -> tuple[int, np.ndarray, np.ndarray]:
        return start, *_duels(columns, groups, tables, limits, start, min(start + _BLOCK, n), n)

    scores = np.zeros(n, dtype=np.int64)
    with ThreadPoolExecutor(max(1, threads)) as pool:
        for start, won, lost in pool.map(block, starts):
            scores[start : start + len(won)] += won
            scores[start:] -= lost
    return scores.astype(float)


def _lead_table(share: np.ndarray, *, last: bool) -> np.ndarray:
    """Lead in weight for every base-3 pattern; its sign alone when no other indicators follow."""
    lead = np.zeros(1)
    for s in share:
        lead = (lead[:, None] + np.array([-s, 0.0, s])).ravel()
    if not last:
        return lead
    return np.where(lead > TIE, 1, np.where(lead < -TIE, -1, 0)).astype(np.int8)


def _duels(
    columns: Sequence[np.ndarray],
    groups: Sequence[slice],
    tables: Sequence[np.ndarray],
    limits: Sequence[tuple[np.ndarray, float]],
    start: int,
    stop: int,
    n: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Duels of the rows start..stop against all rows from start on: row sums and column sums of signs."""
    lead: np.ndarray | float = 0.0
    for group, table in zip(groups, tables, strict=True):
        pattern = np.zeros((stop - start, n - start), dtype=np.uint16)
        outcome = np.empty(pattern.shape, dtype=bool)
        for column in columns[group]:
            rows, others = column[start:stop, None], column[None, start:]
            np.multiply(pattern, 3, out=pattern)
            np.add(pattern, np.greater(rows, others, out=outcome), out=pattern)
            np.add(pattern, np.greater_equal(rows, others, out=outcome), out=pattern)
        part = table.take(pattern)
        lead = part if len(groups) == 1 else lead + part
    if len(groups) == 1:
        sign = np.asarray(lead)
    else:
        sign = (lead > TIE).view(np.int8) - (lead < -TIE).view(np.int8)
    for column, limit in limits:
        shortfall = column[None, start:] - column[start:stop, None]
        sign = np.where((sign > 0) & (shortfall >= limit), 0, sign)
        sign = np.where((sign < 0) & (-shortfall >= limit), 0, sign)
    # Inside the block every pair is met twice, once from either side; count each of those once.
    lost = sign.sum(axis=0, dtype=np.int64)
    lost[: stop - start] = 0
    return sign.sum(axis=1, dtype=np.int64), lost


def _outranking_shares(values: np.ndarray, share: np.ndarray) -> np.ndarray:
    n = len(values)
    shares = np.zeros((n, n))
    for q in range(values.shape[1]):
        x = values[:, q]
        shares += share[q] * ((x[:, None] > x[None, :]) + 0.5 * (x[:, None] == x[None, :]))
    np.fill_diagonal(shares, 0.0)
    return shares


def _vetoed(m: Matrix, code: str, limit: float) -> np.ndarray:
    _limits(m, {code: limit})
    x = m.column(code)
    return x[None, :] - x[:, None] >= limit


def _limits(m: Matrix, veto: Mapping[str, float] | None) -> list[tuple[str, float]]:
    for code, limit in (veto or {}).items():
        if code not in m.codes or not limit > 0:
            raise BadInput(
                place=f"veto on {code!r}",
                problem=f"with shortfall {limit} cannot be used",
                remedy="Name an indicator of the table and a shortfall above zero.",
            )
    return list((veto or {}).items())


def condorcet_ranking(
    data: pl.DataFrame,
    *,
    weights: Mapping[str, float] | Sequence[float] | None = None,
    unit: str = "unit",
    most_units: int = 9,
) -> tuple[float, list[tuple[str, ...]]]:
    """The orders that agree with most weight over all pairs: Condorcet, Kemeny, Young and Levenglick.

    Every order of the units is tried (Handbook 2008, p. 106-108), so the number of units is limited.

    Returns:
        the best support, and every order that reaches it, best unit first.

    >>> d = pl.DataFrame({"unit": ["A", "B"], "x": [1.0, 2.0]})
    >>> condorcet_ranking(d)
    (1.0, [('B', 'A')])
    """
    m = _complete(data, unit)
    if len(m.units) > most_units:
        raise CannotBeSaid(
            what="The order with most support",
            why=f"{len(m.units)} units have too many orders to try",
            remedy=f"Use copeland(), or at most {most_units} units.",
        )
    w = weight_vector(weights, m.codes)
    shares = _outranking_shares(m.values, w / w.sum())
    support = {
        order: sum(shares[a, b] for i, a in enumerate(order) for b in order[i + 1 :])
        for order in permutations(range(len(m.units)))
    }
    best = max(support.values())
    orders = [tuple(m.units[i] for i in o) for o, s in support.items() if s >= best - TIE]
    return float(best), sorted(orders)


def _complete(data: pl.DataFrame, unit: str) -> Matrix:
    m = read(data, unit)
    gaps = np.argwhere(np.isnan(m.values))
    if gaps.size:
        i, j = gaps[0]
        raise CannotBeSaid(
            what=f"Who beats {m.units[i]!r}",
            why=f"its {m.codes[j]!r} is not known",
            remedy="Impute it, or leave the unit or the indicator out.",
        )
    if not m.codes:
        raise BadInput(place="the table", problem="has no indicators", remedy="Give at least one.")
    return m
