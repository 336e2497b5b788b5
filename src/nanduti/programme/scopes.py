"""The scopes that a programme makes: its own, and one for its work in each cluster."""

from __future__ import annotations

from collections.abc import Iterable

from nanduti.foundation.imports import Context
from nanduti.foundation.models import Scope, ScopeReach
from nanduti.register.models import Cluster

from .models import Programme


def work_scope_code(programme_code: str, cluster_code: str) -> str:
    """How the scope of a programme's work in a cluster is called.

    >>> work_scope_code("india-italy-twinning", "marche")
    'india-italy-twinning/marche'
    """
    return f"{programme_code}/{cluster_code}"


def known_work_scope(programme: Programme, clusters: Iterable[Cluster | None], *, into: Context) -> Scope:
    """Inside an import: the work in the first of the clusters where the programme works, else its own scope."""
    for cluster in clusters:
        code = work_scope_code(programme.code, cluster.code) if cluster else ""
        found = into.seek(Scope, kind=Scope.Kind.WORK, code=code) if code else None
        if found is not None:
            return found
    return programme.scope


def work_scope(programme: Programme, cluster: Cluster | None, *, into: Context | None = None) -> Scope:
    """The scope of a programme's work in a cluster (the programme's own where there is no cluster).

    Made on first use, with what reaches it: the programme reaches its work and its clusters' registers; a
    cluster reaches every programme's work there, and the programme's own records for reading. Inside an
    import, pass its context as ``into``.
    """
    if cluster is None:
        return programme.scope
    code = work_scope_code(programme.code, cluster.code)
    reaches = [(programme.scope, cluster.scope, False), (cluster.scope, programme.scope, True)]
    if into is not None:
        found = into.seek(Scope, kind=Scope.Kind.WORK, code=code)
        if found is not None:
            return found
        work = into.upsert(
            Scope, key={"kind": Scope.Kind.WORK, "code": code}, values={"title": code}, sourced=False
        )
        for wide, narrow, is_reading in [
            (programme.scope, work, False),
            (cluster.scope, work, False),
            *reaches,
        ]:
            into.upsert(
                ScopeReach,
                key={"wide": wide, "narrow": narrow},
                values={"is_reading": is_reading},
                sourced=False,
            )
        return work
    work, _made = Scope.objects.get_or_create(kind=Scope.Kind.WORK, code=code, defaults={"title": code})
    reaches = [(programme.scope, work, False), (cluster.scope, work, False), *reaches]
    scopes = (programme.scope_id, cluster.scope_id, work.pk)
    there = set(
        ScopeReach.objects.filter(wide__in=scopes, narrow__in=scopes).values_list("wide_id", "narrow_id")
    )
    for wide, narrow, is_reading in reaches:
        if (wide.pk, narrow.pk) not in there:
            ScopeReach.objects.get_or_create(wide=wide, narrow=narrow, defaults={"is_reading": is_reading})
    return work
