"""Answers become records: the step behind the door, what a review changes, and telling everything anew."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django_scopes import scopes_disabled

from nanduti.foundation.work import Progress, job

from .. import reading
from ..mapping import applying, facts
from ..mapping.spec import read_spec
from ..models import AnswerMapping, RecordLink, Submission
from ..reviewing import after_review

__all__ = ["applying", "facts"]

State = Submission.State
BATCH = 200


@after_review("mappings")
def after_a_step(submission: Submission, former: str) -> None:
    """What is rejected is taken back; what is accepted, or rejected no longer, is told."""
    is_read = submission.processing == Submission.Processing.DONE and submission.instrument_version_id
    if submission.state == State.REJECTED:
        take_back(submission)
    elif is_read and (
        former == State.REJECTED or (submission.state == State.ACCEPTED and not _is_told(submission))
    ):
        applying.apply([reading.read_one(submission)])


def _is_told(submission: Submission) -> bool:
    """Whether these answers became records when they were read, all of them: then acceptance adds nothing."""
    mapping = AnswerMapping._base_manager.filter(instrument=submission.instrument_id, is_active=True).first()
    if mapping is None:
        return True
    links = RecordLink._base_manager.filter(submission=submission)
    return (
        read_spec(mapping.spec).applies == "received"
        and links.exists()
        and not links.exclude(problem={}).exists()
    )


def take_back(submission: Submission) -> None:
    """Take back every record that came from these answers, save the establishment itself."""
    links: dict[str, list[RecordLink]] = {}
    rows = RecordLink._base_manager.filter(submission=submission).exclude(target=applying.SUBJECT)
    for link in rows:
        links.setdefault(link.target, []).append(link)
    for code, some in links.items():
        applying.withdraw_links(code, some)


@job("surveys.tell_anew")
def tell_anew(progress: Progress, *, instrument: int) -> dict[str, Any]:
    """All that was answered, batch by batch in the order of arrival; each batch stands or falls by itself."""
    with scopes_disabled():
        rows = Submission._base_manager.filter(
            instrument=instrument, processing=Submission.Processing.DONE, is_current=True, is_trial=False
        ).exclude(state=State.REJECTED)
        total, done, last = rows.count(), 0, 0
        progress.say(0, total)
        while batch := list(
            rows.filter(pk__gt=last).select_related("programme", "enumerator", "scope").order_by("id")[:BATCH]
        ):
            readings = list(reading.opened(batch))
            with transaction.atomic(), transaction.atomic(using="vault"):
                applying.apply(readings)
            last, done = batch[-1].pk, done + len(batch)
            progress.say(done, total)
        n_open = (
            RecordLink._base_manager.filter(submission__instrument=instrument).exclude(problem={}).count()
        )
    return {"n_submissions": done, "n_problems": n_open}
