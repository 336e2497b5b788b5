"""Monthly reviews: firms beside each other on their figures, trends, targets, and who shows what to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.optimize import linear_sum_assignment

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import figure

from ._checks import columns, named, numeric, once


@dataclass(frozen=True)
class Review:
    """The review of a month.

    Attributes:
        figures: a row for each firm and figure: ``value``, ``previous``, ``change`` (better is positive),
            ``trend`` (per month, better is positive; null under three months), ``target``, ``is_met``,
            ``rank`` (1 best, ties share; null where the month was not reported).
        ranking: a row for each firm: ``mean_rank``, ``n_reported``, ``place`` (by mean rank over the figures
            that all placed firms reported; null for a firm that reported too little).
        not_reported: (firm, figure) pairs without a value this month.
    """

    figures: pl.DataFrame
    ranking: pl.DataFrame
    not_reported: tuple[tuple[str, str], ...]


def monthly_review(
    data: pl.DataFrame,
    *,
    month: str,
    directions: Mapping[str, int],
    targets: Mapping[str, float] | None = None,
) -> Review:
    """Compare firms in a month: ranks, changes, trends and targets for each figure.

    Args:
        data: ``firm``, ``month`` (text that sorts, such as ``2010-03``), ``figure``, ``value``.
        month: the month under review; later ones are not looked at.
        directions: figure → 1 where more is better, -1 where less is.
        targets: figure → what is aimed at.

    The trend is the median of the slopes between all pairs of months (Theil 1950, Sen 1968): one odd month
    does not turn it. Months count as steps in the order in which they appear anywhere in the table.

    >>> d = pl.DataFrame({"firm": ["a", "a", "b", "b"], "month": ["2010-02", "2010-03"] * 2,
    ...                   "figure": ["ppm"] * 4, "value": [900.0, 600.0, 400.0, 500.0]})
    >>> r = monthly_review(d, month="2010-03", directions={"ppm": -1}, targets={"ppm": 500})
    >>> r.figures.select("firm", "value", "change", "is_met", "rank").rows()
    [('b', 500.0, -100.0, True, 1), ('a', 600.0, 300.0, False, 2)]
    """
    directions, targets = named(directions, "the directions"), named(targets, "the targets")
    columns(data, ("firm", "month", "figure", "value"))
    once(data, ["firm", "month", "figure"])
    data = numeric(data, ("value",)).filter(pl.col("month") <= str(month))
    names = data["figure"].unique().sort().to_list()
    _check_directions(names, directions, targets)
    months = data["month"].unique().sort().to_list()
    if month not in months:
        raise BadInput(
            place=f"month {month!r}",
            problem=mark("is not in the table"),
            remedy=mark("Choose a month that was reported."),
        )
    step = {m: i for i, m in enumerate(months)}
    firms = data["firm"].unique().sort().to_list()
    rows = []
    for name in names:
        part = data.filter(pl.col("figure") == name)
        sign, target = directions[name], targets.get(name)
        series = {f: {} for f in firms}
        for firm, at, value in part.select("firm", "month", "value").iter_rows():
            if value is not None:
                series[firm][step[at]] = value
        now = {f: s.get(step[month]) for f, s in series.items()}
        order = sorted(sign * v for v in now.values() if v is not None)
        for firm in firms:
            rows.append(_row(firm, name, series[firm], step[month], sign, target, order))
    schema = {
        "firm": pl.String, "figure": pl.String, "value": pl.Float64, "previous": pl.Float64,
        "change": pl.Float64, "trend": pl.Float64, "target": pl.Float64, "is_met": pl.Boolean, "rank": pl.Int64,
    }  # fmt: skip
    figures = pl.DataFrame(rows, schema=schema, orient="row")
    missing = figures.filter(pl.col("value").is_null()).select("firm", "figure").rows()
    figures = figures.sort("figure", "rank", "firm", nulls_last=True)
    return Review(figures, _ranking(figures, len(names)), tuple(missing))


def _row(firm: str, name: str, series: dict, at: int, sign: int, target: float | None, order: list) -> tuple:
    value, previous = series.get(at), series.get(at - 1)
    change = None if value is None or previous is None else sign * (value - previous)
    met = None if value is None or target is None else sign * (value - target) >= 0
    rank = None if value is None else 1 + sum(other > sign * value for other in order)
    return (firm, name, value, previous, change, _theil_sen(series, sign), target, met, rank)


def _theil_sen(series: dict[int, float], sign: int) -> float | None:
    if len(series) < 3:
        return None
    points = sorted(series.items())
    slopes = [(y2 - y1) / (x2 - x1) for i, (x1, y1) in enumerate(points) for x2, y2 in points[i + 1 :]]
    return float(sign * np.median(slopes))


def _check_directions(names: list[str], directions: Mapping[str, int], targets: Mapping[str, float]) -> None:
    for name in names:
        if directions.get(name) not in (1, -1):
            raise BadInput(
                place=f"figure {name!r}",
                problem=mark("has no direction"),
                remedy=mark("Give 1 where more is better, -1 where less is."),
            )
    for name, target in targets.items():
        figure(target, f"target of {name!r}")


def _ranking(figures: pl.DataFrame, n_figures: int) -> pl.DataFrame:
    table = figures.group_by("firm").agg(
        pl.col("rank").mean().alias("mean_rank"), pl.col("rank").count().cast(pl.Int64).alias("n_reported")
    )
    whole = pl.col("n_reported") == n_figures
    table = table.with_columns(pl.when(whole).then(pl.col("mean_rank")).alias("placed"))
    table = table.with_columns(pl.col("placed").rank("min").cast(pl.Int64).alias("place")).drop("placed")
    return table.sort("place", "firm", nulls_last=True)


@dataclass(frozen=True)
class Ambassadors:
    """One firm for each module, no firm for two.

    Attributes:
        by_module: module → firm; ``None`` where no firm with a score is left.
        total: sum of scores, the largest there is; ``best_without_rule`` were a firm allowed several modules.
        second_best: modules whose own best firm had to serve elsewhere, with that firm.
    """

    by_module: dict[str, str | None]
    total: float
    best_without_rule: float
    second_best: dict[str, str]


def brand_ambassadors(scores: Mapping[str, Mapping[str, float | None]]) -> Ambassadors:
    """Choose for each module the firm that shows it to others, so that the sum of scores is largest.

    Args:
        scores: module → firm → score (``None``: not known, and then not chosen).

    Source: UNIDO (2013), *Cluster Twinning*, chapter 4, section 3.3 (one firm each as ambassador of a module).
    The choice is an assignment problem solved exactly; of equal solutions one is taken, the same whatever the
    order of the input.

    >>> a = brand_ambassadors({"5S": {"a": 90, "b": 80}, "ppm": {"a": 85, "b": 40}})
    >>> a.by_module, a.total, a.second_best
    ({'5S': 'b', 'ppm': 'a'}, 165.0, {'5S': 'a'})
    """
    scores = {k: named(v, f"scores on {k!r}") for k, v in named(scores, "the scores").items()}
    modules, firms = sorted(scores), sorted({f for s in scores.values() for f in s})
    if not modules or not firms:
        raise BadInput(place="scores", problem=mark("are none"), remedy=mark("Score firms on modules."))
    worth = np.full((len(modules), len(firms)), np.nan)
    for i, module in enumerate(modules):
        for firm, score in scores[module].items():
            if score is not None:
                worth[i, firms.index(firm)] = figure(score, f"score of {firm!r} on {module!r}")
    known = ~np.isnan(worth)
    spread = float(np.nanmax(np.abs(worth))) + 1.0 if known.any() else 1.0
    # A place left empty costs more than any sum of scores can win back.
    cost = np.where(known, -np.nan_to_num(worth), 2 * spread * (len(modules) + 1))
    chosen: dict[str, str | None] = dict.fromkeys(scores)
    total = 0.0
    for i, j in zip(*linear_sum_assignment(cost), strict=True):
        if known[i, j]:
            chosen[modules[i]] = firms[j]
            total += float(worth[i, j])
    best, second = 0.0, {}
    for i, module in enumerate(modules):
        if not known[i].any():
            continue
        j = int(np.nanargmax(worth[i]))
        best += float(worth[i, j])
        mine = chosen[module]
        if mine is None or worth[i, firms.index(mine)] < worth[i, j]:
            second[module] = firms[j]
    return Ambassadors(chosen, total, best, second)
