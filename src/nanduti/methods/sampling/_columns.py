"""Reading columns of a frame into arrays, naming the place when something is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

What = str | pl.Expr


def frame_of(frame: pl.DataFrame, place: str = "the frame") -> pl.DataFrame:
    """The frame itself, once it is known to be one and to have rows."""
    if not isinstance(frame, pl.DataFrame):
        raise BadInput(
            place=place,
            problem=f"is a {type(frame).__name__}, not a Polars data frame",
            remedy="Build one with polars.DataFrame(...) or polars.read_csv(...).",
        )
    if frame.height == 0:
        raise BadInput(place=place, problem="has no rows", remedy="Give at least one row.")
    return frame


def column(frame: pl.DataFrame, name: str) -> pl.Series:
    """One column, or an error that lists the columns there are."""
    if name not in frame.columns:
        known = ", ".join(frame.columns[:12]) + (", …" if len(frame.columns) > 12 else "")
        raise BadInput(
            place=f"column '{name}'", problem="is not in the frame", remedy=f"Use one of: {known}."
        )
    return frame[name]


def series(frame: pl.DataFrame, what: What) -> pl.Series:
    """A column by name, or an expression evaluated on the frame."""
    if isinstance(what, pl.Expr):
        try:
            found = frame.select(what).to_series()
        except pl.exceptions.ColumnNotFoundError:
            lacking = [name for name in what.meta.root_names() if name not in frame.columns]
            return column(frame, lacking[0])
        if len(found) != frame.height:
            raise BadInput(
                place="the expression",
                problem=f"gives {len(found)} values for {frame.height} rows",
                remedy="Give an expression with one value per row, such as pl.col('jobs') > 5.",
            )
        return found
    return column(frame, what)


def name_of(what: What) -> str:
    """The name a column or expression goes by: the alias it was given, else what it says.

    >>> name_of("jobs"), name_of(pl.col("jobs") > 5), name_of((pl.col("jobs") > 5).alias("large"))
    ('jobs', 'jobs > 5', 'large')
    """
    if not isinstance(what, pl.Expr):
        return what
    name = what.meta.output_name()
    if name not in what.meta.root_names():
        return name
    told = re.sub(r'col\("([^"]*)"\)', r"\1", str(what))
    return re.sub(r'[\[\]()"]|dyn int: |dyn float: ', "", told)


def numbers(frame: pl.DataFrame, what: What) -> np.ndarray:
    """The column as floats, missing answers as NaN; infinite values and words are refused."""
    found = series(frame, what)
    if not (found.dtype.is_numeric() or found.dtype in (pl.Boolean, pl.Null)):
        raise BadInput(
            place=f"column '{found.name}'",
            problem=f"holds {found.dtype}, not numbers",
            remedy="Use shares() for categories, or convert the column to numbers first.",
        )
    values = found.cast(pl.Float64).to_numpy()
    # A finite sum proves that nothing is infinite or missing, in one pass and without a copy.
    if math.isfinite(values.sum()):
        return values
    infinite = np.isinf(values)
    if infinite.any():
        raise BadInput(
            place=f"column '{found.name}', row {int(np.argmax(infinite)) + 1}",
            problem="is infinite",
            remedy="Correct the value or mark it missing.",
        )
    return values


def dot(weights: np.ndarray, values: np.ndarray) -> float:
    """Sum of products, without the threads of the linear algebra library.

    Over a million rows those threads save nothing and, on a machine that others use, cost twenty times the
    work itself.
    """
    return float(np.einsum("i,i->", weights, values))


def gaps(values: np.ndarray) -> np.ndarray | None:
    """Which answers are missing; ``None`` where none is."""
    return None if math.isfinite(values.sum()) else np.isnan(values)


def complete_numbers(frame: pl.DataFrame, name: str) -> np.ndarray:
    """A numeric column without a single gap."""
    values = numbers(frame, name)
    missing = gaps(values)
    if missing is not None:
        raise BadInput(
            place=f"column '{name}', row {int(np.argmax(missing)) + 1}",
            problem="is missing",
            remedy="Fill it: this column describes the design and must be known for every row.",
        )
    return values


def indicator(frame: pl.DataFrame, what: What) -> np.ndarray:
    """A yes/no column as 1.0/0.0 with NaN for missing."""
    values = numbers(frame, what)
    wrong = ~(np.isnan(values) | (values == 0) | (values == 1))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadInput(
            place=f"column '{series(frame, what).name}', row {row + 1}",
            problem=f"is {values[row]:g}, neither yes/no nor 1/0",
            remedy="Give a true/false column or an expression such as pl.col('jobs') > 5.",
        )
    return values


def membership(frame: pl.DataFrame, what: What) -> np.ndarray:
    """Which rows a condition holds for; a row for which it is missing is refused."""
    inside = indicator(frame, what)
    missing = gaps(inside)
    if missing is not None:
        raise BadInput(
            place=f"the domain '{name_of(what)}', row {int(np.argmax(missing)) + 1}",
            problem="is neither inside nor outside (missing)",
            remedy="Decide where missing ones belong, for example with .fill_null(False).",
        )
    return inside == 1


def names(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """One name, several or none, as a tuple."""
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def compress(codes: np.ndarray, high: int) -> tuple[np.ndarray, np.ndarray]:
    """Renumber non-negative codes below ``high`` without gaps, keeping their order."""
    if high <= 4 * len(codes) + 1024:
        present = np.bincount(codes, minlength=high) > 0
        found = np.flatnonzero(present)
        return (np.cumsum(present) - 1)[codes], found
    found, renumbered = np.unique(codes, return_inverse=True)
    return renumbered, found


def coded(found: pl.Series) -> tuple[np.ndarray, list[object]]:
    """Whole-number codes in the sorted order of the values, and the values; gaps are refused.

    Sorted order makes every later step (random streams above all) independent of the order of rows.
    """
    if found.null_count():
        row = int(found.is_null().arg_max() or 0)
        raise BadInput(
            place=f"column '{found.name}', row {row + 1}",
            problem="is missing",
            remedy="Fill it: a row without it belongs to no stratum, cluster or group.",
        )
    if found.dtype.is_integer():
        values = found.to_numpy()
        low, high = int(values.min()), int(values.max())
        if high - low <= 4 * len(values) + 1024:
            codes, present = compress((values - low).astype(np.int64), high - low + 1)
            return codes, [int(v) for v in present + low]
    if found.dtype in (pl.String, pl.Categorical) or isinstance(found.dtype, pl.Enum):
        words = found.cast(pl.String)
        levels = words.unique().sort()
        return words.cast(pl.Enum(levels)).to_physical().to_numpy().astype(np.int64), levels.to_list()
    if found.dtype.is_float() and found.is_nan().any():
        raise BadInput(
            place=f"column '{found.name}'",
            problem="holds values that are not numbers",
            remedy="Fill them: a row without it belongs to no stratum, cluster or group.",
        )
    levels, codes = np.unique(found.to_numpy(), return_inverse=True)
    return codes.astype(np.int64), pl.Series(levels).to_list()


def crossed(frame: pl.DataFrame, columns: Iterable[str]) -> tuple[np.ndarray, list[tuple[object, ...]]]:
    """Codes for the combinations of several columns that occur, and those combinations, sorted."""
    codes: np.ndarray | None = None
    labels: list[tuple[object, ...]] = [()]
    for name in columns:
        more, levels = coded(column(frame, name))
        if codes is None:
            codes, labels = more, [(level,) for level in levels]
            continue
        pairs = codes * len(levels) + more
        codes, present = compress(pairs, len(labels) * len(levels))
        labels = [(*labels[p // len(levels)], levels[p % len(levels)]) for p in present]
    if codes is None:
        raise BadInput(place="the grouping", problem="names no column", remedy="Name at least one column.")
    return codes, labels
