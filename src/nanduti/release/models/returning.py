from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Timestamped, Versioned
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster
from nanduti.surveys.models import Instrument, Wave

from .publications import Publication


@classified(
    open="programme instrument wave cluster publication held held_start held_end held_precision place n_women n_men "
    "n_firms n_others corrections corrections_done",
    sensitive="said recorded_by",
)
class Returning(Scoped, Versioned, Timestamped):
    """Results brought back to those who answered: the meeting where they were discussed, and what came of it.

    A round of answers is not closed until it was returned to every community that answered.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="returnings")
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="returnings")
    wave = models.ForeignKey(Wave, models.PROTECT, null=True, blank=True, related_name="returnings")
    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="returnings")
    # The sheets that were handed out.
    publication = models.ForeignKey(
        Publication, models.PROTECT, null=True, blank=True, related_name="returnings"
    )
    held = WhenText(_("held on"))
    held_start = WhenStart("held")
    held_end = WhenEnd("held")
    held_precision = WhenPrecision("held")
    place = models.CharField(_("where"), max_length=200)
    n_women = models.PositiveIntegerField(_("women who came"), null=True, blank=True)
    n_men = models.PositiveIntegerField(_("men who came"), null=True, blank=True)
    n_others = models.PositiveIntegerField(_("people who came, not counted by sex"), null=True, blank=True)
    n_firms = models.PositiveIntegerField(_("firms that came"), null=True, blank=True)
    said = models.TextField(_("what was said"), blank=True)
    corrections = models.TextField(_("corrections that were asked for"), blank=True)
    corrections_done = models.TextField(_("what was done about them"), blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("return of results")
        verbose_name_plural = _("returns of results")
        ordering = ["-held_start", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(held=""), name="returning_has_a_day"),
        ]

    @property
    def n_people(self) -> int | None:
        """How many came; unknown where nobody counted."""
        known = [n for n in (self.n_women, self.n_men, self.n_others) if n is not None]
        return sum(known) if known else None
