"""Gaps to a benchmark or a target: of one firm, over criteria, and what a group of firms should do first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import amount, figure

from ._checks import columns, named, not_negative, numeric, once


def benchmark_gaps(data: pl.DataFrame) -> pl.DataFrame:
    """Own values against benchmarks (checklists of tanneries, workshops and the like), row by row.

    Args:
        data: ``metric``, ``own``, ``benchmark``, ``direction`` (1 more is better, -1 less is better); other
            columns stay.

    Returns:
        with ``gap`` (in the metric's unit, 0 where the benchmark is reached), ``gap_share`` (of the
        benchmark) and ``ratio`` (how many times better the benchmark is); null where a value is missing.

    Source: rows 45 and 98 of the systems: UNIDO (2013), *Cluster Twinning*, chapter 2, section 3.7.

    >>> d = pl.DataFrame({"metric": ["pairs per worker and day"], "own": [350 / 60], "benchmark": [800 / 30],
    ...                   "direction": [1]})
    >>> benchmark_gaps(d)["ratio"].round(2).item()
    4.57
    """
    columns(data, ("metric", "own", "benchmark", "direction"))
    data = numeric(data, ("own", "benchmark"))
    wrong = data.filter(~pl.col("direction").is_in([1, -1]) | pl.col("direction").is_null())
    if wrong.height:
        raise BadInput(
            place=f"direction of {wrong['metric'][0]!r}",
            problem=mark("is not 1 or -1"),
            remedy=mark("Give 1 where more is better, -1 where less is."),
        )
    own, best, sign = pl.col("own"), pl.col("benchmark"), pl.col("direction")
    better, worse = pl.when(sign == 1).then(best).otherwise(own), pl.when(sign == 1).then(own).otherwise(best)
    gap = ((best - own) * sign).clip(lower_bound=0)
    return data.with_columns(
        gap.alias("gap"),
        pl.when(best != 0).then(gap / best.abs()).alias("gap_share"),
        pl.when(worse > 0).then(better / worse).alias("ratio"),
    )


@dataclass(frozen=True)
class ExcellenceGap:
    """Gaps of one firm to its targets.

    Attributes:
        criteria: one row each: criterion, score, target, weight, gap, contribution (gap × weight, null
            where the score is not known), the widest contribution first.
        total: sum of contributions over the weights of the scored criteria; ``None`` if none is scored.
        n_unscored: criteria without a score, which are in no sum.
    """

    criteria: pl.DataFrame
    total: float | None
    n_unscored: int


def excellence_gap(
    scores: Mapping[str, float | None],
    targets: Mapping[str, float],
    *,
    weights: Mapping[str, float] | None = None,
) -> ExcellenceGap:
    """``gap = max(0, target − score)`` for each criterion, weighted; a missing score is unknown, never 0.

    Source: Excellence Gap Analysis, UNIDO (2013), *Cluster Twinning*, chapter 4, section 2; the arithmetic is
    Nanduti's (scores of 0 to 100 in the bands of EFQM 2020).

    >>> g = excellence_gap({"vision": 20, "people": 80, "technical": None},
    ...                    {"vision": 70, "people": 70, "technical": 70}, weights={"vision": 2})
    >>> g.criteria.row(0), round(g.total, 2), g.n_unscored
    (('vision', 20.0, 70.0, 2.0, 50.0, 100.0), 33.33, 1)
    """
    scores, targets = named(scores, "the scores"), named(targets, "the targets")
    weights = named(weights, "the weights")
    if not targets:
        raise BadInput(place="targets", problem=mark("are none"), remedy=mark("Say what is aimed at."))
    stray = [k for k in {**scores, **weights} if k not in targets]
    if stray:
        raise BadInput(
            place=f"criterion {stray[0]!r}",
            problem=mark("has no target"),
            remedy=mark("Say what is aimed at."),
        )
    rows = []
    for name, target in targets.items():
        aim = figure(target, f"target of {name!r}")
        weight = amount(weights.get(name, 1.0), f"weight of {name!r}")
        score = scores.get(name)
        gap = None if score is None else max(0.0, aim - figure(score, f"score of {name!r}"))
        rows.append((name, score, aim, weight, gap, None if gap is None else gap * weight))
    names = ["criterion", "score", "target", "weight", "gap", "contribution"]
    schema = {"criterion": pl.String} | dict.fromkeys(names[1:], pl.Float64)
    table = pl.DataFrame(rows, schema=schema, orient="row")
    table = table.sort("contribution", "criterion", descending=[True, False], nulls_last=True)
    scored = table.drop_nulls("gap")
    whole = scored["weight"].sum()
    total = float(scored["contribution"].sum() / whole) if scored.height and whole else None
    return ExcellenceGap(table, total, table.height - scored.height)


def group_priorities(data: pl.DataFrame) -> pl.DataFrame:
    """Which criterion a group of firms should work on first: ``Σ over firms of gap × weight × willingness``.

    Args:
        data: ``firm``, ``criterion``, ``gap`` and, if there, ``weight`` and ``willingness`` (0 to 1); 1 where
            a column is absent. A cell that is empty is unknown.

    Returns:
        a row for each criterion, the first to do first: ``priority``, ``rank`` (ties share it), ``n_firms``,
        ``n_with_gap``, ``n_unknown`` (rows in no sum), ``leading_firm`` and ``leading_share`` (which firm
        makes most of the priority, and how much of it).

    Source: the formula is Nanduti's proposal for the cluster priority of an excellence gap analysis. The
    room of indices has ``gap_priorities``, which does the same for scored rubrics.

    >>> d = pl.DataFrame({"firm": ["a", "b", "a", "b"], "criterion": ["layout", "layout", "quality", "quality"],
    ...                   "gap": [50.0, 40.0, 30.0, None], "willingness": [1.0, 0.5, 1.0, 0.5]})
    >>> group_priorities(d).select("criterion", "priority", "n_with_gap", "n_unknown").rows()
    [('layout', 70.0, 2, 0), ('quality', 30.0, 1, 1)]
    """
    columns(data, ("firm", "criterion", "gap"))
    more = [c for c in ("weight", "willingness") if c in data.columns]
    data = numeric(data, ["gap", *more])
    not_negative(data, ["gap", *more], "firm")
    once(data, ["firm", "criterion"])
    if "willingness" in more and data.filter(pl.col("willingness") > 1).height:
        raise BadInput(
            place="column 'willingness'",
            problem=mark("is not between 0 and 1"),
            remedy=mark("Give 0.8 for 80 %."),
        )
    product = pl.col("gap")
    for name in more:
        product = product * pl.col(name)
    worked = data.with_columns(product.alias("part")).sort("criterion", "firm")
    grouped = worked.group_by("criterion").agg(
        pl.col("part").sum().alias("priority"),
        pl.len().cast(pl.Int64).alias("n_firms"),
        (pl.col("gap") > 0).sum().cast(pl.Int64).alias("n_with_gap"),
        pl.col("part").null_count().cast(pl.Int64).alias("n_unknown"),
        pl.col("part").max().alias("most"),
        pl.col("firm").sort_by(pl.col("part").fill_null(-1.0), descending=True, maintain_order=True)
        .first().alias("leading_firm"),
    )  # fmt: skip
    known = grouped.with_columns(
        pl.when(pl.col("n_unknown") < pl.col("n_firms")).then(pl.col("priority")).alias("priority")
    )
    lead = pl.col("priority") > 0
    known = known.with_columns(
        pl.when(lead).then(pl.col("leading_firm")).alias("leading_firm"),
        pl.when(lead).then(pl.col("most") / pl.col("priority")).alias("leading_share"),
        pl.col("priority").rank("min", descending=True).cast(pl.Int64).alias("rank"),
    )
    order = ["criterion", "priority", "rank", "n_firms", "n_with_gap", "n_unknown"]
    known = known.sort("priority", "criterion", descending=[True, False], nulls_last=True)
    return known.select(*order, "leading_firm", "leading_share")


@dataclass(frozen=True)
class Position:
    """Where a firm stands on the plane of practice and performance, 0 to 100 each."""

    practice: float
    performance: float
    region: str


def practice_performance(
    practice: float, performance: float, *, world_class: float = 80.0, contender: float = 60.0
) -> Position:
    """Region of a firm by how it works and what it reaches.

    Both at least ``world_class``; both at least ``contender``; practice alone at least ``contender``
    (promising), performance alone (vulnerable), neither.

    Source: the plane of PROBE (UNIDO SPX benchmarking). The two limits are those commonly told, not confirmed
    in a document; set the programme's own.

    >>> practice_performance(72, 55).region
    'promising'
    """
    for name, value in (("practice", practice), ("performance", performance)):
        if amount(value, name) > 100:
            raise BadInput(
                place=f"{name} {value}",
                problem=mark("lies above 100"),
                remedy=mark("Give points from 0 to 100."),
            )
    if min(practice, performance) >= world_class:
        region = "world_class"
    elif min(practice, performance) >= contender:
        region = "contender"
    elif practice >= contender:
        region = "promising"
    else:
        region = "vulnerable" if performance >= contender else "could_do_better"
    return Position(float(practice), float(performance), region)
