"""What changed between two rounds, in words and as a table; and the map as a file for other programmes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods import networks as methods
from nanduti.programme.frames import Frame, programme_page

from ..queries.attributes import attributes_of
from ..queries.changes import Changed
from ..queries.measures import network_of
from .common import chosen, kinds_meant, ties_of

FATES = {
    "kept": gettext_lazy("kept"),
    "new": gettext_lazy("new since the round before"),
    "lost": gettext_lazy("gone since the round before"),
    "unknown": gettext_lazy("not known whether still there"),
}


def change_facts(compared: Changed) -> list[tuple[str, Any]]:
    """The comparison in words, each with its textbook name."""
    facts: list[tuple[str, Any]] = [(FATES[fate], words.number(compared.n(fate))) for fate in FATES]
    change, bounds = compared.change, compared.bounds
    if change is None:
        return facts
    facts += [(_("Came in"), words.number(len(change.joined))), (_("Left"), words.number(len(change.left)))]
    if bounds is None:
        facts.append((_("How much stayed (Jaccard index)"), _("cannot be said: there are no ties")))
    elif compared.is_certain:
        facts.append(
            (
                _("How much stayed: ties in both rounds over ties in either (Jaccard index)"),
                words.share(bounds[0]),
            )
        )
        if change.turnover is not None:
            facts.append(
                (_("Ties made or gone over the ties of both rounds (turnover)"), words.share(change.turnover))
            )
    else:
        between = {"lowest": words.share(bounds[0]), "highest": words.share(bounds[1])}
        facts.append(
            (
                _("How much stayed (Jaccard index)"),
                _("between %(lowest)s and %(highest)s: too much is not known") % between,
            )
        )
    return facts


def change_table(request: HttpRequest, compared: Changed, names: dict[str, str]) -> DataTable:
    rows = [
        {"source": str(a), "target": str(b), "fate": fate}
        for (a, b), fate in sorted(compared.pairs.items(), key=lambda item: (item[1], str(item[0])))
    ]
    columns = [
        Col(
            "source",
            gettext_lazy("From"),
            sortable=True,
            phone=True,
            plain=lambda r: r["source"],
            value=lambda r: names.get(r["source"], r["source"]),
        ),
        Col(
            "target",
            gettext_lazy("To"),
            sortable=True,
            phone=True,
            plain=lambda r: r["target"],
            value=lambda r: names.get(r["target"], r["target"]),
        ),
        Col(
            "fate",
            gettext_lazy("What became of it"),
            "chip",
            choices=FATES,
            filter="choice",
            sortable=True,
            phone=True,
            tone=lambda f: {"new": "good", "lost": "warn"}.get(f, "calm"),
        ),
    ]
    return DataTable(rows, request, name="changes", columns=columns, caption=_("What changed"), prefix="c.")


@programme_page(step=3, item="networks")
def graphml(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The same ties for Gephi, yEd or visone: pseudonyms and groups, no name."""
    choice = chosen(request, frame)
    ties = ties_of(frame, choice)
    known = attributes_of(ties, programme=frame.programme, cluster=frame.cluster, access=frame.access)
    network = network_of(ties, kinds=kinds_meant(choice, ties), attributes=known.frame)
    response = HttpResponse(
        methods.write_graphml(network), content_type="application/graphml+xml; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="relations-{frame.programme.code}.graphml"'
    return response
