from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language

from .activities import Activity


@classified(
    open="programme cluster code kind label label_es organisation activity reached_on reached_on_start "
    "reached_on_end reached_on_precision count unit"
)
class Milestone(Scoped, Sourced, Versioned, Timestamped):
    """A dated sign that a programme has got somewhere: a practice adopted, a service introduced, a market found."""

    class Kind(models.TextChoices):
        PRACTICE = "practice_adopted", _("best practice adopted")
        SKILL_PROGRAMME = "skill_programme_introduced", _("skill development programme introduced")
        SERVICE_PROVIDER = "service_provider_introduced", _("new service provider introduced")
        NEW_MARKET = "new_market_identified", _("new market identified")
        TECHNOLOGY_SHOW = "technology_transfer_show", _("technology transfer show held")
        NETWORK = "network_formed", _("network formed")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="milestones")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    code = models.SlugField(_("code"), max_length=80)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    label = models.CharField(_("label"), max_length=300)
    label_es = models.CharField(_("label in Spanish"), max_length=300, blank=True)
    organisation = models.ForeignKey(
        "register.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    activity = models.ForeignKey(Activity, models.PROTECT, null=True, blank=True, related_name="milestones")
    reached_on = WhenText(_("reached on"))
    reached_on_start = WhenStart("reached_on")
    reached_on_end = WhenEnd("reached_on")
    reached_on_precision = WhenPrecision("reached_on")
    count = models.PositiveIntegerField(_("number"), default=1)
    unit = models.CharField(_("counted in"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="milestone_code_once")]
        ordering = ["reached_on_start", "id"]

    def __str__(self) -> str:
        return in_language(self, "label")
