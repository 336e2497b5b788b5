"""The verb that puts a cluster among those considered."""

from __future__ import annotations

from datetime import datetime

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold
from nanduti.foundation.models import User
from nanduti.register.founding import found_cluster
from nanduti.register.models import Cluster

from .. import codes
from ..errors import ConsideredAlready, ReasonMissing
from ..models import Candidate, Programme


@action("programme.consider_cluster", once=True)
def consider_cluster(
    *,
    programme: Programme,
    cluster: Cluster | None = None,
    name: str = "",
    name_es: str = "",
    stage: str = Candidate.Stage.LONG_LIST,
    sector: str = "",
    reason: str = "",
    reason_es: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Candidate:
    """Put a cluster on the list of those considered; one that the register does not know is written down there."""
    if stage != Candidate.Stage.LONG_LIST and not reason.strip():
        raise ReasonMissing()
    hold(programme)
    if cluster is None:
        trade, trade_es = codes.in_both(codes.TRADES, sector)
        cluster = found_cluster(
            name=name.strip(), name_es=name_es.strip(), trade=trade, trade_es=trade_es, by=by, at=at
        )
    if Candidate._base_manager.filter(programme=programme, cluster=cluster).exists():
        raise ConsideredAlready(cluster=cluster)
    row = Candidate.objects.create(
        programme=programme, scope=programme.scope, cluster=cluster, sector=sector, stage=stage,
        reason=reason, reason_es=reason_es,
    )  # fmt: skip
    note(subject=row, cluster=cluster.code, stage=stage)
    return row
