from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned

from .instruments import Instrument
from .submissions import Submission


@classified(open="instrument spec is_active")
class AnswerMapping(Scoped, Sourced, Versioned, Timestamped):
    """Which answers of an instrument become which records: data with a source, kept with the instrument."""

    instrument = models.OneToOneField(Instrument, models.CASCADE, related_name="mapping")
    spec = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("mapping of answers")
        verbose_name_plural = _("mappings of answers")


@classified(open="submission question row target record_kind record_id at", sensitive="digest problem")
class RecordLink(Scoped):
    """That an answer became a record, or why it could not: the way from any record back to what was answered."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="record_links")
    target = models.CharField(max_length=80)
    question = models.CharField(max_length=300, blank=True)
    row = models.CharField(max_length=80, blank=True)
    record_kind = models.CharField(max_length=80, blank=True)
    record_id = models.CharField(max_length=40, blank=True)
    # Of the values told, so that the same answer is not written twice.
    digest = models.CharField(max_length=64)
    problem = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("record made of an answer")
        verbose_name_plural = _("records made of answers")
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "target", "question", "row"], name="record_link_once"
            ),
        ]
        indexes = [models.Index(fields=["record_kind", "record_id"], name="record_link_of_record")]
