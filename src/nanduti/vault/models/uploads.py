from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified


@classified(open="token n_bytes kept_at", sensitive="kept_by_id")
class KeptUpload(models.Model):
    """A file that was handed in and may tell who somebody is; encrypted until its import has ended."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    n_bytes = models.PositiveBigIntegerField()
    kept_at = models.DateTimeField(db_index=True)
    kept_by_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("kept upload")
        verbose_name_plural = _("kept uploads")


@classified(open="position key_id", sensitive="upload", identifying="ciphertext")
class KeptUploadPart(models.Model):
    """A piece of it; pieces keep memory and the size of a row small."""

    upload = models.ForeignKey(KeptUpload, models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    key_id = models.CharField(max_length=8, db_index=True)
    ciphertext = models.BinaryField()

    class Meta:
        verbose_name = _("part of a kept upload")
        verbose_name_plural = _("parts of kept uploads")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["upload", "position"], name="kept_upload_part_once")]
