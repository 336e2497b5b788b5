"""How the fields of a study lie in a workbook: sheets, columns, units and the words a cell may hold."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .finance import CLASSES, DEFICITS
from .indicators import REFERENCES
from .loans import KINDS
from .operations import CONVENTIONS
from .rules import DEPRECIATION_METHODS
from .study import CATEGORIES, GROUPS, Study

STUDY_SHEET, SCHEDULE_SHEET = "study", "schedules"
SCHEDULE_HEAD = ("field", "item", "period", "value")
LIST_SHEETS = {
    "products": "products", "costs": "costs", "investments": "investments", "equity": "equity",
    "loans": "loans", "currencies": "currencies", "opening.assets": "opening_assets",
}  # fmt: skip
#: Field → words it may hold; offered as a list in the cell.
CHOICES: dict[str, tuple[str, ...]] = {
    "deficit": DEFICITS, "category": CATEGORIES, "group": GROUPS, "origin": ("local", "foreign"),
    "market": ("local", "export"), "convention": CONVENTIONS, "reference": REFERENCES,
    "equity.kind": CLASSES, "loans.kind": KINDS, "method": DEPRECIATION_METHODS,
}  # fmt: skip
_MONEY = frozenset({
    "amounts", "book_value", "refunds", "sale_value", "dividend_amount", "other_fee", "opening",
    "disbursements", "repayments",
    "initial", "adjustments", "opening.working_capital", "opening.cash", "opening.paid_in_equity",
    "opening.retained_profit", "limits",
})  # fmt: skip
_UNITS = {
    "capacity": "units a year", "coverage_days": "days", "finished_days": "days", "use": "share of capacity; …",
    "season": "twelve monthly parts; …", "life_years": "years", "remaining_years": "years", "instalments": "number",
    "every_months": "months", "first_year_months": "months", "first_repayment": "month, 2026-06",
    "start": "month, 2026-01", "starts": "period", "price_year": "year", "holiday_years": "years",
    "carry_forward_years": "years", "unit": "1000 for thousands", "currency": "ISO 4217", "code": "ISO 4217",
    "construction_periods": "number", "construction_months": "months", "production_years": "years",
    "startup_periods": "number", "adjust": "factor",
}  # fmt: skip
_SHARES = ("share", "rate", "fee", "tax", "allowance", "inflation", "escalation", "rates")


@dataclass(frozen=True)
class Field:
    """A field with its path in the document, its type, and whether a study must give it."""

    path: str
    hint: Any
    needed: bool
    default: Any = None

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def is_schedule(self) -> bool:
        origin = typing.get_origin(self.hint)
        return origin is not None and isinstance(origin, type) and issubclass(origin, Mapping)

    @property
    def is_list(self) -> bool:
        return typing.get_origin(self.hint) is tuple

    @property
    def may_be_none(self) -> bool:
        """Whether "none" is an answer of its own, not the same as an empty cell."""
        optional = type(None) in typing.get_args(self.hint)
        return (optional and self.default is not None) or (self.is_list and bool(self.default))

    @property
    def plain(self) -> type:
        """The type of the value or of the entries of a list, without "or nothing"."""
        hint = typing.get_args(self.hint)[0] if self.is_list else self.hint
        if typing.get_origin(hint) in (types.UnionType, typing.Union):
            hint = next(a for a in typing.get_args(hint) if a is not type(None))
        return hint


def fields_of(kind: type, prefix: str = "") -> Iterator[Field]:
    """Fields of a dataclass, those of dataclasses within it flattened as ``inner.field``; lists of items left out."""
    hints = typing.get_type_hints(kind)
    for f in dataclasses.fields(kind):
        hint, path = hints[f.name], prefix + f.name
        if path in LIST_SHEETS:
            continue
        needed = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if dataclasses.is_dataclass(hint):
            for inner in fields_of(hint, f"{path}."):
                yield dataclasses.replace(inner, needed=inner.needed and needed)
            continue
        default = None if needed else f.default
        if default is dataclasses.MISSING:
            default = f.default_factory()  # type: ignore[misc]
        yield Field(path, hint, needed, default)


def item_kind(path: str) -> type:
    """The dataclass of the items of a list such as ``costs`` or ``opening.assets``."""
    kind: Any = Study
    for part in path.split("."):
        kind = typing.get_type_hints(kind)[part]
    return typing.get_args(kind)[0]


def choices_for(list_path: str, field: Field) -> tuple[str, ...]:
    """Words a cell may hold; empty if any will do."""
    return CHOICES.get(f"{list_path}.{field.name}", CHOICES.get(field.name, ()))


def unit_for(field: Field, list_path: str, money: str) -> str:
    """The unit written over a column or beside a value."""
    if field.path in _MONEY or field.name in _MONEY:
        own = " or its own currency" if list_path in ("costs", "investments", "loans") else ""
        return money + own
    if field.name == "amount":
        return f"{money} a year, or a unit, or its own currency"
    if field.name in ("price", "subsidy"):
        return f"{money} a unit" + (" or its own currency" if field.name == "price" else "")
    if list_path == "currencies" and field.name == "rate":
        return f"{money.rpartition(' ')[2]} for one"
    if field.name in _UNITS:
        return _UNITS[field.name]
    if field.name.endswith("_days"):
        return "days"
    if any(part in field.name for part in _SHARES):
        return "share, 0.12 for 12 %" + ("; …" if field.is_list else "")
    if field.plain is bool:
        return "true or false"
    return ""


def is_money(unit: str) -> bool:
    """Whether a unit text names money, so that it has to agree with the study."""
    return (
        any(word.isascii() and word.isupper() and len(word) == 3 for word in unit.split())
        and "ISO" not in unit
    )
