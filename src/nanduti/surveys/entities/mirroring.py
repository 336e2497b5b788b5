"""Lists of the register: an entity for each record, changed when the record changes, gone when it goes.

Rooms above offer what they can list (plans its activities); establishments, people and groups are offered here.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from nanduti.programme.models import Programme
from nanduti.register.models import Establishment, Organisation, Person

from ..models import Entity, EntityList, EntityVersion
from .applying import _changed, key_of
from .contents import Content, kept

Kind = EntityList.Kind
BATCH = 1_000


@dataclass(frozen=True)
class Listed:
    """A record as a list shows it; ``pseudonym`` names it where it has one, ``key`` tells it apart for ever."""

    key: str
    label: str
    pseudonym: str = ""
    cluster_id: int | None = None
    data: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """Where the rows of a kind of list come from, and a stamp that changes when they may have changed."""

    rows: Callable[[Programme], Iterable[Listed]]
    stamp: Callable[[Programme], tuple[Any, ...]]
    properties: tuple[str, ...]


_origins: dict[str, Origin] = {}


def offer(kind: str, origin: Origin) -> None:
    """Say where lists of a kind come from."""
    _origins[kind] = origin


def origin_of(entity_list: EntityList) -> Origin | None:
    return _origins.get(entity_list.kind)


def uuid_of(entity_list: EntityList, key: str) -> uuid.UUID:
    """The same record has the same entity for ever; phones want a version 4."""
    digest = hashlib.sha256(f"{entity_list.programme_id}/{entity_list.kind}/{key}".encode()).digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def stamp_of(entity_list: EntityList) -> str:
    """Changes when the records may have changed."""
    origin = origin_of(entity_list)
    return "" if origin is None else "-".join(str(part) for part in origin.stamp(entity_list.programme))


@transaction.atomic
def refresh(entity_list: EntityList, *, at: datetime | None = None) -> int:
    """Bring a list up to date with the register; returns how many entities are new, changed or gone."""
    origin = origin_of(entity_list)
    if origin is None:
        return 0
    at = at or timezone.now()
    _know(entity_list, origin)
    held = {e.pseudonym or str(e.uuid): e for e in Entity._base_manager.filter(entity_list=entity_list)}
    by_uuid = {str(e.uuid): e for e in held.values()}
    seen: set[int] = set()
    new: list[tuple[Entity, Content]] = []
    n = 0
    for listed in origin.rows(entity_list.programme):
        key = uuid_of(entity_list, listed.key)
        found = (
            held.get(listed.pseudonym) or by_uuid.get(str(key)) if listed.pseudonym else by_uuid.get(str(key))
        )
        content = Content(listed.label, {k: v for k, v in listed.data.items() if v})
        if found is None:
            new.append((_made(entity_list, key, listed), content))
            continue
        seen.add(found.pk)
        n += _brought(found, entity_list, listed, content, at)
    n += _insert(entity_list, new, at)
    ours = set(
        EntityVersion.objects.filter(
            entity__entity_list=entity_list, number=1, submission__isnull=True
        ).values_list("entity_id", flat=True)
    )
    gone = [
        e.pk
        for e in held.values()
        if e.pk not in seen and e.deleted_at is None and (e.pseudonym or e.pk in ours)
    ]
    Entity._base_manager.filter(pk__in=gone).update(deleted_at=at)
    if n or gone:
        _changed(entity_list)
    return n + len(gone)


def _know(entity_list: EntityList, origin: Origin) -> None:
    known = {p["name"] for p in entity_list.properties}
    more = [{"name": name} for name in origin.properties if name not in known]
    if more:
        entity_list.properties = [*entity_list.properties, *more]
        EntityList._base_manager.filter(pk=entity_list.pk).update(properties=entity_list.properties)


def _made(entity_list: EntityList, key: uuid.UUID, listed: Listed) -> Entity:
    return Entity(
        entity_list=entity_list, uuid=key, scope_id=entity_list.scope_id, pseudonym=listed.pseudonym,
        cluster_id=listed.cluster_id,
    )  # fmt: skip


def _insert(entity_list: EntityList, new: list[tuple[Entity, Content]], at: datetime) -> int:
    for entity, content in new:
        entity.data, entity.sealed = kept(content, identifying=(), bound_to=key_of(entity))
    made = Entity._base_manager.bulk_create([entity for entity, _content in new], batch_size=BATCH)
    versions = []
    for entity, (_same, content) in zip(made, new, strict=True):
        data, sealed = kept(content, identifying=(), bound_to=f"{key_of(entity)}/1")
        versions.append(EntityVersion(entity=entity, number=1, data=data, sealed=sealed, made_at=at))
    EntityVersion.objects.bulk_create(versions, batch_size=BATCH)
    return len(made)


def _brought(entity: Entity, entity_list: EntityList, listed: Listed, content: Content, at: datetime) -> int:
    """What the register says differently now; what phones added besides stays."""
    is_same = (
        all(entity.data.get(name, "") == content.data.get(name, "") for name in listed.data)
        and entity.cluster_id == listed.cluster_id
        and entity.pseudonym == listed.pseudonym
        and entity.deleted_at is None
    )
    if is_same:
        return 0
    from .applying import content_of, identifying_of

    data = {**content_of(entity).data, **listed.data}
    whole = Content(content.label, {k: v for k, v in data.items() if v})
    entity.number += 1
    entity.cluster_id, entity.pseudonym, entity.deleted_at = listed.cluster_id, listed.pseudonym, None
    hidden = identifying_of(entity_list)
    entity.data, entity.sealed = kept(whole, identifying=hidden, bound_to=key_of(entity))
    entity.save()
    said, sealed = kept(content, identifying=hidden, bound_to=f"{key_of(entity)}/{entity.number}")
    EntityVersion.objects.create(entity=entity, number=entity.number, data=said, sealed=sealed, made_at=at)
    return 1


# --- what the register offers


def _covered(programme: Programme) -> list[int]:
    return list(programme.coverage.values_list("cluster_id", flat=True).distinct())


def _establishments(programme: Programme) -> Iterator[Listed]:
    rows = Establishment._base_manager.filter(cluster__in=_covered(programme), merged_into__isnull=True)
    fields = ("pseudonym", "cluster_id", "cluster__code", "place__code", "activity", "size_band", "n_workers")
    for pseudonym, cluster, cluster_code, place, activity, band, n in rows.values_list(*fields).iterator(
        5_000
    ):
        data = {
            "pseudonym": pseudonym, "cluster": cluster_code or "", "place": place or "", "activity": activity,
            "size_band": band, "n_workers": "" if n is None else str(n),
        }  # fmt: skip
        yield Listed(pseudonym, pseudonym, pseudonym, cluster, data)


def _people(programme: Programme) -> Iterator[Listed]:
    clusters = _covered(programme)
    rows = Person._base_manager.filter(positions__organisation__cluster__in=clusters).distinct()
    fields = ("pseudonym", "positions__organisation__cluster_id", "positions__organisation__pseudonym")
    seen: set[str] = set()
    for pseudonym, cluster, firm in rows.values_list(*fields):
        if pseudonym not in seen and cluster in clusters:
            seen.add(pseudonym)
            yield Listed(
                pseudonym, pseudonym, pseudonym, cluster, {"pseudonym": pseudonym, "organisation": firm}
            )


def _groups(programme: Programme) -> Iterator[Listed]:
    kinds = (Organisation.Kind.ASSOCIATION, Organisation.Kind.NETWORK)
    rows = Organisation._base_manager.filter(cluster__in=_covered(programme), kind__in=kinds)
    fields = ("pseudonym", "cluster_id", "kind", "is_public", "public_name")
    for pseudonym, cluster, kind, is_public, name in rows.values_list(*fields):
        label = name if is_public and name else pseudonym
        yield Listed(pseudonym, label, pseudonym, cluster, {"pseudonym": pseudonym, "kind": kind})


def _stamp(model: Any, path: str, **more: Any) -> Callable[[Programme], tuple[Any, ...]]:
    def stamp(programme: Programme) -> tuple[Any, ...]:
        covered = _covered(programme)
        rows = model._base_manager.filter(**{f"{path}__in": covered}, **more)
        found = rows.aggregate(n=Count("id"), at=Max("changed_at"))
        return (*covered, found["n"], found["at"])

    return stamp


offer(
    Kind.ESTABLISHMENTS,
    Origin(
        _establishments,
        _stamp(Establishment, "cluster", merged_into__isnull=True),
        ("pseudonym", "cluster", "place", "activity", "size_band", "n_workers"),
    ),
)
offer(
    Kind.PEOPLE,
    Origin(_people, _stamp(Person, "positions__organisation__cluster"), ("pseudonym", "organisation")),
)
offer(Kind.GROUPS, Origin(_groups, _stamp(Organisation, "cluster"), ("pseudonym", "kind")))
