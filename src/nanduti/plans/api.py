"""The ledger of activities for machines."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from nanduti.foundation.errors import NotFound
from nanduti.programme.api import TROUBLE, asked_programme
from nanduti.programme.frames import may_within
from nanduti.programme.queries import cluster_by_code

from . import queries, variance_told, visions_told

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


@router.get("programmes/{programme}/variance", response={200: dict[str, Any], **TROUBLE})
def variance(  # type: ignore[no-untyped-def]
    request: HttpRequest,
    programme: str,
    cluster: str | None = None,
    plan: str | None = None,
    as_of: date | None = None,
    against: Literal["baseline", "current", ""] = "",
    offset: int = Query(0, ge=0, le=10_000_000),
    limit: int = Query(1_000, ge=1, le=5_000),
):
    """Planned and happened, in sums and for each activity; against the baseline where one is kept.

    Amounts and what targets reached are told to those who may see them.
    """
    found = asked_programme(request, programme)
    chosen = cluster_by_code(programme=found, code=cluster) if cluster else None
    row = queries.plans(programme=found).filter(code=plan.replace("\x00", "")).first() if plan else None
    if plan and row is None:
        raise NotFound(kind="plan", code_given=plan)
    access = request.access  # type: ignore[attr-defined]
    sees_money = (
        access.may("read_sensitive", row.scope_id)
        if row
        else may_within(access, "read_sensitive", programme=found, cluster=chosen)
    )
    return variance_told.told(
        programme=found,
        cluster=None if row else chosen,
        plan=row,
        as_of=as_of or timezone.localdate(),
        against=against,
        sees_money=sees_money,
        offset=offset,
        limit=limit,
    )


@router.get("programmes/{programme}/visions", response={200: list[dict[str, Any]], **TROUBLE})
def list_visions(  # type: ignore[no-untyped-def]
    request: HttpRequest, programme: str, cluster: str | None = None, on: date | None = None
):
    """The vision that holds in each cluster on a day (today if left out), its priorities, and each look at it."""
    found = asked_programme(request, programme)
    chosen = cluster_by_code(programme=found, code=cluster) if cluster else None
    return visions_told.told(
        programme=found,
        cluster=chosen,
        on=on or timezone.localdate(),
        access=request.access,  # type: ignore[attr-defined]
    )
