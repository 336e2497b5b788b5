from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.languages import tongue
from nanduti.foundation.models import Scoped, Timestamped, Versioned

from ..definitions import IndicatorDefinition, read_definition


@classified(open="programme code library_code is_used instrument")
class Indicator(Scoped, Versioned, Timestamped):
    """Something measurable that a programme follows: what it is stands in its versions."""

    programme = models.ForeignKey("programme.Programme", models.PROTECT, related_name="indicators")
    code = models.SlugField(_("code"), max_length=60)
    # Where it was taken from, if from the library.
    library_code = models.CharField(max_length=60, blank=True)
    is_used = models.BooleanField(_("in use"), default=True)
    # The form that it is about here; empty: the register.
    instrument = models.ForeignKey(
        "surveys.Instrument", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["programme", "id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="indicator_code_once"),
        ]

    def __str__(self) -> str:
        return self.code


@classified(open="indicator number is_current definition digest frozen_at", sensitive="made_by")
class IndicatorVersion(Scoped, Timestamped):
    """A definition as it was when values were worked out by it: frozen from the first one on."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    is_current = models.BooleanField(default=True)
    # nanduti.indicators.definitions.IndicatorDefinition.to_json()
    definition = models.JSONField()
    # Of the formula and the form it is about: two versions of one digest measure the same.
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("version of an indicator")
        verbose_name_plural = _("versions of indicators")
        ordering = ["indicator", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "number"], name="indicator_version_once"),
            models.UniqueConstraint(
                fields=["indicator"], condition=Q(is_current=True), name="indicator_one_current_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    @cached_property
    def said(self) -> IndicatorDefinition:
        """The definition, understood."""
        return read_definition(self.definition)

    @property
    def title(self) -> str:
        """In the reader's language."""
        return self.said.text("title", tongue())
