"""Indicators: for each firm what goes into each figure, so that the gate can see who stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from nanduti.indicators import queries as indicators
from nanduti.indicators.definitions import IndicatorDefinition
from nanduti.indicators.reckoning import ALL, UNKNOWN, Cell, columns_of, needed, reckon
from nanduti.indicators.units import Units
from nanduti.methods.instruments.formulas import rows, understand
from nanduti.methods.values import BadInput, mark
from nanduti.programme.models import Programme

from ..errors import MaterialUnclear
from .model import HOLDER, ID, NO_ANSWER, TOTAL, ColumnInfo, Material, Part
from .spec import REGISTER, as_dimension, info_of, need_column, population_of, units_of, with_ids
from .tables import sources

MOST_CODES = 40
COMMUNITY = "cluster"
HIT = {"yes": {"en": "yes", "es": "sí"}, "no": {"en": "no", "es": "no"}}
COUNTED = ("share", "count")


@dataclass(frozen=True)
class Figure:
    """An indicator with its value in each cell; ``cells``: (cluster, group) → figure; "_total" is all."""

    definition: IndicatorDefinition
    part: str
    is_counted: bool
    cells: Mapping[tuple[str, str], Cell]


@dataclass(frozen=True)
class FigureMaterial(Material):
    """The records behind the figures, and the figures themselves; ``by`` is the column they are broken down by."""

    figures: tuple[Figure, ...] = ()
    by: str = ""
    left_out: tuple[str, ...] = ()


def load(programme: Programme, spec: Mapping[str, Any]) -> FigureMaterial:
    """The indicators that are asked for, worked out anew from the answers of one round."""
    chosen = _definitions(programme, spec)
    by = str(spec.get("by") or "")
    units = units_of(programme, spec, [*needed(chosen), *([by] if by else [])])
    units = replace(units, frame=units.frame.with_row_index("_unit"))
    frame, columns = with_ids(units), {}
    frame, columns[COMMUNITY] = as_dimension(frame, info_of(units, COMMUNITY), None)
    dims = [COMMUNITY]
    if by and by != COMMUNITY:
        need_column(units, by)
        frame, columns[by] = as_dimension(frame, info_of(units, by), None)
        dims.append(by)
    if not frame.height:
        raise MaterialUnclear(
            problem=mark("Nobody has answered yet, so there is nothing to work out."),
            what_to_do=mark("Choose another round or instrument."),
        )
    reckoned = reckon(
        [replace(d, disaggregations=(by,) if len(dims) > 1 else ()) for d in chosen],
        units,
        [ALL, *columns[COMMUNITY].codes],
    )
    parts, figures, left_out = [], [], []
    for one in chosen:
        made = _behind(frame, units, one)
        if made is None or one.formula.kind == "median":
            left_out.append(one.code)
            continue
        frame, name, counted = made
        info = ColumnInfo(
            name, dict(one.title), "choice" if counted else "number", codes=HIT if counted else {}
        )
        columns[name] = info
        parts.append(
            Part(
                one.code,
                dict(one.title),
                (*dims, name) if counted else tuple(dims),
                None if counted else name,
            )
        )
        cells = _cells(reckoned[one.code].whole, reckoned[one.code].groups.get(by, {}))
        figures.append(Figure(one, name, counted, cells))
    kept = [ID, *([HOLDER] if HOLDER in frame.columns else []), *dims, *(f.part for f in figures)]
    return FigureMaterial(
        "indicators", frame.select(kept), columns, tuple(parts), population=population_of(programme, units),
        sources=sources(units), figures=tuple(figures), by=dims[1] if len(dims) > 1 else "", left_out=tuple(left_out),
    )  # fmt: skip


def _definitions(programme: Programme, spec: Mapping[str, Any]) -> list[IndicatorDefinition]:
    codes = list(dict.fromkeys(spec.get("codes") or ()))
    known = {d.code: d for d in indicators.definitions(programme)}
    found = [known[c] for c in codes if c in known]
    if not 1 <= len(found) <= MOST_CODES:
        raise MaterialUnclear(
            problem=mark("No indicator that the programme uses is chosen."),
            what_to_do=mark("Choose one to forty of them."),
        )
    return found


def offered(programme: Programme, source: str) -> list[IndicatorDefinition]:
    """The indicators that can be worked out from a source."""
    rows_ = indicators.current_versions(programme=programme).filter(indicator__is_used=True)
    if source == REGISTER:
        rows_ = rows_.filter(indicator__instrument__isnull=True)
    else:
        rows_ = rows_.filter(indicator__instrument__code=source.partition(":")[2])
    return [version.said for version in rows_]


def _behind(
    frame: pl.DataFrame, units: Units, one: IndicatorDefinition
) -> tuple[pl.DataFrame, str, bool] | None:
    """The frame with what each firm puts into the figure: whether it is one of them, or how much."""
    try:
        understood = understand(one.formula, columns_of(units), f"indicator “{one.code}”, formula")
    except BadInput:
        return None
    lines = rows(understood, units.frame, units.repeats).filter("asked", pl.col("part").is_not_null())
    firms = lines.group_by("_unit").agg(pl.col("part").sum(), pl.len().alias("_rows"))
    name = f"{one.code}_part"
    counted = one.formula.kind in COUNTED and not one.formula.over
    value = (
        pl.when(pl.col("part") > 0).then(pl.lit("yes")).otherwise(pl.lit("no")) if counted else pl.col("part")
    )
    firms = firms.select(pl.col("_unit").cast(frame.schema["_unit"]), value.alias(name))
    return frame.join(firms, on="_unit", how="left", maintain_order="left"), name, counted


def _cells(
    whole: Mapping[str, Cell], groups: Mapping[str, Mapping[str, Cell]]
) -> dict[tuple[str, str], Cell]:
    """(cluster, group) → figure, in the words of tables."""
    found = {(_code(cluster, ALL), TOTAL): cell for cluster, cell in whole.items()}
    for cluster, inner in groups.items():
        for group, cell in inner.items():
            found[_code(cluster, ALL), _code(group)] = cell
    return found


def _code(code: str, total: str | None = None) -> str:
    if total is not None and code == total:
        return TOTAL
    return NO_ANSWER if code == UNKNOWN else str(code)


def titles(figures: Sequence[Figure]) -> dict[str, Mapping[str, str]]:
    """Code → title, for the dictionary."""
    return {f.definition.code: dict(f.definition.title) for f in figures}
