"""Facts are named in plain words with their unit, corrected and taken back; so are roles, memberships and posts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from nanduti.foundation.models import AuditEvent
from nanduti.register import actions, attributes
from nanduti.register.errors import AlreadyThere
from nanduti.register.models import ProfileFact
from nanduti.surveys.models import RecordLink
from tests.register.test_pages import client_of
from tests.support.crawl import Page as Read
from tests.support.crawl import links
from tests.support.forms import forms_of

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def the_form(client, address: str) -> dict[str, str]:
    """What the form on a page would send as it stands."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    form = next(
        f
        for f in forms_of(address, answer.content.decode())
        if "qualifier" in f.controls or "version" in f.controls
    )
    return {name: control.chosen[0] for name, control in form.controls.items() if control.chosen}


def new_at(here) -> str:
    return reverse("register:new_cluster_fact", args=[here.cluster.code])


def the_fact(**found) -> ProfileFact:
    with scopes_disabled():
        return ProfileFact.objects.get(**found)


def test_what_a_fact_is_about_is_chosen_in_plain_words(here):
    page = client_of(here, "cda").get(new_at(here)).content.decode()
    assert "Women among those who work (per cents)" in page and "Turnover of a year (money" in page
    assert "(choose, or name it below)" in page and ">women_share<" not in page


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"attribute": "n_units", "value": "650"}, ("n_units", "650", "units")),
        ({"attribute": "n_units", "value": "40", "unit": "workshops"}, ("n_units", "40", "workshops")),
        ({"attribute": "women_share", "value": "35 %"}, ("women_share", "0.35", "share")),
        ({"attribute": "women_share", "value": "0.35"}, ("women_share", "0.35", "share")),
        ({"attribute": "growth_share", "value": "150%"}, ("growth_share", "1.5", "share")),
        ({"attribute": "turnover", "value": "9000000", "unit": "inr"}, ("turnover", "9000000", "INR")),
        ({"label": "Tanneries on the river", "value": "12"}, ("tanneries_on_the_river", "12", "")),
        ({"label": "Lost to theft", "value": "2.5 %"}, ("lost_to_theft", "0.025", "share")),
    ],
)
def test_the_unit_follows_from_what_it_is_about(here, sent, kept):
    assert client_of(here, "cda").post(new_at(here), {"qualifier": "about", **sent}).status_code == 302
    row = the_fact(qualifier="about")
    assert (row.attribute, row.value, row.unit) == (kept[0], Decimal(kept[1]), kept[2])


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"attribute": "turnover", "value": "9000000"}, "Write the currency as three letters"),
        (
            {"attribute": "turnover", "value": "9000000", "unit": "rupees"},
            "Write the currency as three letters",
        ),
        ({"attribute": "women_share", "value": "35"}, "Write per cents with their sign"),
        ({"attribute": "n_units", "value": "35 %"}, "this counts something else"),
        ({"value": "35"}, "Choose what it is about"),
        ({"attribute": "n_units"}, "Write the number"),
        ({"attribute": "no_such_code", "value": "3"}, "no_such_code"),
        ({"attribute": "n_units", "value": "1e999999999 %"}, "number"),
    ],
)
def test_what_cannot_be_meant_is_told_beside_the_field(here, sent, said):
    answer = client_of(here, "cda").post(new_at(here), {"qualifier": "about", **sent})
    assert answer.status_code == 422 and said in answer.content.decode()
    with scopes_disabled():
        assert not ProfileFact.objects.filter(qualifier="about").exists()


def test_words_of_another_script_are_a_name_too(here):
    client = client_of(here, "cda")
    for value in ("5", "6"):
        sent = {"qualifier": "about", "label": "தோல் பதனிடும் ஆலைகள்", "value": value}
        assert client.post(new_at(here), sent).status_code == 302
    with scopes_disabled():
        assert (
            len(set(ProfileFact.objects.filter(qualifier="about").values_list("attribute", flat=True))) == 1
        )
    assert "தோல் பதனிடும் ஆலைகள்" in client.get(new_at(here)).content.decode(), "offered the next time"


