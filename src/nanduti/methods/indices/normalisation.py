"""Normalisation: bringing indicators with different units onto one scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .frames import Matrix, read, vector


def normalise_minmax(x: object, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Smallest value to ``low``, largest to ``high`` (Handbook 2008, p. 30 and 85).

    >>> normalise_minmax([2.0, 4.0, 3.0], 0, 100).tolist()
    [0.0, 100.0, 50.0]
    """
    values = vector(x)
    least, most = _ends(values)
    return (values - least) / (most - least) * (high - low) + low


def normalise_zscore(x: object, mean: float = 0.0, deviation: float = 1.0) -> np.ndarray:
    """Standard scores with the sample standard deviation (n - 1), then moved to ``mean`` and ``deviation``.

    >>> normalise_zscore([1.0, 2.0, 3.0]).tolist()
    [-1.0, 0.0, 1.0]
    """
    values = vector(x)
    _ends(values)
    centre = np.nanmean(values, axis=0)
    return (values - centre) / np.nanstd(values, axis=0, ddof=1) * deviation + mean


def normalise_scaled(x: object, low: float, high: float) -> np.ndarray:
    """Fixed bounds, not clipped: ``100 (x - low)/(high - low)``.

    >>> normalise_scaled([5.0, 15.0], 0, 10).tolist()
    [50.0, 150.0]
    """
    _different(low, high, "the bounds")
    return (vector(x) - low) / (high - low) * 100


def normalise_rank(x: object) -> np.ndarray:
    """Place counted from the lowest value (1), ties at the lower place.

    >>> normalise_rank([7.1, 9.4, 7.1]).tolist()
    [1.0, 3.0, 1.0]
    """
    values = vector(x)
    columns = values.reshape(len(values), -1)
    out = np.full(columns.shape, np.nan)
    for j in range(columns.shape[1]):
        known = ~np.isnan(columns[:, j])
        column = columns[known, j]
        out[known, j] = np.searchsorted(np.sort(column), column, side="left") + 1
    return out.reshape(values.shape)


def normalise_borda(x: object) -> np.ndarray:
    """Borda points: how many units have a smaller value (de Borda 1784).

    >>> normalise_borda([7.1, 9.4, 7.1]).tolist()
    [0.0, 2.0, 0.0]
    """
    return normalise_rank(x) - 1


def normalise_percentile(x: object, of: str = "others") -> np.ndarray:
    """Percentile rank: share of the units with a smaller value.

    Args:
        of: ``others`` counts the other units, from 0 to 1; ``all`` is place over number of units, from
            1/n to 1, as the Handbook's table 15 has it.

    >>> normalise_percentile([7.1, 9.4, 8.0]).tolist()
    [0.0, 1.0, 0.5]
    """
    values = vector(x)
    n = (~np.isnan(values)).sum(axis=0)
    if of == "all":
        return normalise_rank(values) / n
    if of != "others":
        raise BadInput(place=f"percentile of {of!r}", problem="is not known", remedy="Use others or all.")
    if np.any(n < 2):
        raise _alone("A percentile rank")
    return (normalise_rank(values) - 1) / (n - 1)


def normalise_goalposts(
    x: object, low: float, high: float, *, scale: float = 1.0, clip: bool = True
) -> np.ndarray:
    """Distance from a fixed lower to a fixed upper goalpost, as in the Human Development Index.

    ``low > high`` turns the direction round. Values beyond a goalpost are clipped unless told otherwise.

    >>> normalise_goalposts([20.0, 52.5, 90.0], 20, 85).tolist()
    [0.0, 0.5, 1.0]
    """
    _different(low, high, "the goalposts")
    share = (vector(x) - low) / (high - low)
    return (np.clip(share, 0, 1) if clip else share) * scale


def normalise_distance_to_maximum(x: object) -> np.ndarray:
    """``1 - (max - x)/(max - min)``.

    >>> normalise_distance_to_maximum([0.0, 4.0, 1.0]).tolist()
    [0.0, 1.0, 0.25]
    """
    values = vector(x)
    least, most = _ends(values)
    return 1 - (most - values) / (most - least)


def normalise_distance_to_target(x: object, target: float, *, cap: bool = False) -> np.ndarray:
    """``1 - (target - x)/(target - min)``; ``cap`` stops the reward at the target.

    >>> normalise_distance_to_target([0.0, 4.0, 8.0], 4, cap=True).tolist()
    [0.0, 1.0, 1.0]
    """
    values = vector(x)
    least = np.nanmin(values)
    if np.isnan(target) or target <= least:
        raise CannotBeSaid(
            what="The distance to the target",
            why=f"the target {target:g} is not beyond the lowest value {least:g}",
            remedy="Set a target beyond it, or use goalposts.",
        )
    share = 1 - (target - values) / (target - least)
    return np.minimum(share, 1) if cap else share


