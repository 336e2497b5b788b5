"""Distances between firms and meeting places."""

from __future__ import annotations

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

EARTH_KM = 6371.0088


def distances_km(firms: pl.DataFrame, places: pl.DataFrame) -> np.ndarray:
    """Kilometres from each firm to each place: great circle for ``lat``/``lon``, straight for ``x_km``/``y_km``.

    A place that is not known gives NaN. Source of the radius: IUGG mean radius R1; haversine formula.

    >>> a = pl.DataFrame({"lat": [20.6597], "lon": [-103.3496]})
    >>> b = pl.DataFrame({"lat": [20.6236, None], "lon": [-103.2342, None]})
    >>> distances_km(a, b).round(1).tolist()
    [[12.7, nan]]
    """
    for x, y in (("lat", "lon"), ("x_km", "y_km")):
        if {x, y} <= set(firms.columns) and {x, y} <= set(places.columns):
            a, b = (_points(t, x, y) for t in (firms, places))
            return (
                _haversine(a, b)
                if x == "lat"
                else np.hypot(*(a[:, None, :] - b[None, :, :]).transpose(2, 0, 1))
            )
    raise BadInput(
        place="firms and options",
        problem="have no places in common terms",
        remedy="Give both tables lat and lon, or both x_km and y_km.",
    )


def _points(table: pl.DataFrame, x: str, y: str) -> np.ndarray:
    try:
        points = table.select(pl.col(x, y).cast(pl.Float64)).to_numpy().astype(float)
    except pl.exceptions.PolarsError:
        raise BadInput(
            place=f"columns {x!r} and {y!r}", problem="are not numbers", remedy="Give decimal degrees or km."
        ) from None
    if x == "lat":
        bad = np.flatnonzero((np.abs(points[:, 0]) > 90) | (np.abs(points[:, 1]) > 180))
        if len(bad):
            raise BadInput(
                place=f"row {bad[0] + 1}, lat and lon",
                problem="lie outside the globe",
                remedy="Give decimal degrees, latitude first.",
            )
    return points


def _haversine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = np.radians(a)[:, None, :], np.radians(b)[None, :, :]
    d = np.sin((b - a) / 2) ** 2
    h = d[..., 0] + np.cos(a[..., 0]) * np.cos(b[..., 0]) * d[..., 1]
    return 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0)))
