"""Whether those who organise an activity may, by the programme's division of labour; what came in for a programme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Prefetch

from nanduti.methods.values import Verdict
from nanduti.programme import labour
from nanduti.programme.models import Programme
from nanduti.register.models import Organisation

from .kinds import KINDS
from .models import Activity, ActivityRole

RULE = labour.RULE


def planned_verdict(*, programme: Programme, values: Mapping[str, Any]) -> Verdict | None:
    """What the division of labour says of an activity as somebody would plan it; ``None`` where it says nothing."""
    kind = KINDS.get(values.get("kind") or "")
    if kind is None or not kind.task:
        return None
    return labour.verdict(programme=programme, task=kind.task, doers=values.get("organisers") or [])


def recorded_verdict(activity: Activity) -> Verdict | None:
    """What it says of an activity as it is written down, however it came in."""
    values = {"kind": activity.kind, "organisers": organisers(activity)}
    return planned_verdict(programme=activity.plan.programme, values=values)


def organisers(activity: Activity) -> list[Organisation]:
    """Who organises an activity, in one order."""
    rows = activity.roles.filter(role=ActivityRole.Role.ORGANISER).select_related("organisation")
    return sorted((row.organisation for row in rows), key=lambda body: body.pk)


def is_as_before(activity: Activity, values: Mapping[str, Any]) -> bool:
    """Whether an edit leaves alone what the division of labour was asked about."""
    same_kind = values.get("kind", activity.kind) == activity.kind
    return same_kind and (
        "organisers" not in values or _ids(values["organisers"]) == _ids(organisers(activity))
    )


def organise(activity: Activity, bodies: Iterable[Organisation]) -> None:
    """Let these organise the activity and nobody else."""
    wanted = {body.pk: body for body in bodies}
    rows = activity.roles.filter(role=ActivityRole.Role.ORGANISER)
    rows.exclude(organisation__in=wanted).delete()
    there = set(rows.values_list("organisation", flat=True))
    ActivityRole.objects.bulk_create(
        ActivityRole(
            activity=activity, organisation=body, role=ActivityRole.Role.ORGANISER, scope=activity.scope
        )
        for pk, body in wanted.items()
        if pk not in there
    )


def deeds(programme: Programme, tasks: set[str]) -> list[labour.Deed]:
    """The activities that are one of these tasks and that somebody organises, cancelled ones left out; two queries."""
    kinds = [kind.code for kind in KINDS.values() if kind.task in tasks]
    roles = ActivityRole.objects.filter(role=ActivityRole.Role.ORGANISER).select_related("organisation")
    rows = Activity.objects.filter(plan__programme=programme, kind__in=kinds, pk__in=roles.values("activity"))
    rows = rows.exclude(reported_status=Activity.Status.CANCELLED).select_related("plan")
    return [
        labour.Deed(
            f"{row.number}. {row}",
            ("plans:activity", row.plan.code, row.number),
            KINDS[row.kind].task,
            tuple(role.organisation for role in row.organised),
        )
        for row in rows.prefetch_related(Prefetch("roles", queryset=roles, to_attr="organised"))
    ]


def connect() -> None:
    """Say which tasks are kinds of activity, and tell what is done of them."""
    labour.tell_asked(kind.task for kind in KINDS.values())
    labour.tell_deeds(deeds)


def _ids(bodies: Iterable[Organisation]) -> set[int]:
    return {body.pk for body in bodies}
