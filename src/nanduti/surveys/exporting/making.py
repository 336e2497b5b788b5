"""From tables to files: one format, one codebook, names that say what they hold."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from ..errors import ExportRefused
from ..queries.tables import TableSet
from . import flat, odk, packages
from .codebook import codebook

FORMATS = ("csv", "xlsx", "parquet", "sav", "dta", "geojson", "zip")
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "sav": "application/x-spss-sav",
    "dta": "application/x-stata-dta",
    "geojson": "application/geo+json",
    "zip": "application/zip",
}
MOST_XLSX_ROWS, MOST_COLUMNS = 1_048_575, 16_384

Say = Callable[[str], None]


@dataclass(frozen=True)
class File:
    """A file to take along."""

    name: str
    content: bytes

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES.get(self.name.rpartition(".")[2], "application/octet-stream")


def make(
    made: TableSet, kind: str, *, name: str, language: str = "en", say: Say = lambda _text: None
) -> list[File]:
    """The files of an export; the first is the form's own table."""
    if kind not in FORMATS:
        raise ExportRefused(problem=f"“{kind}” is no format", what_to_do=", ".join(FORMATS))
    stem = safe_name(name)
    if kind == "xlsx":
        return [File(f"{stem}.xlsx", _workbook(made, stem, language))]
    if kind == "geojson":
        return [File(f"{stem}.geojson", _geojson(made))]
    if kind == "zip":
        frames = odk.frames(made.tables, stem)
        return [_zip(stem, [File(f"{n}.csv", flat.csv(f, with_mark=False)) for n, f in frames.items()])]
    files, short = [], {}
    for repeat, table in made.tables.by_repeat.items():
        say(repeat or name)
        part = f"{stem}-{safe_name(repeat.rpartition('/')[2])}" if repeat else stem
        if kind == "csv":
            content = flat.csv(table.frame)
        elif kind == "parquet":
            content = flat.parquet(table.frame)
        else:
            content, names = packages.write(made.definition, table, kind, title=name, language=language)
            short |= {(repeat, column): variable for column, variable in names.items()}
        files.append(File(f"{part}.{kind}", content))
    return [*files, File(f"{stem}-codebook.csv", flat.csv(codebook(made.tables, language, short)))]


def _workbook(made: TableSet, stem: str, language: str) -> bytes:
    sheets: list[tuple[str, pl.DataFrame]] = []
    for repeat, table in made.tables.by_repeat.items():
        if table.frame.height > MOST_XLSX_ROWS or table.frame.width > MOST_COLUMNS:
            raise ExportRefused(
                problem="a workbook cannot hold so many rows or columns", what_to_do="Choose CSV or Parquet."
            )
        sheets.append((repeat.rpartition("/")[2] or stem, table.frame))
    return flat.workbook([*sheets, ("codebook", codebook(made.tables, language))])


def _geojson(made: TableSet) -> bytes:
    if not flat.has_places(made.tables):
        raise ExportRefused(
            problem="every place of this form identifies somebody, so none stands in a table",
            what_to_do="Ask the municipality, or have the form's author declare a coarse place open.",
        )
    return flat.geojson(made.tables)


def bundle(files: list[File], name: str) -> File:
    """What is sent as one file: the file itself, or a ZIP of several."""
    return files[0] if len(files) == 1 else _zip(safe_name(name), files)


def _zip(stem: str, files: list[File]) -> File:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(file.name, file.content)
    return File(f"{stem}.zip", target.getvalue())


def safe_name(text: str) -> str:
    """A name that is no path and no surprise on any system.

    >>> safe_name("../Censo 2026: año 1")
    'Censo_2026_a_o_1'
    """
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else " " for c in text)
    return "_".join(kept.split())[:80] or "table"
