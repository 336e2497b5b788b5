"""Questions to instruments: their state in one line, what a version lacks, what changed between two."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.foundation.errors import NotFound
from nanduti.methods.instruments import Definition
from nanduti.programme.models import Programme

from ..models import EntityList, Instrument, InstrumentVersion, Submission

# Counting stops here: a page says "more than".
COUNT_TO = 10_000


class _CountUpTo(Subquery):
    """How many rows a subquery finds, which stops counting where it is cut off."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def _n(rows: QuerySet) -> Coalesce:
    # Whoever may read nothing finds nought, which Django leaves out of the question altogether.
    return Coalesce(_CountUpTo(rows.order_by().values("pk")[: COUNT_TO + 1]), 0)


def instruments(*, programme: Programme, access: Access, today: datetime) -> QuerySet[Instrument]:
    """The instruments of a programme, each with ``n_answers``, ``n_today``, ``n_review``, ``n_drafts``, ``label``.

    Answers are those within the viewer's rights that are no trials and no former versions; counted up to a bound.
    """
    here = Submission.objects.filter(
        instrument=OuterRef("pk"),
        is_trial=False,
        is_current=True,
        scope__in=access.scopes_with("read_sensitive"),
    )
    versions = InstrumentVersion.objects.filter(instrument=OuterRef("pk"))
    published = versions.filter(state=InstrumentVersion.State.PUBLISHED).order_by("-published_at", "-pk")
    to_review = Q(state=Submission.State.RECEIVED, processing=Submission.Processing.DONE)
    return (
        Instrument.objects.filter(programme=programme)
        .annotate(
            n_answers=_n(here),
            n_today=_n(here.filter(received_at__gte=today)),
            n_review=_n(here.filter(to_review)),
            n_drafts=_n(versions.filter(state=InstrumentVersion.State.DRAFT)),
            label=Subquery(published.values("label")[:1]),
            published_id=Subquery(published.values("pk")[:1]),
            n_questions=Subquery(published.values("n_questions")[:1]),
        )
        .order_by("-is_open", "title")
    )


def instrument(*, programme: Programme, access: Access, pk: int, today: datetime) -> Instrument:
    """One of them, or :class:`NotFound`."""
    found = instruments(programme=programme, access=access, today=today).filter(pk=pk).first()
    if found is None:
        raise NotFound(kind=_("instrument"), code_given=pk)
    return found


def versions(*, instrument: Instrument) -> QuerySet[InstrumentVersion]:
    """Its versions, newest first, without the bulk of their forms."""
    rows = InstrumentVersion.objects.filter(instrument=instrument)
    return rows.defer("xform", "definition", "validation_report").select_related("workbook").order_by("-pk")


def version(*, programme: Programme, pk: int) -> InstrumentVersion:
    """One version, or :class:`NotFound`."""
    rows = InstrumentVersion.objects.filter(instrument__programme=programme)
    found = rows.select_related("instrument__programme", "workbook").filter(pk=pk).first()
    if found is None:
        raise NotFound(kind=_("version of an instrument"), code_given=pk)
    return found


def definition_of(*, version: InstrumentVersion) -> Definition:
    """What a version asks."""
    return Definition.from_json(version.definition or {"form_id": version.instrument.code})


def missing_media(*, version: InstrumentVersion) -> list[str]:
    """The files that the form needs and that neither were added nor are lists of entities."""
    definition = version.definition
    there = set(version.media.values_list("name", flat=True))
    lists = EntityList.objects.filter(programme=version.instrument.programme).values_list("name", flat=True)
    declared = [entity["list_name"] for entity in definition.get("entities", [])]
    there |= {f"{name}.csv" for name in [*lists, *declared]}
    return [name for name in definition.get("media", []) if name not in there]


def codebook(*, version: InstrumentVersion) -> list[dict[str, Any]]:
    """A row for each question: what it asks in every language, its kind, choices, rules, concept and source."""
    definition = definition_of(version=version)
    repeats = {r.path: r for r in definition.repeats}
    rows = []
    for question in definition.questions:
        rows.append(
            {
                "path": question.path,
                "name": question.name,
                "group": question.group,
                "repeat": repeats[question.repeat].name if question.repeat in repeats else "",
                "kind": question.kind,
                "labels": dict(question.labels),
                "hints": dict(question.hints),
                "choices": [(c.name, dict(c.labels)) for c in definition.choices_of(question)],
                "list_file": definition.list_files.get(question.list_name, ""),
                "is_required": question.is_required,
                "relevant": question.relevant,
                "constraint": question.constraint,
                "messages": dict(question.constraint_messages),
                "calculation": question.calculation,
                "sensitivity": question.sensitivity,
                "unit": question.unit,
                "concept": question.notes.get("concept", ""),
                "source": question.notes.get("source", ""),
            }
        )
    return rows
