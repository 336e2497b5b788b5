"""Files from outside → sheets of text cells; every trouble is told with its place and a remedy."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import openpyxl
import yaml
from django.utils.translation import gettext as _

from nanduti.methods.values import PersonError

from ..archives import Unreadable, open_archive, swells, unpack
from ..errors import FileRefused, UnknownTable
from ..yaml_text import read_yaml
from .spec import TABLES

MAX_CELLS = 6_000_000
MAX_UNPACKED_BYTES = 512 * 1_048_576
MAX_LISTED = 1_000
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]+[0-9]+:[A-Z]+[0-9]+)\"")
SUFFIXES = {".csv", ".xlsx", ".yaml", ".yml", ".zip"}


@dataclass(frozen=True)
class Sheet:
    """One table as it came in: ``rows`` are (row number in the file, header → raw text)."""

    file: str
    table: str
    header: list[str]
    rows: list[tuple[int, dict[str, str]]]


def read_sheets(path: Path, *, name: str = "") -> list[Sheet]:
    """All tables of a folder, a ZIP, a workbook or a single file, in no particular order.

    ``name`` is the file's name as its owner knows it (an upload lies elsewhere under another name).
    """
    if not path.exists():
        raise FileRefused(
            name=str(path), problem=_("is not there"), what_to_do=_("Check the spelling of the path.")
        )
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES - {".zip"})
        found = [sheet for p in files for sheet in _read_file(p.name, p.read_bytes())]
    else:
        found = _read_file(name or path.name, path.read_bytes())
    if not found:
        raise _nothing(name or path.name)
    return found


def read_content(name: str, content: bytes) -> list[Sheet]:
    """All tables of an uploaded file, by the name that its owner gave it."""
    found = _read_file(Path(name).name, content)
    if not found:
        raise _nothing(name)
    return found


@dataclass(frozen=True)
class Grid:
    """A sheet of any table, as it came in: ``rows`` are (row number in the file, cells as text)."""

    sheet: str
    header: list[str]
    rows: list[tuple[int, list[str]]]


def read_grids(name: str, content: bytes) -> list[Grid]:
    """The sheets of a workbook or the table of a CSV file, whatever its columns are called."""
    suffix = Path(name).suffix.lower()
    if suffix == ".csv":
        text = _decode(name, content)
        first = text.lstrip().split("\n", 1)[0]
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True
        )
        try:
            found = [_grid(Path(name).stem, name, ((reader.line_num, cells) for cells in reader))]
        except csv.Error as error:
            raise FileRefused(
                name=f"{name}, {_('row')} {reader.line_num}",
                problem=_("cannot be read as CSV (%s)") % error,
                what_to_do=_("Look for a quotation mark that is opened and never closed."),
            ) from None
    elif suffix == ".xlsx":
        found = _grids_of_workbook(name, content)
    else:
        raise FileRefused(
            name=name,
            problem=_("is of a kind we do not read"),
            what_to_do=_("Save it as CSV (UTF-8) or XLSX."),
        )
    return [grid for grid in found if grid.header]


def _grids_of_workbook(name: str, content: bytes) -> list[Grid]:
    _check_workbook(name, content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        found = []
        for page in book.worksheets:
            place = f"{name}, {_('sheet')} {page.title}"
            _refuse_merged(place, page)
            page.reset_dimensions()  # a page may claim a million rows and hold one
            cells = (
                (number, [_cell_text(place, number, index, value) for index, value in enumerate(row)])
                for number, row in enumerate(page.iter_rows(values_only=True), start=1)
                if any(value not in (None, "") for value in row)
            )
            found.append(_grid(page.title, place, cells))
        return found
    except PersonError:
        raise
    except Exception:
        raise FileRefused(
            name=name, problem=_("is not a workbook we can open"), what_to_do=_("Save it again as XLSX.")
        ) from None


def _grid(sheet: str, place: str, rows: Iterator[tuple[int, list[str]]]) -> Grid:
    filled = _filled(rows)
    header = [cell.strip() for cell in next(filled, (0, []))[1]]
    while header and not header[-1]:
        header.pop()
    body = []
    for number, cells in filled:
        body.append((number, [c.strip() for c in cells[: len(header)]]))
        if len(body) * len(header) > MAX_CELLS:
            raise FileRefused(
                name=place, problem=_("is too large"), what_to_do=_("Split it into several files.")
            )
    return Grid(sheet, header, body)


def _nothing(name: str) -> FileRefused:
    return FileRefused(
        name=name,
        problem=_("holds no table"),
        what_to_do=_("Hand in CSV, XLSX or YAML files named after the tables: %s.")
        % ", ".join(sorted(TABLES)),
    )


def _read_file(name: str, content: bytes) -> list[Sheet]:
    suffix = Path(name).suffix.lower()
    if suffix == ".csv":
        return [_read_csv(name, content)]
    if suffix == ".xlsx":
        return _read_xlsx(name, content)
    if suffix in {".yaml", ".yml"}:
        return [_read_yaml(name, content)]
    if suffix == ".zip":
        return _read_zip(name, content)
    raise FileRefused(
        name=name, problem=_("is of a kind we do not read"), what_to_do=_("Save it as CSV (UTF-8) or XLSX.")
    )


def _table_of(file: str, stem: str) -> str:
    table = stem.strip().lower().replace("-", "_").replace(" ", "_")
    if table not in TABLES:
        raise UnknownTable(file=file, table=stem, known=", ".join(sorted(TABLES)))
    return table


def _decode(name: str, content: bytes) -> str:
    # UTF-16 without its mark: every second byte or so is zero.
    if content[:200].count(0) > len(content[:200]) // 4 and not content.startswith(
        (b"\xff\xfe", b"\xfe\xff")
    ):
        raise FileRefused(
            name=f"{name}, {_('row')} 1",
            problem=_("is no UTF-8 text (zero bytes between the letters)"),
            what_to_do=_(
                "In the spreadsheet choose “Save as … CSV UTF-8”, or hand in the workbook (XLSX) itself."
            ),
        )
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise FileRefused(
            name=f"{name}, {_('row')} {row}",
            problem=_("is not %(encoding)s text (byte %(byte)s at position %(position)d)")
            % {
                "encoding": encoding.upper().removesuffix("-SIG"),
                "byte": f"0x{error.object[error.start]:02X}",
                "position": error.start,
            },
            what_to_do=_(
                "In the spreadsheet choose “Save as … CSV UTF-8”, or hand in the workbook (XLSX) itself."
            ),
        ) from None


def _read_csv(name: str, content: bytes) -> Sheet:
    table = _table_of(name, Path(name).stem)
    text = _decode(name, content)
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _sheet(name, table, ((reader.line_num, cells) for cells in reader))
    except csv.Error as error:
        raise FileRefused(
            name=f"{name}, {_('row')} {reader.line_num}",
            problem=_("cannot be read as CSV (%s)") % error,
            what_to_do=_("Look for a quotation mark that is opened and never closed."),
        ) from None


def _read_xlsx(name: str, content: bytes) -> list[Sheet]:
    _check_workbook(name, content)
    try:
        # Not data_only: a formula must be seen as a formula, not as the value some program once cached.
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        return [sheet for page in book.worksheets for sheet in _read_page(name, page)]
    except PersonError:
        raise
    except Exception:
        raise FileRefused(
            name=name, problem=_("is not a workbook we can open"), what_to_do=_("Save it again as XLSX.")
        ) from None


def _read_page(name: str, page: Any) -> list[Sheet]:
    place = f"{name}, {_('sheet')} {page.title}"
    stem = page.title if page.title.strip().lower() in TABLES else Path(name).stem
    page.reset_dimensions()  # a page may claim a million rows and hold one
    rows = (
        (number, [_cell_text(place, number, index, value) for index, value in enumerate(cells)])
        for number, cells in enumerate(page.iter_rows(values_only=True), start=1)
        if any(value not in (None, "") for value in cells)
    )
    first = next(rows, None)
    if first is None:
        return []
    if page.sheet_state != "visible":
        raise FileRefused(
            name=place,
            problem=_("is hidden"),
            what_to_do=_("Show the sheet if it belongs to the import, or delete it from the workbook."),
        )
    _refuse_merged(place, page)
    return [_sheet(place, _table_of(place, stem), chain([first], rows))]


def _refuse_merged(place: str, page: Any) -> None:
    """Of cells that were merged the file keeps the first alone: the rows below would silently lack the value."""
    with page._get_source() as source:
        before = b""
        while piece := source.read(1_048_576):
            if found := MERGED.search(before + piece):
                raise FileRefused(
                    name=f"{place}, {_('cell')} {found[1].decode()}",
                    problem=_("holds merged cells"),
                    what_to_do=_("Unmerge them and write the value into each of the cells."),
                )
            before = piece[-200:]


def _cell_text(place: str, row: int, index: int, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith("="):
        raise FileRefused(
            name=f"{place}, {_('cell')} {openpyxl.utils.get_column_letter(index + 1)}{row}",
            problem=_("holds a formula"),
            what_to_do=_("Copy the column and paste it as values, then hand the file in again."),
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _check_archive(name: str, content: bytes) -> zipfile.ZipFile:
    try:
        archive = open_archive(content)
    except Unreadable:
        raise FileRefused(
            name=name, problem=_("is damaged or not what its name says"), what_to_do=_("Save it again.")
        ) from None
    if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
        raise FileRefused(
            name=name,
            problem=_("would unpack to more than %d MB") % (MAX_UNPACKED_BYTES // 1_048_576),
            what_to_do=_("Split it into smaller files."),
        )
    return archive


def _check_workbook(name: str, content: bytes) -> None:
    if swells(_check_archive(name, content)):
        raise FileRefused(
            name=name,
            problem=_("would fill the memory when it is unpacked"),
            what_to_do=_("Copy the table into a new workbook, or save it as CSV (UTF-8)."),
        )


def _read_zip(name: str, content: bytes) -> list[Sheet]:
    archive = _check_archive(name, content)
    sheets = []
    for entry in archive.infolist():
        inner = Path(entry.filename).name
        if (
            entry.filename.endswith("/")  # is_dir() trips over an entry without a name
            or inner.startswith((".", "_"))
            or Path(inner).suffix.lower() not in SUFFIXES - {".zip"}
        ):
            continue
        try:
            unpacked = unpack(archive, entry)
        except Unreadable:
            raise FileRefused(
                name=f"{name}, {inner}", problem=_("cannot be unpacked"), what_to_do=_("Make the ZIP again.")
            ) from None
        sheets += _read_file(inner, unpacked)
    return sheets


def _read_yaml(name: str, content: bytes) -> Sheet:
    table = _table_of(name, Path(name).stem)
    try:
        data = read_yaml(_decode(name, content))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise FileRefused(
            name=f"{name}, {_('row')} {mark.line + 1}" if mark else name,
            problem=_("cannot be read as YAML"),
            what_to_do=_("Check the indentation and the colons near that row."),
        ) from None
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise FileRefused(
            name=name,
            problem=_("is not a list of rows"),
            what_to_do=_("Write one “- column: value” block for each row."),
        )
    header = list(dict.fromkeys(str(key) for item in data for key in item))
    _check_header(name, table, header)
    rows = [
        (
            number,
            {
                str(key): _cell_text(name, number, 0, _flat(name, number, value))
                for key, value in item.items()
            },
        )
        for number, item in enumerate(data, start=1)
    ]
    return Sheet(name, table, header, rows)


def _flat(name: str, number: int, value: Any) -> Any:
    """A single value, or a list of them in one cell; what is nested deeper fits into no cell."""
    parts = value if isinstance(value, list) else [value]
    if len(parts) > MAX_LISTED or any(isinstance(part, list | dict | set | tuple | bytes) for part in parts):
        raise FileRefused(
            name=f"{name}, {_('row')} {number}",
            problem=_("holds a list within a cell that is no plain list"),
            what_to_do=_("Write one “- column: value” block for each row."),
        )
    return "; ".join(map(str, value)) if isinstance(value, list) else value


def _sheet(file: str, table: str, rows: Iterator[tuple[int, list[str]]]) -> Sheet:
    """The rows below the header; read one by one, so that no file can fill the memory before it is refused."""
    filled = _filled(rows)
    header = [cell.strip() for cell in next(filled, (0, []))[1]]
    while header and not header[-1]:
        header.pop()
    _check_header(file, table, header)
    body = []
    for number, cells in filled:
        extra = [c for c in cells[len(header) :] if c.strip()]
        if extra:
            raise FileRefused(
                name=f"{file}, {_('row')} {number}",
                problem=_("has more cells than the header has columns"),
                what_to_do=_("Look for a comma inside a text that needs quotation marks."),
            )
        body.append((number, dict(zip(header, cells))))
        if len(body) * len(header) > MAX_CELLS:
            raise FileRefused(
                name=file, problem=_("is too large"), what_to_do=_("Split it into several files.")
            )
    return Sheet(file, table, header, body)


def _filled(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    return ((number, cells) for number, cells in rows if any(cell.strip() for cell in cells))


def _check_header(file: str, table: str, header: list[str]) -> None:
    known = {column.name for column in TABLES[table].columns}
    missing = [c.name for c in TABLES[table].columns if c.required and c.name not in header]
    doubled = sorted({name for name in header if header.count(name) > 1})
    unknown = [name for name in header if name not in known]
    for names, problem in (
        (missing, _("lacks the columns: %s")),
        (doubled, _("names a column twice: %s")),
        (unknown, _("has columns that the table does not know: %s")),
    ):
        if names:
            raise FileRefused(
                name=f"{file}, {_('row')} 1",
                problem=problem % ", ".join(name or _("(no name)") for name in names),
                what_to_do=_("The columns of this table are: %s.")
                % ", ".join(c.name for c in TABLES[table].columns),
            )
