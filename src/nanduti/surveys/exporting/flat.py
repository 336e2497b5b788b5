"""Comma-separated, workbook, Parquet and GeoJSON."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from nanduti.interface.exports import DANGEROUS, xlsx_book
from nanduti.methods.instruments.frames import GEOMETRY_KINDS, KEY, Table, Tables

MARK = "\ufeff"  # lets spreadsheets read accents right


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame without lists: chosen names with blanks between them, places as text."""
    made = []
    for name, kind in frame.schema.items():
        if not isinstance(kind, pl.List):
            continue
        if kind.inner == pl.String:
            made.append(pl.col(name).list.join(" "))
        else:
            texts = [None if v is None else json.dumps(v.to_list()) for v in frame[name]]
            made.append(pl.Series(name, texts, dtype=pl.String))
    return frame.with_columns(made)


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """No text that a spreadsheet would execute, and no zero bytes; headings too, for choices are names from outside."""

    def safe(column: pl.Expr) -> pl.Expr:
        clean = column.str.replace_all("\x00", "", literal=True)
        begins = pl.any_horizontal([clean.str.starts_with(sign) for sign in DANGEROUS])
        return pl.when(begins).then(pl.lit("'") + clean).otherwise(clean)

    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    made = frame.with_columns(safe(pl.col(name)).alias(name) for name in texts)
    return made.rename({n: f"'{n}" for n in made.columns if n.startswith(DANGEROUS)})


def csv(frame: pl.DataFrame, *, with_mark: bool = True) -> bytes:
    """A table as text; empty where there is no answer."""
    text = harmless(plain(frame)).write_csv(
        datetime_format="%Y-%m-%dT%H:%M:%SZ", date_format="%Y-%m-%d", line_terminator="\r\n"
    )
    return ((MARK if with_mark else "") + text).encode()


def parquet(frame: pl.DataFrame) -> bytes:
    """A table with its types."""
    target = io.BytesIO()
    frame.write_parquet(target)
    return target.getvalue()


def workbook(sheets: Iterable[tuple[str, pl.DataFrame]]) -> bytes:
    """A workbook with a sheet for each table."""
    pages = ((title, frame.columns, _cells(plain(frame))) for title, frame in sheets)
    return b"".join(xlsx_book(pages))


def _cells(frame: pl.DataFrame) -> Iterator[list[Any]]:
    moments = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    frame = frame.with_columns(pl.col(name).dt.replace_time_zone(None) for name in moments)
    return (list(row) for row in frame.iter_rows())


# --- places


def has_places(tables: Tables) -> bool:
    """Whether the author of the form has declared some place open, so that it stands in a table."""
    return any(_place_columns(tables, table) for table in tables.by_repeat.values())


def _place_columns(tables: Tables, table: Table) -> list[str]:
    kinds = tables.definition.by_path
    return [
        c.name
        for c in table.columns
        if c.role == "answer" and c.path in kinds and kinds[c.path].kind in GEOMETRY_KINDS
    ]


def geojson(tables: Tables) -> bytes:
    """A feature for each answered place, with the answers of its row as properties."""
    features = [f for table in tables.by_repeat.values() for f in _features(tables, table)]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def _features(tables: Tables, table: Table) -> Iterator[dict[str, Any]]:
    questions = tables.definition.by_path
    for name in _place_columns(tables, table):
        column = next(c for c in table.columns if c.name == name and c.role == "answer")
        kind = questions[column.path].kind
        left_out = {c.name for c in table.columns if c.path == column.path}
        frame = plain(table.frame.drop(name)).select(
            pl.col(c) if not frame_is_moment(table.frame.schema[c]) else pl.col(c).cast(pl.String)
            for c in table.frame.columns
            if c not in left_out
        )
        for value, row in zip(table.frame[name].to_list(), frame.iter_rows(named=True)):
            geometry = _geometry(kind, value)
            if geometry is not None:
                yield {
                    "type": "Feature",
                    "id": row[KEY],
                    "geometry": geometry,
                    "properties": {**row, "_place": name},
                }


def frame_is_moment(kind: Any) -> bool:
    return isinstance(kind, pl.Datetime) or kind in (pl.Date, pl.Time)


def _geometry(kind: str, value: Any) -> dict[str, Any] | None:
    if not value:
        return None
    if kind == "geopoint":
        return {"type": "Point", "coordinates": [value[1], value[0]]}
    points = [[p[1], p[0]] for p in value if p]
    if kind == "geotrace":
        return {"type": "LineString", "coordinates": points} if len(points) > 1 else None
    if points and points[0] != points[-1]:
        points.append(points[0])
    return {"type": "Polygon", "coordinates": [points]} if len(points) > 3 else None
