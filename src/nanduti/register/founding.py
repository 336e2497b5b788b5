"""The verbs that give a cluster, and the place it lies in, their places in the register."""

from __future__ import annotations

from datetime import datetime

from django.utils.text import slugify

from nanduti.foundation.audit import action, note
from nanduti.foundation.models import Scope, User

from .errors import AlreadyThere
from .models import Cluster, Place


@action("register.found_cluster", once=True)
def found_cluster(
    *,
    name: str,
    name_es: str = "",
    trade: str = "",
    trade_es: str = "",
    place: Place | None = None,
    by: User | str,
    at: datetime | None = None,
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
    row = Cluster._base_manager.create(
        code=code, name=name, name_es=name_es, trade=trade, trade_es=trade_es, place=place, scope=scope
    )
    note(subject=row)
    return row


@action("register.found_place", once=True)
def found_place(
    *, name: str, kind: str, country_code: str = "", by: User | str, at: datetime | None = None
) -> Place:
    """Name a place that the register does not know; a second one of the same kind, name and country is refused."""
    rows = Place._base_manager.filter(name__iexact=name, kind=kind, country_code=country_code)
    if rows.exists():
        raise AlreadyThere(what=name)
    stem = slugify(name)[:60] or "place"
    taken = set(Place._base_manager.filter(code__startswith=stem).values_list("code", flat=True))
    code = next(c for c in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if c not in taken)
    row = Place._base_manager.create(code=code, name=name, kind=kind, country_code=country_code)
    note(subject=row)
    return row
