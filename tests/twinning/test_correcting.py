"""What is written down of a twinning can be begun and corrected on its pages; the second of two editors is told."""

from __future__ import annotations

import pytest

from nanduti.register.models import Cluster
from nanduti.twinning.models import AgendaTopic, BusinessInterest, DealTask, Linkage, Twinning
from tests.support.crawl import Page as Read
from tests.support.crawl import links
from tests.support.example import CODE
from tests.support.forms import forms_of

pytestmark = pytest.mark.django_db

P = f"/p/{CODE}"
PAIR = f"{P}/twinnings/chennai-leather:santa-croce"


def the_form(client, address: str) -> dict[str, str]:
    """What the form on a page would send as it stands."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    form = next(f for f in forms_of(address, answer.content.decode()) if "version" in f.controls)
    return {name: control.chosen[0] for name, control in form.controls.items() if control.chosen}


def places(example) -> dict[str, tuple[object, str]]:
    """One record of each kind with the address at which it is corrected, and the field to correct."""
    topic = AgendaTopic.objects.get(twinning__code="leather-twinning", topic="new product development")
    hope = BusinessInterest.objects.filter(twinning__code="leather-twinning", side="advanced").first()
    linkage = Linkage.objects.get(label="The two leather associations")
    task = DealTask.objects.filter(phase="commercial").first()
    return {
        "twinning": (Twinning.objects.get(code="leather-twinning"), f"{PAIR}/edit/", "outcome"),
        "topic": (topic, f"{PAIR}/topic/{topic.pk}/", "topic"),
        "hope": (hope, f"{PAIR}/interest/{hope.pk}/", "business_interest"),
        "linkage": (linkage, f"{P}/twinnings/linkage/{linkage.pk}/", "label"),
        "task": (task, f"{P}/twinnings/task/{task.pk}/", "label"),
    }


KINDS = ["twinning", "topic", "hope", "linkage", "task"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_saved_as_it_stands_stays_as_it_was(kind, visit, example):
    """A form that cannot say what the record says (a code that came with an import) would lose it."""
    row, address, _field = places(example)[kind]
    before = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    client = visit("coordinator")
    assert client.post(address, the_form(client, address)).status_code == 302
    row.refresh_from_db()
    assert {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields} == before


def test_a_party_abroad_is_not_lost(visit, example):
    """The chambers of Marche lie outside every scope of the coordinator."""
    row = Linkage.objects.get(label="Shoe federation and chambers of Marche")
    address, before = f"{P}/twinnings/linkage/{row.pk}/", row.to_organisation_id
    client = visit("coordinator")
    assert client.post(address, the_form(client, address)).status_code == 302
    row.refresh_from_db()
    assert before and row.to_organisation_id == before and row.version == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_of_two_editors_is_told(kind, visit, example):
    row, address, field = places(example)[kind]
    client = visit("coordinator")
    sent = the_form(client, address)
    assert client.post(address, {**sent, field: "By the first"}).status_code == 302
    answer = client.post(address, {**sent, field: "By the second"})
    text = answer.content.decode()
    assert answer.status_code == 409 and "By the first" in text and "By the second" in text
    row.refresh_from_db()
    assert getattr(row, field) == "By the first"


@pytest.mark.parametrize(("who", "status"), [("committee", 403), ("association", 403), ("cda-footwear", 404)])
@pytest.mark.parametrize("kind", ["twinning", "topic", "hope", "linkage"])
def test_others_correct_nothing(who, status, kind, visit, example):
    row, address, field = places(example)[kind]
    client = visit(who)
    assert client.get(address).status_code == status
    assert client.post(address, {field: "Changed", "version": row.version}).status_code == status
    row.refresh_from_db()
    assert getattr(row, field) != "Changed"


def test_the_list_leads_to_the_form_for_those_who_may(visit, example):
    form = f"{P}/twinnings/linkage/"
    for who, there in (("coordinator", True), ("committee", False)):
        text = visit(who).get(f"{P}/twinnings/").content.decode()
        assert any(link.startswith(form) for link in links(Read(f"{P}/twinnings/", 200, text))) is there


def test_other_parties_of_a_linkage_must_be_open_to_each_other(visit, example):
    example.rules = {**example.rules, "scope": "refuse"}
    example.save()
    linkage, address, _field = places(example)["linkage"]
    client = visit("coordinator")
    Linkage.objects.filter(pk=linkage.pk).update(
        from_cluster=Cluster.objects.get(code="chennai-leather"),
        to_cluster=Cluster.objects.get(code="santa-croce"),
    )
    sent = the_form(client, address)
    answer = client.post(address, {**sent, "from_type": "bdsp", "to_type": "bdsp"})
    assert answer.status_code == 422 and "The way is not open yet" in answer.content.decode()
    assert client.post(address, {**sent, "label": "The same parties"}).status_code == 302


def test_two_clusters_are_twinned_once(visit, example):
    client = visit("coordinator")
    one, other = (Cluster.objects.get(code=code) for code in ("pune-auto", "marche"))
    sent = {"emerging": one.pk, "advanced": other.pk, "started": "June 2010"}
    made = client.post(f"{P}/twinnings/new/", sent)
    assert made.status_code == 302, made.content.decode()[-3000:]
    row = Twinning.objects.get(emerging=one, advanced=other)
    assert row.scope.code == f"{CODE}/pune-auto"
    assert client.get(f"{P}/twinnings/{row.pair}/").status_code == 200
    again = client.post(f"{P}/twinnings/new/", {**sent, "started": "July 2010"})
    assert again.status_code == 422 and "twinned already" in again.content.decode()
    itself = client.post(f"{P}/twinnings/new/", {**sent, "advanced": one.pk})
    assert itself.status_code == 422 and "both sides" in itself.content.decode()
    assert visit("cda-leather").get(f"{P}/twinnings/new/").status_code == 403


def test_a_twinning_does_not_end_before_it_begins(visit, example):
    client = visit("coordinator")
    sent = the_form(client, f"{PAIR}/edit/")
    answer = client.post(f"{PAIR}/edit/", {**sent, "started": "June 2009", "ended": "May 2008"})
    assert answer.status_code == 422
