from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, StoredFile, Timestamped, Versioned
from nanduti.programme.models.programmes import in_language


@classified(open="programme code title title_es kind library_code is_open columns_known")
class Instrument(Scoped, Sourced, Versioned, Timestamped):
    """A questionnaire, checklist, audit or log that is filled in the field, with all its versions."""

    class Kind(models.TextChoices):
        CENSUS = "census", _("census")
        VISIT_LOG = "visit_log", _("log of visits")
        ATTENDANCE = "attendance", _("attendance")
        QUESTIONNAIRE = "questionnaire", _("questionnaire")
        ROSTER = "roster", _("roster of relations")
        AUDIT = "audit", _("audit")
        ASSESSMENT = "assessment", _("assessment")
        SURVEY = "survey", _("survey")

    programme = models.ForeignKey("programme.Programme", models.PROTECT, related_name="instruments")
    # The form_id that phones know it by; the OpenRosa specification asks for at least 249 characters.
    code = models.CharField(_("form id"), max_length=255)
    title = models.CharField(_("title"), max_length=255)
    title_es = models.CharField(_("title in Spanish"), max_length=255, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.SURVEY)
    library_code = models.CharField(max_length=80, blank=True)
    is_open = models.BooleanField(_("takes answers"), default=True)
    # Heading of a filled workbook → the question it was matched with by somebody, for the next one.
    columns_known = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        ordering = ["programme", "code"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="instrument_code_once"),
        ]

    def __str__(self) -> str:
        return in_language(self, "title")


@classified(
    open="instrument label state workbook xform digest definition languages n_questions validation "
    "validation_report published_at",
    sensitive="published_by draft_token",
)
class InstrumentVersion(Scoped, Timestamped):
    """An instrument as it was asked: frozen once published, for ever readable."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    class Validation(models.TextChoices):
        PASSED = "passed", _("passed")
        FAILED = "failed", _("failed")
        UNCHECKED = "unchecked", _("not checked")

    instrument = models.ForeignKey(Instrument, models.CASCADE, related_name="versions")
    # What the form calls its version; may be empty, as the specification allows.
    label = models.CharField(_("version"), max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    workbook = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    xform = models.TextField()
    # MD5 of the bytes served, which is how a phone tells versions apart.
    digest = models.CharField(max_length=32)
    # nanduti.methods.instruments.Definition.to_json()
    definition = models.JSONField(default=dict)
    languages = models.JSONField(default=list, blank=True)
    n_questions = models.PositiveIntegerField(default=0)
    validation = models.CharField(max_length=10, choices=Validation, default=Validation.UNCHECKED)
    validation_report = models.TextField(blank=True)
    # Opens a draft for trying on a phone or in a browser; its answers are trials.
    draft_token = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("version of an instrument")
        verbose_name_plural = _("versions of instruments")
        ordering = ["instrument", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "label"], name="instrument_version_once"),
        ]


@classified(open="instrument_version name kind file entity_list")
class InstrumentMedia(Scoped):
    """A picture, sound, table or entity list that a version of an instrument needs on the device."""

    class Kind(models.TextChoices):
        FILE = "file", _("file")
        ENTITY_LIST = "entity_list", _("entity list")

    instrument_version = models.ForeignKey(InstrumentVersion, models.CASCADE, related_name="media")
    name = models.CharField(_("file name"), max_length=255)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.FILE)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    entity_list = models.ForeignKey("surveys.EntityList", models.PROTECT, null=True, blank=True)

    class Meta:
        verbose_name = _("file of an instrument")
        verbose_name_plural = _("files of instruments")
        constraints = [
            models.UniqueConstraint(fields=["instrument_version", "name"], name="instrument_media_once"),
        ]
