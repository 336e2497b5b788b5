from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped

from .instruments import Instrument
from .submissions import Submission


@classified(open="submission from_state to_state at", sensitive="comment by by_label")
class ReviewStep(models.Model):
    """What a supervisor decided about a submission, and why."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="review_steps")
    from_state = models.CharField(max_length=10, choices=Submission.State)
    to_state = models.CharField(max_length=10, choices=Submission.State)
    comment = models.TextField(_("comment"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_label = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step of a review")
        verbose_name_plural = _("steps of reviews")
        ordering = ["submission", "at", "id"]


@classified(
    open="instrument submission rule severity question row state found_at settled_at",
    sensitive="details other enumerator note settled_by",
)
class Finding(Scoped):
    """Something a check noticed in answers: with its reason and the place, to be looked at by a person."""

    class Severity(models.TextChoices):
        ERROR = "error", _("cannot be right")
        WARNING = "warning", _("is unusual")

    class State(models.TextChoices):
        OPEN = "open", _("to be looked at")
        EXPLAINED = "explained", _("explained")
        CORRECTED = "corrected", _("corrected")

    instrument = models.ForeignKey(Instrument, models.CASCADE, related_name="findings")
    # Empty for what concerns many: an enumerator's answers, a question's digits.
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, related_name="findings")
    other = models.ForeignKey(Submission, models.CASCADE, null=True, related_name="+")
    enumerator = models.ForeignKey("surveys.Enumerator", models.PROTECT, null=True, related_name="+")
    rule = models.CharField(max_length=80)
    severity = models.CharField(max_length=8, choices=Severity, default=Severity.WARNING)
    question = models.CharField(max_length=300, blank=True)
    row = models.CharField(max_length=80, blank=True)
    # What the reason's sentence is composed of; never a sealed answer.
    details = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    note = models.TextField(blank=True)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        indexes = [models.Index(fields=["instrument", "state"], name="finding_by_state")]
