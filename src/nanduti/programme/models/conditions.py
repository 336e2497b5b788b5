from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Versioned

from .programmes import Programme


@classified(open="programme code funder share condition condition_es is_verified")
class FundingCondition(Scoped, Sourced, Versioned):
    """What a funder pays, and on which condition; for example open access to minutes and documents."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="funding_conditions")
    code = models.SlugField(_("code"), max_length=60)
    funder = models.ForeignKey("register.Organisation", models.PROTECT, related_name="+")
    share = models.DecimalField(
        _("share"),
        max_digits=6,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
    )
    condition = models.TextField(_("condition"), blank=True)
    condition_es = models.TextField(_("condition in Spanish"), blank=True)
    is_verified = models.BooleanField(_("condition seen to be kept"), null=True, blank=True)

    class Meta:
        verbose_name = _("funding condition")
        verbose_name_plural = _("funding conditions")
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="funding_condition_once")]
        ordering = ["id"]


@classified(open="programme institution_kind task task_es verdict reason reason_es")
class DivisionOfLabour(Scoped, Sourced, Versioned):
    """Which kind of institution may do which task; a politically exposed one may be kept from first contact."""

    class May(models.TextChoices):
        MAY = "may", _("may")
        MAY_NOT = "may_not", _("may not")
        SUPPORTS = "supports", _("supports")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="labour_division")
    institution_kind = models.CharField(_("kind of institution"), max_length=40)
    task = models.CharField(_("task"), max_length=200)
    task_es = models.CharField(_("task in Spanish"), max_length=200, blank=True)
    verdict = models.CharField(_("verdict"), max_length=10, choices=May)
    reason = models.TextField(_("reason"))
    reason_es = models.TextField(_("reason in Spanish"), blank=True)

    class Meta:
        verbose_name = _("division of labour")
        verbose_name_plural = _("division of labour")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "institution_kind", "task"], name="labour_division_once"
            )
        ]
        ordering = ["id"]
