"""Two records that are one establishment, and the way back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from nanduti.foundation.audit import action, note
from nanduti.foundation.models import User

from .errors import MergeRefused, UnmergeRefused
from .models import Establishment, EstablishmentMerge

# What the register itself says of an establishment and a merge may take from the absorbed record, by its columns.
TAKEN: dict[str, tuple[str, ...]] = {
    "place": ("place_id",),
    "activity": ("activity", "activity_scheme"),
    "n_workers": ("n_workers",),
    "size_band": ("size_band",),
}


@action("register.merge_establishments")
def merge_establishments(
    *,
    kept: Establishment,
    absorbed: Establishment,
    reason: str,
    take: Collection[str] = (),
    by: User | str,
    at: datetime | None = None,
) -> EstablishmentMerge:
    """Two records are one establishment: everything that points at the one points at the other from now on.

    What would then stand there twice stays where it is. Identities are not joined: each keeps its own. ``take``
    names fields of :data:`TAKEN` whose value the absorbed record knows better.
    """
    _check_mergeable(kept, absorbed)
    moved = {}
    for relation in pointing_at_establishments():
        ids = _point_over(relation, absorbed, kept)
        if ids:
            moved[_key(relation)] = ids
    won = Establishment._base_manager.filter(pk=absorbed.pk, merged_into__isnull=True).update(
        merged_into=kept, version=models.F("version") + 1
    )
    if not won:
        raise _merge_refused(kept, absorbed, _("one of them has been merged already"))
    taken = _take(kept, absorbed, take)
    absorbed.refresh_from_db()
    note(fields=sorted(taken))
    return EstablishmentMerge.objects.create(
        kept=kept,
        absorbed=absorbed,
        reason=reason,
        scope=kept.scope,
        moved=moved,
        taken=taken,
        at=at,
        by=by if isinstance(by, User) else None,
        by_label=by.username if isinstance(by, User) else by,
    )


@action("register.unmerge_establishments")
def unmerge_establishments(
    *, merge: EstablishmentMerge, by: User | str, at: datetime | None = None
) -> EstablishmentMerge:
    """Take a merge back: what was moved and still points at the kept record returns, and what it said before."""
    won = EstablishmentMerge.objects.filter(pk=merge.pk, undone_at__isnull=True).update(
        undone_at=at, undone_by_label=by.username if isinstance(by, User) else by
    )
    merge.refresh_from_db()
    if not won or merge.kept.merged_into_id:
        raise UnmergeRefused(kept=merge.kept.pseudonym)
    for relation in pointing_at_establishments():
        ids = merge.moved.get(_key(relation), [])
        name = relation.field.name
        relation.related_model._base_manager.filter(pk__in=ids, **{name: merge.kept}).update(
            **{name: merge.absorbed}
        )
    _give_back(merge)
    Establishment._base_manager.filter(pk=merge.absorbed_id).update(
        merged_into=None, version=models.F("version") + 1
    )
    return merge


def _check_mergeable(kept: Establishment, absorbed: Establishment) -> None:
    if kept.pk == absorbed.pk:
        raise _merge_refused(kept, absorbed, _("they are one record already"))
    if kept.scope_id != absorbed.scope_id:
        raise _merge_refused(kept, absorbed, _("they belong to different clusters"))
    if kept.merged_into_id or absorbed.merged_into_id:
        raise _merge_refused(kept, absorbed, _("one of them has been merged already"))


def _merge_refused(kept: Establishment, absorbed: Establishment, why: str) -> MergeRefused:
    return MergeRefused(kept=kept.pseudonym, absorbed=absorbed.pseudonym, why=why)


def pointing_at_establishments() -> list[Any]:
    """Every reference to an establishment from any room, besides records that tell of two of them as two.

    Django hides a reference that has no name on this side (``related_name="+"``); it counts all the same.
    """
    return [
        relation
        for relation in Establishment._meta.get_fields(include_hidden=True)
        if relation.auto_created
        and not relation.concrete
        and not relation.many_to_many
        and relation.related_model is not Establishment
        and not getattr(relation.related_model, "tells_of_two_records", False)
    ]


def _key(relation: Any) -> str:
    return f"{relation.related_model._meta.label_lower}.{relation.field.name}"


def _point_over(relation: Any, absorbed: Establishment, kept: Establishment) -> list[int]:
    manager, name = relation.related_model._base_manager, relation.field.name
    ids = list(manager.filter(**{name: absorbed}).values_list("pk", flat=True))
    moved = []
    for pk in ids:
        try:
            with transaction.atomic():
                manager.filter(pk=pk).update(**{name: kept})
        except IntegrityError:
            continue  # the kept record has the same already
        moved.append(pk)
    return moved


def _take(kept: Establishment, absorbed: Establishment, take: Collection[str]) -> dict[str, list[Any]]:
    """Write the absorbed record's values into the kept one; column → what stood there, what stands there now."""
    columns = [column for field in TAKEN if field in take for column in TAKEN[field]]
    taken = {
        c: [getattr(kept, c), getattr(absorbed, c)]
        for c in columns
        if getattr(kept, c) != getattr(absorbed, c)
    }
    _write(kept.pk, {column: after for column, (_before, after) in taken.items()})
    for column, (_before, after) in taken.items():
        setattr(kept, column, after)
    return taken


def _give_back(merge: EstablishmentMerge) -> None:
    """What the kept record said before returns, where nobody has said something else since."""
    kept = Establishment._base_manager.get(pk=merge.kept_id)
    _write(kept.pk, {c: before for c, (before, after) in merge.taken.items() if getattr(kept, c) == after})


def _write(pk: int, values: dict[str, Any]) -> None:
    if values:
        Establishment._base_manager.filter(pk=pk).update(**values, version=models.F("version") + 1)
