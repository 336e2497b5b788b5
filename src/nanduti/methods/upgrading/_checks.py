"""Guards shared by the modules of this room: clean figures in, or a letter to a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import above_zero, amount, figure


def named(value: Any, place: str) -> Mapping[str, Any]:
    """Names with what belongs to each; nothing given is an empty table.

    >>> named(None, "weights"), named({"quality": 2}, "weights")
    ({}, {'quality': 2})
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise BadInput(
            place=place,
            problem=mark("is no table of names with values"),
            remedy=mark("Write it as name: value, a line for each name."),
        )
    return value


def listed(value: Any, place: str, *, n: int | None = None) -> Sequence[Any]:
    """A list, of ``n`` entries where that is fixed."""
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise BadInput(place=place, problem=mark("is not a list"), remedy=mark("Write [a, b, c]."))
    if n is not None and len(value) != n:
        raise BadInput(
            place=place,
            problem=f"has {len(value)} entries in place of {n}",
            remedy=mark("Give each of them; leave empty what is not known."),
        )
    return value


def whole(value: float, place: str, *, least: int = 0, most: int = 10**9) -> int:
    """A whole number from ``least`` to ``most``."""
    if not least <= figure(value, place) <= most or value != int(value):
        raise BadInput(
            place=f"{place} {value:g}",
            problem=f"is not a whole number from {least} to {most:,}",
            remedy=mark("Count anew."),
        )
    return int(value)


def part_of(part: float, whole: float, place: str) -> None:
    """Refuse a part that is larger than its whole, or a whole of nothing."""
    amount(part, place)
    above_zero(whole, f"{place}: the whole")
    if part > whole:
        raise BadInput(
            place=f"{place} {part:g} of {whole:g}",
            problem=mark("is more than there is"),
            remedy=mark("Count the part within the whole."),
        )


def columns(data: pl.DataFrame, wanted: Iterable[str]) -> None:
    """Refuse a table that lacks columns."""
    absent = [c for c in wanted if c not in data.columns]
    if absent:
        raise BadInput(
            place="columns " + ", ".join(map(repr, absent)),
            problem=mark("are not in the table"),
            remedy=mark("Add them; leave a cell empty where a figure is not known."),
        )


def numeric(data: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """The table with these columns as floats; NaN and infinities become null, words are refused."""
    names = list(names)
    for name in names:
        if not data[name].dtype.is_numeric() and data[name].dtype != pl.Null:
            raise BadInput(
                place=f"column {name!r}",
                problem=mark("holds no numbers"),
                remedy=mark("Enter digits; leave empty what is not known."),
            )
    clean = [
        pl.when(pl.col(n).cast(pl.Float64).is_finite()).then(pl.col(n).cast(pl.Float64)).alias(n)
        for n in names
    ]
    return data.with_columns(clean)


def not_negative(data: pl.DataFrame, names: Iterable[str], key: str) -> None:
    """Refuse negative cells, naming row and column."""
    for name in names:
        wrong = data.filter(pl.col(name) < 0)
        if wrong.height:
            raise BadInput(
                place=f"column {name!r} of {wrong[key][0]!r}",
                problem=mark("is negative"),
                remedy=mark("Enter zero or more."),
            )


def once(data: pl.DataFrame, keys: list[str]) -> None:
    """Refuse rows whose key stands twice."""
    twice = data.filter(pl.struct(keys).is_duplicated())
    if twice.height:
        raise BadInput(
            place=" and ".join(repr(v) for v in twice.select(keys).row(0)),
            problem=mark("stands twice in the table"),
            remedy=mark("Keep one row for each."),
        )
