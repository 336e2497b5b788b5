"""What submissions say of entities becomes versions of them, each on its base; clashes are told, nothing is lost.

Offline updates come as branches: each is made on the one before it, whatever the order of arrival. One whose
forerunner has not come waits; after :data:`PATIENCE` it is taken by force. A version that was not made on the
present one is in *soft* conflict, and in *hard* conflict where it changes what another has changed since. The last
write wins, property by property, and a person looks at it. After ODK Central's rules (openrosa, entities).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone

from nanduti.register.sealing import open_sealed, seal

from ..models import Entity, EntityList, EntityVersion, Finding, Submission, WaitingEntityUpdate
from ..reading import Reading, step
from .contents import Content, kept, opened
from .declarations import EDITIONS, Saying, Unusable, from_plain, plain, sayings

PATIENCE = timedelta(days=getattr(settings, "ENTITY_PATIENCE_DAYS", 5))
SOFT, HARD, NONE = EntityVersion.Conflict.SOFT, EntityVersion.Conflict.HARD, EntityVersion.Conflict.NONE
State = Submission.State


@step("entities", 40, in_bulk=True)
def apply(readings: list[Reading]) -> None:
    """The step behind the door, in the order of arrival."""
    for reading in sorted(readings, key=lambda r: r.submission.pk):
        if reading.definition.entities and not reading.submission.is_trial:
            apply_one(reading, at=timezone.now())


def apply_one(reading: Reading, *, at: datetime) -> int:
    """Everything that one submission says; returns how many versions it made. Done again, it makes none."""
    submission = reading.submission
    if submission.state == State.REJECTED:
        return 0
    if reading.definition.entities_version and reading.definition.entities_version not in EDITIONS:
        _tell(submission, Unusable("", "edition"), at)
        return 0
    n = 0
    for saying in sayings(reading.definition, reading.xml):
        if isinstance(saying, Unusable):
            if saying.reason != "nothing":
                _tell(submission, saying, at)
            continue
        entity_list = list_of(submission, saying.list_name)
        if entity_list.needs_approval and submission.state != State.ACCEPTED:
            continue  # phones do not make such entities by themselves either
        n += _one(entity_list, submission, saying, at)
    return n


def list_of(submission: Submission, name: str) -> EntityList:
    """The programme's list of that name; a form may be the first to speak of it."""
    found, _made = EntityList._base_manager.get_or_create(
        programme_id=submission.programme_id, name=name, defaults={"scope": submission.programme.scope}
    )
    return found


def _one(entity_list: EntityList, submission: Submission, saying: Saying, at: datetime) -> int:
    done = EntityVersion.objects.filter(
        entity__entity_list=entity_list, entity__uuid=saying.uuid, submission__in=_chain(submission)
    )
    waits = WaitingEntityUpdate._base_manager.filter(submission=submission, position=saying.position)
    if done.exists() or waits.exists():
        return 0
    entity = _locked(entity_list, saying)
    if entity is None and saying.creates:
        _learn(entity_list, saying)
        _create(entity_list, submission, saying, at)
        return 1 + _next_on_branch(entity_list, saying, at)
    base = _base(entity, saying) if entity is not None else None
    if entity is None or base is None:
        _wait(entity_list, submission, saying, at)
        return 0
    _learn(entity_list, saying)
    _update(entity, base, submission, saying, at)
    return 1 + _next_on_branch(entity_list, saying, at)


def _chain(submission: Submission) -> list[int]:
    """The submission and what it corrects: a corrected one says the same of entities once more."""
    chain, former = [submission.pk], submission.corrects_id
    while former and former not in chain:
        chain.append(former)
        former = Submission._base_manager.filter(pk=former).values_list("corrects_id", flat=True).first()
    return chain


def _locked(entity_list: EntityList, saying: Saying) -> Entity | None:
    rows = Entity._base_manager.filter(entity_list=entity_list, uuid=saying.uuid)
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    return rows.first()


# --- base and conflict


def _base(entity: Entity, saying: Saying) -> EntityVersion | None:
    """The version that it was made on; ``None`` where that has not arrived."""
    versions = EntityVersion.objects.filter(entity=entity)
    if saying.creates and not saying.updates:
        # Somebody made it before: what is said now is said of what is there.
        return versions.get(number=entity.number)
    if saying.branch is None or saying.base in {1, saying.trunk}:
        wanted = saying.base or entity.number
        return versions.filter(number=wanted).first()
    return versions.filter(branch=saying.branch, branch_base=saying.base - 1).first()


def conflict_of(entity: Entity, base: EntityVersion, said: Content) -> tuple[str, list[str]]:
    """Whether a version made on ``base`` clashes with what came since, and about which properties."""
    if base.number == entity.number:
        return NONE, []
    since = EntityVersion.objects.filter(entity=entity, number__gt=base.number).order_by("number")
    touched: set[str] = set()
    for version in since:
        content = content_of_version(entity, version)
        touched |= set(content.data) | ({"label"} if content.label else set())
    differing = content_of(entity).changed_by(said) & touched
    return (HARD, sorted(differing)) if differing else (SOFT, [])


