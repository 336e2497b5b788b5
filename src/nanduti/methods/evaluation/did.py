"""Differences in differences: change where the programme worked against change where it did not.

Who was treated is decided for whole groups (a town, a cluster of firms), so groups are what is counted:
with fewer than four on a side the effect and the raw paths are printed and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, mark

from . import covariance as cov
from ._redraw import permute_labels, stream
from ._tables import categories, column, numbers, refuse_missing
from .evidence import FEW_GROUPS, LEAST_GROUPS_A_SIDE, EffectEstimate, grade_comparison
from .regression import Regression, design, fit, missing_mask

_EFFECT = "treated after the start"
_MOST_PLACEBOS = 5_000


@dataclass(frozen=True)
class DifferenceInDifferences:
    """The effect, the paths it is made of, and what is known of trends before.

    Attributes:
        effect: the estimate with its grade.
        paths: mean and number of observations by treated and period.
        pre_trend: difference of the two sides' slopes before the start, None with one period before.
        pre_trend_p: its p-value where at least four groups a side carry one.
    """

    effect: EffectEstimate
    paths: pl.DataFrame
    pre_trend: float | None
    pre_trend_p: float | None
    regression: Regression


def difference_in_differences(
    data: pl.DataFrame,
    *,
    y: str,
    treated: str,
    period: str,
    starts: float,
    grouped_by: str,
    unit: str | None = None,
    controls: Sequence[str] = (),
    level: float = 0.95,
    missing: str = "refuse",
    seed: int = 0,
) -> DifferenceInDifferences:
    """Compare changes over time between treated and comparison groups.

    Regression of ``y`` on treated × after with an effect for each period and each unit (each group, if
    the same units are not followed). Errors are CR2 by group with Satterthwaite degrees of freedom; below
    12 groups the p-value comes from exchanging the treated label between groups. Fewer than four groups
    on a side: grade D, no standard error, interval or p-value.

    Args:
        treated: 1 (or true) in groups that got the programme, 0 elsewhere; constant within a group.
        period, starts: the time column and the first period after the start.
        grouped_by: the column of the groups for which treatment was decided. Naming the firm here
            claims that every firm was decided upon by itself.
        unit: the firm, if the same firms are seen several times.
        missing: ``"refuse"``, ``"drop"`` rows, or ``"balanced"`` to keep units with all periods.

    Sources: Card & Krueger 1994; Bertrand, Duflo & Mullainathan 2004, *QJE* 119 (why groups count).

    >>> rows = [(g, t, 10.0 + g + 2 * t + 3 * (g == 0 and t == 1)) for g in (0, 1) for t in (0, 1)] * 2
    >>> data = pl.DataFrame(rows, schema=["town", "year", "sales"], orient="row")
    >>> found = difference_in_differences(data.with_columns(treated=pl.col("town") == 0), y="sales",
    ...     treated="treated", period="year", starts=1, grouped_by="town")
    >>> round(found.effect.estimate, 6), found.effect.p_value, found.effect.grade.letter
    (3.0, None, 'D')
    """
    used = [y, treated, period, grouped_by, *controls, *([unit] if unit else [])]
    data, n_lost = _usable(data, used, y, unit, period, missing)
    sides, group_codes, side_of_group = _sides(data, treated, grouped_by, unit)
    times = numbers(data, period)
    after = times >= starts
    if not after.any() or after.all():
        raise BadInput(
            place=f"period {period!r}",
            problem=f"lies wholly {'after' if after.any() else 'before'} {starts}",
            remedy="Give at least one period before and one after the start.",
        )
    regression = _regression(data, y, sides * after, controls, unit or grouped_by, period, group_codes)
    n_sides = (int((side_of_group == 1).sum()), int((side_of_group == 0).sum()))
    effect = _effect(regression, side_of_group, n_sides, y, level, n_lost, (data, after, group_codes, seed))
    trend, trend_p = _pre_trend(data, y, sides, times, after, unit or grouped_by, group_codes, min(n_sides))
    return DifferenceInDifferences(effect, _paths(data, y, sides, period), trend, trend_p, regression)


def _usable(data, used, y, unit, period, missing) -> tuple[pl.DataFrame, int]:
    for name in used:
        column(data, name)
    gaps = {name: missing_mask(data, name) for name in dict.fromkeys(used)}
    if missing == "refuse":
        refuse_missing(gaps, "the data", 'Complete them, or say missing="drop" or "balanced".')
    elif missing not in ("drop", "balanced"):
        raise BadInput(
            place=f"missing={missing!r}", problem="is not known", remedy="refuse, drop or balanced."
        )
    kept = data.filter(pl.Series(~np.logical_or.reduce(list(gaps.values()))))
    if missing == "balanced":
        if unit is None:
            raise BadInput(
                place='missing="balanced"', problem="needs the unit", remedy="Name the column of the firm."
            )
        n_periods = data.get_column(period).drop_nulls().n_unique()
        kept = kept.filter(pl.len().over(unit) == n_periods)
    if kept.height == 0:
        raise CannotBeSaid(what="The change", why="no complete row is left", remedy="Collect the endline.")
    return kept, data.height - kept.height


def _sides(
    data: pl.DataFrame, treated: str, grouped_by: str, unit: str | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    sides = numbers(data, treated)
    if not np.isin(sides, (0, 1)).all():
        raise BadInput(
            place=f"column {treated!r}", problem="holds other values than 0 and 1", remedy="Recode it."
        )
    groups, names = categories(data, grouped_by)
    for codes, levels, what in (
        (groups, names, grouped_by),
        *([(*categories(data, unit), unit)] if unit else []),
    ):
        pairs = np.unique(np.stack([codes, sides.astype(int)]), axis=1)
        twice = np.flatnonzero(np.bincount(pairs[0]) > 1)
        if twice.size:
            raise BadInput(
                place=f"{what} {levels[twice[0]]!r}",
                problem="is treated in some rows and not in others",
                remedy="Mark a group as treated in all its periods; the start says from when.",
            )
    pairs = np.unique(np.stack([groups, sides.astype(int)]), axis=1)
    return sides, groups, pairs[1]


def _regression(data, y, effect, controls, unit, period, groups) -> Regression:
    names, matrix = design(data, controls, constant=False)
    effects = [categories(data, unit)[0], categories(data, period)[0]]
    return fit(
        numbers(data, y), np.column_stack([effect, matrix]), [_EFFECT, *names], effects=effects, groups=groups,
        outcome=y,
    )  # fmt: skip


def _effect(regression, side_of_group, n_sides, y, level, n_lost, again) -> EffectEstimate:
    grade = grade_comparison(*n_sides)
    n_groups = len(side_of_group)
    base = {
        "outcome": y, "arm": "treated", "against": "comparison", "estimate": regression.coefficient(_EFFECT),
        "grade": grade, "n": regression.n, "n_groups": n_groups, "level": level,
    }  # fmt: skip
    lost = (f"{n_lost} rows without complete answers were left out.",) if n_lost else ()
    if not grade.allows_test:
        why = mark("One place cannot be told from its luck: read the paths; no test is possible.")
        return EffectEstimate(**base, notes=(why, *lost))
    row = regression.table("CR2", terms=[_EFFECT], level=level).row(0, named=True)
    if row["standard_error"] is None:
        return EffectEstimate(
            **base, notes=(mark("Nothing varies that the effect could be judged by."), *lost)
        )
    p, method, smallest = row["p_value"], f"CR2 errors, t with {row['df']:.1f} degrees of freedom", None
    if n_groups < FEW_GROUPS:
        p, smallest, n_tried = _label_exchange(regression, side_of_group, n_sides, *again)
        method = f"exchanging the treated label between groups, {n_tried:,} ways"
        lost = (mark("The interval is from CR2 errors, the p-value from exchanging labels."), *lost)
    if smallest is not None and smallest > 1 - level:
        why = f"With so few groups no p-value below {smallest:.3f} is possible: no test is printed."
        return EffectEstimate(**base, smallest_p=smallest, p_method=method, notes=(why, *lost))
    return EffectEstimate(
        **base, standard_error=row["standard_error"], low=row["low"], high=row["high"], p_value=p,
        p_method=method, smallest_p=smallest, notes=lost,
    )  # fmt: skip


def _label_exchange(regression, side_of_group, n_sides, data, after, groups, seed):
    """Placebo p-value: the CRV1 t with every (or 5,000) other choice of the treated groups."""
    n_groups, n_treated = len(side_of_group), n_sides[0]
    if math.comb(n_groups, n_treated) <= _MOST_PLACEBOS:
        labels = np.zeros((math.comb(n_groups, n_treated), n_groups))
        for row, chosen in enumerate(combinations(range(n_groups), n_treated)):
            labels[row, list(chosen)] = 1
    else:
        bits = stream("did", "placebo", seed)
        labels = permute_labels(np.zeros(n_groups, dtype=int), side_of_group, _MOST_PLACEBOS, bits)
        labels = np.vstack([side_of_group, labels]).astype(float)
    parts, values = regression.parts, []
    others = parts.x[:, 1:]
    outcome = parts.residuals + parts.x @ regression.coefficients
    outcome = outcome - others @ np.linalg.lstsq(others, outcome, rcond=None)[0] if others.size else outcome
    for label in labels:
        within = parts.absorber.residual((label[groups] * after)[:, None])[:, 0]
        within = within - others @ np.linalg.lstsq(others, within, rcond=None)[0] if others.size else within
        values.append(_t_by_group(within, outcome, groups))
    spread = np.abs(np.array(values))
    real = abs(_t_by_group_of(regression))
    p = float((spread >= real * (1 - 1e-9)).mean())
    finite = spread[np.isfinite(spread)]
    smallest = float((spread >= finite.max() * (1 - 1e-9)).mean()) if finite.size else 1.0
    return p, smallest, len(labels)


def _t_by_group(x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    size = float(x @ x)
    if size <= 1e-12:
        return float("inf")
    b = float(x @ y) / size
    error = np.sqrt((cov.group_sums(x * (y - b * x), groups) ** 2).sum())
    return b * size / error if error > 0 else float("inf")


def _t_by_group_of(regression: Regression) -> float:
    parts = regression.parts
    others = parts.x[:, 1:]
    x = parts.x[:, 0]
    x = x - others @ np.linalg.lstsq(others, x, rcond=None)[0] if others.size else x
    return _t_by_group(x, parts.residuals + regression.coefficients[0] * x, parts.needs_groups())


def _pre_trend(data, y, sides, times, after, unit, groups, smallest_side):
    before = ~after
    if len(np.unique(times[before])) < 2:
        return None, None
    rows = data.filter(pl.Series(before))
    slope = sides[before] * times[before]
    units = categories(rows, unit)[0]
    codes = np.unique(groups[before], return_inverse=True)[1]
    periods = np.unique(times[before], return_inverse=True)[1]
    regression = fit(numbers(rows, y), slope[:, None], ["slope"], effects=[units, periods], groups=codes)
    if "slope" not in regression.terms:
        return None, None
    p = None
    if smallest_side >= LEAST_GROUPS_A_SIDE:
        p = regression.table("CR2", terms=["slope"]).item(0, "p_value")
    return regression.coefficient("slope"), p


def _paths(data: pl.DataFrame, y: str, sides: np.ndarray, period: str) -> pl.DataFrame:
    return (
        data.select(pl.Series("treated", sides == 1), pl.col(period), pl.col(y))
        .group_by("treated", period)
        .agg(mean=pl.col(y).mean(), n=pl.len().cast(pl.Int64))
        .sort("treated", period)
    )
