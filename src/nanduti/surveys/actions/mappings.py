"""Verbs of mappings: keep what answers become, and tell it anew for all that was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.text import slugify

from nanduti.foundation import work
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import save_edit
from nanduti.foundation.models import Job, SourceDocument, User

from ..mapping.spec import read_spec
from ..mapping.writing import definition_for
from ..models import AnswerMapping, Instrument


@action("surveys.keep_mapping")
def keep_mapping(
    *,
    instrument: Instrument,
    spec: dict[str, Any],
    is_active: bool = True,
    version: int | None = None,
    by: User | str,
    at: datetime | None = None,
) -> AnswerMapping:
    """Keep what the answers of an instrument become; what was told before changes only when it is told anew."""
    read_spec(spec, definition_for(instrument))
    source = _source(instrument, spec)
    found = AnswerMapping.objects.filter(instrument=instrument).first()
    if found is None:
        return AnswerMapping.objects.create(
            instrument=instrument, spec=spec, is_active=is_active, source=source, scope=instrument.scope
        )
    changed = save_edit(
        found,
        {"spec": spec, "is_active": is_active, "source": source},
        version=found.version if version is None else version,
    )
    note(subject=found, fields=changed)
    return found


def _source(instrument: Instrument, spec: dict[str, Any]) -> SourceDocument:
    """The instrument as a source that facts can cite."""
    code = slugify(f"survey-{instrument.programme.code}-{instrument.code}")[:80]
    title = str(spec.get("source") or instrument.title)[:300]
    document, _made = SourceDocument.objects.update_or_create(code=code, defaults={"title": title})
    return document


@action("surveys.tell_anew", once=True)
def tell_anew(*, instrument: Instrument, by: User, at: datetime | None = None) -> Job:
    """Let all answers of an instrument become records once more, in the background; what is right already stays."""
    note(subject=instrument)
    return work.enqueue("surveys.tell_anew", by=by, scope=instrument.scope, instrument=instrument.pk)
