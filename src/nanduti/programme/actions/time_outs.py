"""Verbs of reviews in depth, and of the hold that one may put on the work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import save_edit
from nanduti.foundation.fields import check_when, read_when
from nanduti.foundation.models import User
from nanduti.methods import planning
from nanduti.register.models import Cluster

from ..errors import LiftedTooEarly, NotOnHold, NotYetHeld, ReasonMissing
from ..models import Programme, TimeOut
from ..rules import next_code, scope_of_work


@action("programme.plan_time_out", once=True)
def plan_time_out(
    *,
    programme: Programme,
    cluster: Cluster | None,
    values: dict[str, Any],
    by: User | str,
    at: datetime | None = None,
) -> TimeOut:
    """Plan a pause for a review in depth, beside the election or change that it answers to."""
    for name in ("planned", "turn"):
        check_when(values.get(name, ""))
    row = TimeOut(programme=programme, cluster=cluster, **values)
    row.scope = scope_of_work(programme, cluster)
    row.code = next_code(TimeOut, programme, "review-")
    row.save()
    note(subject=row, occasion=row.occasion)
    return row


@action("programme.report_time_out")
def report_time_out(
    *, time_out: TimeOut, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> TimeOut:
    """Write down what a review found and decided; it may put the programme on hold."""
    reading = read_when(values.get("held", ""))
    check_when(values.get("held", ""))
    today = (at or timezone.now()).date()
    if isinstance(reading, planning.When) and reading.start and reading.start > today:
        raise NotYetHeld(day=reading.start)
    note(subject=time_out, decision=values["decision"], fields=save_edit(time_out, values, version=version))
    return time_out


@action("programme.lift_hold")
def lift_hold(
    *,
    time_out: TimeOut,
    lifted: str,
    solved: str,
    solved_es: str = "",
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> TimeOut:
    """Let work go on again, and say what was solved; left empty, the day is today."""
    if time_out.decision != TimeOut.Decision.HOLD:
        raise NotOnHold(review=str(time_out))
    if not solved.strip():
        raise ReasonMissing()
    day = lifted or (at or timezone.now()).date().isoformat()
    check_when(day)
    reading = read_when(day)
    begun = time_out.held_start
    if isinstance(reading, planning.When) and begun and reading.end and reading.end <= begun:
        raise LiftedTooEarly(since=begun, until=reading.period.last_day)
    values = {"lifted": day, "solved": solved.strip(), "solved_es": solved_es.strip()}
    note(subject=time_out, fields=save_edit(time_out, values, version=version))
    return time_out
