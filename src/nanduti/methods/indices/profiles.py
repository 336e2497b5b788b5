"""Profiles of a cluster: sectors, destinations, sizes and types, checked against their totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

from .concentration import _counts, _ratio, _sizes
from .frames import vector


def sector_table(
    data: pl.DataFrame,
    *,
    sector: str = "sector",
    employment: str = "employment",
    firms: str | None = None,
    totals: Mapping[str, float] | None = None,
    reference: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Employment by sector with shares, mean size of firm, and quotients where a reference is given.

    Args:
        totals: printed totals to check against, such as ``{"employment": 298846}``; they become the base of
            the shares.
        reference: employment per sector in the reference area (all its sectors).

    Raises:
        BadInput: the column does not add up to its printed total (the difference is named).

    >>> d = pl.DataFrame({"sector": ["apparel", "shoes"], "employment": [60, 40], "owners": [4, 5]})
    >>> sector_table(d, firms="owners").select("employment_share", "mean_size").rows()
    [(0.6, 15.0), (0.4, 8.0)]
    """
    columns = [employment, *([firms] if firms else [])]
    frame = data
    for column in columns:
        counts = _counts(data, (sector,), column)
        frame = frame.with_columns(counts[column])
        total = float(counts[column].sum())
        printed = (totals or {}).get(column)
        if printed is not None and abs(total - printed) > 0.5:
            raise BadInput(
                place=f"column {column!r}",
                problem=f"adds up to {total:g}, the printed total is {printed:g}",
                remedy="Look for a missing sector, or leave totals= away.",
            )
        share = pl.col(column) / total if total > 0 else pl.lit(None, dtype=pl.Float64)
        frame = frame.with_columns(share.alias(f"{column}_share"))
    if firms:
        frame = frame.with_columns(_ratio(pl.col(employment), pl.col(firms)).alias("mean_size"))
    if reference is not None:
        frame = frame.with_columns(_reference_quotients(frame, sector, employment, reference))
    return frame


def _reference_quotients(
    frame: pl.DataFrame, sector: str, employment: str, reference: Mapping[str, float]
) -> pl.Series:
    everything = sum(reference.values())
    found: list[float | None] = []
    for name, share in zip(frame[sector], frame[f"{employment}_share"], strict=True):
        base = reference.get(name)
        found.append(share / (base / everything) if base and share is not None else None)
    return pl.Series("location_quotient", found, dtype=pl.Float64)


def shares_with_residual(
    shares: Mapping[str, float], *, whole: float = 100.0, tolerance: float = 0.5
) -> tuple[dict[str, float], float]:
    """Shares as printed, and what they leave unexplained (market destinations, ownership, origins).

    Returns:
        the shares as parts of 1, and the residual: positive if they add up to less than the whole.

    Raises:
        BadInput: a negative share, or shares that pass the whole by more than rounding.

    >>> shares_with_residual({"home city": 45, "other cities": 25, "border": 27, "export": 3})[1]
    0.0
    """
    values = vector(list(shares.values()), "the shares")
    if np.isnan(values).any() or (values < 0).any():
        raise BadInput(
            place="a share", problem="is missing or negative", remedy="Leave out what is not known."
        )
    total = float(values.sum())
    if total > whole + tolerance:
        raise BadInput(
            place="the shares",
            problem=f"add up to {total:g} of {whole:g}",
            remedy="Check whether they overlap; shares of one whole cannot.",
        )
    parts = {name: float(v) / whole for name, v in zip(shares, values, strict=True)}
    return parts, float((whole - total) / whole)


def size_classes(
    employees: Sequence[float | None],
    *,
    bounds: Sequence[float] = (1, 10, 50, 250),
    names: Sequence[str] = ("micro", "small", "medium", "large"),
) -> list[str | None]:
    """Size class by persons engaged; null stays null.

    Args:
        bounds: lowest number of each class; the default is the European one (OECD, Eurostat).

    >>> size_classes([3, 49, None, 250])
    ['micro', 'small', None, 'large']
    """
    if len(bounds) != len(names) or list(bounds) != sorted(set(bounds)):
        raise BadInput(place="bounds", problem="do not rise or do not fit the names", remedy="One per name.")
    out: list[str | None] = []
    for count in employees:
        if count is not None and count < bounds[0]:
            raise BadInput(
                place=f"{count} employees", problem="are below the lowest class", remedy="Correct the count."
            )
        place = None if count is None else int(np.searchsorted(bounds, count, side="right")) - 1
        out.append(None if place is None else names[place])
    return out


def composition(counts: Mapping[str, float], *, total: float | None = None) -> pl.DataFrame:
    """Members by type (tiers, sizes, activities) with shares, checked against a printed total.

    >>> tiers = {"tier 2": 57, "subcontract": 35, "job work": 49, "allied": 23, "partial": 16}
    >>> composition(tiers, total=180)["share"].round(3).to_list()
    [0.317, 0.194, 0.272, 0.128, 0.089]
    """
    values = _sizes(list(counts.values()), "the counts")
    found = float(values.sum())
    if total is not None and abs(found - total) > 1e-9:
        raise BadInput(
            place="the counts",
            problem=f"add up to {found:g}, the printed total is {total:g}",
            remedy="Look for a type left out or counted twice.",
        )
    return pl.DataFrame({"type": list(counts), "count": values, "share": values / found})
