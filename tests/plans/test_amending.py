"""Who took part, what was given and how a vision is worded are put right on pages, with a trace."""

from __future__ import annotations

import pytest
from django.utils import timezone

from nanduti.foundation.models import AuditEvent
from nanduti.plans import amending
from nanduti.plans.models import ActionPlan, Activity, Contribution, Milestone, Participation, Vision
from nanduti.plans.visions import same_wording
from nanduti.register.models import Cluster
from nanduti.surveys.models import RecordLink
from tests.plans.test_correcting import the_form
from tests.support.example import CODE

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

P = f"/p/{CODE}/plan"
TEXT = "Leather of Chennai sells in Europe under its own name"


def place(kind: str):
    """A record of the leather cluster with the address of its page."""
    if kind == "participation":
        row = Participation.objects.filter(activity__plan__code="leather", organisation=None).first()
    elif kind == "contribution":
        row = Contribution.objects.filter(plan__code="leather").first()
    else:
        row = Milestone.objects.filter(cluster__code="chennai-leather").first()
    return row, f"{P}/{kind}/{row.pk}/"


KINDS = ["participation", "contribution", "milestone"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_taken_back_with_a_reason_and_a_trace(kind, visit, example):
    row, address = place(kind)
    client = visit("cda-leather")
    assert f"{address}take-back/" in client.get(address).content.decode()
    sent = the_form(client, f"{address}take-back/") | {"reason": "Of another activity"}
    assert client.post(f"{address}take-back/", sent).status_code == 302
    assert not type(row).objects.filter(pk=row.pk).exists()
    event = AuditEvent.objects.filter(action="plans.take_back").latest("id")
    assert event.subject_id == str(row.pk) and event.details["reason"] == "Of another activity"
    assert "amount" not in event.details["said"] and "person" not in event.details["said"]


@pytest.mark.parametrize(("who", "status"), [("committee", 403), ("researcher", 403), ("cda-footwear", 404)])
@pytest.mark.parametrize("kind", KINDS)
def test_others_take_nothing_back(kind, who, status, visit, example):
    row, address = place(kind)
    sent = {"version": row.version, "reason": "Of another activity"}
    assert visit(who).post(f"{address}take-back/", sent).status_code == status
    assert type(row).objects.filter(pk=row.pk).exists()


def test_who_took_part_is_corrected_and_the_second_editor_is_told(visit, example):
    row, address = place("participation")
    client = visit("cda-leather")
    activity = f"/p/{CODE}/ledger/leather/{row.activity.number}/"
    assert f'href="{address}' in client.get(activity).content.decode()
    sent = the_form(client, address)
    assert client.post(address, sent).status_code == 302
    row.refresh_from_db()
    assert row.version == 1, "what is saved as it stands stays as it was"
    assert client.post(address, {**sent, "count": "77"}).status_code == 302
    second = client.post(address, {**sent, "count": "78"})
    assert second.status_code == 409 and "77" in second.content.decode()
    row.refresh_from_db()
    assert (row.count, row.version) == (77, 2)
    assert client.post(address, {**sent, "version": 2, "group_label": ""}).status_code == 422


def test_what_came_from_an_answer_is_corrected_there(visit, example):
    row, address = place("participation")
    RecordLink._base_manager.bulk_create(
        [
            RecordLink(
                scope=row.scope, submission_id=1, target="plans.participation", digest="x", at=timezone.now(),
                record_kind="plans.participation", record_id=str(row.pk),
            )
        ]
    )  # fmt: skip
    client = visit("cda-leather")
    for page in (address, f"{address}take-back/"):
        answer = client.post(page, {"version": 1, "reason": "Mistaken", "count": 3, "role": "participant"})
        assert answer.status_code == 422 and "came from an answer" in answer.content.decode()
    RecordLink._base_manager.all().delete()


# --- the wording of a vision


@pytest.fixture
def vision(example) -> Vision:
    cluster = Cluster.objects.get(code="chennai-leather")
    Vision.objects.filter(cluster=cluster).update(cluster=None)
    scope = Activity.objects.filter(plan__code="leather").first().scope
    more = {"programme": example, "cluster": cluster, "scope": scope, "text": TEXT.replace("sells", "sels")}
    Vision.objects.create(**more, agreed_on="May 2008")
    Vision.objects.create(**more, agreed_on="May 2009", outcome="confirmed")
    return Vision.objects.filter(cluster=cluster).order_by("agreed_on_start").first()


def test_a_slip_is_corrected_wherever_the_same_wording_stands(visit, vision):
    client, address = visit("cda-leather"), f"{P}/vision/{vision.pk}/wording/"
    sent = the_form(client, address) | {"text": TEXT, "reason": "A letter was missing"}
    assert client.post(address, {**sent, "reason": ""}).status_code == 422
    assert client.post(address, sent).status_code == 302
    rows = same_wording(vision)
    assert [(row.text, row.outcome, row.agreed_on) for row in rows] == [
        (TEXT, "", "May 2008"), (TEXT, "confirmed", "May 2009"),
    ]  # fmt: skip
    event = AuditEvent.objects.get(action="plans.correct_wording")
    assert event.details["reason"] == "A letter was missing" and "sels" in event.details["before_text"]
    second = client.post(address, {**sent, "text": TEXT + "s"})
    assert second.status_code == 409


def test_another_meaning_is_for_the_stakeholders(visit, vision):
    client, address = visit("cda-leather"), f"{P}/vision/{vision.pk}/wording/"
    sent = the_form(client, address) | {"text": "A clean river by 2015", "reason": "Better"}
    answer = client.post(address, sent)
    assert answer.status_code == 422 and "another wording" in answer.content.decode()
    assert {row.text for row in same_wording(vision)} == {vision.text}


def test_an_earlier_wording_stays_when_a_later_one_is_corrected(vision):
    later = Vision.objects.create(
        programme=vision.programme, cluster=vision.cluster, scope=vision.scope, agreed_on="May 2010",
        outcome="changed", text="Leather of Chennai sels in the whole world",
    )  # fmt: skip
    values = {"text": "Leather of Chennai sells in the whole world"}
    amending.correct_wording(vision=later, values=values, reason="A letter", version=1, by="test")
    assert [row.text for row in same_wording(vision)] == [vision.text] * 2
    assert [row.pk for row in same_wording(later)] == [later.pk]


@pytest.mark.parametrize(
    ("before", "after", "is_slip"),
    [
        ("Fine lether", "Fine leather", True),
        ("Leather sels", "Leather sells", True),
        ("Leather that sells", "A clean river", False),
        ("Leather that sells", "", False),
        ("word " * 900, "word " * 899 + "wort", True),
    ],
)
def test_a_slip_leaves_most_as_it_is(before, after, is_slip):
    assert amending.is_slip(before, after) is is_slip


@pytest.mark.parametrize(("who", "status"), [("committee", 403), ("cda-footwear", 404)])
def test_others_correct_no_wording(who, status, visit, vision):
    address = f"{P}/vision/{vision.pk}/wording/"
    sent = {"version": 1, "text": TEXT, "reason": "A letter"}
    assert visit(who).post(address, sent).status_code == status
    vision.refresh_from_db()
    assert vision.text != TEXT


def test_what_a_plan_is_called_is_corrected_and_the_second_editor_is_told(visit, example):
    client, address = visit("cda-leather"), f"{P}/leather/edit/"
    assert f'href="{address}' in client.get(f"{P}/?cluster=chennai-leather").content.decode()
    sent = the_form(client, address)
    assert client.post(address, {**sent, "title": "Leather, together"}).status_code == 302
    assert client.post(address, {**sent, "title": "Leather alone"}).status_code == 409
    assert client.post(address, {**sent, "title": ""}).status_code == 422
    assert ActionPlan.objects.get(code="leather").title == "Leather, together"
    assert visit("committee").get(address).status_code == 403
    assert visit("coordinator").get(f"{P}/no-such/edit/").status_code == 404
