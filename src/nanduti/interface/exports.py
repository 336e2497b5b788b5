"""Tables to take along: CSV and XLSX of the whole filtered set, streamed, with cells that no program executes.

An export holds the rows and columns that the page may show, no others.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.html import strip_tags
from django_scopes import scope as django_scope

from nanduti.methods.values import Money

from . import words

CHUNK = 1000
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# A spreadsheet takes a text that begins with one of these for a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What XML cannot carry at all.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
LONGEST_CELL = 32_767
MOST_ROWS = 1_048_576


def stream(table: Any, kind: str, *, with_bom: bool = True) -> HttpResponseBase:
    """The response that carries a table away."""
    language = translation.get_language()
    headings = list(_headings(table.shown_cols))
    rows = _in_scope(table.request, _values(table), language)
    if kind == "csv":
        content = csv_chunks(headings, rows, with_bom=with_bom)
    else:
        content = xlsx_chunks(headings, rows, title=str(table.caption or table.name))
    response = StreamingHttpResponse(content, content_type=MEDIA_TYPES[kind])
    name = f"{table.name}-{timezone.localdate().isoformat()}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _headings(cols: Iterable[Any]) -> Iterator[str]:
    """An amount goes into one column, its currency into the next, so that programs can add."""
    for col in cols:
        yield str(col.label)
        if col.kind == "money":
            yield f"{col.label} ({translation.gettext('currency')})"


def _values(table: Any) -> Callable[[], Iterator[list[Any]]]:
    cols = table.shown_cols
    labels = {col.key: col.labels() for col in cols if col.choices}

    def values() -> Iterator[list[Any]]:
        for row in table.all_rows():
            cells: list[Any] = []
            for col in cols:
                value = col.plain(row) if col.plain else col.of(row)
                value = labels.get(col.key, {}).get(str(value), value)
                cells.extend(_money_cells(value) if col.kind == "money" else [plain(value)])
            yield cells

    return values


def _money_cells(value: Any) -> list[Any]:
    return [value.amount, value.currency] if isinstance(value, Money) else [plain(value), ""]


def _in_scope(
    request: Any, values: Callable[[], Iterator[list[Any]]], language: str | None
) -> Iterator[list[Any]]:
    """The rows, fetched in chunks within the asker's scopes: a response streams after the middleware has left."""
    scope_ids = getattr(getattr(request, "access", None), "scope_ids", [])
    rows: Iterator[list[Any]] | None = None
    while True:
        with django_scope(scope=scope_ids), translation.override(language):
            rows = values() if rows is None else rows
            chunk = list(islice(rows, CHUNK))
        if not chunk:
            return
        yield from chunk


def plain(value: Any) -> Any:
    """A value for a cell: numbers stay numbers and days stay days, all else becomes text."""
    if type(value) is str:  # by far the most cells
        return value
    if value is None or isinstance(value, (bool, int, float, Decimal, date)):
        if isinstance(value, datetime) and timezone.is_aware(value):
            return timezone.localtime(value).replace(tzinfo=None)
        return value
    if isinstance(value, Money):
        return words.money(value)
    if hasattr(value, "period") or hasattr(value, "last_day"):
        return words.interval(value)
    return strip_tags(str(value)) if hasattr(value, "__html__") else str(value)


# --- CSV


