from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned

from ..pseudonyms import establishment_pseudonym
from .clusters import Cluster
from .organisations import Organisation, SizeBand
from .places import Place


@classified(
    open="pseudonym organisation cluster place activity activity_scheme size_band n_workers merged_into",
    sensitive="code identity_version",
)
class Establishment(Scoped, Sourced, Versioned, Timestamped):
    """One location of an enterprise with one main activity: what is visited and counted.

    Its place is a city or estate; name, telephone, street and coordinates stand in the vault.
    """

    pseudonym = models.CharField(
        _("pseudonym"), max_length=12, unique=True, default=establishment_pseudonym, editable=False
    )
    code = models.SlugField(_("code"), max_length=80, unique=True, null=True, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="establishments", verbose_name=_("enterprise")
    )
    cluster = models.ForeignKey(
        Cluster,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="establishments",
        verbose_name=_("cluster"),
    )
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="establishments", verbose_name=_("place")
    )
    activity = models.CharField(_("main activity"), max_length=120, blank=True)
    activity_scheme = models.CharField(_("list of activities"), max_length=40, blank=True)
    size_band = models.CharField(_("size"), max_length=6, choices=SizeBand, blank=True)
    n_workers = models.PositiveIntegerField(_("workers"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.RESTRICT, null=True, blank=True, related_name="absorbed", editable=False
    )
    identity_version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("establishment")
        verbose_name_plural = _("establishments")
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")),
                name="establishment_not_into_itself",
            ),
        ]
        indexes = [models.Index(fields=["cluster", "place"], name="establishment_in_cluster")]

    def __str__(self) -> str:
        return self.pseudonym


@classified(open="kept absorbed at undone_at moved taken", sensitive="reason by by_label undone_by_label")
class EstablishmentMerge(Scoped):
    """That two records were found to be one establishment, with all that is needed to take it back."""

    tells_of_two_records = True

    kept = models.ForeignKey(Establishment, models.PROTECT, related_name="merges")
    absorbed = models.ForeignKey(Establishment, models.PROTECT, related_name="merges_as_absorbed")
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by_label = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by_label = models.CharField(max_length=80, blank=True)
    # Which rows pointed at the absorbed record: {"register.profilefact.establishment": [1, 2]}.
    moved = models.JSONField(default=dict, blank=True)
    # Which columns of the kept record took the other's value: {"n_workers": [before, after]}.
    taken = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("merge of establishments")
        verbose_name_plural = _("merges of establishments")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"], condition=Q(undone_at__isnull=True), name="merge_once"
            ),
            models.CheckConstraint(condition=~Q(kept=models.F("absorbed")), name="merge_of_two"),
        ]
