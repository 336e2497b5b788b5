from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Job, Scoped

from .requests import ReleaseRequest


@classified(
    open="request request_version number job state protection input_digest digest ledger_stamp is_safe n_cells "
    "n_hidden checked_at",
    sensitive="verdict report sealed by",
)
class DisclosureCheck(Scoped):
    """One run of disclosure control over what a request asks for: what would go out, what is hidden, and why.

    ``sealed`` holds what would go out and who stands behind its cells, under the vault's keys. ``digest`` is of what
    would go out; approvals are bound to it. ``input_digest`` is of the records it was made from.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    request = models.ForeignKey(ReleaseRequest, models.CASCADE, related_name="checks")
    # The request as it was then: changed since, and the check no longer counts.
    request_version = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    protection = models.JSONField(default=dict)
    input_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    # The publications that were taken into account: a later one makes the check old.
    ledger_stamp = models.CharField(max_length=64, blank=True)
    is_safe = models.BooleanField(default=False)
    n_cells = models.PositiveIntegerField(default=0)
    n_hidden = models.PositiveIntegerField(default=0)
    # [{"decision", "reasons": [{"code", "sentence", "details"}], "source", "place", "remedy"}]
    verdict = models.JSONField(default=list)
    report = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("disclosure check")
        verbose_name_plural = _("disclosure checks")
        ordering = ["request", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="disclosure_check_once"),
        ]


@classified(open="of_check decision digest at", sensitive="by reason")
class Approval(Scoped):
    """That somebody who did not ask for it looked at exactly this result, and said yes or no."""

    class Decision(models.TextChoices):
        YES = "yes", _("approved")
        NO = "no", _("refused")

    # "check" alone would hide a method of every model.
    of_check = models.ForeignKey(DisclosureCheck, models.CASCADE, related_name="approvals")
    decision = models.CharField(max_length=3, choices=Decision)
    reason = models.TextField(_("reason"), blank=True)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["of_check", "by"], name="approval_once"),
        ]
