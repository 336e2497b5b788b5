from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.languages import tongue
from nanduti.foundation.models import Scope, Sourced, Timestamped, Versioned


def in_language(instance: models.Model, name: str) -> str:
    """A text field in the reader's language, else as it was first written."""
    first, other = (f"{name}_es", name) if tongue() == "es" else (name, f"{name}_es")
    return getattr(instance, first, "") or getattr(instance, other, "")


@classified(
    open="code title title_es started started_start started_end started_precision ended ended_start ended_end "
    "ended_precision principal summary summary_es rules is_synthetic start_currency",
    sensitive="start_cost",
)
class Programme(Sourced, Versioned, Timestamped):
    """A cluster development or twinning programme: the scope of all work and of all access."""

    class Principal(models.TextChoices):
        EMERGING = "emerging", _("the emerging cluster")
        ADVANCED = "advanced", _("the advanced cluster")

    scope = models.OneToOneField(Scope, models.PROTECT, related_name="programme")
    code = models.SlugField(_("code"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=200)
    title_es = models.CharField(_("title in Spanish"), max_length=200, blank=True)
    started = WhenText(_("started"))
    started_start = WhenStart("started")
    started_end = WhenEnd("started")
    started_precision = WhenPrecision("started")
    ended = WhenText(_("ended"))
    ended_start = WhenStart("ended")
    ended_end = WhenEnd("ended")
    ended_precision = WhenPrecision("ended")
    # Whose business interest is primary; it changes the whole direction of the search for partners.
    principal = models.CharField(
        _("principal cluster"), max_length=10, choices=Principal, default=Principal.EMERGING
    )
    summary = models.TextField(_("summary"), blank=True)
    summary_es = models.TextField(_("summary in Spanish"), blank=True)
    # Made up to show how things work: every page says so, so that no figure of it is ever taken for a finding.
    is_synthetic = models.BooleanField(_("made-up data"), default=False)
    # What the start costs: the whole that the shares of the funders are parts of.
    start_cost = models.DecimalField(
        _("what the start costs"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    start_currency = models.CharField(_("currency"), max_length=3, blank=True)
    # Rule code → "warn", "refuse" or "off": how the programme has set each rule.
    rules = models.JSONField(_("rules"), default=dict, blank=True)

    objects = ScopedManager(scope="scope")

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(start_cost__isnull=True)
                | (models.Q(start_cost__gt=0) & ~models.Q(start_currency="")),
                name="programme_start_cost",
            )
        ]
        ordering = ["title"]

    def __str__(self) -> str:
        return in_language(self, "title")

    def rule_setting(self, rule_code: str) -> str:
        """Whether the programme warns or refuses by this rule, or has put it aside; refusing is the default."""
        return self.rules.get(rule_code, "refuse")
