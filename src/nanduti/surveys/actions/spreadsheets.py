"""Verbs of filled workbooks: taken in, and taken back as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from nanduti.foundation import work
from nanduti.foundation.audit import action, note
from nanduti.foundation.models import Job, User

from ..models import Instrument, InstrumentVersion, ReviewStep, Submission
from ..reviewing import hooks


@action("surveys.order_spreadsheet", once=True)
def order_spreadsheet(
    *,
    instrument: Instrument,
    version: InstrumentVersion,
    upload: str,
    name: str,
    sheet: str,
    columns: dict[str, str],
    scope_id: int,
    leave_bad: bool,
    by: User,
    at: datetime | None = None,
) -> Job:
    """Have a workbook taken in, and remember how its columns were matched."""
    known = {**instrument.columns_known, **columns}
    Instrument.objects.filter(pk=instrument.pk).update(columns_known=dict(list(known.items())[-2_000:]))
    note(subject=instrument, n_columns=sum(bool(target) for target in columns.values()))
    return work.enqueue(
        "surveys.spreadsheet", by=by, scope=instrument.scope, instrument_id=instrument.pk, version_id=version.pk,
        upload=upload, name=name, sheet=sheet, targets=list(columns.values()), scope_id=scope_id, leave_bad=leave_bad,
    )  # fmt: skip


@action("surveys.spreadsheet_taken_in")
def spreadsheet_taken_in(
    *, instrument: Instrument, counts: dict[str, Any], by: User, at: datetime | None = None
) -> None:
    """Write down how many rows of a workbook became submissions."""
    note(subject=instrument, **counts)


@action("surveys.undo_spreadsheet")
def undo_spreadsheet(
    *, instrument: Instrument, submissions: list[int], reason: str, by: User, at: datetime | None = None
) -> int:
    """Take a workbook back: what came of it and was not decided about since is rejected, and stays readable."""
    at = at or timezone.now()
    n = 0
    for start in range(0, len(submissions), 500):
        rows = list(
            Submission.objects.filter(
                pk__in=submissions[start : start + 500],
                instrument=instrument,
                channel=Submission.Channel.SPREADSHEET,
                state=Submission.State.RECEIVED,
            ).select_related("programme", "enumerator")
        )
        ReviewStep.objects.bulk_create(
            ReviewStep(
                submission=row, from_state=row.state, to_state=Submission.State.REJECTED, comment=reason, by=by,
                by_label=by.username, at=at,
            )
            for row in rows
        )  # fmt: skip
        Submission.objects.filter(pk__in=[row.pk for row in rows]).update(state=Submission.State.REJECTED)
        for row in rows:
            former, row.state = row.state, Submission.State.REJECTED
            for hook in hooks.values():
                hook(row, former)
        n += len(rows)
    note(subject=instrument, n=n)
    return n
