"""Sheets for communities and firms: a few questions, each by community; what a firm's own answer is held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from nanduti.methods.values import mark
from nanduti.programme.models import Programme

from ..errors import MaterialUnclear
from .model import HOLDER, ID, ColumnInfo, Material, Part
from .spec import as_dimension, info_of, need_column, population_of, units_of, with_ids
from .tables import sources

MOST_QUESTIONS = 12
COMMUNITY = "cluster"


def load(programme: Programme, spec: Mapping[str, Any]) -> Material:
    """For each question a table by community: counts of each answer, or the mean of a number."""
    questions = list(dict.fromkeys(spec.get("questions") or ()))
    if not 1 <= len(questions) <= MOST_QUESTIONS:
        raise MaterialUnclear(
            problem=mark("A sheet needs one to twelve questions."),
            what_to_do=mark("Choose those that people will want to talk about."),
        )
    units = units_of(programme, spec, questions)
    frame, columns = with_ids(units), {}
    frame, columns[COMMUNITY] = as_dimension(frame, info_of(units, COMMUNITY), None)
    recode = spec.get("recode") or {}
    parts = []
    for name in questions:
        need_column(units, name)
        info = info_of(units, name)
        if info.kind == "number" and not recode.get(name):
            frame, columns[name] = _number(frame, info), info
            parts.append(Part(name, info.labels, (COMMUNITY,), name, as_mean=True))
        else:
            frame, columns[name] = as_dimension(frame, info, recode.get(name))
            parts.append(Part(name, info.labels, (COMMUNITY, name)))
    if not frame.height:
        raise MaterialUnclear(
            problem=mark("Nobody has answered yet, so there is nothing to put on a sheet."),
            what_to_do=mark("Choose another round or instrument."),
        )
    kept = [ID, *([HOLDER] if HOLDER in frame.columns else []), COMMUNITY, *questions]
    return Material(
        "sheet",
        frame.select(kept),
        columns,
        tuple(parts),
        population=population_of(programme, units),
        sources=sources(units),
    )


def _number(frame: pl.DataFrame, info: ColumnInfo) -> pl.DataFrame:
    frame = frame.with_columns(pl.col(info.name).cast(pl.Float64, strict=False))
    least = frame[info.name].min()
    if frame[info.name].drop_nulls().is_empty() or (isinstance(least, float) and least < 0):
        raise MaterialUnclear(
            problem=mark("One of the numbers was never given, or is below nought somewhere."),
            what_to_do=mark("Leave it out, or cut it into classes."),
        )
    return frame
