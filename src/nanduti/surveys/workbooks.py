"""From an XLSForm workbook to an XForm: read with care, converted by pyxform, every trouble told with its place."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter
from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert as pyxform_convert

from nanduti.foundation.archives import Unreadable, open_archive, swells
from nanduti.methods import instruments
from nanduti.methods.instruments import Check, Definition
from nanduti.methods.values import PersonError

from .errors import FormRefused

Row = dict[str, str]
Sheets = dict[str, list[Row]]

# The sheets of a workbook that we read, and how many rows and columns of each at most.
KNOWN = ("survey", "choices", "settings", "entities", "external_choices", "checks")
MAX_ROWS, MAX_COLUMNS, MAX_CELL = 50_000, 400, 32_767
MAX_BYTES = 20 * 1_048_576
MAX_UNPACKED = 200 * 1_048_576
MAX_ENTRIES = 2_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMESPACE = 'nanduti="https://nanduti.org/xforms"'
# Columns that may be written short, and those that come from ours.
SHORT_COLUMNS = {name: f"bind::nanduti:{name}" for name in ("sensitivity", "unit", "concept", "source")}
SEVERITIES = ("error", "warning")


@dataclass(frozen=True)
class Place:
    """Something to correct in a workbook: what, and where as far as it can be told."""

    problem: str
    sheet: str = ""
    row: int | None = None
    column: str = ""

    def say(self) -> str:
        """Place and problem as one line."""
        where = [
            _("sheet %s") % self.sheet if self.sheet else "",
            _("row %s") % self.row if self.row else "",
            _("column %s") % self.column if self.column else "",
        ]
        said = ", ".join(filter(None, where))
        return f"{said}: {self.problem}" if said else self.problem


@dataclass(frozen=True)
class Converted:
    """What a workbook became."""

    xform: str
    definition: Definition
    warnings: list[Place] = field(default_factory=list)


def refuse(name: str, problems: Iterable[Place]) -> FormRefused:
    """The error that tells all of them."""
    places = list(problems)
    error = FormRefused(name=name, first=places[0].say(), problems=[p.say() for p in places])
    error.places = places  # type: ignore[attr-defined]
    return error


# --- reading the workbook


def read_workbook(name: str, content: bytes) -> Sheets:
    """The sheets of an XLSX workbook as rows of text, blank rows kept so that numbers stay true."""
    _check_archive(name, content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        sheets: Sheets = {}
        problems: list[Place] = []
        for page in book.worksheets:
            title = page.title.strip().lower()
            if title in KNOWN and title not in sheets:
                sheets[title] = _read_page(page, title, problems)
    except PersonError:
        raise
    except Exception:  # openpyxl raises whatever the broken part happened to break
        raise refuse(name, [Place(_("it is no workbook that we can open; save it again as XLSX"))]) from None
    if problems:
        raise refuse(name, problems)
    if not sheets.get("survey"):
        raise refuse(name, [Place(_("it has no sheet called “survey” with questions in it"))])
    return sheets


def _check_archive(name: str, content: bytes) -> None:
    if len(content) > MAX_BYTES:
        raise refuse(name, [Place(_("it is larger than %d MB") % (MAX_BYTES // 1_048_576))])
    try:
        archive = open_archive(content)
    except Unreadable:
        raise refuse(name, [Place(_("it is damaged or no XLSX workbook; save it again as XLSX"))]) from None
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES or swells(archive) or sum(e.file_size for e in entries) > MAX_UNPACKED:
        raise refuse(name, [Place(_("it would unpack to more than %d MB") % (MAX_UNPACKED // 1_048_576))])


def _read_page(page: Any, title: str, problems: list[Place]) -> list[Row]:
    page.reset_dimensions()  # a sheet may claim a million rows and hold ten
    rows = page.iter_rows(values_only=True)
    header = [_cell(value) for value in next(rows, ())][:MAX_COLUMNS]
    _check_header(header, title, problems)
    found: list[Row] = []
    for number, cells in enumerate(rows, start=2):
        if number > MAX_ROWS:
            problems.append(Place(_("it has more than %d rows") % MAX_ROWS, title, number))
            break
        row: Row = {}
        for index, value in enumerate(cells[: len(header)]):
            if value is None or not header[index]:
                continue
            if isinstance(value, str) and value.startswith("=") and len(value) > 1:
                place = f"{get_column_letter(index + 1)} ({header[index]})"
                problems.append(Place(_("holds a formula; paste it as a value"), title, number, place))
                continue
            text = _cell(value)
            if text:
                row[header[index]] = text[:MAX_CELL]
        found.append(row)
    while found and not found[-1]:
        found.pop()
    return found


def _check_header(header: list[str], title: str, problems: list[Place]) -> None:
    seen: set[str] = set()
    for index, column in enumerate(header):
        if column and column in seen:
            problems.append(
                Place(_("the column “%s” stands twice") % column, title, 1, get_column_letter(index + 1))
            )
        seen.add(column)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    # What XML cannot hold, and the blank that does not break, which spreadsheets put in by themselves.
    text = str(value).replace("\xa0", " ").strip()
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)


def write_workbook(sheets: Sheets) -> bytes:
    """The workbook again, for who wants to change it in a spreadsheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        header = list(dict.fromkeys(key for row in rows for key in row))
        page.append(header)
        for row in rows:
            page.append([row.get(key) for key in header])
        page.freeze_panes = "A2"
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


