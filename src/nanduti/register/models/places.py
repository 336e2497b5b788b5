from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Sourced


@classified(open="code name kind parent country_code latitude longitude")
class Place(Sourced):
    """A named area with a parent; its point is the public centroid of the area, never somebody's address."""

    class Kind(models.TextChoices):
        COUNTRY = "country", _("country")
        REGION = "region", _("region")
        CITY = "city", _("city")
        ESTATE = "estate", _("industrial estate")

    code = models.SlugField(_("code"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    parent = models.ForeignKey(
        "self", models.RESTRICT, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    country_code = models.CharField(_("country"), max_length=2, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True) | models.Q(latitude__range=(-90, 90)),
                name="place_latitude",
            ),
            models.CheckConstraint(
                condition=models.Q(longitude__isnull=True) | models.Q(longitude__range=(-180, 180)),
                name="place_longitude",
            ),
        ]

    def __str__(self) -> str:
        return self.name
