from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned

from .activities import Activity
from .plans import ActionPlan


@classified(
    open="plan activity contributor kind state currency basis basis_es given_on given_on_start given_on_end "
    "given_on_precision is_local",
    sensitive="amount",
)
class Contribution(Scoped, Sourced, Versioned, Timestamped):
    """What a stakeholder promised or gave to an activity or a plan, in cash or in kind, with how it was valued."""

    class Kind(models.TextChoices):
        CASH = "cash", _("cash")
        FEE = "fee", _("fee of those who take part")
        TIME = "time", _("time")
        PREMISES = "premises", _("premises")
        EQUIPMENT = "equipment", _("equipment")
        KNOWLEDGE = "knowledge", _("knowledge")
        LOGISTICS = "logistics", _("logistics")

    class State(models.TextChoices):
        PLEDGED = "pledged", _("pledged")
        GIVEN = "given", _("given")

    plan = models.ForeignKey(ActionPlan, models.PROTECT, related_name="contributions")
    # Empty where something was given to the plan as a whole, such as an office.
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="contributions"
    )
    contributor = models.ForeignKey("register.Organisation", models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=8, choices=State)
    amount = models.DecimalField(_("value"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    # How a contribution in kind was valued: "3 days at the local daily rate".
    basis = models.CharField(_("how valued"), max_length=200, blank=True)
    basis_es = models.CharField(_("how valued, in Spanish"), max_length=200, blank=True)
    is_local = models.BooleanField(_("from the cluster itself"), default=True)
    given_on = WhenText(_("given on"))
    given_on_start = WhenStart("given_on")
    given_on_end = WhenEnd("given_on")
    given_on_precision = WhenPrecision("given_on")

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | (models.Q(amount__gte=0) & ~models.Q(currency="")),
                name="contribution_value",
            )
        ]
        ordering = ["id"]
