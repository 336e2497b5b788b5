"""Columns of a table: where their values come from and how each kind of value stands on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString

from . import words

# What may be asked for in an address, and how a column answers it.
FILTERS = ("text", "choice", "bool", "range", "days")
# Kinds that can be the title of a card, and from how many letters a text is long beside its heading on a phone.
TITLES = frozenset({"text", "code", "choice", "day", "interval"})
LONG = 40


@dataclass(frozen=True)
class Col:
    """One column.

    Attributes:
        key: attribute, dictionary key or path (``place__name``) of the value, and its name in the address.
        label: the heading.
        kind: text, code, number, money, share, day, moment, interval, bool, choice, chip, picture.
        value: how to get the value of a row, where ``key`` alone does not.
        sortable: ``True``, or the model field(s) to sort by.
        filter: text, choice, bool, range or days.
        field: the model field behind it, where it is not ``key``.
        choices: code → label, for choices; may be a callable, asked when the table is shown.
        url: the address a cell leads to.
        phone: whether the column shows on a phone; mark two or three.
        shown: whether the column shows before anybody chooses columns.
        tone: for chips, the tone of a value: good, warn, calm.
        plain: what an export gets, where that is not ``value``.
    """

    key: str
    label: Any
    kind: str = "text"
    sortable: bool | str | Sequence[str] = False
    filter: str = ""
    field: str = ""
    choices: Mapping[Any, Any] | Sequence[tuple[Any, Any]] | Callable[[], Any] | None = None
    value: Callable[[Any], Any] | None = None
    url: Callable[[Any], str | None] | None = None
    phone: bool = False
    shown: bool = True
    tone: Callable[[Any], str] | None = None
    plain: Callable[[Any], Any] | None = None
    help: Any = ""

    @property
    def path(self) -> str:
        return self.field or self.key

    @property
    def is_numeric(self) -> bool:
        return self.kind in {"number", "money", "share"}

    def of(self, row: Any) -> Any:
        """The value of a row, untouched."""
        return self.value(row) if self.value else value_at(row, self.key)

    def labels(self) -> dict[str, Any]:
        choices = self.choices() if callable(self.choices) else self.choices
        return {str(code): label for code, label in dict(choices or {}).items()}


def value_at(row: Any, path: str) -> Any:
    for name in path.split("__"):
        if row is None:
            return None
        row = row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
    return row() if callable(row) else row


@dataclass(frozen=True)
class Cell:
    """What stands in one cell of the page."""

    html: Any
    col: Col
    url: str | None = None
    heads: bool = False

    @property
    def css(self) -> str:
        names = ["num"] if self.col.is_numeric else []
        if not self.col.phone:
            names.append("wide")
        elif self.heads:
            names.append("lead")
        elif self.is_long:
            names.append("long")
        return " ".join([*names, f"k-{self.col.kind}"])

    @property
    def is_long(self) -> bool:
        """Whether it is a sentence rather than a word: on a phone it stands below its heading, not beside it."""
        return self.col.kind in {"text", "choice"} and len(strip_tags(str(self.html))) > LONG


class ShownRow:
    """A row with its cells. On a phone, where it is a card, one of them is its title: the first that leads
    somewhere, else the first that says something in words."""

    def __init__(self, cells: list[Cell], row: Any) -> None:
        self.cells, self.row = list(cells), row
        on_phone = [n for n, cell in enumerate(cells) if cell.col.phone]
        # A link under no heading is something to do with the row.
        titles = [n for n in on_phone if cells[n].url and cells[n].col.label] or [
            n for n in on_phone if cells[n].col.kind in TITLES and cells[n].html
        ]
        if titles:
            self.cells[titles[0]] = replace(cells[titles[0]], heads=True)


def cell_of(col: Col, row: Any, labels: dict[str, Any] | None) -> Cell:
    value = col.of(row)
    return Cell(in_words(col, value, labels), col, col.url(row) if col.url else None)


def in_words(col: Col, value: Any, labels: dict[str, Any] | None = None) -> Any:
    """A value as it stands on the page."""
    if value is None or value == "":
        return ""
    if col.kind in _IN_WORDS:
        return _IN_WORDS[col.kind](value)
    label = (labels or {}).get(str(value), value)
    if col.kind == "chip":
        return format_html('<span class="chip {}">{}</span>', col.tone(value) if col.tone else "", label)
    return label if isinstance(label, SafeString) else str(label)


_IN_WORDS: dict[str, Callable[[Any], str]] = {
    "number": words.number,
    "money": words.money,
    "share": words.share,
    "day": words.day,
    "moment": words.moment,
    "interval": lambda value: value if isinstance(value, str) else words.interval(value),
    "bool": words.yes_no,
}
