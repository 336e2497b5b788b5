from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language


class PartyType(models.TextChoices):
    """The four kinds of stakeholder of the scope matrix (UNIDO 2013, table 8)."""

    ASSOCIATION = "association", _("association")
    TECHNICAL_INSTITUTION = "technical_institution", _("technical institution")
    BDSP = "bdsp", _("provider of business development services")
    FIRM = "firm", _("firm")


@classified(
    open="programme code kind from_organisation from_cluster from_type to_organisation to_cluster to_type stage "
    "started started_start started_end started_precision signed signed_start signed_end signed_precision currency "
    "label label_es",
    sensitive="amount",
)
class Linkage(Scoped, Sourced, Versioned, Timestamped):
    """A working connection between parties of two clusters; its class follows from the kinds of its parties."""

    class Kind(models.TextChoices):
        TECHNOLOGY_TRANSFER = "technology_transfer", _("technology transfer")
        OUTSOURCING = "outsourcing", _("outsourcing")
        INVESTMENT = "investment", _("investment")
        MACHINERY_SALE = "machinery_sale", _("sale of machinery")
        SERVICE = "service", _("service")
        LEARNING = "learning", _("learning")
        ADVICE = "advice", _("advice")

    class Stage(models.TextChoices):
        IDENTIFIED = "identified", _("identified")
        NEGOTIATION = "negotiation", _("in negotiation")
        AGREED = "agreed", _("agreed")
        CLOSED = "closed", _("closed")
        BROKEN_OFF = "broken_off", _("broken off")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="linkages")
    code = models.SlugField(_("code"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    from_organisation = models.ForeignKey(
        "register.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_cluster = models.ForeignKey(
        "register.Cluster", models.PROTECT, null=True, blank=True, related_name="+"
    )
    from_type = models.CharField(_("kind of the one side"), max_length=24, choices=PartyType)
    to_organisation = models.ForeignKey(
        "register.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_cluster = models.ForeignKey(
        "register.Cluster", models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_type = models.CharField(_("kind of the other side"), max_length=24, choices=PartyType)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage)
    started = WhenText(_("started"))
    started_start = WhenStart("started")
    started_end = WhenEnd("started")
    started_precision = WhenPrecision("started")
    signed = WhenText(_("signed"))
    signed_start = WhenStart("signed")
    signed_end = WhenEnd("signed")
    signed_precision = WhenPrecision("signed")
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    label = models.CharField(_("label"), max_length=300)
    label_es = models.CharField(_("label in Spanish"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("linkage")
        verbose_name_plural = _("linkages")
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="linkage_code_once"),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | ~models.Q(currency=""),
                name="linkage_amount_currency",
            ),
        ]
        ordering = ["started_start", "id"]

    def __str__(self) -> str:
        return in_language(self, "label")
