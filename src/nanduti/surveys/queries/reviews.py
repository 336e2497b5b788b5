"""Questions of the review: what waits for a supervisor, in which order, and the history of one submission."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import User
from nanduti.programme.models import Programme

from ..models import Enumerator, Finding, Instrument, QuarantinedPost, ReviewStep, Submission

State, Processing = Submission.State, Submission.Processing
# What a queue can be looked at by, in the order in which it is worth looking.
TABS = ("findings", "plain", "returned", "unread", "quarantine")
COUNT_TO = 10_000
LONGEST_CHAIN = 20


def submissions(*, programme: Programme, access: Access) -> QuerySet[Submission]:
    """The submissions whose answers the viewer may read, trials and former versions too."""
    return Submission.objects.filter(
        programme=programme, scope__in=access.scopes_with("read_sensitive")
    ).select_related("instrument", "enumerator__user", "establishment", "cluster")


def submission_by_number(*, programme: Programme, access: Access, pk: int) -> Submission:
    """One submission, or :class:`NotFound`."""
    found = (
        submissions(programme=programme, access=access)
        .select_related("programme", "instrument_version__instrument", "answer_set", "scope")
        .defer("instrument_version__xform", "instrument_version__definition")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound(kind=_("submission"), code_given=pk)
    return found


def open_findings() -> QuerySet[Finding]:
    """The findings that nobody has settled, of the submission of the row outside."""
    return Finding.objects.filter(submission=OuterRef("pk"), state=Finding.State.OPEN).order_by()


def queue(
    *, programme: Programme, access: Access, tab: str, instrument: Instrument | None = None
) -> QuerySet[Submission]:
    """The submissions of one part of the queue, oldest first."""
    rows = submissions(programme=programme, access=access).filter(is_trial=False, is_current=True)
    if instrument is not None:
        rows = rows.filter(instrument=instrument)
    if tab == "unread":
        return rows.exclude(processing=Processing.DONE).order_by("received_at", "id")
    n_open = open_findings().values("submission").annotate(n=Count("pk")).values("n")
    rows = rows.filter(processing=Processing.DONE).annotate(n_findings=Subquery(n_open))
    if tab == "returned":
        return rows.filter(state=State.RETURNED).order_by("received_at", "id")
    rows = rows.filter(state=State.RECEIVED)
    has_findings = Exists(open_findings())
    rows = rows.filter(has_findings) if tab == "findings" else rows.filter(~has_findings)
    return rows.order_by("received_at", "id")


def quarantined(*, programme: Programme, access: Access) -> QuerySet[QuarantinedPost]:
    """The posts in quarantine that nobody has decided about, oldest first."""
    return (
        QuarantinedPost.objects.filter(
            programme=programme,
            scope__in=access.scopes_with("read_sensitive"),
            decision=QuarantinedPost.Decision.OPEN,
        )
        .select_related("enumerator", "submission")
        .order_by("received_at", "id")
    )


def counts(*, programme: Programme, access: Access, instrument: Instrument | None = None) -> dict[str, int]:
    """How many stand in each part of the queue; counting stops at :data:`COUNT_TO`."""
    found = {}
    for tab in TABS[:-1]:
        rows = queue(programme=programme, access=access, tab=tab, instrument=instrument)
        found[tab] = rows.order_by().values("pk")[:COUNT_TO].count()
    found["quarantine"] = quarantined(programme=programme, access=access).count()
    return found


def next_in_queue(*, programme: Programme, access: Access, tab: str, after: Submission) -> Submission | None:
    """The one that comes after another in its part of the queue, else the first there."""
    rows = queue(programme=programme, access=access, tab=tab).exclude(pk=after.pk)
    later = Q(received_at__gt=after.received_at) | Q(received_at=after.received_at, pk__gt=after.pk)
    return rows.filter(later).first() or rows.first()


@dataclass(frozen=True)
class Backlog:
    """What has been acknowledged and not yet read."""

    n_waiting: int
    oldest_at: datetime | None
    n_parked: int
    n_failed: int


def backlog(*, programme: Programme, instrument: Instrument | None = None) -> Backlog:
    """How far the work behind the door is behind: how many wait, since when, how many need a person."""
    # Excluding what is done lets SQLite use the index, which is short as long as the work keeps up.
    rows = Submission.objects.filter(programme=programme).exclude(processing=Processing.DONE)
    if instrument is not None:
        rows = rows.filter(instrument=instrument)
    waiting = rows.filter(processing=Processing.WAITING)
    n_waiting = waiting.values("pk")[:COUNT_TO].count()
    oldest = waiting.aggregate(at=Min("received_at"))["at"] if n_waiting else None
    n_parked = rows.filter(processing=Processing.PARKED).values("pk")[:COUNT_TO].count()
    n_failed = rows.filter(processing=Processing.FAILED).values("pk")[:COUNT_TO].count()
    return Backlog(n_waiting, oldest, n_parked, n_failed)


def findings_of(*, submission: Submission) -> list[Finding]:
    """What checks said of a submission: open ones first, errors before warnings."""
    order = {"open": 0, "explained": 1, "corrected": 2}
    rows = Finding.objects.filter(submission=submission).select_related("other", "enumerator", "settled_by")
    return sorted(rows, key=lambda f: (order[f.state], f.severity != Finding.Severity.ERROR, f.pk))


def steps_of(*, submissions: list[Submission]) -> list[ReviewStep]:
    """The history of the review of these versions, newest first."""
    return list(ReviewStep.objects.filter(submission__in=submissions).order_by("-at", "-id")[:200])


def versions_of(*, submission: Submission) -> list[Submission]:
    """All versions of a submission, oldest first, itself among them."""
    rows = Submission.objects.select_related("answer_set", "enumerator")
    chain = [submission]
    while chain[0].corrects_id and len(chain) < LONGEST_CHAIN:
        former = rows.filter(pk=chain[0].corrects_id).first()
        if former is None:
            break
        chain.insert(0, former)
    while len(chain) < LONGEST_CHAIN:
        later = rows.filter(corrects=chain[-1]).order_by("id").first()
        if later is None:
            break
        chain.append(later)
    return chain


def returned_to(*, enumerator_ids: Collection[int], limit: int = 50) -> list[Submission]:
    """What a supervisor sent back to somebody in the field, newest first, each with its comment."""
    sent = ReviewStep.objects.filter(submission=OuterRef("pk"), to_state=State.RETURNED).order_by(
        "-at", "-id"
    )
    rows = Submission.objects.filter(enumerator__in=enumerator_ids, state=State.RETURNED, is_current=True)
    return list(
        rows.select_related("instrument")
        .annotate(why=Subquery(sent.values("comment")[:1]), returned_at=Subquery(sent.values("at")[:1]))
        .order_by("-received_at")[:limit]
    )


def enumerators_of(*, programme: Programme, user: User) -> list[int]:
    """As whom an account collects in a programme."""
    return list(Enumerator.objects.filter(programme=programme, user=user).values_list("pk", flat=True)[:50])
