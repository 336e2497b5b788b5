"""SUDA: special uniques, records that are alone already on a few of the keys.

A *minimal sample unique* (MSU) is a set of keys on which a record is alone while it is not alone on any
smaller part of the set. A record with small or many such sets is easy to point at, because an outsider
needs to know little about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import Literal

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

from .keys import check_columns, check_rows, class_ids, code_columns, pack

_MOST_KEYS = 15  # 2^15 sets of keys, each one pass over the data


@dataclass(frozen=True)
class Suda:
    """SUDA scores per record.

    ``score`` (0 where the record has no MSU), ``dis_score`` (the score as a chance, given the sampling
    fraction), ``n_msu`` (records × sizes 1 … m), ``contribution`` (records × keys: how much of the score of a
    record goes through each key; a key counts in every MSU it belongs to).
    """

    score: np.ndarray
    dis_score: np.ndarray
    n_msu: np.ndarray
    contribution: np.ndarray
    keys: tuple[str, ...]


def suda2(
    data: pl.DataFrame,
    *,
    keys: Sequence[str],
    sampling_fraction: float = 0.01,
    weights: Literal["elliot", "ihsn"] = "elliot",
    max_size: int | None = None,
) -> Suda:
    """Special uniques: for every record the score over its minimal sample uniques, and the DIS score.

    Each MSU of size s among m keys adds (m-s)! to the score when ``weights="elliot"`` (the published
    definition), or (2^(m-s) - 1) s! (m-s)! / m! when ``"ihsn"`` (the older implementation). A missing key value
    takes part in no MSU. The DIS score needs the ``sampling_fraction``.

    Every set of keys up to ``max_size`` (default: all) is counted once, in one pass; a set is examined only
    for records that are not already unique on a part of it. Results are those of the recursive search.

    Source: Elliot, Manning, Mayes, Gurd and Bane (2005), "SUDA: a program for detecting special uniques";
    Manning, Haglin and Keane (2008), Data Mining and Knowledge Discovery 16; DIS: Skinner and Elliot (2002),
    JRSS B 64(4).

    >>> d = pl.DataFrame({"a": [1, 1, 1, 2], "b": [1, 1, 2, 2], "c": [1, 1, 1, 1]})
    >>> suda2(d, keys=["a", "b", "c"]).score.tolist()
    [0.0, 0.0, 1.0, 2.0]
    """
    n = check_rows(data)
    keys = check_columns(data, keys)
    m = len(keys)
    if m > _MOST_KEYS:
        raise BadInput(
            place="the list of key columns",
            problem=f"has {m} columns",
            remedy=f"Give at most {_MOST_KEYS}; an outsider seldom knows more.",
        )
    if not 0 < sampling_fraction <= 1:
        raise BadInput(
            place="sampling_fraction",
            problem=f"is {sampling_fraction}",
            remedy="Give a share above 0 and at most 1.",
        )
    worth = _worth(m, weights)
    columns = code_columns(data, keys)
    blank = np.column_stack([data[c].is_null().to_numpy() for c in keys])
    n_msu = np.zeros((n, m), dtype=np.int64)
    through = np.zeros((n, m))
    found: list[tuple[int, np.ndarray]] = []
    for size in range(1, (max_size or m) + 1):
        fresh: list[tuple[int, np.ndarray]] = []
        for chosen in combinations(range(m), size):
            bits = sum(1 << j for j in chosen)
            ids, n_classes = class_ids(pack([columns[j] for j in chosen]))
            alone = (np.bincount(ids, minlength=n_classes) == 1)[ids] & ~blank[:, list(chosen)].any(axis=1)
            for part, rows in found:
                if part & bits == part:
                    alone[rows] = False
            rows = np.flatnonzero(alone)
            if len(rows):
                fresh.append((bits, rows))
                n_msu[rows, size - 1] += 1
                through[np.ix_(rows, chosen)] += worth[size - 1]
        found += fresh
    score = n_msu @ worth
    share = np.divide(through, score[:, None], out=np.zeros_like(through), where=score[:, None] > 0)
    return Suda(score, _dis(score, _pairs(columns), sampling_fraction, m), n_msu, share, tuple(keys))


def _worth(m: int, weights: str) -> np.ndarray:
    sizes = range(1, m + 1)
    if weights == "elliot":
        return np.array([float(factorial(m - s)) for s in sizes])
    if weights == "ihsn":
        return np.array(
            [(2.0 ** (m - s) - 1) * factorial(s) * factorial(m - s) / factorial(m) for s in sizes]
        )
    raise BadInput(place="weights", problem=f"is '{weights}'", remedy="Use elliot or ihsn.")


def _pairs(columns: list) -> tuple[int, int]:
    """Records alone on all keys, and records that stand in pairs."""
    ids, n = class_ids(pack(columns))
    counts = np.bincount(ids, minlength=n)
    return int((counts == 1).sum()), int(2 * (counts == 2).sum())


def _dis(score: np.ndarray, uniques: tuple[int, int], fraction: float, m: int) -> np.ndarray:
    """Spread the chance that a match on a unique is right over the records in proportion to their scores."""
    n_alone, n_paired = uniques
    result = np.zeros(len(score))
    has = score > 0
    if not has.any() or not n_alone:
        return result
    dis = n_alone * fraction / (n_alone * fraction + n_paired * (1.0 - fraction))
    power = score[has] ** (1.0 + (8.0 - m) / 20.0)
    spread = power * (1.0 / power).sum()
    result[has] = 1.0 / (1.0 + (n_alone / dis - n_alone) / spread)
    return result