def test_a_fact_without_a_label_is_called_in_the_reader_s_language(here):
    actions.record_fact(subject=here.cluster, values={"attribute": "n_units", "value": 5}, by="test")
    page = reverse("register:cluster", args=[here.cluster.code])
    assert '<td class="lead">Empresas' in client_of(here, "cda", "es").get(page).content.decode()


def a_fact(here, **values):
    values = {"attribute": "women_share", "value": Decimal("0.35"), "unit": "share", **values}
    fact = actions.record_fact(subject=here.cluster, values=values, by="test")
    return fact, reverse("register:edit_fact", args=[fact.pk])


def test_a_fact_is_corrected_and_the_second_editor_is_told(here):
    fact, address = a_fact(here)
    client = client_of(here, "cda")
    page = reverse("register:cluster", args=[here.cluster.code])
    assert address in links(Read(page, 200, client.get(page).content.decode()))
    sent = the_form(client, address)
    assert sent["value"] == "35 %"
    assert client.post(address, sent).status_code == 302
    fact = the_fact(pk=fact.pk)
    assert (fact.version, fact.value) == (1, Decimal("0.35")), "what is saved as it stands stays"
    assert client.post(address, {**sent, "value": "36 %"}).status_code == 302
    second = client.post(address, {**sent, "value": "37 %"})
    assert second.status_code == 409 and "37 %" in second.content.decode()
    assert the_fact(pk=fact.pk).value == Decimal("0.36")


def test_a_fact_of_an_attribute_that_nobody_named_stays_what_it_is(here):
    fact, address = a_fact(here, attribute="pairs_per_day", value=Decimal("20"), unit="pairs per day")
    client = client_of(here, "cda")
    assert client.post(address, the_form(client, address)).status_code == 302
    fact = the_fact(pk=fact.pk)
    assert (fact.attribute, fact.unit, fact.version) == ("pairs_per_day", "pairs per day", 1)


def test_a_fact_is_taken_back_with_a_reason_and_a_trace(here):
    fact, address = a_fact(here)
    client = client_of(here, "cda")
    sent = the_form(client, f"{address}take-back/") | {"reason": "Of another cluster"}
    assert client.post(f"{address}take-back/", {**sent, "reason": ""}).status_code == 422
    assert client.post(f"{address}take-back/", sent).status_code == 302
    with scopes_disabled():
        assert not ProfileFact.objects.filter(pk=fact.pk).exists()
    event = AuditEvent.objects.get(action="register.take_back")
    assert event.details["reason"] == "Of another cluster"
    assert event.details["said"]["value"].startswith("0.35") and event.scope == fact.scope


@pytest.mark.parametrize(("role", "status"), [("researcher", 403), ("enumerator", 403), ("stranger", 404)])
def test_others_correct_no_fact(here, role, status):
    fact, address = a_fact(here)
    client = client_of(here, role)
    for page in (address, f"{address}take-back/"):
        assert client.get(page).status_code == status
        assert client.post(page, {"version": 1, "reason": "Not mine"}).status_code == status
    assert the_fact(pk=fact.pk).version == 1


def test_a_fact_that_came_from_an_answer_is_corrected_there(here):
    fact, address = a_fact(here)
    RecordLink._base_manager.bulk_create(
        [
            RecordLink(
                scope=fact.scope, submission_id=1, target="fact", digest="x", at=timezone.now(),
                record_kind="register.profilefact", record_id=str(fact.pk),
            )
        ]
    )  # fmt: skip
    client = client_of(here, "cda")
    assert "came from an answer" in client.get(address).content.decode()
    answer = client.post(f"{address}take-back/", {"version": 1, "reason": "Mistaken"})
    assert answer.status_code == 422 and the_fact(pk=fact.pk)
    RecordLink._base_manager.all().delete()


