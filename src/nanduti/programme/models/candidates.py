from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Versioned

from .programmes import Programme


@classified(open="programme cluster sector stage reason reason_es rank")
class Candidate(Scoped, Sourced, Versioned):
    """A cluster that was considered, how far it came, and why; only a place on the long list needs no reason."""

    class Stage(models.TextChoices):
        LONG_LIST = "long_list", _("long list")
        SHORT_LIST = "short_list", _("short list")
        SELECTED = "selected", _("selected")
        DROPPED = "dropped", _("dropped")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="candidates")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, related_name="+")
    sector = models.CharField(_("sector"), max_length=120, blank=True)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage)
    reason = models.TextField(_("reason"), blank=True)
    reason_es = models.TextField(_("reason in Spanish"), blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True, blank=True)

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        constraints = [
            models.UniqueConstraint(fields=["programme", "cluster"], name="candidate_once"),
            models.CheckConstraint(
                condition=~models.Q(reason="") | models.Q(stage="long_list"), name="candidate_has_reason"
            ),
        ]
        ordering = ["sector", "rank", "id"]
