from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models.programmes import in_language

from ..kinds import KINDS
from .plans import ActionPlan, Objective


@classified(
    open="plan cluster number label label_es kind activity_class step date_text date_text_start date_text_end "
    "date_text_precision done_on reported_status location objective joint_benefit spillover "
    "agent_role n_participants participant_unit currency repetition owner indicator indicator_text better target",
    sensitive="cost spent payer reached note",
)
class Activity(Scoped, Sourced, Versioned, Timestamped):
    """Anything dated that people of a cluster take part in: work that turns inputs into outputs."""

    class Class(models.TextChoices):
        TRUST_BUILDING = "trust_building", _("trust building")
        PREPARATORY = "preparatory", _("preparatory")
        NON_TWINNING = "non_twinning_capability", _("capability building without twinning")
        LOW_HANGING = "low_hanging_twinning", _("low-hanging twinning")
        LONG_RUN = "long_run_twinning", _("long-run twinning")

    class Benefit(models.TextChoices):
        COLLECTIVE = "collective", _("collective")
        INDIVIDUAL = "individual", _("individual")
        UNKNOWN = "unknown", _("not said")

    class AgentRole(models.TextChoices):
        """What the cluster development agent does: the roles of a catalyst, then those that are left to others."""

        CONVENE = "convene", _("brings people together")
        INFORM = "inform", _("informs")
        INTRODUCE = "introduce", _("introduces partners to each other")
        MOBILISE = "mobilise_resources", _("helps to find money")
        BRIDGE = "bridge_services", _("helps firms find providers")
        MONITOR = "monitor", _("follows up")
        PROVIDE = "provide_service", _("provides the service himself")
        SELL = "sell", _("sells something")
        BUILD = "build", _("builds something")
        SUPPLY = "supply_equipment", _("supplies equipment")
        MARKET = "market_products", _("markets the products of the cluster")
        PAY = "pay_stakeholders", _("pays stakeholders")

    class Better(models.TextChoices):
        MORE = "more", pgettext_lazy("indicator", "the more, the better")
        LESS = "less", pgettext_lazy("indicator", "the less, the better")

    class Status(models.TextChoices):
        CANCELLED = "cancelled", pgettext_lazy("activity", "cancelled")
        SUSPENDED = "suspended", pgettext_lazy("activity", "suspended")
        CLOSED = "closed", pgettext_lazy("activity", "closed")

    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="activities")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    number = models.PositiveIntegerField(_("number"))
    label = models.CharField(_("label"), max_length=300)
    label_es = models.CharField(_("label in Spanish"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=[(k.code, _(k.title)) for k in KINDS.values()])
    activity_class = models.CharField(_("class"), max_length=30, choices=Class, blank=True)
    step = models.PositiveSmallIntegerField(
        _("step"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(8)]
    )
    date_text = WhenText(_("when"))
    date_text_start = WhenStart("date_text")
    date_text_end = WhenEnd("date_text")
    date_text_precision = WhenPrecision("date_text")
    # What was reported of it afterwards, where the list itself does not tell.
    done_on = models.DateField(_("done on"), null=True, blank=True)
    reported_status = models.CharField(_("reported as"), max_length=12, choices=Status, blank=True)
    location = models.CharField(_("place"), max_length=200, blank=True)
    objective = models.ForeignKey(Objective, models.PROTECT, null=True, blank=True, related_name="activities")
    joint_benefit = models.CharField(
        _("who benefits"), max_length=12, choices=Benefit, default=Benefit.UNKNOWN
    )
    spillover = models.TextField(_("spillover to others"), blank=True)
    n_participants = models.PositiveIntegerField(_("participants"), null=True, blank=True)
    participant_unit = models.CharField(_("counted in"), max_length=20, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    # What it cost in the end, in the same currency; empty where nobody has said.
    spent = models.DecimalField(_("spent"), max_digits=18, decimal_places=2, null=True, blank=True)
    payer = models.CharField(_("who pays"), max_length=120, blank=True)
    # Who answers for it, whoever else takes part in organising it: one body, so that there is one to ask.
    owner = models.ForeignKey(
        "register.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who answers for it"),
    )
    # What it is to move: an indicator that the programme follows, or words; up or down, how far, how far it came.
    indicator = models.ForeignKey(
        "indicators.Indicator",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("indicator"),
    )
    indicator_text = models.CharField(_("indicator in own words"), max_length=200, blank=True)
    better = models.CharField(_("which way is better"), max_length=4, choices=Better, default=Better.MORE)
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=4, null=True, blank=True)
    reached = models.DecimalField(_("reached"), max_digits=18, decimal_places=4, null=True, blank=True)
    # Empty where nobody has said.
    agent_role = models.CharField(_("what the agent does"), max_length=20, choices=AgentRole, blank=True)
    # How often an activity of this kind was held before, for the declining share of the agency.
    repetition = models.PositiveSmallIntegerField(_("repetition"), default=1)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="activity_number_once"),
            models.CheckConstraint(
                condition=models.Q(cost__isnull=True) | ~models.Q(currency=""), name="activity_cost_currency"
            ),
            models.CheckConstraint(
                condition=models.Q(spent__isnull=True) | (models.Q(spent__gte=0) & ~models.Q(currency="")),
                name="activity_spent_currency",
            ),
        ]
        indexes = [
            models.Index(fields=["scope", "date_text_start"], name="activity_scope_start"),
            models.Index(fields=["plan", "kind"], name="activity_plan_kind"),
        ]
        ordering = ["plan", "number"]

    def __str__(self) -> str:
        return in_language(self, "label")

    def when_context(self) -> dict[str, bool | None]:
        """How the list that it stands in writes its dates."""
        order = self.plan.date_order
        return {"day_first": None if not order else order == ActionPlan.DateOrder.DAY_FIRST}

    @property
    def reference(self) -> str:
        """Plan and number, as the texts cite it: "leather:15"."""
        return f"{self.plan.code}:{self.number}"


@classified(open="activity organisation role")
class ActivityRole(Scoped):
    """That an organisation organises, hosts or pays an activity."""

    class Role(models.TextChoices):
        ORGANISER = "organiser", _("organises")
        HOST = "host", _("hosts")
        PAYER = "payer", _("pays")

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="roles")
    organisation = models.ForeignKey("register.Organisation", models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.ORGANISER)

    class Meta:
        verbose_name = _("role in an activity")
        verbose_name_plural = _("roles in activities")
        constraints = [
            models.UniqueConstraint(fields=["activity", "organisation", "role"], name="activity_role_once")
        ]
