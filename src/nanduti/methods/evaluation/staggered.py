"""Programmes that start at different times: group-time effects and event studies.

Source: Callaway & Sant'Anna 2021, *Journal of Econometrics* 225, 200-230 (without covariates); standard
errors from influence functions, summed within the groups for which the start was decided.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
import scipy

from nanduti.methods.values import BadInput, CannotBeSaid
from nanduti.methods.values.guards import one_of

from ._tables import categories, column, numbers, refuse_missing
from .covariance import group_sums
from .evidence import EvidenceGrade, grade_comparison
from .regression import missing_mask

COMPARISONS = ("never", "not-yet")
BASES = ("varying", "universal")
KINDS = ("simple", "dynamic", "group", "calendar")


@dataclass(frozen=True)
class GroupTimeEffects:
    """Effects ATT(g, t) at time t on units that started in g.

    Attributes:
        cells: start, period, estimate, standard_error, low, high, n_treated, n_comparison, note.
        grade: evidence by the number of groups a side; on D the standard errors are null.
        influence: units × cells, the influence of each unit on each estimate.
        started: start of each unit (infinite for never). groups: group code of each unit.
    """

    cells: pl.DataFrame
    grade: EvidenceGrade
    level: float
    influence: np.ndarray = field(repr=False)
    started: np.ndarray = field(repr=False)
    groups: np.ndarray = field(repr=False)

    def aggregate(self, kind: str = "dynamic") -> pl.DataFrame:
        """Weighted averages of the cells: by time since the start, by start, by calendar, or all in one.

        Weights are the shares of units that started in g; that they are estimated is counted in the error.

        Returns:
            key (time since start, start or period; null for ``"simple"``), estimate, standard_error, low,
            high, n_cells.
        """
        one_of(kind, KINDS, "kind=")
        known = self.cells.with_row_index("at").filter(pl.col("estimate").is_not_null())
        if kind != "dynamic":
            known = known.filter(pl.col("period") >= pl.col("start"))
        if known.is_empty():
            raise CannotBeSaid(what="An average effect", why="no cell is identified", remedy="See the notes.")
        key = {
            "simple": pl.lit(None, pl.Float64),
            "dynamic": pl.col("period") - pl.col("start"),
            "group": pl.col("start"),
            "calendar": pl.col("period"),
        }[kind]
        known = known.with_columns(key.cast(pl.Float64).alias("key")).sort("key", "at")
        rows = [self._average(part) for part in known.partition_by("key", maintain_order=True)]
        schema = {"key": pl.Float64, **dict.fromkeys(_CERTAIN, pl.Float64), "n_cells": pl.Int64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def pre_trend(self) -> tuple[float, int, float] | None:
        """Joint test that all effects before the start are zero: Wald statistic, cells, p-value.

        None where the grade or the number of groups carries no test, or nothing was seen before.
        """
        before = self.cells.with_row_index("at").filter(
            (pl.col("period") < pl.col("start")) & pl.col("standard_error").is_not_null()
        )
        at = before.get_column("at").to_numpy()
        sums = group_sums(self.influence[:, at], self.groups) / len(self.started)
        covariance = sums.T @ sums
        if not at.size or np.linalg.matrix_rank(covariance) < at.size:
            return None
        b = before.get_column("estimate").to_numpy()
        statistic = float(b @ np.linalg.solve(covariance, b))
        return statistic, int(at.size), float(scipy.stats.chi2.sf(statistic, at.size))

    def _average(self, part: pl.DataFrame) -> tuple[object, ...]:
        at, estimates = part.get_column("at").to_numpy(), part.get_column("estimate").to_numpy()
        starts, n = part.get_column("start").to_numpy(), len(self.started)
        chance = np.array([(self.started == g).mean() for g in starts])
        weights, total = chance / chance.sum(), chance.sum()
        centred = (self.started[:, None] == starts[None, :]) - chance
        drift = centred / total - np.outer(centred.sum(axis=1), chance) / total**2
        influence = self.influence[:, at] @ weights + drift @ estimates
        estimate = float(weights @ estimates)
        carried = self.grade.allows_test and not part.get_column("standard_error").null_count()
        error = _error(influence, self.groups, n) if carried else None
        return (part.item(0, "key"), *_interval(estimate, error, self.level), part.height)


def att_gt(
    data: pl.DataFrame,
    *,
    y: str,
    unit: str,
    period: str,
    start: str,
    grouped_by: str | None = None,
    comparison: str = "never",
    base: str = "varying",
    level: float = 0.95,
) -> GroupTimeEffects:
    """Effects by start and period, each against units that never (or not yet) started.

    Args:
        data: one row per unit and period. start: first period treated; null for never.
        grouped_by: groups for which the start was decided; the unit itself if left out.
        comparison: ``"never"`` or ``"not-yet"`` treated units.
        base: before the start compare with the period just before (``"varying"``) or always with the last
            period before the start (``"universal"``).

    A unit missing in one of a cell's two periods does not count in that cell (see ``n_treated``).

    >>> rows = [(f, t, s, 1.0 * f + t + (2.0 if s and t >= s else 0.0))
    ...         for f, s in enumerate([None] * 4 + [2] * 4) for t in (1, 2, 3)]
    >>> data = pl.DataFrame(rows, schema=["firm", "year", "start", "sales"], orient="row")
    >>> found = att_gt(data, y="sales", unit="firm", period="year", start="start")
    >>> found.cells.select("period", "estimate").rows()
    [(2.0, 2.0), (3.0, 2.0)]
    """
    one_of(comparison, COMPARISONS, "comparison=")
    one_of(base, BASES, "base=")
    wide, started, groups, periods = _panel(data, y, unit, period, start, grouped_by)
    ever = np.isfinite(started)
    sides = [
        len(np.unique(groups[m])) for m in (ever, ~ever if comparison == "never" else np.ones_like(ever))
    ]
    grade = grade_comparison(*sides)
    rows, influence = [], []
    for g in np.unique(started[ever]):
        for j, reference in _pairs(periods, g, base):
            row, column_of = _cell(wide, started, groups, periods, g, j, reference, comparison, grade, level)
            rows.append(row)
            influence.append(column_of)
    if not rows:
        raise CannotBeSaid(
            what="An effect",
            why="nobody starts after the first period seen",
            remedy="Units treated from the beginning have no before; add earlier periods.",
        )
    cells = pl.DataFrame(rows, schema=_CELLS, orient="row")
    return GroupTimeEffects(cells, grade, level, np.column_stack(influence), started, groups)


def event_study(
    data: pl.DataFrame, *, y: str, unit: str, period: str, start: str, **more: object
) -> pl.DataFrame:
    """The path of the effect by time since the start; the last period before is the reference.

    Keywords as in :func:`att_gt`. Effects before the start should be near zero.
    """
    effects = att_gt(data, y=y, unit=unit, period=period, start=start, base="universal", **more)  # type: ignore[arg-type]
    return effects.aggregate("dynamic")


_CERTAIN = ("estimate", "standard_error", "low", "high")
_CELLS = {
    "start": pl.Float64,
    "period": pl.Float64,
    **dict.fromkeys(_CERTAIN, pl.Float64),
    "n_treated": pl.Int64,
    "n_comparison": pl.Int64,
    "note": pl.String,
}


def _panel(data, y, unit, period, start, grouped_by):
    for name in (unit, period):
        refuse_missing({name: column(data, name).is_null().to_numpy()}, "the panel", "Complete it.")
    doubles = data.select(pl.struct(unit, period).is_duplicated()).to_series().arg_true()
    if len(doubles):
        raise BadInput(
            place=f"unit {data.item(int(doubles[0]), unit)!r} in period {data.item(int(doubles[0]), period)!r}",
            problem="stands twice in the data", remedy="Keep one row per unit and period.",
        )  # fmt: skip
    units, names = categories(data, unit)
    times = numbers(data, period)
    periods = np.unique(times)
    wide = np.full((len(names), len(periods)), np.nan)
    wide[units, np.searchsorted(periods, times)] = numbers(data, y)
    starts = np.where(missing_mask(data, start), np.inf, numbers(data, start))
    started = np.full(len(names), np.inf)
    started[units] = starts
    codes = categories(data, grouped_by)[0] if grouped_by else units
    groups = np.zeros(len(names), dtype=np.int64)
    groups[units] = codes
    if (started[units] != starts).any() or (groups[units] != codes).any():
        raise BadInput(
            place=f"column {start!r} or {grouped_by!r}",
            problem="changes within a unit",
            remedy="Give each unit one start and one group.",
        )
    seen_before = started > periods[0]
    return (
        wide[seen_before],
        started[seen_before],
        np.unique(groups[seen_before], return_inverse=True)[1],
        periods,
    )


def _pairs(periods: np.ndarray, g: float, base: str) -> list[tuple[int, int]]:
    last_before = int(np.searchsorted(periods, g)) - 1
    out = []
    for j in range(len(periods)):
        if periods[j] >= g or base == "universal":
            out.append((j, last_before))
        elif j > 0:
            out.append((j, j - 1))
    return [(j, r) for j, r in out if j != r]


def _cell(wide, started, groups, periods, g, j, reference, comparison, grade, level):
    change = wide[:, j] - wide[:, reference]
    seen = ~np.isnan(change)
    treated = (started == g) & seen
    others = np.isinf(started)
    if comparison == "not-yet":
        others |= (started > max(periods[j], periods[reference])) & (started != g)
    others &= seen
    n, counts = len(started), (int(treated.sum()), int(others.sum()))
    influence = np.zeros(n)
    if min(counts) == 0:
        why = (
            "no treated unit seen in both periods"
            if not counts[0]
            else "no comparison unit seen in both periods"
        )
        return (g, periods[j], None, None, None, None, *counts, why), influence
    influence[treated] = n * (change[treated] - change[treated].mean()) / counts[0]
    influence[others] = -n * (change[others] - change[others].mean()) / counts[1]
    estimate = float(change[treated].mean() - change[others].mean())
    few = min(len(np.unique(groups[treated])), len(np.unique(groups[others]))) < 2
    error = None if few or not grade.allows_test else _error(influence, groups, n)
    note = "one group on a side: its luck cannot be told apart" if few else None
    return (g, periods[j], estimate, *_interval(estimate, error, level)[1:], *counts, note), influence


def _error(influence: np.ndarray, groups: np.ndarray, n: int) -> float:
    return float(np.sqrt((group_sums(influence, groups) ** 2).sum()) / n)


def _interval(estimate: float, error: float | None, level: float) -> tuple[float | None, ...]:
    if error is None:
        return estimate, None, None, None
    reach = float(scipy.stats.norm.ppf(0.5 + level / 2)) * error
    return estimate, error, estimate - reach, estimate + reach
