"""Reading a study from a workbook, every slip named by sheet and cell."""

from __future__ import annotations

import contextlib
import difflib
import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from nanduti.methods.values import BadInput, mark

from . import _layout as layout
from ._layout import Field, fields_of, item_kind
from .engine import evaluate
from .reading import read_study
from .study import Study

MOST_BYTES = 5_000_000
MOST_UNPACKED = 50_000_000
_NAMED = re.compile(r"(product|cost|investment|loan|source of equity|opening asset|currency) '([^']*)'")
_LISTS = {
    "product": "products", "cost": "costs", "investment": "investments", "loan": "loans",
    "source of equity": "equity", "opening asset": "opening_assets", "currency": "currencies",
}  # fmt: skip


class _Sheet:
    """A sheet as cells with their places; formulas give the result the workbook keeps."""

    def __init__(self, name: str, formulas: Any, values: Any) -> None:
        self.name, self._formulas, self._values = name, formulas, values
        self.n_rows, self.n_columns = formulas.max_row, formulas.max_column

    def place(self, row: int, column: int, what: str = "") -> str:
        cell = f"sheet {self.name!r}, cell {get_column_letter(column)}{row}"
        return f"{cell} ({what})" if what else cell

    def value(self, row: int, column: int) -> Any:
        cell = self._formulas.cell(row, column)
        if cell.data_type == "f":
            kept = self._values.cell(row, column).value
            if kept is None:
                raise BadInput(
                    place=self.place(row, column),
                    problem=mark("holds a formula without a result"),
                    remedy=mark("Open and save the workbook in a spreadsheet program, or enter the figure."),
                )
            return kept
        if cell.data_type == "e":
            raise BadInput(
                place=self.place(row, column),
                problem=mark("holds an error of the spreadsheet"),
                remedy=mark("Mend the formula, or enter the figure."),
            )
        value = cell.value
        return None if isinstance(value, str) and not value.strip() else value

    def row(self, row: int) -> list[Any]:
        return [self.value(row, c) for c in range(1, self.n_columns + 1)]


def read_workbook(content: bytes, *, check: bool = True) -> Study:
    """The study in the bytes of an XLSX workbook laid out as :func:`workbook_template` lays it out.

    Args:
        content: the file as it was read or received.
        check: whether to compute the study once, so that a slip of meaning (an unknown category, a loan
            repaid before it is drawn) is also named by its row.

    Units over columns of money must be those of the study: a sheet in another currency or unit is refused, not
    converted. Sheets whose name begins with ``notes`` are left unread.

    Raises:
        BadInput: no workbook, an unknown sheet or column, a cell of the wrong kind, a missing field …, naming
            sheet and cell.
    """
    sheets = _open(content)
    known = {layout.STUDY_SHEET, layout.SCHEDULE_SHEET, *layout.LIST_SHEETS.values()}
    for name in sheets:
        if name not in known and not name.lower().startswith("notes"):
            raise BadInput(
                place=f"sheet {name!r}", problem=mark("is not known"), remedy=_near(name, sorted(known))
            )
    if layout.STUDY_SHEET not in sheets:
        raise BadInput(
            place=mark("the workbook"),
            problem=mark("has no sheet 'study'"),
            remedy=mark("Start from the template."),
        )
    document = _study_sheet(sheets[layout.STUDY_SHEET])
    if layout.SCHEDULE_SHEET in sheets:
        _schedules(sheets[layout.SCHEDULE_SHEET], document)
    money = f"{document.get('unit', 1):g} {document.get('currency', '')}"
    rows: dict[str, dict[str, int]] = {}
    for path, title in layout.LIST_SHEETS.items():
        if title in sheets:
            items, rows[title] = _list_sheet(sheets[title], path, money)
            if items:
                _set(document, path, items)
    document.setdefault("products", [])
    study = read_study(document)
    if check:
        try:
            evaluate(study)
        except BadInput as error:
            raise _at_cell(error, sheets, rows) from None
    return study


def _open(content: bytes) -> dict[str, _Sheet]:
    broken = BadInput(
        place=mark("the workbook"),
        problem=mark("cannot be opened as XLSX"),
        remedy=mark("Save it as an Excel workbook (.xlsx) without a password."),
    )
    if len(content) > MOST_BYTES:
        raise _too_large()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(x.file_size for x in packed.infolist()) > MOST_UNPACKED:
                raise _too_large()
        formulas = load_workbook(io.BytesIO(content), data_only=False)
        values = load_workbook(io.BytesIO(content), data_only=True)
    except BadInput:
        raise
    except Exception:  # openpyxl raises whatever the file provokes
        raise broken from None
    found = {s.title: _Sheet(s.title, s, values[s.title]) for s in formulas.worksheets}
    if any(s.n_rows * s.n_columns > 500_000 for s in found.values()):
        raise _too_large()
    return found


