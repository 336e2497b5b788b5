"""Programmes, coverage, agreements and resolutions for machines."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from . import queries
from .models import Programme

router = Router(tags=["programme"])


class Trouble(Schema):
    """What went wrong: a stable code, a title, a sentence and a remedy."""

    code: str
    title: str
    sentence: str
    remedy: str


TROUBLE = {401: Trouble, 403: Trouble, 404: Trouble, 409: Trouble, 422: Any}


def asked_programme(request: HttpRequest, code: str) -> Programme:
    """The programme that is asked about, if the asker may read it."""
    found = queries.programme_by_code(code=code)
    request.access.require("read", found.scope_id)  # type: ignore[attr-defined]
    return found


@router.get(
    "programmes", response={200: list[dict[str, Any]], **TROUBLE}, summary="The programmes you can see"
)
def list_programmes(request: HttpRequest):  # type: ignore[no-untyped-def]
    """Code, title and span of each programme within your grants."""
    return [
        {"code": p.code, "title": p.title, "title_es": p.title_es, "started": p.started, "ended": p.ended}
        for p in queries.readable_programmes(access=request.access)  # type: ignore[attr-defined]
    ]


@router.get("programmes/{programme}/coverage", response={200: list[dict[str, Any]], **TROUBLE})
def list_coverage(request: HttpRequest, programme: str):  # type: ignore[no-untyped-def]
    """Which component runs in which cluster, since when."""
    rows = queries.coverage(programme=asked_programme(request, programme))
    return [
        {
            "cluster": row.cluster.code,
            "component": row.component.code,
            "since": row.since,
            "note": row.note,
            "source": row.cite(),
        }
        for row in rows
    ]


@router.get("programmes/{programme}/agreements", response={200: list[dict[str, Any]], **TROUBLE})
def list_agreements(request: HttpRequest, programme: str, on: date | None = None):  # type: ignore[no-untyped-def]
    """The agreements with their parties and their state on a day (today if left out)."""
    day = on or timezone.localdate()
    rows = queries.agreements(programme=asked_programme(request, programme))
    return [
        {
            "code": row.code,
            "kind": row.kind,
            "title": row.title,
            "signed": row.signed,
            "begins_on": row.begins_on,
            "lapses_on": row.lapses_on,
            "state": row.state_on(day),
            "parties": [
                {"organisation": str(p.organisation), "type": p.party_type} for p in row.parties.all()
            ],
            "source": row.cite(),
        }
        for row in rows
    ]
