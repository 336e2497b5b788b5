"""What the committee decided, who does it and what became of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.foundation.errors import NotFound
from nanduti.interface import saying, words
from nanduti.interface.tables import Col, DataTable

from .. import actions, bodies, queries, seating
from ..choosing import organisations_at_hand
from ..committee_forms import (
    DoneForm,
    MeetingForm,
    NewCommitteeForm,
    PresenceForm,
    ResolutionForm,
    SeatForm,
    bodies_to_sit,
)
from ..frames import Frame, programme_page
from ..models import Committee, Meeting, Resolution, Seat
from ..models.programmes import in_language
from . import dated, form_page, link, show

EDIT = "edit_programme"
QUORUM = {
    "yes": pgettext_lazy("quorum", "yes"),
    "no": pgettext_lazy("quorum", "too few"),
    "flag": pgettext_lazy("quorum", "yes, a partner was away"),
    "not_known": pgettext_lazy("quorum", "not known"),
}
RESOLUTION_STATES = {
    "open": gettext_lazy("open"),
    "done": pgettext_lazy("decision", "done"),
    "late": pgettext_lazy("decision", "done late"),
    "overdue": gettext_lazy("overdue"),
    "undated": gettext_lazy("no day set"),
}


class ResolutionTable(DataTable):
    """What the committees decided."""

    name, caption = "resolutions", gettext_lazy("Decisions")


@programme_page(step=2)
def committee(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Meetings and decisions, with what is overdue; the bodies with their seats."""
    day = frame.as_of
    rows = list(queries.resolutions(programme=frame.programme))
    meetings = list(seating.meetings(programme=frame.programme))
    found = seating.bodies_on(programme=frame.programme, on=day)
    may_edit = frame.may_programme(EDIT)
    return show(
        request,
        frame,
        title=_("Committee"),
        state=_state(rows, found, frame),
        action=link(frame.url("programme:new_resolution"), _("Write down a decision"))
        if may_edit and meetings
        else None,
        sections=[
            {
                "title": _("Decisions"),
                "table": ResolutionTable(rows, request, columns=_resolution_columns(frame)),
                "empty_title": _("No decision is written down"),
                "empty_why": _(
                    "A decision with an owner and a day can be followed; one in the minutes alone is forgotten."
                ),
            },
            {
                "title": _("Meetings"),
                "table": DataTable(
                    meetings, request, columns=_meeting_columns(frame, found), name="meetings", prefix="m."
                ),
                "empty_title": _("No meeting is written down"),
                "links": [
                    link(
                        frame.url("programme:new_meeting", body.committee.code),
                        _("Write down a meeting: %(committee)s") % {"committee": body.committee},
                    )
                    for body in found
                    if may_edit
                ],
            },
            *(_body_section(request, frame, body) for body in found if body.seats or body.kind.seats),
            _no_body_section(frame, found),
        ],
    )


def _state(rows: list[Resolution], found: list[seating.Body], frame: Frame) -> str:
    n_overdue = sum(row.state_on(frame.as_of) == "overdue" for row in rows)
    said = (
        ngettext("%(n)s decision is overdue.", "%(n)s decisions are overdue.", n_overdue)
        % {"n": words.number(n_overdue)}
        if n_overdue
        else _("No decision is overdue.")
    )
    n_vacant = sum(
        len(b.verdict.reasons) for b in found if b.verdict is not None and b.verdict.decision == "no"
    )
    if n_vacant:
        said += " " + ngettext("%(n)s seat is vacant.", "%(n)s seats are vacant.", n_vacant) % {
            "n": words.number(n_vacant)
        }
    return said


def _state_of(row: Resolution, day: date) -> str:
    """The state of a decision; what was certainly done after its day was done late."""
    state = row.state_on(day)
    is_late = row.due_end is not None and row.done_start is not None and row.done_start >= row.due_end
    return "late" if state == "done" and is_late else state


