"""Candidate clusters, how they were chosen, and what the programme covers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.errors import NotFound
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.register import countries
from nanduti.register.models import Cluster

from .. import actions, codes, queries
from ..candidate_forms import NewCandidateForm
from ..forms import CandidateForm
from ..frames import Frame, programme_page
from ..models import Candidate
from ..models.programmes import in_language
from . import form_page, link, show, way_in


class CandidateTable(DataTable):
    """The clusters that were considered."""

    name, caption, order = "candidates", gettext_lazy("Clusters considered"), ""
    columns = [
        Col("cluster", gettext_lazy("Cluster"), value=lambda r: str(r.cluster), phone=True),
        Col("country", gettext_lazy("Country"), "choice", filter="choice", sortable=True,
            value=lambda r: r.cluster.place.country_code if r.cluster.place else "",
            field="cluster__place__country_code"),
        Col("sector", gettext_lazy("Sector"), sortable=True, filter="choice", shown=True),
        Col("stage", gettext_lazy("Stage"), "chip", choices=Candidate.Stage.choices, filter="choice", sortable=True,
            phone=True, tone=lambda s: {"selected": "good", "dropped": "calm"}.get(s, "")),
        Col("reason", gettext_lazy("Why"), value=lambda r: in_language(r, "reason"), phone=True),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]  # fmt: skip


@programme_page(step=1)
def selection(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Long list to short list with reasons, and which component runs where."""
    rows = queries.candidates(programme=frame.programme)
    sectors = sorted({row.sector for row in rows if row.sector})
    choices = {code: codes.said(codes.TRADES, code) for code in sectors}
    lands = {code: countries.said(code) for code in sorted(_by_country(rows))}
    told = {"sector": choices, "country": lands}
    columns = [
        Col(**{**col.__dict__, "choices": told[col.key]}) if col.key in told else col
        for col in CandidateTable.columns
    ]
    if frame.may_programme("decide") or frame.may_programme("edit_programme"):
        columns.append(
            Col("edit", "", value=lambda r: _("Judge"), url=lambda r: frame.url("programme:candidate", r.pk))
        )
    n_selected = sum(row.stage == Candidate.Stage.SELECTED for row in rows)
    matrix = queries.coverage_matrix(programme=frame.programme)
    state = _("No candidate is written down yet.") if not rows else ngettext(
        "%(n)s of %(all)s clusters considered was selected.", "%(n)s of %(all)s clusters considered were selected.",
        n_selected,
    ) % {"n": words.number(n_selected), "all": words.number(len(rows))}  # fmt: skip
    return show(
        request,
        frame,
        title=_("Selection of clusters"),
        state=f"{state} {_told_by_country(rows)}".strip(),
        action=link(frame.url("programme:new_candidate"), _("Add a candidate"))
        if frame.may_programme("edit_programme")
        else None,
        sections=[
            _coverage_section(frame, matrix),
            {
                "title": _("Candidates"),
                "table": CandidateTable(rows, request, columns=columns),
                "empty_title": _("No candidates are written down"),
                "empty_why": _(
                    "The committee's choice can be followed only if each candidate and its reason stand here."
                ),
                **way_in(frame),
            },
        ],
    )


