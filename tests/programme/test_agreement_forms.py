"""What a form of an agreement asks beside its dates: who carries it out, and for how much."""

from __future__ import annotations

import pytest
from django.utils import translation

from nanduti.programme.models import CooperationAgreement
from nanduti.register.folding import fold
from nanduti.register.models import Organisation
from tests.support.example import CODE
from tests.support.forms import forms_of

pytestmark = pytest.mark.django_db

P = f"/p/{CODE}/agreements"


def the_form(client, address: str) -> dict[str, str]:
    answer = client.get(address)
    form = next(f for f in forms_of(address, answer.content.decode()) if "version" in f.controls)
    return {name: control.chosen[0] for name, control in form.controls.items() if control.chosen}


@pytest.mark.parametrize("code", ["leather-ca", "footwear-mou-1"])
def test_what_is_saved_as_it_stands_stays_as_it_was(code, visit, example):
    row = CooperationAgreement.objects.get(code=code)
    before = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    client = visit("coordinator")
    assert client.post(f"{P}/{code}/edit/", the_form(client, f"{P}/{code}/edit/")).status_code == 302
    row.refresh_from_db()
    assert {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields} == before


def test_who_carries_it_out_and_for_how_much(visit, example):
    client, body = visit("coordinator"), Organisation.objects.exclude(kind="enterprise").first()
    sent = the_form(client, f"{P}/leather-ca/edit/")
    sent |= {"implementing_partner": body.pk, "money_amount": "54321", "money_currency": "EUR"}
    assert client.post(f"{P}/leather-ca/edit/", sent).status_code == 302
    row = CooperationAgreement.objects.get(code="leather-ca")
    assert (row.implementing_partner, row.amount, row.currency) == (body, 54321, "EUR")
    page = client.get(f"{P}/leather-ca/").content.decode()
    assert str(body) in page and "54,321" in page
    # The amount is for those who may see what is sensitive.
    assert "54,321" not in visit("committee").get(f"{P}/leather-ca/").content.decode()


def test_a_new_agreement_leads_to_its_page_where_parties_are_added(example, visit):
    page = "/p/india-italy-twinning/agreements/"
    sent = {
        "kind": "mou",
        "level": "association",
        "title": "A new memorandum",
        "status": "draft",
        "version": 0,
    }
    went = visit("coordinator").post(f"{page}new/", sent)
    assert went.status_code == 302 and went.headers["Location"].startswith(f"{page}a-new-memorandum/")


def test_organisations_stand_in_the_order_of_the_names_that_are_shown(example, visit):
    client = visit("coordinator")
    page = client.get(f"{P}/leather-ca/parties/", headers={"accept-language": "es"}).content.decode()
    (form,) = (f for f in forms_of("", page) if "party_type" in f.controls)
    with translation.override("es"):
        known = {str(body.pk): fold(str(body)) for body in Organisation._base_manager.all()}
    offered = [known[value] for value in form.controls["organisation"].offered if value]
    assert len(offered) > 20 and offered == sorted(offered)
    assert any(name.startswith("asociacion ") for name in offered), "the page is in Spanish"
