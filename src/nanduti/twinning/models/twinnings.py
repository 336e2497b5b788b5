from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language


@classified(
    open="programme code emerging advanced started started_start started_end started_precision "
    "ended ended_start ended_end ended_precision outcome outcome_es"
)
class Twinning(Scoped, Sourced, Versioned, Timestamped):
    """An emerging and an advanced cluster that a programme brings together; advanced only relative to each other."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="twinnings")
    code = models.SlugField(_("code"), max_length=130)
    emerging = models.ForeignKey("register.Cluster", models.PROTECT, related_name="+")
    advanced = models.ForeignKey("register.Cluster", models.PROTECT, related_name="+")
    started = WhenText(_("started"))
    started_start = WhenStart("started")
    started_end = WhenEnd("started")
    started_precision = WhenPrecision("started")
    ended = WhenText(_("ended"))
    ended_start = WhenStart("ended")
    ended_end = WhenEnd("ended")
    ended_precision = WhenPrecision("ended")
    outcome = models.TextField(_("outcome"), blank=True)
    outcome_es = models.TextField(_("outcome in Spanish"), blank=True)

    class Meta:
        verbose_name = _("twinning")
        verbose_name_plural = _("twinnings")
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="twinning_code_once"),
            models.CheckConstraint(
                condition=~models.Q(emerging=models.F("advanced")), name="twinning_of_two"
            ),
        ]
        ordering = ["id"]

    @property
    def pair(self) -> str:
        """How a pair is written in addresses and on the command line: "chennai-leather:santa-croce"."""
        return f"{self.emerging.code}:{self.advanced.code}"


class Priority(models.TextChoices):
    """How much a side wants a topic."""

    HIGH = "high", _("high")
    MEDIUM = "medium", _("medium")
    LOW = "low", _("low")
    NONE = "none", _("none")


@classified(open="twinning topic topic_es priority_emerging priority_advanced")
class AgendaTopic(Scoped, Sourced, Versioned):
    """A topic of cooperation and how high it stands on the agenda of each side; empty where nobody has asked."""

    twinning = models.ForeignKey(Twinning, models.CASCADE, related_name="agenda")
    topic = models.CharField(_("topic"), max_length=200)
    topic_es = models.CharField(_("topic in Spanish"), max_length=200, blank=True)
    priority_emerging = models.CharField(_("emerging cluster"), max_length=8, choices=Priority, blank=True)
    priority_advanced = models.CharField(_("advanced cluster"), max_length=8, choices=Priority, blank=True)

    class Meta:
        verbose_name = _("topic of the agenda")
        verbose_name_plural = _("topics of the agenda")
        constraints = [models.UniqueConstraint(fields=["twinning", "topic"], name="agenda_topic_once")]
        ordering = ["id"]

    def __str__(self) -> str:
        return in_language(self, "topic")


@classified(
    open="twinning side stakeholder_type business_interest business_interest_es end_market value_chain_position gain"
)
class BusinessInterest(Scoped, Sourced, Versioned):
    """What a kind of stakeholder of one side hopes to gain, and to whom it sells."""

    class Side(models.TextChoices):
        EMERGING = "emerging", _("emerging cluster")
        ADVANCED = "advanced", _("advanced cluster")

    twinning = models.ForeignKey(Twinning, models.CASCADE, related_name="interests")
    side = models.CharField(_("side"), max_length=10, choices=Side)
    stakeholder_type = models.CharField(_("kind of stakeholder"), max_length=40)
    business_interest = models.CharField(_("business interest"), max_length=300)
    business_interest_es = models.CharField(_("business interest in Spanish"), max_length=300, blank=True)
    end_market = models.CharField(_("end market"), max_length=120, blank=True)
    value_chain_position = models.CharField(_("position in the value chain"), max_length=120, blank=True)
    # How much that side hopes to gain, from nothing to as much as it could; empty where nobody has asked.
    gain = models.DecimalField(
        _("hoped-for gain"),
        max_digits=4,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
    )

    class Meta:
        verbose_name = _("business interest")
        verbose_name_plural = _("business interests")
        ordering = ["side", "id"]


@classified(open="programme label label_es phase payer executor")
class DealTask(Scoped, Sourced, Versioned):
    """A task on the way to a deal: developmental ones a programme may pay, commercial ones it must not."""

    class Phase(models.TextChoices):
        DEVELOPMENTAL = "developmental", _("developmental")
        COMMERCIAL = "commercial", _("commercial")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="deal_tasks")
    label = models.CharField(_("task"), max_length=200)
    label_es = models.CharField(_("task in Spanish"), max_length=200, blank=True)
    phase = models.CharField(_("phase"), max_length=14, choices=Phase)
    payer = models.CharField(_("who pays"), max_length=60, blank=True)
    executor = models.CharField(_("who does it"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("task of a deal")
        verbose_name_plural = _("tasks of a deal")
        constraints = [models.UniqueConstraint(fields=["programme", "label"], name="deal_task_once")]
        ordering = ["id"]

    def __str__(self) -> str:
        return in_language(self, "label")
