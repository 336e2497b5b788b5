from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.methods.planning.formalisation import LADDER
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language

from ..kinds import NETWORK_KINDS

# A shared fund may come at any time after the statute; it is evidence of its own and no step of the ladder.
FUND = "shared_fund"


@classified(
    open="programme cluster code name name_es kind objective objective_es since_on until_on "
    "outcome outcome_es seeks_registration"
)
class BusinessNetwork(Scoped, Sourced, Versioned, Timestamped):
    """A group of firms with a common aim, horizontal, vertical or for one project, from when to when."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="business_networks")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    code = models.SlugField(_("code"), max_length=80)
    name = models.CharField(_("name"), max_length=200)
    name_es = models.CharField(_("name in Spanish"), max_length=200, blank=True)
    kind = models.CharField(
        _("kind"), max_length=20, choices=[(k.code, _(k.title)) for k in NETWORK_KINDS.values()]
    )
    objective = models.TextField(_("what it wants to reach"), blank=True)
    objective_es = models.TextField(_("what it wants to reach, in Spanish"), blank=True)
    since_on = models.DateField(_("since"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)
    outcome = models.TextField(_("what became of it"), blank=True)
    outcome_es = models.TextField(_("what became of it, in Spanish"), blank=True)
    # A network for one project may never want a legal form; then the last steps are not missing.
    seeks_registration = models.BooleanField(_("wants to be registered"), default=True)

    class Meta:
        verbose_name = _("business network")
        verbose_name_plural = _("business networks")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="business_network_code_once"),
            models.CheckConstraint(
                condition=Q(since_on__isnull=True) | Q(until_on__isnull=True) | Q(until_on__gt=F("since_on")),
                name="business_network_span",
            ),
        ]

    def __str__(self) -> str:
        return in_language(self, "name")


@classified(open="network organisation establishment role since_on until_on", sensitive="person")
class NetworkMember(Scoped, Sourced, Versioned):
    """That a firm, or another body, belongs to a business network, from when to when, and as what."""

    class Role(models.TextChoices):
        MEMBER = "member", _("member")
        BUYER = "buyer", _("buyer")
        SUPPLIER = "supplier", _("supplier")
        COORDINATOR = "coordinator", _("speaks for the network")
        BROKER = "broker", _("brings the network together")

    network = models.ForeignKey(BusinessNetwork, models.CASCADE, related_name="members")
    establishment = models.ForeignKey(
        "register.Establishment", models.PROTECT, null=True, blank=True, related_name="+"
    )
    organisation = models.ForeignKey(
        "register.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey("register.Person", models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(_("part"), max_length=12, choices=Role, default=Role.MEMBER)
    since_on = models.DateField(_("since"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("member of a business network")
        verbose_name_plural = _("members of business networks")
        ordering = ["id"]
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=["network", name],
                    condition=Q(**{f"{name}__isnull": False}, until_on__isnull=True),
                    name=f"network_member_{name}_once",
                )
                for name in ("establishment", "organisation", "person")
            ),
            models.CheckConstraint(
                condition=Q(since_on__isnull=True) | Q(until_on__isnull=True) | Q(until_on__gt=F("since_on")),
                name="network_member_span",
            ),
        ]

    @property
    def record(self) -> object:
        """Who it is, as a record of the register."""
        return self.establishment or self.organisation or self.person

    @property
    def pseudonym(self) -> str:
        return self.record.pseudonym  # type: ignore[attr-defined]


@classified(open="network step reached_on evidence evidence_es")
class FormalisationStep(Scoped, Sourced, Versioned):
    """A step that a business network has taken towards a lasting form, with what shows it."""

    STEPS = [*((code, _(title)) for code, title in LADDER), (FUND, _("It keeps a shared fund"))]

    network = models.ForeignKey(BusinessNetwork, models.CASCADE, related_name="steps")
    step = models.CharField(_("step"), max_length=30, choices=STEPS)
    reached_on = models.DateField(_("reached on"), null=True, blank=True)
    evidence = models.TextField(_("what shows it"))
    evidence_es = models.TextField(_("what shows it, in Spanish"), blank=True)

    class Meta:
        verbose_name = _("step of formalisation")
        verbose_name_plural = _("steps of formalisation")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["network", "step"], name="formalisation_step_once"),
            models.CheckConstraint(condition=~Q(evidence=""), name="formalisation_step_evidenced"),
        ]
