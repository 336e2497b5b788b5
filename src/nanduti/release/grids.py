"""A published (or checked) table as a page shows it: rows against columns, hidden cells marked, a bar for each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from nanduti.foundation.languages import tongue
from nanduti.interface import words
from nanduti.interface.pictures import bars

from .gate.result import FEW, VALUE, WHY
from .materials.model import NO_ANSWER, TOTAL

MOST_ROWS, MOST_COLUMNS, MOST_GRIDS = 200, 30, 40


@dataclass(frozen=True)
class GridCell:
    """A figure, or that it is hidden and (inside) why."""

    text: str
    why: str = ""
    is_hidden: bool = False
    is_total: bool = False


@dataclass(frozen=True)
class GridRow:
    label: str
    cells: list[GridCell]
    bar: SafeString | str = ""
    is_total: bool = False


@dataclass(frozen=True)
class Grid:
    """One table: what stands above it, its headings and rows."""

    caption: str
    corner: str
    headings: list[str]
    rows: list[GridRow]
    has_bars: bool = False


def said(labels: Mapping[str, str], fallback: str = "") -> str:
    """In the reader's language."""
    return labels.get(tongue()) or labels.get("en") or fallback


def code_said(columns: Mapping[str, Any], dim: str, code: str) -> str:
    """A code in words."""
    if code == TOTAL:
        return _("All")
    if code == NO_ANSWER:
        return _("not answered")
    return said(columns.get(dim, {}).get("codes", {}).get(code, {}), code)


def grids(
    part: Mapping[str, Any], frame: pl.DataFrame, columns: Mapping[str, Any], *, with_reasons: bool = False
) -> list[Grid]:
    """The part as tables that can be read: a third dimension makes one for each of its codes."""
    dims: Sequence[str] = part["dims"]
    rows_dim = dims[0]
    across = dims[1] if len(dims) > 1 else None
    apart = dims[2] if len(dims) > 2 else None
    pages = _codes(frame, apart)[:MOST_GRIDS] if apart else [None]
    found = []
    for code in pages:
        mine = frame.filter(pl.col(apart) == code) if apart and code is not None else frame
        caption = said(part["labels"], part["name"])
        if apart and code is not None:
            caption += f" · {said(columns[apart]['labels'], apart)}: {code_said(columns, apart, code)}"
        found.append(_grid(mine, caption, rows_dim, across, columns, with_reasons))
    return found


def _codes(frame: pl.DataFrame, dim: str) -> list[str]:
    """In the order they stand in, the total last."""
    codes = frame[dim].unique(maintain_order=True).to_list()
    return [c for c in codes if c != TOTAL] + [c for c in codes if c == TOTAL]


def _grid(
    frame: pl.DataFrame,
    caption: str,
    rows_dim: str,
    across: str | None,
    columns: Mapping[str, Any],
    with_reasons: bool,
) -> Grid:
    at = {(r[rows_dim], r[across] if across else None): r for r in frame.iter_rows(named=True)}
    row_codes = _codes(frame, rows_dim)[:MOST_ROWS]
    column_codes: list[str | None] = list(_codes(frame, across)[:MOST_COLUMNS]) if across else [None]
    measure = TOTAL if across else None
    longest = max([at[r, measure][VALUE] or 0 for r in row_codes if r != TOTAL and (r, measure) in at] or [0])
    rows = []
    for row in row_codes:
        cells = [
            _cell(at.get((row, column)), with_reasons, is_total=TOTAL in (row, column))
            for column in column_codes
        ]
        value = at[row, measure][VALUE] if (row, measure) in at else None
        bar = bars.bar(value, whole=longest or 1) if row != TOTAL and value is not None else ""
        rows.append(GridRow(code_said(columns, rows_dim, row), cells, bar, row == TOTAL))
    headings = [code_said(columns, across, c) for c in column_codes] if across else [_("Figure")]
    return Grid(caption, said(columns[rows_dim]["labels"], rows_dim), headings, rows, longest > 0)


def _cell(row: Mapping[str, Any] | None, with_reasons: bool, *, is_total: bool) -> GridCell:
    if row is None:
        return GridCell("–", is_total=is_total)
    if row[VALUE] is None:
        why = ""
        if with_reasons:
            few = row.get(WHY) == FEW
            why = _("too few, or one that stands out") if few else _("would give another away")
        return GridCell(_("hidden"), why, is_hidden=True, is_total=is_total)
    value = row[VALUE]
    return GridCell(words.number(round(value, 2) if isinstance(value, float) else value), is_total=is_total)


@dataclass(frozen=True)
class RecordTable:
    """The first of the records, for a look."""

    headings: list[str]
    rows: list[list[str]]
    n: int


def records(frame: pl.DataFrame, columns: Mapping[str, Any], most: int = 10) -> RecordTable:
    """The first rows with their codes in words."""
    names = [c for c in frame.columns if c != WHY]
    rows = [
        [_("blank") if v is None else code_said(columns, n, str(v)) for n, v in zip(names, row)]
        for row in frame.select(names).head(most).iter_rows()
    ]
    return RecordTable([said(columns.get(n, {}).get("labels", {}), n) for n in names], rows, frame.height)


def indicators(part: Mapping[str, Any], frame: pl.DataFrame, columns: Mapping[str, Any]) -> list[Grid]:
    """Indicators as one table each: groups or clusters in rows; what cannot be said is said to be so."""
    found = []
    for (code,), mine in frame.group_by(["code"], maintain_order=True):
        label = code_said(columns, "code", str(code))
        rows = [
            GridRow(_place(row, columns), [GridCell(indicator_said(row), is_hidden=row["value"] is None)])
            for row in mine.head(MOST_ROWS).iter_rows(named=True)
        ]
        found.append(
            Grid(label, said(columns.get("cluster", {}).get("labels", {}), _("Cluster")), [_("Figure")], rows)
        )
    return found


def _place(row: Mapping[str, Any], columns: Mapping[str, Any]) -> str:
    cluster = code_said(columns, "cluster", row["cluster"] or TOTAL)
    return f"{cluster} · {code_said(columns, 'group', row['group'])}" if row.get("group") else cluster


def indicator_said(row: Mapping[str, Any]) -> str:
    """The figure with its unit; never a nought that means unknown."""
    value = row.get("value")
    if value is None:
        return _("cannot be said")
    if row.get("unit") in ("share", "%"):
        return words.share(value)
    number = words.number(round(value, 2))
    return f"{number} {row['unit']}" if row.get("unit") else number
