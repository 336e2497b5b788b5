"""No submitted value and no address brings a page down, and nothing of another cluster is told by any way in."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nanduti.register import actions
from nanduti.register.forms import (
    ClusterForm,
    ConsentForm,
    ContactRequestForm,
    EditEstablishmentForm,
    EditOrganisationForm,
    EditPersonForm,
    EditRoleForm,
    EndForm,
    EstablishmentForm,
    FactForm,
    GrantForm,
    JoinAssociationForm,
    JoinClusterForm,
    LookUpForm,
    MergeForm,
    OrganisationForm,
    PersonForm,
    PostForm,
    ReasonForm,
    RefuseForm,
    RoleForm,
    StandingGrantForm,
)
from nanduti.register.forms.accounts import AccountForm
from nanduti.register.models import Organisation
from nanduti.vault.models import Purpose
from tests.register.test_pages import _day, client_of
from tests.support.register import AT, World

HOSTILE = [
    "", "a\x00b", "-1", "1e400", "NaN", "9" * 30, "1" * 5_000, "x" * 20_000,
    "🧵🧵🧵", "\u202eevil", "'; DROP TABLE x; --",
    "<script>alert(1)</script>", "%s%n {{ 7*7 }}", "2026-02-31", "0000-00-00", "9999-12-31",
    "user:999999999999999999999",
    "user:abc", "role:nobody", "on", "itaugua-garments", "enterprise", "W-2222222", "name", "\ud800", "²",
]  # fmt: skip


def targets(here: World) -> list[tuple[str, str, type, str]]:
    """Every address that takes a form: role, address, form, prefix of its fields."""
    firm, site, person = here.firm.pseudonym, here.site.pseudonym, here.person.pseudonym
    with scopes_disabled():
        role = actions.take_role(organisation=here.firm, cluster=here.cluster, role="firm", by="test")
        membership = here.firm.cluster_memberships.get()
        named = {"kind": "association", "public_name": "Guild", "is_public": True, "cluster": here.cluster}
        guild = actions.register_organisation(values=named, by="test")
        member = actions.join_association(association=guild, member=here.firm, since_on=None, by="test")
        grant = actions.give_standing_grant(
            scope=here.cluster.scope, access=here.access("custodian"), user=None, role="cda", fields=["name"],
            purpose=Purpose.objects.first(), until_on=AT.date().replace(year=AT.year + 1), by=here.user("custodian"),
            at=AT,
        )  # fmt: skip
        asked = actions.request_contact(
            actor=here.firm, access=here.access("cda"), asks_for="x", purpose=Purpose.objects.first(), text="x",
            fields=["name"], until_on=AT.date().replace(month=5), by=here.user("cda"), at=AT,
        )  # fmt: skip

    def at(name: str, *args: object) -> str:
        return reverse(f"register:{name}", args=args)

    return [
        ("cda", at("new"), OrganisationForm, ""),
        ("cda", at("edit_organisation", firm), EditOrganisationForm, ""),
        ("cda", at("new_establishment", firm), EstablishmentForm, ""),
        ("cda", at("edit_establishment", site), EditEstablishmentForm, ""),
        ("cda", at("merge", site), MergeForm, ""),
        ("cda", at("new_person", firm), PersonForm, ""),
        ("cda", at("edit_person", person), EditPersonForm, ""),
        ("cda", at("new_post", person), PostForm, ""),
        ("cda", at("join_cluster", firm), JoinClusterForm, ""),
        ("cda", at("leave_cluster", firm, membership.pk), EndForm, ""),
        ("cda", at("join_association", firm), JoinAssociationForm, ""),
        ("cda", at("leave_association", firm, member.pk), EndForm, ""),
        ("cda", at("take_role", firm), RoleForm, ""),
        ("cda", at("edit_role", firm, role.pk), EditRoleForm, ""),
        ("cda", at("new_fact", firm), FactForm, ""),
        ("cda", at("new_cluster_fact", here.cluster.code), FactForm, ""),
        ("cda", at("edit_cluster", here.cluster.code), ClusterForm, ""),
        ("cda", at("ask", firm), ContactRequestForm, ""),
        ("cda", at("record_consent", firm), ConsentForm, ""),
        ("custodian", at("shred", site), ReasonForm, ""),
        ("custodian", at("account", firm), AccountForm, ""),
        ("custodian", at("new_grant"), StandingGrantForm, ""),
        ("custodian", at("revoke", grant.public_id), ReasonForm, ""),
        ("custodian", at("decide", asked.public_id), GrantForm, "grant-"),
        ("custodian", at("decide", asked.public_id), RefuseForm, "refuse-"),
        ("custodian", at("look_up"), LookUpForm, ""),
    ]


def submit(client: Client, url: str, prefix: str, data: dict[str, object]) -> None:
    data = {f"{prefix}{name}": value for name, value in data.items()}
    if prefix:
        data["answer"] = prefix.rstrip("-")
    try:
        response = client.post(url, data)
    except UnicodeEncodeError:
        return  # a client cannot even send half a character
    assert response.status_code in {200, 302, 403, 404, 409, 422}, (url, response.status_code, data)


def test_every_field_takes_every_hostile_value(here):
    for role, url, form, prefix in targets(here):
        client = client_of(here, role)
        for value in HOSTILE:
            submit(client, url, prefix, dict.fromkeys(form.base_fields, value))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_mixture_of_values(here_and_targets, data):
    here, found = here_and_targets
    role, url, form, prefix = data.draw(st.sampled_from(found))
    values = {
        name: data.draw(
            st.one_of(
                st.sampled_from(HOSTILE), st.text(max_size=30), st.lists(st.text(max_size=8), max_size=3)
            )
        )
        for name in form.base_fields
    }
    submit(client_of(here, role), url, prefix, values)


@pytest.fixture
def here_and_targets(here):
    return here, targets(here)


def test_hostile_addresses_and_questions(here):
    client = client_of(here, "custodian")
    home = reverse("register:home")
    for value in HOSTILE:
        if "\ud800" in value:
            continue
        for name in ("q", "kind", "cluster", "place", "size_band", "role", "sort", "page", "cols", "export"):
            response = client.get(home, {name: value})
            assert response.status_code in {200, 302}, (name, value)
            if response.streaming:
                b"".join(response.streaming_content)
    for path in ("who/E-0/", "who/e-zzzzzzzzzzzz/", "clusters/nowhere/", "merges/99999999999999999999/undo/"):
        assert client.get(f"/register/{path}").status_code in {404, 405}
    assert client.post("/register/merges/99999999999999999999/undo/").status_code == 404
    who = reverse("register:edit_role", args=[here.firm.pseudonym, 99999999999999999999])
    assert client_of(here, "cda").get(who).status_code == 404
    assert (
        client.post(
            reverse("register:reveal", args=[here.firm.pseudonym]), {"fields": HOSTILE[:5]}
        ).status_code
        == 422
    )


# --- leaking between clusters


def every_address(here: World) -> list[str]:
    """Each address that names something of the first cluster."""
    found = [url for _role, url, _form, _prefix in targets(here) if "/new/" not in url or "who" in url]
    who = [here.firm, here.site, here.person]
    found += [reverse("register:actor", args=[w.pseudonym]) for w in who]
    found += [reverse("register:ask", args=[w.pseudonym]) for w in who]
    found += [reverse("register:cluster", args=[here.cluster.code])]
    found += [
        f"/api/register/organisations/{here.firm.pseudonym}",
        f"/api/register/clusters/{here.cluster.code}",
    ]
    return [url for url in found if url != reverse("register:look_up")]


@pytest.mark.parametrize("role", ["stranger", "nobody"])
def test_guessed_addresses_tell_nothing_of_another_cluster(here, role):
    client = client_of(here, role)
    for url in every_address(here):
        for response in (client.get(url), client.post(url, {})):
            assert response.status_code in {403, 404, 405}, (url, response.status_code)
            told = response.content.decode()
            assert here.cluster.name not in told and here.cluster.name_es not in told, url


@pytest.mark.parametrize("role", ["stranger", "nobody"])
def test_lists_and_exports_tell_nothing_of_another_cluster(here, role):
    client = client_of(here, role)
    mine = [here.firm.pseudonym, here.site.pseudonym, here.person.pseudonym, here.cluster.code]
    for name in ("home", "establishments", "clusters", "requests"):
        for query in ({}, {"export": "csv"}, {"q": here.firm.pseudonym}, {"cluster": here.cluster.code}):
            response = client.get(reverse(f"register:{name}"), query)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            told = body.decode().replace(query.get("q", "–"), "").replace(query.get("cluster", "–"), "")
            assert not [m for m in mine if m in told], (name, query)
    for url in ("organisations", "organisations?q=itaugua", "clusters"):
        told = client.get(f"/api/register/{url}").content.decode()
        assert not [m for m in mine if m in told], url


def test_a_custodian_elsewhere_cannot_touch_requests_and_grants(here):
    from tests.support.register import account

    found = targets(here)
    here.users["there"] = account("there", "custodian", here.other.scope, second_factor=True)
    client = client_of(here, "there")
    for _role, url, _form, _prefix in found:
        if "/desk/" in url and str(uuid.UUID(int=0)) not in url and not url.endswith(("new/", "look-up/")):
            assert client.get(url).status_code == 404, url
    for name in ("desk", "grants", "reveals"):
        told = client.get(reverse(f"register:{name}")).content.decode()
        assert here.firm.pseudonym not in told and here.cluster.code not in told
    given = {
        "cluster": here.cluster.code, "holder": "role:cda", "fields_granted": ["name"], "purpose": "survey",
        "until_on": _day(9),
    }  # fmt: skip
    assert client.post(reverse("register:new_grant"), given).status_code == 422


def test_forms_of_an_agent_do_not_reach_into_another_cluster(here):
    """Neither registering there, nor moving a firm there or away, nor giving it a role there."""
    client = client_of(here, "cda")
    there = here.other.code
    posts = [
        ("new", [], {"kind": "enterprise", "cluster": there, "name": "X"}),
        ("edit_organisation", [here.firm.pseudonym], {"kind": "enterprise", "cluster": there, "version": 1}),
        ("join_cluster", [here.firm.pseudonym], {"cluster": there}),
        ("take_role", [here.firm.pseudonym], {"cluster": there, "role": "firm"}),
        ("new_establishment", [here.firm.pseudonym], {"cluster": there}),
    ]
    for name, args, data in posts:
        assert client.post(reverse(f"register:{name}", args=args), data).status_code == 422, name
    assert (
        client.post(
            reverse("register:merge", args=[here.site.pseudonym]), {"absorbed": "", "reason": "x"}
        ).status_code
        == 422
    )
    assert Organisation._base_manager.filter(cluster=here.other).count() == 1


# --- the API


def test_the_api_says_what_the_pages_say(here):
    client = client_of(here, "cda")
    listed = client.get("/api/register/organisations").json()
    assert listed["next_after"] is None
    names = {o["pseudonym"]: o["name"] for o in listed["organisations"]}
    assert names == {
        here.firm.pseudonym: here.firm.pseudonym,
        here.institute.pseudonym: "Institute of Weaving",
    }
    one = client.get(f"/api/register/organisations/{here.firm.pseudonym}").json()
    assert one["establishments"][0] == {
        "pseudonym": here.site.pseudonym, "place": "itaugua", "activity": "1410", "size_band": "micro", "n_workers": 7,
    }  # fmt: skip
    cluster = client.get(f"/api/register/clusters/{here.cluster.code}").json()
    assert (cluster["n_organisations"], cluster["n_workers_known"]) == (1, 7)
    assert [c["code"] for c in client.get("/api/register/clusters").json()] == [here.cluster.code]
    missing = client.get("/api/register/organisations/E-2222222")
    assert missing.status_code == 404 and missing.json()["code"] == "foundation.not_found"
    assert Client().get("/api/register/organisations").status_code == 401


def test_the_api_is_read_page_by_page(here):
    with scopes_disabled():
        for _n in range(7):
            actions.register_organisation(
                values={"kind": "enterprise", "cluster": here.cluster}, by="test", at=AT
            )
    client, seen, after = client_of(here, "researcher"), [], ""
    while after is not None:
        page = client.get("/api/register/organisations", {"limit": 3, "after": after}).json()
        seen += [o["pseudonym"] for o in page["organisations"]]
        after = page["next_after"]
    assert len(seen) == len(set(seen)) == 9 and json.dumps(seen)


def test_a_custodian_reads_names_by_the_api_too(here):
    listed = client_of(here, "custodian").get("/api/register/organisations", {"q": "jazmin"}).json()
    assert [o["name"] for o in listed["organisations"]] == ["Talleres Jazmín Azul"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-5", "limit=999999", "after=%00", "q=%00", "kind=%F0%9F", "limit=x"]
)
def test_the_api_survives_odd_questions(here, query):
    assert client_of(here, "cda").get(f"/api/register/organisations?{query}").status_code in {200, 422}
