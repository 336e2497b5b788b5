from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Versioned
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language


@classified(
    open="programme cluster indicator value unit period_text period_text_start period_text_end "
    "period_text_precision label label_es"
)
class StatedFigure(Scoped, Sourced, Versioned):
    """A result that a document states by hand; kept beside the computed one, never in its place."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="stated_figures")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    indicator = models.CharField(_("indicator"), max_length=60)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    period_text = WhenText(_("period"))
    period_text_start = WhenStart("period_text")
    period_text_end = WhenEnd("period_text")
    period_text_precision = WhenPrecision("period_text")
    label = models.CharField(_("label"), max_length=300, blank=True)
    label_es = models.CharField(_("label in Spanish"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("stated figure")
        verbose_name_plural = _("stated figures")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "cluster", "indicator", "label", "period_text", "value"],
                name="stated_figure_once",
            )
        ]
        ordering = ["indicator", "id"]

    def __str__(self) -> str:
        return in_language(self, "label")
