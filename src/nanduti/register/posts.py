"""The verbs of posts: what a person who is in the register holds besides, and how a post ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import save_edit
from nanduti.foundation.models import User

from .models import Organisation, Person, Position


@action("register.hold_post", once=True)
def hold_post(
    *,
    person: Person,
    organisation: Organisation,
    values: dict[str, Any],
    by: User | str,
    at: datetime | None = None,
) -> Position:
    """Write down that somebody who is in the register holds a further post; earlier ones stay."""
    return Position.objects.create(
        person=person, organisation=organisation, scope=organisation.scope, **values
    )


@action("register.edit_post")
def edit_post(
    *, position: Position, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Position:
    """Correct or end a post; the second of two editors is told."""
    note(fields=save_edit(position, values, version=version))
    return position