def test_a_membership_is_corrected_or_was_never_there(here):
    client, firm = client_of(here, "cda"), here.firm
    with scopes_disabled():
        row = firm.cluster_memberships.get()
    address = reverse("register:edit_membership", args=[firm.pseudonym, row.pk])
    sent = the_form(client, address)
    wrong = client.post(address, {**sent, "since_on": "2010-01-01", "until_on": "2009-01-01"})
    assert wrong.status_code == 422
    assert (
        client.post(address, {**sent, "since_on": "2008-01-01", "until_on": "2009-01-01"}).status_code == 302
    )
    assert client.post(address, {**sent, "since_on": "2007-01-01"}).status_code == 409
    row.refresh_from_db()
    assert (row.since_on.year, row.until_on.year) == (2008, 2009)
    again = actions.join_cluster(organisation=firm, cluster=here.cluster, since_on=None, by="test")
    with pytest.raises(AlreadyThere):
        actions.edit_membership(
            membership=row, values={"since_on": None, "until_on": None}, version=row.version, by="test"
        )
    back = reverse("register:take_back_membership", args=[firm.pseudonym, again.pk])
    assert client.post(back, {"version": 1, "reason": "Entered twice"}).status_code == 302
    with scopes_disabled():
        assert [m.pk for m in firm.cluster_memberships.all()] == [row.pk]


def test_a_role_and_a_post_are_taken_back(here):
    client, firm = client_of(here, "cda"), here.firm
    role = actions.take_role(organisation=firm, cluster=here.cluster, role="bds_provider", by="test")
    with scopes_disabled():
        post = here.person.positions.first() or actions.hold_post(
            person=here.person, organisation=firm, values={"title": "Cutter"}, by="test"
        )
    for record, name, of in ((role, "take_back_role", firm), (post, "take_back_post", here.person)):
        address = reverse(f"register:{name}", args=[of.pseudonym, record.pk])
        assert client.get(address).status_code == 200
        assert client_of(here, "researcher").get(address).status_code in {403, 404}
        assert client.post(address, {"version": record.version, "reason": "Never was"}).status_code == 302
        assert client.get(address).status_code == 404
    said = AuditEvent.objects.filter(action="register.take_back").values_list("details", flat=True)
    assert len(said) == 2 and not any("title" in one["said"] for one in said)


def test_attributes_have_names_in_both_languages_and_a_unit_that_the_form_knows():
    from nanduti.register.forms.facts import UNIT_WORDS

    for one in attributes.attributes().values():
        assert one.title and one.title_es and one.title != one.title_es, one.code
        assert one.unit in UNIT_WORDS, one.code


@pytest.mark.parametrize(("language", "said"), [("en", "Italy"), ("es", "Italia")])
def test_a_country_is_shown_and_chosen_by_its_name(here, language, said):
    client = client_of(here, "coordinator", language)
    address = reverse("register:edit_organisation", args=[here.institute.pseudonym])
    form = next(
        f for f in forms_of(address, client.get(address).content.decode()) if "country_code" in f.controls
    )
    sent = {name: control.chosen[0] for name, control in form.controls.items() if control.chosen}
    assert f'<option value="IT">{said}</option>' in client.get(address).content.decode()
    assert client.post(address, {**sent, "country_code": "Atlantis"}).status_code == 422
    assert client.post(address, {**sent, "country_code": "IT"}).status_code == 302
    page = client.get(reverse("register:actor", args=[here.institute.pseudonym])).content.decode()
    assert f"<dd>{said}</dd>" in page


def test_letters_that_are_no_country_s_are_kept(here):
    with scopes_disabled():
        type(here.institute)._base_manager.filter(pk=here.institute.pk).update(country_code="XK")
    client = client_of(here, "coordinator")
    address = reverse("register:edit_organisation", args=[here.institute.pseudonym])
    form = next(
        f for f in forms_of(address, client.get(address).content.decode()) if "country_code" in f.controls
    )
    sent = {name: control.chosen[0] for name, control in form.controls.items() if control.chosen}
    assert sent["country_code"] == "XK" and client.post(address, sent).status_code == 302
    here.institute.refresh_from_db()
    assert here.institute.country_code == "XK"
