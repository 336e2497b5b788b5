"""Checks over all answers of an instrument, in the background."""

from __future__ import annotations

from typing import Any

from nanduti.foundation.work import Progress, job

from ..checking import check_all
from ..models import Instrument


@job("surveys.checks")
def check(progress: Progress, *, instrument_id: int) -> dict[str, Any]:
    """Run them; done again after a crash, they find the same."""
    instrument = Instrument._base_manager.select_related("scope", "programme").get(pk=instrument_id)
    n_new, n_gone = check_all(instrument=instrument, progress=lambda done, total: progress.say(done, total))
    return {"new": n_new, "gone": n_gone, "instrument": instrument_id}
