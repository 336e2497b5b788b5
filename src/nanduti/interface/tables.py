"""Tables that a person can filter, sort, leaf through and take along; all of their state stands in the address.

::

    class FirmTable(DataTable):
        columns = [
            Col("code", _("Code"), "code", sortable=True, phone=True, url=lambda firm: firm.get_absolute_url()),
            Col("trade", _("Trade"), "choice", choices=TRADES, filter="choice"),
            Col("n_workers", _("Workers"), "number", sortable=True, filter="range"),
        ]
        search = ("code", "name")

    table = FirmTable(Firm.objects.all(), request)
    if table.wants_export:
        return table.export()
    return render(request, "register/firms.html", {"table": table})

Rows are a queryset or a list of objects or dictionaries. Nothing in the address can make the table fail: what
cannot be understood is left out. Large tables are never counted to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from nanduti.foundation.kept import kept

from . import words

COUNT_TO = 10_000
LONGEST_TEXT = 200
CHUNK = 1000
# What may be asked for in an address, and how a column answers it.
FILTERS = ("text", "choice", "bool", "range", "days")


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
        return self.value(row) if self.value else _follow(row, self.key)

    def labels(self) -> dict[str, Any]:
        choices = self.choices() if callable(self.choices) else self.choices
        return {str(code): label for code, label in dict(choices or {}).items()}


def _follow(row: Any, path: str) -> Any:
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

    @property
    def css(self) -> str:
        names = ["num"] if self.col.is_numeric else []
        if not self.col.phone:
            names.append("wide")
        elif self.url:
            names.append("lead")
        return " ".join([*names, f"k-{self.col.kind}"])


@dataclass(frozen=True)
class ShownRow:
    cells: list[Cell]
    row: Any


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


class DataTable:
    """A page of rows with its filters; see the module for how to declare one."""

    columns: ClassVar[Sequence[Col]] = ()
    search: ClassVar[Sequence[str]] = ()
    order: ClassVar[str] = ""
    page_size: ClassVar[int] = 50
    caption: ClassVar[Any] = ""
    name: ClassVar[str] = "table"
    exports: ClassVar[bool] = True
    # For tables of ten thousands of wide rows: sort their numbers alone and fetch only those of the page, and
    # count them again only after somebody did something.
    keys_first: ClassVar[bool] = False

    def __init__(
        self,
        rows: QuerySet | Iterable[Any],
        request: HttpRequest,
        *,
        columns: Sequence[Col] | None = None,
        caption: Any = None,
        name: str = "",
        order: str = "",
        search: Sequence[str] | None = None,
        page_size: int = 0,
        prefix: str = "",
    ) -> None:
        self.request = request
        self.prefix = prefix
        self.cols = list(columns if columns is not None else self.columns)
        self.caption = caption if caption is not None else self.caption
        self.name = name or self.name
        self.order = order or self.order
        self.search = self.search if search is None else search
        self.page_size = page_size or self.page_size
        self.rows = rows if isinstance(rows, QuerySet) else list(rows)
        self.asked = _clean(request.GET)

    # --- what is asked for

    @property
    def id(self) -> str:
        return f"{self.prefix}{self.name}".replace(".", "-")

    @property
    def words(self) -> str:
        """What was typed into the search box."""
        return self.arg("q")

    def arg(self, name: str) -> str:
        return self.asked.get(self.prefix + name, "")

    def args(self, name: str) -> list[str]:
        return self.asked.getlist(self.prefix + name)

    @cached_property
    def shown_cols(self) -> list[Col]:
        chosen = set(self.args("cols"))
        found = [col for col in self.cols if col.key in chosen]
        return found or [col for col in self.cols if col.shown]

    @cached_property
    def sorted_by(self) -> tuple[Col | None, bool]:
        """The column and whether it runs downwards."""
        asked = self.arg("sort") or self.order
        col = next((c for c in self.cols if c.sortable and c.key == asked.lstrip("-")), None)
        return col, asked.startswith("-")

    # --- the rows

    @cached_property
    def filtered(self) -> QuerySet | list[Any]:
        """All rows that the filters leave, in order."""
        rows = self.rows
        for col in self.cols:
            if col.filter in FILTERS:
                rows = _filter(self, rows, col)
        words_asked = self.arg("q").strip()
        if words_asked and self.search:
            rows = _search(rows, self.search, words_asked)
        return _sort(rows, *self.sorted_by, fallback=self.order)

    @cached_property
    def n(self) -> int:
        """How many rows there are; counting stops above :data:`COUNT_TO`."""
        if not isinstance(self.filtered, QuerySet):
            return len(self.filtered)
        rows = self.filtered.order_by().values("pk")[: COUNT_TO + 1]
        return kept(("count", str(rows.query)), rows.count) if self.keys_first else rows.count()

    @property
    def is_beyond_counting(self) -> bool:
        return isinstance(self.filtered, QuerySet) and self.n > COUNT_TO

    @cached_property
    def n_pages(self) -> int:
        return max(1, -(-min(self.n, COUNT_TO if self.is_beyond_counting else self.n) // self.page_size))

    @cached_property
    def page(self) -> int:
        asked = self.arg("page")
        return (
            min(max(int(asked), 1), self.n_pages)
            if asked.isascii() and asked.isdigit() and len(asked) < 9
            else 1
        )

    @cached_property
    def page_rows(self) -> list[ShownRow]:
        first = (self.page - 1) * self.page_size
        rows = self.prepare(self._fetched(first))
        cols = self.shown_cols
        labels = {col.key: col.labels() for col in cols if col.choices}
        return [ShownRow([_cell(col, row, labels.get(col.key)) for col in cols], row) for row in rows]

    def _fetched(self, first: int) -> list[Any]:
        if not (self.keys_first and isinstance(self.filtered, QuerySet)):
            return list(self.filtered[first : first + self.page_size])
        keys = list(self.filtered.values_list("pk", flat=True)[first : first + self.page_size])
        found = {row.pk: row for row in self.rows.filter(pk__in=keys).order_by()}
        return [found[key] for key in keys if key in found]

    @property
    def first(self) -> int:
        return (self.page - 1) * self.page_size + 1 if self.n else 0

    @property
    def last(self) -> int:
        return min(self.page * self.page_size, self.n)

    @property
    def summary(self) -> str:
        """How many rows, in words."""
        if not self.n:
            return _("No rows")
        n = (
            _("more than %(n)s") % {"n": words.number(COUNT_TO)}
            if self.is_beyond_counting
            else words.number(self.n)
        )
        return _("%(first)s–%(last)s of %(n)s") % {
            "first": words.number(self.first),
            "last": words.number(self.last),
            "n": n,
        }

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chips)

    # --- addresses

    def address(self, **changes: Any) -> str:
        """The address of this page with some of the table's state changed; ``None`` takes a part out."""
        query = self.asked.copy()
        for name, value in changes.items():
            query.pop(self.prefix + name, None)
            if value is not None:
                query[self.prefix + name] = str(value)
        text = query.urlencode()
        return f"?{text}" if text else self.request.path

    @property
    def previous_url(self) -> str | None:
        return self.address(page=self.page - 1) if self.page > 1 else None

    @property
    def next_url(self) -> str | None:
        return self.address(page=self.page + 1) if self.page < self.n_pages else None

    @property
    def bare_url(self) -> str:
        """The page without any filter."""
        names = ["q", "page", *(_arg_names(self.cols))]
        return self.address(**dict.fromkeys(names))

    def headings(self) -> list[dict[str, Any]]:
        col_now, is_down = self.sorted_by
        shown = []
        for col in self.shown_cols:
            is_now = col is col_now
            turn = "-" if is_now and not is_down else ""
            shown.append(
                {
                    "col": col,
                    "sort_url": self.address(sort=turn + col.key, page=None) if col.sortable else "",
                    "aria": ("descending" if is_down else "ascending") if is_now else "",
                    "css": ("num" if col.is_numeric else "") + ("" if col.phone else " wide"),
                }
            )
        return shown

    @cached_property
    def fields(self) -> list[FilterField]:
        return [_filter_field(self, col) for col in self.cols if col.filter in FILTERS]

    @cached_property
    def chips(self) -> list[Chip]:
        found = []
        if self.search and self.arg("q").strip():
            found.append(Chip(f"“{self.arg('q').strip()}”", self.address(q=None, page=None)))
        for shown in self.fields:
            found.extend(_chips_of(self, shown))
        return found

    def kept_args(self) -> list[tuple[str, str]]:
        """What the filter form must carry along: sorting, and whatever else the page has in its address."""
        own = {self.prefix + n for n in ("q", "page", "cols", *_arg_names(self.cols))}
        return [(n, v) for n, values in self.asked.lists() for v in values if n not in own]

    def column_options(self) -> list[tuple[Col, bool]]:
        shown = {col.key for col in self.shown_cols}
        return [(col, col.key in shown) for col in self.cols]

    # --- taking it along

    @property
    def wants_export(self) -> bool:
        return self.exports and self.arg("export") in {"csv", "xlsx"}

    @property
    def csv_url(self) -> str:
        return self.address(export="csv", page=None)

    @property
    def xlsx_url(self) -> str:
        return self.address(export="xlsx", page=None)

    def export(self) -> HttpResponseBase:
        """The whole filtered set with the columns that are shown, streamed; call when :attr:`wants_export`."""
        from .exports import stream

        return stream(self, self.arg("export"), with_bom=self.arg("bom") != "0")

    def prepare(self, rows: list[Any]) -> list[Any]:
        """Called with the rows of a page, or with a chunk of an export, before their cells are made.

        Override it to fetch for all of them at once what one row alone would fetch again and again.
        """
        return rows

    def all_rows(self) -> Iterator[Any]:
        """Every filtered row, without holding them all."""
        filtered = self.filtered
        rows = filtered.iterator(chunk_size=CHUNK) if isinstance(filtered, QuerySet) else iter(filtered)
        while chunk := list(islice(rows, CHUNK)):
            yield from self.prepare(chunk)


