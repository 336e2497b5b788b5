"""Filling gaps: openly, with a record of every value that was filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .frames import Matrix, read

METHODS = ("mean", "median", "group_mean", "group_median", "nearest", "em", "panel")


@dataclass(frozen=True)
class Imputed:
    """A filled table and the list of what was filled.

    Attributes:
        data: the table with gaps filled.
        filled: frame with unit, ``indicator``, ``value`` and ``how``, one row per filled value.
    """

    data: pl.DataFrame
    filled: pl.DataFrame


def impute(
    data: pl.DataFrame,
    *,
    method: str,
    unit: str = "unit",
    group: str | None = None,
    neighbours: int = 5,
    panel: pl.DataFrame | None = None,
    time: str = "time",
    max_steps: int | None = None,
) -> Imputed:
    """Fill missing values (OECD/JRC Handbook 2008, step 3).

    Args:
        method: ``mean``, ``median``, ``group_mean``, ``group_median`` (of the units with the same
            value in ``group``), ``nearest`` (mean of the nearest neighbours by standardised known
            indicators), ``em`` (expectation maximisation under a multivariate normal), or ``panel``
            (the unit's last known earlier value).
        neighbours: how many neighbours ``nearest`` takes.
        panel: for ``panel``: rows of earlier rounds with ``unit`` and ``time``.
        time: the column of rounds; must stand in ``data`` too when ``panel`` is used.
        max_steps: how far back ``panel`` may reach, in units of ``time``.

    Raises:
        CannotBeSaid: an indicator (or a group of units) in which nothing is known.

    >>> d = pl.DataFrame({"unit": ["A", "B", "C"], "g": ["x", "x", "y"], "jobs": [4.0, None, 9.0]})
    >>> impute(d, method="group_mean", group="g").data["jobs"].to_list()
    [4.0, 4.0, 9.0]
    """
    if method not in METHODS:
        raise BadInput(
            place=f"method {method!r}", problem="is not known", remedy=f"Use one of {', '.join(METHODS)}."
        )
    codes = [c for c in data.columns if c not in (unit, group, time) and data[c].dtype.is_numeric()]
    nulls = [c for c in data.columns if data[c].dtype == pl.Null]
    m = read(data, unit, [*codes, *nulls])
    if method == "panel":
        values = _panel(m, data, panel, time, max_steps)
    else:
        groups = data[group] if group is not None else None
        values = imputed(m, method, groups=groups, neighbours=neighbours)
    filled = filled_values(m, values, method)
    columns = [pl.Series(c, values[:, i]).fill_nan(None) for i, c in enumerate(m.codes)]
    return Imputed(data.with_columns(columns), filled)


def imputed(m: Matrix, method: str, *, groups: pl.Series | None = None, neighbours: int = 5) -> np.ndarray:
    """Filled values; the kernel behind :func:`impute` for one round of data."""
    if method in ("mean", "median"):
        return _by_group(m, np.zeros(len(m.units), dtype=int), method, [""])
    if method in ("group_mean", "group_median"):
        if groups is None or groups.null_count():
            raise BadInput(
                place="the group column",
                problem="is not given for every unit",
                remedy="Name a column with group= and fill it.",
            )
        names = sorted(set(groups.cast(pl.String)))
        places = np.array([names.index(str(g)) for g in groups.cast(pl.String)])
        return _by_group(m, places, method.removeprefix("group_"), names)
    if method == "nearest":
        return _nearest(m, neighbours)
    if method == "em":
        return _expectation_maximisation(m)
    raise BadInput(place=f"method {method!r}", problem="is not known here", remedy="See impute().")


def filled_values(m: Matrix, values: np.ndarray, how: str) -> pl.DataFrame:
    """What was missing before and is known now."""
    rows, columns = np.nonzero(np.isnan(m.values) & ~np.isnan(values))
    return pl.DataFrame(
        {
            m.unit: pl.Series([m.units[r] for r in rows], dtype=pl.String),
            "indicator": pl.Series([m.codes[c] for c in columns], dtype=pl.String),
            "value": pl.Series(values[rows, columns], dtype=pl.Float64),
            "how": pl.Series([how] * len(rows), dtype=pl.String),
        }
    )


def _by_group(m: Matrix, places: np.ndarray, kind: str, names: Sequence[str]) -> np.ndarray:
    values = m.values.copy()
    middle = np.mean if kind == "mean" else np.median
    for g, name in enumerate(names):
        inside = places == g
        for j, code in enumerate(m.codes):
            gaps = inside & np.isnan(m.values[:, j])
            if not gaps.any():
                continue
            known = m.values[inside & ~gaps, j]
            if not known.size:
                where = f" in group {name!r}" if name else ""
                raise CannotBeSaid(
                    what=f"A fill for {code!r}{where}",
                    why="no value is known there",
                    remedy="Collect one, drop the indicator, or use a wider group.",
                )
            values[gaps, j] = middle(known)
    return values


def _nearest(m: Matrix, neighbours: int) -> np.ndarray:
    values = m.values.copy()
    spread = np.nanstd(values, axis=0)
    scaled = (values - np.nanmean(values, axis=0)) / np.where(spread > 0, spread, 1.0)
    for i, j in zip(*np.nonzero(np.isnan(m.values)), strict=True):
        donors = np.flatnonzero(~np.isnan(m.values[:, j]))
        distances = np.array([_distance(scaled[i], scaled[d]) for d in donors])
        usable = np.isfinite(distances)
        if not usable.any():
            raise CannotBeSaid(
                what=f"A fill for {m.codes[j]!r} of {m.units[i]!r}",
                why="no unit with a known value shares another known indicator",
                remedy="Use the mean or the median, or drop the unit.",
            )
        # Sorting by distance and then by name keeps the answer free of row order.
        best = sorted(zip(distances[usable], [m.units[d] for d in donors[usable]], donors[usable]))
        values[i, j] = np.mean([m.values[d, j] for _, _, d in best[:neighbours]])
    return values


def _distance(a: np.ndarray, b: np.ndarray) -> float:
    both = ~np.isnan(a) & ~np.isnan(b)
    return float(np.sqrt(np.mean((a[both] - b[both]) ** 2))) if both.any() else np.inf


def _expectation_maximisation(m: Matrix, tolerance: float = 1e-10, most: int = 5000) -> np.ndarray:
    """Conditional means at the maximum-likelihood normal; Dempster, Laird and Rubin 1977."""
    n, k = m.values.shape
    if np.isnan(m.values).all(axis=0).any() or n <= k:
        raise CannotBeSaid(
            what="A fill by expectation maximisation",
            why=f"{n} units cannot carry the covariance of {k} indicators, or one of them is empty",
            remedy="Use fewer indicators, or the median.",
        )
    gaps = np.isnan(m.values)
    centre, spread = np.nanmean(m.values, axis=0), np.nanstd(m.values, axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    x = np.where(gaps, 0.0, (m.values - centre) / scale)
    mean, cov = x.mean(axis=0), np.cov(x.T, bias=True).reshape(k, k) + 1e-9 * np.eye(k)
    for _ in range(most):
        x, extra = _expectation(x, gaps, mean, cov)
        new_mean = x.mean(axis=0)
        centred = x - new_mean
        new_cov = (centred.T @ centred + extra) / n
        moved = max(np.abs(new_mean - mean).max(), np.abs(new_cov - cov).max())
        mean, cov = new_mean, new_cov
        if moved < tolerance:
            break
    return np.where(gaps, x * scale + centre, m.values)


def _expectation(
    x: np.ndarray, gaps: np.ndarray, mean: np.ndarray, cov: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    filled, extra = x.copy(), np.zeros_like(cov)
    for i in np.flatnonzero(gaps.any(axis=1)):
        g, o = gaps[i], ~gaps[i]
        slope = np.linalg.lstsq(cov[np.ix_(o, o)], cov[np.ix_(o, g)], rcond=None)[0].T
        filled[i, g] = mean[g] + slope @ (x[i, o] - mean[o])
        extra[np.ix_(g, g)] += cov[np.ix_(g, g)] - slope @ cov[np.ix_(o, g)]
    return filled, extra


def _panel(
    m: Matrix, data: pl.DataFrame, panel: pl.DataFrame | None, time: str, max_steps: int | None
) -> np.ndarray:
    if panel is None or time not in panel.columns or time not in data.columns:
        raise BadInput(
            place="the panel",
            problem=f"or its column {time!r} is not given",
            remedy="Give panel= with the unit, the time and the indicators, and the time in data too.",
        )
    values = m.values.copy()
    now = dict(zip(m.units, data[time].to_list(), strict=True))
    earlier = panel.with_columns(pl.col(m.unit).cast(pl.String)).sort(time, descending=True)
    for i, j in zip(*np.nonzero(np.isnan(m.values)), strict=True):
        unit, code = m.units[i], m.codes[j]
        if code not in panel.columns:
            continue
        known = earlier.filter(
            (pl.col(m.unit) == unit) & (pl.col(time) < now[unit]) & pl.col(code).is_not_null()
        )
        if max_steps is not None:
            known = known.filter(pl.col(time) >= now[unit] - max_steps)
        if known.height:
            values[i, j] = float(known[code][0])
    return values
