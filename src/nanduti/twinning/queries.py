"""Questions about twinnings: the scope of cooperation on any day, linkages by class, steps and their gates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from nanduti.foundation.errors import NotFound
from nanduti.programme.models import CooperationAgreement, Programme
from nanduti.programme.queries import agreements
from nanduti.register.models import Cluster

from .models import AgendaTopic, BusinessInterest, DealTask, Linkage, StepEvidence, Twinning


def twinnings(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[Twinning]:
    """The pairs of clusters that a programme brings together."""
    rows = Twinning.objects.filter(programme=programme).select_related("emerging", "advanced", "source")
    return rows.filter(emerging=cluster) if cluster else rows


def twinning_by_pair(*, programme: Programme, pair: str) -> Twinning:
    """The twinning that "emerging:advanced" names, by cluster codes."""
    emerging, _colon, advanced = pair.partition(":")
    found = twinnings(programme=programme).filter(emerging__code=emerging, advanced__code=advanced).first()
    if found is None:
        raise NotFound(kind="twinning", code_given=pair)
    return found


def linkages(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[Linkage]:
    """Working connections between parties of two clusters."""
    rows = Linkage.objects.filter(programme=programme).select_related(
        "from_cluster", "to_cluster", "from_organisation", "to_organisation", "source"
    )
    return rows.filter(from_cluster=cluster) if cluster else rows


def agenda(*, twinning: Twinning) -> QuerySet[AgendaTopic]:
    """The topics of cooperation with their place on each side's agenda."""
    return twinning.agenda.select_related("source")


def interests(*, twinning: Twinning) -> QuerySet[BusinessInterest]:
    """What each kind of stakeholder hopes to gain."""
    return twinning.interests.select_related("source")


def deal_tasks(*, programme: Programme) -> QuerySet[DealTask]:
    """Tasks on the way to deals."""
    return DealTask.objects.filter(programme=programme).select_related("source")


def step_evidence(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[StepEvidence]:
    """What shows that gates are passed."""
    rows = StepEvidence.objects.filter(programme=programme).select_related("cluster", "source")
    return rows.filter(cluster=cluster) if cluster else rows


@dataclass(frozen=True)
class PairAgreements:
    """The agreements that bind a pair of clusters, as rows and as the values that the rules take."""

    rows: list[CooperationAgreement]
    values: list[Any]

    def by_code(self, code: str) -> CooperationAgreement | None:
        """The row that a rule's answer names."""
        return next((row for row in self.rows if row.code == code), None)
