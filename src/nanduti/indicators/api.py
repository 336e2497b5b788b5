"""Indicators and what they came to, for machines; the same view of small figures as on the pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from nanduti.programme.api import TROUBLE, asked_programme
from nanduti.programme.queries import cluster_by_code

from . import queries

router = Router(tags=["indicators"])


@router.get("programmes/{programme}/indicators", response={200: list[dict[str, Any]], **TROUBLE})
def list_indicators(request: HttpRequest, programme: str):  # type: ignore[no-untyped-def]
    """The definitions in use: titles, unit, direction, formula and source."""
    found = asked_programme(request, programme)
    rows = queries.current_versions(programme=found)
    return [
        {**v.definition, "version": v.number, "is_used": v.indicator.is_used,
         "form": v.indicator.instrument.code if v.indicator.instrument else "register"}
        for v in rows
    ]  # fmt: skip


@router.get("programmes/{programme}/indicators/values", response={200: list[dict[str, Any]], **TROUBLE})
def values(  # type: ignore[no-untyped-def]
    request: HttpRequest,
    programme: str,
    code: str = Query("", max_length=200, description="codes, separated by commas; empty: all"),  # type: ignore[type-arg]
    by: str = Query("", max_length=200, description="dimensions, separated by commas"),  # type: ignore[type-arg]
    cluster: str = Query("", max_length=80),  # type: ignore[type-arg]
    wave: str | None = Query(None, max_length=80, description="code of a wave; “” all answers so far"),  # type: ignore[type-arg]
):
    """Values with numerator and denominator; null is unknown, and ``reason`` says why."""
    found = asked_programme(request, programme)
    chosen = [cluster_by_code(programme=found, code=cluster)] if cluster else None
    frame = queries.values(
        programme=found,
        access=request.access,  # type: ignore[attr-defined]
        codes=_names(code) or None,
        by=_names(by),
        clusters=chosen,
        wave=wave,
    )
    return frame.to_dicts()


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
