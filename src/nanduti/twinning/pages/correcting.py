"""Pages on which what is written down of a twinning is corrected; the second of two editors is told."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotFound
from nanduti.interface.forms import LARGEST, EditForm
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page, take_back_page

from .. import actions, queries
from ..forms import (
    EditEvidenceForm,
    EditInterestForm,
    EditLinkageForm,
    EditTaskForm,
    EditTopicForm,
    EditTwinningForm,
)
from ..models import Linkage, StepEvidence
from .pairs import EDIT, twinning_of


def _row(rows: QuerySet[Any], kind: str, pk: int) -> Any:
    """The record with this number among the rows; raises ``NotFound``."""
    row = rows.filter(pk=pk).first() if pk <= LARGEST else None
    if row is None:
        raise NotFound(kind=kind, code_given=pk)
    return row


def _correct(
    request: HttpRequest, frame: Frame, form: EditForm, act: Any, *, title: str, back: str, **context: Any
) -> HttpResponse:
    return form_page(
        request, frame, form, act, title=title, back=back, save_label=_("Save"), done=_("It is corrected."),
        **context,
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
    form = EditLinkageForm.of(row, request.POST or None, access=frame.access, near=_near(row))

    def act(values: dict[str, Any], version: int) -> None:
        reason = form.cleaned_data["override_reason"] if frame.may("override_rule") else ""
        actions.edit_linkage(
            linkage=row, values=values, version=version, override_reason=reason, by=request.user
        )

    return _correct(
        request,
        frame,
        form,
        act,
        title=str(row),
        back=frame.url("twinning:pairs"),
        take_back_url=frame.url("twinning:take_back_linkage", pk),
    )


def _near(row: Linkage) -> dict[str, Any]:
    """By field, the public bodies of the cluster of that side."""
    sides = {"from_organisation": row.from_cluster, "to_organisation": row.to_cluster}
    return {name: queries.bodies_of(cluster) for name, cluster in sides.items() if cluster is not None}


@programme_page(step=7, item="programme")
def take_back_linkage(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take a linkage back that was written down by mistake; one that came to nothing is broken off instead."""
    row = _row(queries.linkages(programme=frame.programme), "linkage", pk)
    frame.access.require(EDIT, row.scope)
    return take_back_page(request, frame, row, actions.take_back_record, back=frame.url("twinning:pairs"))


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
        take_back_url=frame.url("twinning:take_back_topic", pair, pk),
    )


@programme_page(step=6, item="programme")
def take_back_topic(request: HttpRequest, frame: Frame, pair: str, pk: int) -> HttpResponse:
    """Take a topic off the agenda that was written down by mistake."""
    of = twinning_of(frame, pair)
    frame.access.require(EDIT, of.scope)
    row = _row(queries.agenda(twinning=of), "topic of the agenda", pk)
    return take_back_page(
        request, frame, row, actions.take_back_record, back=frame.url("twinning:pair", pair)
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
        take_back_url=frame.url("twinning:take_back_interest", pair, pk),
    )


@programme_page(step=4, item="programme")
def take_back_interest(request: HttpRequest, frame: Frame, pair: str, pk: int) -> HttpResponse:
    """Take a hope back that was written down by mistake."""
    of = twinning_of(frame, pair)
    frame.access.require(EDIT, of.scope)
    row = _row(queries.interests(twinning=of), "business interest", pk)
    return take_back_page(
        request, frame, row, actions.take_back_record, back=frame.url("twinning:pair", pair)
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
        take_back_url=frame.url("twinning:take_back_task", pk),
    )


@programme_page(step=7, item="programme", may=EDIT, whole=True)
def take_back_task(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take a task back that was planned by mistake."""
    row = _row(queries.deal_tasks(programme=frame.programme), "task", pk)
    return take_back_page(request, frame, row, actions.take_back_record, back=frame.url("twinning:pairs"))


@programme_page(item="programme")
def evidence(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct what shows that a gate is passed, or hand in another document."""
    row = _evidence(frame, pk)
    return _correct(
        request,
        frame,
        EditEvidenceForm.of(row, request.POST or None, request.FILES or None, step=row.step),
        lambda values, version: actions.edit_evidence(
            evidence=row, values=values, version=version, by=request.user
        ),
        title=_("Correct evidence of step %(n)s") % {"n": row.step},
        state=str(row.cluster or frame.programme),
        back=frame.url("home:step", row.step),
        take_back_url=frame.url("twinning:take_back_evidence", pk),
        multipart=True,
    )


@programme_page(item="programme")
def take_back_evidence(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take evidence back that did not hold; its document is destroyed with it."""
    row = _evidence(frame, pk)
    return take_back_page(
        request, frame, row, actions.take_back_record, back=frame.url("home:step", row.step)
    )


def _evidence(frame: Frame, pk: int) -> StepEvidence:
    """The evidence of that number, for somebody who may correct it."""
    rows = queries.step_evidence(programme=frame.programme).select_related("file", "scope")
    row: StepEvidence = _row(rows, "evidence", pk)
    frame.access.require(EDIT, row.scope)
    return row
