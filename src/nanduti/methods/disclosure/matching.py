"""Counting look-alikes when a missing key value could be anything.

With the reading ``missing="any"`` two records match when they agree on every key that both have. That is
how locally suppressed files are usually judged. It is kind to the data (a blank matches everybody); the
stricter reading, ``missing="category"``, treats a blank as one more value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

from .keys import Coded, check_columns, check_rows, class_ids, code_column, pack, pack_columns

Missing = Literal["category", "any"]


def check_missing(missing: str) -> None:
    """``missing`` is one of the two readings."""
    if missing not in ("category", "any"):
        raise BadInput(
            place="missing",
            problem=f"is '{missing}'",
            remedy="Use 'category' (a blank is a value) or 'any' (a blank may be anything).",
        )


def frequencies(
    data: pl.DataFrame,
    *,
    keys: Sequence[str],
    weights: np.ndarray | None = None,
    missing: Missing = "category",
) -> tuple[np.ndarray, np.ndarray]:
    """For every record the sample frequency f_k and the summed weights F_k of the records that match it.

    Source: Benedetti and Franconi (1998); f_k and F_k as in Templ (2017), Statistical Disclosure Control for
    Microdata, section 3.2.

    >>> d = pl.DataFrame({"trade": ["shoes", None, "wool"]})
    >>> frequencies(d, keys=["trade"], missing="any")[0].tolist()
    [2, 3, 2]
    """
    n = check_rows(data)
    keys = check_columns(data, keys)
    check_missing(missing)
    w = np.ones(n) if weights is None else np.asarray(weights, dtype=float)
    if missing == "category" or not any(data[c].null_count() or _has_nan(data[c]) for c in keys):
        ids, n_classes = class_ids(pack_columns(data, keys))
        return np.bincount(ids, minlength=n_classes)[ids], np.bincount(ids, w, minlength=n_classes)[ids]
    blank = np.column_stack([_blank(data[c]) for c in keys])
    return _by_pattern([code_column(data[c]) for c in keys], blank, w)


def _has_nan(series: pl.Series) -> bool:
    return series.dtype.is_float() and bool(series.is_nan().any())


def _blank(series: pl.Series) -> np.ndarray:
    gone = series.is_null()
    if series.dtype.is_float():
        gone = gone | series.is_nan().fill_null(False)
    return gone.to_numpy()


def _by_pattern(columns: list[Coded], blank: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every pattern of blanks against every other, counted on the columns that both have."""
    bits = blank @ (1 << np.arange(blank.shape[1]))
    patterns = np.unique(bits)
    f = np.zeros(len(w), dtype=np.int64)
    total = np.zeros(len(w))
    rows = {p: np.flatnonzero(bits == p) for p in patterns}
    for p in patterns:
        for q in patterns:
            shared = [c for j, c in enumerate(columns) if not (p | q) >> j & 1]
            if not shared:
                f[rows[p]] += len(rows[q])
                total[rows[p]] += w[rows[q]].sum()
                continue
            both = np.concatenate((rows[p], rows[q]))
            ids, n = class_ids(pack([Coded(c.codes[both], c.size) for c in shared]))
            mine, theirs = ids[: len(rows[p])], ids[len(rows[p]) :]
            f[rows[p]] += np.bincount(theirs, minlength=n)[mine]
            total[rows[p]] += np.bincount(theirs, w[rows[q]], minlength=n)[mine]
    return f, total
