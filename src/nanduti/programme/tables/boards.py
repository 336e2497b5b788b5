"""What can be imported about the bodies of a programme: seats, meetings, who was there, decisions."""

from __future__ import annotations

from django.utils.translation import gettext as _

from nanduti.foundation.imports import Column, Context, Row, RowProblem, table
from nanduti.register.models import Organisation, Person, Place

from .. import bodies
from ..models import Committee, Meeting, Presence, Resolution, Seat
from .shared import PROGRAMME, programme_of


@table(
    "committees",
    order=130,
    key="programme code",
    columns=[
        PROGRAMME,
        Column("code", required=True),
        Column("name", required=True),
        Column("name_es"),
        Column("kind", "choice", choices=tuple(bodies.kinds())),
        Column("place"),
        Column("quorum", "int"),
    ],
)
def load_committee(row: Row, into: Context) -> None:
    """A body that steers a programme."""
    programme = programme_of(row, into)
    into.upsert(
        Committee,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("name name_es quorum"),
            "kind": row["kind"] or "steering_committee",
            "place": into.find_if(Place, "place", row["place"]),
            "scope": programme.scope,
        },
    )


@table(
    "meetings",
    order=140,
    key="committee number",
    columns=[
        Column("committee", required=True),
        Column("number", "int", required=True),
        Column("held_on"),
        Column("place"),
        Column("note"),
        Column("note_es"),
    ],
)
def load_meeting(row: Row, into: Context) -> None:
    """A sitting of a committee."""
    committee = into.find(Committee, "committee", row["committee"])
    into.upsert(
        Meeting,
        key={"committee": committee, "number": row["number"]},
        values={**row.pick("held_on place note note_es"), "scope": committee.scope},
    )


@table(
    "resolutions",
    order=150,
    key="committee code",
    columns=[
        Column("code", required=True),
        Column("committee", required=True),
        Column("meeting_number", "int"),
        Column("decision", required=True),
        Column("decision_es"),
        Column("owner"),
        Column("due"),
        Column("done"),
    ],
)
def load_resolution(row: Row, into: Context) -> None:
    """What a committee decided, who sees to it, and until when."""
    committee = into.find(Committee, "committee", row["committee"])
    number = row["meeting_number"]
    meeting = number and into.find(Meeting, "meeting_number", number, by="number", committee=committee)
    into.upsert(
        Resolution,
        key={"committee": committee, "code": row["code"]},
        values={
            **row.pick("decision decision_es due done"),
            "meeting": meeting or None,
            "owner": into.find_if(Organisation, "owner", row["owner"]),
            "scope": committee.scope,
        },
    )


@table(
    "seats",
    order=135,
    key="committee sector organisation since",
    columns=[
        Column("committee", required=True),
        Column("sector", "choice", required=True, choices=tuple(bodies.sectors())),
        Column("organisation", required=True),
        Column("person"),
        Column("since", max_length=200),
        Column("until", max_length=200),
        Column("note", max_length=300),
        Column("note_es", max_length=300),
    ],
)
def load_seat(row: Row, into: Context) -> None:
    """Who sits on a committee, for which sector, from when to when."""
    committee = into.find(Committee, "committee", row["committee"])
    into.upsert(
        Seat,
        key={
            "committee": committee,
            "sector": row["sector"],
            "organisation": into.find(Organisation, "organisation", row["organisation"]),
            "since_text": row["since"],
        },
        values={
            **row.pick("note note_es"),
            "until_text": row["until"],
            "person": into.find_if(Person, "person", row["person"]),
            "scope": committee.scope,
        },
    )


@table(
    "presences",
    order=145,
    key="committee meeting_number organisation",
    columns=[
        Column("committee", required=True),
        Column("meeting_number", "int", required=True),
        Column("organisation", required=True),
        Column("was_there", "bool", required=True),
    ],
)
def load_presence(row: Row, into: Context) -> None:
    """Whether the holder of a seat was at a meeting."""
    committee = into.find(Committee, "committee", row["committee"])
    meeting = into.find(Meeting, "meeting_number", row["meeting_number"], by="number", committee=committee)
    organisation = into.find(Organisation, "organisation", row["organisation"])
    seat = into.seek(Seat, committee=committee, organisation=organisation)
    if seat is None:
        raise RowProblem(
            "organisation",
            _("holds no seat on this committee"),
            _("Add it to the table of seats first, or correct the spelling."),
        )
    into.upsert(
        Presence,
        key={"meeting": meeting, "seat": seat},
        values={"was_there": row["was_there"], "scope": committee.scope},
    )
