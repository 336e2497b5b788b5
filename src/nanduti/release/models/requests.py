from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Timestamped, Versioned
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language


@classified(
    open="programme code title title_es kind audience material protection state replaces",
    sensitive="purpose recipient override_reason refusal requested_by",
)
class ReleaseRequest(Scoped, Versioned, Timestamped):
    """Somebody asks that something may leave: what, for what, for whom, and under which protection."""

    class Kind(models.TextChoices):
        TABLE = "table", _("table")
        MICRODATA = "microdata", _("records, one by one")
        INDICATORS = "indicators", _("indicators")
        SHEET = "sheet", _("sheets for communities and firms")
        STUDY = "study", _("the report of a study")

    class Audience(models.TextChoices):
        PUBLIC = "public", _("everybody")
        ASSOCIATION = "association", _("the associations")
        MUNICIPALITY = "municipality", _("the municipality")
        RESEARCHER = "researcher", _("a researcher under an agreement")
        RESPONDENTS = "respondents", _("those who answered")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("request", "to be checked and approved")
        APPROVED = "approved", pgettext_lazy("request", "approved, being published")
        PUBLISHED = "published", pgettext_lazy("request", "published")
        REFUSED = "refused", pgettext_lazy("request", "refused")
        TAKEN_BACK = "taken_back", pgettext_lazy("request", "taken back")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="release_requests")
    # What the address of the publication will end in.
    code = models.SlugField(_("short name"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    title_es = models.CharField(_("title in Spanish"), max_length=200, blank=True)
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    audience = models.CharField(_("for whom"), max_length=12, choices=Audience, default=Audience.PUBLIC)
    purpose = models.TextField(_("what for"))
    recipient = models.CharField(_("who gets it, and under which agreement"), max_length=300, blank=True)
    # What is meant: see materials.spec.
    material = models.JSONField(default=dict)
    # Protection that was asked for beyond the default: see rules.DEFAULTS.
    protection = models.JSONField(default=dict, blank=True)
    # Why a protection looser than the default was allowed.
    override_reason = models.TextField(blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    refusal = models.TextField(_("why it was refused"), blank=True)
    replaces = models.ForeignKey(
        "release.Publication", models.PROTECT, null=True, blank=True, related_name="replacement_requests"
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("request for release")
        verbose_name_plural = _("requests for release")
        ordering = ["-id"]

    def __str__(self) -> str:
        return in_language(self, "title")

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
