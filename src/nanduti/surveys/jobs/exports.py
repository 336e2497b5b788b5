"""Large exports: made in the background, kept sealed for a day, fetched by whoever asked for them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone, translation

from nanduti.foundation.access import access_of
from nanduti.foundation.models import User
from nanduti.foundation.work import Progress, job
from nanduti.register import actions as register

from ..exporting import bundle
from ..models import Instrument
from ..taking import choice_of, take_along


@job("surveys.export")
def export(
    progress: Progress, *, instrument_id: int, file_format: str, language: str, choice: dict[str, Any]
) -> dict[str, Any]:
    """Make the files with the rights that whoever asked has now."""
    by: User = progress.row.by  # type: ignore[assignment]
    instrument = Instrument._base_manager.select_related("scope", "programme").get(pk=instrument_id)
    progress.say(0, 3)
    with translation.override(language):
        files = take_along(
            instrument=instrument,
            access=access_of(by, on=timezone.localdate()),
            kind=file_format,
            by=by,
            choice=choice_of(choice),
            language=language,
            say=lambda part: progress.say(1, 3, part),
        )
        progress.say(2, 3)
        whole = bundle(files, instrument.code)
    token = register.keep_upload(content=whole.content, by=by)
    return {"upload": token, "name": whole.name, "n_bytes": len(whole.content), "instrument": instrument_id}
