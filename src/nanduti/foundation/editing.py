"""Saving an edit so that the second of two editors is told and nothing is lost."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from .errors import EditedMeanwhile
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


def _meanwhile(instance: models.Model, wanted: list[str]) -> EditedMeanwhile:
    last = AuditEvent.objects.filter(
        subject_kind=instance._meta.label_lower, subject_id=str(instance.pk)
    ).first()
    theirs = (last.details.get("fields") if last else None) or wanted
    return EditedMeanwhile(
        kind=str(instance._meta.verbose_name), who=last.by_label if last else "?", fields=", ".join(theirs)
    )
