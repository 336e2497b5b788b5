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

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from nanduti.foundation.kept import kept

from . import words
from .columns import FILTERS, Col, ShownRow, cell_of
from .filters import (
    Chip,
    FilterField,
    arg_names,
    chips_of,
    cleaned,
    filter_field,
    filtered_by,
    in_order,
    searched,
)

COUNT_TO = 10_000

CHUNK = 1000


class DataTable:
    """A page of rows with its filters; see the module for how to declare one."""

    columns: ClassVar[Sequence[Col]] = ()
    search: ClassVar[Sequence[str]] = ()
    order: ClassVar[str] = ""
    page_size: ClassVar[int] = 50
    caption: ClassVar[Any] = ""
    name: ClassVar[str] = "table"
    exports: ClassVar[bool] = True
    # A template that shows the rows of a leaf (``table.page_rows``) otherwise than as cells side by side.
    body: ClassVar[str] = ""
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
        self.asked = cleaned(request.GET)

    # --- what is asked for

    @property
    def id(self) -> str:
        return f"{self.prefix}{self.name}".replace(".", "-")

    @property
    def title(self) -> str:
        """What those who hear the page call the table: its caption, else its first columns."""
        return str(self.caption) or ", ".join(str(col.label) for col in self.shown_cols[:3] if col.label)

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
        return self.chosen_cols or [col for col in self.cols if col.shown]

    @cached_property
    def chosen_cols(self) -> list[Col]:
        """The columns that the reader has chosen: these show on a phone as well."""
        chosen = set(self.args("cols"))
        return [col for col in self.cols if col.key in chosen]

    @property
    def is_chosen(self) -> bool:
        return bool(self.chosen_cols)

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
                rows = filtered_by(self, rows, col)
        words_asked = self.arg("q").strip()
        if words_asked and self.search:
            rows = searched(rows, self.search, words_asked)
        return in_order(rows, *self.sorted_by, fallback=self.order)

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
        return [ShownRow([cell_of(col, row, labels.get(col.key)) for col in cols], row) for row in rows]

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
        names = ["q", "page", *(arg_names(self.cols))]
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
        return [filter_field(self, col) for col in self.cols if col.filter in FILTERS]

    @cached_property
    def chips(self) -> list[Chip]:
        found = []
        if self.search and self.arg("q").strip():
            found.append(Chip(f"“{self.arg('q').strip()}”", self.address(q=None, page=None)))
        for shown in self.fields:
            found.extend(chips_of(self, shown))
        return found

    def kept_args(self) -> list[tuple[str, str]]:
        """What the filter form must carry along: sorting, and whatever else the page has in its address."""
        own = {self.prefix + n for n in ("q", "page", "cols", *arg_names(self.cols))}
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
