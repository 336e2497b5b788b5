"""Small guards: clean names, numbers and tables in, or a letter to a person."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

Number = int | float | Decimal | Fraction


def exact(value: Number, place: str, *, least: Number | None = 0) -> Fraction:
    """A finite number as a fraction; a float is read as it is printed, so that 0.1 is a tenth."""
    try:
        if isinstance(value, bool):
            raise ValueError
        number = Fraction(repr(float(value))) if isinstance(value, (float, np.floating)) else Fraction(value)
    except (TypeError, ValueError, OverflowError):
        raise BadInput(place=place, problem=f"is {value!r}", remedy="Give a number.") from None
    if least is not None and number < least:
        raise BadInput(place=place, problem=f"is {value}, below {least}", remedy=f"Give {least} or more.")
    return number


def exact_all(values: Mapping[str, Number], place: str, *, least: Number | None = 0) -> dict[str, Fraction]:
    """Numbers by name, in the order of the names."""
    if not isinstance(values, Mapping):
        raise BadInput(place=place, problem="are not given by name", remedy="Give {name: number}.")
    return {str(k): exact(values[k], f"{place} of {k!r}", least=least) for k in sorted(values, key=str)}


def whole(value: Any, place: str, least: int = 0) -> int:
    """A whole number of at least ``least``."""
    number = exact(value, place, least=least)
    if number.denominator != 1:
        raise BadInput(place=place, problem=f"is {value}, not whole", remedy="Give a whole number.")
    return int(number)


def column(
    table: pl.DataFrame, name: str, *, default: float | None = None, least: float | None = 0.0,
    most: float | None = None, place: str = "table",
) -> np.ndarray:  # fmt: skip
    """A numeric column; a missing one is ``default``, a missing cell is refused."""
    if name not in table.columns:
        if default is None:
            raise BadInput(
                place=f"{place}, column {name!r}",
                problem="is missing",
                remedy=f"The table has {', '.join(table.columns) or 'no columns'}.",
            )
        return np.full(table.height, default, dtype=float)
    try:
        values = table[name].cast(pl.Float64).to_numpy().astype(float)
    except pl.exceptions.PolarsError:
        raise BadInput(
            place=f"{place}, column {name!r}", problem="is not numeric", remedy="Give numbers."
        ) from None
    bad = np.isnan(values)
    if least is not None:
        bad |= values < least
    if most is not None:
        bad |= values > most
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        limits = (
            f"from {least:g} to {most:g}"
            if most is not None and least is not None
            else f"of {least or 0:g} or more"
        )
        shown = "not known" if np.isnan(values[row]) else f"{values[row]:g}"
        who = ", ".join(str(table[k][row]) for k in ("firm", "product", "task") if k in table.columns)
        raise BadInput(
            place=f"{place}, column {name!r} of {who}",
            problem=f"is {shown}",
            remedy=f"Give a number {limits}.",
        )
    return values


def codes(table: pl.DataFrame, name: str, place: str, *, unique: bool = True) -> list[str]:
    """A column of identifiers, none missing, none twice."""
    if not isinstance(table, pl.DataFrame):
        raise BadInput(
            place=place, problem="is not a Polars data frame", remedy="Pass polars.DataFrame(...)."
        )
    if name not in table.columns:
        raise BadInput(
            place=f"{place}, column {name!r}",
            problem="is missing",
            remedy=f"The table has {', '.join(table.columns) or 'no columns'}.",
        )
    values = table[name].to_list()
    seen = set()
    for row, v in enumerate(values, 1):
        if not isinstance(v, str) or not v:
            raise BadInput(
                place=f"{place}, row {row}", problem=f"has no text under {name!r}", remedy="Give a code."
            )
        if unique and v in seen:
            raise BadInput(
                place=f"{place}, {name} {v!r}", problem="stands twice", remedy="Keep one row for each."
            )
        seen.add(v)
    return values
