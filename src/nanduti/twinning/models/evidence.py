from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, StoredFile, Timestamped, Versioned
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language


@classified(
    open="programme cluster step evidence_kind label label_es when_text when_text_start when_text_end "
    "when_text_precision record_kind record file"
)
class StepEvidence(Scoped, Sourced, Versioned, Timestamped):
    """What shows that the gate of a step is passed for a cluster: a record, a document, a minute."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="step_evidence")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    step = models.PositiveSmallIntegerField(
        _("step"), validators=[MinValueValidator(1), MaxValueValidator(8)]
    )
    evidence_kind = models.CharField(_("kind of evidence"), max_length=60)
    label = models.CharField(_("what it shows"), max_length=300)
    label_es = models.CharField(_("what it shows, in Spanish"), max_length=300, blank=True)
    when_text = WhenText(_("when"))
    when_text_start = WhenStart("when_text")
    when_text_end = WhenEnd("when_text")
    when_text_precision = WhenPrecision("when_text")
    record_kind = models.CharField(_("kind of record"), max_length=40, blank=True)
    record = models.CharField(_("record"), max_length=120, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("evidence of a step")
        verbose_name_plural = _("evidence of steps")
        ordering = ["step", "id"]

    def __str__(self) -> str:
        return in_language(self, "label")
