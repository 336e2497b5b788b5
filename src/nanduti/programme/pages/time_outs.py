"""Reviews in depth: planned pauses tied to elections and other turns, what they found, and what they put on hold."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable

from .. import actions, pausing
from ..forms import FindingsForm, LiftForm, TimeOutForm
from ..frames import Frame, programme_page
from ..models import TimeOut
from ..models.programmes import in_language
from . import dated, form_page, link, show

EDIT = "edit_programme"
STATES = {
    "planned": pgettext_lazy("review", "planned"),
    "due": pgettext_lazy("review", "due now"),
    "overdue": pgettext_lazy("review", "overdue"),
    "held": pgettext_lazy("review", "held"),
    "on_hold": pgettext_lazy("review", "work is on hold"),
}
TONES = {"overdue": "warn", "on_hold": "warn", "held": "good"}


@programme_page(step=8)
def time_outs(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The reviews of the programme, whether one is due, and what is on hold."""
    day = frame.as_of
    rows = list(pausing.time_outs(programme=frame.programme))
    if frame.cluster:
        rows = [row for row in rows if row.cluster_id in (None, frame.cluster.pk)]
    may_edit = frame.may_programme(EDIT)
    new_url = frame.url("programme:new_time_out") if may_edit else ""
    columns = [
        Col("occasion", gettext_lazy("Occasion"), value=lambda r: capfirst(r.get_occasion_display()), phone=True,
            url=lambda r: frame.url("programme:time_out", r.code)),
        Col("planned", gettext_lazy("Planned for"), value=lambda r: words.written(r.planned) or _("not planned"),
            plain=lambda r: r.planned, phone=True),
        Col("cluster", gettext_lazy("Where"), value=lambda r: str(r.cluster or _("the programme as a whole"))),
        dated("turn", gettext_lazy("Election or change")),
        dated("held", gettext_lazy("Held on"), phone=True),
        Col("decision", gettext_lazy("Decision"), "choice", choices=TimeOut.Decision.choices),
        Col("state", gettext_lazy("State"), "chip", value=lambda r: r.state_on(day), choices=STATES, phone=True,
            tone=lambda s: TONES.get(s, "")),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite(), shown=False),
    ]  # fmt: skip
    return show(
        request,
        frame,
        title=_("Reviews and pauses"),
        state=_state(rows, frame),
        action=link(new_url, _("Plan a review")) if may_edit and rows else None,
        sections=[
            {"verdict": pausing.review_verdict(rows, on=day) if rows else None},
            {
                "table": DataTable(rows, request, columns=columns, name="reviews", caption=_("Reviews")),
                "empty_title": _("No review is planned"),
                "empty_why": _(
                    "A pause beside an election or a change of board gives time to ask what should be done otherwise, "
                    "before others ask."
                ),
                "empty_url": new_url,
                "empty_label": _("Plan a review"),
            },
        ],
    )  # fmt: skip


def _state(rows: list[TimeOut], frame: Frame) -> str:
    day = frame.as_of
    held = [row for row in rows if row.is_hold_on(day)]
    if held:
        return _("On hold since %(day)s, until what the review found is solved.") % {
            "day": words.written(held[0].held)
        }
    n = sum(row.state_on(day) == "overdue" for row in rows)
    if n:
        return ngettext("%(n)s review is overdue.", "%(n)s reviews are overdue.", n) % {"n": words.number(n)}
    coming = [row for row in rows if row.state_on(day) in {"planned", "due"} and row.planned_start]
    if coming:
        return _("The next review is planned for %(day)s.") % {"day": words.written(coming[0].planned)}
    return _("No review is planned from here on.") if rows else _("No review is planned.")


@programme_page(step=8)
def time_out(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """One review: when, what it found, what it decided, and what became of a hold."""
    row = pausing.time_out_by_code(programme=frame.programme, code=code)
    may_edit = frame.may_programme(EDIT)
    facts = [
        (_("Where"), str(row.cluster or _("the programme as a whole"))),
        (_("Occasion"), row.get_occasion_display()),
        (_("Election or change"), words.written(row.turn) or "–"),
        (_("Planned for"), words.written(row.planned) or "–"),
        (_("Held on"), words.written(row.held) or _("not held yet")),
        (_("What it found"), in_language(row, "findings") or "–"),
        (_("Decision"), row.get_decision_display() or "–"),
        (_("What is changed"), in_language(row, "changes") or "–"),
    ]
    if row.decision == TimeOut.Decision.HOLD:
        facts += [
            (_("Work goes on since"), words.written(row.lifted) or _("still on hold")),
            (_("What was solved"), in_language(row, "solved") or "–"),
        ]
    return show(
        request,
        frame,
        title=_("Review %(day)s") % {"day": words.written(row.held or row.planned)},
        state=str(STATES[row.state_on(frame.as_of)]).capitalize() + ".",
        back=link(frame.url("programme:time_outs"), _("Reviews and pauses")),
        action=_next(frame, row) if may_edit else None,
        record=row,
        sections=[
            {
                "facts": facts,
                "links": [link(frame.url("programme:report_time_out", code), _("Correct what it found"))]
                if may_edit and row.held
                else [],
            }
        ],
    )


def _next(frame: Frame, row: TimeOut) -> dict[str, Any] | None:
    if not row.held:
        return link(frame.url("programme:report_time_out", row.code), _("Write down what it found"))
    if row.decision == TimeOut.Decision.HOLD and not row.lifted:
        return link(frame.url("programme:lift_hold", row.code), _("Lift the hold"))
    return None


@programme_page(step=8, may=EDIT, whole=True)
def new_time_out(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Plan a review."""
    return form_page(
        request,
        frame,
        TimeOutForm(request.POST or None),
        lambda values: actions.plan_time_out(
            programme=frame.programme, cluster=frame.cluster, values=values, by=request.user
        ),
        title=_("Plan a review"),
        state=str(frame.where),
        back=frame.url("programme:time_outs"),
        save_label=_("Save the review"),
        done=_("The review is planned."),
    )


@programme_page(step=8, may=EDIT, whole=True)
def report_time_out(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Write down what a review found and decided."""
    row = pausing.time_out_by_code(programme=frame.programme, code=code)
    form = FindingsForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.report_time_out(
            time_out=row, values=values, version=version, by=request.user
        ),
        title=_("What the review found"),
        back=frame.url("programme:time_out", code),
        save_label=_("Save"),
        done=_("The review is saved."),
    )


@programme_page(step=8, may=EDIT, whole=True)
def lift_hold(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Let work go on again."""
    row = pausing.time_out_by_code(programme=frame.programme, code=code)
    form = LiftForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.lift_hold(time_out=row, version=version, by=request.user, **values),
        title=_("Lift the hold"),
        back=frame.url("programme:time_out", code),
        save_label=_("Lift the hold"),
        done=_("The hold is lifted; work goes on."),
    )
