"""What every page of the register starts from."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from nanduti.foundation.access import Access
from nanduti.foundation.models import AuditEvent
from nanduti.interface import navigation
from nanduti.interface.columns import ShownRow, cell_of
from nanduti.interface.tables import DataTable

from ..models import Organisation
from ..names import names_for

Page = Callable[..., HttpResponse]


def page(function: Page) -> Page:
    """A page for people who are signed in. It may hold names, so no cache keeps it."""

    @functools.wraps(function)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        navigation.here(request, item="register")
        return function(request, *args, **kwargs)

    return login_required(cache_control(private=True, no_store=True)(shown))


def access_of(request: HttpRequest) -> Access:
    """The rights of whoever asks."""
    return request.access  # type: ignore[attr-defined]


def actor_url(pseudonym: str) -> str:
    """The page of whoever stands behind a pseudonym."""
    return reverse("register:actor", args=[pseudonym])


def history_of(request: HttpRequest, record: Any) -> list[AuditEvent]:
    """What was done to a record, for those who may see it; newest first."""
    if not access_of(request).may("see_audit", record.scope_id):
        return []
    events = AuditEvent.objects.filter(subject_kind=record._meta.label_lower, subject_id=str(record.pk))
    return list(events[:50])


class NamedTable(DataTable):
    """A table whose rows are called by name where the viewer may: the names of a page are asked for together."""

    keys_first = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names: dict[str, str] = {}

    def pseudonyms(self, row: Any) -> list[str]:
        """The pseudonyms that a row shows."""
        return [row.pseudonym]

    def called(self, pseudonym: str) -> str:
        return self.names.get(pseudonym, pseudonym)

    def learn(self, rows: list[Any]) -> list[Any]:
        """Ask for the names of these rows, all at once."""
        asked = {p for row in rows for p in self.pseudonyms(row)} - set(self.names)
        self.names.update(names_for(access=access_of(self.request), pseudonyms=asked))
        return rows

    @cached_property
    def first_keys(self) -> list[Any]:
        """The keys of the first page and one more, from the index alone."""
        return list(self.filtered.values_list("pk", flat=True)[: self.page_size + 1])

    @cached_property
    def n(self) -> int:
        # A rare word has been looked for in every row already: no need to count them all over again.
        return len(self.first_keys) if len(self.first_keys) <= self.page_size else DataTable.n.func(self)

    def _page_keys(self) -> list[Any]:
        first = (self.page - 1) * self.page_size
        if first == 0:
            return self.first_keys[: self.page_size]
        return list(self.filtered.values_list("pk", flat=True)[first : first + self.page_size])

    @cached_property
    def page_rows(self) -> list[ShownRow]:
        keys = self._page_keys()
        found = {row.pk: row for row in self.rows.order_by().filter(pk__in=keys)}
        rows = self.learn([found[key] for key in keys if key in found])
        labels = {col.key: col.labels() for col in self.shown_cols if col.choices}
        return [
            ShownRow([cell_of(col, row, labels.get(col.key)) for col in self.shown_cols], row) for row in rows
        ]

    def all_rows(self) -> Iterator[Any]:
        rows = super().all_rows()
        while chunk := list(islice(rows, 400)):
            yield from self.learn(chunk)


def named(organisation: Organisation | None) -> str:
    """What may be said of an organisation without opening the vault."""
    return str(organisation) if organisation else _("(none)")
