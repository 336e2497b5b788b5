"""Correcting what is written down of a body: itself, its meetings and its decisions; taking back what never was."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotFound

from .. import actions, queries, seating
from ..choosing import organisations_at_hand
from ..committee_forms import CommitteeForm, EditMeetingForm, EditResolutionForm
from ..frames import Frame, programme_page
from ..models import Meeting, Resolution
from . import form_page, take_back_page

EDIT = "edit_programme"


@programme_page(step=2, may=EDIT, whole=True)
def edit_committee(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Correct a body."""
    row = seating.committee_by_code(programme=frame.programme, code=code)
    return form_page(
        request,
        frame,
        CommitteeForm.of(row, request.POST or None),
        lambda values, version: actions.edit_committee(
            committee=row, values=values, version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("programme:committee"),
        save_label=_("Save the body"),
        done=_("The body is saved."),
    )


def _meeting(frame: Frame, pk: int) -> Meeting:
    row = queries.meetings(programme=frame.programme).filter(pk=pk).first()
    if row is None:
        raise NotFound(kind="meeting", code_given=pk)
    return row


@programme_page(step=2, may=EDIT, whole=True)
def edit_meeting(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct a meeting."""
    row = _meeting(frame, pk)
    return form_page(
        request,
        frame,
        EditMeetingForm.of(row, request.POST or None),
        lambda values, version: actions.edit_meeting(
            meeting=row, values=values, version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("programme:committee"),
        save_label=_("Save the meeting"),
        done=_("The meeting is saved."),
        take_back_url=frame.url("programme:withdraw_meeting", pk),
    )


@programme_page(step=2, may=EDIT, whole=True)
def withdraw_meeting(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take a meeting back that was written down by mistake."""
    return take_back_page(
        request,
        frame,
        _meeting(frame, pk),
        actions.withdraw_meeting,
        back=frame.url("programme:committee"),
    )


def _resolution(frame: Frame, pk: int) -> Resolution:
    row = queries.resolutions(programme=frame.programme).filter(pk=pk).first()
    if row is None:
        raise NotFound(kind="decision", code_given=pk)
    return row


@programme_page(step=2, may=EDIT, whole=True)
def edit_resolution(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct a decision."""
    row = _resolution(frame, pk)
    known = organisations_at_hand(programme=frame.programme, also=[row.owner_id])
    return form_page(
        request,
        frame,
        EditResolutionForm.of(row, request.POST or None, organisations=known),
        lambda values, version: actions.edit_resolution(
            resolution=row, values=values, version=version, by=request.user
        ),
        title=_("Correct the decision"),
        back=frame.url("programme:committee"),
        save_label=_("Save the decision"),
        done=_("The decision is saved."),
        take_back_url=frame.url("programme:withdraw_resolution", pk),
    )


@programme_page(step=2, may=EDIT, whole=True)
def withdraw_resolution(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take a decision back that was written down by mistake."""
    return take_back_page(
        request,
        frame,
        _resolution(frame, pk),
        actions.withdraw_resolution,
        back=frame.url("programme:committee"),
    )
