"""What the committee decided, who does it and what became of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.foundation.errors import NotFound
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable

from .. import actions, queries
from ..forms import DoneForm, ResolutionForm
from ..frames import Frame, programme_page
from ..models import Resolution
from ..models.programmes import in_language
from . import dated, form_page, link, show

RESOLUTION_STATES = {
    "open": gettext_lazy("open"),
    "done": pgettext_lazy("decision", "done"),
    "overdue": gettext_lazy("overdue"),
    "undated": gettext_lazy("no day set"),
}


class ResolutionTable(DataTable):
    """What the committees decided."""

    name, caption = "resolutions", gettext_lazy("Decisions")


@programme_page(step=2)
def committee(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Meetings and decisions, with what is overdue."""
    day = frame.as_of
    rows = list(queries.resolutions(programme=frame.programme))
    meetings = list(queries.meetings(programme=frame.programme))
    n_overdue = sum(row.state_on(day) == "overdue" for row in rows)
    may_edit = frame.may_programme("edit_programme")
    columns = [
        Col("decision", gettext_lazy("Decision"), value=str, phone=True),
        Col("meeting", gettext_lazy("Meeting"), value=lambda r: str(r.meeting) if r.meeting else ""),
        Col("owner", gettext_lazy("Who sees to it"), value=lambda r: str(r.owner) if r.owner else ""),
        dated("due", gettext_lazy("Due"), phone=True),
        Col("state", gettext_lazy("State"), "chip", value=lambda r: r.state_on(day), choices=RESOLUTION_STATES,
            phone=True, tone=lambda s: {"overdue": "warn", "done": "good"}.get(s, "")),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]  # fmt: skip
    if may_edit:
        columns.append(
            Col("done_link", "", value=lambda r: "" if r.done else _("Say it is done"),
                url=lambda r: None if r.done else frame.url("programme:resolution_done", r.pk))
        )  # fmt: skip
    state = (
        ngettext("%(n)s decision is overdue.", "%(n)s decisions are overdue.", n_overdue)
        % {"n": words.number(n_overdue)}
        if n_overdue
        else _("No decision is overdue.")
    )
    meeting_columns = [
        Col("name", gettext_lazy("Meeting"), value=str, phone=True),
        dated("held_on", gettext_lazy("Held on"), phone=True),
        Col("note", gettext_lazy("Note"), value=lambda r: in_language(r, "note")),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]
    return show(
        request,
        frame,
        title=_("Committee"),
        state=state,
        action=link(frame.url("programme:new_resolution"), _("Write down a decision"))
        if may_edit and meetings
        else None,
        sections=[
            {
                "title": _("Decisions"),
                "table": ResolutionTable(rows, request, columns=columns),
                "empty_title": _("No decision is written down"),
                "empty_why": _(
                    "A decision with an owner and a day can be followed; one in the minutes alone is forgotten."
                ),
            },
            {
                "title": _("Meetings"),
                "table": DataTable(meetings, request, columns=meeting_columns, name="meetings", prefix="m."),
                "empty_title": _("No meeting is written down"),
            },
        ],
    )


@programme_page(step=2, may="edit_programme", whole=True)
def new_resolution(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Write down a decision."""
    form = ResolutionForm(request.POST or None, meetings=queries.meetings(programme=frame.programme))

    def act(values: dict[str, Any]) -> None:
        meeting = values.pop("meeting")
        actions.record_resolution(meeting=meeting, values=values, by=request.user)

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Write down a decision"),
        back=frame.url("programme:committee"),
        save_label=_("Save the decision"),
        done=_("The decision is saved."),
    )


@programme_page(step=2, may="edit_programme", whole=True)
def resolution_done(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Say when a decision was carried out."""
    row = Resolution.objects.filter(committee__programme=frame.programme, pk=pk).first()
    if row is None:
        raise NotFound(kind="decision", code_given=pk)
    form = DoneForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.complete_resolution(
            resolution=row, done=values["done"], version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("programme:committee"),
        save_label=_("Save"),
        done=_("The decision is marked as done."),
    )
