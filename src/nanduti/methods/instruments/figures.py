"""Figures of formulas over groups: numerator, denominator, value, or in words why nothing can be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import polars as pl

from ..values import Reason, mark
from .formulas import Formula, Understood, columns_of, viewed

# Reason → its sentence. ``n``: answers, ``asked``: rows meant, ``least``: per cent of them that must have answered.
REASONS = {
    "indicators.nobody": mark("Nobody of this group was asked."),
    "indicators.no_answer": mark("None of the {asked} asked has answered."),
    "indicators.too_few_answered": mark(
        "Only {n} of the {asked} asked have answered; at least {least} per cent are needed."
    ),
    "indicators.nothing_to_divide_by": mark("What it is divided by is zero."),
}
FIGURE = {
    "n": pl.Int64, "n_asked": pl.Int64, "numerator": pl.Float64, "denominator": pl.Float64, "value": pl.Float64,
    "reason": pl.String,
}  # fmt: skip


def figures(
    formulas: Mapping[str, Understood],
    frame: pl.DataFrame,
    repeats: Mapping[str, pl.DataFrame] | None = None,
    *,
    by: Sequence[Sequence[str]] = ((),),
) -> list[pl.DataFrame]:
    """For each grouping a frame: ``code``, the columns it goes by, then those of :data:`FIGURE`.

    All formulas are worked out at once, over units and over each repeat. A value is null where nothing can be said, and
    then ``reason`` holds a code of :data:`REASONS`. A group of unknown answers is a group: its name is null. Columns
    that hold lists (choices of several) put a row into each of its groups.

    >>> from nanduti.methods.instruments.formulas import Column, Formula, understand
    >>> columns = {"w": Column("number"), "m": Column("number")}
    >>> share = understand(Formula("ratio", of="w", per="w + m"), columns)
    >>> firms = pl.DataFrame({"town": ["A", "A", "B"], "w": [1, 3, None], "m": [3, 1, 2]})
    >>> all_, towns = figures({"women": share}, firms, by=[(), ("town",)])
    >>> all_.select("n", "numerator", "denominator", "value").row(0)
    (2, 4.0, 8.0, 0.5)
    >>> towns.select("town", "value", "reason").rows()
    [('A', 0.5, None), ('B', None, 'indicators.no_answer')]
    """
    found: list[list[pl.DataFrame]] = [[] for _ in by]
    ordered = sorted(formulas.items(), key=lambda item: item[1].formula.over)
    for over, some in groupby(ordered, key=lambda item: item[1].formula.over):
        mine = dict(some)
        view = viewed(list(mine.values()), frame, repeats or {}, over)
        keys = list(dict.fromkeys(name for names in by for name in names))
        made = [e for i, one in enumerate(mine.values()) for e in columns_of(one, f"{i}:")]
        # With a column of their own, so that a constant is as long as there are rows, and of none there is none.
        table = view.select("_unit", *keys, *made)
        for place, names in enumerate(by):
            found[place].append(_grouped(table, list(names), mine))
    order = {code: i for i, code in enumerate(formulas)}
    return [
        _in_order(pl.concat(parts), names, order) if parts else _nothing(names)
        for parts, names in zip(found, by)
    ]


def _nothing(names: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(schema={"code": pl.String, **dict.fromkeys(names, pl.String), **FIGURE})


def _in_order(table: pl.DataFrame, names: Sequence[str], order: Mapping[str, int]) -> pl.DataFrame:
    place = pl.col("code").replace_strict(list(order), list(order.values()), return_dtype=pl.Int64)
    return table.sort(place, *names, nulls_last=True, maintain_order=True)


def _grouped(table: pl.DataFrame, names: list[str], formulas: Mapping[str, Understood]) -> pl.DataFrame:
    for name in names:
        if isinstance(table.schema[name], pl.List):
            table = table.explode(name)
    wanted = [e for i, one in enumerate(formulas.values()) for e in _sums(f"{i}:", one.formula)]
    # Rows are counted without a group too: an empty frame gives one row of zeros there.
    summed = table.group_by(names, maintain_order=True).agg(wanted) if names else table.select(wanted)
    parts = [
        summed.select(
            pl.lit(code).alias("code"),
            *(pl.col(n).cast(pl.String) for n in names),
            *_figure(f"{i}:", one.formula),
        )
        for i, (code, one) in enumerate(formulas.items())
    ]
    return pl.concat(parts)


def _sums(prefix: str, formula: Formula) -> list[pl.Expr]:
    part, whole = pl.col(f"{prefix}part"), pl.col(f"{prefix}whole")
    sums = [
        part.count().cast(pl.Int64).alias(f"{prefix}n"),
        pl.col(f"{prefix}asked").sum().cast(pl.Int64).alias(f"{prefix}n_asked"),
        part.sum().alias(f"{prefix}numerator"),
        whole.sum().alias(f"{prefix}denominator"),
    ]
    return [*sums, part.median().alias(f"{prefix}median")] if formula.kind == "median" else sums


def _figure(prefix: str, formula: Formula) -> list[pl.Expr]:
    """The columns of :data:`FIGURE` from the sums of one formula."""
    n, asked = pl.col(f"{prefix}n"), pl.col(f"{prefix}n_asked")
    above, below = pl.col(f"{prefix}numerator"), pl.col(f"{prefix}denominator")
    reason = (
        pl.when(asked == 0)
        .then(pl.lit("indicators.nobody"))
        .when(n == 0)
        .then(pl.lit("indicators.no_answer"))
        .when(n < formula.least_answered * asked)
        .then(pl.lit("indicators.too_few_answered"))
        .when(below == 0)
        .then(pl.lit("indicators.nothing_to_divide_by"))
    )
    if formula.kind in ("total", "count"):
        value = above
    elif formula.kind == "median":
        value = pl.col(f"{prefix}median")
    else:
        value = above / below
    known = n > 0
    has_parts = formula.kind != "median"
    has_whole = formula.kind in ("share", "mean", "ratio")
    nothing = pl.lit(None, dtype=pl.Float64)
    return [
        n.alias("n"),
        asked.alias("n_asked"),
        (pl.when(known).then(above) if has_parts else nothing).alias("numerator"),
        (pl.when(known).then(below) if has_whole else nothing).alias("denominator"),
        pl.when(reason.is_null()).then(value * formula.times).cast(pl.Float64).alias("value"),
        reason.cast(pl.String).alias("reason"),
    ]


def said(code: str, formula: Formula, n: int, asked: int) -> Reason:
    """A reason of :data:`REASONS` with the numbers that fill it.

    >>> said("indicators.too_few_answered", Formula("mean", of="x"), 2, 9).say()
    'Only 2 of the 9 asked have answered; at least 50 per cent are needed.'
    """
    details = {"n": n, "asked": asked, "least": round(100 * formula.least_answered)}
    return Reason(code, REASONS[code], details)
