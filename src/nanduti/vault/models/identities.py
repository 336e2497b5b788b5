from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified

from ..fields import Field, SubjectKind
from ..sealed import SealedText


@classified(open="pseudonym kind", sensitive="kept_at shredded_at shredded_by_label shred_reason")
class Identity(models.Model):
    """That somebody stands behind a pseudonym. The values are its fields, each encrypted by itself."""

    pseudonym = models.CharField(max_length=12, primary_key=True)
    kind = models.CharField(max_length=13, choices=SubjectKind)
    kept_at = models.DateTimeField()
    shredded_at = models.DateTimeField(null=True, blank=True)
    shredded_by_label = models.CharField(max_length=80, blank=True)
    shred_reason = SealedText()

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")

    def __str__(self) -> str:
        return self.pseudonym


@classified(
    open="field key_id is_current",
    sensitive="identity kept_at kept_by_id kept_by_label superseded_at fingerprint",
    identifying="ciphertext lookup",
)
class IdentityField(models.Model):
    """One value, encrypted; a former value stays, superseded, until it is shredded.

    ``fingerprint`` tells whether a new value is the old one, without opening it, and is different for equal
    values of two pseudonyms. ``lookup`` is the blind index of names and telephones, for an exact search.
    """

    identity = models.ForeignKey(Identity, models.CASCADE, related_name="fields")
    field = models.CharField(max_length=16, choices=Field)
    ciphertext = models.BinaryField()
    key_id = models.CharField(max_length=8, db_index=True)
    fingerprint = models.CharField(max_length=32)
    lookup = models.CharField(max_length=32, blank=True, db_index=True)
    is_current = models.BooleanField(default=True)
    kept_at = models.DateTimeField()
    kept_by_id = models.BigIntegerField(null=True, blank=True)
    kept_by_label = models.CharField(max_length=80, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("identity field")
        verbose_name_plural = _("identity fields")
        ordering = ["identity", "field", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["identity", "field"],
                condition=models.Q(is_current=True),
                name="identity_field_one_current",
            ),
        ]
