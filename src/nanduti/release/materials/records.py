"""Records one by one: chosen columns, some of them keys that outsiders may know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nanduti.methods.values import mark
from nanduti.programme.models import Programme

from ..errors import MaterialUnclear
from .model import ID, ColumnInfo, Material
from .spec import as_dimension, info_of, need_column, population_of, units_of, with_ids
from .tables import sources

MOST_COLUMNS = 40


def load(programme: Programme, spec: Mapping[str, Any]) -> Material:
    """The records with the columns that shall leave: choices as text, numbers in classes."""
    names = list(dict.fromkeys(spec.get("columns") or ()))
    keys = [k for k in dict.fromkeys(spec.get("keys") or ()) if k in names]
    if not names or not keys or len(names) > MOST_COLUMNS:
        raise MaterialUnclear(
            problem=mark("Records need columns, and at least one of them is known outside."),
            what_to_do=mark("Say which columns a neighbour or a competitor could know: town, trade, size."),
        )
    units = units_of(programme, spec, names)
    for name in names:
        need_column(units, name)
    frame, columns = with_ids(units), {}
    recode = spec.get("recode") or {}
    for name in names:
        info = info_of(units, name)
        if info.kind == "text" and name != "trade":
            raise MaterialUnclear(
                problem=mark("What people wrote in their own words cannot leave one by one."),
                what_to_do=mark("Leave such columns out."),
            )
        # Numbers too: the exact turnover of one firm is as good as its name.
        frame, columns[name] = as_dimension(frame, info, recode.get(name))
    if not frame.height:
        raise MaterialUnclear(
            problem=mark("There is no record to release."),
            what_to_do=mark("Choose other clusters or another wave."),
        )
    return Material(
        "microdata",
        frame.select(ID, *names),
        columns,
        keys=tuple(keys),
        population=population_of(programme, units),
        sources=sources(units),
    )


def sensitive_columns(columns: Mapping[str, ColumnInfo], keys: tuple[str, ...]) -> list[str]:
    """What must not be learnt: what was told in confidence and is no key."""
    return [name for name, info in columns.items() if name not in keys and info.sensitivity != "open"]
