"""The scope of cooperation for machines."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from nanduti.programme.api import TROUBLE, asked_programme

from . import comparing, implementing, queries, signing, wanting

router = Router(tags=["twinning"])


@router.get("programmes/{programme}/scope", response={200: dict[str, Any], **TROUBLE})
def scope(request: HttpRequest, programme: str, pair: str, on: date | None = None):  # type: ignore[no-untyped-def]
    """How far each kind of stakeholder of a pair ("emerging:advanced") may cooperate on a day, and why."""
    twinning = queries.twinning_by_pair(programme=asked_programme(request, programme), pair=pair)
    return queries.scope_as_dict(twinning=twinning, on=on or timezone.localdate())


@router.get("programmes/{programme}/implementation", response={200: dict[str, Any], **TROUBLE})
def implementation(request: HttpRequest, programme: str, pair: str, on: date | None = None):  # type: ignore[no-untyped-def]
    """How far the six steps of implementation of a pair ("emerging:advanced") had come by a day, and what shows it."""
    twinning = queries.twinning_by_pair(programme=asked_programme(request, programme), pair=pair)
    day = on or timezone.localdate()
    found = implementing.implementation(twinning=twinning, on=day)
    return {"pair": twinning.pair, "on": day.isoformat(), **implementing.as_dict(found)}


@router.get("programmes/{programme}/way-to-signature", response={200: dict[str, Any], **TROUBLE})
def way_to_signature(request: HttpRequest, programme: str, pair: str, on: date | None = None):  # type: ignore[no-untyped-def]
    """From the first talk of a pair ("emerging:advanced") to its signatures, with who mediated and how long it took."""
    twinning = queries.twinning_by_pair(programme=asked_programme(request, programme), pair=pair)
    day = on or timezone.localdate()
    found = signing.way_to_signature(twinning=twinning, on=day)
    return {"pair": twinning.pair, "on": day.isoformat(), **signing.as_dict(found)}


@router.get("programmes/{programme}/proposals", response={200: dict[str, Any], **TROUBLE})
def proposals(request: HttpRequest, programme: str, pair: str):  # type: ignore[no-untyped-def]
    """Which offers of one side of a pair ("emerging:advanced") may answer needs of the other, both ways, and why."""
    twinning = queries.twinning_by_pair(programme=asked_programme(request, programme), pair=pair)
    return wanting.as_dict(wanting.proposals(twinning=twinning))


@router.get("programmes/{programme}/comparison", response={200: dict[str, Any], **TROUBLE})
def comparison(request: HttpRequest, programme: str, on: date | None = None):  # type: ignore[no-untyped-def]
    """The six rows that tell a twinning programme from a plain one on a day, and what the records show of each."""
    day = on or timezone.localdate()
    found = comparing.comparison(programme=asked_programme(request, programme), on=day)
    return {"on": day.isoformat(), **comparing.as_dict(found)}
