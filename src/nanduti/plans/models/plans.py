from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language


@classified(
    open="programme cluster text text_es agreed_on agreed_on_start agreed_on_end agreed_on_precision n_participants "
    "outcome every_months",
    sensitive="took_part note",
)
class Vision(Scoped, Sourced, Versioned, Timestamped):
    """The picture of the future that a cluster shares, and when it was agreed; re-agreed from time to time.

    Each time that stakeholders look at it again is a row of its own, with the wording that held from then on: so an
    earlier wording is never lost, a confirmation has its own day and its own participants, and what holds is the last.
    """

    class Outcome(models.TextChoices):
        FIRST = "", pgettext_lazy("vision", "agreed")
        CONFIRMED = "confirmed", pgettext_lazy("vision", "confirmed as it stood")
        CHANGED = "changed", pgettext_lazy("vision", "changed")
        REPLACED = "replaced", pgettext_lazy("vision", "replaced by another")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="visions")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(_("vision"))
    text_es = models.TextField(_("vision in Spanish"), blank=True)
    agreed_on = WhenText(_("agreed on"))
    agreed_on_start = WhenStart("agreed_on")
    agreed_on_end = WhenEnd("agreed_on")
    agreed_on_precision = WhenPrecision("agreed_on")
    n_participants = models.PositiveIntegerField(_("participants"), null=True, blank=True)
    # What was done with the wording that held before; empty where it was agreed without an earlier one.
    outcome = models.CharField(_("what was decided"), max_length=10, choices=Outcome, blank=True)
    took_part = models.TextField(_("who took part"), blank=True)
    note = models.TextField(_("note"), blank=True)
    # The source names no interval ("from time to time"): it is set by those who agree; empty means no reminder.
    every_months = models.PositiveSmallIntegerField(
        _("to be looked at again after months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
    )

    class Meta:
        verbose_name = _("vision")
        verbose_name_plural = _("visions")
        ordering = ["agreed_on_start", "id"]

    def __str__(self) -> str:
        return in_language(self, "text")


@classified(open="programme cluster code title title_es status status_as_of date_order is_numbered")
class ActionPlan(Scoped, Sourced, Versioned, Timestamped):
    """What a cluster has agreed to do."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ENDORSED = "endorsed", _("endorsed")
        RUNNING = "running", _("running")
        CLOSED = "closed", _("closed")

    class DateOrder(models.TextChoices):
        DAY_FIRST = "day_first", _("day first")
        MONTH_FIRST = "month_first", _("month first")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="plans")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    code = models.SlugField(_("code"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    title_es = models.CharField(_("title in Spanish"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    # How its lists write days: "4/21/2009" tells that the month comes first; empty where nothing tells.
    date_order = models.CharField(_("order of day and month"), max_length=12, choices=DateOrder, blank=True)
    # Whether its source prints numbers; without them a citation by number counts rows.
    is_numbered = models.BooleanField(_("numbered in its source"), default=True)
    # The day for which the list was last reported; empty while the plan is kept from day to day.
    status_as_of = models.DateField(_("reported as of"), null=True, blank=True)

    class Meta:
        verbose_name = _("action plan")
        verbose_name_plural = _("action plans")
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="plan_code_once")]
        ordering = ["id"]

    def __str__(self) -> str:
        return in_language(self, "title")


@classified(open="plan code label label_es vision")
class Objective(Scoped, Sourced, Versioned):
    """What a plan is to change; a priority of the vision where the stakeholders agreed on it as such."""

    plan = models.ForeignKey(ActionPlan, models.CASCADE, related_name="objectives")
    code = models.SlugField(_("code"), max_length=60)
    label = models.CharField(_("label"), max_length=200)
    label_es = models.CharField(_("label in Spanish"), max_length=200, blank=True)
    # The wording whose priority it is. Once another wording holds, somebody has to say whether it still is one.
    vision = models.ForeignKey(
        Vision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="priorities",
        verbose_name=_("priority of the vision"),
    )

    class Meta:
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="objective_code_once")]

    def __str__(self) -> str:
        return in_language(self, "label")
