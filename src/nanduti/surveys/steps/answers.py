"""Typed answers are kept: in clear what may stand in clear, sealed what identifies somebody."""

from __future__ import annotations

import json

from nanduti.register.sealing import seal

from ..models import AnswerSet
from ..reading import Reading, now, step

FIELDS = ["instrument_version", "answers", "sealed", "problems", "read_at"]


@step("answers", order=10, in_bulk=True)
def keep_answers(readings: list[Reading]) -> None:
    """One row for each submission; read again, the row is written anew."""
    at = now()
    rows = [
        AnswerSet(
            submission_id=reading.submission.pk,
            instrument_version_id=reading.submission.instrument_version_id,
            answers=reading.open_values,
            sealed=sealed_values(reading.submission.pk, reading.identifying),
            problems=plain_problems(reading),
            read_at=at,
        )
        for reading in readings
    ]
    AnswerSet.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["submission"], update_fields=FIELDS, batch_size=200
    )


def sealed_values(submission_id: int, values: dict) -> bytes | None:
    """The identifying answers as they are kept; nothing where there are none."""
    if not values:
        return None
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return seal(text.encode(), bound_to=("answers", str(submission_id)))


def plain_problems(reading: Reading) -> list[dict[str, str]]:
    """What did not fit, with the text that was answered only where the question asks nothing that identifies."""
    kept = []
    for problem in reading.answers.problems:
        question = reading.definition.by_path.get(problem.path)
        is_told = question is not None and question.sensitivity != "identifying"
        said = {"path": problem.path, "reason": problem.reason}
        kept.append({**said, "text": problem.text[:200]} if is_told and problem.text else said)
    return kept
