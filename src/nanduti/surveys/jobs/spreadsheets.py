"""Filled workbooks, taken in in the background; done again after a crash, no row comes twice."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import translation

from nanduti.foundation.models import Scope, User
from nanduti.foundation.work import Progress, job
from nanduti.register import actions as register

from ..actions import spreadsheets as actions
from ..models import Instrument, InstrumentVersion
from ..reading import definition_of
from ..spreadsheets.taking_in import grid_of, take_in


@job("surveys.spreadsheet")
def take(
    progress: Progress,
    *,
    instrument_id: int,
    version_id: int,
    upload: str,
    name: str,
    sheet: str,
    targets: list[str],
    scope_id: int,
    leave_bad: bool,
) -> dict[str, Any]:
    """Post the rows; the file is forgotten once they are in."""
    by: User = progress.row.by  # type: ignore[assignment]
    instrument = Instrument._base_manager.select_related("programme", "scope").get(pk=instrument_id)
    with translation.override(by.language or "en"):
        outcome = take_in(
            programme=instrument.programme,
            version=InstrumentVersion._base_manager.get(pk=version_id),
            definition=definition_of(version_id),
            grid=grid_of(name, register.read_upload(upload), sheet),
            targets=targets,
            scope=Scope.objects.get(pk=scope_id),
            by=by,
            leave_bad=leave_bad,
            say=lambda done, total: progress.say(done, total),
        )
        said = asdict(outcome)
        counts = {k: v for k, v in said.items() if k.startswith("n_")}
        actions.spreadsheet_taken_in(instrument=instrument, counts=counts, by=by)
    if outcome.n_new or outcome.n_known:
        register.drop_upload(token=upload, by=by)
    return {**said, "instrument": instrument_id}
