"""Pages of a programme: how its clusters were chosen, what its committee decided, its agreements and conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from nanduti.foundation.access import Access
from nanduti.foundation.errors import NotFound
from nanduti.interface import words
from nanduti.interface.forms import EditForm, NandutiForm
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.values import Money

from . import actions, codes, queries
from .forms import (
    AgreementForm,
    CandidateForm,
    DoneForm,
    NewAgreementForm,
    PartyForm,
    RenewalForm,
    ResolutionForm,
)
from .frames import Frame, programme_page
from .models import Candidate, CooperationAgreement, DivisionOfLabour, Resolution
from .models.programmes import in_language

AGREEMENT_STATES = {
    "in_force": gettext_lazy("in force"),
    "lapsed": gettext_lazy("lapsed"),
    "not_yet": gettext_lazy("not yet in force"),
    "undated": gettext_lazy("signed, no date known"),
    "draft": gettext_lazy("draft"),
    "attempted": gettext_lazy("attempted, not signed"),
}
AGREEMENT_TONES = {"in_force": "good", "lapsed": "warn"}
RESOLUTION_STATES = {
    "open": gettext_lazy("open"),
    "done": pgettext_lazy("decision", "done"),
    "overdue": gettext_lazy("overdue"),
    "undated": gettext_lazy("no day set"),
}


def link(url: str, label: Any) -> dict[str, Any]:
    """A link as the templates take it."""
    return {"url": url, "label": label}


def dated(key: str, label: Any, **more: Any) -> Col:
    """A column of dates as people wrote them, in the reader's words; exports keep what was written."""
    return Col(
        key, label, value=lambda r: words.written(getattr(r, key)), plain=lambda r: getattr(r, key), **more
    )


def amount_in_words(access: Access, row: Any, unvalued: str = "") -> str:
    """The amount of a row, for those who may see what is sensitive in its scope."""
    if not access.may("read_sensitive", row.scope_id):
        return ""
    return unvalued if row.amount is None else words.money(Money(row.amount, row.currency))


def show(
    request: HttpRequest,
    frame: Frame,
    *,
    title: Any,
    template: str = "programme/sections.html",
    **context: Any,
) -> HttpResponse:
    """A page of sections; a table that was asked to export answers with the file instead."""
    for section in context.get("sections", ()):
        table = section.get("table")
        if table is not None and table.wants_export:
            return table.export()
    return render(request, template, {"title": title, "frame_of": frame, **context})


def form_page(
    request: HttpRequest,
    frame: Frame,
    form: NandutiForm,
    act: Callable[..., Any],
    *,
    title: Any,
    back: str,
    save_label: Any,
    done: Any,
    template: str = "programme/form.html",
    **context: Any,
) -> HttpResponse:
    """Show a form, and on a clean submission run the action: what it refuses is told in the form."""
    if request.method == "POST" and form.is_valid():
        ok = (
            form.save_with(act) if isinstance(form, EditForm) else form.try_to(lambda: act(form.cleaned_data))
        )
        if ok:
            messages.success(request, done)
            return redirect(back)
    return render(
        request,
        template,
        {"title": title, "form": form, "back": link(back, _("Back")), "save_label": save_label, **context},
        status=form.status,
    )


# --- step 1: how the clusters were chosen


