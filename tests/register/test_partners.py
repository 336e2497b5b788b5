"""Partners by sector and role: who is counted, who is asked about, and who may read what the partnership is."""

from __future__ import annotations

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from nanduti.register import partnering, sectors
from nanduti.register.models import Organisation, Stakeholder
from tests.support.clients import signed_in
from tests.support.register import World


def client_of(here: World, role: str) -> Client:
    """A client signed in as somebody of the world."""
    return signed_in(here.user(role))


pytestmark = pytest.mark.django_db


@pytest.fixture
def partners(here):
    """A chamber in two roles under a doubtful sector, an institute, a lead company, and a firm like any other."""
    with scopes_disabled():
        chamber = Organisation.objects.create(
            kind="association", is_public=True, public_name="Chamber of Itauguá", scope=here.cluster.scope,
            cluster=here.cluster,
        )  # fmt: skip
        rows = [
            (chamber, "support_agency", "united_nations", True, "Opens doors"),
            (chamber, "funder", "", None, ""),
            (here.institute, "technical_institution", "academia", False, ""),
            (here.firm, "firm", "private_sector", True, "Gives orders"),
        ]
        for organisation, role, sector, is_new, note in rows:
            Stakeholder.objects.create(
                organisation=organisation, cluster=here.cluster, scope=here.cluster.scope, role=role,
                sector=sector, is_new_partner=is_new, note=note,
            )  # fmt: skip
        Stakeholder.objects.create(
            organisation=here.foreign_firm, cluster=here.other, scope=here.other.scope, role="firm"
        )
    return chamber


def test_each_organisation_is_counted_once(partners, here):
    with scopes_disabled():
        found = partnering.counts(partnering.partners(access=here.access("coordinator")))
    assert (found.n, found.n_new, found.n_not_asked, found.n_doubtful) == (3, 2, 0, 1)
    assert found.by_sector == {"united_nations": 1, "academia": 1, "private_sector": 1}


def test_a_firm_like_any_other_is_no_partner(partners, here):
    with scopes_disabled():
        everybody = partnering.partners(access=here.access("administrator"))
    assert here.foreign_firm.pk not in {row.organisation_id for row in everybody}


@pytest.mark.parametrize(
    ("kind", "sector", "decision"),
    [("association", "united_nations", "flag"), ("international", "united_nations", "yes"),
     ("public_body", "private_sector", "flag"), ("enterprise", "private_sector", "yes")],
)  # fmt: skip
def test_the_kind_is_set_against_the_sector(kind, sector, decision):
    assert sectors.fits(kind=kind, sector=sector).decision == decision


def test_where_no_sector_is_said_nothing_is_judged():
    assert sectors.fits(kind="association", sector="") is None


def test_the_page_counts_filters_and_exports(partners, here):
    client = client_of(here, "coordinator")
    text = client.get("/register/partners/").content.decode()
    assert "3 partners, 2 of them new and unusual." in text and "Association: is this its sector?" in text
    narrowed = client.get("/register/partners/?sector=academia").content.decode()
    assert "1 partner, 0 of them new and unusual." in narrowed and "Chamber of Itauguá" not in narrowed
    export = b"".join(client.get("/register/partners/?export=csv").streaming_content).decode()
    assert "Chamber of Itauguá" in export and "United Nations" in export


def test_what_the_partnership_is_stays_with_insiders(partners, here):
    assert "Opens doors" in client_of(here, "coordinator").get("/register/partners/").content.decode()
    text = client_of(here, "researcher").get("/register/partners/").content.decode()
    assert "Chamber of Itauguá" in text and "Opens doors" not in text


def test_the_api_says_the_same(partners, here):
    rows = client_of(here, "coordinator").get("/api/register/partners").json()
    chamber = next(row for row in rows if row["role"] == "support_agency")
    assert chamber["name"] == "Chamber of Itauguá" and chamber["sector_fits"] is False
    assert chamber["is_new_partner"] is True and len(rows) == 4


def test_sector_and_novelty_are_written_down_with_the_role(partners, here):
    row = Stakeholder._base_manager.get(role="funder")
    address = f"/register/who/{partners.pseudonym}/roles/{row.pk}/"
    sent = {"version": row.version, "sector": "private_sector", "is_new_partner": "true"}
    assert client_of(here, "coordinator").post(address, sent).status_code == 302
    row.refresh_from_db()
    assert row.sector == "private_sector" and row.is_new_partner is True
    assert client_of(here, "coordinator").post(address, {**sent, "sector": "nonsense"}).status_code == 422


def test_the_page_of_a_cluster_says_who_does_what_in_it(here, partners):
    """An institute that sits elsewhere plays its part here all the same; firms are counted and not listed."""
    page = client_of(here, "cda").get(f"/register/clusters/{here.cluster.code}/")
    said = page.content.decode()
    assert "Who does what here" in said and "Technical institution" in said and "Chamber of Itauguá" in said
    assert "Opens doors" in said
    part = said[said.index('id="roles"') : said.index("Members by kind")]
    assert "Gives orders" not in part
    with scopes_disabled():
        Stakeholder.objects.filter(role="funder").update(since_text="September 2007")
    client = client_of(here, "cda")
    client.cookies["django_language"] = "es"
    words = client.get(f"/register/clusters/{here.cluster.code}/", headers={"accept-language": "es"})
    assert "desde septiembre de 2007" in words.content.decode()


def test_roles_on_the_page_of_a_cluster_take_one_query(here, partners, django_assert_max_num_queries):
    from nanduti.register import queries

    with scopes_disabled(), django_assert_max_num_queries(1):
        found = queries.who_does_what(cluster=here.cluster)
        assert list(found) == ["technical_institution", "funder", "support_agency"]
        assert [str(row.organisation) for row in found["funder"]] == ["Chamber of Itauguá"]
