"""Keeping what checks find: matched with what they found before, so that what was settled stays settled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from .models import Finding

Key = tuple[Any, ...]


def key_of(finding: Finding) -> Key:
    """What makes two findings the same: rule, whom it concerns, question and row."""
    return (
        finding.rule,
        finding.submission_id,
        finding.other_id,
        finding.enumerator_id if finding.submission_id is None else None,
        finding.question,
        finding.row,
    )


def keep(found: Iterable[Finding], *, former: QuerySet[Finding]) -> tuple[int, int]:
    """Add what is new, refresh what is still so, take away open ones that are so no longer; settled ones stay.

    ``former``: the findings that the same checks could have made before. Returns how many are new and how many
    went away.
    """
    wanted = {key_of(finding): finding for finding in found}
    stale, fresh = [], []
    for row in former.iterator(chunk_size=2_000):
        again = wanted.pop(key_of(row), None)
        if again is None:
            if row.state == Finding.State.OPEN:
                stale.append(row.pk)
        elif (row.details, row.severity) != (again.details, again.severity):
            row.details, row.severity = again.details, again.severity
            fresh.append(row)
    for start in range(0, len(stale), 500):
        Finding._base_manager.filter(pk__in=stale[start : start + 500]).delete()
    Finding._base_manager.bulk_update(fresh, ["details", "severity"], batch_size=200)
    Finding._base_manager.bulk_create(wanted.values(), batch_size=500)
    return len(wanted), len(stale)