# --- reading the address


def _clean(given: QueryDict) -> QueryDict:
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


def _arg_names(cols: Iterable[Col]) -> list[str]:
    names = []
    for col in cols:
        if col.filter in {"range", "days"}:
            names += [f"{col.key}.from", f"{col.key}.to"]
        elif col.filter:
            names.append(col.key)
    return names


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10) ** 15 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _bounds(table: DataTable, col: Col) -> tuple[Any, Any]:
    read = _day if col.filter == "days" else _decimal
    low, high = (table.arg(f"{col.key}.{end}") for end in ("from", "to"))
    return (read(low) if low else None), (read(high) if high else None)


# --- filtering and sorting


def _filter(table: DataTable, rows: Any, col: Col) -> Any:
    if col.filter in {"range", "days"}:
        low, high = _bounds(table, col)
        return _between(rows, col, low, high)
    asked = table.arg(col.key).strip()
    if not asked:
        return rows
    if col.filter == "text":
        return _search(rows, (col.path,), asked, getter=col.of)
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
        asked = {"gte": low, "lte": high}
        return rows.filter(
            **{f"{col.path}__{name}": value for name, value in asked.items() if value is not None}
        )
    return [row for row in rows if _lies_between(_comparable(col.of(row)), low, high)]


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


def _search(rows: Any, paths: Sequence[str], asked: str, getter: Callable[[Any], Any] | None = None) -> Any:
    for word in asked.split()[:8]:
        if isinstance(rows, QuerySet):
            anywhere = Q()
            for path in paths:
                anywhere |= Q(**{f"{path}__icontains": word})
            rows = rows.filter(anywhere)
        else:
            gets = [getter] if getter else [lambda row, p=p: _follow(row, p) for p in paths]
            rows = [r for r in rows if any(word.casefold() in str(get(r) or "").casefold() for get in gets)]
    return rows


