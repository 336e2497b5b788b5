from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Versioned

from .programmes import Programme, in_language


@classified(open="programme code name name_es aim aim_es")
class Component(Scoped, Sourced, Versioned):
    """A part of the programme that may or may not apply to a cluster."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="components")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    name_es = models.CharField(_("name in Spanish"), max_length=120, blank=True)
    aim = models.TextField(_("aim"), blank=True)
    aim_es = models.TextField(_("aim in Spanish"), blank=True)

    class Meta:
        verbose_name = _("component")
        verbose_name_plural = _("components")
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="component_code_once")]
        ordering = ["id"]

    def __str__(self) -> str:
        return in_language(self, "name")


@classified(open="programme component cluster short_code since note note_es")
class Coverage(Scoped, Sourced):
    """That a component runs in a cluster, since when. Its scope is the programme's work in that cluster."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="coverage")
    component = models.ForeignKey(Component, models.PROTECT, related_name="coverage")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, related_name="+")
    short_code = models.SlugField(_("short code"), max_length=40, blank=True)
    since = models.PositiveSmallIntegerField(_("since"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    note_es = models.TextField(_("note in Spanish"), blank=True)

    class Meta:
        verbose_name = _("coverage")
        verbose_name_plural = _("coverage")
        constraints = [models.UniqueConstraint(fields=["component", "cluster"], name="coverage_once")]
        ordering = ["id"]
