from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.languages import in_tongue

from .identities import Identity


@classified(open="code title title_es sentence sentence_es source is_active")
class Purpose(models.Model):
    """What an identity may be used for; a list with its source, shipped as data and kept by the custodian."""

    code = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    title_es = models.CharField(max_length=120, blank=True)
    sentence = models.CharField(max_length=300, blank=True)
    sentence_es = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        ordering = ["id"]

    def __str__(self) -> str:
        return in_tongue(self.title, self.title_es)


@classified(
    open="purpose given_on until_on", sensitive="identity how withdrawn_at kept_by_id kept_by_label kept_at"
)
class Consent(models.Model):
    """That somebody agreed to a use of their identity, for a purpose, until a day, and may take it back."""

    class How(models.TextChoices):
        SPOKEN = "spoken", _("spoken")
        SIGNED = "signed", _("signed")
        FORM = "form", _("in a questionnaire")

    identity = models.ForeignKey(Identity, models.CASCADE, related_name="consents")
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+")
    how = models.CharField(max_length=8, choices=How)
    given_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField()
    kept_by_id = models.BigIntegerField(null=True, blank=True)
    kept_by_label = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_on__isnull=True) | models.Q(until_on__gt=models.F("given_on")),
                name="consent_span",
            ),
        ]