def _by_country(rows: Iterable[Candidate]) -> dict[str, tuple[int, int]]:
    """Country → how many of its candidates were selected, and how many there are; unplaced ones left out."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        code = row.cluster.place.country_code if row.cluster.place else ""
        if code:
            chosen, n = found.get(code, (0, 0))
            found[code] = (chosen + (row.stage == Candidate.Stage.SELECTED), n + 1)
    return found


def _told_by_country(rows: Iterable[Candidate]) -> str:
    """Where the candidates lie in several countries, the choice in each: those to be helped and their partners."""
    found = _by_country(rows)
    if len(found) < 2:
        return ""
    order = sorted(found, key=lambda code: (-found[code][1], code))
    return "; ".join(
        _("%(country)s: %(n)s of %(all)s")
        % {
            "country": countries.said(code),
            "n": words.number(found[code][0]),
            "all": words.number(found[code][1]),
        }
        for code in order
    ) + "."  # fmt: skip


def _coverage_section(frame: Frame, matrix: queries.CoverageMatrix) -> dict[str, Any]:
    """Which component runs where, what that leaves apart, and the ways to change it."""
    may_edit = frame.may_programme("edit_programme")
    ways = [("programme:components", _("Components"))]
    if may_edit and matrix.components:
        ways = [("programme:take_in", _("Take a cluster in")), *ways]
        ways += [("programme:coverage", _("Change what runs where"))] if matrix.clusters else []
    return {
        "id": "coverage",
        "title": _("Coverage"),
        "intro": dilution(matrix),
        "html": _coverage_table(frame, matrix) if matrix.clusters else "",
        "verdict": matrix.convergence if matrix.clusters and len(matrix.components) > 1 else None,
        "verdict_about": "advice",
        "links": [link(frame.url(name), said) for name, said in ways],
    }


def dilution(matrix: queries.CoverageMatrix) -> str:
    """How much of the intended convergence is missing, in a sentence."""
    if matrix.dilution is None:
        return _("No component runs in any cluster yet.")
    if len(matrix.components) < 2:
        return ""
    if not matrix.dilution:
        return _("Every component runs in every cluster.")
    return _("Components were meant to work together: %(part)s of the cells are without one.") % {
        "part": words.share(matrix.dilution)
    }


def _coverage_table(frame: Frame, matrix: queries.CoverageMatrix) -> Any:
    head = format_html_join(
        "", '<th scope="col">{}</th>', ((matrix.names[code],) for code in matrix.components)
    )
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        ((_cluster_said(frame, cluster), _coverage_cells(matrix, cluster)) for cluster in matrix.clusters),
    )
    return format_html(
        '<div class="scroll"><table class="grid-table stacked"><caption class="unseen">{}</caption>'
        '<thead><tr><th scope="col">{}</th>{}</tr></thead><tbody>{}</tbody></table></div>',
        _("Which component runs in which cluster"),
        _("Cluster"),
        head,
        body,
    )


def _cluster_said(frame: Frame, cluster: Cluster) -> Any:
    """The name of a cluster, with the way to its register for those who may read it."""
    if not frame.access.may("read", cluster.scope_id):
        return str(cluster)
    return format_html('<a href="{}">{}</a>', reverse("register:cluster", args=[cluster.code]), cluster)


def _coverage_cells(matrix: queries.CoverageMatrix, cluster: Any) -> Any:
    cells = ((matrix.names[code], matrix.cells.get((cluster.pk, code))) for code in matrix.components)
    return format_html_join(
        "", '<td data-label="{}">{}</td>', ((name, _coverage_cell(cell)) for name, cell in cells)
    )


def _coverage_cell(cell: Any) -> Any:
    if cell is None:
        return format_html('<span aria-label="{}">–</span>', _("not covered"))
    remark = in_language(cell, "note")
    since = _("since %(year)s") % {"year": cell.since} if cell.since else _("yes")
    return format_html("✓ {}{}", since, format_html("<br><small>{}</small>", remark) if remark else "")


@programme_page(step=1, may="edit_programme", whole=True)
def new_candidate(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Put a cluster on the long list, with the reason where it goes further."""
    known = queries.candidates(programme=frame.programme).values("cluster")
    clusters = Cluster._base_manager.exclude(pk__in=known).order_by("name")
    return form_page(
        request,
        frame,
        NewCandidateForm(request.POST or None, clusters=clusters),
        lambda values: actions.consider_cluster(programme=frame.programme, by=request.user, **values),
        title=_("Add a candidate"),
        back=frame.url("programme:selection"),
        save_label=_("Save the candidate"),
        done=_("The candidate stands on the list."),
    )


@programme_page(step=1)
def candidate(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Judge a candidate."""
    row = queries.candidates(programme=frame.programme).filter(pk=pk).first()
    if row is None:
        raise NotFound(kind="candidate", code_given=pk)
    if not frame.may_programme("edit_programme"):
        frame.access.require("decide", frame.programme.scope_id)
    form = CandidateForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.judge_candidate(
            candidate=row, version=version, by=request.user, **values
        ),
        title=str(row.cluster),
        back=frame.url("programme:selection"),
        save_label=_("Save the judgement"),
        done=_("The judgement is saved."),
    )
