"""Pages on which a seat or an appointment is corrected or taken back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotFound
from nanduti.interface.forms import LARGEST

from .. import actions, team
from ..committee_forms import EditSeatForm
from ..frames import Frame, programme_page
from ..models import Seat
from . import form_page, take_back_page


def _seat(frame: Frame, pk: int) -> Seat:
    rows = Seat.objects.filter(committee__programme=frame.programme).select_related(
        "committee", "organisation"
    )
    row = rows.filter(pk=pk).first() if pk <= LARGEST else None
    if row is None:
        raise NotFound(kind="seat", code_given=pk)
    return row


@programme_page(step=2, may="edit_programme", whole=True)
def edit_seat(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct who sits on a body, or say until when."""
    row = _seat(frame, pk)
    return form_page(
        request,
        frame,
        EditSeatForm.of(row, request.POST or None),
        lambda values, version: actions.edit_seat(seat=row, values=values, version=version, by=request.user),
        title=str(row),
        back=frame.url("programme:committee"),
        save_label=_("Save the seat"),
        done=_("The seat is saved."),
        take_back_url=frame.url("programme:take_back_seat", pk),
    )


@programme_page(step=2, may="edit_programme", whole=True)
def take_back_seat(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take a seat back that nobody held."""
    row = _seat(frame, pk)
    return take_back_page(
        request, frame, row, actions.take_back_record, back=frame.url("programme:committee")
    )


@programme_page(step=2, may="edit_programme", whole=True)
def take_back_appointment(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Take an appointment back that was never made."""
    row = team.appointment_by_code(programme=frame.programme, code=code)
    return take_back_page(
        request,
        frame,
        row,
        actions.take_back_record,
        back=frame.url("programme:agents"),
        title=capfirst(str(row)),
    )
