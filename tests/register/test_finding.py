"""One organisation found by typing: by pseudonym, code, number, a part of the name; several are offered."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.urls import reverse

from nanduti.register.forms.finding import SHOWN, FindingForm, OrganisationField, find
from nanduti.register.models import Organisation
from nanduti.vault.models import Reveal
from tests.support.register import NAME, firm

from .test_pages import client_of


class WhoForm(FindingForm):
    who = OrganisationField(label="Who", required=False)
    body = OrganisationField(label="Body", required=False, firms=False)


def form(here, role: str, typed: str, name: str = "who") -> WhoForm:
    data = QueryDict(mutable=True)
    data[name] = typed
    access = here.access(role)
    with access.within():
        filled = WhoForm(data, access=access)
        filled.full_clean()
    return filled


def chosen(here, role: str, typed: str, name: str = "who") -> Organisation | None:
    filled = form(here, role, typed, name)
    assert not filled.errors, filled.errors
    return filled.cleaned_data[name]


@pytest.mark.parametrize(
    "typed", ["{p}", " {p} ", "{lower}", "Whatever they are called ({p})", "{pk}"], ids=str
)
def test_the_pseudonym_wherever_it_stands_and_the_number_of_the_record(here, typed):
    p = here.firm.pseudonym
    typed = typed.format(p=p, lower=p.lower(), pk=here.firm.pk)
    assert chosen(here, "coordinator", typed) == here.firm


def test_the_public_name_and_the_code(here):
    rows = Organisation._base_manager.filter(pk=here.institute.pk)
    rows.update(code="the-institute")
    assert chosen(here, "coordinator", "the-institute") == here.institute
    assert chosen(here, "coordinator", here.institute.public_name[:9].upper()) == here.institute


def test_nothing_typed_is_nobody(here):
    assert chosen(here, "coordinator", "  ") is None
    assert chosen(here, "coordinator", "\x00") is None


def test_a_kept_name_finds_only_for_who_may_see_it(here):
    word = NAME.split()[-1]
    assert chosen(here, "custodian", word) == here.firm
    refused = form(here, "researcher", word)
    assert refused.errors["who"].as_data()[0].code == "none"


def test_a_firm_elsewhere_does_not_exist(here):
    for typed in (here.foreign_firm.pseudonym, str(here.foreign_firm.pk)):
        assert form(here, "cda", typed).errors["who"].as_data()[0].code == "none"


def test_where_no_firm_may_stand_none_is_found(here):
    assert form(here, "coordinator", here.firm.pseudonym, "body").errors
    assert chosen(here, "coordinator", here.institute.pseudonym, "body") == here.institute


@pytest.mark.parametrize("typed", ["x" * 5000, "qq\x00qq", "9" * 40, "E-2222222", "％", "💥", "²"])
def test_whatever_is_typed_is_answered(here, typed):
    assert form(here, "coordinator", typed).errors["who"].as_data()[0].code == "none"


def test_several_are_offered_and_one_can_be_chosen(here):
    rows = [firm(here.cluster, f"Taller Común {n}") for n in range(SHOWN + 3)]
    filled = form(here, "custodian", "comun")
    assert filled.errors["who"].as_data()[0].code == "several"
    with here.access("custodian").within():
        shown = str(filled["who"])
    assert shown.count('type="radio"') == SHOWN and "3 more fit" in shown
    data = QueryDict(mutable=True)
    data.setlist("who", ["comun", rows[4].pseudonym])  # the text, then the button below it
    access = here.access("custodian")
    with access.within():
        again = WhoForm(data, access=access)
        assert again.is_valid() and again.cleaned_data["who"] == rows[4]


def test_what_is_offered_is_written_down_like_any_list(here):
    before = Reveal.objects.count()
    page = client_of(here, "custodian").get(
        reverse("register:find"), {"name": "who", "who": NAME.split()[-1].lower()}
    )
    assert NAME in page.content.decode() and 'name="who"' in page.content.decode()
    assert Reveal.objects.count() > before
    assert page["Cache-Control"] == "private, no-store" or "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("role", ["researcher", "administrator"])
def test_names_that_are_kept_are_offered_to_nobody_else(here, role):
    answer = client_of(here, role).get(reverse("register:find"), {"name": "who", "who": "jazm"})
    assert answer.status_code == 200 and NAME not in answer.content.decode()


@pytest.mark.parametrize("name", ['"><script>', "x" * 80, "", "\x00", "a b"])
def test_a_hostile_name_of_the_field_is_not_echoed(here, name):
    answer = client_of(here, "coordinator").get(
        reverse("register:find"), {"name": name, "organisation": "in"}
    )
    assert answer.status_code == 200 and "<script>" not in answer.content.decode()


def test_one_letter_asks_for_more(here):
    answer = client_of(here, "coordinator").get(reverse("register:find"), {"name": "who", "who": "a"})
    assert answer.status_code == 200 and "radio" not in answer.content.decode()


def test_an_editor_sees_who_is_chosen_now(here):
    access = here.access("custodian")
    with access.within():
        shown = str(WhoForm(initial={"who": here.firm}, access=access)["who"])
        by_number = str(WhoForm(initial={"who": here.firm.pk}, access=access)["who"])
    assert f"({here.firm.pseudonym})" in shown and f"({here.firm.pseudonym})" in by_number


def test_what_is_offered_costs_no_more_for_a_large_register(here, django_assert_max_num_queries):
    for n in range(60):
        firm(here.cluster, f"Hilandería {n}")
    access = here.access("custodian")
    with access.within(), django_assert_max_num_queries(24):
        assert find(access, "hilanderia").n == 60
