"""The verb that gives a cluster its place in the register."""

from __future__ import annotations

from datetime import datetime

from django.utils.text import slugify

from nanduti.foundation.audit import action, note
from nanduti.foundation.models import Scope, User

from .errors import AlreadyThere
from .models import Cluster


@action("register.found_cluster", once=True)
def found_cluster(
    *, name: str, name_es: str = "", trade: str = "", by: User | str, at: datetime | None = None
) -> Cluster:
    """Write down a cluster that the register does not know; nobody gains a right in it by that."""
    if Cluster._base_manager.filter(name__iexact=name).exists():
        raise AlreadyThere(what=name)
    stem = slugify(name)[:60] or "cluster"
    taken = set(
        Scope.objects.filter(kind=Scope.Kind.CLUSTER, code__startswith=stem).values_list("code", flat=True)
    )
    code = next(c for c in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if c not in taken)
    scope = Scope.objects.create(kind=Scope.Kind.CLUSTER, code=code, title=name)
    row = Cluster._base_manager.create(code=code, name=name, name_es=name_es, trade=trade, scope=scope)
    note(subject=row)
    return row
