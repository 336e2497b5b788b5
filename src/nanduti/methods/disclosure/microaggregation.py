"""Microaggregation: numbers replaced by the mean of a small group of the most similar records (MDAV)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .keys import check_columns, check_k, check_rows


@dataclass(frozen=True)
class Microaggregation:
    """The data with group means in place of values, the group of every record, and the information lost.

    ``information_loss`` is SSE / SST on the standardised columns: 0 nothing lost, 1 everything.
    """

    data: pl.DataFrame
    groups: np.ndarray
    information_loss: float


def numbers(data: pl.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """The columns as a float matrix; missing values and text are refused by name and row."""
    for name in columns:
        if not data.schema[name].is_numeric():
            raise BadInput(place=f"column '{name}'", problem="is not a number", remedy="Leave it out.")
    matrix = data.select(pl.col(c).cast(pl.Float64) for c in columns).to_numpy()
    bad = np.argwhere(~np.isfinite(matrix))
    if len(bad):
        raise BadInput(
            place=f"column '{columns[bad[0][1]]}', row {bad[0][0]}",
            problem="is missing or not finite",
            remedy="Fill or remove the value before protecting the numbers.",
        )
    return matrix


def standardise(matrix: np.ndarray) -> np.ndarray:
    """Columns with mean 0 and standard deviation 1 (n - 1); a column without variation becomes nought."""
    spread = matrix.std(axis=0, ddof=1) if len(matrix) > 1 else np.zeros(matrix.shape[1])
    return (matrix - matrix.mean(axis=0)) / np.where(spread > 0, spread, 1.0)


def mdav(matrix: np.ndarray, k: int) -> np.ndarray:
    """Groups of at least ``k`` records by maximum distance to the average vector.

    Repeatedly: take the record farthest from the centre of those left, group it with its k - 1 nearest;
    then the record farthest from that one, and its k - 1 nearest. Ties go to the earlier record.

    Source: Domingo-Ferrer and Torra (2005), Data Mining and Knowledge Discovery 11(2), algorithm MDAV-generic.

    >>> mdav(np.array([[0.0], [0.1], [5.0], [5.2]]), 2).tolist()
    [1, 1, 0, 0]
    """
    left = np.arange(len(matrix))
    x = matrix
    groups = np.full(len(matrix), -1, dtype=np.int64)
    number = 0
    while len(left) >= 2 * k:
        point = x[int(np.argmax(_squared(x, x.mean(axis=0))))]
        rest = _rest(x, point, k)
        groups[left[~rest]] = number
        number += 1
        if len(left) < 3 * k:
            left, x = left[rest], x[rest]
            break
        left, x = left[rest], x[rest]
        opposite = x[int(np.argmax(_squared(x, point)))]
        rest = _rest(x, opposite, k)
        groups[left[~rest]] = number
        number += 1
        left, x = left[rest], x[rest]
    groups[left] = number
    return groups


def _squared(x: np.ndarray, point: np.ndarray) -> np.ndarray:
    gap = x - point
    return np.einsum("ij,ij->i", gap, gap)


def _rest(x: np.ndarray, point: np.ndarray, k: int) -> np.ndarray:
    """Which rows are left once the ``k`` nearest to ``point`` are taken."""
    rest = np.ones(len(x), dtype=bool)
    rest[np.argsort(_squared(x, point), kind="stable")[:k]] = False
    return rest


def microaggregate(data: pl.DataFrame, *, columns: Sequence[str], k: int = 3) -> Microaggregation:
    """Replace the numbers of every record by the means of its MDAV group of at least ``k`` records.

    Columns are standardised before distances are taken, so that units do not matter; totals stay true.

    Source: Domingo-Ferrer and Mateo-Sanz (2002), IEEE TKDE 14(1); reference losses: CASC project,
    "Census" and "Tarragona" data (5.69 % and 16.93 % at k = 3).

    >>> d = pl.DataFrame({"jobs": [1, 2, 50, 60], "debt": [3.0, 3.0, 80.0, 90.0]})
    >>> microaggregate(d, columns=["jobs", "debt"], k=2).data["jobs"].to_list()
    [1.5, 1.5, 55.0, 55.0]
    """
    n = check_rows(data)
    columns = check_columns(data, columns, "number")
    check_k(k, n)
    matrix = numbers(data, columns)
    scaled = standardise(matrix)
    groups = mdav(scaled, k)
    size = np.bincount(groups)
    means = np.column_stack([np.bincount(groups, matrix[:, j]) / size for j in range(len(columns))])
    new = data.with_columns(pl.Series(c, means[groups, j]) for j, c in enumerate(columns))
    return Microaggregation(new, groups, group_loss(scaled, groups))


def group_loss(scaled: np.ndarray, groups: np.ndarray) -> float:
    """SSE / SST of replacing every row by its group's mean."""
    total = float(((scaled - scaled.mean(axis=0)) ** 2).sum())
    if total == 0:
        raise CannotBeSaid(
            what="The information loss",
            why="all records have the same numbers",
            remedy="There is nothing to protect in these columns; leave them as they are.",
        )
    size = np.bincount(groups)
    means = np.column_stack([np.bincount(groups, column) / size for column in scaled.T])
    return float(((scaled - means[groups]) ** 2).sum()) / total
