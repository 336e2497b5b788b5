"""When and how a form was filled: begun, ended, how long, on which device. Where it was filled stays sealed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..models import Submission
from ..reading import Reading, step

BEGUN, ENDED, DEVICE = ("start", "timestart"), ("end", "timeend"), ("deviceid",)
FIELDS = ["started_at", "ended_at", "duration_seconds", "device_id"]
# A telephone that has lost its clock begins in 1970, and one that was left open is no interview.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LONGEST_SECONDS = 366 * 24 * 3600


@step("paradata", order=20, in_bulk=True)
def keep_paradata(readings: list[Reading]) -> None:
    """Write what the phone noted by itself into the submissions, many at a time."""
    for reading in readings:
        submission = reading.submission
        begun, ended = (_moment(metadata(reading, names)) for names in (BEGUN, ENDED))
        submission.started_at, submission.ended_at = begun, ended
        submission.duration_seconds = _seconds(begun, ended)
        submission.device_id = submission.device_id or str(metadata(reading, DEVICE) or "")[:255]
    Submission._base_manager.bulk_update([r.submission for r in readings], FIELDS, batch_size=200)


def metadata(reading: Reading, names: tuple[str, ...]) -> Any:
    """What the phone filled into the first of these places, whatever group the form puts them into."""
    for question in reading.definition.questions:
        if question.kind == "metadata" and not question.repeat:
            said = (question.parameters.get("preloadParams") or question.name).lower()
            if said in names and question.path in reading.values:
                return reading.values[question.path]
    return None


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if moment >= EARLIEST else None


def _seconds(begun: datetime | None, ended: datetime | None) -> int | None:
    if begun is None or ended is None:
        return None
    seconds = int((ended - begun).total_seconds())
    return seconds if 0 <= seconds <= LONGEST_SECONDS else None
