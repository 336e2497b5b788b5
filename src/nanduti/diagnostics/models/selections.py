from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Run, Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models import Candidate, Programme, Resolution
from nanduti.programme.models.programmes import in_language


@classified(
    open="programme kind title title_es recipe weighting aggregation has_veto outcome_reason against_reason "
    "decided_at resolution run",
    sensitive="decided_by",
)
class Selection(Scoped, Versioned, Timestamped):
    """One weighing-up of candidate clusters: what is looked at, how it is weighed, and what was decided.

    ``recipe`` is the list of parameters as data with its source (see ``recipes/selection``), copied when the
    selection begins, so that a later change of the shipped file moves no ranking that was already shown.
    """

    class Kind(models.TextChoices):
        EMERGING = "emerging", _("the cluster that is to develop")
        ADVANCED = "advanced", _("the cluster to learn from")

    class Weighting(models.TextChoices):
        EQUAL = "equal", _("as the recipe gives them")
        BUDGET = "budget", _("100 points from each member")
        PAIRS = "pairs", _("pairs compared by each member")

    class Aggregation(models.TextChoices):
        ARITHMETIC = "arithmetic", _("a weakness can be made good by a strength")
        GEOMETRIC = "geometric", _("a weakness cannot be made good")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="selections")
    kind = models.CharField(_("what is chosen"), max_length=10, choices=Kind, default=Kind.EMERGING)
    title = models.CharField(_("title"), max_length=200)
    title_es = models.CharField(_("title in Spanish"), max_length=200, blank=True)
    recipe = models.JSONField(default=dict)
    weighting = models.CharField(_("weights"), max_length=10, choices=Weighting, default=Weighting.EQUAL)
    aggregation = models.CharField(
        _("way of adding up"), max_length=12, choices=Aggregation, default=Aggregation.ARITHMETIC
    )
    has_veto = models.BooleanField(_("a veto keeps out"), default=True)
    outcome_reason = models.TextField(_("reason of the decision"), blank=True)
    # Why somebody stands chosen who does not lead, or stood at the gate.
    against_reason = models.TextField(_("why against the ranking"), blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    resolution = models.ForeignKey(Resolution, models.PROTECT, null=True, blank=True, related_name="+")
    run = models.ForeignKey(Run, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("selection")
        verbose_name_plural = _("selections")
        ordering = ["-id"]

    def __str__(self) -> str:
        return in_language(self, "title")

    @property
    def is_decided(self) -> bool:
        return self.decided_at is not None


@classified(
    open="selection candidate outcome scored_at gate_override gate_overridden_at",
    sensitive="gate_overridden_by",
)
class SelectionCandidate(Scoped, Versioned):
    """A candidate that takes part in a selection, whether it passes the gate, and what became of it."""

    class Outcome(models.TextChoices):
        OPEN = "", _("not decided")
        CHOSEN = "chosen", _("chosen")
        NOT_CHOSEN = "not_chosen", _("not chosen")

    selection = models.ForeignKey(Selection, models.CASCADE, related_name="entries")
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default=Outcome.OPEN)
    scored_at = models.DateTimeField(null=True, blank=True)
    # Why it is ranked although the gate refused it; empty: the gate holds.
    gate_override = models.TextField(_("why it is ranked all the same"), blank=True)
    gate_overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    gate_overridden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("candidate in a selection")
        verbose_name_plural = _("candidates in a selection")
        constraints = [
            models.UniqueConstraint(fields=["selection", "candidate"], name="selection_candidate_once")
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.candidate.cluster)


@classified(
    open="entry parameter value evidence indicator scored_at",
    sensitive="by",
)
class CandidateScore(Scoped, Sourced):
    """What one candidate scores on one parameter or at the gate, on which evidence, by whom, when.

    ``value`` empty means: it was asked and nobody could tell. That is unknown, never zero.
    """

    entry = models.ForeignKey(SelectionCandidate, models.CASCADE, related_name="scores")
    parameter = models.SlugField(max_length=60)
    value = models.FloatField(_("score"), null=True, blank=True)
    evidence = models.TextField(_("evidence"), blank=True)
    # Code of an indicator whose value the score rests on.
    indicator = models.CharField(_("indicator"), max_length=80, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    scored_at = models.DateTimeField()

    class Meta:
        verbose_name = _("score of a candidate")
        verbose_name_plural = _("scores of candidates")
        constraints = [models.UniqueConstraint(fields=["entry", "parameter"], name="candidate_score_once")]
        ordering = ["entry", "parameter"]


@classified(open="selection method given given_at note consistency_ratio", sensitive="member")
class MemberWeighting(Scoped, Versioned):
    """How one member of the committee weighs the parameters of a selection.

    ``given``: for a budget, parameter → points out of 100; for pairs, "a:b" → how many times more a matters than b.
    """

    class Method(models.TextChoices):
        BUDGET = "budget", _("100 points")
        PAIRS = "pairs", _("pairs compared")

    selection = models.ForeignKey(Selection, models.CASCADE, related_name="member_weightings")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    method = models.CharField(max_length=10, choices=Method)
    given = models.JSONField(default=dict)
    given_at = models.DateTimeField()
    # Why pairs that contradict each other are used all the same.
    note = models.TextField(_("why they are used all the same"), blank=True)
    consistency_ratio = models.FloatField(null=True, blank=True)

    class Meta:
        verbose_name = _("weights of a member")
        verbose_name_plural = _("weights of members")
        constraints = [
            models.UniqueConstraint(fields=["selection", "member", "method"], name="member_weighting_once")
        ]
        ordering = ["id"]
