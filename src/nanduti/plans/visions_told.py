"""Visions for machines: the wording that holds of each cluster, its priorities, and each time it was looked at."""

from __future__ import annotations

from datetime import date
from typing import Any

from nanduti.foundation.access import Access
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster

from . import visions
from .models import Objective, Vision


def told(*, programme: Programme, cluster: Cluster | None, on: date, access: Access) -> list[dict[str, Any]]:
    """The vision of each cluster that has one, and of the programme as a whole, as it stands on a day; two queries.

    Who took part and what was noted beside is told to those who may see sensitive fields.
    """
    found = visions.standings(programme=programme, cluster=cluster, on=on)
    holding = visions.wordings(found)
    rows = visions.objectives(programme=programme).filter(vision__in=holding)
    priorities: dict[int, list[Objective]] = {}
    for row in rows:
        priorities.setdefault(row.vision_id, []).append(row)  # type: ignore[arg-type]
    return [_standing(one, priorities, access) for one in found]


def _standing(
    found: visions.Standing, priorities: dict[int, list[Objective]], access: Access
) -> dict[str, Any]:
    row, wording = found.latest, found.wording
    return {
        "cluster": row.cluster.code if row.cluster else None,
        "text": row.text,
        "text_es": row.text_es,
        "agreed_on": wording[0].agreed_on or None,
        "last_confirmed": row.agreed_on if len(wording) > 1 else None,
        "look_again_by": found.due,
        "state": found.verdict.decision,
        "reason": found.verdict.reasons[0].say(),
        "priorities": [
            {"plan": o.plan.code, "code": o.code, "label": o.label, "activities": o.n_activities}
            for one in wording
            for o in priorities.get(one.pk, ())
        ],
        "looked_at": [_looked_at(one, access) for one in found.rows],
    }


def _looked_at(row: Vision, access: Access) -> dict[str, Any]:
    said: dict[str, Any] = {
        "agreed_on": row.agreed_on or None,
        "outcome": row.outcome or "agreed",
        "text": row.text,
        "text_es": row.text_es,
        "participants": row.n_participants,
        "source": row.cite(),
    }
    if access.may("read_sensitive", row.scope_id):
        said |= {"took_part": row.took_part, "note": row.note}
    return said
