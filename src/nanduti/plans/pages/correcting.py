"""Pages on which what was written down of a plan is corrected or taken back; the second of two editors is told."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from nanduti.foundation.editing import require_free
from nanduti.foundation.errors import NotFound
from nanduti.interface.forms import LARGEST
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page, take_back_page

from .. import actions, amending, queries
from ..correction_forms import EditParticipationForm, EditPlanForm
from ..forms import EditContributionForm, EditMilestoneForm
from ..models import Activity, Contribution
from .common import require


def _row(frame: Frame, rows: QuerySet[Any], kind: str, pk: int) -> Any:
    """The record with this number, for somebody who may change it; raises ``NotFound``."""
    row = rows.filter(pk=pk).first() if pk <= LARGEST else None
    if row is None:
        raise NotFound(kind=kind, code_given=pk)
    require(frame, row.scope_id)
    return row


def _activity_url(frame: Frame, row: Activity) -> str:
    return frame.url("plans:activity", row.plan.code, row.number)


@programme_page(step=7, item="ledger")
def participation(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct who took part, or how many."""
    row = _row(frame, queries.all_participations(programme=frame.programme), "participation", pk)
    require_free(row)
    form = EditParticipationForm.of(row, request.POST or None, access=frame.access)

    def act(values: dict[str, Any], version: int) -> None:
        reason = values.pop("override_reason")
        amending.edit_participation(
            participation=row,
            values=values,
            version=version,
            override_reason=reason if frame.may("override_rule") else "",
            by=request.user,
        )

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Correct who took part"),
        state=f"{row.activity.number}. {row.activity}",
        back=_activity_url(frame, row.activity),
        save_label=_("Save"),
        done=_("It is corrected."),
        take_back_url=frame.url("plans:take_back_participation", pk),
    )


@programme_page(step=7, item="ledger")
def take_back_participation(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take back that somebody took part."""
    row = _row(frame, queries.all_participations(programme=frame.programme), "participation", pk)
    return take_back_page(
        request,
        frame,
        row,
        amending.take_back_record,
        back=_activity_url(frame, row.activity),
        title=f"{row.activity.number}. {row.activity}",
    )


@programme_page(step=7, item="plan")
def contribution(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct a contribution, or say that a pledge was kept."""
    row = _row(frame, queries.contributions(programme=frame.programme), "contribution", pk)
    form = EditContributionForm.of(row, request.POST or None, access=frame.access)

    def act(values: dict[str, Any], version: int) -> None:
        reason = values.pop("override_reason") if frame.may("override_rule") else ""
        values.pop("override_reason", None)
        actions.edit_contribution(
            contribution=row, values=values, version=version, override_reason=reason, by=request.user
        )

    return form_page(
        request,
        frame,
        form,
        act,
        title=str(row.contributor),
        state=str(row.activity or row.plan),
        back=_where_given(frame, row),
        save_label=_("Save"),
        done=_("It is corrected."),
        take_back_url=frame.url("plans:take_back_contribution", pk),
    )


def _where_given(frame: Frame, row: Contribution) -> str:
    """The page of the activity that something was given to, or that of the plan."""
    return frame.url("plans:plan") if row.activity is None else _activity_url(frame, row.activity)


@programme_page(step=7, item="plan")
def take_back_contribution(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take a contribution back that nobody promised or gave."""
    row = _row(frame, queries.contributions(programme=frame.programme), "contribution", pk)
    return take_back_page(
        request,
        frame,
        row,
        amending.take_back_record,
        back=_where_given(frame, row),
        title=f"{row.contributor}: {row.get_kind_display()}",
    )


@programme_page(step=7, item="plan")
def milestone(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct a milestone."""
    row = _row(frame, queries.milestones(programme=frame.programme), "milestone", pk)
    return form_page(
        request,
        frame,
        EditMilestoneForm.of(row, request.POST or None),
        lambda values, version: actions.edit_milestone(
            milestone=row, values=values, version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("plans:plan"),
        save_label=_("Save"),
        done=_("It is corrected."),
        take_back_url=frame.url("plans:take_back_milestone", pk),
    )


@programme_page(step=7, item="plan")
def take_back_milestone(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take a milestone back that was not reached."""
    row = _row(frame, queries.milestones(programme=frame.programme), "milestone", pk)
    return take_back_page(request, frame, row, amending.take_back_record, back=frame.url("plans:plan"))


@programme_page(step=6, item="plan")
def edit_plan(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Correct what a plan is called."""
    row = queries.plans(programme=frame.programme).filter(code=code).first()
    if row is None:
        raise NotFound(kind="plan", code_given=code)
    require(frame, row.scope_id)
    return form_page(
        request,
        frame,
        EditPlanForm.of(row, request.POST or None),
        lambda values, version: amending.edit_plan(plan=row, values=values, version=version, by=request.user),
        title=_("Correct what the plan is called"),
        state=str(row),
        back=frame.url("plans:plan"),
        save_label=_("Save"),
        done=_("It is corrected."),
    )
