"""The log that a phone kept while a form was filled, where it sent one."""

from __future__ import annotations

from dataclasses import dataclass

from nanduti.foundation import languages
from nanduti.methods.instruments import Definition
from nanduti.methods.instruments.audit_log import read_audit_log

from ..keeping import content_of
from ..models import Submission

LARGEST = 16 * 1_048_576
SHOWN = 8


@dataclass(frozen=True)
class AuditSummary:
    """Sums of the log, with the questions that took longest and those that were changed."""

    n_events: int
    minutes: float
    n_jumps: int
    n_resumed: int
    n_refused: int
    longest: list[tuple[str, float]]
    changed: list[tuple[str, int]]


def summary(submission: Submission, definition: Definition) -> AuditSummary | None:
    """What the log tells; ``None`` where none arrived or it cannot be opened."""
    file = (
        submission.files.filter(name__iexact="audit.csv", replaced_at=None, arrived_at__isnull=False)
        .order_by("id")
        .first()
    )
    if file is None or (file.n_bytes or 0) > LARGEST:
        return None
    try:
        log = read_audit_log(b"".join(content_of(file)))
    except OSError:
        return None
    tongue = languages.tongue()

    def label(path: str) -> str:
        question = definition.by_path.get(path)
        return question.label(tongue, definition.default_language) if question else path

    by_time = sorted(log.seconds.items(), key=lambda pair: -pair[1])[:SHOWN]
    by_edits = sorted(log.edits.items(), key=lambda pair: -pair[1])[:SHOWN]
    return AuditSummary(
        n_events=log.n_events,
        minutes=round(log.total_seconds / 60, 1),
        n_jumps=log.n_jumps,
        n_resumed=log.n_resumed,
        n_refused=log.n_refused,
        longest=[(label(path), round(seconds, 1)) for path, seconds in by_time],
        changed=[(label(path), n) for path, n in by_edits],
    )
