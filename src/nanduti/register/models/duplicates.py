from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Job, Scoped

from .clusters import Cluster
from .establishments import Establishment, EstablishmentMerge


@classified(
    open="cluster fields n_establishments n_pairs n_learnt n_contradicting job asked_at ended_at",
    sensitive="recipe by by_label",
)
class DuplicateSearch(Scoped):
    """One search of a cluster's register for establishments that stand in it twice, by the right of whoever asked.

    ``fields`` are the kinds of identifying values that were compared. Whoever may see all of these may read what was
    found; the values themselves are nowhere.
    """

    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="+")
    fields = models.JSONField(default=list)
    n_establishments = models.PositiveIntegerField(default=0)
    n_pairs = models.PositiveIntegerField(default=0)
    n_learnt = models.PositiveIntegerField(default=0)
    n_contradicting = models.PositiveIntegerField(default=0)
    # The points that were applied, after decisions had moved them.
    recipe = models.JSONField(default=dict, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_label = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("search for doubles")
        verbose_name_plural = _("searches for doubles")
        indexes = [models.Index(fields=["cluster", "-ended_at"], name="duplicate_search_newest")]


class _OfTwo(Scoped):
    """Two records side by side, the one that was entered first as ``one``; a merge leaves both in their places."""

    tells_of_two_records = True

    one = models.ForeignKey(Establishment, models.CASCADE, related_name="+")
    other = models.ForeignKey(Establishment, models.CASCADE, related_name="+")

    class Meta:
        abstract = True


@classified(sensitive="search one other score answer reasons group n_alike is_held_apart")
class DuplicatePair(_OfTwo):
    """Two establishments that a search found alike, with the points for it and the reasons as codes.

    A reason says which field agreed and how far: ``{"field": "name", "level": "very_like", "points": 32,
    "figure": 0.94}``. It quotes no value.
    """

    class Answer(models.TextChoices):
        LIKELY = "likely", _("likely")
        POSSIBLE = "possible", _("possible")

    search = models.ForeignKey(DuplicateSearch, models.CASCADE, related_name="pairs")
    score = models.FloatField(_("points"))
    answer = models.CharField(max_length=8, choices=Answer)
    reasons = models.JSONField(default=list)
    # The records that hang together by likely pairs: the first pseudonym among them, and how many they are.
    group = models.CharField(max_length=12, blank=True)
    n_alike = models.PositiveIntegerField(default=2)
    # Likely, but somebody told apart two records of the groups that it would join.
    is_held_apart = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("pair that may be one firm")
        verbose_name_plural = _("pairs that may be one firm")
        constraints = [
            models.UniqueConstraint(fields=["search", "one", "other"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="duplicate_pair_in_order"),
        ]
        indexes = [models.Index(fields=["search", "-score"], name="duplicate_pair_best")]


@classified(open="one other decision merge at undone_at", sensitive="reason by by_label undone_by_label")
class DuplicateDecision(_OfTwo):
    """What a person decided about two records: one firm, two firms, or not sure. Later searches keep to it."""

    class Decision(models.TextChoices):
        SAME = "same", _("the same firm")
        DIFFERENT = "different", _("different firms")
        NOT_SURE = "not_sure", _("not sure")

    decision = models.CharField(max_length=9, choices=Decision)
    reason = models.TextField(_("reason"))
    merge = models.ForeignKey(
        EstablishmentMerge, models.SET_NULL, null=True, blank=True, related_name="decisions"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_label = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by_label = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("decision about a pair")
        verbose_name_plural = _("decisions about pairs")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["one", "other"], condition=Q(undone_at__isnull=True), name="duplicate_decision_once"
            ),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="duplicate_decision_in_order"),
        ]

    @property
    def holds(self) -> bool:
        """Whether it still stands: a merge may have been taken back from the establishment's page."""
        return self.undone_at is None and not (self.merge is not None and self.merge.undone_at)