def csv_chunks(headings: list[str], rows: Iterable[list[Any]], *, with_bom: bool) -> Iterator[str]:
    """Comma-separated lines; the byte-order mark lets spreadsheets read accents right."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    if with_bom:
        buffer.write("\ufeff")
    writer.writerow([_csv_cell(h) for h in headings])
    for n, row in enumerate(rows, 1):
        writer.writerow([_csv_cell(value) for value in row])
        if n % CHUNK == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def _csv_cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return words.yes_no(value)
    if isinstance(value, (int, float, Decimal)):
        return value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    text = str(value).replace("\x00", "")
    return f"'{text}" if text.startswith(DANGEROUS) else text


def _drain(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


# --- XLSX


class _Pipe(io.RawIOBase):
    """A file that cannot be sought: the ZIP writer then writes what can be streamed."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def drain(self) -> bytes:
        data = b"".join(self.parts)
        self.parts.clear()
        return data


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STATIC_PARTS = {
    "[Content_Types].xml": f"""{_HEAD}<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>
SHEETS
<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/></Types>""",
    "_rels/.rels": f"""{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/_rels/workbook.xml.rels": f"""{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">
SHEETS
<Relationship Id="styles" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>""",
    # Styles by number: 0 plain, 1 heading, 2 day, 3 moment.
    "xl/styles.xml": f"""{_HEAD}<styleSheet xmlns="{_MAIN}">
<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>
<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="4"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/>
<xf numFmtId="165" applyNumberFormat="1"/></cellXfs></styleSheet>""",
}


# What the package says of each sheet, by its number.
_OF_EACH_SHEET = {
    "[Content_Types].xml": f'<Override PartName="/xl/worksheets/sheet%d.xml" '
    f'ContentType="{_SHEET_TYPE}.worksheet+xml"/>',
    "xl/_rels/workbook.xml.rels": f'<Relationship Id="r%d" Type="{_OFFICE}/worksheet" '
    'Target="worksheets/sheet%d.xml"/>',
}

Page = tuple[str, list[str], Iterable[list[Any]]]


def xlsx_chunks(headings: list[str], rows: Iterable[list[Any]], *, title: str) -> Iterator[bytes]:
    """A workbook of one sheet, written as it is sent; texts are inline strings, so none is ever a formula."""
    return xlsx_book([(title, headings, rows)])


def xlsx_book(pages: Iterable[Page]) -> Iterator[bytes]:
    """A workbook of several sheets, each a title, its headings and its rows; written as it is sent."""
    pipe, titles = _Pipe(), []
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for title, headings, rows in pages:
            titles.append(_sheet_name(title, titles))
            with archive.open(f"xl/worksheets/sheet{len(titles)}.xml", "w", force_zip64=True) as sheet:
                sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}">{_FROZEN_HEADING}<sheetData>'.encode())
                sheet.write(_xlsx_row(headings, style=1).encode())
                lines: list[str] = []
                for n, row in enumerate(islice(rows, MOST_ROWS - 1), 1):
                    lines.append(_xlsx_row(row))
                    if n % CHUNK == 0:
                        sheet.write("".join(lines).encode())
                        lines.clear()
                        yield pipe.drain()
                sheet.write(("".join(lines) + "</sheetData></worksheet>").encode())
        for path, text in _STATIC_PARTS.items():
            each = _OF_EACH_SHEET.get(path, "")
            said = "".join(each.replace("%d", str(n)) for n in range(1, len(titles) + 1))
            archive.writestr(path, text.replace("SHEETS", said))
        archive.writestr("xl/workbook.xml", _workbook(titles))
    yield pipe.drain()


_FROZEN_HEADING = (
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/>'
    "</sheetView></sheetViews>"
)


def _sheet_name(title: str, taken: list[str]) -> str:
    """Names of sheets may hold 31 characters, not these, and none twice whatever the case."""
    name = re.sub(r"[\[\]:*?/\\'\"]", " ", NOT_XML.sub("", title))[:31].strip() or "Nanduti"
    number, base = 2, name
    while name.lower() in (t.lower() for t in taken):
        name = f"{base[: 30 - len(str(number))]} {number}"
        number += 1
    return name


def _workbook(titles: list[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(title)}" sheetId="{n}" r:id="r{n}"/>'
        for n, title in enumerate(titles, start=1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _xlsx_row(values: Iterable[Any], style: int = 0) -> str:
    return f"<row>{''.join(_xlsx_cell(value, style) for value in values)}</row>"


def _xlsx_cell(value: Any, style: int) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float, Decimal)):
        finite = value == value and abs(value) != float("inf")
        return f"<c><v>{value}</v></c>" if finite else "<c/>"
    if isinstance(value, (date, datetime)) and value.year >= 1900:
        days = _days_since_1900(value)
        return f'<c s="{3 if isinstance(value, datetime) else 2}"><v>{days}</v></c>'
    text = escape(NOT_XML.sub("", str(value))[:LONGEST_CELL])
    styled = f' s="{style}"' if style else ""
    return f'<c t="inlineStr"{styled}><is><t xml:space="preserve">{text}</t></is></c>'


def _days_since_1900(value: date) -> str:
    """The number by which spreadsheets know a day; their calendar begins on 30 December 1899."""
    days = value.toordinal() - date(1899, 12, 30).toordinal()
    if isinstance(value, datetime):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return f"{days + seconds / 86400:.6f}"
    return str(days)
