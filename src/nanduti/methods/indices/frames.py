"""Tables of units by indicators: from Polars to plain arrays and back, with every doubt named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput


@dataclass(frozen=True, eq=False)
class Matrix:
    """Units (rows) by codes (columns); ``NaN`` stands for a missing value and for nothing else.

    Attributes:
        units: unit identifiers, unique, in row order.
        codes: column codes, unique, in column order.
        values: float64 array of shape ``(len(units), len(codes))``.
        unit: the name of the unit column in frames.

    >>> read(pl.DataFrame({"unit": ["Agra", "Pilar"], "jobs": [3, None]})).values
    array([[ 3.],
           [nan]])
    """

    units: tuple[str, ...]
    codes: tuple[str, ...]
    values: np.ndarray
    unit: str = "unit"

    def frame(self) -> pl.DataFrame:
        """The table as a Polars frame, missing values as nulls."""
        return to_frame(self.units, self.codes, self.values, self.unit)

    def having(self, values: np.ndarray) -> Matrix:
        """The same rows and columns with other values."""
        return replace(self, values=values)

    def column(self, code: str) -> np.ndarray:
        """The values of one column."""
        return self.values[:, self.codes.index(code)]

    def rows(self, keep: np.ndarray) -> Matrix:
        """Only the rows marked true."""
        units = tuple(u for u, kept in zip(self.units, keep, strict=True) if kept)
        return replace(self, units=units, values=self.values[keep])

    def only(self, codes: Sequence[str]) -> Matrix:
        """Only the columns named, in that order."""
        places = [self.codes.index(code) for code in codes]
        return replace(self, codes=tuple(codes), values=self.values[:, places])


def to_frame(
    units: Sequence[str], codes: Sequence[str], values: np.ndarray, unit: str = "unit"
) -> pl.DataFrame:
    """A frame with a unit column and one float column per code; NaN becomes null."""
    columns = {unit: pl.Series(unit, list(units), dtype=pl.String)}
    for place, code in enumerate(codes):
        columns[code] = pl.Series(code, np.ascontiguousarray(values[:, place], dtype=float)).fill_nan(None)
    return pl.DataFrame(columns)


def read(data: pl.DataFrame, unit: str = "unit", codes: Sequence[str] | None = None) -> Matrix:
    """Read a frame into a :class:`Matrix`, refusing what cannot be meant.

    Raises:
        BadInput: no rows, an absent or duplicated unit, an absent column, a column of text, an infinite value.

    >>> read(pl.DataFrame({"unit": ["A", "A"], "x": [1, 2]}))
    Traceback (most recent call last):
    ...
    nanduti.methods.values.errors.BadInput: unit 'A' stands in 2 rows. Keep one row per unit.
    """
    if unit not in data.columns:
        raise BadInput(
            place=f"column {unit!r}", problem="is not in the table", remedy="Name the unit column with unit=."
        )
    units = unit_names(data[unit], unit)
    chosen = [c for c in data.columns if c != unit and _is_number(data[c])] if codes is None else codes
    columns = [column_values(data, code, units) for code in chosen]
    values = np.column_stack(columns) if columns else np.empty((len(units), 0))
    return Matrix(units, tuple(chosen), values, unit)


def _is_number(column: pl.Series) -> bool:
    return column.dtype.is_numeric() or column.dtype == pl.Null


def unit_names(column: pl.Series, name: str = "unit") -> tuple[str, ...]:
    """The unit column as unique strings."""
    if not len(column):
        raise BadInput(place="the table", problem="has no rows", remedy="Give at least one unit.")
    if column.null_count():
        row = int(column.is_null().arg_true()[0]) + 1
        raise BadInput(place=f"column {name!r}, row {row}", problem="names no unit", remedy="Name every row.")
    names = tuple(column.cast(pl.String))
    if len(set(names)) < len(names):
        twice = next(n for n in names if names.count(n) > 1)
        raise BadInput(
            place=f"unit {twice!r}",
            problem=f"stands in {names.count(twice)} rows",
            remedy="Keep one row per unit.",
        )
    return names


def column_values(data: pl.DataFrame, code: str, units: Sequence[str]) -> np.ndarray:
    """One numeric column as floats, missing as NaN."""
    if code not in data.columns:
        raise BadInput(
            place=f"column {code!r}", problem="is not in the table", remedy="Add it or correct the recipe."
        )
    column = data[code]
    if column.dtype == pl.Null:
        return np.full(len(units), np.nan)
    if not (column.dtype.is_numeric() or column.dtype == pl.Boolean):
        raise BadInput(
            place=f"column {code!r}",
            problem=f"holds {column.dtype}, not numbers",
            remedy="Convert it, leaving what is unknown empty.",
        )
    # Nulls leave Polars as NaN.
    values = np.array(column.cast(pl.Float64).to_numpy(), dtype=float)
    if np.isinf(values).any():
        where = units[int(np.flatnonzero(np.isinf(values))[0])]
        raise BadInput(
            place=f"column {code!r}, unit {where!r}",
            problem="is infinite",
            remedy="Correct the value or leave it empty.",
        )
    return values


def vector(x: object, place: str = "the values") -> np.ndarray:
    """A one- or two-dimensional float array with NaN for what is missing."""
    if isinstance(x, pl.Series):
        x = x.cast(pl.Float64).to_numpy()
    values = np.asarray(x, dtype=float)
    if not values.size:
        raise BadInput(place=place, problem="are empty", remedy="Give at least one value.")
    if np.isinf(values).any():
        raise BadInput(place=place, problem="hold an infinite value", remedy="Correct it or leave it empty.")
    return values


def weight_vector(
    weights: Mapping[str, float] | Sequence[float] | None, codes: Sequence[str], *, place: str = "the weights"
) -> np.ndarray:
    """Weights in the order of ``codes``, non-negative and not all zero; ``None`` means equal.

    >>> weight_vector({"a": 1, "b": 3}, ["b", "a"])
    array([3., 1.])
    """
    if weights is None:
        return np.ones(len(codes))
    if isinstance(weights, Mapping):
        absent = [c for c in codes if c not in weights]
        if absent:
            raise BadInput(
                place=f"{place} of {absent[0]!r}", problem="is not given", remedy="Give every code a weight."
            )
        weights = [weights[c] for c in codes]
    values = np.asarray(weights, dtype=float)
    if values.shape != (len(codes),):
        raise BadInput(
            place=place,
            problem=f"number {values.size}, the codes {len(codes)}",
            remedy="Give one weight per code.",
        )
    return checked_weights(values, codes, place)


def checked_weights(values: np.ndarray, codes: Sequence[str], place: str = "the weights") -> np.ndarray:
    """The same weights if each is a number from zero up and they are not all zero."""
    for code, value in zip(codes, values, strict=True):
        if not np.isfinite(value) or value < 0:
            raise BadInput(
                place=f"{place} of {code!r}",
                problem=f"is {value:g}",
                remedy="A weight is a number from zero up; turn the indicator round instead of its weight.",
            )
    if values.sum() <= 0:
        raise BadInput(place=place, problem="are all zero", remedy="Give at least one positive weight.")
    return values


def ranks(scores: object) -> np.ndarray:
    """Ranks of each row of scores: 1 is the highest, ties share the best rank, missing stays missing.

    Args:
        scores: array of shape ``(n,)`` or ``(replications, n)``.

    Returns:
        float array of the same shape, NaN where the score is missing.

    >>> ranks([3.0, 7.0, 7.0, float("nan")])
    array([ 3.,  1.,  1., nan])
    """
    values = np.atleast_2d(np.asarray(scores, dtype=float))
    ranked = whole_ranks(values).astype(float)
    ranked[np.isnan(values)] = np.nan
    return ranked.reshape(np.shape(scores))


def without_noise(scores: np.ndarray) -> np.ndarray:
    """Scores as whole multiples of a trillionth of their row's largest: what binary sums blur ties again.

    Two units with the same mean of different parts differ in the last bit, which must not decide a place.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        largest = np.nanmax(np.abs(scores), axis=-1, keepdims=True, initial=0.0)
        factor = np.where(largest > 0, 10.0 ** (12 - np.ceil(np.log10(largest))), 1.0)
    return np.rint(scores * factor)


def whole_ranks(scores: np.ndarray) -> np.ndarray:
    """Integer ranks of each row, NaN last; the fast kernel behind :func:`ranks`."""
    n = scores.shape[1]
    lowest_first = np.negative(scores)
    order = np.argsort(lowest_first, axis=1)
    ordered = np.take_along_axis(lowest_first, order, axis=1)
    places = np.broadcast_to(np.arange(1, n + 1, dtype=np.int32), scores.shape)
    same = ordered[:, 1:] == ordered[:, :-1]
    if same.any():
        start = places.copy()
        start[:, 1:][same] = 0
        places = np.maximum.accumulate(start, axis=1)
    ranked = np.empty(scores.shape, dtype=np.int32)
    np.put_along_axis(ranked, order, places, axis=1)
    return ranked
