from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.languages import in_tongue
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned

from ..pseudonyms import person_pseudonym
from .dated import Dated
from .organisations import Organisation


@classified(open="pseudonym", sensitive="code identity_version")
class Person(Scoped, Sourced, Versioned, Timestamped):
    """A human, by pseudonym. Name and contacts stand in the vault; what they do stands in their positions."""

    pseudonym = models.CharField(
        _("pseudonym"), max_length=12, unique=True, default=person_pseudonym, editable=False
    )
    code = models.SlugField(_("code"), max_length=80, unique=True, null=True, blank=True)
    identity_version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.pseudonym


@classified(open="organisation", sensitive="person title title_es since_text until_text since_on until_on")
class Position(Scoped, Sourced, Versioned, Dated):
    """The post that a person holds in an organisation, from when to when."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="positions")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="positions",
        verbose_name=_("organisation"),
    )  # fmt: skip
    title = models.CharField(_("post"), max_length=160, blank=True)
    title_es = models.CharField(_("post in Spanish"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")

    def __str__(self) -> str:
        return in_tongue(self.title, self.title_es)
