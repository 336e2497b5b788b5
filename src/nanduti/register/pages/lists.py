"""The register as lists: organisations, establishments."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.access import Access
from nanduti.interface import words
from nanduti.interface.navigation import Choice
from nanduti.interface.parts import Figure
from nanduti.interface.tables import COUNT_TO, Col, DataTable

from .. import countries, queries
from ..models import Organisation, SizeBand, Stakeholder
from .common import NamedTable, access_of, actor_url, page


class OrganisationTable(NamedTable):
    """Whoever can act, by name or pseudonym."""

    name = "register"
    caption = gettext_lazy("Register")

    @property
    def shows_names(self) -> bool:
        """Whether somebody on this page is called by a name that is not public."""
        rows = (shown.row for shown in self.page_rows)
        return any(not o.is_public and self.called(o.pseudonym) != o.pseudonym for o in rows)

    search = ("search_text",)
    order = "sort_text"

    @cached_property
    def filtered(self) -> Any:
        # The words were answered by the query, which folds accents and knows granted names.
        kept, self.search = self.search, ()
        try:
            return DataTable.filtered.func(self)
        finally:
            self.search = kept


def _cluster_column(clusters: dict[str, str], *, phone: bool = False) -> Col:
    """The cluster that a row belongs to."""
    return Col(
        "cluster",
        _("Cluster"),
        "choice",
        choices=clusters,
        filter="choice",
        field="cluster__code",
        value=lambda row: row.cluster.code if row.cluster else "",
        phone=phone,
    )


def _columns(table: OrganisationTable, clusters: dict[str, str], places: dict[str, str]) -> list[Col]:
    return [
        Col(
            "who",
            _("Who"),
            value=lambda o: table.called(o.pseudonym),
            sortable="sort_text",
            phone=True,
            url=lambda o: actor_url(o.pseudonym),
        ),
        Col("pseudonym", _("Pseudonym"), "code", shown=False),
        Col(
            "kind",
            _("Kind"),
            "choice",
            choices=Organisation.Kind.choices,
            filter="choice",
            phone=True,
            sortable=True,
        ),
        _cluster_column(clusters, phone=True),
        Col(
            "place",
            _("Place"),
            "choice",
            choices=places,
            filter="choice",
            field="place__code",
            value=lambda o: o.place.code if o.place else "",
        ),
        Col(
            "country_code",
            _("Country"),
            value=lambda o: countries.said(o.country_code),
            plain=lambda o: o.country_code,
            shown=False,
        ),
        Col("size_band", _("Size"), "choice", choices=SizeBand.choices, filter="choice"),
        Col(
            "role",
            _("Role"),
            "choice",
            choices=Stakeholder.Role.choices,
            filter="choice",
            field="roles__role",
            value=lambda o: "",
            shown=False,
        ),
    ]


@page
def home(request: HttpRequest) -> HttpResponse:
    """The register: everybody whom the viewer may see, with filters."""
    access = access_of(request)
    clusters = list(queries.clusters(access=access))
    rows = queries.search_register(access=access, text=request.GET.get("q", "")[:200].replace("\x00", ""))
    if request.GET.get("role"):
        rows = rows.distinct()  # one body may hold a role in several clusters
    table = OrganisationTable(rows, request)
    called = {c.code: str(c) for c in clusters}
    if not clusters:  # a firm owner: the own firm alone, and the name of its cluster
        own = rows.select_related("cluster").exclude(cluster=None)[:25]
        called = {firm.cluster.code: str(firm.cluster) for firm in own}
    table.cols = _columns(table, called, dict(queries.places_with_organisations(access=access)))
    if table.wants_export:
        return table.export()
    return render(
        request,
        "register/home.html",
        {
            "title": _("Register"),
            "state": _state(table, len(clusters)),
            "table": table,
            "figures": _figures(request, clusters),
            "may_register": bool(queries.scopes_to_edit(access=access)),
            "is_bare": not table.n and not table.chips,
            "shows_names": table.shows_names,
        },
    )


def _state(table: OrganisationTable, n_clusters: int) -> str:
    n = table.n
    if table.is_beyond_counting:
        return _("More than %(n)s organisations in %(clusters)s clusters.") % {
            "n": words.number(COUNT_TO),
            "clusters": words.number(n_clusters),
        }
    said = ngettext("%(n)s organisation", "%(n)s organisations", n) % {"n": words.number(n)}
    if table.is_narrowed:
        return _("%(organisations)s match what you asked for.") % {"organisations": said}
    return _("%(organisations)s. Names that are not public are kept by the municipality.") % {
        "organisations": said
    }


def _figures(request: HttpRequest, clusters: list[Any]) -> list[Figure]:
    access = access_of(request)
    figures = [
        Figure(
            len(clusters),
            ngettext("cluster open to you", "clusters open to you", len(clusters)),
            reverse("register:clusters"),
        ),
        Figure(_n_establishments(access), _("establishments"), reverse("register:establishments")),
    ]
    if access.may("request_contact"):
        n = queries.vault.my_requests(user=request.user).filter(state="asked").count()
        said = ngettext("my open contact request", "my open contact requests", n)
        figures.append(Figure(n, said, reverse("register:requests")))
    if access.may("decide_contact"):
        n = queries.vault.waiting(access=access).count()
        figures.append(
            Figure(
                n,
                ngettext("request waits for you", "requests wait for you", n),
                reverse("register:desk"),
                tone="warn" if n else "",
            )
        )
    return figures


def _n_establishments(access: Access) -> str:
    """Counted as far as the table counts."""
    rows = queries.establishments(access=access).filter(merged_into__isnull=True)
    n = rows.order_by()[: COUNT_TO + 1].count()
    return words.number(n) if n <= COUNT_TO else _("> %(n)s") % {"n": words.number(COUNT_TO)}


@page
def establishments(request: HttpRequest) -> HttpResponse:
    """The workshops and works that are visited and counted."""
    access = access_of(request)
    table = NamedTable(
        queries.establishments(access=access).filter(merged_into__isnull=True),
        request,
        name="establishments",
        caption=_("Establishments"),
        search=("pseudonym", "activity"),
        order="pseudonym",
    )
    clusters = {c.code: str(c) for c in queries.clusters(access=access)}
    table.cols = [
        Col(
            "who",
            _("Who"),
            value=lambda e: table.called(e.pseudonym),
            phone=True,
            url=lambda e: actor_url(e.pseudonym),
        ),
        Col("pseudonym", _("Pseudonym"), "code", sortable=True),
        _cluster_column(clusters),
        Col("place__name", _("Place"), field="place__name", filter="text", phone=True),
        Col("activity", _("Main activity"), filter="text"),
        Col("size_band", _("Size"), "choice", choices=SizeBand.choices, filter="choice"),
        Col("n_workers", _("Workers"), "number", sortable=True, filter="range"),
    ]
    if table.wants_export:
        return table.export()
    said = ngettext("%(n)s establishment", "%(n)s establishments", table.n) % {"n": words.number(table.n)}
    if table.is_beyond_counting:
        said = _("More than %(n)s establishments") % {"n": words.number(COUNT_TO)}
    return render(
        request,
        "register/establishments.html",
        {"title": _("Establishments"), "state": f"{said}.", "table": table},
    )


@page
def clusters(request: HttpRequest) -> HttpResponse:
    """The clusters whose register the viewer may read."""
    table = ClusterTable(queries.clusters(access=access_of(request)), request)
    if table.wants_export:
        return table.export()
    said = ngettext("%(n)s cluster", "%(n)s clusters", table.n) % {"n": words.number(table.n)}
    return render(
        request, "register/clusters.html", {"title": _("Clusters"), "state": f"{said}.", "table": table}
    )


def cluster_url(code: str) -> str:
    return reverse("register:cluster", args=[code])


class ClusterTable(DataTable):
    """Clusters with their trade and place."""

    name = "clusters"
    caption = gettext_lazy("Clusters")
    search = ("name", "name_es", "trade", "trade_es", "place__name")
    order = "name"
    columns = (
        Col(
            "name",
            gettext_lazy("Cluster"),
            sortable=True,
            phone=True,
            value=str,
            url=lambda c: cluster_url(c.code),
        ),
        Col("trade", gettext_lazy("Trade"), value=lambda c: c.trade_said, filter="text", phone=True),
        Col("place__name", gettext_lazy("Place"), sortable=True, filter="text"),
        Col("trade_code", gettext_lazy("Activity code"), "code", shown=False),
        Col("source", gettext_lazy("Source"), value=lambda c: c.cite(), shown=False),
    )


def clusters_to_switch(request: HttpRequest) -> list[Choice]:
    """For the frame, where no room above says better: the clusters the viewer may read."""
    here = request.resolver_match
    current = here.kwargs.get("code") if here and here.url_name == "cluster" else None
    return [
        Choice(str(c), cluster_url(c.code), is_current=c.code == current)
        for c in queries.clusters(access=access_of(request))[:50]
    ]
