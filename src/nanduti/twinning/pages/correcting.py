"""Pages on which what is written down of a twinning is corrected; the second of two editors is told."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotFound
from nanduti.interface.forms import LARGEST, EditForm
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page

from .. import actions, queries
from ..forms import EditInterestForm, EditLinkageForm, EditTaskForm, EditTopicForm, EditTwinningForm
from .pairs import EDIT, twinning_of


def _row(rows: QuerySet[Any], kind: str, pk: int) -> Any:
    """The record with this number among the rows; raises ``NotFound``."""
    row = rows.filter(pk=pk).first() if pk <= LARGEST else None
    if row is None:
        raise NotFound(kind=kind, code_given=pk)
    return row


def _correct(
    request: HttpRequest, frame: Frame, form: EditForm, act: Any, *, title: str, back: str
) -> HttpResponse:
    return form_page(
        request, frame, form, act, title=title, back=back, save_label=_("Save"), done=_("It is corrected.")
    )  # fmt: skip


@programme_page(step=5, item="programme")
def twinning(request: HttpRequest, frame: Frame, pair: str) -> HttpResponse:
    """Correct when a twinning began and ended, and what came of it."""
    row = twinning_of(frame, pair)
    frame.access.require(EDIT, row.scope)
    return _correct(
        request,
        frame,
        EditTwinningForm.of(row, request.POST or None),
        lambda values, version: actions.edit_twinning(
            twinning=row, values=values, version=version, by=request.user
        ),
        title=f"{row.emerging} – {row.advanced}",
        back=frame.url("twinning:pair", pair),
    )


@programme_page(step=7, item="programme")
def linkage(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct a linkage, or say how far it has come."""
    row = _row(queries.linkages(programme=frame.programme), "linkage", pk)
    frame.access.require(EDIT, row.scope)
    form = EditLinkageForm.of(row, request.POST or None, access=frame.access)

    def act(values: dict[str, Any], version: int) -> None:
        reason = form.cleaned_data["override_reason"] if frame.may("override_rule") else ""
        actions.edit_linkage(
            linkage=row, values=values, version=version, override_reason=reason, by=request.user
        )

    return _correct(request, frame, form, act, title=str(row), back=frame.url("twinning:pairs"))


@programme_page(step=6, item="programme")
def topic(request: HttpRequest, frame: Frame, pair: str, pk: int) -> HttpResponse:
    """Correct a topic and its place on each side's agenda."""
    of = twinning_of(frame, pair)
    frame.access.require(EDIT, of.scope)
    row = _row(queries.agenda(twinning=of), "topic of the agenda", pk)
    return _correct(
        request,
        frame,
        EditTopicForm.of(row, request.POST or None),
        lambda values, version: actions.edit_topic(
            topic=row, values=values, version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("twinning:pair", pair),
    )


@programme_page(step=4, item="programme")
def interest(request: HttpRequest, frame: Frame, pair: str, pk: int) -> HttpResponse:
    """Correct what a kind of stakeholder hopes to gain."""
    of = twinning_of(frame, pair)
    frame.access.require(EDIT, of.scope)
    row = _row(queries.interests(twinning=of), "business interest", pk)
    return _correct(
        request,
        frame,
        EditInterestForm.of(row, request.POST or None),
        lambda values, version: actions.edit_interest(
            interest=row, values=values, version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("twinning:pair", pair),
    )


@programme_page(step=7, item="programme", may=EDIT, whole=True)
def task(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct a task on the way to a deal."""
    row = _row(queries.deal_tasks(programme=frame.programme), "task", pk)
    return _correct(
        request,
        frame,
        EditTaskForm.of(row, request.POST or None),
        lambda values, version: actions.edit_task(task=row, values=values, version=version, by=request.user),
        title=str(row),
        back=frame.url("twinning:pairs"),
    )
