"""The vision of a cluster: what it says, each time it was looked at again, and what serves it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.foundation.errors import NotFound
from nanduti.interface import saying, words
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models.programmes import in_language
from nanduti.programme.pages import form_page, link, show

from .. import actions, amending, queries, visions
from ..correction_forms import WordingForm
from ..forms import CorrectVisionForm, LookAgainForm, NewObjectiveForm, ObjectiveForm, VisionForm
from ..models import Objective, Vision
from .common import EDIT, require

# Ours: the source names no interval.
SUGGESTED_MONTHS = 12


def vision_of(frame: Frame, row: Vision) -> visions.Standing:
    """How the vision of the same cluster stands: that which holds, whichever of its rows the address names."""
    return visions.Standing(tuple(visions.looked_at(row)), frame.as_of)


def whose(row: Vision) -> str:
    """The cluster whose vision it is, or the programme."""
    return str(row.cluster or row.programme)


@programme_page(step=6, item="plan")
def vision(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """A vision: what holds, whether it is time to look at it again, its priorities, and all that was said before."""
    found = vision_of(frame, visions.vision_by_id(programme=frame.programme, pk=pk))
    row = found.latest
    may_edit = frame.access.may(EDIT, row.scope_id)
    return show(
        request,
        frame,
        title=_("Vision: %(whose)s") % {"whose": whose(row)},
        state=in_language(row, "text"),
        back=link(frame.url("plans:plan"), _("Vision and plan")),
        action=link(frame.url("plans:look_again", row.pk), _("Look at it again")) if may_edit else None,
        record=row,
        sections=[
            {
                "facts": _facts(found, sees_more=frame.access.may("read_sensitive", row.scope_id)),
                "verdict": found.verdict,
                "links": [
                    link(frame.url("plans:correct_vision", row.pk), _("Correct date or participants")),
                    link(frame.url("plans:correct_wording", row.pk), _("Correct a slip in the wording")),
                ]
                if may_edit
                else [],
            },
            _priorities(request, frame, found),
            _history(request, frame, found),
        ],
    )


def _facts(found: visions.Standing, *, sees_more: bool) -> list[tuple[str, Any]]:
    row, wording = found.latest, found.wording
    facts = [(_("Agreed on"), words.written(wording[0].agreed_on) or _("no day is written down"))]
    if len(wording) > 1:
        facts.append((_("Last confirmed"), words.written(row.agreed_on)))
    if row.n_participants is not None:
        facts.append((_("Participants"), words.number(row.n_participants)))
    if sees_more and row.took_part:
        facts.append((_("Who took part"), row.took_part))
    return [*facts, (_("To be looked at again"), _when_due(found))]


def _when_due(found: visions.Standing) -> str:
    if found.latest.every_months is None:
        return _("no time is set")
    return words.day(found.due) or _("cannot be said without a day")


def _priorities(request: HttpRequest, frame: Frame, found: visions.Standing) -> dict[str, Any]:
    holding = visions.wordings([found])
    rows = visions.objectives(programme=frame.programme).filter(vision__in=holding)
    columns = [
        Col("label", gettext_lazy("Priority"), value=str, phone=True, url=lambda o: objective_url(frame, o)),
        Col("plan", gettext_lazy("Plan"), value=lambda o: str(o.plan)),
        Col("n_activities", gettext_lazy("Activities"), "number", phone=True),
    ]
    return {
        "title": _("Priorities"),
        "table": DataTable(rows, request, columns=columns, name="priorities", prefix="o."),
        "empty_title": _("Nobody has said which objectives are its priorities"),
        "empty_why": _("Without priorities nobody can tell which activities serve the vision."),
        "empty_url": frame.url("plans:plan") + "#objectives",
        "empty_label": _("See the objectives"),
    }


def _history(request: HttpRequest, frame: Frame, found: visions.Standing) -> dict[str, Any]:
    row = found.latest
    columns = [
        Col(
            "agreed_on",
            gettext_lazy("When"),
            phone=True,
            plain=lambda v: v.agreed_on,
            value=lambda v: words.written(v.agreed_on) or _("no day is written down"),
        ),
        Col("outcome", gettext_lazy("What was decided"), value=lambda v: v.get_outcome_display(), phone=True),
        Col("text", gettext_lazy("Vision from then on"), value=str, phone=True),
        Col("n_participants", gettext_lazy("Participants"), "number"),
        Col("source", gettext_lazy("Source"), value=lambda v: v.cite(), shown=False),
    ]
    if frame.access.may("read_sensitive", row.scope_id):
        columns[4:4] = [
            Col("took_part", gettext_lazy("Who took part")),
            Col("note", gettext_lazy("Note")),
        ]
    return {
        "title": _("Each time it was looked at"),
        "table": DataTable(list(reversed(found.rows)), request, columns=columns, name="history", prefix="h."),
    }


def objective_url(frame: Frame, row: Objective) -> str | None:
    """Where an objective is corrected, for those who may."""
    if not frame.access.may(EDIT, row.scope_id):
        return None
    return frame.url("plans:edit_objective", row.plan.code, row.code)


@programme_page(step=6, item="plan", may=EDIT)
def new_vision(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Write down a vision."""
    cluster = frame.writes_in(EDIT)
    return form_page(
        request,
        frame,
        VisionForm(request.POST or None, initial={"every_months": SUGGESTED_MONTHS}),
        lambda values: actions.agree_vision(
            programme=frame.programme, cluster=cluster, values=values, by=request.user
        ),
        title=_("Write down a vision"),
        back=frame.url("plans:plan"),
        save_label=_("Save the vision"),
        done=_("The vision is saved."),
    )


