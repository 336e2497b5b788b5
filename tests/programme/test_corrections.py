"""Meetings, decisions, bodies and parties are corrected or taken back, with a trace, and the second editor is told."""

from __future__ import annotations

import pytest

from nanduti.foundation.models import AuditEvent
from nanduti.programme import actions
from nanduti.programme.errors import NamedAlready
from nanduti.programme.models import AgreementParty, Committee, CooperationAgreement, Meeting, Resolution
from nanduti.register.models import Organisation
from tests.support.example import CODE
from tests.support.forms import forms_of

pytestmark = pytest.mark.django_db

P = f"/p/{CODE}"


def the_form(client, address: str) -> dict[str, str]:
    answer = client.get(address)
    assert answer.status_code == 200
    form = next(f for f in forms_of(address, answer.content.decode()) if "version" in f.controls)
    return {name: control.chosen[0] for name, control in form.controls.items() if control.chosen}


def records(example) -> list[tuple[str, object, dict[str, str]]]:
    """The address of each form that corrects something, the record, and something else to say of it."""
    body = Committee.objects.first()
    meeting = actions.record_meeting(committee=body, held_on="1 May 2010", by="test")
    decision = actions.record_resolution(meeting=meeting, values={"decision": "Go on"}, by="test")
    party = CooperationAgreement.objects.get(code="leather-ca").parties.first()
    return [
        (f"{P}/committee/body/{body.code}/", body, {"name": "The board"}),
        (f"{P}/committee/meeting/{meeting.pk}/", meeting, {"held_on": "2 May 2010"}),
        (f"{P}/committee/{decision.pk}/edit/", decision, {"decision": "Stop", "due": "June 2010"}),
        (f"{P}/agreements/leather-ca/parties/{party.pk}/", party, {"party_type": "public_body"}),
    ]


def test_each_is_corrected_and_the_second_editor_is_told(visit, example):
    client = visit("coordinator")
    for address, row, other in records(example):
        sent = the_form(client, address)
        unchanged = {
            f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname != "changed_at"
        }
        assert client.post(address, sent).status_code == 302, address
        row.refresh_from_db()
        now = {
            f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname != "changed_at"
        }
        assert now == unchanged, address
        assert client.post(address, sent | other).status_code == 302, address
        row.refresh_from_db()
        assert {name: str(getattr(row, name)) for name in other} == other
        event = AuditEvent.objects.filter(subject_kind=row._meta.label_lower, subject_id=str(row.pk)).first()
        assert set(other) <= set(event.details["fields"])
        assert client.post(address, sent).status_code == 409, address


@pytest.mark.parametrize("who", ["committee", "cda-leather", "researcher", "administrator"])
def test_others_correct_and_take_back_nothing(who, visit, example):
    client = visit(who)
    for address, row, _other in records(example):
        assert client.get(address).status_code == 403, address
        if not isinstance(row, Committee):
            end = "remove/" if isinstance(row, AgreementParty) else "withdraw/"
            back = address.removesuffix("edit/") + end
            assert client.post(back, {"version": row.version, "reason": "no reason"}).status_code == 403, back


def test_a_meeting_is_taken_back_unless_it_decided_something(visit, example):
    client = visit("coordinator")
    _body, (_address, meeting, _other), (_a, decision, _o), _party = records(example)
    back = f"{P}/committee/meeting/{meeting.pk}/withdraw/"
    sent = {"version": meeting.version, "reason": "entered twice"}
    answer = client.post(back, sent)
    assert answer.status_code == 422 and Meeting.objects.filter(pk=meeting.pk).exists()
    gone = {"version": decision.version, "reason": "never taken"}
    assert client.post(f"{P}/committee/{decision.pk}/withdraw/", gone).status_code == 302
    assert not Resolution.objects.filter(pk=decision.pk).exists()
    assert client.post(back, sent).status_code == 302
    assert not Meeting.objects.filter(pk=meeting.pk).exists()
    event = AuditEvent.objects.filter(action="programme.withdraw_meeting").first()
    assert event.details["reason"] == "entered twice" and event.details["said"]["held_on"] == "1 May 2010"
    assert client.post(back, sent).status_code == 404


def test_a_party_is_taken_out_with_its_reason(visit, example):
    client, row = visit("coordinator"), CooperationAgreement.objects.get(code="leather-ca")
    party, n = row.parties.first(), row.parties.count()
    back = f"{P}/agreements/leather-ca/parties/{party.pk}/remove/"
    assert client.post(back, {"version": party.version + 1, "reason": "no party"}).status_code == 409
    assert client.post(back, {"version": party.version, "reason": ""}).status_code == 422
    assert client.post(back, {"version": party.version, "reason": "no party"}).status_code == 302
    assert row.parties.count() == n - 1
    event = AuditEvent.objects.filter(action="programme.remove_party").first()
    assert (
        event.details["agreement"] == "leather-ca" and event.details["party"] == party.organisation.pseudonym
    )
    assert event.scope == row.scope


def test_a_party_of_another_agreement_is_not_found_here(visit, example):
    other = AgreementParty.objects.exclude(agreement__code="leather-ca").first()
    for page in ("", "remove/"):
        assert (
            visit("coordinator").get(f"{P}/agreements/leather-ca/parties/{other.pk}/{page}").status_code
            == 404
        )


def test_a_party_named_again_is_not_overwritten(example):
    row = CooperationAgreement.objects.get(code="leather-ca")
    party = row.parties.first()
    with pytest.raises(NamedAlready):
        actions.add_party(agreement=row, organisation=party.organisation, party_type="firm", by="test")
    before = party.party_type
    party.refresh_from_db()
    assert party.party_type == before


def test_a_decision_names_who_sees_to_it(visit, example):
    client, body = visit("coordinator"), Organisation.objects.exclude(kind="enterprise").first()
    meeting = Meeting.objects.first()
    sent = {"meeting": meeting.pk, "decision": "Ask the ministry", "owner": body.pk}
    assert client.post(f"{P}/committee/new/", sent).status_code == 302
    assert Resolution.objects.get(decision="Ask the ministry").owner == body
