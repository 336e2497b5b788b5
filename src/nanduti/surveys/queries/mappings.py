"""Questions about mappings: what answers became, and which answer a record came from."""

from __future__ import annotations

from django.db.models import Count, Q

from nanduti.methods.instruments import in_language
from nanduti.programme.models import Programme

from ..mapping.writing import definition_for
from ..models import AnswerMapping, Instrument, RecordLink, Submission

# More mappings than this are not looked through for words.
MOST_MAPPINGS = 50


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


def words_of_facts(*, programme: Programme, language: str) -> dict[str, dict[str, str]]:
    """Attribute of the register → code → what it means, for the facts that answers to choices become.

    A fact keeps the code that was answered; the words stand in the form that asked."""
    found: dict[str, dict[str, str]] = {}
    mappings = AnswerMapping.objects.filter(instrument__programme=programme).select_related("instrument")
    for mapping in mappings.order_by("pk")[:MOST_MAPPINGS]:
        definition = definition_for(mapping.instrument)
        if definition is None:
            continue
        for fact in mapping.spec.get("facts") or ():
            question = definition.by_path.get(fact.get("question", ""))
            if question is None or not question.list_name:
                continue
            words = found.setdefault(fact["attribute"], {})
            for choice in definition.choices_of(question):
                words.setdefault(
                    choice.name, in_language(choice.labels, language, definition.default_language)
                )
    return found
