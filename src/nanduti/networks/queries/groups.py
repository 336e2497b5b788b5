"""Business networks with their members and how far each has come towards a lasting form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from nanduti.methods import planning
from nanduti.methods.values import Share
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster

from ..models import BusinessNetwork, FormalisationStep, NetworkMember
from ..models.groups import FUND

# Of the networks selected in Senegal two thirds were registered: systems row 140, the training kit's box 1.
REFERENCE_SHARE = Share(2 / 3)
REFERENCE = "UNIDO cluster development training kit, module Implementation, section 2, box 1 (Senegal)"


@dataclass(frozen=True)
class Standing:
    """A business network and the highest step it has taken with all earlier ones evidenced."""

    network: BusinessNetwork
    rung: planning.Rung
    steps: dict[str, FormalisationStep]
    n_members: int


def networks_of(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[BusinessNetwork]:
    """The business networks of a programme, or of one cluster."""
    rows = BusinessNetwork._base_manager.filter(programme=programme).select_related(
        "cluster", "source", "programme"
    )
    return rows.filter(cluster=cluster) if cluster is not None else rows


def standings(*, programme: Programme, cluster: Cluster | None = None, on: date) -> list[Standing]:
    """Every network with its rung: three statements."""
    here = Q(members__isnull=False) & (Q(members__until_on__isnull=True) | Q(members__until_on__gt=on))
    rows = networks_of(programme=programme, cluster=cluster).annotate(
        n_now=Count("members", filter=here, distinct=True)
    )
    rows = rows.prefetch_related(Prefetch("steps", FormalisationStep._base_manager.select_related("source")))
    return [standing_of(row, row.n_now) for row in rows.order_by("id")]  # type: ignore[attr-defined]


def standing_of(network: BusinessNetwork, n_members: int) -> Standing:
    """How far one network has come; its steps must have been fetched."""
    steps = {step.step: step for step in network.steps.all()}
    ladder = {code for code, _title in planning.LADDER}
    rung = planning.formalisation(set(steps) & ladder, has_fund=FUND in steps)
    return Standing(network, rung, steps, n_members)


def registered_share(found: list[Standing]) -> Share | None:
    """Share of the networks that want to be registered and have come to the top of the ladder; ``None`` without any."""
    ladder = [code for code, _title in planning.LADDER]
    wanting = {
        s.network.code: [code for code in s.steps if code in ladder]
        for s in found
        if s.network.seeks_registration
    }
    return planning.registered_share(wanting)


def members_of(network: BusinessNetwork) -> QuerySet[NetworkMember]:
    """Members, those who left too."""
    return NetworkMember._base_manager.filter(network=network).select_related(
        "establishment__organisation", "organisation", "person", "source"
    )
