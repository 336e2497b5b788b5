"""What was written down of a twinning by mistake is corrected or taken back, with a trace; nothing is overwritten."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nanduti.foundation.models import AuditEvent, StoredFile
from nanduti.twinning.models import AgendaTopic, BusinessInterest, StepEvidence
from tests.support.example import CODE
from tests.twinning.test_correcting import KINDS, PAIR, P, places, the_form

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

TAKEN_BACK = [kind for kind in KINDS if kind != "twinning"]


def evidence(visit, **more):
    sent = {"evidence_kind": "diagnostic_study", "label": "The minutes", "when_text": "March 2009", **more}
    assert visit("coordinator").post(f"{P}/step/3/evidence/?cluster=chennai-leather", sent).status_code == 302
    row = StepEvidence.objects.get(label="The minutes")
    return row, f"{P}/evidence/{row.pk}/"


def a_file(name: str, content: bytes = b"%PDF-1.4"):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


@pytest.mark.parametrize("kind", TAKEN_BACK)
def test_it_is_taken_back_with_a_reason_and_a_trace(kind, visit, example):
    row, address, field = places(example)[kind]
    client = visit("coordinator")
    assert f"{address}take-back/" in client.get(address).content.decode()
    sent = the_form(client, f"{address}take-back/")
    without = client.post(f"{address}take-back/", sent)
    assert without.status_code == 422 and type(row).objects.filter(pk=row.pk).exists()
    assert client.post(f"{address}take-back/", {**sent, "reason": "Entered twice"}).status_code == 302
    assert not type(row).objects.filter(pk=row.pk).exists()
    event = AuditEvent.objects.filter(action="twinning.take_back").latest("id")
    assert event.subject_id == str(row.pk) and event.scope == row.scope
    assert event.details["reason"] == "Entered twice"
    assert event.details["said"][field] == getattr(row, field)
    again = client.post(f"{address}take-back/", {**sent, "reason": "Entered twice"})
    assert again.status_code == 404
    assert AuditEvent.objects.filter(action="twinning.take_back").count() == 1


def test_what_is_sensitive_leaves_no_trace(visit, example):
    row, address, _field = places(example)["linkage"]
    type(row).objects.filter(pk=row.pk).update(amount="987654.32", currency="EUR")
    client = visit("coordinator")
    sent = the_form(client, f"{address}take-back/") | {"reason": "Entered twice"}
    assert client.post(f"{address}take-back/", sent).status_code == 302
    assert "987654" not in str(AuditEvent.objects.latest("id").details)


def test_what_somebody_corrected_meanwhile_is_not_taken_back(visit, example):
    row, address, field = places(example)["topic"]
    client = visit("coordinator")
    sent = the_form(client, f"{address}take-back/") | {"reason": "Entered twice"}
    assert client.post(address, {**the_form(client, address), field: "By another"}).status_code == 302
    answer = client.post(f"{address}take-back/", sent)
    assert answer.status_code == 409 and AgendaTopic.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(("who", "status"), [("committee", 403), ("association", 403), ("cda-footwear", 404)])
@pytest.mark.parametrize("kind", ["topic", "hope", "linkage"])
def test_others_take_nothing_back(who, status, kind, visit, example):
    row, address, _field = places(example)[kind]
    sent = {"version": row.version, "reason": "Entered twice"}
    assert visit(who).post(f"{address}take-back/", sent).status_code == status
    assert type(row).objects.filter(pk=row.pk).exists()


def test_evidence_is_corrected_and_the_step_leads_there(visit, example):
    row, address = evidence(visit, file=a_file("minutes.pdf"))
    step = f"{P}/step/3/?cluster=chennai-leather"
    assert f'href="{address}' in visit("coordinator").get(step).content.decode()
    assert f'href="{address}' not in visit("committee").get(step).content.decode()
    client = visit("coordinator")
    sent = the_form(client, address) | {"label": "The minutes of May", "when_text": "May 2009"}
    assert client.post(address, sent).status_code == 302
    row.refresh_from_db()
    assert (str(row), row.when_text, row.version, row.file.name) == (
        "The minutes of May", "May 2009", 2, "minutes.pdf",
    )  # fmt: skip
    second = client.post(address, {**sent, "label": "By the second"})
    assert second.status_code == 409 and "The minutes of May" in second.content.decode()


def test_another_document_takes_the_place_of_the_wrong_one(
    visit, example, django_capture_on_commit_callbacks
):
    row, address = evidence(visit, file=a_file("wrong.pdf"))
    client, storage, wrong = visit("coordinator"), row.file.content.storage, row.file.content.name
    with django_capture_on_commit_callbacks(execute=True):
        sent = the_form(client, address) | {"file": a_file("right.pdf", b"%PDF-1.5")}
        assert client.post(address, sent).status_code == 302
    row.refresh_from_db()
    assert row.file.name == "right.pdf" and StoredFile.objects.filter(name="wrong.pdf").count() == 0
    assert not storage.exists(wrong)
    assert client.post(address, the_form(client, address) | {"without_file": "on"}).status_code == 302
    row.refresh_from_db()
    assert row.file is None and not StoredFile.objects.exists()


def test_evidence_that_is_taken_back_takes_its_document_along(
    visit, example, django_capture_on_commit_callbacks
):
    row, address = evidence(visit, file=a_file("minutes.pdf"))
    client, storage, name = visit("coordinator"), row.file.content.storage, row.file.content.name
    sent = the_form(client, f"{address}take-back/") | {"reason": "The wrong cluster"}
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{address}take-back/", sent).status_code == 302
    assert not StepEvidence.objects.filter(pk=row.pk).exists() and not StoredFile.objects.exists()
    assert not storage.exists(name)


@pytest.mark.parametrize(("who", "status"), [("committee", 403), ("cda-footwear", 404), ("cda-leather", 200)])
def test_evidence_is_corrected_by_those_who_may_write_it(who, status, visit, example):
    _row, address = evidence(visit)
    assert visit(who).get(address).status_code == status
    assert visit(who).get(f"{address}take-back/").status_code == status


def test_a_topic_named_again_is_told_and_the_first_stays(visit, example):
    sent = {"topic": "Design", "priority_emerging": "high", "priority_advanced": "low"}
    client = visit("coordinator")
    for _click in range(2):
        assert client.post(f"{PAIR}/topic/", sent).status_code == 302
    answer = visit("coordinator").post(f"{PAIR}/topic/", {**sent, "priority_advanced": "high"})
    assert answer.status_code == 422 and "written down already" in answer.content.decode()
    assert AgendaTopic.objects.get(topic="Design").priority_advanced == "low"


def test_a_hope_named_again_is_told_and_the_first_stays(visit, example):
    sent = {
        "side": "emerging", "stakeholder_type": "firm", "business_interest": "Better soles", "end_market": "EU",
    }  # fmt: skip
    client = visit("coordinator")
    for _click in range(2):
        assert client.post(f"{PAIR}/interest/", sent).status_code == 302
    answer = client.post(f"{PAIR}/interest/", {**sent, "end_market": "USA"})
    assert answer.status_code == 422 and "written down already" in answer.content.decode()
    assert BusinessInterest.objects.get(business_interest="Better soles").end_market == "EU"


@pytest.mark.parametrize("number", ["0", "9" * 25])
def test_a_record_that_is_not_there_is_not_found(visit, number):
    client = visit("coordinator")
    for address in (f"/p/{CODE}/evidence/{number}/", f"/p/{CODE}/evidence/{number}/take-back/"):
        assert client.get(address).status_code == 404
