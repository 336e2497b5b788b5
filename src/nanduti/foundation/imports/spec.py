"""What a table is: its columns, their kinds, and the function that loads a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from .context import Context

# Surrogates, which stand for half a character: YAML can write them, no database can keep them.
HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
# What spreadsheets show where a formula failed, in English (ECMA-376-1, 18.17.3) and in Spanish.
ERROR_VALUES = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}
    | {"#¡NULO!", "#¡DIV/0!", "#¡VALOR!", "#¡REF!", "#¿NOMBRE?", "#¡NUM!", "#N/D"}
)

YES = {"yes", "y", "true", "1", "si", "sí", "x"}
NO = {"no", "n", "false", "0"}


class RowProblem(Exception):
    """Something wrong in one cell: the column, what is wrong, and what to do. Collected, never shown raw."""

    def __init__(self, column: str, problem: str, remedy: str) -> None:
        super().__init__(f"{column}: {problem}. {remedy}")
        self.column, self.problem, self.remedy = column, problem, remedy


@dataclass(frozen=True)
class Column:
    """A column: ``kind`` is text, int, decimal, share, date, bool, list or choice (with ``choices``).

    ``is_identifying`` columns are handed to the vault by the loader; their values enter no report.
    """

    name: str
    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    is_identifying: bool = False
    max_length: int = 5000

    def read(self, raw: str) -> Any:
        """The clean value of a cell, or :class:`RowProblem`. Empty cells are ``None`` (``""`` for text)."""
        text = raw.strip()
        if not text:
            if self.required:
                raise RowProblem(self.name, _("is empty"), _("This column must be filled in every row."))
            return [] if self.kind == "list" else "" if self.kind in {"text", "choice"} else None
        if "\x00" in text:
            raise RowProblem(self.name, _("contains a zero byte"), _("Export the file again as plain text."))
        if HALF_A_CHARACTER.search(text):
            raise RowProblem(self.name, _("contains half a character"), _("Type the text anew."))
        if text[0] == "#" and text.upper() in ERROR_VALUES:
            raise RowProblem(
                self.name,
                _("holds an error of the spreadsheet (%s)") % text,
                _("Mend it there, or leave the cell empty where the value is not known."),
            )
        if text.startswith("="):
            raise RowProblem(
                self.name,
                _("holds a formula"),
                _("Copy the column and paste it as values, then hand the file in again."),
            )
        if len(text) > self.max_length:
            raise RowProblem(
                self.name,
                _("is longer than %d characters") % self.max_length,
                _("Shorten it, or put it in a note."),
            )
        return _READERS[self.kind](self, text)


def _read_int(column: Column, text: str) -> int:
    try:
        value = int(text.replace("\u00a0", "").replace(" ", ""))
    except ValueError:
        raise RowProblem(
            column.name, _("“%s” is not a whole number") % _shorten(text), _("Write digits only, such as 25.")
        ) from None
    if abs(value) > 10**15:
        raise RowProblem(column.name, _("is too large"), _("Check the number and its unit."))
    return value


def _read_decimal(column: Column, text: str) -> Decimal:
    try:
        value = Decimal(text.replace("\u00a0", "").replace(" ", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15:
        raise RowProblem(
            column.name,
            _("“%s” is not a number") % _shorten(text),
            _("Write digits with a point before decimals, such as 1500.50, without thousands separators."),
        )
    return value


def _read_share(column: Column, text: str) -> Decimal:
    value = _read_decimal(column, text)
    if not 0 <= value <= 1:
        raise RowProblem(
            column.name, _("“%s” is not between 0 and 1") % _shorten(text), _("Divide a per cent by 100.")
        )
    return value


def _read_date(column: Column, text: str) -> date:
    try:
        return date.fromisoformat(text[:10] if text[10:].strip(" T0:") == "" else text)
    except ValueError:
        raise RowProblem(
            column.name,
            _("“%s” is not a date") % _shorten(text),
            _("Write year-month-day, such as 2008-06-30."),
        ) from None


def _read_bool(column: Column, text: str) -> bool:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise RowProblem(column.name, _("“%s” is neither yes nor no") % _shorten(text), _("Write yes or no."))


def _read_choice(column: Column, text: str) -> str:
    if text in column.choices:
        return text
    raise RowProblem(
        column.name,
        _("“%s” is not one of the known codes") % _shorten(text),
        _("Use one of: %s.") % ", ".join(column.choices),
    )


_READERS: dict[str, Callable[[Column, str], Any]] = {
    "text": lambda column, text: text,
    "int": _read_int,
    "decimal": _read_decimal,
    "share": _read_share,
    "date": _read_date,
    "bool": _read_bool,
    "choice": _read_choice,
    "list": lambda column, text: [part.strip() for part in text.split(";") if part.strip()],
}


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


class Row(Mapping[str, Any]):
    """The clean cells of one row, with the place they came from."""

    def __init__(self, place: str, values: dict[str, Any]) -> None:
        self.place, self._values = place, values

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def pick(self, names: str) -> dict[str, Any]:
        """The named cells as a dictionary; names separated by blanks."""
        return {name: self._values[name] for name in names.split()}


Loader = Callable[[Row, "Context"], None]


@dataclass(frozen=True)
class Table:
    """A table that can be imported. Tables load in ``order``, so that what is referred to comes first."""

    name: str
    columns: tuple[Column, ...]
    load: Loader
    order: int
    key: tuple[str, ...]

    @property
    def about(self) -> str:
        """One line: what a row of the table is; the loader's docstring, and a key of the catalogues."""
        return (self.load.__doc__ or "").strip().splitlines()[0]

    @property
    def identifying(self) -> frozenset[str]:
        return frozenset(c.name for c in self.columns if c.is_identifying)


TABLES: dict[str, Table] = {}

SOURCE_COLUMNS = (Column("source"), Column("source_place", max_length=200))


def table(
    name: str, *, order: int, columns: Sequence[Column], key: str = "", sourced: bool = True
) -> Callable[[Loader], Loader]:
    """Offer a table for import; ``key`` names the columns (blanks between) that tell its rows apart."""

    def keep(load: Loader) -> Loader:
        if name in TABLES:
            raise ValueError(f"two tables are called {name}")
        more = SOURCE_COLUMNS if sourced and all(c.name != "source" for c in columns) else ()
        TABLES[name] = Table(name, (*columns, *more), load, order, tuple(key.split()))
        return load

    return keep
