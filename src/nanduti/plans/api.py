"""The ledger of activities for machines."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from nanduti.programme.api import TROUBLE, asked_programme
from nanduti.programme.queries import cluster_by_code

from . import queries

router = Router(tags=["plans"])


@router.get("programmes/{programme}/ledger", response={200: list[dict[str, Any]], **TROUBLE})
def ledger(  # type: ignore[no-untyped-def]
    request: HttpRequest,
    programme: str,
    cluster: str | None = None,
    as_of: date | None = None,
    offset: int = Query(0, ge=0, le=10_000_000),
    limit: int = Query(1_000, ge=1, le=5_000),
):
    """Number, label, interval with precision, status with its reason, at a cut-off day (today if left out)."""
    found = asked_programme(request, programme)
    chosen = cluster_by_code(programme=found, code=cluster) if cluster else None
    rows = queries.activities(programme=found, cluster=chosen).order_by("plan_id", "number")
    day = as_of or timezone.localdate()
    return [row.as_dict() for row in queries.ledger(rows[offset : offset + limit], as_of=day)]
