from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Versioned

from .programmes import Programme, in_language


@classified(
    open="programme code kind funder share condition condition_es opens is_verified verified_on",
    sensitive="verified_note verified_by",
)
class FundingCondition(Scoped, Sourced, Versioned):
    """What a funder pays, and on which condition; for example open access to minutes and documents."""

    class Kind(models.TextChoices):
        SHARE = "share", _("a share of the cost")
        FEES = "fees", _("fees of those who take part")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="funding_conditions")
    code = models.SlugField(_("code"), max_length=60)
    kind = models.CharField(_("what is paid"), max_length=10, choices=Kind, default=Kind.SHARE)
    # For fees: who collects them.
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
    # Kinds of records (records.yaml) that must be open to the funder; what the condition says in words, for the check.
    opens = models.JSONField(_("records that must be open"), default=list, blank=True)
    is_verified = models.BooleanField(_("condition seen to be kept"), null=True, blank=True)
    verified_on = models.DateField(_("seen on"), null=True, blank=True)
    verified_note = models.TextField(_("what was seen"), blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("funding condition")
        verbose_name_plural = _("funding conditions")
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="funding_condition_once")]
        ordering = ["id"]

    def __str__(self) -> str:
        return in_language(self, "condition") or str(self.funder)


@classified(open="programme institution_kind task_code task task_es verdict reason reason_es")
class DivisionOfLabour(Scoped, Sourced, Versioned):
    """Which kind of institution may do which task; a politically exposed one may be kept from first contact."""

    class May(models.TextChoices):
        # Without its context it would be the month to Django.
        MAY = "may", pgettext_lazy("verdict on a task", "may")
        MAY_NOT = "may_not", _("may not")
        SUPPORTS = "supports", _("supports")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="labour_division")
    institution_kind = models.CharField(_("kind of institution"), max_length=40)
    # A task that planning knows (labour.yaml), so that the line can be obeyed; empty for any other.
    task_code = models.SlugField(_("task that planning knows"), max_length=40, blank=True)
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

    def __str__(self) -> str:
        return in_language(self, "task")
