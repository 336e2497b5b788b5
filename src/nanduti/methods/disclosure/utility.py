"""What protection cost: how far tables and statistics from the safe file are from those of the true one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

from .keys import check_columns, check_rows
from .microaggregation import numbers


def _same_shape(before: pl.DataFrame, after: pl.DataFrame) -> None:
    check_rows(before)
    if before.height != after.height:
        raise BadInput(
            place="the protected data",
            problem=f"have {after.height} rows, the original {before.height}",
            remedy="Compare the file with itself before and after protection, rows in the same order.",
        )


@dataclass(frozen=True)
class NumericLoss:
    """Loss on numbers: per column, and of the correlations.

    ``columns`` has mean, standard deviation before and after, and ``il1s``, the mean absolute change in units of
    √2 standard deviations; ``correlation_loss`` is the mean absolute change of the correlations (None with
    fewer than two columns that vary).
    """

    columns: pl.DataFrame
    il1s: float
    correlation_loss: float | None


def numeric_loss(before: pl.DataFrame, after: pl.DataFrame, *, columns: Sequence[str]) -> NumericLoss:
    """How much numbers moved.

    Source: Yancey, Winkler and Creecy (2002), LNCS 2316 (IL1s); Mateo-Sanz, Domingo-Ferrer and Sebé (2005).

    >>> a = pl.DataFrame({"x": [1.0, 2.0, 3.0]}); b = pl.DataFrame({"x": [1.0, 2.0, 4.0]})
    >>> round(numeric_loss(a, b, columns=["x"]).il1s, 4)
    0.2357
    """
    _same_shape(before, after)
    columns = check_columns(before, columns, "number")
    check_columns(after, columns, "number")
    x, y = numbers(before, columns), numbers(after, columns)
    spread = x.std(axis=0, ddof=1) if len(x) > 1 else np.zeros(len(columns))
    flat = spread == 0
    moved = np.abs(x - y).mean(axis=0)
    il1s = np.where(flat, np.nan, moved / (np.sqrt(2.0) * np.where(flat, 1.0, spread)))
    frame = pl.DataFrame(
        {
            "column": columns,
            "mean_before": x.mean(axis=0),
            "mean_after": y.mean(axis=0),
            "sd_before": spread,
            "sd_after": y.std(axis=0, ddof=1) if len(y) > 1 else np.zeros(len(columns)),
            "il1s": il1s,
        }
    ).with_columns(pl.col("il1s").fill_nan(None))
    varies = ~flat & (y.std(axis=0) > 0)
    correlation = None
    if varies.sum() >= 2:
        gap = np.abs(np.corrcoef(x[:, varies], rowvar=False) - np.corrcoef(y[:, varies], rowvar=False))
        correlation = float(gap[np.triu_indices(int(varies.sum()), 1)].mean())
    total = float(il1s[~flat].mean()) if (~flat).any() else 0.0
    return NumericLoss(frame, total, correlation)


def categorical_loss(before: pl.DataFrame, after: pl.DataFrame, *, columns: Sequence[str]) -> pl.DataFrame:
    """Per column: the share of values blanked, changed, and codes given up; distance of the frequencies.

    ``distance`` is the Hellinger distance of the two distributions of codes, blanks counted as a code (0 to 1);
    null where the codes were replaced by coarser ones, which cannot be compared.

    Source: Gomatam, Karr and Sanil (2005), Journal of Official Statistics 21(4), for the distance.

    >>> a = pl.DataFrame({"t": ["x", "x", "y", "y"]}); b = pl.DataFrame({"t": ["x", None, "y", "y"]})
    >>> categorical_loss(a, b, columns=["t"]).select("column", "blanked_share", "changed_share").rows()
    [('t', 0.25, 0.0)]
    """
    _same_shape(before, after)
    rows = []
    for name in check_columns(before, columns):
        old, new = before[name].cast(pl.String), after[name].cast(pl.String)
        n = len(old)
        blanked = int((old.is_not_null() & new.is_null()).sum())
        changed = int((old != new).fill_null(False).sum())
        left = set(new.drop_nulls().unique()) - set(old.drop_nulls().unique())
        rows.append(
            {
                "column": name,
                "blanked_share": blanked / n,
                "changed_share": changed / n,
                "codes_before": old.drop_nulls().n_unique(),
                "codes_after": new.drop_nulls().n_unique(),
                "distance": None if left else _hellinger(old, new),
            }
        )
    return pl.DataFrame(rows, schema_overrides={"distance": pl.Float64})


def _hellinger(old: pl.Series, new: pl.Series) -> float:
    n = len(old)
    p = dict(old.value_counts(name="n").iter_rows())
    q = dict(new.value_counts(name="n").iter_rows())
    total = sum((np.sqrt(p.get(v, 0) / n) - np.sqrt(q.get(v, 0) / n)) ** 2 for v in set(p) | set(q))
    return float(np.sqrt(total / 2.0))
