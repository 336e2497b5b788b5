from __future__ import annotations

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned

from .programmes import Programme, in_language

# What can be said of an activity, by the names that the rules of quality know.
ABOUT_ACTIVITIES = {
    "date": _("when it took place"),
    "n_participants": _("how many took part"),
    "duration_days": _("how long it took"),
    "number_cited": _("the number under which it is cited"),
    "name": _("what it is called"),
}


@classified(
    open="programme code subject_kind subject attribute value_text unit label label_es settled settled_as",
    sensitive="settled_reason",
)
class Statement(Scoped, Sourced, Versioned, Timestamped):
    """What a document says about a record elsewhere than in the record's own row; food for the quality rules."""

    class Settled(models.TextChoices):
        KEEP_RECORD = "keep_record", _("the record is right")
        KEEP_STATEMENT = "keep_statement", _("the statement is right")
        BOTH = "both", _("both are right")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="statements")
    code = models.SlugField(_("code"), max_length=80)
    subject_kind = models.CharField(_("kind of subject"), max_length=40)
    subject = models.CharField(_("subject"), max_length=120)
    attribute = models.CharField(_("attribute"), max_length=60)
    value_text = models.CharField(_("value"), max_length=300)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    label = models.CharField(_("label"), max_length=300, blank=True)
    label_es = models.CharField(_("label in Spanish"), max_length=300, blank=True)
    settled = models.CharField(max_length=16, choices=Settled, blank=True)
    settled_reason = models.TextField(blank=True)
    settled_as = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="statement_code_once")]
        indexes = [models.Index(fields=["programme", "subject_kind", "subject"], name="statement_subject")]
        ordering = ["subject_kind", "subject", "attribute", "id"]

    def __str__(self) -> str:
        return in_language(self, "label") or capfirst(
            str(ABOUT_ACTIVITIES.get(self.attribute, self.attribute))
        )
