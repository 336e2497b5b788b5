"""Verbs of returning results: write down the meeting, what was done about corrections; print the firms' sheets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import save_edit
from nanduti.foundation.fields import check_when
from nanduti.foundation.models import User
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster
from nanduti.surveys.models import Instrument, Wave

from ..models import Publication, Returning


@action("release.record_returning", once=True)
def record_returning(
    *,
    programme: Programme,
    instrument: Instrument,
    wave: Wave | None,
    cluster: Cluster,
    values: dict[str, Any],
    by: User,
    at: datetime | None = None,
) -> Returning:
    """Write down that the results were discussed with a community: when, where, who came, what was said."""
    check_when(values.get("held", ""))
    return Returning.objects.create(
        programme=programme, scope=work_scope(programme, cluster), instrument=instrument, wave=wave,
        cluster=cluster, recorded_by=by, **values,
    )  # fmt: skip


@action("release.edit_returning")
def edit_returning(
    *, returning: Returning, values: dict[str, Any], version: int, by: User, at: datetime | None = None
) -> Returning:
    """Correct the record, or write down what was done about the corrections that were asked for."""
    check_when(values.get("held", returning.held))
    changed = save_edit(returning, values, version=version)
    note(subject=returning, fields=changed)
    return returning


@action("release.print_sheets")
def print_sheets(
    *, publication: Publication, cluster: str, n: int, by: User, at: datetime | None = None
) -> None:
    """Write down that firms' own answers were laid out for printing: how many, not whose."""
    note(subject=publication, cluster=cluster, n=n)