# --- writing


def _create(entity_list: EntityList, submission: Submission, saying: Saying, at: datetime) -> Entity:
    content = Content(saying.label, {k: v for k, v in saying.data.items() if v != ""})
    entity = Entity(
        entity_list=entity_list, uuid=saying.uuid, scope_id=submission.scope_id, number=1,
        cluster_id=_cluster_of(submission),
    )  # fmt: skip
    entity.data, entity.sealed = kept(
        content, identifying=identifying_of(entity_list), bound_to=key_of(entity)
    )
    entity.save(force_insert=True)
    _version(entity, content, None, submission, saying, at, NONE, [], is_forced=False)
    _changed(entity_list)
    return entity


def _cluster_of(submission: Submission) -> int | None:
    own = submission.enumerator.cluster_id if submission.enumerator_id else None
    return own or submission.cluster_id


def _update(
    entity: Entity, base: EntityVersion, submission: Submission, saying: Saying, at: datetime, *,
    is_forced: bool = False,
) -> None:  # fmt: skip
    said = Content(saying.label, dict(saying.data))
    conflict, names = conflict_of(entity, base, said)
    if conflict == NONE and saying.creates and not saying.updates:
        conflict = SOFT  # made a second time: nobody has seen what was there
    entity.number += 1
    now_holds = content_of(entity).with_(said)
    entity.data, entity.sealed = kept(
        now_holds, identifying=identifying_of(entity.entity_list), bound_to=key_of(entity)
    )
    entity.deleted_at = None
    entity.save()
    _version(entity, said, base, submission, saying, at, conflict, names, is_forced=is_forced)
    _changed(entity.entity_list)


def _version(
    entity: Entity, said: Content, base: EntityVersion | None, submission: Submission | None, saying: Saying,
    at: datetime, conflict: str, names: list[str], *, is_forced: bool,
) -> EntityVersion:  # fmt: skip
    data, sealed = kept(
        said, identifying=identifying_of(entity.entity_list), bound_to=f"{key_of(entity)}/{entity.number}"
    )
    return EntityVersion.objects.create(
        entity=entity, number=entity.number, base_number=base.number if base else None,
        trunk_number=saying.trunk, branch=saying.branch,
        branch_base=saying.base if saying.branch else None, submission=submission, data=data, sealed=sealed,
        conflict=conflict, conflicting=names, is_forced=is_forced, made_at=at,
    )  # fmt: skip


def key_of(entity: Entity) -> str:
    """What the sealed content of an entity is bound to."""
    return f"{entity.entity_list_id}/{entity.uuid}"


def content_of(entity: Entity) -> Content:
    """What an entity holds, its label and all."""
    return opened(entity.data, entity.sealed, bound_to=key_of(entity))


def content_of_version(entity: Entity, version: EntityVersion) -> Content:
    """What was said in one version."""
    return opened(version.data, version.sealed, bound_to=f"{key_of(entity)}/{version.number}")


def identifying_of(entity_list: EntityList) -> set[str]:
    """The properties of a list that tell who somebody is."""
    return {p["name"] for p in entity_list.properties if p.get("sensitivity") == "identifying"}


def _learn(entity_list: EntityList, saying: Saying) -> None:
    """A form may save a property that the list did not have; once identifying, always identifying."""
    known = {p["name"]: p for p in entity_list.properties}
    changed = False
    for name in saying.data:
        if not is_property(name):
            continue
        if name not in known:
            known[name] = {"name": name}
            changed = True
        if name in saying.identifying and known[name].get("sensitivity") != "identifying":
            known[name]["sensitivity"] = "identifying"
            changed = True
    if changed:
        entity_list.properties = list(known.values())
        EntityList._base_manager.filter(pk=entity_list.pk).update(properties=entity_list.properties)


def is_property(name: str) -> bool:
    """Whether the specification allows a property of that name."""
    return name.lower() not in {"name", "label"} and not name.startswith("__") and bool(name)


def _changed(entity_list: EntityList) -> None:
    EntityList._base_manager.filter(pk=entity_list.pk).update(changed=F("changed") + 1)


def _tell(submission: Submission, problem: Unusable, at: datetime) -> None:
    """A declaration that cannot be followed is a finding: the answers are kept."""
    Finding._base_manager.get_or_create(
        submission=submission, instrument_id=submission.instrument_id, rule=f"entity.{problem.reason}",
        row=str(problem.position), scope_id=submission.scope_id,
        defaults={"found_at": at, "details": {"list": problem.list_name}},
    )  # fmt: skip


# --- waiting


