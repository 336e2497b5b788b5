"""The page of one candidate: gate, scores, what each rests on, what it adds."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.interface import words
from nanduti.interface.pictures import bars
from nanduti.interface.saying import fill
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models.programmes import in_language
from nanduti.programme.pages import link, show

from ..queries import selections as queries
from ..queries.figures import figures_of
from ..queries.selections import Table
from ..ranking import Placed
from .saying import history_of


@programme_page(step=1)
def entry(request: HttpRequest, frame: Frame, pk: int, entry: int) -> HttpResponse:
    """What the score of one candidate is made of: gate, scores, evidence, contributions."""
    selection = queries.selection_by_pk(programme=frame.programme, pk=pk)
    row = queries.entry_by_pk(selection=selection, pk=entry)
    table = queries.table_of(selection=selection)
    placed = next((p for p in table.ranking.placed if p.key == str(row.pk)), None)
    gate = table.gates[str(row.pk)]
    scores = queries.scores_of(entry=row)
    figures = {}
    if any(s.indicator for s in scores.values()):
        figures = figures_of(programme=frame.programme, cluster=row.candidate.cluster, access=frame.access)
    may = frame.may_programme("edit_diagnostics") and not selection.is_decided
    sections = [
        _gate_section(frame, table, row, gate, may),
        {
            "title": _("Scores and what they rest on"),
            "table": _scores_table(request, table, placed, scores, figures),
        },
    ]
    return show(
        request,
        frame,
        title=str(row),
        back=link(frame.url("diagnostics:selection", pk), str(selection)),
        state=_entry_state(table, placed),
        action=link(frame.url("diagnostics:score_entry", pk, row.pk), _("Score this candidate"))
        if may
        else None,
        sections=sections,
        intro=in_language(row.candidate, "reason"),
        history=history_of(row),
    )


def _entry_state(table: Table, placed: Placed | None) -> str:
    if placed is None or placed.rank is None:
        why = fill(placed.reason, placed.reason_details) if placed else ""
        return _("Not ranked: %(why)s") % {"why": why}
    return _("Rank %(rank)s of %(n)s; first in %(share)s of the ways to weigh.") % {
        "rank": placed.rank,
        "n": len(table.ranking.ranked),
        "share": words.share(placed.lead_share, 0),
    }


def _gate_section(frame: Frame, table: Table, row: Any, gate: Any, may: bool) -> dict[str, Any]:
    section: dict[str, Any] = {"title": _("Gate: %(what)s") % {"what": table.weighing.gate_title}}
    if gate.verdict is None:
        section["intro"] = fill(queries.GATE_UNKNOWN, {})
    else:
        section["verdict"] = gate.verdict
    if gate.override:
        section["facts"] = [
            (_("Ranked all the same"), gate.override),
            (_("on"), words.moment(row.gate_overridden_at)),
        ]
    if may and (gate.override or not gate.passes):
        section["links"] = [
            link(
                frame.url("diagnostics:override_gate", table.selection.pk, row.pk), _("Rank it all the same")
            )
        ]
    return section


def _scores_table(
    request: HttpRequest, table: Table, placed: Placed | None, scores: Any, figures: Any
) -> DataTable:
    rows = [
        {"p": p, "row": scores.get(p.code), "is_gate": is_gate,
         "part": None if placed is None or is_gate else placed.parts.get(p.code)}
        for is_gate, group in ((True, table.weighing.gate_evidence), (False, table.weighing.parameters))
        for p in group
    ]  # fmt: skip
    most = max((r["part"] or 0.0 for r in rows), default=0.0)
    columns = [
        Col("what", gettext_lazy("Parameter"), value=lambda r: r["p"].title, phone=True),
        Col("value", gettext_lazy("Score"), value=_score_words, phone=True,
            plain=lambda r: r["row"].value if r["row"] else None),
        Col("part", gettext_lazy("Adds to the score"), "picture",
            value=lambda r: "" if r["part"] is None else bars.bar(round(100 * r["part"], 1), whole=100 * most or 1),
            plain=lambda r: None if r["part"] is None else round(100 * r["part"], 2)),
        Col("evidence", gettext_lazy("What it rests on"), value=lambda r: _evidence_words(r, figures), phone=True),
        Col("by", gettext_lazy("Scored"), value=_scored_words),
    ]  # fmt: skip
    return DataTable(rows, request, columns=columns, name="scores", prefix="s.")


def _score_words(r: dict[str, Any]) -> str:
    row, p = r["row"], r["p"]
    if row is None:
        return _("not scored yet")
    if row.value is None:
        return _("not known: nobody could tell")
    anchor = p.anchor(row.value)
    return (
        f"{words.number(row.value)} · {anchor}" if anchor else f"{words.number(row.value)} {p.unit}".strip()
    )


def _evidence_words(r: dict[str, Any], figures: Any) -> str:
    row = r["row"]
    if row is None:
        return ""
    figure = str(figures.get(row.indicator, row.indicator))
    return " · ".join(filter(None, [row.evidence, figure, row.cite()]))


def _scored_words(r: dict[str, Any]) -> str:
    row = r["row"]
    if row is None:
        return ""
    who = row.by.username if row.by else _("import")
    return f"{who}, {words.day(row.scored_at)}"