def normalise_distance_to_reference(x: object, reference: int, *, cap: bool = False) -> np.ndarray:
    """Distance to the value of a reference unit, given by its row number.

    >>> normalise_distance_to_reference([0.0, 4.0, 8.0], 1).tolist()
    [0.0, 1.0, 2.0]
    """
    values = vector(x)
    if not 0 <= reference < len(values) or np.isnan(values[reference]):
        raise BadInput(
            place=f"reference row {reference}", problem="has no value", remedy="Choose a unit that has one."
        )
    return normalise_distance_to_target(values, float(values[reference]), cap=cap)


def normalise_ratio(x: object, to: str = "mean") -> np.ndarray:
    """Ratio to the ``mean``, to the ``best`` (largest) or to the ``worst`` (smallest) value (Handbook, p. 86).

    >>> normalise_ratio([1.0, 3.0]).tolist(), normalise_ratio([1.0, 3.0], "best").tolist()[1]
    ([0.5, 1.5], 1.0)
    """
    values = vector(x)
    kinds: dict[str, Callable[..., Any]] = {"mean": np.nanmean, "best": np.nanmax, "worst": np.nanmin}
    if to not in kinds:
        raise BadInput(place=f"ratio to {to!r}", problem="is not known", remedy="Use mean, best or worst.")
    base = kinds[to](values, axis=0)
    if np.any(base == 0):
        raise CannotBeSaid(
            what=f"The ratio to the {to}", why=f"the {to} is zero", remedy="Use min-max or standard scores."
        )
    return values / base


def normalise_above_below_mean(x: object, margin: float = 0.2) -> np.ndarray:
    """1 above, -1 below, 0 around the mean: ``|x/mean - 1| <= margin`` is around (Handbook, p. 87).

    >>> normalise_above_below_mean([5.0, 10.0, 15.0]).tolist()
    [-1.0, 0.0, 1.0]
    """
    ratio = normalise_ratio(x, "mean")
    out = np.where(ratio > 1 + margin, 1.0, np.where(ratio < 1 - margin, -1.0, 0.0))
    return np.where(np.isnan(ratio), np.nan, out)


def normalise_categories(
    x: object,
    shares: Sequence[float] = (0.05, 0.15, 0.35, 0.65, 0.85, 0.95),
    points: Sequence[float] = (0, 20, 40, 50, 60, 80, 100),
) -> np.ndarray:
    """Points by class of the percentile rank: shares bound the classes from below (Handbook, p. 87).

    A unit falls in the class of the share of units at or below it.

    >>> normalise_categories(range(1, 5), shares=(0.5,), points=(0, 100)).tolist()
    [0.0, 0.0, 100.0, 100.0]
    """
    values = vector(x)
    if len(points) != len(shares) + 1:
        raise BadInput(
            place="points", problem="do not fit the shares", remedy="Give one more point than shares."
        )
    share = normalise_rank(values) / (~np.isnan(values)).sum(axis=0)
    out = np.asarray(points, dtype=float)[np.searchsorted(np.asarray(shares), share, side="left")]
    return np.where(np.isnan(values), np.nan, out)


_PLAIN: dict[str, Callable[..., np.ndarray]] = {
    "minmax": normalise_minmax,
    "zscore": normalise_zscore,
    "scaled": normalise_scaled,
    "rank": normalise_rank,
    "borda": normalise_borda,
    "percentile": normalise_percentile,
    "goalposts": normalise_goalposts,
    "distance_to_maximum": normalise_distance_to_maximum,
    "distance_to_target": normalise_distance_to_target,
    "distance_to_reference": normalise_distance_to_reference,
    "ratio": normalise_ratio,
    "above_below_mean": normalise_above_below_mean,
    "categories": normalise_categories,
}
METHODS = (*_PLAIN, "none")


def normalise(
    data: pl.DataFrame,
    *,
    method: str = "minmax",
    unit: str = "unit",
    directions: Mapping[str, int] | None = None,
    each: Mapping[str, Mapping[str, Any]] | None = None,
    **parameters: Any,
) -> pl.DataFrame:
    """Normalise every indicator of a table; those with direction -1 are turned round first.

    Args:
        method: one of :data:`METHODS`; ``none`` only turns directions.
        directions: 1 or -1 per indicator; not given means 1.
        each: parameters for single indicators, such as their own ``target`` or goalposts
            (``low``, ``high``), always in the indicator's own unit; may also name another ``method``.
        **parameters: parameters for all, such as ``low=0, high=100``.

    Raises:
        CannotBeSaid: an indicator in which all units are equal, where the method needs a range.

    >>> d = pl.DataFrame({"unit": ["A", "B"], "cost": [10.0, 30.0]})
    >>> normalise(d, method="minmax", directions={"cost": -1})["cost"].to_list()
    [1.0, 0.0]
    """
    m = read(data, unit)
    values = normalised(m, method, directions or {}, each or {}, parameters)
    columns = [pl.Series(c, values[:, i]).fill_nan(None) for i, c in enumerate(m.codes)]
    return data.with_columns(columns)