class CandidateTable(DataTable):
    """The clusters that were considered."""

    name, caption, order = "candidates", gettext_lazy("Clusters considered"), ""
    columns = [
        Col("cluster", gettext_lazy("Cluster"), value=lambda r: str(r.cluster), phone=True),
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
    columns = [
        Col(**{**col.__dict__, "choices": choices}) if col.key == "sector" else col
        for col in CandidateTable.columns
    ]
    if frame.may_programme("decide") or frame.may_programme("edit_programme"):
        columns.append(
            Col("edit", "", value=lambda r: _("Judge"), url=lambda r: frame.url("programme:candidate", r.pk))
        )
    n_selected = sum(row.stage == Candidate.Stage.SELECTED for row in rows)
    matrix = queries.coverage_matrix(programme=frame.programme)
    state = ngettext(
        "%(n)s of %(all)s clusters considered was selected.", "%(n)s of %(all)s clusters considered were selected.",
        n_selected,
    ) % {"n": words.number(n_selected), "all": words.number(len(rows))}  # fmt: skip
    return show(
        request,
        frame,
        title=_("Selection of clusters"),
        state=state,
        sections=[
            {
                "title": _("Coverage"),
                "intro": _dilution(matrix),
                "html": _coverage_table(matrix),
            },
            {
                "title": _("Candidates"),
                "table": CandidateTable(rows, request, columns=columns),
                "empty_title": _("No candidates are written down"),
                "empty_why": _(
                    "The committee's choice can be followed only if each candidate and its reason stand here."
                ),
            },
        ],
    )


def _dilution(matrix: queries.CoverageMatrix) -> str:
    if matrix.dilution is None:
        return _("No component runs in any cluster yet.")
    return _("Components were meant to work together: %(part)s of the cells are without one.") % {
        "part": words.share(matrix.dilution)
    }


def _coverage_table(matrix: queries.CoverageMatrix) -> Any:
    head = format_html_join("", '<th scope="col">{}</th>', ((code,) for code in matrix.components))
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        ((str(cluster), _coverage_cells(matrix, cluster)) for cluster in matrix.clusters),
    )
    return format_html(
        '<div class="scroll"><table class="grid-table"><caption class="unseen">{}</caption>'
        '<thead><tr><th scope="col">{}</th>{}</tr></thead><tbody>{}</tbody></table></div>',
        _("Which component runs in which cluster"),
        _("Cluster"),
        head,
        body,
    )


def _coverage_cells(matrix: queries.CoverageMatrix, cluster: Any) -> Any:
    cells = (matrix.cells.get((cluster.pk, code)) for code in matrix.components)
    return format_html_join("", "<td>{}</td>", ((_coverage_cell(cell),) for cell in cells))


def _coverage_cell(cell: Any) -> Any:
    if cell is None:
        return format_html('<span aria-label="{}">–</span>', _("not covered"))
    remark = in_language(cell, "note")
    since = _("since %(year)s") % {"year": cell.since} if cell.since else _("yes")
    return format_html("✓ {}{}", since, format_html("<br><small>{}</small>", remark) if remark else "")


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


# --- the committee


class ResolutionTable(DataTable):
    """What the committees decided."""

    name, caption = "resolutions", gettext_lazy("Decisions")


