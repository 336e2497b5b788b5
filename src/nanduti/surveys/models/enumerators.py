from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Timestamped, Versioned


@classified(
    open="programme cluster code is_shared instruments enrolled_at expires_at revoked_at",
    sensitive="title user person token_digest digest_secret last_seen_at",
)
class Enumerator(Scoped, Versioned, Timestamped):
    """Who asks in the field, and the key with which the phone speaks to us; shared keys serve a whole project.

    ``scope`` is the programme's, or that of its work in one cluster: lists reach no further.
    """

    programme = models.ForeignKey("programme.Programme", models.PROTECT, related_name="enumerators")
    cluster = models.ForeignKey("register.Cluster", models.PROTECT, null=True, blank=True, related_name="+")
    code = models.SlugField(_("code"), max_length=80)
    title = models.CharField(_("called"), max_length=120, blank=True)
    is_shared = models.BooleanField(_("shared by a project"), default=False)
    # Whose rights to names hold on the phone; without one, lists show pseudonyms.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey("register.Person", models.PROTECT, null=True, blank=True, related_name="+")
    # None chosen: every open instrument of the programme.
    instruments = models.ManyToManyField("surveys.Instrument", blank=True, related_name="enumerators")
    # SHA-256 of the token in the path; the token itself is shown once.
    token_digest = models.CharField(max_length=64, unique=True)
    # MD5(user:realm:password), which Digest access needs; the password itself is shown once.
    digest_secret = models.CharField(max_length=32, blank=True)
    enrolled_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("enumerator")
        verbose_name_plural = _("enumerators")
        ordering = ["programme", "code"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="enumerator_code_once"),
        ]

    def __str__(self) -> str:
        return self.title or self.code
