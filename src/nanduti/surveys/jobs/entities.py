"""Entities behind the door: the steps, what a review changes, and updates that have waited too long."""

from __future__ import annotations

import time

from django.utils import timezone
from django_scopes import scopes_disabled

from nanduti.foundation.work import standing

from .. import reading
from ..entities import applying, linking, serving
from ..models import Submission
from ..reviewing import after_review

__all__ = ["applying", "linking", "serving"]

State = Submission.State
LOOK_EVERY = 300.0
_looked = float("-inf")

serving.connect()


@after_review("entities")
def after_a_step(submission: Submission, former: str) -> None:
    """What is rejected leaves the lists; what is accepted may enter those that wait for approval."""
    if submission.state == State.REJECTED:
        applying.take_back(submission, at=timezone.now())
        return
    if former == State.REJECTED:
        applying.bring_back(submission)
    if submission.processing == Submission.Processing.DONE and submission.instrument_version_id:
        applying.apply([reading.read_one(submission)])


@standing("surveys.entities")
def release_overdue() -> int:
    """Every few minutes: take by force what waits for a forerunner that never came."""
    global _looked
    if time.monotonic() - _looked < LOOK_EVERY:
        return 0
    _looked = time.monotonic()
    with scopes_disabled():
        return applying.release_overdue(at=timezone.now())
