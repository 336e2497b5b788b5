"""Saving an edit so that the second of two editors is told and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models, router
from django.db.models import ProtectedError, RestrictedError
from django.db.models.deletion import Collector
from django.utils import timezone

from .audit import note
from .classification import Sensitivity, sensitivity_of
from .errors import EditedMeanwhile, KeptElsewhere, NotFound, StillNamed
from .fields import derived_columns
from .models import AuditEvent, Timestamped


def hold(instance: models.Model) -> None:
    """Let nobody else pass here with the same record until the transaction ends: for free numbers and codes."""
    type(instance)._base_manager.select_for_update().filter(pk=instance.pk).values_list("pk").first()


def changed_fields(instance: models.Model, values: dict[str, Any]) -> list[str]:
    """The names of the fields whose value would change."""
    return [name for name, value in values.items() if getattr(instance, name) != value]


def save_edit(instance: models.Model, values: dict[str, Any], *, version: int) -> list[str]:
    """Write the values if the record still has the version that the editor saw; raise otherwise.

    One conditional UPDATE decides, so that two people saving at the same instant cannot both win.
    Returns the names of the changed fields.
    """
    changed = changed_fields(instance, values)
    if not changed:
        return []
    fresh = {name: values[name] for name in changed}
    for name, value in fresh.items():
        setattr(instance, name, value)
    fresh |= derived_columns(instance, changed)
    if isinstance(instance, Timestamped):
        fresh["changed_at"] = timezone.now()  # an UPDATE does not set it by itself
    manager = type(instance)._base_manager
    won = manager.filter(pk=instance.pk, version=version).update(version=version + 1, **fresh)
    if not won:
        raise _meanwhile(instance, changed)
    instance.refresh_from_db()
    return changed


# Rooms that write records from something else of theirs say so here: ``keeper(record)`` answers whether it is theirs.
_keepers: list[Callable[[models.Model], bool]] = []


def offer_keeper(keeper: Callable[[models.Model], bool]) -> None:
    """Let a room keep what it wrote from being corrected where the next reading would write it anew."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def require_free(instance: models.Model) -> None:
    """Raise :class:`KeptElsewhere` where the record was made of an answer: it follows the answer."""
    if any(keeper(instance) for keeper in _keepers):
        raise KeptElsewhere(kind=str(instance._meta.verbose_name))


def take_back(instance: models.Model, *, version: int, reason: str) -> None:
    """Within an action: delete a record that was written down by mistake, with a trace of all that it said openly.

    The audit event keeps the reason and the record's open fields; what is sensitive goes with the record.

    Raises:
        EditedMeanwhile: somebody changed it since the version that was looked at.
        NotFound: somebody took it back already.
        KeptElsewhere: it was made of an answer, which would make it again.
        StillNamed: another record stands on it.
    """
    require_free(instance)
    manager = type(instance)._base_manager
    now = manager.select_for_update().filter(pk=instance.pk).values_list("version", flat=True).first()
    if now is None:
        raise NotFound(kind=str(instance._meta.verbose_name), code_given=instance.pk)
    if now != version:
        raise _meanwhile(instance, [])
    note(subject=instance, reason=reason.strip(), said=_said_openly(instance))
    if (other := _standing_on(instance)) is not None:
        raise StillNamed(kind=str(other._meta.verbose_name))
    manager.filter(pk=instance.pk).delete()


def _standing_on(instance: models.Model) -> type[models.Model] | None:
    """A kind of record that names this one, whether it would keep it from going or go along without a word."""
    collector = Collector(using=router.db_for_write(type(instance), instance=instance))
    try:
        collector.collect([instance])
    except (ProtectedError, RestrictedError) as error:
        others = getattr(error, "protected_objects", None) or error.restricted_objects  # type: ignore[union-attr]
        return type(next(iter(others)))
    along = [model for model in collector.data if model is not type(instance)]
    return next(iter([*along, *(rows.model for rows in collector.fast_deletes if rows.exists())]), None)


# What every record has, or what follows from another field, tells a reader of the trace nothing.
_TOLD_ELSEWHERE = frozenset(["id", "public_id", "scope", "version", "created_at", "changed_at"])


def _said_openly(instance: models.Model) -> dict[str, str]:
    """The filled open fields of a record in plain text; who is meant by pseudonym or code."""
    said = {}
    for field in instance._meta.concrete_fields:
        if field.name in _TOLD_ELSEWHERE or not field.editable:
            continue
        if sensitivity_of(type(instance), field.name) != Sensitivity.OPEN:
            continue
        value = getattr(instance, field.name)
        if value in (None, ""):
            continue
        if isinstance(value, models.Model):
            value = getattr(value, "pseudonym", "") or getattr(value, "code", "") or value.pk
        said[field.name] = str(value)
    return said


def _meanwhile(instance: models.Model, wanted: list[str]) -> EditedMeanwhile:
    last = AuditEvent.objects.filter(
        subject_kind=instance._meta.label_lower, subject_id=str(instance.pk)
    ).first()
    theirs = (last.details.get("fields") if last else None) or wanted
    return EditedMeanwhile(
        kind=str(instance._meta.verbose_name), who=last.by_label if last else "?", fields=", ".join(theirs)
    )
