"""Verbs of the quarantine: bytes that could not become a submission are taken after all, or left where they are."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from nanduti.foundation import work
from nanduti.foundation.audit import action, note
from nanduti.foundation.models import User

from ..errors import CannotReplace, CommentNeeded, QuarantineDecided
from ..keeping import quarantined_bytes, seal_quarantined, seal_xml, xml_of
from ..models import Envelope, QuarantinedPost, Submission, SubmissionFile

Decision = QuarantinedPost.Decision


@action("surveys.drop_quarantined")
def drop_quarantined(
    *, post: QuarantinedPost, text: str, by: User | str, at: datetime | None = None
) -> QuarantinedPost:
    """Do not take it. The bytes stay where they are: a decision can be wrong."""
    return _decide(post, Decision.DROPPED, text, by, at)


@action("surveys.take_quarantined")
def take_quarantined(
    *, post: QuarantinedPost, text: str, by: User | str, at: datetime | None = None
) -> Submission:
    """Take it instead of what stands under the same number; the former bytes go into quarantine in its place.

    What had been decided about the former answers no longer holds: they are read anew, and reviewed anew.
    """
    if post.submission_id is None:
        raise CannotReplace(problem="there is nothing under its number that it could replace")
    submission = Submission.objects.select_for_update().select_related("programme").get(pk=post.submission_id)
    envelope = Envelope.objects.get(submission=submission)
    former, xml, digest = xml_of(submission, envelope), quarantined_bytes(post), post.digest
    code = submission.programme.code
    envelope.sealed = seal_xml(xml, programme_code=code, instance_id=submission.instance_id)
    envelope.n_bytes = len(xml)
    envelope.save(update_fields=["sealed", "n_bytes"])
    post.digest, post.n_bytes = submission.xml_digest, len(former)
    post.sealed = seal_quarantined(former, programme_code=code, digest=post.digest)
    post.save(update_fields=["digest", "n_bytes", "sealed"])
    _take_files(post, submission, at or timezone.now())
    Submission.objects.filter(pk=submission.pk).update(
        xml_digest=digest,
        state=Submission.State.RECEIVED,
        processing=Submission.Processing.WAITING,
        processing_note="",
    )
    _decide(post, Decision.REPLACED, text, by, at)
    work.wake()
    return submission


@action("surveys.settle_quarantined")
def settle_quarantined(
    *, post: QuarantinedPost, submission: Submission, text: str, by: User | str, at: datetime | None = None
) -> QuarantinedPost:
    """Say that it went through the door after all, and as which submission."""
    post.submission = submission
    post.save(update_fields=["submission"])
    return _decide(post, Decision.REPLACED, text, by, at)


def _take_files(post: QuarantinedPost, submission: Submission, at: datetime) -> None:
    for file in post.files:
        there = SubmissionFile.objects.filter(submission=submission, name=file["name"], replaced_at=None)
        if there.filter(digest=file["digest"]).exists():
            continue
        there.update(replaced_at=at)
        SubmissionFile.objects.create(submission=submission, arrived_at=at, **file)


def _decide(
    post: QuarantinedPost, decision: str, text: str, by: User | str, at: datetime | None
) -> QuarantinedPost:
    if not text.strip():
        raise CommentNeeded()
    won = QuarantinedPost.objects.filter(pk=post.pk, decision=Decision.OPEN).update(
        decision=decision,
        decision_note=text.strip(),
        decided_by=by if isinstance(by, User) else None,
        decided_at=at or timezone.now(),
    )
    if not won:
        post.refresh_from_db()
        raise QuarantineDecided(who=post.decided_by.username if post.decided_by else "?")
    post.refresh_from_db()
    note(subject=post, decision=decision, reason=post.reason)
    return post
