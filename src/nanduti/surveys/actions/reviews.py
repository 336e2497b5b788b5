"""Verbs of the review: accept, return with a comment, reject, take back; explain findings; read again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from nanduti.foundation import work
from nanduti.foundation.audit import action, note
from nanduti.foundation.models import User
from nanduti.methods.values import mark

from ..errors import CommentNeeded, NotReviewable, OpenFindings, OwnWork, ReviewedMeanwhile, StepRefused
from ..models import Finding, ReviewStep, Submission
from ..parking import NOT_GIVEN
from ..reviewing import NEED_COMMENT, STEPS, collector_of, hooks
from ..rules import FOUR_EYES, four_eyes

State = Submission.State
AT_ONCE = 500


@action("surveys.review_submission")
def review_submission(
    *,
    submission: Submission,
    to_state: str,
    comment: str = "",
    seen_state: str = "",
    override_reason: str = "",
    by: User | str,
    at: datetime | None = None,
) -> ReviewStep:
    """Decide about one submission. ``seen_state``: as the page showed it, so that the second of two is told."""
    comment = comment.strip()
    _may_be_reviewed(submission)
    _four_eyes(submission, by, override_reason)
    if to_state in NEED_COMMENT and not comment:
        raise CommentNeeded()
    if to_state == State.ACCEPTED and not comment:
        _refuse_open_errors(submission)
    made = _move(submission, to_state, seen_state or submission.state, comment, by, at or timezone.now())
    note(subject=submission, to_state=to_state)
    return made


def _may_be_reviewed(submission: Submission) -> None:
    for holds, why in (
        (not submission.is_current, mark("it was corrected by a later one")),
        (submission.is_trial, mark("it is a trial")),
        (submission.processing != Submission.Processing.DONE, mark("its answers have not been read")),
    ):
        if holds:
            raise NotReviewable(why=why)


def _four_eyes(submission: Submission, by: User | str, reason: str) -> None:
    collector = collector_of(submission)
    name = by.username if isinstance(by, User) else by
    verdict = four_eyes(collected_by=collector.username if collector else "", reviewed_by=name)
    if verdict.allows or submission.programme.rule_setting(FOUR_EYES) in {"off", "warn"}:
        return
    if not reason.strip():
        raise OwnWork(verdict=verdict)
    note(override_reason=reason.strip(), rule=FOUR_EYES)


def _refuse_open_errors(submission: Submission) -> None:
    first = Finding.objects.filter(
        submission=submission, state=Finding.State.OPEN, severity=Finding.Severity.ERROR
    ).first()
    if first is not None:
        raise OpenFindings(what=first.question or first.rule)


def _move(
    submission: Submission, to_state: str, seen: str, comment: str, by: User | str, at: datetime
) -> ReviewStep:
    if to_state not in STEPS.get(seen, ()):
        raise StepRefused(
            state=State(seen).label if seen in State.values else seen,
            wanted=State(to_state).label if to_state in State.values else to_state,
        )
    # One conditional UPDATE decides, so that two supervisors cannot both win.
    won = Submission.objects.filter(pk=submission.pk, state=seen, is_current=True).update(state=to_state)
    submission.refresh_from_db(fields=["state", "is_current"])
    if not won:
        raise ReviewedMeanwhile(state=submission.get_state_display())
    made = ReviewStep.objects.create(
        submission=submission, from_state=seen, to_state=to_state, comment=comment, at=at, **_who(by)
    )
    for hook in hooks.values():
        hook(submission, seen)
    return made


def _who(by: User | str) -> dict[str, Any]:
    return {"by": by, "by_label": by.username} if isinstance(by, User) else {"by": None, "by_label": by}


@action("surveys.accept_submissions")
def accept_submissions(
    *, submissions: Iterable[Submission], by: User | str, at: datetime | None = None
) -> tuple[int, int]:
    """Accept many that no check has a word against; returns how many were accepted and how many were left.

    Left are those with an open finding, those decided meanwhile, and what whoever accepts collected themselves.
    """
    rows = list(submissions)[:AT_ONCE]
    found = set(
        Finding.objects.filter(submission__in=rows, state=Finding.State.OPEN).values_list(
            "submission_id", flat=True
        )
    )
    n = 0
    for submission in rows:
        if submission.pk in found or submission.state != State.RECEIVED:
            continue
        try:
            _may_be_reviewed(submission)
            _four_eyes(submission, by, "")
            _move(submission, State.ACCEPTED, State.RECEIVED, "", by, at or timezone.now())
        except (NotReviewable, OwnWork, ReviewedMeanwhile):
            continue
        n += 1
    if rows:
        note(subject=rows[0].instrument, accepted=n, left=len(rows) - n)
    return n, len(rows) - n


@action("surveys.settle_finding")
def settle_finding(
    *, finding: Finding, state: str, text: str = "", by: User | str, at: datetime | None = None
) -> Finding:
    """Say that a finding is explained or was corrected, or open it again."""
    if state not in Finding.State.values:
        raise StepRefused(state=finding.get_state_display(), wanted=state)
    if state == Finding.State.EXPLAINED and not text.strip():
        raise CommentNeeded()
    is_settled = state != Finding.State.OPEN
    finding.state, finding.note = state, text.strip()
    finding.settled_at = (at or timezone.now()) if is_settled else None
    finding.settled_by = by if is_settled and isinstance(by, User) else None
    finding.save(update_fields=["state", "note", "settled_at", "settled_by"])
    note(subject=finding, state=state, rule=finding.rule)
    return finding


@action("surveys.read_again")
def read_again(*, submissions: Iterable[Submission], by: User | str, at: datetime | None = None) -> int:
    """Put submissions that failed, were parked or have been read back to those that wait to be read.

    Not so what somebody sent who had not been given the instrument: only :func:`take_in` lets it in, with a reason.
    """
    rows = list(submissions)
    parked = {"processing": Submission.Processing.PARKED, "processing_note": NOT_GIVEN}
    if Submission.objects.filter(pk__in=[row.pk for row in rows], **parked).exists():
        raise NotReviewable(
            why=mark("whoever sent it had not been given the instrument; take it in with a reason")
        )
    n = Submission.objects.filter(pk__in=[row.pk for row in rows]).update(
        processing=Submission.Processing.WAITING, processing_note=""
    )
    if rows:
        note(subject=rows[0], n=n)
    work.wake()
    return n


@action("surveys.take_in")
def take_in(*, submission: Submission, reason: str, by: User | str, at: datetime | None = None) -> Submission:
    """Take in what somebody sent who had not been given the instrument; the reason stays with it."""
    if not reason.strip():
        raise CommentNeeded()
    parked = Submission.objects.filter(pk=submission.pk, processing_note=NOT_GIVEN)
    if not parked.filter(processing=Submission.Processing.PARKED).update(
        processing=Submission.Processing.WAITING, processing_note=""
    ):
        raise NotReviewable(why=mark("it was taken in already, or nobody asks whether to take it in"))
    submission.refresh_from_db()
    ReviewStep.objects.create(
        submission=submission, from_state=submission.state, to_state=submission.state, comment=reason.strip(),
        at=at or timezone.now(), **_who(by),
    )  # fmt: skip
    note(subject=submission)
    work.wake()
    return submission


@action("surveys.choose_version", once=True)
def choose_version(
    *, submission: Submission, reason: str, by: User | str, at: datetime | None = None
) -> Submission:
    """Of several corrections of the same answers, say which counts; the others stay, as former versions."""
    if not reason.strip():
        raise CommentNeeded()
    if not submission.deprecated_id:
        raise NotReviewable(why=mark("it corrects nothing"))
    edits = Submission.objects.exclude(deprecated_id="")  # as in the index, else SQLite leaves it alone
    rivals = edits.filter(programme=submission.programme, deprecated_id=submission.deprecated_id)
    former = list(rivals.filter(is_current=True).exclude(pk=submission.pk))
    rivals.exclude(pk=submission.pk).update(is_current=False)
    Submission.objects.filter(pk=submission.pk).update(is_current=True)
    rivals.filter(processing=Submission.Processing.PARKED).update(
        processing=Submission.Processing.WAITING, processing_note=""
    )
    submission.refresh_from_db()
    ReviewStep.objects.create(
        submission=submission, from_state=submission.state, to_state=submission.state, comment=reason.strip(),
        at=at or timezone.now(), **_who(by),
    )  # fmt: skip
    for row in former:
        row.is_current = False
        for hook in hooks.values():
            hook(row, row.state)
    note(subject=submission)
    work.wake()
    return submission
