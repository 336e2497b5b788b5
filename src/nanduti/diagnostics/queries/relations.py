"""Which of two clusters is advanced against the other: a relation, never a property of one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from nanduti.methods import twinning
from nanduti.programme.models import Programme
from nanduti.programme.queries import clusters, partner_cluster_ids
from nanduti.register.models import Cluster, Organisation

Kind = Organisation.Kind
#: The kinds of stakeholder that breadth is counted over; Nanduti's proposal, for the paper gives no list.
REFERENCE_KINDS = (
    Kind.ENTERPRISE,
    Kind.ASSOCIATION,
    Kind.SUPPORT_INSTITUTION,
    Kind.BDS_PROVIDER,
    Kind.PUBLIC_BODY,
    Kind.FINANCIER,
    Kind.NETWORK,
)


def clusters_to_compare(*, programme: Programme) -> list[Cluster]:
    """Clusters that the programme covers or deals with."""
    partners = Cluster._base_manager.filter(pk__in=partner_cluster_ids(programme=programme))
    found = {c.pk: c for c in (*clusters(programme=programme), *partners)}
    return sorted(found.values(), key=str)


@dataclass(frozen=True)
class Compared:
    """Two clusters side by side, what the register counts of each, and the relation that follows."""

    first: Cluster
    second: Cluster
    counts: dict[str, dict[str, int]]
    relation: twinning.Relation


def stakeholder_counts(*, cluster: Cluster) -> dict[str, int]:
    """How many organisations of each kind are members of the cluster or hold a role toward it; one statement.

    All of them are counted, whoever asks: a count by kind tells of nobody, and half of it would be wrong.
    """
    inside = Organisation._base_manager.filter(Q(cluster=cluster) | Q(roles__cluster=cluster))
    rows = inside.order_by().values_list("kind").annotate(n=Count("pk", distinct=True))
    return dict(rows)


def compare(
    *, first: Cluster, second: Cluster, specialisation: tuple[float | None, float | None]
) -> Compared:
    """Advanced against emerging on specialisation, breadth and depth; what is not known is not counted as nothing."""
    counts = {c.code: stakeholder_counts(cluster=c) for c in (first, second)}
    measures = [
        twinning.ClusterMeasures(c.code, value, counts[c.code] or None)
        for c, value in zip((first, second), specialisation, strict=True)
    ]
    relation = twinning.advanced_emerging(*measures, reference_kinds=[str(k.value) for k in REFERENCE_KINDS])
    return Compared(first, second, counts, relation)
