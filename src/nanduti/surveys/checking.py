"""The general checks over all answers of an instrument: run again, they know their former findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
from django.conf import settings
from django.utils import timezone

from nanduti.methods.instruments.frames import KEY
from nanduti.methods.instruments.quality import COLLECTOR, HOUR, SECONDS, Noticed, check_survey

from .findings import keep
from .models import Enumerator, Finding, Instrument, Submission
from .queries import tables

GENERAL = "survey:"
Progress = Callable[[int, int], None]


def check_all(*, instrument: Instrument, progress: Progress | None = None) -> tuple[int, int]:
    """Hold all current answers against the general checks; how many findings are new, how many went away."""
    made = tables.frame(instrument=instrument, access=None, choices_apart=False)
    former = Finding._base_manager.filter(instrument=instrument, rule__startswith=GENERAL)
    if not made.n:
        return keep([], former=former)
    noticed = check_survey(made.tables, about=_about(made.root), progress=progress)
    return keep(_findings(instrument, made.root, noticed), former=former)


def _about(root: pl.DataFrame) -> pl.DataFrame:
    """Who asked, how long it took, at which hour by the clock of the place."""
    local = pl.coalesce("_started_at", "_received_at").dt.convert_time_zone(settings.TIME_ZONE)
    return root.select(
        KEY,
        pl.col("_enumerator").alias(COLLECTOR),
        pl.col("_duration_seconds").cast(pl.Float64).alias(SECONDS),
        pl.when(pl.col("_started_at").is_not_null()).then(local.dt.hour()).cast(pl.Int64).alias(HOUR),
    )


def _findings(instrument: Instrument, root: pl.DataFrame, noticed: list[Noticed]) -> Iterator[Finding]:
    at = timezone.now()
    people = dict(
        Enumerator._base_manager.filter(programme=instrument.programme_id).values_list("code", "pk")
    )
    ids = {n for one in noticed for n in (one.key, one.other) if n is not None}
    scopes, asked_by = _scopes(sorted(ids))
    for one in noticed:
        if one.key is not None and one.key not in scopes:
            continue  # it was taken away meanwhile
        yield Finding(
            scope_id=scopes.get(one.key, instrument.scope_id),
            instrument=instrument,
            submission_id=one.key,
            other_id=one.other if one.other in scopes else None,
            enumerator_id=people.get(one.collector) or asked_by.get(one.key),
            rule=f"{GENERAL}{one.rule}"[:80],
            severity=one.severity if one.severity in Finding.Severity.values else Finding.Severity.WARNING,
            question=one.question[:300],
            row=one.row[:80],
            details=_plain(one.figures),
            found_at=at,
        )


def _scopes(ids: list[int]) -> tuple[dict[Any, int], dict[Any, int]]:
    """The scope and the enumerator of each submission."""
    scopes: dict[Any, int] = {}
    asked_by: dict[Any, int] = {}
    for start in range(0, len(ids), 500):
        rows = Submission._base_manager.filter(pk__in=ids[start : start + 500])
        for pk, scope_id, enumerator_id in rows.values_list("pk", "scope_id", "enumerator_id"):
            scopes[pk], asked_by[pk] = scope_id, enumerator_id
    return scopes, asked_by


def _plain(figures: Any) -> dict[str, Any]:
    """Figures as JSON keeps them."""
    return {k: v.item() if hasattr(v, "item") else v for k, v in dict(figures).items()}
