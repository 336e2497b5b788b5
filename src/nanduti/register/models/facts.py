from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenStart, WhenText
from nanduti.foundation.languages import in_tongue
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned

from .. import attributes
from .clusters import Cluster
from .establishments import Establishment
from .organisations import Organisation


def _subject(kind: str, field: str | None) -> Q:
    """That exactly the reference of this kind is filled; a programme is named by the scope alone."""
    return Q(
        subject_kind=kind,
        **{f"{name}__isnull": name != field for name in ("cluster", "organisation", "establishment")},
    )


@classified(
    open="subject_kind cluster organisation establishment attribute label label_es value value_text unit "
    "qualifier as_of as_of_start as_of_end",
)
class ProfileFact(Scoped, Sourced, Versioned, Timestamped):
    """One statement about a cluster, an organisation or an establishment, with its source and date.

    Two sources that differ are two facts side by side: the register does not decide who is right.
    """

    class SubjectKind(models.TextChoices):
        CLUSTER = "cluster", _("cluster")
        ORGANISATION = "organisation", _("organisation")
        ESTABLISHMENT = "establishment", _("establishment")
        PROGRAMME = "programme", _("programme")

    class Qualifier(models.TextChoices):
        EXACTLY = "exactly", _("exactly")
        ABOUT = "about", _("about")
        OVER = "over", _("more than")
        UNDER = "under", _("less than")
        RANGE = "range", _("range")

    subject_kind = models.CharField(max_length=13, choices=SubjectKind)
    cluster = models.ForeignKey(Cluster, models.CASCADE, null=True, blank=True, related_name="facts")
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="facts"
    )
    establishment = models.ForeignKey(
        Establishment, models.CASCADE, null=True, blank=True, related_name="facts"
    )
    attribute = models.SlugField(_("attribute"), max_length=80)
    label = models.CharField(_("what it says"), max_length=200, blank=True)
    label_es = models.CharField(_("what it says, in Spanish"), max_length=200, blank=True)
    value = models.DecimalField(_("number"), max_digits=24, decimal_places=6, null=True, blank=True)
    value_text = models.CharField(_("as written"), max_length=300, blank=True)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    qualifier = models.CharField(_("how exact"), max_length=8, choices=Qualifier, default=Qualifier.EXACTLY)
    as_of = WhenText(_("as of"))
    as_of_start = WhenStart("as_of")
    as_of_end = WhenEnd("as_of")

    class Meta:
        verbose_name = _("profile fact")
        verbose_name_plural = _("profile facts")
        constraints = [
            models.CheckConstraint(
                condition=_subject("cluster", "cluster")
                | _subject("organisation", "organisation")
                | _subject("establishment", "establishment")
                | _subject("programme", None),
                name="profile_fact_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | Q(value_text__gt=""), name="profile_fact_says_something"
            ),
        ]
        indexes = [models.Index(fields=["scope", "attribute"], name="profile_fact_attribute")]

    def __str__(self) -> str:
        return self.label_said

    @property
    def label_said(self) -> str:
        """The label in the reader's language, or how the attribute is called where nobody wrote one."""
        return in_tongue(self.label, self.label_es) or attributes.said(self.attribute)
