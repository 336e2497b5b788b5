"""Who is told what: by address, export and API."""

from __future__ import annotations

import pytest
from django.db import connections
from django.urls import reverse
from django_scopes import scopes_disabled

from nanduti.register.models import DuplicateDecision
from tests.support.doubles import allow, client_of, search, site
from tests.support.register import ADDRESS, NAME, ROLES

NOBODY_ELSE = sorted({*ROLES, "stranger", "nobody"} - {"custodian"})


@pytest.fixture
def addresses(here, twin):
    (pair,) = search(here)
    code = here.cluster.code
    return {
        "home": reverse("register:doubles"),
        "list": reverse("register:doubles_of", args=[code]),
        "csv": reverse("register:doubles_of", args=[code]) + "?export=csv",
        "pair": reverse("register:double", args=[pair.pk]),
        "search": reverse("register:search_doubles", args=[code]),
    }


@pytest.mark.parametrize("role", NOBODY_ELSE)
def test_nobody_else_is_told_anything(here, twin, addresses, role):
    allow(here, ["name", "phone", "address"], role="enumerator")  # who sees names decides nothing yet
    client = client_of(here, role)
    for name, url in addresses.items():
        answer = client.post(url) if name == "search" else client.get(url)
        assert answer.status_code in {403, 404}, (name, answer.status_code)
    page = client.get(reverse("register:cluster", args=[here.cluster.code]))
    assert "same-firm" not in page.content.decode()
    api = client.get("/api/openapi.json").content.decode()
    assert "same" not in [part for part in api.split("/") if part.startswith("same-firm")]


def test_a_custodian_without_second_factor_compares_nothing(here, twin, addresses):
    from nanduti.register.duplicates import queries

    here.user("custodian").authenticator_set.all().delete()
    with scopes_disabled():
        assert queries.clusters_to_judge(access=here.access("custodian")) == []


def test_an_agent_of_another_cluster_decides_nothing_here(here, twin, addresses):
    with scopes_disabled():
        before = DuplicateDecision.objects.count()
    answer = client_of(here, "stranger").post(
        addresses["pair"], {"decision": "different", "reason": "Because so."}
    )
    assert answer.status_code == 404
    with scopes_disabled():
        assert DuplicateDecision.objects.count() == before


def test_names_stand_on_the_pages_of_whoever_may_see_them(here, twin, addresses):
    client = client_of(here, "custodian")
    for name in ("list", "pair"):
        page = client.get(addresses[name]).content.decode()
        assert NAME in page and ADDRESS not in page
    exported = b"".join(client.get(addresses["csv"]).streaming_content).decode()
    assert NAME in exported and ADDRESS not in exported
    assert (
        "1 pair may be the same firm"
        in client.get(reverse("register:cluster", args=[here.cluster.code])).content.decode()
    )


@pytest.mark.parametrize("name", ["home", "list", "pair"])
def test_pages_ask_a_bounded_number_of_questions(here, addresses, name, django_assert_max_num_queries):
    for n in range(25):
        for spelling in ("Hilos", "Ilos"):
            site(here, f"{spelling} {n}", {"name": f"{spelling} Ñandutí {n}", "phone": f"0971 30{n:02} 99"})
    search(here)
    client = client_of(here, "custodian")
    url = addresses[name] if name != "pair" else addresses["home"]
    if name == "pair":
        from nanduti.register.models import DuplicatePair

        with scopes_disabled():
            url = reverse("register:double", args=[DuplicatePair.objects.latest("id").pk])
    client.get(url)
    with (
        django_assert_max_num_queries(40, connection=connections["default"]),
        django_assert_max_num_queries(16, connection=connections["vault"]),
    ):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    "query", ["?score.min=x", "?page=-1", "?sort=nonsense", "?answer=%00", "?score.min=1e999"]
)
def test_no_address_breaks_the_list(here, addresses, query):
    assert client_of(here, "custodian").get(addresses["list"] + query).status_code == 200


def test_an_agent_to_whom_no_name_is_shown_learns_whom_to_ask(here, twin, addresses):
    for name in ("home", "list"):
        answer = client_of(here, "cda").get(addresses[name])
        assert answer.status_code == 403
        assert "standing grant" in answer.content.decode()
        # The role is there; what is missing are the names.
        assert "It belongs to" not in answer.content.decode()
