"""Verbs of entities: make and change lists, resolve clashes, correct and remove, let wait no longer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from nanduti.foundation.audit import action, note
from nanduti.foundation.models import User
from nanduti.programme.models import Programme

from ..entities import applying
from ..entities.contents import Content
from ..entities.declarations import NAME
from ..errors import EntityListNameRefused, EntityMovedOn
from ..models import Entity, EntityList, EntityVersion


@action("surveys.make_entity_list", once=True)
def make_entity_list(
    *, programme: Programme, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> EntityList:
    """Make a list that forms can choose from."""
    name = str(values.get("name", ""))
    if not NAME.match(name) or "." in name or len(name) > 100:
        raise EntityListNameRefused(name=name[:100], why="letters")
    if EntityList.objects.filter(programme=programme, name=name).exists():
        raise EntityListNameRefused(name=name, why="taken")
    return EntityList.objects.create(programme=programme, scope=programme.scope, **values)


@action("surveys.resolve_conflict")
def resolve_conflict(
    *,
    entity: Entity,
    chosen: dict[str, str],
    resolution: str = "",
    number: int,
    by: User | str,
    at: datetime | None = None,
) -> int:
    """Settle every open clash of an entity; ``chosen`` says what shall hold where the present is not right."""
    if entity.number != number:
        raise EntityMovedOn(number=entity.number, seen=number)
    at = at or timezone.now()
    user = by if isinstance(by, User) else None
    label = chosen.get("label", "")
    data = {name: value for name, value in chosen.items() if name != "label"}
    if label or data:
        applying.office_version(entity, Content(label, data), by=user, at=at)
    n = (
        EntityVersion.objects.filter(entity=entity, resolved_at__isnull=True)
        .exclude(conflict="")
        .update(resolved_at=at, resolved_by=user, resolution=resolution)
    )
    note(subject=entity, scope=entity.scope, n_settled=n, properties=sorted(chosen))
    return n


@action("surveys.remove_entity")
def remove_entity(*, entity: Entity, by: User | str, at: datetime | None = None) -> Entity:
    """Take an entity off the lists of all phones; its history stays."""
    entity.deleted_at = at or timezone.now()
    entity.save(update_fields=["deleted_at", "changed_at"])
    applying.touch([entity.entity_list])
    note(subject=entity, scope=entity.scope)
    return entity


@action("surveys.bring_back_entity")
def bring_back_entity(*, entity: Entity, by: User | str, at: datetime | None = None) -> Entity:
    """Put an entity back on the lists."""
    entity.deleted_at = None
    entity.save(update_fields=["deleted_at", "changed_at"])
    applying.touch([entity.entity_list])
    note(subject=entity, scope=entity.scope)
    return entity
