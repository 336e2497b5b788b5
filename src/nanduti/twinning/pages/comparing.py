"""A plain programme beside a twinning one, and what the records show of the six rows that tell them apart."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.interface import saying, words
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame

from ..comparing import Told, comparison

MET = {
    "yes": pgettext_lazy("table 11", "yes"),
    "no": pgettext_lazy("table 11", "no"),
    "unknown": pgettext_lazy("table 11", "not known"),
}
#: Where the records of a row are.
PAGES = {
    "selection": "programme:selection",
    "agents": "programme:agents",
    "trust": "programme:agreements",
    "activities": "plans:ledger",
    "outcomes": "results:table",
}


def comparison_section(request: HttpRequest, frame: Frame) -> dict[str, Any]:
    """The section of a page that answers whether this is a twinning programme, row by row."""
    found = comparison(programme=frame.programme, on=frame.as_of)
    columns = [
        Col("row", gettext_lazy("What is compared"), value=lambda t: saying.fill(t.row.title, {}), phone=True),
        Col("standard", gettext_lazy("Programme for one cluster"), value=lambda t: saying.fill(t.row.standard, {})),
        Col("twinning", gettext_lazy("Twinning programme"), value=lambda t: saying.fill(t.row.twinning, {}),
            phone=True),
        Col("met", gettext_lazy("Here"), "chip", value=_met, choices=list(MET.items()), phone=True,
            tone=lambda m: {"yes": "good", "no": "warn"}.get(m, "")),
        Col("records", gettext_lazy("What the records show"), value=_records, phone=True,
            url=lambda t: frame.url(PAGES[t.row.code]) if t.row.code in PAGES else None),
    ]  # fmt: skip
    return {
        "id": "really-twinning",
        "title": _("Is this really a twinning programme?"),
        "verdict": found.verdict,
        "table": DataTable(list(found.told), request, columns=columns, name="comparison", prefix="c."),
    }


def _met(told: Told) -> str:
    return {True: "yes", False: "no", None: "unknown"}[told.row.is_met]


def _records(told: Told) -> str:
    """How many records show it, in words."""
    shown = {
        "clusters": ngettext("%(n)s pair of clusters", "%(n)s pairs of clusters", told.n),
        "selection": _("%(n)s of %(of)s: reasons of the choice, links abroad"),
        "agents": _("%(n)s of %(of)s: agent in the emerging cluster, agent in the advanced one"),
        "trust": ngettext("%(n)s signed agreement", "%(n)s signed agreements", told.n),
        "activities": _("%(n)s of %(of)s activities done are across clusters"),
        "outcomes": ngettext("%(n)s agreed or closed linkage", "%(n)s agreed or closed linkages", told.n),
    }[told.row.code]
    return shown % {"n": words.number(told.n), "of": words.number(told.of or 0)}