def _too_large() -> BadInput:
    return BadInput(
        place=mark("the workbook"),
        problem=mark("is too large for a study"),
        remedy=mark("Keep the filled template alone in it."),
    )


def _study_sheet(sheet: _Sheet) -> dict[str, Any]:
    fields = {f.path: f for f in fields_of(Study) if not f.is_schedule}
    document: dict[str, Any] = {}
    seen: dict[str, int] = {}
    for row in range(2, sheet.n_rows + 1):
        name, value = sheet.value(row, 1), sheet.value(row, 2) if sheet.n_columns > 1 else None
        if name is None and value is None:
            continue
        name = str(name)
        if name not in fields:
            raise BadInput(
                place=sheet.place(row, 1, name),
                problem=mark("is not known"),
                remedy=_near(name, sorted(fields)),
            )
        if name in seen:
            raise BadInput(
                place=sheet.place(row, 1, name),
                problem=mark("is given twice"),
                remedy=mark("Keep one of the two."),
            )
        seen[name] = row
        if value is not None:
            _set(document, name, _read(fields[name], value, sheet.place(row, 2, name)))
    for path, field in fields.items():
        if field.needed and _missing(document, path):
            place = sheet.place(seen[path], 2, path) if path in seen else f"sheet {sheet.name!r}, {path}"
            raise BadInput(place=place, problem=mark("is missing"), remedy=mark("Fill it in."))
    return document


def _schedules(sheet: _Sheet, document: dict[str, Any]) -> None:
    fields = {f.path: f for f in fields_of(Study) if f.is_schedule}
    for row in range(2, sheet.n_rows + 1):
        name, item, period, value = (sheet.value(row, c) for c in range(1, 5))
        if (name, item, period, value) == (None,) * 4:
            continue
        if str(name) not in fields:
            raise BadInput(
                place=sheet.place(row, 1, str(name)),
                problem=mark("is not known"),
                remedy=_near(str(name), sorted(fields)),
            )
        if period is None:
            raise BadInput(place=sheet.place(row, 3), problem=mark("is missing"), remedy=mark("Fill it in."))
        amount = _number(value, sheet.place(row, 4, str(name)))
        path = [*str(name).split("."), *([str(item)] if item is not None else []), _label(period)]
        inner = document
        for part in path[:-1]:
            inner = inner.setdefault(part, {})
        if path[-1] in inner:
            raise BadInput(
                place=sheet.place(row, 3, path[-1]),
                problem=mark("is given twice"),
                remedy=mark("Keep one of the two."),
            )
        inner[path[-1]] = amount


def _list_sheet(sheet: _Sheet, path: str, money: str) -> tuple[list[dict], dict[str, int]]:
    fields = {f.path: f for f in fields_of(item_kind(path))}
    columns = _heads(sheet, fields)
    for at, (field, _) in columns.items():
        _check_unit(sheet, at, field, path, money)
    items, rows = [], {}
    key = "code" if path == "currencies" else "name"
    for row in range(3, sheet.n_rows + 1):
        cells = {at: sheet.value(row, at) for at in columns}
        if all(v is None for v in cells.values()):
            continue
        item: dict[str, Any] = {}
        for at, value in cells.items():
            field, period = columns[at]
            if value is None:
                continue
            place = sheet.place(
                row, at, f"{cells.get(_column(columns, key)) or ''}, {field.path}".lstrip(", ")
            )
            if period is None:
                _set(item, field.path, _read(field, value, place))
            else:
                _set_in(item, field.path, period, _number(value, place))
        for name, field in fields.items():
            if field.needed and not field.is_schedule and _missing(item, name):
                at = _column(columns, name)
                place = sheet.place(row, at, name) if at else f"sheet {sheet.name!r}, row {row}, {name}"
                raise BadInput(place=place, problem=mark("is missing"), remedy=mark("Fill it in."))
        for name, field in fields.items():
            if field.needed and field.is_schedule:
                item.setdefault(name, {})
        rows[str(item.get(key))] = row
        items.append(item)
    return items, rows


def _heads(sheet: _Sheet, fields: Mapping[str, Field]) -> dict[int, tuple[Field, str | None]]:
    columns: dict[int, tuple[Field, str | None]] = {}
    for at, head in enumerate(sheet.row(1), start=1):
        if head is None:
            stray = next((r for r in range(2, sheet.n_rows + 1) if sheet.value(r, at) is not None), None)
            if stray:
                raise BadInput(
                    place=sheet.place(stray, at),
                    problem=mark("stands under no name of a field"),
                    remedy=mark("Write the name of the field in row 1, or clear the column."),
                )
            continue
        name, colon, period = (part.strip() for part in str(head).partition(":"))
        field = fields.get(name)
        if field is None or field.is_schedule != bool(colon):
            raise BadInput(
                place=sheet.place(1, at, str(head)),
                problem=mark("is not known"),
                remedy=_near(name, sorted(fields)),
            )
        entry = (field, period or None)
        if entry in columns.values():
            raise BadInput(
                place=sheet.place(1, at, str(head)),
                problem=mark("is given twice"),
                remedy=mark("Keep one of the two."),
            )
        columns[at] = entry
    return columns


