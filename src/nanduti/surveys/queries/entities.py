"""Questions about entities: lists with their clashes, one entity with its versions."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from nanduti.foundation.access import Access
from nanduti.programme.models import Programme

from ..models import Entity, EntityList, EntityVersion, WaitingEntityUpdate

OPEN = Q(resolved_at__isnull=True) & ~Q(conflict="")


def lists(*, programme: Programme) -> QuerySet[EntityList]:
    """The lists of a programme with how many entities each has."""
    there = Count("entities", filter=Q(entities__deleted_at__isnull=True))
    return EntityList.objects.filter(programme=programme).annotate(n_entities=there).order_by("name")


def n_clashes(*, programme: Programme) -> dict[int, int]:
    """List → how many of its entities have a clash that nobody has settled."""
    rows = EntityVersion.objects.filter(OPEN, entity__entity_list__programme=programme)
    counted = rows.values_list("entity__entity_list").annotate(n=Count("entity", distinct=True))
    return dict(counted.order_by())


def entities(*, entity_list: EntityList, access: Access) -> QuerySet[Entity]:
    """The entities of a list within the viewer's reach, with whether a clash is open."""
    clash = EntityVersion.objects.filter(OPEN, entity=OuterRef("pk"))
    rows = Entity.objects.filter(entity_list=entity_list, scope__in=access.scopes_with("read_sensitive"))
    return rows.select_related("cluster").annotate(has_clash=Exists(clash)).order_by("id")


def versions(*, entity: Entity) -> list[EntityVersion]:
    """All that was said of an entity, the newest first."""
    rows = EntityVersion.objects.filter(entity=entity).select_related("submission__enumerator", "made_by")
    return list(rows.order_by("-number")[:200])


def waiting(*, entity_list: EntityList) -> QuerySet[WaitingEntityUpdate]:
    """Updates whose forerunner has not arrived, the longest waiting first."""
    rows = WaitingEntityUpdate.objects.filter(entity_list=entity_list)
    return rows.select_related("submission__enumerator").order_by("waits_since", "id")
