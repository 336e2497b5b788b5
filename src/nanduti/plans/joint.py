"""Who took part in one activity with whom, as ties on the relation map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import polars as pl
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.access import Access
from nanduti.networks import sources
from nanduti.programme.models import Programme

from .models import Activity, Participation


def joint_activities(
    *, programme: Programme, clusters: Sequence[int] | None, access: Access | None
) -> pl.DataFrame:
    """Every two firms or bodies that took part in the same activity that was not cancelled.

    From its first day on: whoever has worked together once has done so, however long ago. A gathering of more than
    forty ties nobody.
    """
    rows = Participation._base_manager.filter(
        activity__plan__programme=programme, person__isnull=True
    ).exclude(activity__reported_status=Activity.Status.CANCELLED)
    rows = rows.filter(Q(establishment__isnull=False) | Q(organisation__isnull=False))
    if clusters is not None:
        rows = rows.filter(activity__cluster__in=clusters)
    if access is not None:
        rows = rows.filter(scope__in=access.scopes_with("read"))
    groups: dict[tuple[str, int, date | None, str], set[str]] = defaultdict(set)
    values = rows.values_list(
        "activity__plan__code", "activity__number", "activity__done_on", "activity__date_text_start",
        "activity__label", "establishment__pseudonym", "organisation__pseudonym",
    )  # fmt: skip
    for plan, number, done_on, start, label, site, firm in values:
        groups[plan, number, done_on or start, f"{plan}:{number} {label}"[:200]].add(site or firm)
    return sources.framed(
        row
        for (_plan, _number, since, label), members in groups.items()
        for row in sources.each_with_each(sorted(members), "joint_activity", since, None, label)
    )


def connect() -> None:
    """Let activities show as ties."""
    sources.offer(
        sources.TieSource("plans.joint_activities", _("Activities"), ("joint_activity",), joint_activities)
    )
