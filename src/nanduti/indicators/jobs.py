"""Background work: all indicators of a programme."""

from __future__ import annotations

from typing import Any

from nanduti.foundation.models import User
from nanduti.foundation.work import Progress, job
from nanduti.programme.models import Programme

from . import computing


@job("indicators.compute")
def compute(progress: Progress, *, programme_id: int) -> dict[str, Any]:
    """Work out everything in use; done again, it writes the same values with a new date."""
    by: User = progress.row.by  # type: ignore[assignment]
    programme = Programme._base_manager.select_related("scope").get(pk=programme_id)
    runs = computing.compute(
        programme=programme, by=by or "system", say=lambda n, of, what: progress.say(n, of, what)
    )
    return {"runs": [run.pk for run in runs]}
