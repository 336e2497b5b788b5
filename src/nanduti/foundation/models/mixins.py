from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from .scopes import Scope
from .sources import SourceDocument


class Timestamped(models.Model):
    """When the row was made and last changed."""

    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Versioned(models.Model):
    """A number that every edit raises, so that the second of two editors is told."""

    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


class Sourced(models.Model):
    """Where a fact comes from: the document, and the place in it."""

    source = models.ForeignKey(
        SourceDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("source")
    )
    source_place = models.CharField(_("place in the source"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def cite(self) -> str:
        """Document and place, for screens: "UNIDO 2013, annex 1 #4"."""
        return ", ".join(filter(None, [self.source.short if self.source else "", self.source_place]))


class Scoped(models.Model):
    """A row that belongs to a scope: ``objects`` answers only within the scopes of the moment.

    Outside ``django_scopes.scope(scope=[…])`` every query raises ``ScopeError``.
    """

    scope = models.ForeignKey(Scope, models.PROTECT, related_name="+")

    objects = ScopedManager(scope="scope")

    class Meta:
        abstract = True
