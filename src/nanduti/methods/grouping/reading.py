"""Reading tables of firms: identifiers, columns, lists within cells, pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import polars as pl

from nanduti.methods.values import BadInput


def identifiers(table: pl.DataFrame, column: str) -> tuple[str, ...]:
    """The sorted identifiers of a table; every row needs its own."""
    names = values_of(table, column)
    for row, name in enumerate(names, 1):
        if not isinstance(name, str) or not name:
            raise BadInput(
                place=f"column {column!r}, row {row}",
                problem="has no text as identifier",
                remedy="Give every row a code of its own, as text.",
            )
    ordered = sorted(names)
    for before, after in pairwise(ordered):
        if before == after:
            raise BadInput(
                place=f"{column} {after!r}",
                problem="stands twice in the table",
                remedy="Keep one row for each.",
            )
    return tuple(ordered)


def values_of(table: pl.DataFrame, column: str, *, ordered: bool = False) -> list[Any]:
    """A column as Python values: ``None`` where not known, a frozenset (or an ordered list) for many values.

    Text with semicolons counts as a list, as survey tools export several choices.
    """
    if not isinstance(table, pl.DataFrame):
        raise BadInput(
            place="the table", problem="is not a Polars data frame", remedy="Pass polars.DataFrame(...)."
        )
    if column not in table.columns:
        raise BadInput(
            place=f"column {column!r}",
            problem="is not in the table",
            remedy=f"The table has {', '.join(table.columns) or 'no columns'}.",
        )
    return [_cell(v, ordered) for v in table[column].to_list()]


def _cell(value: Any, ordered: bool) -> Any:
    if value is None or value == "" or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, str) and ";" in value:
        value = [part.strip() for part in value.split(";") if part.strip()]
    if isinstance(value, (list, tuple)):
        known = [v for v in value if v is not None]
        return list(known) if ordered else frozenset(known)
    return [value] if ordered else value


def pairs_of(
    pairs: Iterable[Sequence[str]], at: Mapping[str, int], place: str
) -> tuple[tuple[int, int], ...]:
    """Pairs of firm names as sorted pairs of positions, each once; a firm with itself is refused."""
    found = set()
    for pair in pairs:
        if isinstance(pair, str) or len(pair) < 2:
            raise BadInput(
                place=f"{place}, {pair!r}", problem="is not a pair of firms", remedy="Give (firm, firm)."
            )
        a, b = pair[0], pair[1]
        for firm in (a, b):
            if firm not in at:
                raise BadInput(
                    place=f"{place}, firm {firm!r}",
                    problem="is not on the list",
                    remedy="Correct the name or add the firm.",
                )
        if a == b:
            raise BadInput(
                place=f"{place}, firm {a!r}", problem="is paired with itself", remedy="Name two firms."
            )
        found.add((min(at[a], at[b]), max(at[a], at[b])))
    return tuple(sorted(found))
