"""What follows from what: every grant reaches the shared register; what leaves the register leaves the vault."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save

from nanduti.foundation.models import Grant, Scope, ScopeReach

from .models.shared import SHARED_CODE, shared_scope


def connect() -> None:
    post_save.connect(reach_shared, sender=Grant, dispatch_uid="register.reach_shared")


def reach_shared(sender: Any, instance: Grant, raw: bool = False, **hints: Any) -> None:
    """Whoever holds a role anywhere sees the bodies that belong to no cluster, within that role's limits."""
    if raw or (instance.scope.kind == Scope.Kind.CLUSTER and instance.scope.code == SHARED_CODE):
        return
    ScopeReach.objects.get_or_create(wide=instance.scope, narrow=shared_scope())
