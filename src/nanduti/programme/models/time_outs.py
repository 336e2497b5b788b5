from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned

from .programmes import Programme


@classified(
    open="programme cluster code occasion turn turn_start turn_end turn_precision planned planned_start planned_end "
    "planned_precision held held_start held_end held_precision findings findings_es decision changes changes_es "
    "lifted lifted_start lifted_end lifted_precision solved solved_es"
)
class TimeOut(Scoped, Sourced, Versioned, Timestamped):
    """A planned pause for a review in depth: when, what it found, what it changed, and whether work was put on hold."""

    class Occasion(models.TextChoices):
        REGULAR = "regular", _("at regular intervals")
        ELECTION = "election", _("an election")
        GOVERNMENT = "government", _("a change of government or ministry")
        BOARD = "board", _("a change on the board of an association or of the trade")

    class Decision(models.TextChoices):
        GO_ON = "go_on", _("go on as before")
        REDESIGN = "redesign", _("go on in another way")
        HOLD = "hold", _("put it on hold")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="time_outs")
    # Empty: the programme as a whole; else its work in that cluster.
    cluster = models.ForeignKey(
        "register.Cluster", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cluster")
    )
    code = models.SlugField(_("code"), max_length=60)
    occasion = models.CharField(_("occasion"), max_length=12, choices=Occasion, default=Occasion.REGULAR)
    turn = WhenText(_("day of the election or change"))
    turn_start = WhenStart("turn")
    turn_end = WhenEnd("turn")
    turn_precision = WhenPrecision("turn")
    planned = WhenText(_("planned for"))
    planned_start = WhenStart("planned")
    planned_end = WhenEnd("planned")
    planned_precision = WhenPrecision("planned")
    held = WhenText(_("held on"))
    held_start = WhenStart("held")
    held_end = WhenEnd("held")
    held_precision = WhenPrecision("held")
    findings = models.TextField(_("what it found"), blank=True)
    findings_es = models.TextField(_("what it found, in Spanish"), blank=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    changes = models.TextField(_("what is changed"), blank=True)
    changes_es = models.TextField(_("what is changed, in Spanish"), blank=True)
    lifted = WhenText(_("hold lifted on"))
    lifted_start = WhenStart("lifted")
    lifted_end = WhenEnd("lifted")
    lifted_precision = WhenPrecision("lifted")
    solved = models.TextField(_("what was solved"), blank=True)
    solved_es = models.TextField(_("what was solved, in Spanish"), blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="time_out_code_once"),
            models.CheckConstraint(
                condition=models.Q(decision="") | ~models.Q(held=""), name="time_out_decides_when_held"
            ),
        ]
        ordering = ["planned_start", "held_start", "id"]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.held or self.planned}".strip()

    def held_by(self, day: date) -> bool:
        """Whether it had been held by a day."""
        return bool(self.held) and (self.held_start is None or self.held_start <= day)

    def is_hold_on(self, day: date) -> bool:
        """Whether work stood still on a day because of it."""
        if self.decision != self.Decision.HOLD or not self.held_by(day):
            return False
        return not self.lifted or (self.lifted_start is not None and day < self.lifted_start)

    def state_on(self, day: date) -> str:
        """planned, due (within its days), overdue, held, on_hold."""
        if self.is_hold_on(day):
            return "on_hold"
        if self.held_by(day):
            return "held"
        if self.planned_end is not None and self.planned_end <= day:
            return "overdue"
        return "due" if self.planned_start is not None and self.planned_start <= day else "planned"

    @property
    def planned_for(self) -> date | None:
        """The last day that was meant, the one a review can be late against."""
        return self.planned_end - timedelta(days=1) if self.planned_end else self.planned_start
