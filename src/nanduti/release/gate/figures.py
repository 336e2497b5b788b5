"""Indicators through the gate: the tables behind them are protected, and a figure is shown only where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from nanduti.methods.values import Reason, flag, mark

from ..materials.figures import COMMUNITY, Figure, FigureMaterial, titles
from ..materials.model import TOTAL
from .ledger import Entry
from .result import FEW, VALUE, WHY, Checked, CheckedPart
from .tables import SOURCE
from .tables import check as check_tables

SCHEMA = {
    "code": pl.String, "cluster": pl.String, "group": pl.String, "value": pl.Float64, "unit": pl.String,
    WHY: pl.String,
}  # fmt: skip
FIGURES = 3


def check(
    material: FigureMaterial,
    protection: Mapping[str, Any],
    earlier: Sequence[Entry],
    *,
    title: str,
    beside: Sequence[Entry] = (),
) -> Checked:
    """One table of figures: null where too few stand behind it, or where it would give another away."""
    asked = {**protection, "method": "suppress"}
    inner = check_tables(material, asked, earlier, title=title, secret=b"", may_leave_out=True, beside=beside)
    by_code = {p.name: p for p in inner.parts}
    rows = [row for f in material.figures for row in _rows(f, by_code.get(f.definition.code), material.by)]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    hidden = frame[WHY].is_not_null().sum()
    part = CheckedPart(
        "indicators", {"en": "Indicators", "es": "Indicadores"}, "indicators", frame, (), "", frame.height,
        int(hidden), None,
    )  # fmt: skip
    verdicts = list(inner.verdicts)
    if material.left_out:
        told = Reason(
            "release.figures.left_out",
            mark("Left out, because they do not fit the form or are medians: {codes}."),
            {"codes": ", ".join(material.left_out)},
        )
        verdicts.append(flag(told, source=SOURCE))
    return replace(inner, parts=(part,), verdicts=tuple(verdicts), columns=_columns(material))


def _rows(figure: Figure, part: CheckedPart | None, by: str) -> list[tuple[Any, ...]]:
    """A line for each cell; where the table behind it has a hole, so has the figure."""
    one = figure.definition
    holes = _holes(figure, part, by)
    found = []
    for (cluster, group), cell in figure.cells.items():
        why = holes.get((cluster, group), FEW) if part is not None else FEW
        value = None if why or cell.value is None else _rounded(cell.value)
        label = "" if group == TOTAL else f"{by}={group}"
        found.append((one.code, cluster, label, value, one.unit.get("en", ""), why or None))
    return found


def _rounded(value: float) -> float:
    """To three figures: nobody needs more, and from fewer nobody computes back."""
    return float(f"{value:.{FIGURES}g}")


def _holes(figure: Figure, part: CheckedPart | None, by: str) -> dict[tuple[str, str], str]:
    """(cluster, group) → why it is hidden, "" where it may be shown."""
    found: dict[tuple[str, str], str] = {}
    if part is None:
        return found
    for row in part.frame.iter_rows(named=True):
        at = (row[COMMUNITY], row[by] if by else TOTAL)
        why = "" if row[VALUE] is not None else (row[WHY] or FEW)
        if not found.get(at):
            found[at] = why
    return found


def _columns(material: FigureMaterial) -> dict[str, dict[str, Any]]:
    """The dictionary of the published table."""
    cluster = material.columns[COMMUNITY].as_dict()
    found = {
        "code": {
            "name": "code", "labels": {"en": "Indicator", "es": "Indicador"}, "kind": "choice", "unit": "",
            "codes": titles(material.figures), "source": "",
        },
        COMMUNITY: cluster,
        "group": {
            "name": "group", "labels": {"en": "Group", "es": "Grupo"}, "kind": "text", "unit": "", "codes": {},
            "source": "",
        },
    }  # fmt: skip
    if material.by:
        info = material.columns[material.by]
        found["group"]["labels"] = dict(info.labels)
        found["group"]["codes"] = {f"{material.by}={code}": dict(said) for code, said in info.codes.items()}
    return found
