"""Sealing what was collected under a new key, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import models

from nanduti.foundation.audit import action, note
from nanduti.foundation.models import User
from nanduti.register.sealing import resealed

from .. import keeping
from ..models import (
    AnswerSet,
    Entity,
    EntityVersion,
    Envelope,
    QuarantinedPost,
    SubmissionFile,
    WaitingEntityUpdate,
)

BATCH = 1000
# What is sealed → the columns that tell what it is bound to, and how.
SEALED: dict[str, tuple[type[models.Model], tuple[str, ...], Callable[..., tuple[str, ...]]]] = {
    "envelopes": (
        Envelope,
        ("submission__programme__code", "submission__instance_id"),
        lambda programme, instance: ("envelope", programme, instance),
    ),
    "answers": (AnswerSet, ("submission_id",), lambda submission: ("answers", str(submission))),
    "quarantine": (
        QuarantinedPost,
        ("programme__code", "digest"),
        lambda programme, digest: ("quarantine", programme, digest),
    ),
    "entities": (Entity, ("entity_list_id", "uuid"), lambda list_id, uuid: ("entity", f"{list_id}/{uuid}")),
    "versions of entities": (
        EntityVersion,
        ("entity__entity_list_id", "entity__uuid", "number"),
        lambda list_id, uuid, number: ("entity", f"{list_id}/{uuid}/{number}"),
    ),
    "waiting updates": (
        WaitingEntityUpdate,
        ("submission_id", "position"),
        lambda submission, position: ("waiting", str(submission), str(position)),
    ),
}


@action("surveys.reseal_rows")
def reseal_rows(*, kind: str, after: int, by: User | str, at: datetime) -> tuple[int, int | None]:
    """The next rows of a kind under the present key: how many were changed, and the last one looked at."""
    model, columns, bound = SEALED[kind]
    rows: list[Any] = list(
        model._base_manager.filter(pk__gt=after, sealed__isnull=False)
        .order_by("pk")
        .values_list("pk", "sealed", *columns)[:BATCH]
    )
    fresh = []
    for pk, sealed, *values in rows:
        again = resealed(sealed, bound_to=bound(*values))
        if again is not None:
            fresh.append(model(pk=pk, sealed=again))
    model._base_manager.bulk_update(fresh, ["sealed"], batch_size=200)
    note(kind=kind, n=len(fresh))
    return len(fresh), rows[-1][0] if rows else None


@action("surveys.reseal_files")
def reseal_files(*, after: int, by: User | str, at: datetime) -> tuple[int, int | None]:
    """The next files of submissions under the present key; one that is missing is left to its task."""
    rows = list(
        SubmissionFile.objects.filter(pk__gt=after)
        .exclude(path="")
        .order_by("pk")
        .values_list("pk", "path")[:100]
    )
    n = sum(keeping.is_there(path) and keeping.reseal_file(path) for _pk, path in rows)
    note(n=n)
    return n, rows[-1][0] if rows else None


@action("surveys.reseal_quarantined_files")
def reseal_quarantined_files(*, by: User | str, at: datetime) -> int:
    """What came with posts in quarantine."""
    paths = [
        f["path"]
        for files in QuarantinedPost.objects.values_list("files", flat=True).iterator()
        for f in files
    ]
    n = sum(keeping.is_there(path) and keeping.reseal_file(path) for path in paths)
    note(n=n)
    return n
