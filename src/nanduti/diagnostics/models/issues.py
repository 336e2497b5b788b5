from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models.programmes import in_language

from .studies import DiagnosticStudy

MOST = 1_000_000


def _count(label: object) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(label, null=True, blank=True, validators=[MaxValueValidator(MOST)])


@classified(
    open="study number product_group product_group_es item label label_es help_from help_from_es advanced_cluster "
    "n_micro n_small n_medium n_large severity in_cluster in_country by_advanced is_for_implementation owner "
    "chain_check chain_reason chain_reason_es",
    sensitive="note",
)
class Issue(Scoped, Sourced, Versioned, Timestamped):
    """What holds back the firms that make one product, as a row of the table of business operations (AOBO).

    The counts by size are the entry points: how many firms of that size would gain. Where it can be solved, inside
    the cluster, in the country, or by an advanced cluster, is yes, no, or not known.
    """

    class Item(models.TextChoices):
        RAW_MATERIAL = "raw_material", _("raw material")
        TECHNOLOGY = "technology", _("technology")
        SKILL = "skill", _("skill")
        PROCESS = "process", pgettext_lazy("business operation", "process and layout")
        QUALITY = "quality", _("quality and testing")
        DESIGN = "design", _("design")
        MARKET = "market", _("market")
        FINANCE = "finance", _("finance")
        INFRASTRUCTURE = "infrastructure", _("infrastructure")
        WORK = "work", _("conditions of work")
        ENVIRONMENT = "environment", _("environment")
        MANAGEMENT = "management", _("management")
        COOPERATION = "cooperation", _("cooperation among firms")
        POLICY = "policy", _("rules and policy")

    class ChainCheck(models.TextChoices):
        UNCHECKED = "unchecked", pgettext_lazy("value-chain check", "not checked yet")
        CONFIRMED = "confirmed", pgettext_lazy("value-chain check", "confirmed")
        ADDED = "added", pgettext_lazy("value-chain check", "added by the check")
        REMOVED = "removed", pgettext_lazy("value-chain check", "taken out by the check")

    study = models.ForeignKey(DiagnosticStudy, models.CASCADE, related_name="issues")
    number = models.PositiveIntegerField(_("number"))
    product_group = models.CharField(_("product group"), max_length=120)
    product_group_es = models.CharField(_("product group in Spanish"), max_length=120, blank=True)
    item = models.CharField(_("business operation"), max_length=20, choices=Item)
    label = models.CharField(_("issue"), max_length=300)
    label_es = models.CharField(_("issue in Spanish"), max_length=300, blank=True)
    help_from = models.CharField(_("who can help"), max_length=300, blank=True)
    help_from_es = models.CharField(_("who can help, in Spanish"), max_length=300, blank=True)
    advanced_cluster = models.ForeignKey(
        "register.Cluster", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("advanced cluster that can help"),
    )  # fmt: skip
    n_micro = _count(_("micro firms"))
    n_small = _count(_("small firms"))
    n_medium = _count(_("medium firms"))
    n_large = _count(_("large firms"))
    severity = models.PositiveSmallIntegerField(
        _("how much it hinders"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3)],
    )  # fmt: skip
    in_cluster = models.BooleanField(_("the cluster itself can solve it"), null=True, blank=True)
    in_country = models.BooleanField(_("somebody in the country can solve it"), null=True, blank=True)
    by_advanced = models.BooleanField(_("an advanced cluster can solve it"), null=True, blank=True)
    is_for_implementation = models.BooleanField(_("chosen for implementation"), default=True)
    owner = models.CharField(_("who sees to it"), max_length=160, blank=True)
    chain_check = models.CharField(
        _("check against the value chain"), max_length=10, choices=ChainCheck, default=ChainCheck.UNCHECKED
    )
    chain_reason = models.CharField(_("what the check found"), max_length=300, blank=True)
    chain_reason_es = models.CharField(_("what the check found, in Spanish"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ["study", "product_group", "item", "number"]
        constraints = [models.UniqueConstraint(fields=["study", "number"], name="issue_number_once")]

    def __str__(self) -> str:
        return in_language(self, "label")

    @property
    def product_said(self) -> str:
        return in_language(self, "product_group")

    @property
    def counts(self) -> dict[str, int | None]:
        """How many firms would gain, by size; ``None`` where nobody counted."""
        return {
            "micro": self.n_micro,
            "small": self.n_small,
            "medium": self.n_medium,
            "large": self.n_large,
        }

    @property
    def solvers(self) -> list[str]:
        """Who is known to be able to solve it, as :func:`nanduti.methods.twinning.route_issue` takes it."""
        said = {
            "cluster": self.in_cluster,
            "country": self.in_country,
            "advanced_cluster": self.by_advanced,
        }
        return [where for where, can in said.items() if can]


@classified(open="issue organisation role", sensitive="establishment severity willingness note")
class IssueParty(Scoped):
    """Who an issue touches: an establishment that wants it solved, or an institution that can stand between."""

    class Role(models.TextChoices):
        INTERESTED = "interested", _("interested firm")
        INTERMEDIARY = "intermediary", _("intermediary institution")

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="parties")
    role = models.CharField(_("role"), max_length=12, choices=Role)
    establishment = models.ForeignKey(
        "register.Establishment", models.PROTECT, null=True, blank=True, related_name="+"
    )
    organisation = models.ForeignKey(
        "register.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    severity = models.PositiveSmallIntegerField(
        _("how much it hinders this firm"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3)],
    )  # fmt: skip
    # 0 to 1; empty where it was not asked.
    willingness = models.FloatField(
        _("how willing"), null=True, blank=True, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("party to an issue")
        verbose_name_plural = _("parties to issues")
        ordering = ["issue", "role", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role="interested", establishment__isnull=False, organisation__isnull=True)
                | models.Q(role="intermediary", establishment__isnull=True, organisation__isnull=False),
                name="issue_party_one_kind",
            ),
            models.UniqueConstraint(
                fields=["issue", "establishment"],
                condition=models.Q(role="interested"),
                name="issue_firm_once",
            ),
            models.UniqueConstraint(
                fields=["issue", "organisation"],
                condition=models.Q(role="intermediary"),
                name="issue_intermediary_once",
            ),
        ]
