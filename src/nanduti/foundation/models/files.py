from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from ..classification import classified
from .scopes import Scope


def storage_path(instance: StoredFile, filename: str) -> str:
    """Where the bytes lie: by random id, so that no name from outside ever becomes a path."""
    return f"{instance.public_id.hex[:2]}/{instance.public_id.hex}"


@classified(open="media_type n_bytes digest", sensitive="name content added_by added_at")
class StoredFile(models.Model):
    """A file that somebody handed in: evidence, a minute, a photograph, an import."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100, blank=True)
    n_bytes = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, db_index=True)
    content = models.FileField(upload_to=storage_path, max_length=200)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
