from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models import Programme

ISO_4217 = RegexValidator(
    r"^[A-Z]{3}\Z", _("Write the currency as three capital letters, such as EUR, INR or PYG.")
)


@classified(open="programme currency into rate held_on held_on_start held_on_end")
class ExchangeRate(Scoped, Sourced, Versioned, Timestamped):
    """How many units of one currency were paid for one of another on a day or over a span, as a source states it."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="exchange_rates")
    currency = models.CharField(_("currency"), max_length=3, validators=[ISO_4217])
    into = models.CharField(_("into"), max_length=3, validators=[ISO_4217])
    # Units of ``into`` for one of ``currency``.
    rate = models.DecimalField(
        _("rate"), max_digits=20, decimal_places=10, validators=[MinValueValidator(Decimal("0.0000000001"))]
    )
    held_on = WhenText(_("day or span"))
    held_on_start = WhenStart("held_on")
    held_on_end = WhenEnd("held_on")

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "currency", "into", "held_on"], name="exchange_rate_once"
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_above_zero"),
            models.CheckConstraint(condition=~Q(currency=F("into")), name="exchange_rate_of_two"),
        ]
        ordering = ["currency", "into", "-held_on_start", "id"]

    def __str__(self) -> str:
        return f"{self.currency} → {self.into}"
