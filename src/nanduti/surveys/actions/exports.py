"""Verbs of taking answers along: that somebody did, what and how much, is written down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nanduti.foundation import work
from nanduti.foundation.audit import action, note
from nanduti.foundation.models import Job, User

from ..models import Instrument


@action("surveys.export_answers")
def export_answers(
    *,
    instrument: Instrument,
    kind: str,
    n_submissions: int,
    filters: dict[str, Any] | None = None,
    by: User | str,
    at: datetime | None = None,
) -> None:
    """Write down that answers left as a file; the file itself is made before, outside any transaction."""
    note(subject=instrument, format=kind, n_submissions=n_submissions, filters=filters or {})


@action("surveys.order_export", once=True)
def order_export(
    *,
    instrument: Instrument,
    kind: str,
    language: str,
    choice: dict[str, Any],
    by: User,
    at: datetime | None = None,
) -> Job:
    """Have a large export made in the background."""
    job = work.enqueue(
        "surveys.export", by=by, scope=instrument.scope, instrument_id=instrument.pk, file_format=kind,
        language=language, choice=choice,
    )  # fmt: skip
    note(subject=instrument, format=kind)
    return job


@action("surveys.order_checks", once=True)
def order_checks(*, instrument: Instrument, by: User, at: datetime | None = None) -> Job:
    """Have the checks over all answers of an instrument done in the background."""
    job = work.enqueue("surveys.checks", by=by, scope=instrument.scope, instrument_id=instrument.pk)
    note(subject=instrument)
    return job
