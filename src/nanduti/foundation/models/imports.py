from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..classification import classified
from .scopes import Scope


@classified(
    open="state n_created n_changed n_unchanged n_errors created_at undone_at digest tables",
    sensitive="name by job report",
)
class ImportBatch(models.Model):
    """One import: what came in, what it changed, and whether it was undone."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("previewed")
        REFUSED = "refused", _("refused")
        DONE = "done", _("imported")
        UNDONE = "undone", _("undone")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scope = models.ForeignKey(Scope, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State)
    tables = models.JSONField(default=dict, blank=True)
    report = models.JSONField(default=dict, blank=True)
    n_created = models.PositiveIntegerField(default=0)
    n_changed = models.PositiveIntegerField(default=0)
    n_unchanged = models.PositiveIntegerField(default=0)
    n_errors = models.PositiveIntegerField(default=0)
    job = models.ForeignKey("foundation.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]


@classified(open="batch position model record_id kind place", sensitive="before after")
class ImportChange(models.Model):
    """One row that an import created or changed, with what stood there before, so that it can be undone.

    Identities never enter ``before`` or ``after``: the vault keeps its own history.
    """

    class Kind(models.TextChoices):
        CREATED = "created", _("created")
        CHANGED = "changed", _("changed")

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="changes")
    position = models.PositiveIntegerField()
    model = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    place = models.CharField(max_length=120, blank=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="import_change_position")]
