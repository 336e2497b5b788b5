"""A seat and an appointment are corrected or taken back on pages; none is overwritten, none takes others along."""

from __future__ import annotations

import pytest

from nanduti.foundation.models import AuditEvent
from nanduti.programme import actions
from nanduti.programme.errors import SeatThere
from nanduti.programme.models import Appointment, Committee, Presence, Seat
from nanduti.register.models import Organisation
from tests.support.example import CODE
from tests.support.forms import forms_of

pytestmark = pytest.mark.django_db

P = f"/p/{CODE}"


@pytest.fixture
def seat(example) -> Seat:
    body = Organisation.objects.filter(is_public=True).exclude(kind="enterprise").first()
    return actions.fill_seat(
        committee=Committee.objects.first(), sector="academia", organisation=body, since="2008", by="test"
    )


def the_form(client, address: str) -> dict[str, str]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    form = next(f for f in forms_of(address, answer.content.decode()) if "version" in f.controls)
    return {name: control.chosen[0] for name, control in form.controls.items() if control.chosen}


def test_a_seat_is_corrected_and_the_second_editor_is_told(visit, seat):
    client, address = visit("coordinator"), f"{P}/committee/seat/{seat.pk}/"
    assert f'href="{address}' in client.get(f"{P}/committee/").content.decode()
    sent = the_form(client, address)
    assert client.post(address, sent).status_code == 302
    seat.refresh_from_db()
    assert seat.version == 1, "what is saved as it stands stays as it was"
    assert client.post(address, {**sent, "until_text": "2010"}).status_code == 302
    assert client.post(address, {**sent, "until_text": "2011"}).status_code == 409
    assert client.post(address, {**sent, "version": 2, "until_text": "2007"}).status_code == 422
    seat.refresh_from_db()
    assert (seat.until_text, seat.version) == ("2010", 2)


def test_who_sits_there_already_is_told_and_the_seat_stays(seat):
    again = {
        "committee": seat.committee,
        "sector": "academia",
        "organisation": seat.organisation,
        "since": "2008",
    }
    with pytest.raises(SeatThere):
        actions.fill_seat(**again, until="2012", by="test")
    seat.refresh_from_db()
    assert seat.until_text == ""
    other = actions.fill_seat(**{**again, "since": "2011"}, by="test")
    values = {"organisation": seat.organisation, "sector": "academia", "since_text": "2008", "until_text": ""}
    with pytest.raises(SeatThere):
        actions.edit_seat(seat=other, values=values, version=1, by="test")


def test_a_seat_is_taken_back_unless_somebody_sat_on_it(visit, seat):
    client, address = visit("coordinator"), f"{P}/committee/seat/{seat.pk}/take-back/"
    meeting = actions.record_meeting(committee=seat.committee, held_on="May 2009", present=[seat], by="test")
    sent = the_form(client, address) | {"reason": "Of another body"}
    answer = client.post(address, sent)
    assert answer.status_code == 422 and "Something else stands on this" in answer.content.decode()
    assert Presence.objects.filter(meeting=meeting, seat=seat).exists()
    Presence.objects.filter(seat=seat).delete()
    assert client.post(address, sent).status_code == 302
    assert not Seat.objects.filter(pk=seat.pk).exists()
    assert AuditEvent.objects.get(action="programme.take_back").details["said"]["sector"] == "academia"


def test_an_appointment_is_taken_back_unless_somebody_reports_to_it(visit, example):
    more = {"kind": "agent", "side": "emerging", "since_text": "2008"}
    above = actions.appoint(programme=example, values=more, override_reason="known", by="test")
    below = actions.appoint(
        programme=example, values={**more, "reports_to": above}, override_reason="known", by="test"
    )
    client = visit("coordinator")
    sent = {"version": 1, "reason": "Entered twice"}
    assert client.post(f"{P}/agents/{above.code}/take-back/", sent).status_code == 422
    for row in (below, above):
        row.refresh_from_db()
        address = f"{P}/agents/{row.code}/take-back/"
        assert address in client.get(f"{P}/agents/{row.code}/edit/").content.decode()
        assert client.post(address, {**sent, "version": row.version}).status_code == 302
    assert not Appointment.objects.filter(pk__in=[above.pk, below.pk]).exists()


@pytest.mark.parametrize("who", ["committee", "cda-leather", "association"])
def test_others_correct_no_seat(visit, seat, who):
    for address in (f"{P}/committee/seat/{seat.pk}/", f"{P}/committee/seat/{seat.pk}/take-back/"):
        assert visit(who).post(address, {"version": 1, "reason": "Not mine"}).status_code == 403
    assert Seat.objects.filter(pk=seat.pk, version=1).exists()
