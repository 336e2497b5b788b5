"""Contributions and milestones are corrected on pages: a pledge is kept, and the second of two editors is told."""

from __future__ import annotations

import pytest

from nanduti.plans.models import Contribution, Milestone
from tests.support.example import CODE
from tests.support.forms import forms_of

pytestmark = pytest.mark.django_db

P = f"/p/{CODE}/plan"


def the_form(client, address: str) -> dict[str, str]:
    """What the form on a page would send as it stands."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    form = next(f for f in forms_of(address, answer.content.decode()) if "version" in f.controls)
    return {name: control.chosen[0] for name, control in form.controls.items() if control.chosen}


def place(kind: str):
    """A record of the leather cluster with its address, and the field to correct."""
    if kind == "contribution":
        row = Contribution.objects.get(state="pledged", plan__code="leather", is_local=False)
        return row, f"{P}/contribution/{row.pk}/", "basis"
    row = Milestone.objects.filter(label__startswith="Dieless").first() or Milestone.objects.first()
    return row, f"{P}/milestone/{row.pk}/", "label"


@pytest.mark.parametrize("kind", ["contribution", "milestone"])
def test_what_is_saved_as_it_stands_stays_as_it_was(kind, visit, example):
    row, address, _field = place(kind)
    before = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    client = visit("coordinator")
    assert client.post(address, the_form(client, address)).status_code == 302
    row.refresh_from_db()
    assert {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields} == before


@pytest.mark.parametrize("kind", ["contribution", "milestone"])
def test_the_second_of_two_editors_is_told(kind, visit, example):
    row, address, field = place(kind)
    client = visit("coordinator")
    sent = the_form(client, address)
    assert client.post(address, {**sent, field: "By the first"}).status_code == 302
    answer = client.post(address, {**sent, field: "By the second"})
    assert answer.status_code == 409 and "By the first" in answer.content.decode()
    row.refresh_from_db()
    assert getattr(row, field) == "By the first"


@pytest.mark.parametrize("kind", ["contribution", "milestone"])
@pytest.mark.parametrize("who", ["committee", "researcher"])
def test_others_correct_nothing(kind, who, visit, example):
    row, address, field = place(kind)
    client = visit(who)
    assert client.get(address).status_code == 403
    assert client.post(address, {field: "Changed", "version": row.version}).status_code == 403
    row.refresh_from_db()
    assert getattr(row, field) != "Changed"


def test_a_pledge_that_is_kept_counts_as_given(visit, example):
    row, address, _field = place("contribution")
    client = visit("coordinator")
    sent = the_form(client, address) | {"state": "given", "money_amount": "500", "money_currency": "EUR"}
    assert client.post(address, sent).status_code == 302
    row.refresh_from_db()
    assert row.state == "given" and row.amount == 500 and row.currency == "EUR" and row.is_local is False


def test_what_is_typed_says_whether_it_comes_from_the_cluster(visit, example):
    """The local share counts what is marked as local, so a gift of the programme must be able to say that it is not."""
    client = visit("coordinator")
    giver = Contribution.objects.first().contributor
    sent = {"contributor": giver.pk, "kind": "time", "state": "given"}
    address = f"/p/{CODE}/ledger/leather/15/contributions/"
    for more, is_local in (({"is_local": "on", "basis": "one"}, True), ({"basis": "two"}, False)):
        assert client.post(address, {**sent, **more}).status_code == 302
        assert Contribution.objects.get(basis=more["basis"]).is_local is is_local


def test_the_local_share_leaves_out_what_comes_from_outside(visit, example):
    """What an international organisation gives is not the cluster's own, though nobody says so in the file."""
    from nanduti.foundation.imports import Sheet, import_sheets
    from nanduti.methods.values import Share
    from nanduti.plans import queries

    row = {"plan": "leather", "number": "15", "kind": "cash", "state": "given", "currency": "EUR"}
    rows = [
        {**row, "contributor": "iflmea", "amount": "300", "basis": "a"},
        {**row, "contributor": "unido", "amount": "900", "basis": "b"},
        {**row, "contributor": "unido", "amount": "300", "basis": "c", "local": "yes"},
    ]
    header = [*row, "contributor", "amount", "basis", "local"]
    sheet = Sheet("contributions.csv", "contributions", header, list(enumerate(rows, 2)))
    import_sheets(sheets=[sheet], name="money", access=None, by="test")
    assert queries.local_share(programme=example).share == Share(0.4)
