"""Verbs of who works for a programme."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.models import User
from nanduti.methods.values import Verdict

from .. import organigram, team
from ..errors import ReportsInCircle, SuperiorElsewhere
from ..models import Appointment, Programme
from ..rules import check_span, next_code, obey, scope_of_work


@action("programme.appoint", once=True)
def appoint(
    *,
    programme: Programme,
    values: dict[str, Any],
    override_reason: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Appointment:
    """Give somebody a post in the programme, if the rule about agents lets them in."""
    check_span(values, "since_text", "until_text")
    row = Appointment(programme=programme, **values)
    _check_superior(row, row.reports_to)
    row.override_reason = obey(programme, "agent", _agent_verdict(row, at), override_reason)
    row.scope = scope_of_work(programme, row.cluster)
    row.code = next_code(Appointment, programme, f"{row.kind}-")
    row.save()
    note(subject=row, kind=row.kind, side=row.side)
    return row


@action("programme.edit_appointment")
def edit_appointment(
    *,
    appointment: Appointment,
    values: dict[str, Any],
    override_reason: str = "",
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Appointment:
    """Correct or end an appointment; only what the rule about agents asks is judged anew."""
    check_span(values, "since_text", "until_text")
    _check_superior(appointment, values.get("reports_to"))
    judged = {name: values.get(name, getattr(appointment, name)) for name in team.JUDGED}
    if any(value != getattr(appointment, name) for name, value in judged.items()):
        proposed = Appointment(pk=appointment.pk, programme=appointment.programme, **judged)
        reason = obey(appointment.programme, "agent", _agent_verdict(proposed, at), override_reason)
        values = {**values, "override_reason": reason}
    scope = scope_of_work(appointment.programme, values.get("cluster", appointment.cluster))
    values = {**values, "scope": scope}
    note(subject=appointment, fields=save_edit(appointment, values, version=version))
    return appointment


def _check_superior(row: Appointment, superior: Appointment | None) -> None:
    """Refuse a superior of another programme, and one who would stand above and below at once."""
    if superior is None:
        return
    if superior.programme_id != row.programme_id:
        raise SuperiorElsewhere(superior=superior)
    hold(row.programme)  # two who save at once could close a circle that neither sees
    circle = organigram.closes_circle(row, superior) if row.pk else []
    if circle:
        raise ReportsInCircle(posts="; ".join(str(post) for post in circle))


def _agent_verdict(row: Appointment, at: datetime | None) -> Verdict | None:
    programme, day = row.programme, (at or timezone.now()).date()
    rows = list(team.appointments(programme=programme))
    has_partner = bool(team.pairs(programme=programme, on=day))
    return team.agent_verdict(row, rows, on=day, has_partner=has_partner)
