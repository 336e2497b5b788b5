"""Verbs of likely partners and rates of output."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import save_edit
from nanduti.foundation.models import User

from ..freezing import must_be_open
from ..models import DiagnosticStudy, OutputRate, Prospect


@action("diagnostics.note_prospect", once=True)
def note_prospect(
    *, study: DiagnosticStudy, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> Prospect:
    """Write down somebody in an advanced cluster who may want to twin."""
    must_be_open(study)
    return Prospect.objects.create(study=study, scope=study.scope, **values)


@action("diagnostics.edit_prospect")
def edit_prospect(
    *, prospect: Prospect, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Prospect:
    """Correct what is known of a likely partner."""
    must_be_open(prospect.study)
    note(subject=prospect, fields=save_edit(prospect, values, version=version))
    return prospect


@action("diagnostics.note_rate", once=True)
def note_rate(
    *, study: DiagnosticStudy, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> OutputRate:
    """Write down how much so many people make, here or elsewhere."""
    must_be_open(study)
    return OutputRate.objects.create(study=study, scope=study.scope, **values)


@action("diagnostics.edit_rate")
def edit_rate(
    *, rate: OutputRate, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> OutputRate:
    """Correct a rate of output."""
    must_be_open(rate.study)
    note(subject=rate, fields=save_edit(rate, values, version=version))
    return rate
