"""Whose a cluster's register is, and what would be left behind where a programme left it."""

from __future__ import annotations

from collections.abc import Collection

from django.apps import apps

from nanduti.foundation.models import Grant, Scope, Scoped, ScopeReach
from nanduti.register.models import Cluster

from .models import Coverage, Programme

# How many kinds of records are named to a person; who reads on would not know more.
FEW = 4


def is_free(cluster: Cluster) -> bool:
    """Whether nobody keeps the register of a cluster: no programme or role reaches it, and nothing stands in it."""
    scope = cluster.scope_id
    if ScopeReach.objects.filter(narrow=scope).exists() or Grant.objects.filter(scope=scope).exists():
        return False
    return not records_within([scope])


def needs_programme(cluster: Cluster, programme: Programme) -> bool:
    """Whether no other programme reaches the register of a cluster, so that it would be nobody's without this one."""
    others = ScopeReach.objects.filter(narrow=cluster.scope_id, wide__kind=Scope.Kind.PROGRAMME)
    return not others.exclude(wide=programme.scope_id).exists()


def records_within(scope_ids: Collection[int]) -> list[str]:
    """Kinds of records that belong to one of these scopes, in the reader's words; the first few, and no coverage."""
    found = []
    for model in apps.get_models():
        is_one = issubclass(model, Scoped) and model is not Coverage and model._meta.app_label != "vault"
        if is_one and model._base_manager.filter(scope__in=scope_ids).exists():
            found.append(str(model._meta.verbose_name_plural))
        if len(found) == FEW:
            break
    return found
