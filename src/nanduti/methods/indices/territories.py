"""Territories side by side with the same indicators: each is unique, and what is not known is said.

"Each cluster is unique, even when they belong to the same sector" (UNDP Accelerator Lab Paraguay 2023, insight 1).
"""

from __future__ import annotations

import polars as pl

from nanduti.methods.values import BadInput, mark

#: What two territories may differ by before it is called a difference; ours, to be changed by whoever compares.
LEAST_POINTS, LEAST_FACTOR = 0.10, 1.5
UNKNOWN, ALONE, ALIKE, HIGHEST, LOWEST, BETWEEN = "unknown", "alone", "alike", "highest", "lowest", "between"


def compare_territories(
    data: pl.DataFrame, *, least_points: float = LEAST_POINTS, least_factor: float = LEAST_FACTOR
) -> pl.DataFrame:
    """Where each territory stands on each indicator: highest, lowest, between, alike, alone or unknown.

    Args:
        data: ``indicator``, ``territory``, ``value`` (null where it is not known) and, if there, ``is_share``: shares
            differ by ``least_points`` (0.10 is ten per cent points), other figures by ``least_factor``.

    Returns:
        the rows in their order with ``n_known`` territories, ``spread`` (greatest less least), ``factor`` (greatest
        over least, null where the least is nil), ``differs`` (null where fewer than two are known) and ``standing``.

    >>> d = pl.DataFrame({"indicator": ["women"] * 3, "territory": ["Pilar", "Yaguarón", "Mariano"],
    ...                   "value": [0.81, 0.45, None], "is_share": [True] * 3})
    >>> compare_territories(d)["standing"].to_list()
    ['highest', 'lowest', 'unknown']
    """
    for column in ("indicator", "territory", "value"):
        if column not in data.columns:
            raise BadInput(
                place=f"column {column!r}",
                problem=mark("is not in the table"),
                remedy=mark("Add it or name another."),
            )
    if data.select("indicator", "territory").is_duplicated().any():
        raise BadInput(
            place=mark("an indicator of a territory"), problem=mark("stands twice"), remedy=mark("Keep one.")
        )
    if "is_share" not in data.columns:
        data = data.with_columns(pl.lit(False).alias("is_share"))
    value = pl.when(pl.col("value").cast(pl.Float64).is_finite()).then(pl.col("value").cast(pl.Float64))
    least, most = value.min().over("indicator"), value.max().over("indicator")
    frame = data.with_columns(value.alias("value")).with_columns(
        value.is_not_null().sum().over("indicator").cast(pl.Int64).alias("n_known"),
        (most - least).alias("spread"),
        pl.when(least > 0).then(most / least).alias("factor"),
        least.alias("_least"),
        most.alias("_most"),
    )
    wide = (
        pl.when(pl.col("is_share"))
        .then(pl.col("spread") >= least_points - 1e-12)
        .otherwise(
            pl.when(pl.col("factor").is_not_null())
            .then(pl.col("factor") >= least_factor)
            .otherwise(pl.col("spread") > 0)
        )
    )
    differs = pl.when(pl.col("n_known") >= 2).then(wide)
    standing = (
        pl.when(pl.col("value").is_null())
        .then(pl.lit(UNKNOWN))
        .when(pl.col("n_known") < 2)
        .then(pl.lit(ALONE))
        .when(pl.col("differs").not_())
        .then(pl.lit(ALIKE))
        .when(pl.col("value") == pl.col("_most"))
        .then(pl.lit(HIGHEST))
        .when(pl.col("value") == pl.col("_least"))
        .then(pl.lit(LOWEST))
        .otherwise(pl.lit(BETWEEN))
    )
    made = frame.with_columns(differs.alias("differs"))
    return made.with_columns(standing.alias("standing")).drop("_least", "_most")
