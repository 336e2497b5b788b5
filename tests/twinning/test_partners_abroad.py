"""A partner abroad can be named in a linkage: its public bodies are offered, others enter the own register."""

from __future__ import annotations

import pytest
from django_scopes import scopes_disabled

from nanduti.register.models import Cluster, ClusterMembership, Organisation
from nanduti.twinning.models import Linkage
from tests.support.example import CODE

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

PAIR = f"/p/{CODE}/twinnings/chennai-leather:santa-croce"
SENT = {
    "kind": "learning", "label": "Visit to the school", "from_type": "association", "to_type": "association",
    "stage": "identified",
}  # fmt: skip


@pytest.fixture
def abroad(example) -> dict[str, Organisation]:
    """In Santa Croce: a public school, and a workshop that is not shown by name."""
    with scopes_disabled():
        there = Cluster.objects.get(code="santa-croce")
        more = {"cluster": there, "scope": there.scope}
        school = Organisation._base_manager.create(
            pseudonym="E-7K3QDXK",
            kind="support_institution",
            is_public=True,
            public_name="Scuola Conciaria",
            **more,
        )
        workshop = Organisation._base_manager.create(pseudonym="E-8K3QDXK", kind="enterprise", **more)
    return {"school": school, "workshop": workshop}


@pytest.mark.parametrize("typed", ["scuola", "{pk}", "Scuola Conciaria (E-7K3QDXK)"])
def test_a_public_body_of_the_other_cluster_is_named_by_an_agent(visit, abroad, typed, monkeypatch):
    monkeypatch.setattr("nanduti.register.forms.finding.is_well_formed", lambda text: True)
    client, school = visit("cda-leather"), abroad["school"]
    assert "Scuola Conciaria" in client.get(f"{PAIR}/linkage/").content.decode(), (
        "offered before anything is typed"
    )
    answer = client.post(f"{PAIR}/linkage/", SENT | {"to_organisation": typed.format(pk=school.pk)})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    assert Linkage.objects.get(label=SENT["label"]).to_organisation == school


@pytest.mark.parametrize("typed", ["{pk}", "E-8K3QDXK"])
def test_who_is_not_shown_by_name_stays_unknown(visit, abroad, typed, monkeypatch):
    monkeypatch.setattr("nanduti.register.forms.finding.is_well_formed", lambda text: True)
    client, workshop = visit("cda-leather"), abroad["workshop"]
    assert workshop.pseudonym not in client.get(f"{PAIR}/linkage/").content.decode()
    answer = client.post(f"{PAIR}/linkage/", SENT | {"to_organisation": typed.format(pk=workshop.pk)})
    assert answer.status_code == 422 and not Linkage.objects.filter(label=SENT["label"]).exists()


def test_a_public_body_of_a_third_cluster_is_not_offered(visit, abroad):
    with scopes_disabled():
        Organisation._base_manager.filter(pk=abroad["school"].pk).update(
            cluster=Cluster.objects.exclude(code__in=["santa-croce", "chennai-leather"]).first()
        )
    client = visit("cda-leather")
    assert "Scuola Conciaria" not in client.get(f"{PAIR}/linkage/").content.decode()
    assert client.post(f"{PAIR}/linkage/", SENT | {"to_organisation": "scuola"}).status_code == 422


@pytest.mark.parametrize("kind", ["enterprise", "support_institution"])
def test_who_stands_in_no_list_enters_the_own_register_and_does_not_count_as_its_firm(visit, example, kind):
    client = visit("cda-leather")
    assert f"{PAIR}/partner/" in client.get(f"{PAIR}/linkage/").content.decode()
    sent = {"name": "Conceria del Sole", "kind": kind, "country_code": "IT"}
    assert client.post(f"{PAIR}/partner/", {**sent, "kind": ""}).status_code == 422
    answer = client.post(f"{PAIR}/partner/", sent)
    with scopes_disabled():
        made = Organisation._base_manager.latest("id")
        here = Cluster.objects.get(code="chennai-leather")
        assert (made.scope, made.cluster, made.country_code) == (here.scope, None, "IT")
        assert made.is_public is (kind != "enterprise")
        assert not ClusterMembership._base_manager.filter(organisation=made).exists()
    assert answer.status_code == 302 and answer["Location"].endswith(f"with={made.pseudonym}")
    form = client.get(answer["Location"]).content.decode()
    assert made.pseudonym in form and ("Conceria del Sole" in form) is made.is_public
    saved = client.post(f"{PAIR}/linkage/", SENT | {"to_organisation": made.pseudonym})
    assert saved.status_code == 302 and Linkage.objects.get(label=SENT["label"]).to_organisation == made


def test_a_partner_stays_in_the_register_that_keeps_it_when_it_is_edited(visit, example):
    client = visit("cda-leather")
    sent = {"name": "Conceria del Sole", "kind": "support_institution", "country_code": "IT"}
    assert client.post(f"{PAIR}/partner/", sent).status_code == 302
    with scopes_disabled():
        made = Organisation._base_manager.latest("id")
        before = made.scope
    address = f"/register/who/{made.pseudonym}/edit/"
    edited = {"kind": made.kind, "is_public": "on", "public_name": "Scuola del Sole", "version": made.version}
    answer = client.post(address, edited)
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    made.refresh_from_db()
    assert (made.public_name, made.scope) == ("Scuola del Sole", before)


@pytest.mark.parametrize(("who", "status"), [("committee", 403), ("association", 403), ("cda-footwear", 404)])
def test_others_name_nobody(visit, example, who, status):
    sent = {"name": "Conceria del Sole", "kind": "enterprise", "country_code": "IT"}
    before = Organisation._base_manager.count()
    assert visit(who).post(f"{PAIR}/partner/", sent).status_code == status
    assert Organisation._base_manager.count() == before