def _wait(entity_list: EntityList, submission: Submission, saying: Saying, at: datetime) -> None:
    WaitingEntityUpdate._base_manager.create(
        entity_list=entity_list, scope_id=submission.scope_id, uuid=saying.uuid,
        branch=saying.branch or saying.uuid, branch_base=saying.base, submission=submission,
        position=saying.position, sealed=_sealed(submission, saying), waits_since=at,
    )  # fmt: skip


def _sealed(submission: Submission, saying: Saying) -> bytes:
    text = json.dumps(plain(saying), ensure_ascii=False)
    return seal(text.encode(), bound_to=("waiting", str(submission.pk), str(saying.position)))


def saying_of(waiting: WaitingEntityUpdate) -> Saying:
    """What waits."""
    bound = ("waiting", str(waiting.submission_id), str(waiting.position))
    return from_plain(json.loads(open_sealed(waiting.sealed, bound_to=bound)))


def _next_on_branch(entity_list: EntityList, saying: Saying, at: datetime) -> int:
    """Whatever waited for this: the next of its branch, and updates of an entity that is there now."""
    rows = WaitingEntityUpdate._base_manager.filter(entity_list=entity_list, uuid=saying.uuid)
    for waiting in rows.select_related("submission__programme", "submission__enumerator").order_by(
        "branch_base", "id"
    ):
        held = saying_of(waiting)
        entity = _locked(entity_list, held)
        base = _base(entity, held) if entity is not None else None
        if entity is not None and base is not None:
            waiting.delete()
            _update(entity, base, waiting.submission, held, at)
            return 1 + _next_on_branch(entity_list, held, at)
    return 0


def release_overdue(*, at: datetime) -> int:
    """Take by force what has waited too long: on the trunk it was made on, else on what is there, else anew."""
    rows = WaitingEntityUpdate._base_manager.filter(waits_since__lte=at - PATIENCE).order_by(
        "branch_base", "id"
    )
    n = 0
    for waiting in rows.select_related("entity_list", "submission__programme", "submission__enumerator")[
        :500
    ]:
        with transaction.atomic():
            if not WaitingEntityUpdate._base_manager.filter(pk=waiting.pk).exists():
                continue  # came along with one before it
            release(waiting, at=at)
            n += 1
    return n


def release(waiting: WaitingEntityUpdate, *, at: datetime) -> None:
    """Take one by force, now."""
    held = saying_of(waiting)
    entity = _locked(waiting.entity_list, held)
    waiting.delete()
    _learn(waiting.entity_list, held)
    if entity is None:
        _create(waiting.entity_list, waiting.submission, held, at)
        EntityVersion.objects.filter(
            entity__entity_list=waiting.entity_list, entity__uuid=held.uuid, number=1
        ).update(is_forced=True, conflict=SOFT)
    else:
        versions = EntityVersion.objects.filter(entity=entity)
        base = versions.filter(number=held.trunk or 0).first() or versions.get(number=entity.number)
        _update(entity, base, waiting.submission, held, at, is_forced=True)
    _next_on_branch(waiting.entity_list, held, at)


# --- rejected


def take_back(submission: Submission, *, at: datetime) -> None:
    """An entity that only a rejected submission speaks of is taken off the lists."""
    WaitingEntityUpdate._base_manager.filter(submission=submission).delete()
    made = Entity._base_manager.filter(versions__submission=submission, versions__number=1, number=1)
    for entity in made.select_related("entity_list"):
        Entity._base_manager.filter(pk=entity.pk).update(deleted_at=at)
        _changed(entity.entity_list)


def bring_back(submission: Submission) -> None:
    """The rejection was taken back."""
    made = Entity._base_manager.filter(
        versions__submission=submission, versions__number=1, number=1, deleted_at__isnull=False
    )
    for entity in made.select_related("entity_list"):
        Entity._base_manager.filter(pk=entity.pk).update(deleted_at=None)
        _changed(entity.entity_list)


def by_number(versions: Iterable[EntityVersion]) -> dict[int, EntityVersion]:
    """Versions by their number."""
    return {version.number: version for version in versions}


def touch(entity_lists: Sequence[EntityList] | models.QuerySet) -> None:
    """Phones fetch these lists again."""
    EntityList._base_manager.filter(pk__in=[one.pk for one in entity_lists]).update(changed=F("changed") + 1)


def office_version(entity: Entity, said: Content, *, by: Any, at: datetime) -> EntityVersion:
    """A version made at a desk, on what is there."""
    before = EntityVersion.objects.filter(entity=entity, number=entity.number).first()
    entity.number += 1
    holds = content_of(entity).with_(said)
    entity.data, entity.sealed = kept(
        holds, identifying=identifying_of(entity.entity_list), bound_to=key_of(entity)
    )
    entity.save()
    nobody = Saying(entity.entity_list.name, entity.uuid, False, True, said.label)
    made = _version(entity, said, before, None, nobody, at, NONE, [], is_forced=False)
    EntityVersion.objects.filter(pk=made.pk).update(made_by=by)
    _changed(entity.entity_list)
    return made
