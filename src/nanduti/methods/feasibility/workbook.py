"""A study as a spreadsheet workbook: a template to fill in, a study written out, and read back.

Sheet ``study`` holds single values with their units, one sheet each the products, costs, investments, equity,
loans, currencies and opening assets (names in row 1, units in row 2, items below), ``schedules`` what maps
periods or names to figures for the study as a whole.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from . import _layout as layout
from ._layout import Field, fields_of, item_kind, unit_for
from .axis import axis_of
from .study import Discounting, Horizon, Study

#: Schedules that templates spread over the periods of the study, and those that go by month.
_BY_PERIOD = ("amounts",)


def workbook_template(*, currency: str, unit: float = 1, horizon: Horizon) -> bytes:
    """An empty workbook for a study of this currency, unit and horizon, with a column for every period.

    >>> content = workbook_template(currency="PYG", unit=1000, horizon=Horizon("2026-01", 1, 2))
    >>> content[:2]
    b'PK'
    """
    study = Study("", currency, horizon, Discounting(0.1), (), unit=unit)
    labels = axis_of(horizon).labels
    return _write(study, labels[: len(labels) - bool(horizon.residual_year)])


def write_workbook(study: Study) -> bytes:
    """The study as the bytes of an XLSX workbook, which :func:`read_workbook` reads back to an equal study.

    XLSX keeps sixteen digits of a figure.

    >>> from nanduti.methods.feasibility import Discounting, Product, read_workbook
    >>> s = Study("s", "PYG", Horizon("2025-01", 0, 1), Discounting(0.1), (Product("a", 1, 5),))
    >>> read_workbook(write_workbook(s)) == s
    True
    """
    return _write(study, ())


def _write(study: Study, labels: tuple[str, ...]) -> bytes:
    book = Workbook()
    money = f"{study.unit:g} {study.currency}"
    sheet = book.active
    sheet.title = layout.STUDY_SHEET
    _head(sheet, ("field", "value", "unit", "may be"))
    schedules = []
    for row, field in enumerate((f for f in fields_of(Study) if not f.is_schedule), start=2):
        _put(sheet, row, 1, field.path)
        _put(sheet, row, 2, _plain(_get(study, field.path), field))
        _put(sheet, row, 3, unit_for(field, "", money))
        words = layout.choices_for("", field)
        _put(sheet, row, 4, ", ".join(words))
        _offer(sheet, words, f"B{row}")
    for field in (f for f in fields_of(Study) if f.is_schedule):
        for key, value in _get(study, field.path).items():
            inner = value.items() if isinstance(value, Mapping) else [("", value)]
            item = (key,) if isinstance(value, Mapping) else ("",)
            schedules += [(field.path, *item, k if isinstance(value, Mapping) else key, v) for k, v in inner]
    for path, title in layout.LIST_SHEETS.items():
        _list_sheet(book.create_sheet(title), path, _get(study, path), money, labels)
    sheet = book.create_sheet(layout.SCHEDULE_SHEET)
    _head(sheet, layout.SCHEDULE_HEAD)
    for row, entry in enumerate(schedules, start=2):
        for column, value in enumerate(entry, start=1):
            _put(sheet, row, column, value)
    for sheet in book.worksheets:
        _widen(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _list_sheet(sheet: Any, path: str, items: tuple, money: str, labels: tuple[str, ...]) -> None:
    columns = list(_columns(item_kind(path), items, labels))
    _head(sheet, [head for head, _, _ in columns])
    for at, (_, field, key) in enumerate(columns, start=1):
        _put(sheet, 2, at, unit_for(field, path, money))
        sheet.cell(2, at).font = Font(italic=True, color="666666")
        words = layout.choices_for(path, field)
        if words and key is None:
            letter = get_column_letter(at)
            _offer(sheet, words, f"{letter}3:{letter}200")
        for row, item in enumerate(items, start=3):
            value = _get(item, field.path)
            _put(sheet, row, at, _plain(value, field) if key is None else value.get(key))
    sheet.freeze_panes = "B3"


def _columns(kind: type, items: tuple, labels: tuple[str, ...]):
    """(head, field, key of the schedule) of every column."""
    for field in fields_of(kind):
        if not field.is_schedule:
            yield field.path, field, None
            continue
        used = dict.fromkeys(k for item in items for k in _get(item, field.path))
        keys = [*(labels if field.name in _BY_PERIOD else ()), *used]
        for key in dict.fromkeys(keys):
            yield f"{field.path}: {key}", field, key


def _get(thing: Any, path: str) -> Any:
    for part in path.split("."):
        thing = getattr(thing, part)
    return thing


def _plain(value: Any, field: Field) -> Any:
    if value in (None, ()) and field.may_be_none:
        return "none"
    if isinstance(value, tuple):
        return "; ".join(v if isinstance(v, str) else repr(v) for v in value)
    return value


def _put(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None or value == "":
        return
    cell = sheet.cell(row, column)
    cell.value = value
    if isinstance(value, str):
        # A name that begins with "=" is a name, not a formula.
        cell.data_type = "s"


def _head(sheet: Any, names) -> None:
    for at, name in enumerate(names, start=1):
        _put(sheet, 1, at, name)
        sheet.cell(1, at).font = Font(bold=True)
    sheet.freeze_panes = "A2"


def _offer(sheet: Any, words: tuple[str, ...], where: str) -> None:
    if words:
        rule = DataValidation(type="list", formula1='"' + ",".join(words) + '"', allow_blank=True)
        sheet.add_data_validation(rule)
        rule.add(where)


def _widen(sheet: Any) -> None:
    for column in sheet.columns:
        longest = max((len(str(c.value)) for c in column if c.value is not None), default=8)
        sheet.column_dimensions[column[0].column_letter].width = min(48, max(9, longest + 2))
