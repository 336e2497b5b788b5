from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.languages import in_tongue
from nanduti.foundation.models import Scoped
from nanduti.programme.models import Programme
from nanduti.programme.models.programmes import in_language

from .checks import DisclosureCheck


@classified(
    open="programme programme_code programme_title programme_title_es slug number title title_es kind audience "
    "of_check digest published_on state withdrawn_on withdrawn_because replaced_by contents",
    sensitive="population ledger",
)
class Publication(Scoped):
    """What has left, as it left: dated, citable, never erased; it may be withdrawn or replaced.

    Open pages read rows of this kind and of :class:`PublishedFile` and nothing else, so all they show is copied here.
    ``ledger`` is sealed: who stands behind each cell, so that later releases can be held against this one.
    """

    class State(models.TextChoices):
        PUBLISHED = "published", pgettext_lazy("publication", "published")
        REPLACED = "replaced", pgettext_lazy("publication", "replaced by a newer version")
        WITHDRAWN = "withdrawn", pgettext_lazy("publication", "withdrawn")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="publications")
    programme_code = models.SlugField(max_length=60)
    programme_title = models.CharField(max_length=200)
    programme_title_es = models.CharField(max_length=200, blank=True)
    slug = models.SlugField(max_length=60)
    number = models.PositiveIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=200)
    title_es = models.CharField(_("title in Spanish"), max_length=200, blank=True)
    kind = models.CharField(_("what"), max_length=12)
    audience = models.CharField(_("for whom"), max_length=12)
    of_check = models.OneToOneField(DisclosureCheck, models.PROTECT, related_name="publication")
    digest = models.CharField(max_length=64)
    published_on = models.DateField(_("published on"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PUBLISHED)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    withdrawn_because = models.TextField(_("why it was withdrawn"), blank=True)
    replaced_by = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaces")
    # The dictionary, the sources, how it was protected, and the parts: see publishing.contents.
    contents = models.JSONField(default=dict)
    population = models.CharField(max_length=300)
    ledger = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-published_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme_code", "slug", "number"], name="publication_address_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(withdrawn_on__isnull=False), name="publication_withdrawn"
            ),
        ]

    def __str__(self) -> str:
        return in_language(self, "title")

    @property
    def programme_said(self) -> str:
        """The programme's title as it was, in the reader's language."""
        return in_tongue(self.programme_title, self.programme_title_es)

    @property
    def is_withdrawn(self) -> bool:
        return self.state == self.State.WITHDRAWN


def published_path(instance: PublishedFile, filename: str) -> str:
    """Where the bytes lie: by random id, so that no name from outside ever becomes a path."""
    token = uuid.uuid4().hex
    return f"published/{token[:2]}/{token}"


@classified(open="publication name media_type n_bytes digest", sensitive="content")
class PublishedFile(Scoped):
    """One file of a publication, byte for byte as it was approved."""

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    n_bytes = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    content = models.FileField(upload_to=published_path, max_length=200)

    class Meta:
        verbose_name = _("published file")
        verbose_name_plural = _("published files")
        ordering = ["publication", "id"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "name"], name="published_file_once"),
        ]


@classified(open="programme", sensitive="sealed")
class NoiseKey(Scoped):
    """The secret of a programme from which the noise of its cells is drawn: the same cell, the same noise, for ever."""

    programme = models.OneToOneField(Programme, models.PROTECT, related_name="noise_key")
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("key of the noise")
        verbose_name_plural = _("keys of the noise")
