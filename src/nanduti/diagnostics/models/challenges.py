from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language


class ChallengeState(models.TextChoices):
    """How far a challenge is."""

    OPEN = "open", pgettext_lazy("challenge", "open")
    ADDRESSED = "addressed", pgettext_lazy("challenge", "being worked on")
    REVISED = "revised", pgettext_lazy("challenge", "hypothesis changed")
    SOLVED = "solved", pgettext_lazy("challenge", "solved")
    SET_ASIDE = "set_aside", pgettext_lazy("challenge", "left alone for now")


@classified(
    open="programme cluster number kind label label_es seen seen_start seen_end seen_precision hypothesis "
    "hypothesis_es evidence evidence_es learning_question learning_question_es state"
)
class Challenge(Scoped, Sourced, Versioned, Timestamped):
    """What a programme set out to change, or met on the way: what it believes, and the question this raises."""

    class Kind(models.TextChoices):
        INITIAL = "initial", pgettext_lazy("challenge", "known at the start")
        EMERGENT = "emergent", pgettext_lazy("challenge", "met on the way")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="challenges")
    cluster = models.ForeignKey(
        "register.Cluster", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cluster")
    )
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.EMERGENT)
    label = models.CharField(_("challenge"), max_length=300)
    label_es = models.CharField(_("challenge in Spanish"), max_length=300, blank=True)
    seen = WhenText(_("seen"))
    seen_start = WhenStart("seen")
    seen_end = WhenEnd("seen")
    seen_precision = WhenPrecision("seen")
    hypothesis = models.TextField(_("what we believe"), blank=True)
    hypothesis_es = models.TextField(_("what we believe, in Spanish"), blank=True)
    evidence = models.TextField(_("what shows it"), blank=True)
    evidence_es = models.TextField(_("what shows it, in Spanish"), blank=True)
    learning_question = models.TextField(_("new learning question"), blank=True)
    learning_question_es = models.TextField(_("new learning question in Spanish"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ChallengeState, default=ChallengeState.OPEN)

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        ordering = ["programme", "number"]
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="challenge_number_once")]

    def __str__(self) -> str:
        return in_language(self, "label")


@classified(open="challenge state on", sensitive="note by_label")
class ChallengeChange(Scoped):
    """That a challenge moved from one state to the next, on which day, and what was learnt."""

    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="changes")
    state = models.CharField(_("state"), max_length=10, choices=ChallengeState)
    on = models.DateField(_("on"))
    note = models.TextField(_("what was learnt"), blank=True)
    by_label = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("change of a challenge")
        verbose_name_plural = _("changes of challenges")
        ordering = ["on", "id"]
