"""From columns to classes: the one place where key values become small numbers.

A *class* (equivalence class) is the set of records that look alike on the key columns. Every measure of
microdata risk starts by counting classes, so the columns are coded as small integers, packed into one
integer per record, and counted by slots or by sorting, never by a loop over classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

_MOST_SLOTS = 1 << 27  # a counting array of at most this many slots; above it we sort
_MOST_PACKED = 1 << 62  # above this a packed key no longer fits 64 bits and is re-ranked first


@dataclass(frozen=True)
class Coded:
    """One column as integers 0 … size-1. ``values[c]`` is what code ``c`` stands for (None if not kept)."""

    codes: np.ndarray
    size: int


def check_columns(data: pl.DataFrame, columns: Sequence[str], what: str = "key") -> list[str]:
    """The columns as a list, after making sure that they exist, differ and are not empty."""
    columns = [columns] if isinstance(columns, str) else list(columns)
    if not columns:
        raise BadInput(
            place=f"the list of {what} columns",
            problem="is empty",
            remedy="Name at least one column.",
        )
    for name in columns:
        if name not in data.columns:
            raise BadInput(
                place=f"column '{name}'",
                problem="is not in the data",
                remedy=f"Choose among: {', '.join(data.columns)}.",
            )
    if len(set(columns)) != len(columns):
        raise BadInput(
            place=f"the list of {what} columns",
            problem="names a column twice",
            remedy="Name every column once.",
        )
    return columns


def check_rows(data: pl.DataFrame, place: str = "the data") -> int:
    """The number of rows, which must not be nil."""
    if data.height == 0:
        raise BadInput(place=place, problem="have no rows", remedy="Give at least one record.")
    return data.height


def check_k(k: int, n: int | None = None) -> int:
    """A group size ``k`` of at least two (and at most the number of records)."""
    if isinstance(k, bool) or int(k) != k or k < 2:
        raise BadInput(place="k", problem=f"is {k}", remedy="Give a whole number of at least 2.")
    if n is not None and k > n:
        raise BadInput(
            place="k",
            problem=f"is {k}, more than the {n} records there are",
            remedy="Choose a smaller k, or do not release these records one by one.",
        )
    return int(k)


def code_column(series: pl.Series) -> Coded:
    """Codes of one column, every value (and the missing value, if any) with its own code."""
    kind = series.dtype
    if kind.is_float():
        series = series.fill_nan(None)
    if kind in (pl.String, pl.Categorical) or isinstance(kind, pl.Enum):
        codes = series.cast(pl.Categorical).to_physical() if kind == pl.String else series.to_physical()
        return _from_integers(codes)
    if kind == pl.Boolean or kind.is_integer() or kind.is_temporal():
        physical = series.cast(pl.UInt8) if kind == pl.Boolean else series.to_physical()
        return _from_integers(physical)
    if kind.is_float() or kind.is_decimal() or kind == pl.Null:
        ranked = series.cast(pl.Float64).rank("dense")
        return _from_integers(ranked)
    raise BadInput(
        place=f"column '{series.name}'",
        problem=f"has a type that cannot be compared ({kind})",
        remedy="Turn it into text, a number, a date or a yes/no column first.",
    )


def _from_integers(series: pl.Series) -> Coded:
    """Shift integers to start at nought; re-rank them when they are spread too widely."""
    low, high = series.min(), series.max()
    if low is None:
        return Coded(np.zeros(len(series), dtype=np.uint32), 1)
    gap = 1 if series.null_count() else 0
    spread = int(high) - int(low) + 1
    if spread + gap > max(1 << 16, 4 * len(series)):
        series = series.rank("dense")
        low, spread = 1, int(series.max())
    if low:
        wide = (
            series if series.dtype in (pl.UInt32, pl.UInt64, pl.UInt16, pl.UInt8) else series.cast(pl.Int64)
        )
        series = wide - int(low)
    if gap:
        series = series.fill_null(spread)
    return Coded(series.cast(pl.UInt32).to_numpy(), spread + gap)


def code_columns(data: pl.DataFrame, columns: Sequence[str]) -> list[Coded]:
    """Codes of several columns; text is coded in parallel in one pass."""
    texts = [c for c in columns if data.schema[c] == pl.String]
    physical = data.select(pl.col(texts).cast(pl.Categorical).to_physical()) if texts else None
    return [_from_integers(physical[c]) if c in texts else code_column(data[c]) for c in columns]


@dataclass(frozen=True)
class Packed:
    """One integer per record that stands for its whole class; ``space`` is one more than the largest."""

    codes: np.ndarray
    space: int


def pack(columns: Sequence[Coded]) -> Packed:
    """Mixed-radix packing of several coded columns into one integer per record."""
    codes: np.ndarray | None = None
    space = 1
    for column in columns:
        if codes is not None and space * column.size > _MOST_PACKED:
            unique, codes = np.unique(codes, return_inverse=True)
            space = len(unique)
        grown = space * column.size
        wide = np.uint32 if grown < 1 << 32 else np.uint64
        if codes is None:
            codes = column.codes.astype(wide, copy=False)
        else:
            codes = codes.astype(wide, copy=codes.dtype != wide)
            codes = codes * wide(column.size)
            codes += column.codes.astype(wide, copy=False)
        space = grown
    assert codes is not None
    return Packed(codes, space)


def pack_columns(data: pl.DataFrame, columns: Sequence[str]) -> Packed:
    """Codes and packs the named columns."""
    return pack(code_columns(data, columns))


def counts_of_classes(packed: Packed) -> np.ndarray:
    """How many records every class that occurs has; the order means nothing."""
    n = len(packed.codes)
    if packed.space <= max(n // 4, 1 << 16):  # few slots stay in the cache; beyond, sorting is quicker
        counts = np.bincount(packed.codes, minlength=packed.space)
        return counts[counts > 0]
    return run_lengths(np.sort(packed.codes))[1]


def run_lengths(ordered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where every run of equal values starts in an ordered array, and how long it is."""
    new = np.empty(len(ordered), dtype=bool)
    new[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    starts = np.flatnonzero(new)
    if len(ordered) < 1 << 31:
        starts = starts.astype(np.int32)
    return starts, np.diff(starts, append=starts.dtype.type(len(ordered)))


def class_ids(packed: Packed) -> tuple[np.ndarray, int]:
    """For every record the number of its class, 0 … n_classes-1, and how many classes there are."""
    n = len(packed.codes)
    if packed.space <= min(_MOST_SLOTS, max(8 * n, 1 << 16)):
        seen = np.zeros(packed.space, dtype=bool)
        seen[packed.codes] = True
        number = np.cumsum(seen, dtype=np.int64) - 1
        return number[packed.codes], int(number[-1]) + 1
    unique, inverse = np.unique(packed.codes, return_inverse=True)
    return inverse, len(unique)


@dataclass(frozen=True)
class Runs:
    """How often every value of one attribute occurs in every class, without the pairs that do not occur.

    ``value`` and ``count`` have one entry per (class, value) that occurs, ordered by class and value;
    ``start`` says where each class begins; ``size`` is the number of records per class.
    """

    value: np.ndarray
    count: np.ndarray
    start: np.ndarray
    size: np.ndarray
    n_values: int
    overall: np.ndarray

    @property
    def distinct(self) -> np.ndarray:
        """Values per class."""
        return np.diff(self.start, append=len(self.value))

    @property
    def class_of(self) -> np.ndarray:
        """For every run, the number of its class."""
        return np.repeat(np.arange(len(self.start)), self.distinct)

    def condensed(self) -> Runs:
        """The same for questions about the best or worst class: equal classes of one record kept once."""
        alone = self.size == 1
        if not alone.any():
            return self
        seen = np.flatnonzero(np.bincount(self.value[self.start[alone]], minlength=self.n_values))
        distinct = self.distinct
        stays = np.repeat(~alone, distinct)
        ones = np.ones(len(seen), dtype=self.count.dtype)
        distinct = np.concatenate((distinct[~alone], ones))
        return Runs(
            np.concatenate((self.value[stays], seen.astype(self.value.dtype))),
            np.concatenate((self.count[stays], ones)),
            np.cumsum(distinct) - distinct,
            np.concatenate((self.size[~alone], ones)),
            self.n_values,
            self.overall,
        )

    def blocks(self, most: int = 1 << 19) -> Iterator[Runs]:
        """The same in blocks of at most ``most`` classes, so that work arrays stay small."""
        for first in range(0, len(self.start), most):
            begin = int(self.start[first])
            after = first + most
            end = int(self.start[after]) if after < len(self.start) else len(self.value)
            yield Runs(
                self.value[begin:end], self.count[begin:end], self.start[first:after] - begin,
                self.size[first:after], self.n_values, self.overall,
            )  # fmt: skip


def runs_of(packed: Packed, attribute: Coded) -> Runs:
    """Counts of attribute values within classes, from one sort of the packed pair."""
    pair = pack([Coded(packed.codes, packed.space), attribute]).codes
    pair.sort()  # our own array: packing a pair always makes a new one
    starts, count = run_lengths(pair)
    heads = pair[starts]
    n = len(pair)
    del pair
    divisor = heads.dtype.type(attribute.size)
    of_class = heads // divisor
    heads -= of_class * divisor
    value = heads.astype(np.int32)
    del heads
    start, _ = run_lengths(of_class)
    size = np.diff(starts[start], append=starts.dtype.type(n))
    overall = np.bincount(value, count, minlength=attribute.size)
    return Runs(value, count, start, size, attribute.size, overall)
