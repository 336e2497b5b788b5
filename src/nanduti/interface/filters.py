"""What an address asks of a table, and what it leaves of the rows: filters, search and order.

Nothing here can fail by what an address says: what cannot be understood is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateTimeField, F, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from . import words
from .columns import Col, value_at

if TYPE_CHECKING:
    from .tables import DataTable


LONGEST_TEXT = 200


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address without it."""

    label: str
    without: str


@dataclass
class FilterField:
    """An input of the filter bar, with what was typed."""

    col: Col
    name: str
    options: list[tuple[str, str, bool]] = field(default_factory=list)
    value: str = ""
    since: str = ""
    until: str = ""

    @property
    def kind(self) -> str:
        return self.col.filter

    @property
    def id(self) -> str:
        """So that the keyboard stays where it was when the table comes anew."""
        return "filter-" + self.name.replace(".", "-")


def cleaned(given: QueryDict) -> QueryDict:
    """A copy without what no table can use: zero bytes, and texts longer than anybody types."""
    kept = QueryDict(mutable=True)
    for name, values in given.lists():
        if len(name) > LONGEST_TEXT or "\x00" in name:
            continue
        # Lone surrogates come in through odd percent-encoding and no database takes them.
        fine = [v.encode("utf-8", "ignore").decode() for v in values[:50] if "\x00" not in v]
        kept.setlist(name, [v for v in fine if 0 < len(v) <= LONGEST_TEXT])
        if not kept.getlist(name):
            del kept[name]
    return kept


def arg_names(cols: Iterable[Col]) -> list[str]:
    names = []
    for col in cols:
        if col.filter in {"range", "days"}:
            names += [f"{col.key}.from", f"{col.key}.to"]
        elif col.filter:
            names.append(col.key)
    return names


def as_decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10) ** 15 else None


def as_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def bounds_of(table: DataTable, col: Col) -> tuple[Any, Any]:
    read = as_day if col.filter == "days" else as_decimal
    low, high = (table.arg(f"{col.key}.{end}") for end in ("from", "to"))
    return (read(low) if low else None), (read(high) if high else None)


def filtered_by(table: DataTable, rows: Any, col: Col) -> Any:
    if col.filter in {"range", "days"}:
        low, high = bounds_of(table, col)
        return _between(rows, col, low, high)
    asked = table.arg(col.key).strip()
    if not asked:
        return rows
    if col.filter == "text":
        return searched(rows, (col.path,), asked, getter=col.of)
    if col.filter == "bool":
        return _equal(rows, col, asked == "yes") if asked in {"yes", "no"} else rows
    code = next((c for c in _codes(col) if str(c) == asked), None)
    return rows if code is None else _equal(rows, col, code)


def _codes(col: Col) -> list[Any]:
    choices = col.choices() if callable(col.choices) else col.choices
    return list(dict(choices or {}))


def _between(rows: Any, col: Col, low: Any, high: Any) -> Any:
    if low is None and high is None:
        return rows
    if isinstance(rows, QuerySet):
        path = f"{col.path}__date" if _is_moment(rows, col.path) else col.path
        asked = {"gte": low, "lte": high}
        return rows.filter(**{f"{path}__{name}": value for name, value in asked.items() if value is not None})
    return [row for row in rows if _lies_between(_comparable(col.of(row)), low, high)]


def _is_moment(rows: QuerySet, path: str) -> bool:
    """Whether days are asked of moments: the last day counts to its end, and not only its midnight."""
    try:
        return isinstance(rows.model._meta.get_field(path), DateTimeField)
    except FieldDoesNotExist:
        return False


def _lies_between(value: Any, low: Any, high: Any) -> bool:
    if value is None:
        return False
    return (low is None or value >= low) and (high is None or value <= high)


def _comparable(value: Any) -> Any:
    """Money by its amount, spans by their first day, moments by their day; the rest as it is."""
    value = getattr(value, "amount", value)
    value = getattr(value, "period", value)
    value = getattr(value, "start", value)
    return value.date() if hasattr(value, "date") and callable(value.date) else value


