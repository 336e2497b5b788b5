from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.languages import in_tongue
from nanduti.foundation.models import Scoped, Sourced, Versioned

from .. import sectors
from .clusters import Cluster
from .dated import Dated
from .organisations import Organisation


@classified(
    open="organisation cluster role sector is_new_partner since_text until_text since_on until_on",
    sensitive="note note_es",
)
class Stakeholder(Scoped, Sourced, Versioned, Dated):
    """A role that an organisation has toward a cluster: leading in one, it may give money in another."""

    class Role(models.TextChoices):
        LEAD_ASSOCIATION = "lead_association", _("leading association")
        TECHNICAL_INSTITUTION = "technical_institution", _("technical institution")
        BDSP = "bdsp", _("provider of business development services")
        FIRM = "firm", _("firm")
        FUNDER = "funder", _("funder")
        NATIONAL_COUNTERPART = "national_counterpart", _("national counterpart")
        IMPLEMENTER = "implementer", _("implementing body")
        INTERMEDIARY = "intermediary", _("intermediary")
        SUPPORT_AGENCY = "support_agency", _("support agency")
        AGENT = "agent", _("cluster development agent")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="roles")
    cluster = models.ForeignKey(
        Cluster, models.PROTECT, null=True, blank=True, related_name="stakeholders", verbose_name=_("cluster")
    )
    role = models.CharField(_("role"), max_length=24, choices=Role)
    # A code of ``sectors.yaml``, as the partner or the programme states it; it may contradict the kind.
    sector = models.CharField(_("sector"), max_length=40, blank=True)
    is_new_partner = models.BooleanField(_("new and unusual partner"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    note_es = models.TextField(_("note in Spanish"), blank=True)

    class Meta:
        verbose_name = _("stakeholder")
        verbose_name_plural = _("stakeholders")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "cluster", "role", "since_text"], name="stakeholder_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "role", "since_text"],
                condition=models.Q(cluster__isnull=True),
                name="stakeholder_of_no_cluster_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_role_display()}"

    @property
    def sector_said(self) -> str:
        """The sector in the reader's words."""
        return sectors.said(self.sector)

    @property
    def note_said(self) -> str:
        return in_tongue(self.note, self.note_es)
