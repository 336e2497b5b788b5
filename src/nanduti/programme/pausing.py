"""Questions about reviews in depth: what is due, what was decided, and what stands on hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import QuerySet

from nanduti.foundation.errors import NotFound
from nanduti.methods import planning
from nanduti.methods.values import Verdict
from nanduti.register.models import Cluster

from .models import Programme, TimeOut


def time_outs(*, programme: Programme) -> QuerySet[TimeOut]:
    """The reviews of a programme, planned and held."""
    return TimeOut.objects.filter(programme=programme).select_related("cluster", "source")


def time_out_by_code(*, programme: Programme, code: str) -> TimeOut:
    """The review with that code, or :class:`NotFound`."""
    found = None if "\x00" in code else time_outs(programme=programme).filter(code=code).first()
    if found is None:
        raise NotFound(kind="review", code_given=code)
    return found


def review_verdict(rows: Iterable[TimeOut], *, on: date) -> Verdict:
    """Whether the programme may go on, or a review is due first.

    A review that was held answers for the day it was planned for, however late it came.
    """
    rows = list(rows)
    held = [row.held_start for row in rows if row.held_by(on) and row.held_start]
    missing = [row.planned_for for row in rows if not row.held_by(on) and row.planned_for]
    return planning.time_out_verdict(
        on,
        scheduled=held + missing,
        held=held,
        turns=[row.turn_start for row in rows if row.turn_start],
        on_hold=any(row.is_hold_on(on) and row.cluster_id is None for row in rows),
        tolerance_days=0,
    )


def holds(*, programme: Programme, cluster: Cluster | None) -> list[TimeOut]:
    """The reviews that put the programme, or its work in that cluster, on hold, ended ones too; one query."""
    rows = time_outs(programme=programme).filter(decision=TimeOut.Decision.HOLD)
    return [row for row in rows if row.cluster_id is None or (cluster and row.cluster_id == cluster.pk)]


def holds_on(*, programme: Programme, on: date) -> list[TimeOut]:
    """What stands on hold on a day, in the programme as a whole or in one of its clusters; one query."""
    rows = time_outs(programme=programme).filter(decision=TimeOut.Decision.HOLD)
    return [row for row in rows if row.is_hold_on(on)]


def pressing(*, programme: Programme, on: date, within_days: int) -> list[TimeOut]:
    """The reviews that somebody should see to: on hold, overdue, due now or soon."""
    soon = min(on, date.max - timedelta(days=within_days)) + timedelta(days=within_days)
    return [
        row
        for row in time_outs(programme=programme)
        if (state := row.state_on(on)) in {"on_hold", "overdue", "due"}
        or (state == "planned" and row.planned_start is not None and row.planned_start <= soon)
    ]


def hold_verdict(
    *, programme: Programme, cluster: Cluster | None, start: date | None, end: date | None
) -> Verdict | None:
    """Whether something may take place from one day to another (exclusive); ``None`` where nothing was ever on hold."""
    said = None
    for row in holds(programme=programme, cluster=cluster):
        if row.lifted and row.lifted_start is None:
            continue  # it was lifted on a day that cannot be understood
        verdict = planning.hold_verdict(start, end, on_hold_since=row.held_start, lifted_on=row.lifted_start)
        if verdict.decision == "no":
            return verdict
        said = verdict if said is None or verdict.decision == "flag" else said
    return said
