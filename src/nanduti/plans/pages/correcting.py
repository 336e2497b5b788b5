"""Pages on which a contribution or a milestone is corrected; the second of two editors is told."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotFound
from nanduti.interface.forms import LARGEST
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page

from .. import actions, queries
from ..forms import EditContributionForm, EditMilestoneForm
from .common import require


def _row(frame: Frame, rows: QuerySet[Any], kind: str, pk: int) -> Any:
    """The record with this number, for somebody who may change it; raises ``NotFound``."""
    row = rows.filter(pk=pk).first() if pk <= LARGEST else None
    if row is None:
        raise NotFound(kind=kind, code_given=pk)
    require(frame, row.scope_id)
    return row


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

    activity = row.activity
    return form_page(
        request,
        frame,
        form,
        act,
        title=str(row.contributor),
        state=str(activity or row.plan),
        back=frame.url("plans:activity", row.plan.code, activity.number)
        if activity
        else frame.url("plans:plan"),
        save_label=_("Save"),
        done=_("It is corrected."),
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
    )
