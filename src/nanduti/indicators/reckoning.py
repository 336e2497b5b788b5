"""From units and definitions to figures: for all clusters, each of them, and each group of each dimension.

The arithmetic is :mod:`nanduti.methods.instruments.figures`; where a chance sample was drawn, that of
:mod:`nanduti.methods.sampling`. Here they meet the records.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from nanduti.methods import sampling
from nanduti.methods.instruments import figures as methods
from nanduti.methods.instruments.formula_reading import Column
from nanduti.methods.instruments.formulas import Understood, rows, understand
from nanduti.methods.values import BadInput, PersonError

from .definitions import IndicatorDefinition
from .unit_columns import UnitColumn
from .units import ASIDE, BASE, Units

if TYPE_CHECKING:
    from nanduti.register.models import Cluster
    from nanduti.surveys.models import Wave

    from .models import IndicatorVersion

ALL = ""
UNKNOWN = "?"
NO_SUCH_QUESTION = "indicators.no_such_question"
# Dimensions with more groups than this are no disaggregation but a list of names.
MOST_GROUPS = 60


@dataclass
class Cell:
    """One figure; ``value`` is None where nothing can be said, and then ``reason`` is the code of why."""

    n: int = 0
    n_asked: int = 0
    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    method: str = ""

    def as_json(self, group: str) -> dict[str, Any]:
        told = {"group": group, **{k: v for k, v in vars(self).items() if v not in (None, "")}}
        return told | {"n": self.n, "n_asked": self.n_asked}


@dataclass
class Figures:
    """What one indicator came to: by cluster ("" for all) the whole, and by dimension its groups."""

    definition: IndicatorDefinition
    whole: dict[str, Cell] = field(default_factory=dict)
    groups: dict[str, dict[str, dict[str, Cell]]] = field(default_factory=dict)
    problem: PersonError | None = None

    def of(self, cluster: str = ALL) -> Cell:
        """The figure of a cluster, or of all."""
        return self.whole.get(cluster) or Cell(
            reason=NO_SUCH_QUESTION if self.problem else "indicators.nobody"
        )


@dataclass(frozen=True)
class Reckoned:
    """One form in one wave (or in all answers so far), worked out and not yet written down."""

    versions: Sequence[IndicatorVersion]
    figures: Mapping[str, Figures]
    clusters: Sequence[Cluster]
    digest: str
    about: Mapping[str, Any]
    wave: Wave | None = None


def formula_columns(columns: Mapping[str, UnitColumn]) -> dict[str, Column]:
    """Columns as formulas take them. What may be said of a place or a cluster is not limited to those that occur."""
    return {
        name: Column(c.kind, frozenset() if name in ("cluster", "place") else frozenset(c.choices), c.repeat)
        for name, c in columns.items()
    }


def columns_of(units: Units) -> dict[str, Column]:
    """The columns of a unit frame as formulas take them."""
    return formula_columns({n: c for n, c in units.columns.items() if c.repeat or n in units.frame.columns})


def needed(definitions: Sequence[IndicatorDefinition]) -> list[str]:
    """The names of questions that definitions mention, so that no others need be read."""
    from nanduti.methods.instruments.check_language import NotACheck, names_in, parse
    from nanduti.methods.instruments.formula_reading import FUNCTIONS

    names: dict[str, None] = {}
    for one in definitions:
        names |= dict.fromkeys(n for n in one.disaggregations if n not in BASE)
        names |= {one.formula.over: None} if one.formula.over else {}
        for text in (one.formula.of, one.formula.per, one.formula.among):
            try:
                names |= dict.fromkeys(names_in(parse(text, FUNCTIONS)) if text else ())
            except NotACheck:
                continue  # told where the formula is held against the form
    return list(names)


def reckon(
    definitions: Sequence[IndicatorDefinition], units: Units, clusters: Sequence[str]
) -> dict[str, Figures]:
    """Every definition over the units, by code; what does not fit the form says so in ``problem``."""
    columns = columns_of(units)
    found = {d.code: Figures(d) for d in definitions}
    fit: dict[str, Understood] = {}
    for one in definitions:
        try:
            fit[one.code] = understand(one.formula, columns, f"indicator “{one.code}”, formula")
        except BadInput as problem:
            found[one.code].problem = problem
    for dimension, codes in _dimensions(definitions, fit, units).items():
        _fill(found, {code: fit[code] for code in codes}, units, dimension)
    if units.sampled is not None and units.sampled.is_weighted:
        for code, one in fit.items():
            _weigh(found[code], one, units)
    for figures in found.values():
        for cluster in clusters:
            figures.whole.setdefault(
                cluster, Cell(reason=NO_SUCH_QUESTION if figures.problem else "indicators.nobody")
            )
    return found


def _dimensions(
    definitions: Sequence[IndicatorDefinition], fit: Mapping[str, Understood], units: Units
) -> dict[str, list[str]]:
    """Dimension ("" for the whole) → the indicators that are told by it and may be."""
    by: dict[str, list[str]] = {"": list(fit)}
    for one in definitions:
        for name in one.disaggregations:
            if one.code in fit and _may_divide(units, name, one.formula.over):
                by.setdefault(name, []).append(one.code)
    return by


def _may_divide(units: Units, name: str, over: str) -> bool:
    column = units.columns.get(name)
    if column is None or name == "cluster" or column.repeat not in ("", over):
        return False  # clusters have measurements of their own
    if column.kind in ("number", "date", "moment"):
        return False
    if column.repeat or isinstance(units.frame.schema[name], pl.List) or column.choices:
        return True
    return units.frame[name].n_unique() <= MOST_GROUPS


def _fill(found: dict[str, Figures], formulas: dict[str, Understood], units: Units, dimension: str) -> None:
    """All clusters and each, for one dimension; with several answers to a question a firm stands in several groups."""
    own = [dimension] if dimension else []
    made = methods.figures(formulas, units.frame, units.repeats, by=[tuple(own), ("cluster", *own)])
    for table in made:
        for row in table.iter_rows(named=True):
            cluster = row.get("cluster", ALL)
            if cluster is None:
                cluster = UNKNOWN
            cell = Cell(
                row["n"],
                row["n_asked"],
                row["numerator"],
                row["denominator"],
                row["value"],
                reason=row["reason"] or "",
            )
            figures = found[row["code"]]
            if dimension:
                groups = figures.groups.setdefault(dimension, {}).setdefault(cluster, {})
                groups[UNKNOWN if row[dimension] is None else row[dimension]] = cell
            else:
                figures.whole[cluster] = cell


# --- samples


def _weigh(figures: Figures, formula: Understood, units: Units) -> None:
    """Put estimates for everybody in place of the figures of those asked; who was not drawn stands in none of them."""
    groups = [d for d in figures.groups if not units.columns[d].repeat and units.columns[d].kind != "choices"]
    lines = rows(formula, units.frame, units.repeats, ["cluster", "_stratum", "_population", *groups])
    lines = lines.filter(pl.col("_population").is_not_null(), pl.col("asked"))
    if formula.formula.over or lines.is_empty():
        for cell in _every_cell(figures):
            cell.method = "unweighted"
        return
    lines = lines.with_columns(pl.col("cluster", *groups).fill_null(UNKNOWN))
    design = sampling.SurveyDesign(lines, strata="_stratum", fpc="_population", lonely_psu="adjust")
    _estimate(design, formula, {ALL: figures.whole[ALL]}, ())
    _estimate(design, formula, figures.whole, ("cluster",))
    for dimension in figures.groups:
        cells = figures.groups[dimension]
        if dimension not in groups:
            for inner in cells.values():
                for cell in inner.values():
                    cell.method = "unweighted"
            continue
        _estimate(design, formula, cells.get(ALL, {}), (dimension,))
        for cluster, inner in cells.items():
            if cluster != ALL and (lines["cluster"] == cluster).any():
                _estimate(design.where(pl.col("cluster") == cluster), formula, inner, (dimension,))


def _every_cell(figures: Figures) -> list[Cell]:
    inner = [cell for by in figures.groups.values() for cells in by.values() for cell in cells.values()]
    return [*figures.whole.values(), *inner]


def _estimate(
    design: sampling.SurveyDesign, formula: Understood, cells: Mapping[str, Cell], by: Sequence[str]
) -> None:
    kind, times = formula.formula.kind, formula.formula.times
    statistic, more = {
        "share": ("proportion", {}), "count": ("total", {}), "total": ("total", {}), "mean": ("mean", {}),
        "median": ("quantile", {"probability": 0.5}), "ratio": ("ratio", {"denominator": "whole"}),
    }[kind]  # fmt: skip
    name = by[0] if by else "_all"
    if not by:
        design = design.changed(frame=design.frame.with_columns(pl.lit(ALL).alias("_all")))
    table = design.by("part", name, statistic=statistic, missing="leave_out", **more)
    for row in table.iter_rows(named=True):
        cell = cells.get(row[name])
        if cell is None or cell.reason:
            continue
        if row["estimate"] is None or row["estimate"] != row["estimate"]:
            cell.value, cell.reason = None, "indicators.no_estimate"
            continue
        cell.value, cell.method = row["estimate"] * times, "estimate"
        cell.low = None if row["low"] is None else row["low"] * times
        cell.high = None if row["high"] is None else row["high"] * times


# --- what it was worked out from


def digest_of(units: Units, names: Sequence[str]) -> str:
    """A fingerprint of what went in: the same answers give the same one, in whatever order they arrived."""
    own = [n for n in [*BASE, *ASIDE, "_stratum", "_population", *names] if n in units.frame.columns]
    frame = units.frame.select(list(dict.fromkeys(own))).sort("pseudonym", "_submission", nulls_last=True)
    said = hashlib.sha256()
    for part in (frame, *(units.repeats[name] for name in sorted(units.repeats))):
        held = io.BytesIO()
        part.write_ndjson(held)
        said.update(held.getbuffer())
    return said.hexdigest()
