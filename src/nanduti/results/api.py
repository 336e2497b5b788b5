"""Results and the data-quality report for machines."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from nanduti.programme.api import TROUBLE, asked_programme
from nanduti.programme.frames import money_told
from nanduti.programme.queries import cluster_by_code

from . import quality, queries

router = Router(tags=["results"])


@router.get("programmes/{programme}/results", response={200: dict[str, Any], **TROUBLE})
def results(  # type: ignore[no-untyped-def]
    request: HttpRequest, programme: str, cluster: str | None = None, as_of: date | None = None
):
    """Outputs and outcomes computed from the records, by cluster and year, with the figures stated by hand."""
    found = asked_programme(request, programme)
    chosen = cluster_by_code(programme=found, code=cluster) if cluster else None
    table = queries.result_table(
        programme=found,
        as_of=as_of or timezone.localdate(),
        cluster=chosen,
        money=money_told(request.access, programme=found, cluster=chosen),  # type: ignore[attr-defined]
    )
    return {"programme": found.code, **queries.table_as_dict(table)}


@router.get("programmes/{programme}/quality", response={200: list[dict[str, Any]], **TROUBLE})
def quality_report(request: HttpRequest, programme: str):  # type: ignore[no-untyped-def]
    """Contradictions found by rules, each with both statements and their places."""
    found = asked_programme(request, programme)
    return [quality.finding_as_dict(finding, rows) for finding, rows in quality.findings(programme=found)]
