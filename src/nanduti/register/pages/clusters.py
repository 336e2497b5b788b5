"""The page of a cluster: what sources say of it, how many belong to it, where they are."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nanduti.interface import words
from nanduti.interface.parts import Figure, TextTable

from .. import panels, queries
from ..models import Cluster, Organisation, SizeBand, Stakeholder
from ..queries import ClusterTotals
from .common import access_of, history_of, page
from .duplicates import line_for


@page
def cluster(request: HttpRequest, code: str) -> HttpResponse:
    """A cluster's register at a glance."""
    access = access_of(request)
    found = queries.cluster_by_code(access=access, code=code)
    totals = queries.cluster_totals(cluster=found)
    facts = queries.facts_about(cluster=found)
    n = totals.n_organisations
    said = ngettext("%(n)s organisation in the register", "%(n)s organisations in the register", n)
    return render(
        request,
        "register/cluster.html",
        {
            "title": str(found),
            "state": _("%(trade)s in %(place)s; %(said)s.")
            % {
                "trade": capfirst(found.trade_said or _("a trade not yet named")),
                "place": found.place or _("a place not yet named"),
                "said": said % {"n": words.number(n)},
            },
            "cluster": found,
            "figures": _figures(found, totals, len(facts)),
            "facts": facts,
            "by_kind": _by_kind(found, totals),
            "roles": [
                (dict(Stakeholder.Role.choices)[role], rows)
                for role, rows in queries.who_does_what(cluster=found).items()
            ],
            "partners_url": f"{reverse('register:partners')}?{urlencode({'cluster': found.code})}",
            "is_insider": access.may("read_sensitive", found.scope_id),
            "by_size": [(dict(SizeBand.choices).get(band, _("not known")), n) for band, n in totals.by_size],
            "map": _map(totals),
            "map_table": TextTable(
                [_("Place"), _("How many")], [(p.name, words.number(n)) for p, n in totals.by_place]
            ),
            "panels": panels.panels("cluster", request, found),
            "may_edit": queries.may_edit(access, found.scope),
            "history": history_of(request, found),
            "doubles": line_for(request, found),
        },
    )


def _listed(found: Cluster, **filters: str) -> str:
    return f"{reverse('register:home')}?{urlencode({'cluster': found.code, **filters})}"


def _figures(found: Cluster, totals: ClusterTotals, n_facts: int) -> list[Figure]:
    sites = f"{reverse('register:establishments')}?{urlencode({'cluster': found.code})}"
    note = (
        ngettext("%(n)s without a number", "%(n)s without a number", totals.n_without_workers)
        % {"n": words.number(totals.n_without_workers)}
        if totals.n_without_workers
        else ""
    )
    return [
        Figure(words.number(totals.n_organisations), _("organisations"), _listed(found)),
        Figure(words.number(totals.n_establishments), _("establishments"), sites),
        Figure(words.number(totals.n_workers) or "0", _("workers known"), sites, note=note),
        Figure(n_facts, ngettext("profile fact", "profile facts", n_facts), "#facts"),
    ]


def _by_kind(found: Cluster, totals: ClusterTotals) -> list[tuple[str, int, str]]:
    labels = dict(Organisation.Kind.choices)
    return [(str(labels[kind]), n, _listed(found, kind=kind)) for kind, n in totals.by_kind]


def _map(totals: ClusterTotals) -> dict[str, Any] | None:
    """Places as points, at the centroid of the city: nobody's door."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [float(place.longitude), float(place.latitude)]},
            "properties": {"title": f"{place.name}: {words.number(n)}", "n": n},
        }
        for place, n in totals.by_place
        if place.latitude is not None and place.longitude is not None
    ]
    return {"type": "FeatureCollection", "features": features} if features else None
