from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, StoredFile, Timestamped, Versioned
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language


@classified(
    open="programme cluster code kind title title_es purpose purpose_es done done_start done_end done_precision "
    "instrument wave indicators columns least_per_cell status agreed_on findings",
    sensitive="agreed_by_label",
)
class DiagnosticStudy(Scoped, Sourced, Versioned, Timestamped):
    """What was found out about a cluster before anything was planned, and what it rests on; frozen once agreed.

    ``findings`` are the figures as they stood on the day it was agreed, small groups kept back, so that whoever
    decides may read them. ``columns``: role (product, tier, activity class) → the question that tells it.
    """

    class Kind(models.TextChoices):
        EMERGING = "emerging", pgettext_lazy("study of a cluster", "emerging cluster")
        ADVANCED = "advanced", pgettext_lazy("study of a cluster", "advanced cluster")

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("study", "being made")
        AGREED = "agreed", pgettext_lazy("study", "agreed")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="studies")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, related_name="studies")
    code = models.SlugField(_("code"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.EMERGING)
    title = models.CharField(_("title"), max_length=200)
    title_es = models.CharField(_("title in Spanish"), max_length=200, blank=True)
    purpose = models.TextField(_("what it is for"), blank=True)
    purpose_es = models.TextField(_("what it is for, in Spanish"), blank=True)
    done = WhenText(_("made"))
    done_start = WhenStart("done")
    done_end = WhenEnd("done")
    done_precision = WhenPrecision("done")
    instrument = models.ForeignKey(
        "surveys.Instrument", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("questionnaire"),
    )  # fmt: skip
    wave = models.ForeignKey(
        "surveys.Wave", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("wave")
    )
    indicators = models.JSONField(_("indicators"), default=list, blank=True)
    columns = models.JSONField(default=dict, blank=True)
    least_per_cell = models.PositiveSmallIntegerField(
        _("firms to hear for each product and size"), default=1, validators=[MinValueValidator(1)]
    )
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.DRAFT)
    agreed_on = models.DateField(pgettext_lazy("study", "agreed on"), null=True, blank=True)
    agreed_by_label = models.CharField(max_length=150, blank=True)
    findings = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("diagnostic study")
        verbose_name_plural = _("diagnostic studies")
        ordering = ["programme", "code"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="study_code_once")]

    def __str__(self) -> str:
        return in_language(self, "title")

    @property
    def is_agreed(self) -> bool:
        return self.status == self.Status.AGREED


@classified(open="study language format file digest made_at", sensitive="by by_label")
class StudyReport(Scoped):
    """A study as a document that was made at a moment, in a language, for a committee to read or edit."""

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        DOCX = "docx", "DOCX"

    study = models.ForeignKey(DiagnosticStudy, models.CASCADE, related_name="reports")
    language = models.CharField(_("language"), max_length=5)
    format = models.CharField(_("format"), max_length=4, choices=Format)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_label = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("report of a study")
        verbose_name_plural = _("reports of studies")
        ordering = ["-made_at", "-id"]