def _check_unit(sheet: _Sheet, at: int, field: Field, path: str, money: str) -> None:
    said = sheet.value(2, at)
    wanted = layout.unit_for(field, path, money)
    if said is not None and layout.is_money(wanted) and str(said).split(" or ")[0] != wanted.split(" or ")[0]:
        raise BadInput(
            place=sheet.place(2, at, field.path),
            problem=f"says {said}; the study is in {money}",
            remedy=mark("Write all amounts in the unit and currency of the study, and correct row 2."),
        )


def _column(columns: Mapping[int, tuple[Field, str | None]], name: str) -> int:
    return next((at for at, (field, key) in columns.items() if field.path == name and key is None), 0)


def _read(field: Field, value: Any, place: str) -> Any:
    if field.may_be_none and str(value).strip().lower() == "none":
        return [] if field.is_list else None
    if field.is_list:
        parts = re.split(r"[;\n]", value) if isinstance(value, str) else [value]
        texts = [p.strip() if isinstance(p, str) else p for p in parts]
        read = _word if field.plain is str else _figure
        return [read(t, place) for t in texts if t != ""]
    if field.plain is str:
        return _word(value, place)
    if field.plain is bool:
        if isinstance(value, bool) or str(value).strip().lower() in ("true", "false"):
            return str(value).strip().lower() == "true"
        raise BadInput(
            place=place, problem=mark("is neither true nor false"), remedy=mark("Write true or false.")
        )
    number = _number(value, place)
    if field.plain is int and number != int(number):
        raise BadInput(place=f"{place} ({value!r})", problem=mark("is not whole"), remedy=mark("Round it."))
    return int(number) if field.plain is int else number


def _figure(text: Any, place: str) -> float:
    """A figure of a list, which stands in the cell as text."""
    if isinstance(text, str):
        with contextlib.suppress(ValueError):
            text = float(text)
    return _number(text, place)


def _number(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadInput(
            place=f"{place} ({'empty' if value is None else repr(value)})",
            problem=mark("is not a number"),
            remedy=mark("Write digits with a point, 1250.5, without thousands marks or units."),
        )
    return value


def _word(value: Any, place: str) -> str:
    if isinstance(value, (datetime, date)):
        return f"{value:%Y-%m}"
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise BadInput(place=place, problem=mark("is not a word"), remedy=mark("Write it as text."))
    return _label(value)


def _label(value: Any) -> str:
    if isinstance(value, (datetime, date)):
        return f"{value:%Y-%m}"
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value).strip()


def _set(document: dict[str, Any], path: str, value: Any) -> None:
    *outer, last = path.split(".")
    for part in outer:
        document = document.setdefault(part, {})
    document[last] = value


def _set_in(document: dict[str, Any], path: str, key: str, value: Any) -> None:
    *outer, last = path.split(".")
    for part in outer:
        document = document.setdefault(part, {})
    document.setdefault(last, {})[key] = value


def _missing(document: Mapping[str, Any], path: str) -> bool:
    for part in path.split("."):
        if not isinstance(document, Mapping) or part not in document:
            return True
        document = document[part]
    return False


def _near(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 1)
    return f"Did you mean {close[0]!r}?" if close else "Use one of: " + ", ".join(known) + "."


def _at_cell(
    error: BadInput, sheets: Mapping[str, _Sheet], rows: Mapping[str, Mapping[str, int]]
) -> BadInput:
    """The same letter with sheet and cell, where its place names an item of a list."""
    place = str(error.details["place"])
    found = _NAMED.search(place)
    title = _LISTS[found[1]] if found else ""
    row = rows.get(title, {}).get(found[2]) if found else None
    if row is None:
        return error
    sheet, rest = sheets[title], place[found.end() :].replace(" ", "_")
    heads = {}
    for at, head in enumerate(sheet.row(1), start=1):
        name, _, period = (part.strip() for part in str(head or "").partition(":"))
        # A column of a schedule is known by its period, any other by the name of its field.
        heads[period or name.rpartition(".")[2]] = at
    named = [h for h in heads if h and h in rest]
    where = f"sheet {title!r}, row {row}"
    if named:
        where = sheet.place(row, heads[max(named, key=len)])
    details = {k: v for k, v in error.details.items() if k != "place"}
    return BadInput(place=f"{where}: {place}", **details)
