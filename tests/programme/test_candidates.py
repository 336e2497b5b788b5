"""A cluster is put on the long list on a page, known to the register or not; parties of agreements may come from it."""

from __future__ import annotations

import pytest

from nanduti.foundation.models import Grant, Scope
from nanduti.programme.models import Candidate, CooperationAgreement
from nanduti.register.models import Cluster, Organisation
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

NEW = f"/p/{CODE}/selection/new/"


def errors_of(answer) -> dict:
    return dict(answer.context["form"].errors)


def test_a_cluster_that_nobody_knew_is_written_down(visit, example):
    client, n_grants = visit("coordinator"), Grant.objects.count()
    sent = {"name": "Kanpur saddlery", "sector": "leather", "stage": "long_list"}
    assert client.post(NEW, sent).status_code == 302
    row = Candidate.objects.get(programme=example, cluster__name="Kanpur saddlery")
    assert row.cluster.code == "kanpur-saddlery" and row.cluster.trade == "leather" and not row.reason
    assert "Kanpur saddlery" in client.get(f"/p/{CODE}/selection/").content.decode()
    # It is named; a right in its register comes with a grant alone.
    assert Grant.objects.count() == n_grants
    assert not example.scope.reaches.filter(pk=row.cluster.scope_id).exists()
    assert client.get("/register/clusters/kanpur-saddlery/").status_code == 404


def test_a_cluster_of_the_register_is_considered_once(visit, example):
    known = Candidate.objects.filter(programme=example).first().cluster
    other = Cluster._base_manager.create(
        code="other", name="Other", scope=Scope.objects.create(kind="cluster", code="other")
    )
    client = visit("coordinator")
    assert client.post(NEW, {"cluster": other.pk, "stage": "long_list"}).status_code == 302
    # It is offered no more, and a name that the register has is no new one.
    assert "cluster" in errors_of(client.post(NEW, {"cluster": known.pk, "stage": "long_list"}))
    assert client.post(NEW, {"name": known.name.upper(), "stage": "long_list"}).status_code == 422


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"stage": "long_list"}, "name"),
        ({"stage": "selected", "name": "New"}, "reason"),
        ({"stage": "nonsense", "name": "New"}, "stage"),
    ],
)
def test_what_is_missing_is_told_beside_the_field(sent, wrong, visit, example):
    answer = visit("coordinator").post(NEW, sent)
    assert answer.status_code == 422 and wrong in errors_of(answer)


@pytest.mark.parametrize("who", ["committee", "cda-leather", "researcher", "association"])
def test_others_put_nothing_on_the_list(who, visit, example):
    client, n = visit(who), Candidate.objects.count()
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, {"name": "New", "stage": "long_list"}).status_code == 403
    assert Candidate.objects.count() == n


def test_a_party_may_come_from_a_partner_cluster_abroad(visit, example):
    """Marche and its associations lie outside every scope of the coordinator, and they sign all the same."""
    marche = Cluster._base_manager.get(code="marche")
    body = Organisation._base_manager.get(public_name="Confindustria Marche")
    sent = {"organisation": body.pk, "party_type": "association", "cluster": marche.pk, "is_signatory": "on"}
    address = f"/p/{CODE}/agreements/leather-ca/parties/"
    assert visit("coordinator").post(address, sent).status_code == 302
    party = CooperationAgreement.objects.get(code="leather-ca").parties.get(organisation=body)
    assert party.cluster == marche


def test_the_choice_is_told_for_each_country(visit, example):
    """Of eleven clusters in India six were taken, of ten in Italy the two that are partners."""
    page = visit("coordinator").get(f"/p/{CODE}/selection/").content.decode()
    assert "India: 6 of 11; Italy: 2 of 10." in page
    rows = visit("coordinator").get(f"/p/{CODE}/selection/?country=IN")
    assert "Jamshedpur" in rows.content.decode() and "Sassuolo" not in rows.content.decode()


def test_a_decision_that_was_done_after_its_day_was_done_late(visit, example):
    """To be done by March 2006, done on 26 February 2007."""
    from datetime import date

    from nanduti.programme.models import Resolution
    from nanduti.programme.pages.committee import _state_of

    row = Resolution.objects.get(code="sc1-choose-clusters")
    assert (_state_of(row, date(2011, 7, 31)), _state_of(row, date(2006, 12, 1))) == ("late", "overdue")
    assert "done late" in visit("coordinator").get(f"/p/{CODE}/committee/").content.decode()
    early = Resolution.objects.get(code="sc2-leather")
    assert _state_of(early, date(2011, 7, 31)) == "done"
