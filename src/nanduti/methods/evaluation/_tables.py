"""Reading columns out of a data frame, with errors that name the place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput


def column(data: pl.DataFrame, name: str) -> pl.Series:
    """The column of that name, or an error that lists what there is."""
    if not isinstance(data, pl.DataFrame):
        raise BadInput(
            place="data",
            problem=f"is a {type(data).__name__}, not a Polars data frame",
            remedy="Use polars.DataFrame or polars.from_pandas.",
        )
    if name not in data.columns:
        known = ", ".join(data.columns[:12]) + (" …" if data.width > 12 else "")
        raise BadInput(
            place=f"column {name!r}", problem="is not in the data", remedy=f"The columns are: {known}."
        )
    return data.get_column(name)


def numbers(data: pl.DataFrame, name: str) -> np.ndarray:
    """A numeric (or true/false) column as floats; missing values become NaN, infinities are refused."""
    series = column(data, name)
    if not (series.dtype.is_numeric() or series.dtype in (pl.Boolean, pl.Null)):
        raise BadInput(
            place=f"column {name!r}",
            problem=f"holds {series.dtype}, not numbers",
            remedy="Convert it to numbers, or name it where categories are expected.",
        )
    values = series.cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64, copy=True)
    infinite = np.flatnonzero(np.isinf(values))
    if infinite.size:
        raise BadInput(
            place=f"column {name!r}, row {infinite[0] + 1}",
            problem="is infinite",
            remedy="Correct the value or mark it missing.",
        )
    return values


def is_category(data: pl.DataFrame, name: str) -> bool:
    """Whether a column holds categories (text) rather than numbers."""
    dtype = column(data, name).dtype
    return dtype in (pl.String, pl.Categorical) or isinstance(dtype, pl.Enum | pl.Categorical)


def categories(data: pl.DataFrame, name: str) -> tuple[np.ndarray, list[Any]]:
    """Codes 0, 1, … of a column and its sorted levels; missing values get code -1."""
    series = column(data, name)
    if series.dtype.is_float():
        series = series.fill_nan(None)
    if isinstance(series.dtype, pl.Categorical | pl.Enum) or series.dtype == pl.Categorical:
        series = series.cast(pl.String)
    levels = series.drop_nulls().unique().sort()
    table = pl.DataFrame({"level": levels, "code": np.arange(len(levels), dtype=np.int64)})
    codes = series.to_frame("level").join(table, on="level", how="left", maintain_order="left")
    return codes.get_column("code").fill_null(-1).to_numpy().astype(np.int64, copy=True), levels.to_list()


def names_of(given: str | Iterable[str] | None) -> tuple[str, ...]:
    """One name or several, as a tuple."""
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def refuse_missing(missing: dict[str, np.ndarray], what: str, remedy: str) -> None:
    """Raise a BadInput that counts the missing values per column and shows the first row."""
    counts = {name: int(mask.sum()) for name, mask in missing.items() if mask.any()}
    if not counts:
        return
    first = min(int(np.flatnonzero(missing[name])[0]) for name in counts) + 1
    told = ", ".join(f"{name!r} {count}" for name, count in counts.items())
    raise BadInput(
        place=f"{what}, first in row {first},", problem=f"has missing values ({told})", remedy=remedy
    )


def between(value: float, low: float, high: float, what: str) -> float:
    """The value if it lies strictly between, else an error."""
    if not low < value < high:
        raise BadInput(
            place=f"{what} {value!r}",
            problem=f"does not lie between {low:g} and {high:g}",
            remedy="Correct it.",
        )
    return float(value)


def positive_count(value: int, what: str, least: int = 1) -> int:
    """A whole number of at least ``least``."""
    if isinstance(value, bool) or int(value) != value or value < least:
        raise BadInput(
            place=f"{what} {value!r}",
            problem=f"is not a whole number of at least {least}",
            remedy="Raise it.",
        )
    return int(value)
