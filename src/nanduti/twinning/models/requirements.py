from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nanduti.foundation.classification import classified
from nanduti.foundation.fields import WhenEnd, WhenPrecision, WhenStart, WhenText
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned
from nanduti.programme.models.programmes import in_language

from .linkages import Linkage
from .twinnings import BusinessInterest, Twinning


@classified(
    open="twinning side direction kind stakeholder_type organisation label label_es product product_es sizes "
    "technology technology_es conditions conditions_es end_market state stated stated_start stated_end "
    "stated_precision"
)
class Requirement(Scoped, Sourced, Versioned, Timestamped):
    """What somebody on one side of a twinning needs or can offer: product, size, technology, and its conditions."""

    class Direction(models.TextChoices):
        NEED = "need", _("need")
        OFFER = "offer", _("offer")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        MET = "met", _("met")
        WITHDRAWN = "withdrawn", pgettext_lazy("need or offer", "withdrawn")

    class Who(models.TextChoices):
        """The four kinds of the scope matrix, and who supplies principal firms and so does not compete with them."""

        ASSOCIATION = "association", _("association")
        TECHNICAL_INSTITUTION = "technical_institution", _("technical institution")
        BDSP = "bdsp", _("provider of business development services")
        FIRM = "firm", _("firm")
        SUPPORT_FIRM = "support_firm", _("maker of machines, chemicals or materials")

    twinning = models.ForeignKey(Twinning, models.CASCADE, related_name="requirements")
    side = models.CharField(_("side"), max_length=10, choices=BusinessInterest.Side)
    direction = models.CharField(_("need or offer"), max_length=5, choices=Direction)
    # The same words as for linkages: a pair that comes about becomes a linkage of this kind.
    kind = models.CharField(_("kind"), max_length=20, choices=Linkage.Kind)
    stakeholder_type = models.CharField(_("kind of stakeholder"), max_length=24, choices=Who)
    organisation = models.ForeignKey(
        "register.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    label = models.CharField(_("what it is about"), max_length=200)
    label_es = models.CharField(_("what it is about, in Spanish"), max_length=200, blank=True)
    product = models.CharField(_("product"), max_length=120, blank=True)
    product_es = models.CharField(_("product in Spanish"), max_length=120, blank=True)
    # Size bands with a blank between: of the firm that needs, or of the firms that are served.
    sizes = models.CharField(_("sizes"), max_length=40, blank=True)
    technology = models.CharField(_("technology"), max_length=200, blank=True)
    technology_es = models.CharField(_("technology in Spanish"), max_length=200, blank=True)
    conditions = models.CharField(_("conditions"), max_length=300, blank=True)
    conditions_es = models.CharField(_("conditions in Spanish"), max_length=300, blank=True)
    end_market = models.CharField(_("end market"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    stated = WhenText(_("stated"))
    stated_start = WhenStart("stated")
    stated_end = WhenEnd("stated")
    stated_precision = WhenPrecision("stated")

    class Meta:
        verbose_name = _("need or offer")
        verbose_name_plural = _("needs and offers")
        constraints = [
            models.UniqueConstraint(
                fields=["twinning", "side", "direction", "label"], name="requirement_once"
            )
        ]
        ordering = ["direction", "side", "id"]

    def __str__(self) -> str:
        return in_language(self, "label")

    @property
    def size_bands(self) -> list[str]:
        """The size bands, as a list."""
        return self.sizes.split()