def _equal(rows: Any, col: Col, value: Any) -> Any:
    if isinstance(rows, QuerySet):
        return rows.filter(**{col.path: value})
    return [row for row in rows if col.of(row) == value]


def searched(rows: Any, paths: Sequence[str], asked: str, getter: Callable[[Any], Any] | None = None) -> Any:
    for word in asked.split()[:8]:
        if isinstance(rows, QuerySet):
            anywhere = Q()
            for path in paths:
                anywhere |= Q(**{f"{path}__icontains": word})
            rows = rows.filter(anywhere)
        else:
            gets = [getter] if getter else [lambda row, p=p: value_at(row, p) for p in paths]
            rows = [r for r in rows if any(word.casefold() in str(get(r) or "").casefold() for get in gets)]
    return rows


def in_order(rows: Any, col: Col | None, is_down: bool, fallback: str) -> Any:
    if isinstance(rows, QuerySet):
        return _sort_query(rows, col, is_down, fallback)
    if col is None:
        return rows
    known = [row for row in rows if _comparable(col.of(row)) not in (None, "")]
    unknown = [row for row in rows if _comparable(col.of(row)) in (None, "")]
    try:
        known.sort(key=lambda row: _sort_key(col.of(row)), reverse=is_down)
    except TypeError:
        known.sort(key=lambda row: str(col.of(row)), reverse=is_down)
    return known + unknown


def _sort_key(value: Any) -> Any:
    value = _comparable(value)
    return value.casefold() if isinstance(value, str) else value


def _sort_query(rows: QuerySet, col: Col | None, is_down: bool, fallback: str) -> QuerySet:
    if col is None:
        if fallback:
            return rows.order_by(fallback, "pk")
        # Without any order two pages could show the same row.
        return rows if rows.ordered else rows.order_by("pk")
    fields = [col.path] if col.sortable is True else col.sortable
    fields = [fields] if isinstance(fields, str) else list(fields)
    return rows.order_by(*[_direction(rows, f, is_down) for f in fields], "-pk" if is_down else "pk")


def _direction(rows: QuerySet, path: str, is_down: bool) -> Any:
    """Unknown values come last both ways; the databases differ in that, and an index helps only where none are."""
    try:
        may_be_unknown = rows.model._meta.get_field(path).null
    except FieldDoesNotExist:
        may_be_unknown = True
    if not may_be_unknown:
        return f"-{path}" if is_down else path
    return F(path).desc(nulls_last=True) if is_down else F(path).asc(nulls_last=True)


def filter_field(table: DataTable, col: Col) -> FilterField:
    shown = FilterField(col, table.prefix + col.key, value=table.arg(col.key))
    if col.filter in {"range", "days"}:
        low, high = bounds_of(table, col)
        shown.since = table.arg(f"{col.key}.from") if low is not None else ""
        shown.until = table.arg(f"{col.key}.to") if high is not None else ""
    elif col.filter == "choice":
        shown.options = [(c, str(label), c == shown.value) for c, label in col.labels().items()]
    elif col.filter == "bool":
        shown.options = [(c, label, c == shown.value) for c, label in (("yes", _("yes")), ("no", _("no")))]
    return shown


def chips_of(table: DataTable, shown: FilterField) -> Iterator[Chip]:
    col = shown.col
    if shown.options:
        for _code, label, is_chosen in shown.options:
            if is_chosen:
                yield Chip(f"{col.label}: {label}", table.address(**{col.key: None, "page": None}))
    elif col.filter == "text" and shown.value.strip():
        yield Chip(f"{col.label}: “{shown.value.strip()}”", table.address(**{col.key: None, "page": None}))
    for end, sign, text in (("from", "≥", shown.since), ("to", "≤", shown.until)):
        if text:
            said = words.day(as_day(text)) if col.filter == "days" else words.number(as_decimal(text))
            yield Chip(
                f"{col.label} {sign} {said}", table.address(**{f"{col.key}.{end}": None, "page": None})
            )