def _resolution_columns(frame: Frame) -> list[Col]:
    day = frame.as_of
    columns = [
        Col("decision", gettext_lazy("Decision"), value=str, phone=True),
        Col("meeting", gettext_lazy("Meeting"), value=lambda r: str(r.meeting) if r.meeting else ""),
        Col("owner", gettext_lazy("Who sees to it"), value=lambda r: str(r.owner) if r.owner else ""),
        dated("due", gettext_lazy("Due"), phone=True),
        Col("state", gettext_lazy("State"), "chip", value=lambda r: _state_of(r, day), choices=RESOLUTION_STATES,
            phone=True, tone=lambda s: {"overdue": "warn", "done": "good"}.get(s, "")),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]  # fmt: skip
    if frame.may_programme(EDIT):
        columns += [
            Col("done_link", "", phone=True, value=lambda r: "" if r.done else _("Say it is done"),
                url=lambda r: None if r.done else frame.url("programme:resolution_done", r.pk)),
            Col("edit", "", phone=True, value=lambda r: _("Correct it"),
                url=lambda r: frame.url("programme:edit_resolution", r.pk)),
        ]  # fmt: skip
    return columns


def _meeting_columns(frame: Frame, found: list[seating.Body]) -> list[Col]:
    columns = [
        Col("name", gettext_lazy("Meeting"), value=str, phone=True),
        dated("held_on", gettext_lazy("Held on"), phone=True),
    ]
    if any(body.committee.seats.all() or body.kind.seats for body in found):
        columns += [
            Col("there", gettext_lazy("Who was there"), value=_who_was_there),
            Col("quorum", gettext_lazy("Could it decide?"), "chip", value=_quorum, choices=QUORUM, phone=True,
                tone=lambda d: {"yes": "good", "no": "warn"}.get(d, "")),
            Col("why", gettext_lazy("Why"), value=_why),
        ]  # fmt: skip
    columns += [
        Col("note", gettext_lazy("Note"), value=lambda r: in_language(r, "note")),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite(), shown=len(columns) < 3),
    ]
    if frame.may_programme(EDIT):
        columns.append(
            Col("edit", "", phone=True, value=lambda m: _("Correct it"),
                url=lambda m: frame.url("programme:edit_meeting", m.pk))
        )  # fmt: skip
    if frame.may_programme(EDIT) and any(body.seats for body in found):
        columns.append(
            Col("presence", "", value=lambda m: _("Who was there") if m.committee.seats.all() else "",
                url=lambda m: frame.url("programme:presence", m.pk) if m.committee.seats.all() else None)
        )  # fmt: skip
    return columns


def _who_was_there(meeting: Meeting) -> str:
    return ", ".join(str(p.seat.organisation) for p in meeting.presences.all() if p.was_there)


def _quorum(meeting: Meeting) -> str:
    verdict = seating.quorum_verdict(meeting)
    if verdict is None:
        return ""
    return "not_known" if verdict.reasons[0].code == "not_known" else verdict.decision


def _why(meeting: Meeting) -> str:
    verdict = seating.quorum_verdict(meeting)
    return "" if verdict is None else " ".join(saying.say_verdict(verdict).reasons)


def _body_section(request: HttpRequest, frame: Frame, body: seating.Body) -> dict[str, Any]:
    """Who sits on a body, and whether every sector does that must."""
    code = body.committee.code
    columns = [
        Col("sector", gettext_lazy("Sector"), phone=True,
            value=lambda s: capfirst(bodies.sector_in_words(s.sector))),
        Col("organisation", gettext_lazy("Organisation"), value=lambda s: str(s.organisation), phone=True,
            url=lambda s: frame.url("programme:edit_seat", s.pk) if frame.may_programme(EDIT) else None),
        Col("since", gettext_lazy("Since"), value=lambda s: words.written(s.since_text)),
        Col("note", gettext_lazy("Note"), value=lambda s: in_language(s, "note")),
        Col("source", gettext_lazy("Source"), value=lambda s: s.cite()),
    ]  # fmt: skip
    seat_url = frame.url("programme:fill_seat", code) if frame.may_programme(EDIT) else ""
    return {
        "id": f"seats-{code}",
        "title": _("Seats: %(committee)s") % {"committee": body.committee},
        "intro": _about(body),
        "verdict": body.verdict,
        "verdict_about": "check",
        "table": DataTable(body.seats, request, columns=columns, name=f"seats-{code}", prefix=f"{code}."),
        "links": [link(seat_url, _("Fill a seat"))] if seat_url and body.seats else [],
        "empty_title": _("No seat is filled"),
        "empty_why": _("Who sits on a body shows whom it can speak for, and whether a meeting could decide."),
        "empty_url": seat_url,
        "empty_label": _("Fill a seat"),
    }


def _about(body: seating.Body) -> str:
    said = f"{body.kind}. {body.kind.about_said}".strip()
    place = body.committee.place
    return said + " " + _("Territory: %(place)s.") % {"place": place} if place else said


