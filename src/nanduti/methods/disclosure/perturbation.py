"""Changing values by chance under known rules: PRAM for codes, noise and rank swapping for numbers.

Every function takes ``seed=``; each purpose draws from its own stream, so that adding one protection does not
change another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .keys import check_columns, check_rows
from .microaggregation import numbers


def _stream(seed: int, purpose: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([int(seed), purpose])))


@dataclass(frozen=True)
class Pram:
    """Data after PRAM, the codes, the transition matrix used (row: true code), and how many changed."""

    data: pl.DataFrame
    codes: list[object]
    matrix: np.ndarray
    n_changed: int


def pram(
    data: pl.DataFrame,
    *,
    column: str,
    seed: int,
    keep_share: float = 0.8,
    matrix: np.ndarray | None = None,
    invariant: bool = True,
) -> Pram:
    """Post-randomisation: each code stays or becomes another one with known chances.

    Without a ``matrix`` each code stays with chance ``keep_share`` and else becomes any other alike.
    ``invariant=True`` follows it by the step that brings the expected frequencies back exactly, so that tables
    of the column stay unbiased without correction. Missing values stay missing and take no part.

    Source: Gouweleeuw, Kooiman, Willenborg and de Wolf (1998), Journal of Official Statistics 14(4).

    >>> d = pl.DataFrame({"trade": ["shoes"] * 60 + ["wool"] * 40})
    >>> r = pram(d, column="trade", seed=7)
    >>> bool(np.allclose(np.array([0.6, 0.4]) @ r.matrix, [0.6, 0.4]))
    True
    """
    check_rows(data)
    check_columns(data, [column])
    codes = sorted((v for v in data[column].unique().to_list() if v is not None), key=str)
    if len(codes) < 2:
        raise CannotBeSaid(
            what=f"PRAM of '{column}'", why="the column has fewer than two codes", remedy="Leave it out."
        )
    number = {v: i for i, v in enumerate(codes)}
    series = data[column]
    present = series.is_not_null().to_numpy()
    held = series.drop_nulls().replace_strict(number, return_dtype=pl.Int64).to_numpy()
    shares = np.bincount(held, minlength=len(codes)) / len(held)
    step = _even(len(codes), keep_share) if matrix is None else check_transition(matrix, len(codes))
    used = invariant_matrix(step, shares) if invariant else step
    draw = _stream(seed, 2).random(len(held))
    new = (draw[:, None] >= np.cumsum(used, axis=1)[held]).sum(axis=1).clip(max=len(codes) - 1)
    full = np.full(len(series), -1, dtype=np.int64)
    full[present] = new
    column_new = pl.Series(column, full).replace_strict(
        {-1: None, **dict(enumerate(codes))}, return_dtype=series.dtype
    )
    return Pram(data.with_columns(column_new), codes, used, int((new != held).sum()))


def _even(m: int, keep_share: float) -> np.ndarray:
    if not 0 < keep_share <= 1:
        raise BadInput(
            place="keep_share", problem=f"is {keep_share}", remedy="Give a share above 0, up to 1."
        )
    matrix = np.full((m, m), (1.0 - keep_share) / (m - 1))
    np.fill_diagonal(matrix, keep_share)
    return matrix


def check_transition(matrix: np.ndarray, m: int) -> np.ndarray:
    """A square matrix of chances whose rows add to one."""
    matrix = np.asarray(matrix, dtype=float)
    if matrix.shape != (m, m) or (matrix < 0).any() or not np.allclose(matrix.sum(axis=1), 1.0):
        raise BadInput(
            place="matrix",
            problem=f"is not a {m} × {m} matrix of chances with rows adding to 1",
            remedy="Give one row per code in sorted order, each adding to 1.",
        )
    return matrix


def invariant_matrix(matrix: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The two-step transition P·Q with Q_ij = p_ji v_j / (vP)_i, which leaves the shares v as they are.

    >>> r = invariant_matrix(np.array([[0.9, 0.1], [0.3, 0.7]]), np.array([0.8, 0.2]))
    >>> (np.array([0.8, 0.2]) @ r).round(12).tolist()
    [0.8, 0.2]
    """
    reached = shares @ matrix
    back = (matrix * shares[:, None]).T / np.where(reached > 0, reached, 1.0)[:, None]
    back[reached <= 0] = np.eye(len(shares))[reached <= 0]
    return matrix @ back