def _sort(rows: Any, col: Col | None, is_down: bool, fallback: str) -> Any:
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


# --- showing


def _filter_field(table: DataTable, col: Col) -> FilterField:
    shown = FilterField(col, table.prefix + col.key, value=table.arg(col.key))
    if col.filter in {"range", "days"}:
        low, high = _bounds(table, col)
        shown.since = table.arg(f"{col.key}.from") if low is not None else ""
        shown.until = table.arg(f"{col.key}.to") if high is not None else ""
    elif col.filter == "choice":
        shown.options = [(c, str(label), c == shown.value) for c, label in col.labels().items()]
    elif col.filter == "bool":
        shown.options = [(c, label, c == shown.value) for c, label in (("yes", _("yes")), ("no", _("no")))]
    return shown


def _chips_of(table: DataTable, shown: FilterField) -> Iterator[Chip]:
    col = shown.col
    if shown.options:
        for _code, label, is_chosen in shown.options:
            if is_chosen:
                yield Chip(f"{col.label}: {label}", table.address(**{col.key: None, "page": None}))
    elif col.filter == "text" and shown.value.strip():
        yield Chip(f"{col.label}: “{shown.value.strip()}”", table.address(**{col.key: None, "page": None}))
    for end, sign, text in (("from", "≥", shown.since), ("to", "≤", shown.until)):
        if text:
            said = words.day(_day(text)) if col.filter == "days" else words.number(_decimal(text))
            yield Chip(
                f"{col.label} {sign} {said}", table.address(**{f"{col.key}.{end}": None, "page": None})
            )


def _cell(col: Col, row: Any, labels: dict[str, Any] | None) -> Cell:
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
