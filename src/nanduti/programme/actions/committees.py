"""Verbs of bodies, their meetings and decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit, take_back
from nanduti.foundation.fields import check_when
from nanduti.foundation.models import User
from nanduti.register.models import Organisation

from .. import seating
from ..errors import SeatOfAnother, SeatThere
from ..models import Committee, Meeting, Presence, Programme, Resolution, Seat
from ..rules import check_span, obey


@action("programme.found_committee", once=True)
def found_committee(
    *, programme: Programme, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> Committee:
    """Write down a body that steers the programme, or that partners run one of its centres with."""
    hold(programme)
    taken = set(Committee._base_manager.filter(programme=programme).values_list("code", flat=True))
    stem = slugify(values["name"])[:50] or "committee"
    code = next(c for c in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if c not in taken)
    row = Committee.objects.create(programme=programme, scope=programme.scope, code=code, **values)
    note(subject=row, kind=row.kind)
    return row


@action("programme.edit_committee")
def edit_committee(
    *, committee: Committee, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Committee:
    """Correct what a body is called, of which kind it is, and how many must be there to decide."""
    note(subject=committee, fields=save_edit(committee, values, version=version))
    return committee


@action("programme.fill_seat", once=True)
def fill_seat(
    *,
    committee: Committee,
    sector: str,
    organisation: Organisation,
    since: str = "",
    until: str = "",
    note_text: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Seat:
    """Say who sits on a body, for which sector, from when to when; who sits there already is corrected there."""
    check_span({"since": since, "until": until}, "since", "until")
    seat, is_made = Seat.objects.get_or_create(
        committee=committee,
        sector=sector,
        organisation=organisation,
        since_text=since,
        defaults={"until_text": until, "note": note_text, "scope": committee.scope},
    )
    if not is_made:
        raise SeatThere(organisation=str(organisation))
    note(subject=committee, sector=sector, organisation=organisation.pseudonym)
    return seat


@action("programme.record_meeting", once=True)
def record_meeting(
    *,
    committee: Committee,
    held_on: str,
    place: str = "",
    note_text: str = "",
    present: list[Seat] | None = None,
    by: User | str,
    at: datetime | None = None,
) -> Meeting:
    """Write down a sitting; with ``present``, who of the seats was there and who was not (``None``: not known)."""
    check_when(held_on)
    hold(committee)
    last = committee.meetings.order_by("-number").values_list("number", flat=True).first()
    meeting = Meeting.objects.create(
        committee=committee,
        scope=committee.scope,
        number=(last or 0) + 1,
        held_on=held_on,
        place=place,
        note=note_text,
    )
    if present is not None:
        _keep_presence(meeting, present)
    note(subject=meeting, number=meeting.number)
    return meeting


@action("programme.edit_meeting")
def edit_meeting(
    *, meeting: Meeting, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Meeting:
    """Correct when and where a body met, and what is noted of it."""
    check_when(values.get("held_on", ""))
    note(subject=meeting, fields=save_edit(meeting, values, version=version))
    return meeting


@action("programme.withdraw_meeting")
def withdraw_meeting(
    *, record: Meeting, reason: str, version: int, by: User | str, at: datetime | None = None
) -> None:
    """Take a meeting back that was written down by mistake; one that decided something stays while it does."""
    take_back(record, version=version, reason=reason)


@action("programme.record_presence")
def record_presence(
    *, meeting: Meeting, present: list[Seat], by: User | str, at: datetime | None = None
) -> Meeting:
    """Say who of the seats was at a meeting; said again, it is corrected."""
    _keep_presence(meeting, present)
    note(subject=meeting, n_present=len(present))
    return meeting


def _keep_presence(meeting: Meeting, present: list[Seat]) -> None:
    committee = seating.committees(programme=meeting.committee.programme).get(pk=meeting.committee_id)
    seats = seating.seats_on(committee, meeting.held_on_start)
    there = {seat.pk for seat in present}
    for seat in present:
        if seat.committee_id != committee.pk:
            raise SeatOfAnother(seat=str(seat), committee=str(committee))
    Presence.objects.filter(meeting=meeting).delete()
    Presence.objects.bulk_create(
        Presence(meeting=meeting, seat=seat, was_there=seat.pk in there, scope=meeting.scope)
        for seat in {seat.pk: seat for seat in [*seats, *present]}.values()
    )


@action("programme.record_resolution", once=True)
def record_resolution(
    *,
    meeting: Meeting,
    values: dict[str, Any],
    override_reason: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Resolution:
    """What a committee decided, who sees to it, until when; too few at the meeting cannot decide."""
    check_when(values.get("due", ""))
    obey(meeting.committee.programme, "quorum", seating.quorum_verdict(meeting), override_reason)
    hold(meeting.committee)
    n = Resolution.objects.filter(committee=meeting.committee).count() + 1
    taken = set(Resolution._base_manager.filter(committee=meeting.committee).values_list("code", flat=True))
    code = next(c for c in (f"r{i}" for i in range(n, n + 10_000)) if c not in taken)
    return Resolution.objects.create(
        committee=meeting.committee, meeting=meeting, scope=meeting.scope, code=code, **values
    )


@action("programme.edit_resolution")
def edit_resolution(
    *,
    resolution: Resolution,
    values: dict[str, Any],
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Resolution:
    """Correct the words of a decision, who sees to it, and until when."""
    for name in ("due", "done"):
        check_when(values.get(name, ""))
    note(subject=resolution, fields=save_edit(resolution, values, version=version))
    return resolution


@action("programme.withdraw_resolution")
def withdraw_resolution(
    *, record: Resolution, reason: str, version: int, by: User | str, at: datetime | None = None
) -> None:
    """Take a decision back that was written down by mistake."""
    take_back(record, version=version, reason=reason)


@action("programme.complete_resolution")
def complete_resolution(
    *, resolution: Resolution, done: str, version: int, by: User | str, at: datetime | None = None
) -> Resolution:
    """Say when a decision was carried out; left empty, it was today."""
    day = done or (at or timezone.now()).date().isoformat()
    check_when(day)
    note(subject=resolution, fields=save_edit(resolution, {"done": day}, version=version))
    return resolution
