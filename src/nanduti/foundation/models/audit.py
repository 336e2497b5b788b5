from __future__ import annotations

from django.conf import settings
from django.db import models

from ..classification import classified
from .scopes import Scope


@classified(
    open="action at subject_kind subject_id subject_label override_reason details", sensitive="by by_label"
)
class AuditEvent(models.Model):
    """One deed: what was done, to what, by whom, when; written in the transaction of the deed.

    ``details`` holds names of changed fields and open values only; identities never enter it.
    """

    action = models.CharField(max_length=80, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    by_label = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField(db_index=True)
    scope = models.ForeignKey(Scope, models.SET_NULL, null=True, blank=True, related_name="+")
    subject_kind = models.CharField(max_length=80, blank=True)
    subject_id = models.CharField(max_length=80, blank=True)
    subject_label = models.CharField(max_length=200, blank=True)
    override_reason = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="audit_subject")]
        ordering = ["-at", "-id"]
