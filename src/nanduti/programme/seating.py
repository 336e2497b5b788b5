"""Questions about bodies that partners run together: their seats on a day, and whether a meeting could decide."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet

from nanduti.foundation.errors import NotFound
from nanduti.methods import planning
from nanduti.methods.values import Verdict

from . import bodies
from .models import Committee, Meeting, Presence, Programme, Seat


def committees(*, programme: Programme) -> QuerySet[Committee]:
    """The bodies of a programme with their seats; two queries."""
    seats = Seat.objects.select_related("organisation", "person", "source")
    return (
        Committee.objects.filter(programme=programme)
        .select_related("place", "source")
        .prefetch_related(Prefetch("seats", queryset=seats))
        .order_by("id")
    )


def committee_by_code(*, programme: Programme, code: str) -> Committee:
    """The body with that code, or :class:`NotFound`."""
    found = None if "\x00" in code else committees(programme=programme).filter(code=code).first()
    if found is None:
        raise NotFound(kind="committee", code_given=code)
    return found


def seats_on(committee: Committee, day: date | None) -> list[Seat]:
    """The seats that are held on a day; all of them where the day is not known."""
    return [seat for seat in committee.seats.all() if day is None or seat.holds_on(day)]


def seats_verdict(committee: Committee, *, on: date) -> Verdict | None:
    """Whether every sector that must sit on the body does; ``None`` where nothing is laid down."""
    kind = bodies.kind_of(committee.kind)
    if not kind.seats:
        return None
    filled = Counter(seat.sector for seat in seats_on(committee, on))
    required = {_said(code): n for code, n in kind.seats.items()}
    return planning.seats_verdict(
        required, {_said(code): n for code, n in filled.items()}, source=kind.source
    )


def _said(sector: str) -> str:
    return bodies.sector_in_words(sector)


def n_seats(committee: Committee, day: date | None) -> int:
    """How many seats the body has: those that it must have, or more if more are held."""
    return max(len(seats_on(committee, day)), sum(bodies.kind_of(committee.kind).seats.values()))


def meetings(*, programme: Programme) -> QuerySet[Meeting]:
    """The sittings of all bodies with who was there; three queries."""
    there = Presence.objects.select_related("seat__organisation")
    return (
        Meeting.objects.filter(committee__programme=programme)
        .select_related("committee", "source")
        .prefetch_related(
            Prefetch("committee__seats", queryset=Seat.objects.select_related("organisation")),
            Prefetch("presences", queryset=there),
        )
        .order_by("committee_id", "number")
    )


def quorum_verdict(meeting: Meeting) -> Verdict | None:
    """Whether enough were at a meeting to decide; ``None`` for a body without seats."""
    committee = meeting.committee
    total = n_seats(committee, meeting.held_on_start)
    if not total:
        return None
    rows = list(meeting.presences.all())
    kind = bodies.kind_of(committee.kind)
    return planning.quorum_verdict(
        [_said(row.seat.sector) for row in rows if row.was_there] if rows else None,
        n_seats=total,
        least=committee.quorum,
        partners=[_said(code) for code in kind.seats],
        source=kind.source,
    )


@dataclass(frozen=True)
class Body:
    """A body on a day: its kind, its seats, and whether it is complete."""

    committee: Committee
    kind: bodies.BodyKind
    seats: list[Seat]
    verdict: Verdict | None


def bodies_on(*, programme: Programme, on: date) -> list[Body]:
    """The bodies of a programme as they stand on a day."""
    return [
        Body(row, bodies.kind_of(row.kind), seats_on(row, on), seats_verdict(row, on=on))
        for row in committees(programme=programme)
    ]
