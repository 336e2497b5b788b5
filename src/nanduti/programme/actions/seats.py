"""Verbs that put right who sits on a body, and take back what was written down of it by mistake."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import save_edit, take_back
from nanduti.foundation.models import User

from ..errors import SeatThere
from ..models import Appointment, Seat
from ..rules import check_span


@action("programme.edit_seat")
def edit_seat(
    *, seat: Seat, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Seat:
    """Correct who sits on a body, for which sector, from when to when."""
    check_span(values, "since_text", "until_text")
    try:
        with transaction.atomic():
            fields = save_edit(seat, values, version=version)
    except IntegrityError:
        raise SeatThere(organisation=str(values["organisation"])) from None
    note(subject=seat, sector=seat.sector, fields=fields)
    return seat


@action("programme.take_back")
def take_back_record(
    *, record: Seat | Appointment, reason: str, version: int, by: User | str, at: datetime | None = None
) -> Seat | Appointment:
    """Take back a seat that nobody held, or an appointment that was never made; what has ended is ended instead."""
    take_back(record, version=version, reason=reason)
    return record
