from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.classification import classified
from nanduti.foundation.models import Scoped, Sourced, Versioned

from .clusters import Cluster
from .organisations import Organisation


def _span(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(since_on__isnull=True) | Q(until_on__isnull=True) | Q(until_on__gt=F("since_on")),
        name=name,
    )


class _Membership(Scoped, Sourced, Versioned):
    """From an inclusive start, where known, to an exclusive end, empty while it lasts."""

    since_on = models.DateField(_("since"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        abstract = True


@classified(open="organisation cluster since_on until_on")
class ClusterMembership(_Membership):
    """That an organisation belongs to a cluster, from when to when."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="cluster_memberships")
    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="memberships")

    class Meta:
        verbose_name = _("membership of a cluster")
        verbose_name_plural = _("memberships of clusters")
        constraints = [
            _span("cluster_membership_span"),
            models.UniqueConstraint(
                fields=["organisation", "cluster"],
                condition=Q(until_on__isnull=True),
                name="cluster_membership_once",
            ),
        ]


@classified(open="association since_on until_on", sensitive="member")
class AssociationMembership(_Membership):
    """That an enterprise, or another body, is a member of an association, from when to when."""

    association = models.ForeignKey(Organisation, models.PROTECT, related_name="members")
    member = models.ForeignKey(Organisation, models.CASCADE, related_name="association_memberships")

    class Meta:
        verbose_name = _("membership of an association")
        verbose_name_plural = _("memberships of associations")
        constraints = [
            _span("association_membership_span"),
            models.UniqueConstraint(
                fields=["association", "member"],
                condition=Q(until_on__isnull=True),
                name="association_membership_once",
            ),
            models.CheckConstraint(condition=~Q(association=F("member")), name="association_of_others"),
        ]
