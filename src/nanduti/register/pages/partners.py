"""The partners of a programme's work: who they are, of which sector, in which role, and who is new to such work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col

from .. import partnering, queries, sectors
from ..models import Stakeholder
from .common import NamedTable, access_of, actor_url, page


class PartnerTable(NamedTable):
    """Partners by name or pseudonym, each role in a row."""

    name = "partners"
    caption = gettext_lazy("Partners")
    order = "organisation__sort_text"

    def pseudonyms(self, row: Stakeholder) -> list[str]:
        return [row.organisation.pseudonym]


@page
def partners(request: HttpRequest) -> HttpResponse:
    """Every partner with sector, role and description, and how many there are of each sector."""
    access = access_of(request)
    rows = partnering.partners(access=access)
    table = PartnerTable(rows, request)
    table.cols = _columns(request, table)
    if table.wants_export:
        return table.export()
    found = partnering.counts(table.filtered)
    return render(
        request,
        "register/partners.html",
        {"title": _("Partners"), "state": _state(found), "table": table, "figures": _figures(found)},
    )


def _columns(request: HttpRequest, table: PartnerTable) -> list[Col]:
    access = access_of(request)
    clusters = {c.code: str(c) for c in queries.clusters(access=access)}
    return [
        Col("who", _("Who"), value=lambda r: table.called(r.organisation.pseudonym), phone=True,
            sortable="organisation__sort_text", url=lambda r: actor_url(r.organisation.pseudonym)),
        Col("sector", _("Sector"), "choice", choices=dict(sectors.choices()), filter="choice", sortable=True,
            phone=True),
        Col("check", _("To look at"), value=_check),
        Col("role", _("Role"), "choice", choices=Stakeholder.Role.choices, filter="choice", phone=True),
        Col("cluster", _("Cluster"), "choice", choices=clusters, filter="choice", field="cluster__code",
            value=lambda r: r.cluster.code if r.cluster else ""),
        Col("is_new_partner", _("New and unusual partner"), "bool", filter="bool", phone=True),
        Col("since_text", _("Since"), value=lambda r: words.written(r.since_text), plain=lambda r: r.since_text),
        Col("until_text", _("Until"), value=lambda r: words.written(r.until_text), plain=lambda r: r.until_text,
            shown=False),
        Col("note", _("What the partnership is"),
            value=lambda r: r.note_said if access.may("read_sensitive", r.scope_id) else ""),
        Col("source", _("Source"), value=lambda r: r.cite()),
    ]  # fmt: skip


def _check(row: Stakeholder) -> str:
    if not partnering.is_doubtful(kind=row.organisation.kind, sector=row.sector):
        return ""
    return _("%(kind)s: is this its sector?") % {"kind": capfirst(row.organisation.get_kind_display())}


def _state(found: partnering.PartnerCounts) -> str:
    if not found.n:
        return _("No partner is written down yet.")
    said = ngettext("%(n)s partner", "%(n)s partners", found.n) % {"n": words.number(found.n)}
    said += ", " + ngettext(
        "%(n)s of them new and unusual", "%(n)s of them new and unusual", found.n_new
    ) % {"n": words.number(found.n_new)}  # fmt: skip
    if found.n_not_asked:
        said += "; " + ngettext(
            "of %(n)s nobody has said whether it is", "of %(n)s nobody has said whether they are", found.n_not_asked
        ) % {"n": words.number(found.n_not_asked)}  # fmt: skip
    return f"{said}."


def _figures(found: partnering.PartnerCounts) -> list[Figure]:
    known = [(code, found.by_sector[code]) for code in sectors.codes() if code in found.by_sector]
    figures = [Figure(words.number(n), sectors.said(code), f"?sector={code}") for code, n in known]
    if missing := found.by_sector.get(""):
        figures.append(Figure(words.number(missing), _("sector not said")))
    if found.n_doubtful:
        label = ngettext("sector to look at", "sectors to look at", found.n_doubtful)
        figures.append(Figure(words.number(found.n_doubtful), label, tone="warn"))
    return figures