def _no_body_section(frame: Frame, found: list[seating.Body]) -> dict[str, Any]:
    if not frame.may_programme(EDIT):
        return {}
    links = [
        link(
            frame.url("programme:fill_seat", body.committee.code),
            _("Fill a seat: %(committee)s") % {"committee": body.committee},
        )
        for body in found
        if not (body.seats or body.kind.seats)
    ]
    links += [
        link(
            frame.url("programme:edit_committee", body.committee.code),
            _("Correct: %(what)s") % {"what": body.committee},
        )
        for body in found
    ]
    links.append(link(frame.url("programme:new_committee"), _("Write down a body")))
    intro = (
        ""
        if found
        else _("A body that steers the programme, or that runs one of its centres, stands here first.")
    )
    return {"intro": intro, "links": links}


@programme_page(step=2, may=EDIT, whole=True)
def new_committee(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Write down a body."""
    return form_page(
        request,
        frame,
        NewCommitteeForm(request.POST or None),
        lambda values, version: actions.found_committee(
            programme=frame.programme, values=values, by=request.user
        ),
        title=_("Write down a body"),
        back=frame.url("programme:committee"),
        save_label=_("Save the body"),
        done=_("The body is saved. Now its seats and meetings can be written down."),
        then=lambda made: _after_body(frame, made),
    )


def _after_body(frame: Frame, body: Committee) -> str:
    """On to its seats, where there is anybody who could sit on it."""
    if bodies_to_sit().exists():
        return frame.url("programme:fill_seat", body.code)
    return frame.url("programme:committee")


@programme_page(step=2, may=EDIT, whole=True)
def fill_seat(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Say who sits on a body."""
    body = seating.committee_by_code(programme=frame.programme, code=code)
    return form_page(
        request,
        frame,
        SeatForm(request.POST or None),
        lambda values: actions.fill_seat(committee=body, by=request.user, **values),
        title=_("Fill a seat: %(committee)s") % {"committee": body},
        state=""
        if bodies_to_sit().exists()
        else _(
            "The register knows no body that could sit here. Register the university, office or association first."
        ),
        back=frame.url("programme:committee"),
        save_label=_("Save the seat"),
        done=_("The seat is saved."),
    )


@programme_page(step=2, may=EDIT, whole=True)
def new_meeting(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Write down a meeting, with who was there."""
    body = seating.committee_by_code(programme=frame.programme, code=code)
    form = MeetingForm(request.POST or None, seats=_seats_of(body))

    def act(values: dict[str, Any]) -> None:
        kept = {name: values[name] for name in ("held_on", "place", "note_text")}
        actions.record_meeting(committee=body, present=form.present_or_unknown(), by=request.user, **kept)

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Write down a meeting: %(committee)s") % {"committee": body},
        back=frame.url("programme:committee"),
        save_label=_("Save the meeting"),
        done=_("The meeting is saved."),
    )


def _seats_of(body: Committee) -> Any:
    return Seat.objects.filter(committee=body).select_related("organisation")


@programme_page(step=2, may=EDIT, whole=True)
def presence(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Say who was at a meeting."""
    meeting = seating.meetings(programme=frame.programme).filter(pk=pk).first()
    if meeting is None:
        raise NotFound(kind="meeting", code_given=pk)
    there = [p.seat_id for p in meeting.presences.all() if p.was_there]
    return form_page(
        request,
        frame,
        PresenceForm(request.POST or None, seats=_seats_of(meeting.committee), initial={"present": there}),
        lambda values: actions.record_presence(
            meeting=meeting, present=list(values["present"]), by=request.user
        ),
        title=_("Who was there: %(meeting)s") % {"meeting": meeting},
        back=frame.url("programme:committee"),
        save_label=_("Save"),
        done=_("It is written down."),
    )


@programme_page(step=2, may=EDIT, whole=True)
def new_resolution(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Write down a decision."""
    form = ResolutionForm(
        request.POST or None,
        meetings=queries.meetings(programme=frame.programme),
        organisations=organisations_at_hand(programme=frame.programme),
    )

    def act(values: dict[str, Any]) -> None:
        meeting, reason = values.pop("meeting"), values.pop("override_reason")
        actions.record_resolution(
            meeting=meeting,
            values=values,
            override_reason=reason if frame.may_programme("override_rule") else "",
            by=request.user,
        )

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


@programme_page(step=2, may=EDIT, whole=True)
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
