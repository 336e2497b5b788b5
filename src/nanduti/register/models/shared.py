"""The shared part of the register: bodies that belong to no cluster, such as a ministry."""

from __future__ import annotations

from nanduti.foundation.models import Scope

# No cluster can have this code: codes of clusters are slugs.
SHARED_CODE = "*"


def shared_scope() -> Scope:
    """The scope of what belongs to no cluster. Every grant reaches it; a coordinator may edit in it."""
    scope, _ = Scope.objects.get_or_create(
        kind=Scope.Kind.CLUSTER, code=SHARED_CODE, defaults={"title": "Shared register"}
    )
    return scope
