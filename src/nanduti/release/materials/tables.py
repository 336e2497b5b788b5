"""A table: counts of records, or sums of a number, by up to three columns; and the sheets for communities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
from django.utils import translation

from nanduti.indicators.units import Units
from nanduti.interface import words
from nanduti.methods.values import mark
from nanduti.programme.models import Programme

from ..errors import MaterialUnclear
from . import register
from .model import HOLDER, ID, ColumnInfo, Material, Part
from .spec import as_dimension, info_of, need_column, population_of, units_of, with_ids

MOST_DIMS = 3
COUNT = {"en": "Number of firms", "es": "Cantidad de empresas"}


def load(programme: Programme, spec: Mapping[str, Any]) -> Material:
    """The records and the one table that is asked of them."""
    dims = list(dict.fromkeys(spec.get("dims") or ()))
    measure = spec.get("measure") or None
    if not 1 <= len(dims) <= MOST_DIMS or measure in dims:
        raise MaterialUnclear(
            problem=mark("A table needs one to three columns to break figures down by."),
            what_to_do=mark("Choose them; the number that is added up is none of them."),
        )
    units = register.read(programme, spec) if register.is_enough(spec) else None
    if units is not None:
        records = units.frame
    else:
        units = units_of(programme, spec, [*dims, *([measure] if measure else [])])
        records = with_ids(units)
    frame, columns = prepare(units, records, dims, measure, spec.get("recode") or {})
    labels = columns[measure].labels if measure else COUNT
    notes = [left_out(measure_missing(units, measure), columns[measure])] if measure else []
    return Material(
        "table",
        frame,
        columns,
        (Part("table", labels, tuple(dims), measure),),
        population=population_of(programme, units),
        sources=sources(units),
        notes=tuple(n for n in notes if n),
    )


def prepare(
    units: Units, frame: pl.DataFrame, dims: list[str], measure: str | None, recode: Mapping[str, Any]
) -> tuple[pl.DataFrame, dict[str, ColumnInfo]]:
    """The records with its dimensions as text and its measure as a number, and nobody in it but those who have one."""
    for name in [*dims, *([measure] if measure else [])]:
        need_column(units, name)
    columns: dict[str, ColumnInfo] = {}
    if measure:
        if units.kind(measure) != "number":
            raise MaterialUnclear(
                problem=mark("Only numbers can be added up."),
                what_to_do=mark("Choose a question whose answer is a number."),
            )
        columns[measure] = info_of(units, measure)
        frame = frame.filter(pl.col(measure).is_not_null())
        if frame.height and float(frame[measure].cast(pl.Float64).min() or 0) < 0:
            raise MaterialUnclear(
                problem=mark("Some of the numbers to be added up are below nought."),
                what_to_do=mark("The rules on large contributors have no meaning then; count firms instead."),
            )
    for name in dims:
        frame, columns[name] = as_dimension(frame, info_of(units, name), recode.get(name))
    kept = [ID, *([HOLDER] if HOLDER in frame.columns else []), *dims, *([measure] if measure else [])]
    if not frame.height:
        raise MaterialUnclear(
            problem=mark("There is no record to make a table of."),
            what_to_do=mark("Choose other clusters, another wave or other columns."),
        )
    return frame.select(kept), columns


def measure_missing(units: Units, measure: str | None) -> int:
    """How many records have no number to add."""
    return units.frame[measure].null_count() if measure and measure in units.frame.columns else 0


def left_out(n: int, column: ColumnInfo) -> dict[str, str]:
    """That some are not in it: never as a number, which would tell on few."""
    if not n:
        return {}
    name = column.labels.get("en") or column.name
    name_es = column.labels.get("es") or name
    return {
        "en": f"Firms that gave no figure for “{name}” are left out.",
        "es": f"Las empresas que no dieron un dato sobre «{name_es}» no están incluidas.",
    }


def sources(units: Units) -> tuple[dict[str, str], ...]:
    """Where the figures come from; without the number of answers, which is a figure itself."""
    said = []
    for citation in units.sources:
        days = [d for d in (citation.first_on, citation.last_on) if d]
        said.append(
            {
                language: ", ".join(
                    filter(None, [citation.title.get(language, ""), _days_said(days, language)])
                )
                for language in ("en", "es")
            }
        )
    if units.wave is not None:
        said.append({"en": f"Wave: {units.wave}", "es": f"Oleada: {units.wave}"})
    return tuple(said)


def _days_said(days: list[date], language: str) -> str:
    """The first and the last day, in words of that language."""
    with translation.override(language):
        return " – ".join(dict.fromkeys(words.day(day) for day in days))