@programme_page(step=2)
def committee(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Meetings and decisions, with what is overdue."""
    day = frame.as_of
    rows = list(queries.resolutions(programme=frame.programme))
    meetings = list(queries.meetings(programme=frame.programme))
    n_overdue = sum(row.state_on(day) == "overdue" for row in rows)
    may_edit = frame.may_programme("edit_programme")
    columns = [
        Col("decision", gettext_lazy("Decision"), value=str, phone=True),
        Col("meeting", gettext_lazy("Meeting"), value=lambda r: str(r.meeting) if r.meeting else ""),
        Col("owner", gettext_lazy("Who sees to it"), value=lambda r: str(r.owner) if r.owner else ""),
        dated("due", gettext_lazy("Due"), phone=True),
        Col("state", gettext_lazy("State"), "chip", value=lambda r: r.state_on(day), choices=RESOLUTION_STATES,
            phone=True, tone=lambda s: {"overdue": "warn", "done": "good"}.get(s, "")),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]  # fmt: skip
    if may_edit:
        columns.append(
            Col("done_link", "", value=lambda r: "" if r.done else _("Say it is done"),
                url=lambda r: None if r.done else frame.url("programme:resolution_done", r.pk))
        )  # fmt: skip
    state = (
        ngettext("%(n)s decision is overdue.", "%(n)s decisions are overdue.", n_overdue)
        % {"n": words.number(n_overdue)}
        if n_overdue
        else _("No decision is overdue.")
    )
    meeting_columns = [
        Col("name", gettext_lazy("Meeting"), value=str, phone=True),
        dated("held_on", gettext_lazy("Held on"), phone=True),
        Col("note", gettext_lazy("Note"), value=lambda r: in_language(r, "note")),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]
    return show(
        request,
        frame,
        title=_("Committee"),
        state=state,
        action=link(frame.url("programme:new_resolution"), _("Write down a decision"))
        if may_edit and meetings
        else None,
        sections=[
            {
                "title": _("Decisions"),
                "table": ResolutionTable(rows, request, columns=columns),
                "empty_title": _("No decision is written down"),
                "empty_why": _(
                    "A decision with an owner and a day can be followed; one in the minutes alone is forgotten."
                ),
            },
            {
                "title": _("Meetings"),
                "table": DataTable(meetings, request, columns=meeting_columns, name="meetings", prefix="m."),
                "empty_title": _("No meeting is written down"),
            },
        ],
    )


@programme_page(step=2, may="edit_programme", whole=True)
def new_resolution(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Write down a decision."""
    form = ResolutionForm(request.POST or None, meetings=queries.meetings(programme=frame.programme))

    def act(values: dict[str, Any]) -> None:
        meeting = values.pop("meeting")
        actions.record_resolution(meeting=meeting, values=values, by=request.user)

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Write down a decision"),
        back=frame.url("programme:committee"),
        save_label=_("Save the decision"),
        done=_("The decision is saved."),
    )


