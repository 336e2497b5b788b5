from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Run, Scoped, Timestamped, Versioned
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language
from nanduti.surveys.models import Instrument, Wave


@classified(open="programme code number title title_es text state published_at digest", sensitive="by")
class AssessmentRecipe(Scoped, Versioned, Timestamped):
    """How answers become a score, a band and advice: data with a source, one row for each published version."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="assessment_recipes")
    code = models.SlugField(_("code"), max_length=60)
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=200)
    title_es = models.CharField(_("title in Spanish"), max_length=200, blank=True)
    text = models.TextField(_("recipe"))
    digest = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("assessment recipe")
        verbose_name_plural = _("assessment recipes")
        constraints = [
            models.UniqueConstraint(fields=["programme", "code", "number"], name="assessment_recipe_once"),
            models.UniqueConstraint(
                fields=["programme", "code"],
                condition=models.Q(state="draft"),
                name="assessment_recipe_draft",
            ),
        ]
        ordering = ["code", "-number"]

    def __str__(self) -> str:
        return in_language(self, "title")


@classified(
    open="programme cluster recipe label basis instrument wave before taken_on n_units run",
    sensitive="summary by",
)
class Assessment(Scoped, Timestamped):
    """One round of an assessment: a recipe laid over the answers of firms, or over what is known of a cluster."""

    class Basis(models.TextChoices):
        ANSWERS = "answers", _("answers to an instrument")
        ENTERED = "entered", _("entered by people")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="assessments")
    cluster = models.ForeignKey(
        "register.Cluster", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cluster")
    )
    recipe = models.ForeignKey(AssessmentRecipe, models.PROTECT, related_name="assessments")
    label = models.CharField(_("round"), max_length=120)
    basis = models.CharField(_("rests on"), max_length=10, choices=Basis)
    instrument = models.ForeignKey(Instrument, models.PROTECT, null=True, blank=True, related_name="+")
    wave = models.ForeignKey(Wave, models.PROTECT, null=True, blank=True, related_name="+")
    # The round that this one is compared with.
    before = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="later")
    taken_on = models.DateField(_("day"))
    n_units = models.PositiveIntegerField(default=0)
    # Bands and priorities over all firms; shown within the programme to those who may see answers.
    summary = models.JSONField(default=dict)
    run = models.ForeignKey(Run, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["-taken_on", "-id"]

    def __str__(self) -> str:
        return f"{self.recipe}: {self.round_said}"

    @property
    def round_said(self) -> str:
        """How the round is called: as the wave of field work that it was named after, in the reader's language."""
        is_of_wave = self.wave is not None and self.label == self.wave.title
        return str(self.wave) if is_of_wave else self.label


@classified(
    open="assessment",
    sensitive="establishment score band reason parts says answers answered_share priority evidence",
)
class AssessmentScore(Scoped):
    """What one firm, or the whole cluster, came to in a round, down to each question; or why nothing can be said."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="scores")
    establishment = models.ForeignKey(
        "register.Establishment", models.PROTECT, null=True, blank=True, related_name="+"
    )
    # 0 to 100; empty where too little is known, with the reason.
    score = models.FloatField(null=True, blank=True)
    # Code of a band, or of the advice that readiness rules come to.
    band = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    # Dimension → score, band, target, gap; question → score.
    parts = models.JSONField(default=dict, blank=True)
    # Reasons and flags: template and details, so that they can be said in the reader's language.
    says = models.JSONField(default=list, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    evidence = models.TextField(_("evidence"), blank=True)
    answered_share = models.FloatField(null=True, blank=True)
    # Sum of gaps by weight: whose way to the targets is longest.
    priority = models.FloatField(null=True, blank=True)

    class Meta:
        verbose_name = _("result of an assessment")
        verbose_name_plural = _("results of an assessment")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "establishment"], name="assessment_score_once")
        ]
        indexes = [models.Index(fields=["assessment", "band"], name="assessment_band")]
        ordering = ["id"]