def normalised(
    m: Matrix,
    method: str,
    directions: Mapping[str, int],
    each: Mapping[str, Mapping[str, Any]],
    parameters: Mapping[str, Any],
) -> np.ndarray:
    """The arithmetic of :func:`normalise`."""
    unknown = [c for c in (*each, *directions) if c not in m.codes]
    if unknown:
        raise BadInput(
            place=f"indicator {unknown[0]!r}", problem="is not in the table", remedy="Correct the code."
        )
    signs = np.array([directions.get(c, 1) for c in m.codes], dtype=float)
    if method in ("minmax", "zscore") and not each and not np.isnan(m.values).all(axis=0).any():
        return _all_at_once(m, method, signs, parameters)
    out = np.empty_like(m.values)
    for j, code in enumerate(m.codes):
        own = dict(each.get(code, {}))
        how = own.pop("method", method)
        if how == method:
            own = {**parameters, **own}
        try:
            out[:, j] = normalise_one(m.values[:, j], how, int(signs[j]), own, m.units)
        except (BadInput, CannotBeSaid) as error:
            raise _placed(error, code) from None
    return out


def normalise_one(
    x: np.ndarray, method: str, direction: int, parameters: Mapping[str, Any], units: Sequence[str]
) -> np.ndarray:
    """One indicator: turn the direction (and with it targets and goalposts), then apply the method."""
    if method not in METHODS:
        raise BadInput(
            place=f"method {method!r}", problem="is not known", remedy=f"Use one of {', '.join(METHODS)}."
        )
    if np.isnan(x).all():
        raise CannotBeSaid(
            what="A score", why="no value is known", remedy="Collect it or drop the indicator."
        )
    given = dict(parameters)
    if method == "none":
        return x * direction
    if method in ("goalposts", "scaled") and direction == -1:
        # The lower goalpost of a "less is better" indicator is its good end.
        given["low"], given["high"] = given["high"], given["low"]
        return _call(method, x, given)
    if method == "distance_to_target" and "target" in given:
        given["target"] = given["target"] * direction
    if method == "distance_to_reference" and isinstance(given.get("reference"), str):
        given["reference"] = _row(units, given["reference"])
    return _call(method, x * direction, given)


def _all_at_once(m: Matrix, method: str, signs: np.ndarray, parameters: Mapping[str, Any]) -> np.ndarray:
    turned = m.values * signs
    alone = np.flatnonzero((~np.isnan(turned)).sum(axis=0) < 2)
    if alone.size:
        raise _placed(_alone("A score relative to others"), m.codes[int(alone[0])])
    flat = np.flatnonzero(np.nanmin(turned, axis=0) == np.nanmax(turned, axis=0))
    if flat.size:
        raise _placed(_flat(float(m.values[0, flat[0]])), m.codes[int(flat[0])])
    return _call(method, turned, parameters)


def _call(method: str, x: np.ndarray, parameters: Mapping[str, Any]) -> np.ndarray:
    try:
        return _PLAIN[method](x, **parameters)
    except TypeError as error:
        raise BadInput(
            place=f"parameters of {method!r}",
            problem=f"do not fit ({error})",
            remedy="See its documentation.",
        ) from None


def _ends(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    known = ~np.isnan(values)
    if not known.any(axis=0).all():
        raise CannotBeSaid(
            what="A score", why="no value is known", remedy="Collect it or drop the indicator."
        )
    least, most = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    if np.any(known.sum(axis=0) < 2):
        raise _alone("A score relative to others")
    if np.any(least == most):
        raise _flat(float(np.atleast_1d(least)[0]))
    return least, most


def _flat(value: float) -> CannotBeSaid:
    return CannotBeSaid(
        what="A score",
        why="all units have the same value",
        remedy="Drop the indicator, or use goalposts or a target.",
        value=value,
    )


def _alone(what: str) -> CannotBeSaid:
    return CannotBeSaid(
        what=what, why="there is only one known unit", remedy="Use goalposts, a target or more units."
    )


def _placed(error: BadInput | CannotBeSaid, code: str) -> BadInput | CannotBeSaid:
    details = dict(error.details)
    key = "place" if isinstance(error, BadInput) else "what"
    details[key] = f"{details[key]} of indicator {code!r}"
    return type(error)(**details)


def _different(low: float, high: float, place: str) -> None:
    if not (np.isfinite(low) and np.isfinite(high)) or low == high:
        raise BadInput(place=place, problem=f"are {low:g} and {high:g}", remedy="Give two different numbers.")


def _row(units: Sequence[str], name: str) -> int:
    if name not in units:
        raise BadInput(
            place=f"reference {name!r}", problem="is not among the units", remedy="Correct the name."
        )
    return list(units).index(name)
