from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Run, Scoped

from .indicators import IndicatorVersion


@classified(
    open="indicator_version wave cluster run at is_current verdict reason n_asked method",
    sensitive="n numerator denominator value low high groups",
)
class Measurement(Scoped):
    """What an indicator came to, for a cluster or all of them, in a wave or in all answers so far.

    Its scope is the programme's work in the cluster, or the programme. A new reckoning is a row of its own; the former
    ones stay, with the run that made them.
    """

    class Verdict(models.TextChoices):
        SAID = "said", _("said")
        CANNOT = "cannot_be_said", _("cannot be said")

    indicator_version = models.ForeignKey(IndicatorVersion, models.PROTECT, related_name="measurements")
    # Empty: all answers so far, the last one of each firm.
    wave = models.ForeignKey("surveys.Wave", models.PROTECT, null=True, blank=True, related_name="+")
    # Empty: all clusters of the programme together.
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    run = models.ForeignKey(Run, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_current = models.BooleanField(default=True)
    verdict = models.CharField(max_length=14, choices=Verdict)
    # Code of the reason where nothing can be said.
    reason = models.CharField(max_length=80, blank=True)
    # How a sample was taken account of: "" (everybody was asked, or no sample), or what the estimate is.
    method = models.CharField(max_length=120, blank=True)
    n = models.PositiveIntegerField()
    n_asked = models.PositiveIntegerField()
    numerator = models.FloatField(null=True)
    denominator = models.FloatField(null=True)
    value = models.FloatField(null=True)
    # 95 % interval, where a chance sample was drawn.
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    # Dimension → the same figures by group: [{"group", "n", "n_asked", "numerator", "denominator", "value", …}].
    groups = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        ordering = ["indicator_version", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="said", value__isnull=False)
                | Q(verdict="cannot_be_said", value__isnull=True),
                name="measurement_says_or_does_not",
            ),
        ]
        indexes = [
            models.Index(
                fields=["indicator_version", "wave", "cluster"],
                name="measurement_current",
                condition=Q(is_current=True),
            ),
        ]
