from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models.programmes import in_language

from .studies import DiagnosticStudy


@classified(
    open="study name name_es organisation party_kind need need_es areas areas_es conditions conditions_es "
    "is_intermediary",
    sensitive="willingness note",
)
class Prospect(Scoped, Sourced, Versioned, Timestamped):
    """Somebody in an advanced cluster who may want to twin: needs, areas of cooperation, willingness, terms."""

    class Kind(models.TextChoices):
        ASSOCIATION = "association", _("association")
        TECHNICAL_INSTITUTION = "technical_institution", _("technical institution")
        BDSP = "bdsp", _("provider of business development services")
        FIRM = "firm", _("kind of firms")

    study = models.ForeignKey(DiagnosticStudy, models.CASCADE, related_name="prospects")
    # What the group is called; never the name of a firm.
    name = models.CharField(_("who"), max_length=160)
    name_es = models.CharField(_("who, in Spanish"), max_length=160, blank=True)
    organisation = models.ForeignKey(
        "register.Organisation", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("institution of the register"),
    )  # fmt: skip
    party_kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    need = models.CharField(_("business need"), max_length=300, blank=True)
    need_es = models.CharField(_("business need in Spanish"), max_length=300, blank=True)
    areas = models.CharField(_("areas of cooperation"), max_length=300, blank=True)
    areas_es = models.CharField(_("areas of cooperation in Spanish"), max_length=300, blank=True)
    # 0 to 1; empty where nobody asked.
    willingness = models.FloatField(
        _("how willing"), null=True, blank=True, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    conditions = models.CharField(_("conditions for support"), max_length=300, blank=True)
    conditions_es = models.CharField(_("conditions for support in Spanish"), max_length=300, blank=True)
    is_intermediary = models.BooleanField(_("can stand between the clusters"), default=False)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("likely partner")
        verbose_name_plural = _("likely partners")
        ordering = ["study", "id"]

    def __str__(self) -> str:
        return in_language(self, "name")


def _figure(label: object, **more: object) -> models.DecimalField:
    return models.DecimalField(
        label, max_digits=14, decimal_places=3, validators=[MinValueValidator(0)], **more
    )


@classified(
    open="study process process_es is_own who who_es output_low output_high unit unit_es workers_low workers_high days"
)
class OutputRate(Scoped, Sourced, Versioned, Timestamped):
    """How much so many people make in so many days at one process: the cluster's own figure, or one to measure it by.

    Low and high are the ends of a figure as people say it: "350 to 450 pairs with 55 to 60 workers".
    """

    study = models.ForeignKey(DiagnosticStudy, models.CASCADE, related_name="rates")
    process = models.CharField(_("process"), max_length=120)
    process_es = models.CharField(_("process in Spanish"), max_length=120, blank=True)
    is_own = models.BooleanField(_("the cluster's own figure"), default=True)
    who = models.CharField(_("where"), max_length=120, blank=True)
    who_es = models.CharField(_("where, in Spanish"), max_length=120, blank=True)
    output_low = _figure(_("output, at least"))
    output_high = _figure(_("output, at most"), null=True, blank=True)
    unit = models.CharField(_("counted in"), max_length=40)
    unit_es = models.CharField(_("counted in, in Spanish"), max_length=40, blank=True)
    workers_low = _figure(_("workers, at least"))
    workers_high = _figure(_("workers, at most"), null=True, blank=True)
    days = _figure(_("in how many days"), default=1)

    class Meta:
        verbose_name = _("rate of output")
        verbose_name_plural = _("rates of output")
        ordering = ["study", "process", "-is_own", "id"]

    def __str__(self) -> str:
        return f"{in_language(self, 'process')}, {in_language(self, 'who')}"