@programme_page(step=2, may="edit_programme", whole=True)
def resolution_done(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Say when a decision was carried out."""
    row = Resolution.objects.filter(committee__programme=frame.programme, pk=pk).first()
    if row is None:
        raise NotFound(kind="decision", code_given=pk)
    form = DoneForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.complete_resolution(
            resolution=row, done=values["done"], version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("programme:committee"),
        save_label=_("Save"),
        done=_("The decision is marked as done."),
    )


# --- agreements


def agreement_columns(frame: Frame) -> list[Col]:
    """How agreements stand in a list, with their state on the cut-off day."""
    day = frame.as_of
    return [
        Col("title", gettext_lazy("Agreement"), value=str, phone=True,
            url=lambda r: frame.url("programme:agreement", r.code)),
        Col("kind", gettext_lazy("Kind"), "choice", choices=CooperationAgreement.Kind.choices, filter="choice",
            sortable=True),
        Col("level", gettext_lazy("Level"), "choice", choices=CooperationAgreement.Level.choices),
        Col("parties", gettext_lazy("Parties"),
            value=lambda r: ", ".join(str(p.organisation) for p in r.parties.all())),
        dated("signed", gettext_lazy("Signed"), sortable="signed_start", phone=True),
        dated("valid_until", gettext_lazy("Valid until"), sortable="valid_until_end"),
        Col("state", gettext_lazy("State"), "chip", value=lambda r: r.state_on(day), choices=AGREEMENT_STATES,
            tone=lambda s: AGREEMENT_TONES.get(s, ""), phone=True),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite(), shown=False),
    ]  # fmt: skip


@programme_page(step=5)
def agreements(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Memoranda, twinning agreements, letters of intent, deals; which hold on the cut-off day."""
    rows = queries.agreements(programme=frame.programme, cluster=frame.cluster)
    states = [row.state_on(frame.as_of) for row in rows]
    lapsing = queries.agreements_about_to_lapse(rows, on=frame.as_of)
    state = _("%(n)s of %(all)s agreements were in force on %(day)s.") % {
        "n": words.number(states.count("in_force")),
        "all": words.number(len(states)),
        "day": words.day(frame.as_of),
    }
    return show(
        request,
        frame,
        title=_("Agreements"),
        state=state,
        figures=[
            Figure(states.count("in_force"), pgettext("agreements", "in force"), tone="good"),
            Figure(states.count("lapsed"), pgettext("agreements", "lapsed")),
            Figure(len(lapsing), _("lapse within 90 days"), tone="warn" if lapsing else ""),
            Figure(states.count("attempted"), pgettext("agreements", "attempted, not signed")),
        ],
        action=link(frame.url("programme:new_agreement"), _("Record an agreement"))
        if frame.may_programme("edit_programme")
        else None,
        sections=[
            {
                "table": DataTable(rows, request, columns=agreement_columns(frame), name="agreements",
                                   caption=_("Agreements"), search=("title", "title_es")),
                "empty_title": _("No agreement is recorded"),
                "empty_why": _("Agreements between associations open the way for everybody else's cooperation."),
                "empty_url": frame.url("programme:new_agreement") if frame.may_programme("edit_programme") else "",
                "empty_label": _("Record an agreement"),
            }
        ],
    )  # fmt: skip


def _agreement(frame: Frame, code: str) -> CooperationAgreement:
    row = queries.agreements(programme=frame.programme).filter(code=code).first()
    if row is None:
        raise NotFound(kind="agreement", code_given=code)
    return row


def _validity(row: CooperationAgreement) -> str:
    since = words.written(row.valid_from or row.signed)
    if row.valid_until:
        until = words.written(row.valid_until)
        return _("from %(since)s until %(until)s") % {"since": since or "?", "until": until}
    return _("since %(since)s; no end agreed") % {"since": since} if since else "–"


@programme_page(step=5)
def agreement(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """One agreement: parties, span, renewals, where it is written."""
    row = _agreement(frame, code)
    may_edit = frame.may_programme("edit_programme")
    facts = [
        (_("Kind"), row.get_kind_display()),
        (_("Level"), row.get_level_display()),
        (_("Signed"), words.written(row.signed) or "–"),
        (_("Valid"), _validity(row)),
        (_("Renews"), str(row.renews) if row.renews else "–"),
        (_("Renewed by"), ", ".join(str(r) for r in row.renewals.all()) or "–"),
        (_("Areas of cooperation"), in_language(row, "areas") or "–"),
        (_("Note"), in_language(row, "note") or "–"),
    ]  # fmt: skip
    links = []
    if may_edit:
        links = [
            link(frame.url("programme:edit_agreement", code), _("Correct it")),
            link(frame.url("programme:add_party", code), _("Add a party")),
        ]
    columns = [
        Col("organisation", gettext_lazy("Organisation"), value=lambda p: str(p.organisation), phone=True),
        Col(
            "party_type", gettext_lazy("Kind of party"), "choice", choices=row.parties.model.PartyType.choices
        ),
        Col(
            "cluster",
            gettext_lazy("Cluster"),
            value=lambda p: str(p.cluster) if p.cluster else "",
            phone=True,
        ),
        Col("is_signatory", gettext_lazy("Has signed"), "bool"),
    ]
    return show(
        request,
        frame,
        title=str(row),
        state=_("On %(day)s: %(state)s.")
        % {"day": words.day(frame.as_of), "state": AGREEMENT_STATES[row.state_on(frame.as_of)]},
        back=link(frame.url("programme:agreements"), _("Agreements")),
        action=link(frame.url("programme:renew_agreement", code), _("Renew"))
        if may_edit and row.status == "signed"
        else None,
        record=row,
        sections=[
            {"facts": facts, "links": links},
            {
                "title": _("Parties"),
                "table": DataTable(row.parties.all(), request, columns=columns, name="parties"),
                "empty_title": _("No party is named"),
            },
        ],
    )


@programme_page(step=5, may="edit_programme", whole=True)
def new_agreement(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Record an agreement."""
    form = NewAgreementForm(request.POST or None)

    def act(values: dict[str, Any], version: int | None) -> None:
        actions.record_agreement(programme=frame.programme, values=values, by=request.user)

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Record an agreement"),
        back=frame.url("programme:agreements"),
        save_label=_("Save the agreement"),
        done=_("The agreement is saved. Now name its parties."),
    )


@programme_page(step=5, may="edit_programme", whole=True)
def edit_agreement(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Correct an agreement."""
    row = _agreement(frame, code)
    form = AgreementForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.edit_agreement(
            agreement=row, values=values, version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("programme:agreement", code),
        save_label=_("Save the agreement"),
        done=_("The agreement is saved."),
    )


@programme_page(step=5, may="edit_programme", whole=True)
def add_party(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Name a party of an agreement."""
    row = _agreement(frame, code)
    return form_page(
        request,
        frame,
        PartyForm(request.POST or None),
        lambda values: actions.add_party(agreement=row, by=request.user, **values),
        title=_("Add a party"),
        back=frame.url("programme:agreement", code),
        save_label=_("Add the party"),
        done=_("The party is added."),
    )


@programme_page(step=5, may="edit_programme", whole=True)
def renew_agreement(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Renew an agreement."""
    row = _agreement(frame, code)
    return form_page(
        request,
        frame,
        RenewalForm(request.POST or None),
        lambda values: actions.renew_agreement(agreement=row, by=request.user, **values),
        title=_("Renew: %(agreement)s") % {"agreement": row},
        back=frame.url("programme:agreements"),
        save_label=_("Save the renewal"),
        done=_("The renewal is saved."),
    )


# --- conditions


@programme_page()
def conditions(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Who pays on which condition, and which institution may do what."""
    funding = list(queries.funding_conditions(programme=frame.programme))
    labour = list(queries.labour_division(programme=frame.programme))
    n_open = sum(row.is_verified is not True for row in funding if row.condition)
    funding_columns = [
        Col("funder", gettext_lazy("Funder"), value=lambda r: str(r.funder), phone=True),
        Col("share", gettext_lazy("Share"), "share", phone=True),
        Col("condition", gettext_lazy("Condition"), value=lambda r: in_language(r, "condition"), phone=True),
        Col("is_verified", gettext_lazy("Seen to be kept"), "bool"),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]
    labour_columns = [
        Col("institution_kind", gettext_lazy("Kind of institution"), phone=True,
            value=lambda r: codes.said(codes.INSTITUTIONS, r.institution_kind)),
        Col("task", gettext_lazy("Task"), value=lambda r: in_language(r, "task"), phone=True),
        Col("verdict", gettext_lazy("Verdict"), "chip", choices=DivisionOfLabour.May.choices, phone=True,
            tone=lambda v: "warn" if v == "may_not" else "good"),
        Col("reason", gettext_lazy("Why"), value=lambda r: in_language(r, "reason")),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]  # fmt: skip
    state = (
        ngettext(
            "%(n)s condition has not been seen to be kept.",
            "%(n)s conditions have not been seen to be kept.",
            n_open,
        )
        % {"n": words.number(n_open)}
        if n_open
        else _("Every condition that is written down is kept.")
        if funding
        else _("No funding condition is written down.")
    )  # fmt: skip
    return show(
        request,
        frame,
        title=_("Conditions and division of labour"),
        state=state,
        sections=[
            {
                "title": _("Who pays, on which condition"),
                "table": DataTable(funding, request, columns=funding_columns, name="funding"),
                "empty_title": _("No funding condition is written down"),
                "empty_why": _("Conditions such as open minutes are kept only if somebody can look them up."),
            },
            {
                "title": _("Which institution may do what"),
                "table": DataTable(labour, request, columns=labour_columns, name="labour", prefix="l."),
                "empty_title": _("No division of labour is written down"),
                "empty_why": _(
                    "Firms trust a university at the door and an association at the table; say who does what."
                ),
            },
        ],
    )
