"""Verbs of what is stated: facts written down and corrected, and records of the register that were a mistake."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.formats import date_format

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import require_free, save_edit, take_back
from nanduti.foundation.models import User

from .errors import AlreadyThere, FactSaysNothing, SpanRefused
from .models import (
    AssociationMembership,
    Cluster,
    ClusterMembership,
    Establishment,
    Organisation,
    Position,
    ProfileFact,
    Stakeholder,
)

Mistaken = ProfileFact | ClusterMembership | AssociationMembership | Stakeholder | Position


@action("register.record_fact", once=True)
def record_fact(
    *,
    subject: Cluster | Organisation | Establishment,
    values: dict[str, Any],
    by: User | str,
    at: datetime | None = None,
) -> ProfileFact:
    """Write down what a source says; what another source says stays beside it."""
    _says_something(values)
    kind = subject._meta.model_name
    return ProfileFact.objects.create(subject_kind=kind, scope=subject.scope, **{kind: subject}, **values)


@action("register.edit_fact")
def edit_fact(
    *, fact: ProfileFact, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> ProfileFact:
    """Correct how a fact was written down; what another source says is another fact."""
    require_free(fact)
    _says_something(values)
    note(subject=fact, attribute=values["attribute"], fields=save_edit(fact, values, version=version))
    return fact


def _says_something(values: dict[str, Any]) -> None:
    if values.get("value") is None and not values.get("value_text"):
        raise FactSaysNothing()


@action("register.edit_membership")
def edit_membership(
    *,
    membership: ClusterMembership | AssociationMembership,
    values: dict[str, Any],
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> ClusterMembership | AssociationMembership:
    """Correct since when and until when somebody belonged; without an end it lasts."""
    since, until = values["since_on"], values["until_on"]
    if since is not None and until is not None and until <= since:
        raise SpanRefused(since=date_format(since, "DATE_FORMAT"), until=date_format(until, "DATE_FORMAT"))
    try:
        with transaction.atomic():
            changed = save_edit(membership, values, version=version)
    except IntegrityError:  # it would last beside another one that lasts
        raise AlreadyThere(what=str(membership._meta.verbose_name).capitalize()) from None
    note(subject=membership, fields=changed)
    return membership


@action("register.take_back")
def take_back_record(
    *, record: Mistaken, reason: str, version: int, by: User | str, at: datetime | None = None
) -> Mistaken:
    """Take back a fact, a membership, a role or a post that never was; what has ended is ended instead.

    The deed keeps what it said openly, and why it went.
    """
    take_back(record, version=version, reason=reason)
    return record
