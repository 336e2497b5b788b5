"""Questions about partners: whoever does not merely stand in a cluster as one of its firms."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from nanduti.foundation.access import Access
from nanduti.methods.values import Verdict

from . import sectors
from .models import Stakeholder
from .queries import readable_scopes


@dataclass(frozen=True)
class PartnerCounts:
    """How many organisations are partners, by sector; one in two roles is one partner.

    ``by_sector`` has the empty code for those of whom nobody has said a sector.
    """

    n: int = 0
    n_new: int = 0
    n_not_asked: int = 0
    n_doubtful: int = 0
    by_sector: dict[str, int] = field(default_factory=dict)


def partners(*, access: Access) -> QuerySet[Stakeholder]:
    """The roles of partners that the viewer may read.

    A firm is a partner where somebody has said its sector or whether it is a new kind of partner: a lead company
    that gives orders, not each of the workshops that a programme is for.
    """
    said = ~Q(role=Stakeholder.Role.FIRM) | ~Q(sector="") | Q(is_new_partner__isnull=False)
    rows = Stakeholder.objects.filter(said, scope__in=readable_scopes(access))
    return rows.select_related("organisation", "cluster", "source", "scope")


def counts(rows: QuerySet[Stakeholder]) -> PartnerCounts:
    """Each organisation once; one query."""
    told: dict[int, dict[str, Any]] = {}
    for row in rows.order_by("id").values(
        "organisation_id", "organisation__kind", "sector", "is_new_partner"
    ):
        one = told.setdefault(row["organisation_id"], {"sector": "", "is_new": None, "is_doubtful": False})
        one["sector"] = one["sector"] or row["sector"]
        one["is_new"] = row["is_new_partner"] if one["is_new"] is None else one["is_new"]
        one["is_doubtful"] |= is_doubtful(kind=row["organisation__kind"], sector=row["sector"])
    return PartnerCounts(
        n=len(told),
        n_new=sum(one["is_new"] is True for one in told.values()),
        n_not_asked=sum(one["is_new"] is None for one in told.values()),
        n_doubtful=sum(one["is_doubtful"] for one in told.values()),
        by_sector=dict(Counter(one["sector"] for one in told.values())),
    )


def is_doubtful(*, kind: str, sector: str) -> bool:
    """Whether the sector that is stated does not go with the kind of the organisation."""
    verdict: Verdict | None = sectors.fits(kind=kind, sector=sector)
    return verdict is not None and verdict.decision == "flag"