@programme_page(step=6, item="plan")
def look_again(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Say what stakeholders decided when they looked at their vision again."""
    row = visions.vision_by_id(programme=frame.programme, pk=pk)
    require(frame, row.scope_id)
    found = vision_of(frame, row)
    objectives = visions.objectives(programme=frame.programme, cluster=row.cluster)
    holding = visions.wordings([found])
    form = LookAgainForm(
        request.POST or None,
        objectives=objectives,
        initial={
            "text": row.text,
            "text_es": row.text_es,
            "every_months": row.every_months or SUGGESTED_MONTHS,
            "priorities": [o.pk for o in objectives if o.vision_id in holding],
        },
    )

    def act(values: dict[str, Any]) -> None:
        actions.look_again(
            vision=row, priorities=list(values.pop("priorities", ())), values=values, by=request.user
        )

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Look at the vision again"),
        state=_("Does it still hold, and what do the stakeholders of %(whose)s want first?")
        % {"whose": whose(row)},
        back=frame.url("plans:vision", pk),
        save_label=_("Save what was decided"),
        done=_("It is written down; earlier wordings stay on record."),
    )


@programme_page(step=6, item="plan")
def correct_vision(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct when a vision was agreed, by whom, or when to look at it again."""
    row = visions.vision_by_id(programme=frame.programme, pk=pk)
    require(frame, row.scope_id)
    return form_page(
        request,
        frame,
        CorrectVisionForm.of(row, request.POST or None),
        lambda values, version: actions.correct_vision(
            vision=row, values=values, version=version, by=request.user
        ),
        title=_("Correct date or participants"),
        state=_("The wording changes only when the stakeholders look at it again."),
        back=frame.url("plans:vision", pk),
        save_label=_("Save"),
        done=_("The vision is saved."),
    )


@programme_page(step=6, item="plan")
def correct_wording(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Put a slip of the pen right; what changes the meaning is for the stakeholders."""
    row = visions.vision_by_id(programme=frame.programme, pk=pk)
    require(frame, row.scope_id)

    def act(values: dict[str, Any], version: int) -> None:
        reason = values.pop("reason")
        amending.correct_wording(vision=row, values=values, reason=reason, version=version, by=request.user)

    return form_page(
        request,
        frame,
        WordingForm.of(row, request.POST or None),
        act,
        title=_("Correct a slip in the wording"),
        state=_(
            "The same vision, better written. What changes its meaning is for the stakeholders to agree on."
        ),
        back=frame.url("plans:vision", pk),
        save_label=_("Save the wording"),
        done=_("The wording is corrected; what it said before stays in the record of deeds."),
    )


@programme_page(step=6, item="plan")
def new_objective(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Name what a plan is to change."""
    plans = queries.plans(programme=frame.programme, cluster=frame.cluster)
    plans = plans.filter(scope__in=frame.access.scopes_with(EDIT))
    if not plans:
        require(frame, frame.programme.scope_id)
    has_vision = bool(visions.standings(programme=frame.programme, on=frame.as_of))
    form = NewObjectiveForm(request.POST or None, plans=plans, has_vision=has_vision)

    def act(values: dict[str, Any], version: int | None) -> None:
        plan = values.pop("plan")
        actions.name_objective(plan=plan, values=_with_vision(frame, values, plan, None), by=request.user)

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Name an objective"),
        back=frame.url("plans:plan"),
        save_label=_("Save the objective"),
        done=_("The objective is saved."),
    )


@programme_page(step=6, item="plan")
def edit_objective(request: HttpRequest, frame: Frame, code: str, objective: str) -> HttpResponse:
    """Correct an objective, or say whether it is a priority of the vision."""
    rows = visions.objectives(programme=frame.programme)
    row = rows.filter(plan__code=code, code=objective).first()
    if row is None:
        raise NotFound(kind="objective", code_given=f"{code}:{objective}")
    require(frame, row.scope_id)
    found = visions.standing_of(row.plan, on=frame.as_of)
    form = ObjectiveForm.of(row, request.POST or None, has_vision=found is not None)
    form.initial["is_priority"] = found is not None and row.vision_id in visions.wordings([found])

    def act(values: dict[str, Any], version: int) -> None:
        values = _with_vision(frame, values, row.plan, row.vision)
        actions.edit_objective(objective=row, values=values, version=version, by=request.user)

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Objective"),
        state=str(row),
        back=frame.url("plans:plan"),
        save_label=_("Save the objective"),
        done=_("The objective is saved."),
    )


def _with_vision(frame: Frame, values: dict[str, Any], plan: Any, before: Vision | None) -> dict[str, Any]:
    """The values with the vision whose priority it is, for the tick that was set or taken away."""
    if "is_priority" not in values:
        return values
    is_priority, found = values.pop("is_priority"), visions.standing_of(plan, on=frame.as_of)
    holds = found is not None and before is not None and before.pk in visions.wordings([found])
    if found is not None and is_priority != holds:
        values["vision"] = found.latest if is_priority else None
    return values


def told(found: visions.Standing) -> str:
    """In a few words whether it is time to look at a vision again, for lists."""
    return saying.fill(found.verdict.reasons[0].sentence, found.verdict.reasons[0].details)