# --- converting


def convert_file(name: str, content: bytes, *, at: datetime) -> Converted:
    """The form that a file holds, by what the file is; raises ``FormRefused``."""
    if content[:4] == b"PK\x03\x04":
        return convert(name, read_workbook(name, content), version=version_label(at))
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        definition = definition_of(name, content)
        return Converted(_text_of(name, content), definition, [])
    raise refuse(name, [Place(_("it is neither an XLSX workbook nor an XForm; save it as XLSX"))])


def _text_of(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refuse(name, [Place(_("an XForm must be UTF-8; save it so"))]) from None


def version_label(at: datetime) -> str:
    """The version of a form that gives itself none: the moment it was handed in.

    >>> version_label(datetime(2026, 3, 2, 9, 5, 7))
    '20260302090507'
    """
    return at.strftime("%Y%m%d%H%M%S")


def convert(name: str, sheets: Sheets, *, version: str) -> Converted:
    """The XForm of a workbook; ``version`` is used where the settings give none.

    Raises ``FormRefused`` with every place that can be told.
    """
    sheets = _prepared(sheets, version=version, name=name)
    lacking = _lists_lacking(sheets)
    if lacking:
        raise refuse(name, lacking)
    warnings: list[str] = []
    try:
        made = pyxform_convert(
            xlsform={key: rows for key, rows in sheets.items() if key != "checks"},
            warnings=warnings,
            validate=False,
            form_name="data",
        )
    except PyXFormError as error:
        places = [_located(place_of(line), sheets) for line in _lines(str(error))]
        raise refuse(name, places) from None
    except RecursionError:
        raise refuse(name, [Place(_("its groups are nested too deep"), "survey")]) from None
    except Exception as error:  # pyxform meets a workbook it was not written for
        said = _("the converter could not read it (%s)") % f"{type(error).__name__}: {error}"[:200]
        raise refuse(name, [Place(said)]) from None
    definition = definition_of(name, made.xform)
    definition = replace(definition, checks=_checks(name, sheets.get("checks", []), definition))
    return Converted(made.xform, definition, [place_of(w) for w in warnings])


def definition_of(name: str, xform: str | bytes) -> Definition:
    """What an XForm asks, with the checks written at its questions; raises ``FormRefused``."""
    try:
        definition = instruments.read_xform(xform)
    except PersonError as error:
        raise refuse(name, [Place(str(error))]) from None
    checks = tuple(
        Check(q.name, q.notes["check"], "warning", dict(q.constraint_messages), q.repeat)
        for q in definition.questions
        if q.notes.get("check")
    )
    problems = instruments.check_problems(definition, checks)
    if problems:
        raise refuse(
            name, [Place(p.problem, "survey", column=f"bind::nanduti:check ({p.place})") for p in problems]
        )
    return replace(definition, checks=checks)


def _prepared(sheets: Sheets, *, version: str, name: str) -> Sheets:
    """A copy with what pyxform needs: our name space, a version, a form id."""
    made = {key: [_long_columns(row) for row in rows] for key, rows in sheets.items()}
    settings = dict(next((row for row in made.get("settings", []) if row), {}))
    uses_ours = any(key.startswith("bind::nanduti:") for row in made.get("survey", []) for key in row)
    if uses_ours and "nanduti=" not in settings.get("namespaces", ""):
        settings["namespaces"] = f"{settings.get('namespaces', '')} {NAMESPACE}".strip()
    if not settings.get("version"):
        settings["version"] = version
    stem = re.sub(r"[^A-Za-z0-9_\-]+", "_", name.rpartition(".")[0] or name).strip("_")
    if not (settings.get("form_id") or settings.get("id_string")):
        settings["form_id"] = stem or "form"
    if not (settings.get("form_title") or settings.get("title")):
        settings["form_title"] = settings.get("form_id") or settings.get("id_string") or stem
    made["settings"] = [settings]
    for key in ("choices", "external_choices", "entities"):
        if key in made and not any(made[key]):
            del made[key]
    return made


def _long_columns(row: Row) -> Row:
    return {SHORT_COLUMNS.get(key.strip().lower(), key): value for key, value in row.items()}


_ROW = re.compile(r"\[row\s*:\s*(\d+)\]\s*", re.IGNORECASE)
_SHEET = re.compile(
    r"(?:[Oo]n the|[Tt]he) '?(survey|choices|settings|entities|osm|external_choices)'? sheet,?\s*"
)
_COLUMN = re.compile(r"the '([^']+)' (?:value|column)|column '([^']+)'|'([^']+)' column")


def _lines(text: str) -> list[str]:
    return [line for line in (part.strip() for part in text.split("\n")) if line] or [text]


def place_of(message: str) -> Place:
    """Where a message of the converter points to, as far as it says.

    >>> place_of("[row : 5] On the 'survey' sheet, the 'name' value is invalid. Names must begin with a letter.")
    Place(problem='Names must begin with a letter.', sheet='survey', row=5, column='name')
    """
    row, sheet, column = _ROW.search(message), _SHEET.search(message), _COLUMN.search(message)
    named = next((g for g in column.groups() if g), "") if column else ""
    said = _ROW.sub("", message).strip()
    lead = re.match(r"On the '\w+' sheet, the '[^']+' value is invalid\.\s*", said)
    if lead and said[lead.end() :]:
        said = said[lead.end() :]
    where = sheet.group(1) if sheet else ("survey" if row else "")
    return Place(said, where, int(row.group(1)) if row else None, named)


def _lists_lacking(sheets: Sheets) -> list[Place]:
    """Questions that choose from a list which is not there: all of them, where the converter tells the first."""
    there = {row.get("list_name", row.get("list name", "")) for row in sheets.get("choices", [])}
    names = {row.get("name", "") for row in sheets["survey"]}
    found = []
    for number, row in enumerate(sheets["survey"], start=2):
        asked = row.get("type", "").split()
        if len(asked) < 2 or asked[0] not in ("select_one", "select_multiple", "rank"):
            continue
        if asked[1] not in there and not (asked[1].startswith("${") and asked[1][2:-1] in names):
            said = _("the list “%s” is not on the sheet choices") % asked[1]
            found.append(Place(said, "survey", number, "type"))
    return found


_QUOTED = re.compile(r"'([^']+)'|\[([^\]]+)\]")


def _located(place: Place, sheets: Sheets) -> Place:
    """The row, where the converter names only what stands in it."""
    if place.row is not None:
        return place
    words = [a or b for a, b in _QUOTED.findall(place.problem)]
    for sheet, columns in (("survey", ("type", "name")), ("choices", ("name",))):
        for number, row in enumerate(sheets.get(sheet, []), start=2):
            for column in columns:
                if row.get(column) and row[column] in words:
                    return replace(place, sheet=sheet, row=number, column=column)
    return place


# --- checks


def _checks(name: str, rows: list[Row], definition: Definition) -> tuple[Check, ...]:
    """The rules of the sheet ``checks``, after those written at questions; raises ``FormRefused``."""
    problems: list[Place] = []
    checks = list(definition.checks)
    names = {c.name for c in checks}
    for number, row in enumerate(rows, start=2):
        if not row:
            continue
        check, wrong = _check(row, number, definition, names)
        problems += wrong
        if check is not None:
            checks.append(check)
            names.add(check.name)
    if problems:
        raise refuse(name, problems)
    return tuple(checks)


def _check(
    row: Row, number: int, definition: Definition, names: set[str]
) -> tuple[Check | None, list[Place]]:
    wrong = []
    for column in ("name", "expression"):
        if not row.get(column):
            wrong.append(Place(_("is empty"), "checks", number, column))
    if row.get("name", "") in names:
        wrong.append(Place(_("“%s” stands twice") % row["name"], "checks", number, "name"))
    severity = row.get("severity", "warning").lower()
    if severity not in SEVERITIES:
        said = _("“%(said)s” is neither “error” nor “warning”") % {"said": severity}
        wrong.append(Place(said, "checks", number, "severity"))
    if wrong:
        return None, wrong
    messages = {
        instruments.code_of(key.partition("::")[2]) or definition.default_language: text
        for key, text in row.items()
        if key == "message" or key.startswith("message::")
    }
    check = Check(row["name"], row["expression"], severity, messages)
    found = instruments.check_problems(definition, [check])
    if found:
        return None, [Place(p.problem, "checks", number, "expression") for p in found]
    return replace(check, repeat=instruments.repeat_of(definition, check)), []
