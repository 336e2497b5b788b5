"""Every page for every role: what shows, what is refused, how many questions it costs."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from nanduti.register import actions
from nanduti.register.models import Organisation
from nanduti.vault.models import Consent, ContactRequest, Purpose, Reveal, StandingGrant
from tests.support.clients import signed_in
from tests.support.register import NAME, PERSON_NAME, PHONE, ROLES, SECRETS, World, firm

MANY = 60


def client_of(here: World, role: str, language: str = "en") -> Client:
    user = here.user(role)
    user.language = language
    user.save(update_fields=["language"])
    return signed_in(user)


def pages(here: World) -> dict[str, str]:
    firm, site, person = here.firm.pseudonym, here.site.pseudonym, here.person.pseudonym
    return {
        "home": reverse("register:home"),
        "establishments": reverse("register:establishments"),
        "clusters": reverse("register:clusters"),
        "cluster": reverse("register:cluster", args=[here.cluster.code]),
        "organisation": reverse("register:actor", args=[firm]),
        "establishment": reverse("register:actor", args=[site]),
        "person": reverse("register:actor", args=[person]),
        "institute": reverse("register:actor", args=[here.institute.pseudonym]),
        "requests": reverse("register:requests"),
    }


FORMS = {
    "new": [],
    "edit_organisation": ["firm"],
    "new_establishment": ["firm"],
    "new_person": ["firm"],
    "new_fact": ["firm"],
    "take_role": ["firm"],
    "join_cluster": ["firm"],
    "join_association": ["firm"],
    "edit_establishment": ["site"],
    "merge": ["site"],
    "edit_person": ["person"],
    "new_post": ["person"],
    "edit_cluster": ["cluster"],
    "new_cluster_fact": ["cluster"],
    "ask": ["firm"],
}


def form_url(here: World, name: str) -> str:
    args = [getattr(here, what) for what in FORMS[name]]
    return reverse(f"register:{name}", args=[getattr(a, "pseudonym", getattr(a, "code", "")) for a in args])


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("role", ["coordinator", "cda", "custodian", "administrator"])
def test_pages_open_in_both_languages(here, role, language):
    client = client_of(here, role, language)
    for name, url in pages(here).items():
        response = client.get(url)
        assert response.status_code == 200, (name, response.status_code)
        assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", FORMS)
def test_forms_open_for_agents_and_not_for_readers(here, name):
    assert client_of(here, "cda").get(form_url(here, name)).status_code == 200
    for role in ("researcher", "committee_member", "enumerator"):
        # People are not even found by those who may not read sensitive records.
        assert client_of(here, role).get(form_url(here, name)).status_code in {403, 404}, role


def test_visitors_are_asked_to_sign_in(here):
    for url in pages(here).values():
        response = Client().get(url)
        assert response.status_code == 302 and "/login/" in response["Location"]


def test_a_firm_owner_sees_the_own_firm_and_no_other(here):
    with scopes_disabled():
        other = firm(here.cluster, "Neighbour")
    client = client_of(here, "firm_owner")
    own = client.get(reverse("register:actor", args=[here.firm.pseudonym]))
    assert own.status_code == 200 and NAME in own.content.decode()
    assert client.get(reverse("register:actor", args=[other.pseudonym])).status_code == 404
    assert client.get(reverse("register:actor", args=[here.person.pseudonym])).status_code == 404
    listed = client.get(reverse("register:home")).content.decode()
    assert other.pseudonym not in listed


def test_a_firm_owner_reads_the_name_of_the_cluster_and_no_link_that_leads_nowhere(here):
    client = client_of(here, "firm_owner")
    nowhere = reverse("register:cluster", args=[here.cluster.code])
    assert client.get(nowhere).status_code == 404
    for address in (reverse("register:actor", args=[here.firm.pseudonym]), reverse("register:home")):
        page = client.get(address).content.decode()
        assert f'"{nowhere}"' not in page and str(here.cluster) in page, address
    page = client_of(here, "cda").get(reverse("register:actor", args=[here.firm.pseudonym])).content.decode()
    assert f'"{nowhere}"' in page


def test_readers_see_no_people_and_no_notes(here):
    page = client_of(here, "researcher").get(reverse("register:actor", args=[here.firm.pseudonym]))
    assert here.person.pseudonym not in page.content.decode()
    assert (
        client_of(here, "researcher").get(reverse("register:actor", args=[here.person.pseudonym])).status_code
        == 404
    )


@pytest.mark.parametrize(
    "name", ["home", "establishments", "cluster", "organisation", "establishment", "person"]
)
def test_pages_ask_a_bounded_number_of_questions(here, name, django_assert_max_num_queries):
    from django.db import connections

    with scopes_disabled():
        for n in range(MANY):
            new = firm(here.cluster, f"Firm {n}")
            actions.register_establishment(
                organisation=here.firm if n % 2 else new,
                values={"cluster": here.cluster, "place": here.place, "n_workers": n},
                identity={"name": f"Site {n}"},
                by="test",
            )
    client = client_of(here, "custodian")
    url = pages(here)[name]
    client.get(url)
    with (
        django_assert_max_num_queries(32, connection=connections["default"]),
        django_assert_max_num_queries(16, connection=connections["vault"]),
    ):
        assert client.get(url).status_code == 200


def test_an_agent_registers_a_firm_and_sees_a_pseudonym(here):
    client = client_of(here, "cda")
    response = client.post(
        reverse("register:new"),
        {"kind": "enterprise", "cluster": here.cluster.code, "name": "Hilos del Sur", "phone": "021 555 777"},
    )
    assert response.status_code == 302
    with scopes_disabled():
        new = Organisation.objects.latest("id")
    page = client.get(response["Location"]).content.decode()
    assert new.pseudonym in page and "Hilos" not in page and "555 777" not in page
    custodian = client_of(here, "custodian").get(response["Location"]).content.decode()
    assert "Hilos del Sur" in custodian


def test_a_small_firm_is_not_published(here):
    client = client_of(here, "cda")
    response = client.post(
        reverse("register:new"),
        {
            "kind": "enterprise",
            "cluster": here.cluster.code,
            "is_public": "on",
            "public_name": "Hilos del Sur",
        },
    )
    assert (
        response.status_code == 422
        and not Organisation._base_manager.filter(is_public=True, kind="enterprise").exists()
    )


def test_agents_do_not_edit_what_belongs_to_everybody(here):
    url = reverse("register:edit_organisation", args=[here.institute.pseudonym])
    assert client_of(here, "cda").get(url).status_code == 403
    assert client_of(here, "coordinator").get(url).status_code == 200


def test_the_second_of_two_editors_is_told_and_loses_nothing(here):
    url = reverse("register:edit_organisation", args=[here.firm.pseudonym])
    first, second = client_of(here, "cda"), client_of(here, "coordinator")
    data = {"kind": "enterprise", "cluster": here.cluster.code, "version": here.firm.version}
    assert first.post(url, data | {"size_band": "micro", "phone": "021 1"}).status_code == 302
    told = second.post(url, data | {"size_band": "large", "note": "Visited twice", "phone": "021 2"})
    page = told.content.decode()
    assert told.status_code == 409 and "Visited twice" in page and "micro" in page
    here.firm.refresh_from_db()
    assert here.firm.size_band == "micro"
    again = data | {"size_band": "large", "note": "Visited twice", "version": here.firm.version}
    assert second.post(url, again).status_code == 302
    here.firm.refresh_from_db()
    assert (here.firm.size_band, here.firm.note) == ("large", "Visited twice")


def test_from_asking_to_looking(here):
    agent, custodian = client_of(here, "cda"), client_of(here, "custodian")
    site = reverse("register:actor", args=[here.site.pseudonym])
    assert not [s for s in SECRETS if s in agent.get(site).content.decode()]
    asked = agent.post(
        reverse("register:ask", args=[here.site.pseudonym]),
        {
            "asks_for": "The agent",
            "purpose": "field_visit",
            "text": "To visit before the fair.",
            "until_on": _day(20),
            "fields_asked": ["name", "phone"],
        },
    )
    assert asked.status_code == 302
    request = ContactRequest.objects.get()
    assert NAME in custodian.get(reverse("register:desk")).content.decode()
    decide = reverse("register:decide", args=[request.public_id])
    shown = custodian.get(decide).content.decode()
    assert PHONE in shown and "To visit before the fair." in shown and "Séptima" not in shown
    granted = custodian.post(
        decide,
        {
            "answer": "grant",
            "grant-fields_granted": ["name", "phone"],
            "grant-until_on": _day(10),
            "grant-version": 1,
        },
    )
    assert granted.status_code == 302
    page = agent.get(site).content.decode()
    assert NAME in page and PHONE not in page
    looked = agent.post(reverse("register:reveal", args=[here.site.pseudonym]), {"fields": ["phone"]})
    assert PHONE in looked.content.decode() and looked["Cache-Control"] == "private, no-store"
    log = custodian.get(reverse("register:reveals")).content.decode()
    assert "cda" in log and here.site.pseudonym in log and PHONE not in log and NAME not in log
    assert Reveal.objects.filter(why="request", by_label="cda").exists()
    agent.post(reverse("register:withdraw", args=[request.public_id]))
    assert NAME not in agent.get(site).content.decode()


def test_a_refusal_is_read_by_whoever_asked(here):
    agent, custodian = client_of(here, "cda"), client_of(here, "custodian")
    agent.post(
        reverse("register:ask", args=[here.firm.pseudonym]),
        {
            "asks_for": "Me",
            "purpose": "survey",
            "text": "A study.",
            "until_on": _day(9),
            "fields_asked": ["name"],
        },
    )
    decide = reverse("register:decide", args=[ContactRequest.objects.get().public_id])
    assert (
        custodian.post(decide, {"answer": "refuse", "refuse-reason": "no", "refuse-version": 1}).status_code
        == 422
    )
    refused = {"answer": "refuse", "refuse-reason": "The firm asked for rest.", "refuse-version": 1}
    assert custodian.post(decide, refused).status_code == 302
    assert "The firm asked for rest." in agent.get(reverse("register:requests")).content.decode()
    assert custodian.post(decide, refused).status_code == 422


def test_a_standing_grant_is_given_used_and_revoked(here):
    agent, custodian = client_of(here, "cda"), client_of(here, "custodian")
    given = custodian.post(
        reverse("register:new_grant"),
        {
            "cluster": here.cluster.code,
            "holder": "role:cda",
            "fields_granted": ["name"],
            "purpose": "field_visit",
            "until_on": _day(100),
        },
    )
    assert given.status_code == 302
    home = reverse("register:home")
    assert NAME in agent.get(home).content.decode()
    assert NAME in agent.get(home, {"q": "jazmin"}).content.decode()
    assert NAME in b"".join(agent.get(home, {"export": "csv"}).streaming_content).decode()
    assert NAME not in client_of(here, "researcher").get(home, {"q": "jazmin"}).content.decode()
    assert here.foreign_firm.pseudonym not in agent.get(home).content.decode()
    grant = StandingGrant.objects.get()
    listed = custodian.get(reverse("register:grants")).content.decode()
    assert str(grant.public_id) in listed
    assert (
        custodian.post(
            reverse("register:revoke", args=[grant.public_id]), {"reason": "The season is over."}
        ).status_code
        == 302
    )
    assert NAME not in agent.get(home).content.decode()


def test_the_desk_is_for_custodians(here):
    for name in ("desk", "grants", "new_grant", "reveals", "look_up"):
        for role in set(ROLES) - {"custodian"}:
            assert client_of(here, role).get(reverse(f"register:{name}")).status_code == 403, (name, role)
        assert client_of(here, "custodian").get(reverse(f"register:{name}")).status_code == 200


def test_a_custodian_finds_whose_telephone_it_is(here):
    custodian = client_of(here, "custodian")
    found = custodian.post(reverse("register:look_up"), {"field": "phone", "value": "0981 5550199"})
    assert NAME in found.content.decode()
    none = custodian.post(reverse("register:look_up"), {"field": "name", "value": "Costuras Lejanas"})
    assert here.foreign_firm.pseudonym not in none.content.decode()


def test_a_custodian_without_second_factor_gets_no_further(here):
    here.user("custodian").authenticator_set.all().delete()
    assert client_of(here, "custodian").get(reverse("register:desk")).status_code == 302


def test_establishments_are_merged_and_told_apart_again(here):
    client = client_of(here, "cda")
    with scopes_disabled():
        twin = actions.register_establishment(
            organisation=here.firm, values={"cluster": here.cluster}, identity={"name": "The same"}, by="test"
        )
        fact = actions.record_fact(subject=twin, values={"attribute": "machines", "value": 4}, by="test")
    url = reverse("register:merge", args=[here.site.pseudonym])
    assert client.post(url, {"absorbed": "W-2222222", "reason": "Same door."}).status_code == 422
    assert client.post(url, {"absorbed": here.site.pseudonym, "reason": "Same door."}).status_code == 422
    assert client.post(url, {"absorbed": twin.pseudonym.lower(), "reason": "Same door."}).status_code == 302
    fact.refresh_from_db()
    assert fact.establishment == here.site
    assert "Same door." in client.get(reverse("register:actor", args=[here.site.pseudonym])).content.decode()
    assert twin.pseudonym not in client.get(reverse("register:establishments")).content.decode()
    from nanduti.register.models import EstablishmentMerge

    undo = reverse("register:unmerge", args=[EstablishmentMerge._base_manager.get().pk])
    assert client_of(here, "researcher").post(undo).status_code == 403
    assert client.post(undo).status_code == 302
    fact.refresh_from_db()
    assert fact.establishment == twin
    assert client.post(undo).status_code == 422


def test_facts_that_contradict_stand_side_by_side(here):
    client = client_of(here, "cda")
    url = reverse("register:new_cluster_fact", args=[here.cluster.code])
    for value in ("650", "620"):
        data = {
            "attribute": "n_units",
            "label": "Units",
            "value": value,
            "qualifier": "about",
            "unit": "units",
        }
        assert client.post(url, data).status_code == 302
    page = client.get(reverse("register:cluster", args=[here.cluster.code])).content.decode()
    assert "650" in page and "620" in page and "also stated" in page
    assert client.post(url, {"attribute": "n_units", "qualifier": "about"}).status_code == 422


def test_roles_memberships_and_people_through_the_pages(here):
    client = client_of(here, "cda")
    who = here.firm.pseudonym
    posts = [
        ("take_role", {"role": "firm", "cluster": here.cluster.code, "since_text": "March-April 2009"}, 302),
        (
            "take_role",
            {"role": "firm", "cluster": here.cluster.code, "since_text": "March-April 2009"},
            302,
        ),  # a second click
        ("join_cluster", {"cluster": here.cluster.code}, 422),
        ("new_person", {"title": "Cutter", "name": "Somebody Else", "since_text": "2009"}, 302),
        ("new_establishment", {"n_workers": "12", "latitude": "-25.1", "longitude": "-57.1"}, 302),
        ("new_establishment", {"n_workers": "12", "latitude": "-25.1"}, 422),
        ("new_fact", {"label": "Exports", "value_text": "a little", "qualifier": "about"}, 302),
    ]
    for name, data, status in posts:
        assert client.post(reverse(f"register:{name}", args=[who]), data).status_code == status, (name, data)
    page = client.get(reverse("register:actor", args=[who])).content.decode()
    assert "March–April 2009" in page and "Cutter" in page and "a little" in page
    assert "Somebody Else" not in page and PERSON_NAME not in page
    with scopes_disabled():
        role, membership = here.firm.roles.get(), here.firm.cluster_memberships.get()
    assert (
        client.post(
            reverse("register:edit_role", args=[who, role.pk]), {"version": 1, "until_text": "2011"}
        ).status_code
        == 302
    )
    end = reverse("register:leave_cluster", args=[who, membership.pk])
    assert client.post(end, {"version": 1, "until_on": "2020-01-01"}).status_code == 422
    assert client.post(end, {"version": 1, "until_on": "2031-01-01"}).status_code == 302


def test_a_known_person_takes_a_further_post_which_ends(here):
    client, person = client_of(here, "cda"), here.person.pseudonym
    address = reverse("register:new_post", args=[person])
    values = {
        "organisation": here.firm.pseudonym,
        "title": "Treasurer of the savings circle",
        "since_text": "2025",
    }
    assert client.post(address, {**values, "organisation": "E-0000000"}).status_code == 422
    assert client.post(address, values).status_code == 302
    with scopes_disabled():
        post = here.person.positions.get(title=values["title"])
    page = client.get(reverse("register:actor", args=[person])).content.decode()
    ending = reverse("register:edit_post", args=[person, post.pk])
    assert values["title"] in page and ending in page
    ended = {"title": post.title, "since_text": "2025", "until_text": "March 2026", "version": post.version}
    assert client.post(ending, ended).status_code == 302
    assert client.post(ending, {**ended, "until_text": "2027"}).status_code == 409
    assert "March 2026" in client.get(reverse("register:actor", args=[person])).content.decode()
    assert client_of(here, "committee_member").post(ending, ended).status_code in {403, 404}


def test_a_firm_leaves_its_association(here):
    client = client_of(here, "cda")
    who = here.firm.pseudonym
    with scopes_disabled():
        named = {
            "kind": "association",
            "public_name": "Guild of Itauguá",
            "is_public": True,
            "cluster": here.cluster,
        }
        association = actions.register_organisation(values=named, by="test")
        given = {"association": association, "member": here.firm, "since_on": date(2024, 5, 1)}
        membership = actions.join_association(**given, by="test")
    end = reverse("register:leave_association", args=[who, membership.pk])
    assert end in client.get(reverse("register:actor", args=[who])).content.decode()
    elsewhere = client_of(here, "stranger").post(end, {"version": 1, "until_on": "2031-01-01"})
    assert elsewhere.status_code in (403, 404)
    assert client.post(end, {"version": 1, "until_on": "2024-05-01"}).status_code == 422
    assert client.post(end, {"version": 1, "until_on": "2031-01-01"}).status_code == 302
    assert client.post(end, {"version": 1, "until_on": "2032-01-01"}).status_code == 409
    page = client.get(reverse("register:actor", args=[who])).content.decode()
    assert "Guild of Itauguá" in page and "2031" in page and end not in page
    assert client.get(end.replace(f"/{membership.pk}/", "/999999/")).status_code == 404


def test_panels_of_rooms_above_are_shown(here, monkeypatch):
    from nanduti.register import panels

    monkeypatch.setattr(panels, "_offers", {})
    panels.offer(
        "organisation",
        panel=lambda request, found: panels.Panel("Took part in", "register/_history.html", {}),
    )
    panels.offer("organisation", panel=lambda request, found: None)
    page = client_of(here, "cda").get(reverse("register:actor", args=[here.firm.pseudonym])).content.decode()
    assert "Took part in" in page


def test_pseudonyms_are_found_however_they_are_typed(here):
    client = client_of(here, "cda")
    url = reverse("register:actor", args=[here.firm.pseudonym])
    assert client.get(url.lower().replace("/register/who/", "/register/who/"))["Location"] == url
    assert client.get("/register/who/E-2222222/").status_code == 404
    assert client.get("/register/who/X-2222222/").status_code == 404


def _day(days: int) -> str:
    from datetime import timedelta

    from django.utils import timezone

    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_every_purpose_can_be_chosen(here):
    page = (
        client_of(here, "cda", "es").get(reverse("register:ask", args=[here.firm.pseudonym])).content.decode()
    )
    assert all(str(p.title_es) in page for p in Purpose.objects.all())


def test_a_consent_is_written_down_and_taken_back(here):
    client = client_of(here, "cda")
    who = here.firm.pseudonym
    data = {"purpose": "survey", "how": "spoken", "given_on": _day(-1), "until_on": _day(30)}
    url = reverse("register:record_consent", args=[who])
    assert client.post(url, data | {"until_on": _day(-5)}).status_code == 422
    assert client.post(url, data).status_code == 302
    consent = Consent.objects.get()
    assert "Consents" in client.get(reverse("register:actor", args=[who])).content.decode()
    back = reverse("register:withdraw_consent", args=[who, consent.pk])
    assert client_of(here, "researcher").post(back).status_code == 403
    assert client.post(back).status_code == 302
    consent.refresh_from_db()
    assert consent.withdrawn_at is not None


def test_a_custodian_shreds_and_nobody_else(here):
    url = reverse("register:shred", args=[here.site.pseudonym])
    for role in ("cda", "coordinator", "administrator"):
        assert client_of(here, role).post(url, {"reason": "They asked for it."}).status_code == 403
    custodian = client_of(here, "custodian")
    assert custodian.post(url, {"reason": "x"}).status_code == 422
    assert custodian.post(url, {"reason": "They asked for it."}).status_code == 302
    page = custodian.get(reverse("register:actor", args=[here.site.pseudonym])).content.decode()
    assert PHONE not in page and "no name and no contact" in page
