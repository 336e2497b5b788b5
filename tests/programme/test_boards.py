"""Bodies that partners run together: vacant seats, quorum at each meeting, decisions of too few."""

from __future__ import annotations

from datetime import date

import pytest

from nanduti.foundation.models import AuditEvent
from nanduti.methods.values import PersonError
from nanduti.programme import actions, bodies, seating
from nanduti.programme.errors import RuleRefuses, SeatOfAnother
from nanduti.programme.models import Committee, Meeting
from nanduti.register.models import Organisation
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

ON = date(2010, 1, 1)
P = f"/p/{CODE}"
SECTORS = {"academia": "clri", "local_government": "msme-ministry", "private_sector": "iflmea"}


def seat(board, sector, **more):
    organisation = Organisation.objects.get(code=SECTORS[sector])
    return actions.fill_seat(
        committee=board, sector=sector, organisation=organisation, since="2009", by="test", **more
    )


@pytest.fixture
def board(example):
    values = {"name": "Support centre", "kind": "support_centre_board"}
    return actions.found_committee(programme=example, values=values, by="test")


@pytest.fixture
def full(board):
    return {sector: seat(board, sector) for sector in SECTORS}


def meet(board, *present, known=True, held_on="1 March 2010"):
    meeting = actions.record_meeting(
        committee=board, held_on=held_on, present=list(present) if known else None, by="test"
    )
    return seating.meetings(programme=board.programme).get(pk=meeting.pk)


def verdict(board, on=ON):
    return seating.seats_verdict(seating.committees(programme=board.programme).get(pk=board.pk), on=on)


def test_a_support_centre_is_run_by_three_sectors():
    assert bodies.kinds()["support_centre_board"].seats == dict.fromkeys(SECTORS, 1)
    assert all(set(kind.seats) <= set(bodies.sectors()) for kind in bodies.kinds().values())
    assert str(bodies.kind_of("unheard_of")) == "unheard_of" and bodies.kind_of("unheard_of").seats == {}


def test_each_sector_that_does_not_sit_is_named(board):
    assert [r.details["sector"] for r in verdict(board).reasons] == [
        "academia", "local government", "private sector",
    ]  # fmt: skip
    seat(board, "academia")
    ministry = seat(board, "local_government", until="2009")
    assert len(verdict(board).reasons) == 2  # the municipality has left by 2010
    assert len(verdict(board, date(2009, 6, 1)).reasons) == 1
    values = {"organisation": ministry.organisation, "since_text": "2009", "until_text": ""}
    actions.edit_seat(seat=ministry, values=values, version=ministry.version, by="test")
    seat(board, "private_sector")
    assert verdict(board).decision == "yes"


def test_a_body_whose_kind_lays_nothing_down_is_asked_for_nothing(example):
    steering = Committee.objects.get(code="sc")
    assert seating.seats_verdict(steering, on=ON) is None
    assert all(seating.quorum_verdict(m) is None for m in seating.meetings(programme=example))


@pytest.mark.parametrize(
    ("there", "decision", "code"),
    [
        (["academia", "local_government", "private_sector"], "yes", "quorum"),
        (["academia", "private_sector"], "flag", "absent"),
        (["academia"], "no", "no_quorum"),
        ([], "no", "no_quorum"),
    ],
)
def test_more_than_half_of_the_seats_can_decide(board, full, there, decision, code):
    said = seating.quorum_verdict(meet(board, *(full[name] for name in there)))
    assert (said.decision, said.reasons[0].code) == (decision, code)


def test_nobody_wrote_it_down_is_not_nobody_was_there(board, full):
    meeting = meet(board, known=False)
    assert seating.quorum_verdict(meeting).reasons[0].code == "not_known"
    actions.record_presence(meeting=meeting, present=[], by="test")
    meeting = seating.meetings(programme=board.programme).get(pk=meeting.pk)
    assert seating.quorum_verdict(meeting).decision == "no"


def test_vacant_seats_count_so_that_a_body_does_not_shrink(board):
    one = seat(board, "academia")
    assert seating.quorum_verdict(meet(board, one)).decision == "no"


def test_a_body_may_lay_down_its_own_quorum(example):
    values = {"name": "Board", "kind": "support_centre_board", "quorum": 3}
    board = actions.found_committee(programme=example, values=values, by="test")
    two = [seat(board, "academia"), seat(board, "private_sector")]
    assert seating.quorum_verdict(meet(board, *two)).decision == "no"


def test_too_few_cannot_decide_unless_somebody_says_why(board, full):
    meeting = meet(board, full["academia"])
    values = {"decision": "Open the centre on Saturdays"}
    with pytest.raises(RuleRefuses):
        actions.record_resolution(meeting=meeting, values=dict(values), by="test")
    actions.record_resolution(
        meeting=meeting, values=dict(values), override_reason="Agreed by letter", by="test"
    )
    event = AuditEvent.objects.order_by("-id").first()
    assert event.override_reason == "Agreed by letter" and event.details["rule"] == "quorum"


def test_meetings_are_numbered_and_dates_understood(board, full):
    assert [meet(board).number, meet(board).number] == [1, 2]
    with pytest.raises(PersonError):
        meet(board, held_on="soon")


def test_a_seat_of_another_body_is_refused(example, board, full):
    other = actions.found_committee(
        programme=example, values={"name": "Support centre", "kind": "tripartite_board"}, by="test"
    )
    assert other.code == "support-centre-2"
    with pytest.raises(SeatOfAnother):
        meet(other, full["academia"])


def test_the_page_says_who_is_missing_and_who_could_decide(visit, example, board):
    client = visit("coordinator")
    page = client.get(f"{P}/committee/").content.decode()
    assert "3 seats are vacant" in page and "Nobody sits for academia" in page
    organisation = Organisation.objects.get(code="clri")
    sent = {"sector": "academia", "organisation": organisation.pk, "since": "2009"}
    assert client.post(f"{P}/committee/body/{board.code}/seat/", sent).status_code == 302
    sent = {"held_on": "May 2010", "is_presence_known": "on", "present": [board.seats.get().pk]}
    assert client.post(f"{P}/committee/body/{board.code}/meeting/", sent).status_code == 302
    page = client.get(f"{P}/committee/").content.decode()
    assert "2 seats are vacant" in page and "too few" in page and "1 were there; 2 of 3 are needed" in page
    meeting = Meeting.objects.get(committee=board)
    assert client.get(f"{P}/committee/meeting/{meeting.pk}/presence/").status_code == 200
    said = client.get(f"/api/programmes/{CODE}/committees?on=2010-01-01").json()
    told = next(row for row in said if row["code"] == board.code)
    assert told["complete"]["decision"] == "no" and told["meetings"][0]["quorum"]["decision"] == "no"


def test_only_coordinators_change_who_sits(visit, board):
    for who in ("committee", "cda-leather", "association"):
        client = visit(who)
        assert client.get(f"{P}/committee/").status_code == 200
        assert client.get(f"{P}/committee/body/{board.code}/seat/").status_code == 403
