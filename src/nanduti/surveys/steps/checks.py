"""Checks of one submission by itself: what does not fit, what the instrument's own checks say, wrong clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from nanduti.methods.instruments import broken_checks

from ..findings import keep
from ..models import Finding
from ..reading import Reading, now, step

DECLARED = "check:"
AT_READING = ("answer_does_not_fit", "clock_backwards", "clock_ahead")
# A phone may run a little fast.
PATIENCE = timedelta(minutes=10)


@step("checks", order=30, in_bulk=True)
def check(readings: list[Reading]) -> None:
    """Findings of a whole batch; read again, those that were settled stay settled."""
    found = [finding for reading in readings for finding in _findings(reading)]
    ids = [reading.submission.pk for reading in readings]
    former = Finding._base_manager.filter(submission__in=ids)
    former = former.filter(rule__in=AT_READING) | former.filter(rule__startswith=DECLARED)
    keep(found, former=former)


def _findings(reading: Reading) -> Iterator[Finding]:
    for problem in reading.answers.problems:
        yield _finding(
            reading, "answer_does_not_fit", problem.path, problem.row, details={"problem": problem.reason}
        )
    for broken in broken_checks(reading.definition, reading.values):
        yield _finding(
            reading,
            f"{DECLARED}{broken.check.name}"[:80],
            broken.questions[0] if broken.questions else "",
            broken.row,
            severity=_severity(broken.check.severity),
            details={"messages": dict(broken.check.messages), "sentence": broken.check.name},
        )
    yield from _clocks(reading)


def _clocks(reading: Reading) -> Iterator[Finding]:
    submission = reading.submission
    begun, ended = submission.started_at, submission.ended_at
    if begun and ended and ended < begun:
        yield _finding(reading, "clock_backwards", "", "")
    elif ended and ended > submission.received_at + PATIENCE:
        yield _finding(reading, "clock_ahead", "", "")


def _severity(said: str) -> str:
    return said if said in Finding.Severity.values else Finding.Severity.WARNING


def _finding(reading: Reading, rule: str, question: str, row: str, **more: object) -> Finding:
    submission = reading.submission
    values = {"severity": Finding.Severity.WARNING, "details": {}, **more}
    return Finding(
        scope_id=submission.scope_id,
        instrument_id=submission.instrument_id,
        submission_id=submission.pk,
        enumerator_id=submission.enumerator_id,
        rule=rule,
        question=question[:300],
        row=row[:80],
        found_at=now(),
        **values,
    )
