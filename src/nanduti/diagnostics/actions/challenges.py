"""Verbs of challenges: note one, edit it, say how it moved."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Max

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.fields import check_when
from nanduti.foundation.models import User
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster

from ..models import Challenge, ChallengeChange


@action("diagnostics.note_challenge", once=True)
def note_challenge(
    *,
    programme: Programme,
    cluster: Cluster | None,
    values: dict[str, Any],
    by: User | str,
    at: datetime | None = None,
) -> Challenge:
    """Write down a challenge, known at the start or met on the way."""
    check_when(values.get("seen", ""))
    hold(programme)
    known = Challenge._base_manager.filter(programme=programme)
    number = (known.aggregate(n=Max("number"))["n"] or 0) + 1
    return Challenge.objects.create(
        programme=programme, cluster=cluster, scope=work_scope(programme, cluster), number=number, **values
    )


@action("diagnostics.edit_challenge")
def edit_challenge(
    *, challenge: Challenge, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Challenge:
    """Correct what is written of a challenge; how far it is changes only with a day and a note."""
    check_when(values.get("seen", ""))
    note(subject=challenge, fields=save_edit(challenge, values, version=version))
    return challenge


@action("diagnostics.move_challenge")
def move_challenge(
    *,
    challenge: Challenge,
    state: str,
    on: date,
    learnt: str = "",
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Challenge:
    """Say that a challenge moved on, when, and what was learnt."""
    hold(challenge)
    said = {"state": state, "on": on, "note": learnt.strip()}
    if challenge.changes.filter(**said).exists():
        note(subject=challenge, state=state, is_repeated=True)  # a double click
    elif state != challenge.state or learnt.strip():
        save_edit(challenge, {"state": state}, version=version)
        ChallengeChange.objects.create(
            challenge=challenge, scope=challenge.scope, **said,
            by_label=by if isinstance(by, str) else by.username,
        )  # fmt: skip
    note(subject=challenge, state=state)
    return challenge
