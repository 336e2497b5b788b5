from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.languages import in_tongue
from nanduti.foundation.models import Scoped, Sourced, Timestamped, Versioned

from ..folding import fold
from ..pseudonyms import organisation_pseudonym
from .clusters import Cluster
from .places import Place


class SizeBand(models.TextChoices):
    """Size by persons engaged (OECD classes)."""

    MICRO = "micro", _("micro (1–9)")
    SMALL = "small", _("small (10–49)")
    MEDIUM = "medium", _("medium (50–249)")
    LARGE = "large", _("large (250 and more)")

    @classmethod
    def of(cls, n_workers: int | None) -> str:
        """The band of a number of persons engaged; empty where it is not known."""
        if not n_workers:
            return ""
        bounds = ((10, cls.MICRO), (50, cls.SMALL), (250, cls.MEDIUM))
        return next((band.value for bound, band in bounds if n_workers < bound), cls.LARGE.value)


@classified(
    open="pseudonym kind is_public public_name public_name_es country_code place cluster size_band "
    "search_text sort_text",
    sensitive="code note note_es identity_version",
)
class Organisation(Scoped, Sourced, Versioned, Timestamped):
    """Any body that can act: a firm, an association, an institute, a ministry, a bank.

    Its name stands here only where it is public; otherwise the vault keeps it and we use the pseudonym.
    """

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", _("firm")
        ASSOCIATION = "association", _("association")
        SUPPORT_INSTITUTION = "support_institution", _("support institution")
        BDS_PROVIDER = "bds_provider", _("provider of business development services")
        PUBLIC_BODY = "public_body", _("public body")
        INTERNATIONAL = "international", _("international organisation")
        NETWORK = "network", _("network of firms")
        FINANCIER = "financier", _("financial institution")

    pseudonym = models.CharField(
        _("pseudonym"), max_length=12, unique=True, default=organisation_pseudonym, editable=False
    )
    code = models.SlugField(_("code"), max_length=80, unique=True, null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    is_public = models.BooleanField(_("shown by name"), default=False)
    public_name = models.CharField(_("public name"), max_length=200, blank=True)
    public_name_es = models.CharField(_("public name in Spanish"), max_length=200, blank=True)
    country_code = models.CharField(_("country"), max_length=2, blank=True)
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name=_("place")
    )
    cluster = models.ForeignKey(
        Cluster, models.PROTECT, null=True, blank=True, related_name="organisations",
        verbose_name=_("home cluster"),
    )  # fmt: skip
    size_band = models.CharField(_("size"), max_length=6, choices=SizeBand, blank=True)
    note = models.TextField(_("note"), blank=True)
    note_es = models.TextField(_("note in Spanish"), blank=True)
    search_text = models.CharField(max_length=500, blank=True, editable=False)
    sort_text = models.CharField(max_length=80, blank=True, editable=False)
    # Raised whenever the vault's record changes: histories can say so without saying what.
    identity_version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_public=True, public_name__gt="")
                | Q(is_public=False, public_name="", public_name_es=""),
                name="organisation_name_only_if_public",
            ),
        ]
        indexes = [
            # Holds all that searching and sorting need, so that the wide rows are read only for the page shown.
            models.Index(fields=["sort_text", "id", "scope", "search_text"], name="organisation_searched"),
            models.Index(fields=["cluster", "kind"], name="organisation_in_cluster"),
        ]

    def __str__(self) -> str:
        return self.public_label or self.pseudonym

    @property
    def public_label(self) -> str:
        """The public name in the reader's language; empty where the organisation is not public."""
        return in_tongue(self.public_name, self.public_name_es)

    def index_text(self) -> None:
        """Fill what searching and sorting use, from public words only; never from the vault."""
        names = (self.public_name, self.public_name_es)
        words = [*names, self.pseudonym, self.place.name if self.place else ""]
        if self.cluster:
            words += [self.cluster.name, self.cluster.name_es]
        self.search_text = fold(*words)[:500]
        # Those with names first, in alphabetical order; then the pseudonyms.
        self.sort_text = (f"0 {fold(self.public_name)}" if self.is_public else f"1 {self.pseudonym}")[:80]

    def save(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        self.index_text()
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "search_text", "sort_text"}
        super().save(*args, **kwargs)