def add_noise(
    data: pl.DataFrame,
    *,
    columns: Sequence[str],
    seed: int,
    level: float = 0.1,
    method: Literal["additive", "correlated"] = "correlated",
) -> pl.DataFrame:
    """Normal noise on numbers; ``level`` is the noise variance as a share of each column's variance.

    ``"additive"`` draws each column alone and inflates variances by 1 + level. ``"correlated"`` draws noise
    with the covariance of the data and shrinks back to the mean, so that expected means, variances and
    correlations stay as they are.

    Source: Kim (1986), ASA Proceedings of the Survey Research Methods Section; Brand (2002), LNCS 2316.

    >>> d = pl.DataFrame({"jobs": [3.0, 8.0, 20.0], "debt": [1.0, 4.0, 9.0]})
    >>> add_noise(d, columns=["jobs"], seed=1, level=0.01)["debt"].to_list()
    [1.0, 4.0, 9.0]
    """
    n = check_rows(data)
    columns = check_columns(data, columns, "number")
    if not (np.isfinite(level) and level > 0):
        raise BadInput(place="level", problem=f"is {level}", remedy="Give a positive share; 0.1 is common.")
    matrix = numbers(data, columns)
    if n < 2 or (matrix.std(axis=0) == 0).any():
        raise CannotBeSaid(
            what="The size of the noise",
            why="a column has no variation",
            remedy="Leave out columns that are constant; they tell nothing about anybody.",
        )
    raw = _stream(seed, 3).standard_normal(matrix.shape)
    if method == "additive":
        new = matrix + raw * matrix.std(axis=0, ddof=1) * np.sqrt(level)
    elif method == "correlated":
        values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(matrix, rowvar=False)))
        shaped = raw @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
        centre = matrix.mean(axis=0)
        new = centre + (matrix - centre + np.sqrt(level) * shaped) / np.sqrt(1.0 + level)
    else:
        raise BadInput(place="method", problem=f"is '{method}'", remedy="Use additive or correlated.")
    return data.with_columns(pl.Series(c, new[:, j]) for j, c in enumerate(columns))


def rank_swap(data: pl.DataFrame, *, columns: Sequence[str], seed: int, percent: float = 5.0) -> pl.DataFrame:
    """Swap each value with one whose rank is at most ``percent`` of the records away; marginals stay exact.

    Source: Moore (1996), US Bureau of the Census, Research Report RR96-04.

    >>> d = pl.DataFrame({"jobs": [1, 2, 3, 4]})
    >>> sorted(rank_swap(d, columns=["jobs"], seed=3, percent=50)["jobs"].to_list())
    [1, 2, 3, 4]
    """
    n = check_rows(data)
    columns = check_columns(data, columns, "number")
    if not 0 < percent <= 100:
        raise BadInput(place="percent", problem=f"is {percent}", remedy="Give a per cent above 0, up to 100.")
    reach = max(1, int(n * percent / 100))
    swapped = []
    for j, name in enumerate(columns):
        values = data[name]
        numbers(data, [name])
        stream = _stream(seed, 100 + j)
        order = values.arg_sort().to_numpy().astype(np.int64)
        free = np.ones(n, dtype=bool)
        partner = np.arange(n)
        for place in range(n):
            if not free[place]:
                continue
            free[place] = False
            near = np.flatnonzero(free[place + 1 : place + 1 + reach]) + place + 1
            if len(near):
                other = int(stream.choice(near))
                free[other] = False
                partner[place], partner[other] = other, place
        take = np.empty(n, dtype=np.int64)
        take[order] = order[partner]
        swapped.append(values.gather(take).alias(name))
    return data.with_columns(swapped)


def expected_shares(shares_seen: Mapping[object, float], result: Pram) -> dict[object, float]:
    """Undo a non-invariant PRAM in a table: unbiased shares from the shares seen after it.

    >>> d = pl.DataFrame({"t": ["a"] * 50 + ["b"] * 50})
    >>> r = pram(d, column="t", seed=1, invariant=False, keep_share=0.9)
    >>> {k: round(v, 3) for k, v in expected_shares({"a": 0.82, "b": 0.18}, r).items()}
    {'a': 0.9, 'b': 0.1}
    """
    seen = np.array([shares_seen.get(c, 0.0) for c in result.codes])
    if np.linalg.cond(result.matrix) > 1e8:
        raise CannotBeSaid(
            what="The true shares",
            why="the transition matrix cannot be inverted",
            remedy="Use a matrix that keeps codes more often, or an invariant PRAM.",
        )
    return dict(zip(result.codes, np.linalg.solve(result.matrix.T, seen).tolist()))
