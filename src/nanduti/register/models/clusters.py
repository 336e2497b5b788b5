from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from nanduti.foundation.classification import classified
from nanduti.foundation.languages import in_tongue
from nanduti.foundation.models import Scope, Sourced, Timestamped, Versioned

from .places import Place


@classified(open="code name name_es place trade trade_es trade_scheme trade_code")
class Cluster(Sourced, Versioned, Timestamped):
    """Firms and institutions of one trade in one place, working or able to work together.

    A cluster *is* a scope: whoever holds a role within it sees its register.
    """

    code = models.SlugField(_("code"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160)
    name_es = models.CharField(_("name in Spanish"), max_length=160, blank=True)
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="clusters", verbose_name=_("place")
    )
    trade = models.CharField(_("trade"), max_length=120, blank=True)
    trade_es = models.CharField(_("trade in Spanish"), max_length=120, blank=True)
    trade_scheme = models.CharField(_("list of activities"), max_length=40, blank=True)
    trade_code = models.CharField(_("activity code"), max_length=20, blank=True)
    scope = models.OneToOneField(Scope, models.PROTECT, related_name="cluster")

    objects = ScopedManager(scope="scope")

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")

    def __str__(self) -> str:
        return in_tongue(self.name, self.name_es)

    @property
    def trade_said(self) -> str:
        """The trade in the reader's language."""
        return in_tongue(self.trade, self.trade_es)
