from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language

from .actors import TieActor, TieWave


@classified(open="programme code title title_es is_directed lowest highest is_record is_open")
class TieKind(Scoped, Sourced, Versioned):
    """A kind of tie that a programme adds to those shipped: what passes, in which direction, on which scale."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="tie_kinds")
    code = models.SlugField(_("code"), max_length=30)
    title = models.CharField(_("title"), max_length=120)
    title_es = models.CharField(_("title in Spanish"), max_length=120, blank=True)
    is_directed = models.BooleanField(_("has a direction"), default=True)
    lowest = models.FloatField(_("lowest strength"), null=True, blank=True)
    highest = models.FloatField(_("highest strength"), null=True, blank=True)
    is_record = models.BooleanField(_("read from records"), default=False)
    is_open = models.BooleanField(_("may be shown to all who read the programme"), default=False)

    class Meta:
        verbose_name = _("kind of tie")
        verbose_name_plural = _("kinds of tie")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="tie_kind_code_once"),
            models.CheckConstraint(
                condition=Q(lowest__isnull=True, highest__isnull=True) | Q(lowest__lt=F("highest")),
                name="tie_kind_scale",
            ),
        ]

    def __str__(self) -> str:
        return in_language(self, "title")


@classified(open="wave row", sensitive="teller named")
class Nomination(Scoped):
    """That somebody who was asked named somebody: one row of a roster; the ties that were told hang on it."""

    wave = models.ForeignKey(TieWave, models.CASCADE, related_name="nominations")
    teller = models.ForeignKey(TieActor, models.CASCADE, related_name="nominations_made")
    named = models.ForeignKey(TieActor, models.CASCADE, related_name="nominations_received")
    row = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")


@classified(
    open="programme cluster kind wave state",
    sensitive="origin target strength began_on ended_on stated_on told_by nomination note",
)
class Tie(Scoped, Sourced, Versioned, Timestamped):
    """A dated relation of a kind from one actor to another, as somebody said it or as a record shows it."""

    class State(models.TextChoices):
        SAID = "said", pgettext_lazy("tie", "said by one")
        CONFIRMED = "confirmed", pgettext_lazy("tie", "said by both or on record")
        NONE = "none", pgettext_lazy("tie", "said not to be there")
        UNKNOWN = "unknown", pgettext_lazy("tie", "not known whether it is there")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="ties")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=30)
    origin = models.ForeignKey(TieActor, models.PROTECT, related_name="ties_out", verbose_name=_("from whom"))
    target = models.ForeignKey(TieActor, models.PROTECT, related_name="ties_in", verbose_name=_("to whom"))
    strength = models.FloatField(_("strength"), null=True, blank=True)
    # In force from, and until but not on.
    began_on = models.DateField(_("since"), null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)
    stated_on = models.DateField(_("said on"), null=True, blank=True)
    wave = models.ForeignKey(
        TieWave, models.PROTECT, null=True, blank=True, related_name="ties", verbose_name=_("round")
    )
    told_by = models.ForeignKey(
        TieActor, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who said so")
    )
    nomination = models.ForeignKey(Nomination, models.CASCADE, null=True, blank=True, related_name="ties")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SAID)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("tie")
        verbose_name_plural = _("ties")
        constraints = [
            models.CheckConstraint(condition=~Q(origin=F("target")), name="tie_joins_two"),
            models.CheckConstraint(
                condition=Q(began_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gt=F("began_on")),
                name="tie_span",
            ),
            models.CheckConstraint(
                condition=Q(strength__isnull=True) | Q(strength__gt=0), name="tie_strength_positive"
            ),
        ]
        indexes = [models.Index(fields=["programme", "cluster", "wave", "kind"], name="tie_of_wave")]

    def __str__(self) -> str:
        return f"{self.origin} → {self.target}"
