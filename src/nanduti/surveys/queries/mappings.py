"""Questions about mappings: what answers became, and which answer a record came from."""

from __future__ import annotations

from django.db.models import Count, Q

from ..models import AnswerMapping, Instrument, RecordLink, Submission


def mapping_of(*, instrument: Instrument) -> AnswerMapping | None:
    """What the answers of an instrument become, if anybody has said so."""
    return AnswerMapping.objects.filter(instrument=instrument).select_related("source").first()


def links_of(*, submission: Submission) -> list[RecordLink]:
    """The records that came from the answers of one submission, and what could not become one."""
    return list(RecordLink.objects.filter(submission=submission).order_by("target", "question", "row"))


def counts(*, instrument: Instrument) -> list[dict[str, object]]:
    """By target: how many records, and how many answers that could not become one."""
    rows = RecordLink.objects.filter(submission__instrument=instrument).order_by()
    return list(
        rows.values("target")
        .annotate(n=Count("id", filter=~Q(record_id="")), n_problems=Count("id", filter=~Q(problem={})))
        .order_by("target")
    )


def problems(*, instrument: Instrument) -> list[RecordLink]:
    """What could not become a record, the newest first; at most two hundred."""
    rows = RecordLink.objects.filter(submission__instrument=instrument).exclude(problem={})
    return list(rows.select_related("submission").order_by("-at", "-id")[:200])
