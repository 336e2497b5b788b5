from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned

from .programmes import Programme, in_language


@classified(
    open="programme code kind title title_es level status signed signed_start signed_end signed_precision "
    "valid_from valid_from_start valid_from_end valid_from_precision valid_until valid_until_start valid_until_end "
    "valid_until_precision renews areas areas_es implementing_partner note note_es currency",
    sensitive="amount",
)
class CooperationAgreement(Scoped, Sourced, Versioned, Timestamped):
    """A memorandum, twinning agreement, letter of intent or deal: parties, areas, and when it is in force."""

    class Kind(models.TextChoices):
        MOU = "mou", _("memorandum of understanding")
        TWINNING = "twinning", _("twinning agreement")
        COOPERATION = "cooperation", _("cooperation agreement")
        LETTER_OF_INTENT = "letter_of_intent", _("letter of intent")
        TECHNOLOGY_TRANSFER = "technology_transfer", _("technology transfer agreement")
        OUTSOURCING = "outsourcing", _("outsourcing agreement")
        INVESTMENT = "investment", _("investment")
        MACHINERY_SALE = "machinery_sale", _("sale of machinery")
        SERVICE = "service", _("service contract")

    class Level(models.TextChoices):
        ASSOCIATION = "association", _("between associations")
        INSTITUTION = "institution", _("between institutions")
        FIRM = "firm", _("between firms")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ATTEMPTED = "attempted", _("attempted, not signed")
        SIGNED = "signed", _("signed")

    # Memoranda in the wide sense of table 9: what associations and institutions sign with each other.
    FRAMEWORKS = (Kind.MOU, Kind.TWINNING, Kind.COOPERATION)

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="agreements")
    code = models.SlugField(_("code"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    title_es = models.CharField(_("title in Spanish"), max_length=200, blank=True)
    level = models.CharField(_("level"), max_length=12, choices=Level)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    signed = WhenText(_("signed"))
    signed_start = WhenStart("signed")
    signed_end = WhenEnd("signed")
    signed_precision = WhenPrecision("signed")
    valid_from = WhenText(_("valid from"))
    valid_from_start = WhenStart("valid_from")
    valid_from_end = WhenEnd("valid_from")
    valid_from_precision = WhenPrecision("valid_from")
    valid_until = WhenText(_("valid until"))
    valid_until_start = WhenStart("valid_until")
    valid_until_end = WhenEnd("valid_until")
    valid_until_precision = WhenPrecision("valid_until")
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals", verbose_name=_("renews")
    )
    areas = models.TextField(_("areas of cooperation"), blank=True)
    areas_es = models.TextField(_("areas of cooperation in Spanish"), blank=True)
    implementing_partner = models.ForeignKey(
        "register.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("note"), blank=True)
    note_es = models.TextField(_("note in Spanish"), blank=True)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="agreement_code_once"),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | ~models.Q(currency=""),
                name="agreement_amount_currency",
            ),
        ]
        ordering = ["signed_start", "id"]

    def __str__(self) -> str:
        return in_language(self, "title")

    @property
    def begins_on(self) -> date | None:
        """The first day it holds: as agreed, else the first day of the interval in which it was signed."""
        return self.valid_from_start or self.signed_start

    @property
    def lapses_on(self) -> date | None:
        """The first day it no longer holds, however imprecisely its end was written; ``None`` if open."""
        return self.valid_until_end

    def state_on(self, day: date) -> str:
        """draft, attempted, undated, not yet in force, in force, or lapsed; renewals are records of their own."""
        if self.status != self.Status.SIGNED:
            return self.status
        if self.begins_on is None:
            return "undated"
        if day < self.begins_on:
            return "not_yet"
        if self.lapses_on is not None and day >= self.lapses_on:
            return "lapsed"
        return "in_force"


@classified(open="agreement organisation cluster party_type is_signatory")
class AgreementParty(Scoped, Sourced, Versioned):
    """An organisation that an agreement binds or names."""

    class PartyType(models.TextChoices):
        ASSOCIATION = "association", _("association")
        TECHNICAL_INSTITUTION = "technical_institution", _("technical institution")
        BDSP = "bdsp", _("provider of business development services")
        FIRM = "firm", _("firm")
        PUBLIC_BODY = "public_body", _("public body")
        INTERNATIONAL = "international", _("international organisation")

    agreement = models.ForeignKey(CooperationAgreement, models.CASCADE, related_name="parties")
    organisation = models.ForeignKey("register.Organisation", models.PROTECT, related_name="+")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    party_type = models.CharField(_("kind of party"), max_length=24, choices=PartyType)
    is_signatory = models.BooleanField(_("has signed"), default=True)

    class Meta:
        verbose_name = _("party to an agreement")
        verbose_name_plural = _("parties to agreements")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "organisation"], name="agreement_party_once")
        ]
        ordering = ["id"]
