"""What follows: every grant reaches the shared register; what leaves the register leaves the vault."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.signals import post_delete, post_save

from nanduti.foundation.models import Grant, Scope, ScopeReach
from nanduti.vault.models import Identity

from .models import Establishment, Organisation, Person
from .models.shared import SHARED_CODE, shared_scope


def connect() -> None:
    post_save.connect(reach_shared, sender=Grant, dispatch_uid="register.reach_shared")
    for model in (Organisation, Establishment, Person):
        post_delete.connect(leave_vault, sender=model, dispatch_uid=f"register.leave_vault.{model.__name__}")


def leave_vault(sender: type[models.Model], instance: Any, **hints: Any) -> None:
    """A record that goes takes its identity along, with every former value; an undone import does so too."""
    Identity.objects.filter(pk=instance.pseudonym).delete()


def reach_shared(sender: Any, instance: Grant, raw: bool = False, **hints: Any) -> None:
    """Whoever holds a role anywhere sees the bodies that belong to no cluster, within that role's limits."""
    if raw or (instance.scope.kind == Scope.Kind.CLUSTER and instance.scope.code == SHARED_CODE):
        return
    ScopeReach.objects.get_or_create(wide=instance.scope, narrow=shared_scope())
