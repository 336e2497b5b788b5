"""Ties and measures for machines: pseudonyms, never names."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from nanduti.programme.api import TROUBLE, asked_programme
from nanduti.programme.queries import cluster_by_code
from nanduti.register.models import Cluster

from .queries import measures, tie_frame

router = Router(tags=["networks"])


def _cluster(programme: Any, code: str | None) -> Cluster | None:
    return cluster_by_code(programme=programme, code=code) if code else None


@router.get("programmes/{programme}/ties", response={200: dict[str, Any], **TROUBLE})
def ties(  # type: ignore[no-untyped-def]
    request: HttpRequest,
    programme: str,
    cluster: str | None = None,
    kind: list[str] = Query([]),  # noqa: B008
    wave: str | None = None,
    at: date | None = None,
    offset: int = Query(0, ge=0, le=10_000_000),
    limit: int = Query(1_000, ge=1, le=5_000),
):
    """The ties that you may read: who to whom, kind, strength, since when, in which round; and who did not answer."""
    found = asked_programme(request, programme)
    ties = tie_frame(
        programme=found,
        cluster=_cluster(found, cluster),
        access=request.access,  # type: ignore[attr-defined]
        kinds=kind or None,
        wave=wave,
        at=at,
    )
    columns = ["source", "target", "kind", "strength", "state", "began_on", "ended_on", "on", "wave"]
    return {
        "n": ties.frame.height,
        "ties": ties.frame.select(columns).slice(offset, limit).to_dicts(),
        "respondents": sorted(ties.respondents),
        "missing": dict(sorted(ties.missing.items())),
    }


@router.get("programmes/{programme}/network-measures", response={200: dict[str, Any], **TROUBLE})
def network_measures(  # type: ignore[no-untyped-def]
    request: HttpRequest,
    programme: str,
    cluster: str | None = None,
    kind: list[str] = Query([]),  # noqa: B008
    wave: str | None = None,
    at: date | None = None,
):
    """What can be said of the network of these ties, each sentence with its figure; and what makes it weak."""
    found = asked_programme(request, programme)
    said = measures(
        programme=found,
        cluster=_cluster(found, cluster),
        access=request.access,  # type: ignore[attr-defined]
        kinds=kind,
        wave=wave,
        at=at,
    )
    return {
        "n_actors": said.network.n,
        "n_ties": said.network.n_ties,
        "why_not": str(said.why_not) if said.why_not else None,
        "statements": [
            {"topic": s.topic, "sentence": s.sentence.say(), "measure": s.measure, "definition": s.definition}
            for s in said.statements
        ],
        "warnings": [w.say() for w in said.warnings],
    }
