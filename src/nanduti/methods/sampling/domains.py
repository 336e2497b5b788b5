"""The same question asked of every group, and the difference between two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from . import estimators
from ._columns import What, crossed, dot, membership, name_of, names
from .estimates import Estimate
from .proportions import proportion
from .quantiles import quantile
from .samples import finish, take

if TYPE_CHECKING:
    from .design import SurveyDesign

STATISTICS = ("mean", "total", "ratio", "proportion", "quantile")


def by(
    design: SurveyDesign,
    what: What,
    by: str | Sequence[str],
    *,
    statistic: str = "mean",
    denominator: What | None = None,
    probability: float = 0.5,
    min_cell: int = 1,
    **options: Any,
) -> pl.DataFrame:
    """One estimate per group of one or several columns.

    Args:
        design: the survey design.
        what: column or expression to estimate.
        by: column(s) whose combinations are the groups; only combinations that occur have a row.
        statistic: "mean", "total", "ratio" (give ``denominator``), "proportion" or "quantile" (give
            ``probability``).
        denominator: for ratios.
        probability: for quantiles.
        min_cell: fewest answers for a figure to be told; below it the row is null with a reason.
        options: passed on to the estimator (``missing``, ``level``, ``method`` …).

    Returns:
        The groups with ``estimate``, ``se``, ``df``, ``low``, ``high``, ``n``, ``n_psus`` and ``reason``
        (null where the figure stands, else why it does not).
    """
    columns = names(by)
    if statistic not in STATISTICS:
        raise BadInput(
            place=f"statistic={statistic!r}",
            problem="is not known",
            remedy="Use one of " + ", ".join(STATISTICS) + ".",
        )
    if statistic == "ratio":
        if denominator is None:
            raise BadInput(place="denominator", problem="is missing", remedy="Name the column to divide by.")
        options["denominator"] = denominator
    if statistic == "quantile":
        options["probability"] = probability
    codes, labels = crossed(design.frame, columns)
    inside = np.ones(design.frame.height, dtype=bool) if design.domain is None else design.domain
    rows = []
    for code, label in enumerate(labels):
        mask = inside & (codes == code)
        if mask.any():
            row = dict(zip(columns, label, strict=True))
            rows.append(row | _cell(design.changed(domain=mask), what, statistic, min_cell, options))
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col("estimate", "se", "df", "low", "high").cast(pl.Float64), pl.col("reason").cast(pl.String)
    )


_EMPTY = {"estimate": None, "se": None, "df": None, "low": None, "high": None}


def _cell(
    cell: SurveyDesign, what: What, statistic: str, min_cell: int, options: dict[str, Any]
) -> dict[str, Any]:
    estimate = {
        "mean": estimators.mean,
        "total": estimators.total,
        "ratio": estimators.ratio,
        "proportion": proportion,
        "quantile": quantile,
    }[statistic]
    try:
        found = estimate(cell, what, **options)
    except CannotBeSaid as reason:
        counts = {"n": 0, "n_psus": 0}
        return _EMPTY | counts | {"reason": str(reason)}
    counts = {"n": found.n, "n_psus": found.n_psus}
    if found.n < min_cell:
        return _EMPTY | counts | {"reason": f"fewer than {min_cell} answers"}
    told = {"estimate": found.value, "se": found.se, "df": found.df, "low": found.low, "high": found.high}
    return told | counts | {"reason": None if found.low is not None else "no interval can be said"}


def difference(
    design: SurveyDesign,
    what: What,
    first: What,
    second: What,
    *,
    missing: str = "refuse",
    level: float = 0.95,
    df: float | None = None,
) -> Estimate:
    """Mean in one domain minus mean in another, with the error of the difference.

    The two may share PSUs; their covariance is counted, which comparing two intervals by eye is not.

    Args:
        design: the survey design.
        what: column or expression.
        first, second: yes/no columns or expressions that mark the two domains.
        missing: "refuse" or "leave_out".
        level: confidence.
        df: degrees of freedom; PSUs minus strata unless given.
    """
    frame = design.frame
    sides = [membership(frame, side) for side in (first, second)]
    inside = sides[0] | sides[1] if design.domain is None else (sides[0] | sides[1]) & design.domain
    sample = take(design.changed(domain=inside), what, missing=missing)
    rows = np.arange(frame.height) if sample.rows is None else sample.rows
    (y,), w = sample.answers, sample.weights
    value, scores = 0.0, np.zeros(len(y))
    for sign, side, told in zip((1.0, -1.0), sides, (first, second), strict=True):
        part = w * side[rows]
        size = float(part.sum())
        if size == 0:
            raise CannotBeSaid(
                what="The difference",
                why=f"nobody in '{name_of(told)}' answered",
                remedy="Widen the domain or ask again.",
            )
        centre = dot(part, y) / size
        value += sign * centre
        scores += sign * part * (y - centre) / size
    variance = float(design.covariance(sample.rows, scores)[0, 0])
    what_told = f"{sample.name}: {name_of(first)} minus {name_of(second)}"
    return finish(design, sample, what_told, value, variance, level, df)
