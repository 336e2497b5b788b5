"""Kapferer's tailor shop through the import: the published numbers, and what its second round does not say."""

from __future__ import annotations

import csv

import pytest
from django_scopes import scopes_disabled

from nanduti.config.examples import example_folder, import_once
from nanduti.foundation.imports import import_sheets, preview_sheets, read_sheets
from nanduti.networks.models import BusinessNetwork, Tie, TieActor
from nanduti.networks.queries import tie_frame
from nanduti.networks.queries.changes import changed
from nanduti.networks.queries.measures import measured, network_of
from nanduti.programme.models import Programme

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

EXAMPLE = "kapferer-tailor-shop"


@pytest.fixture(scope="module")
def shop(django_db_setup, django_db_blocker):
    from django.db import transaction

    with (
        django_db_blocker.unblock(),
        scopes_disabled(),
        transaction.atomic(),
        transaction.atomic(using="vault"),
    ):
        assert import_once(EXAMPLE) and not import_once(EXAMPLE)
        yield Programme.objects.get(code="tailor-shop")
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="vault")


def rounds(shop, kind):
    with scopes_disabled():
        return [
            tie_frame(programme=shop, cluster=None, access=None, kinds=[kind], wave=w)
            for w in ("first", "second")
        ]


@pytest.mark.parametrize(
    ("kind", "published", "new"), [("instrumental", 109, 102), ("sociational", 158, 120)]
)
def test_the_ties_of_each_round(shop, kind, published, new):
    first, second = (network_of(ties) for ties in rounds(shop, kind))
    assert (first.n, first.n_ties, second.n_ties) == (39, published, new)
    assert first.directed == (kind == "instrumental") and first.is_complete


def test_density_reciprocity_and_isolates_beside_a_plain_twin(shop):
    rows = list(csv.DictReader((example_folder(EXAMPLE) / "ties.csv").open(encoding="utf-8")))
    ties = {(r["origin"], r["target"]) for r in rows if r["wave"] == "first" and r["tie"] == "instrumental"}
    tied = {end for pair in ties for end in pair}
    with scopes_disabled():
        said = {s.topic: s for s in measured(rounds(shop, "instrumental")[0]).statements}
    assert said["density"].measure == pytest.approx(len(ties) / (39 * 38))
    assert said["reciprocity"].measure == pytest.approx(sum((b, a) in ties for a, b in ties) / len(ties))
    assert said["isolated"].measure == pytest.approx((39 - len(tied)) / 39)


def test_what_was_kept_is_not_said(shop):
    found = changed(*rounds(shop, "instrumental"), kinds=("instrumental",))
    assert {fate: found.n(fate) for fate in ("kept", "new", "lost", "unknown")} == {
        "kept": 0, "new": 102, "lost": 0, "unknown": 109,
    }  # fmt: skip
    assert not found.is_certain
    # Had all 109 stayed, 109 of 211 ties would stand in both rounds; had none, none.
    assert found.bounds == (0.0, pytest.approx(109 / 211))


def test_no_name_came_with_it(shop):
    text = " ".join(p.read_text(encoding="utf-8") for p in example_folder(EXAMPLE).glob("*.csv"))
    for name in ("Kamwefu", "Nkumbula", "Mabange"):
        assert name not in text


# --- what the import refuses


TIE = {"programme": "tailor-shop", "wave": "first", "tie": "instrumental", "kind": "person"}
WRONG = {
    "nobody": ({**TIE, "origin": "tailor-01", "target": "tailor-99"}, "target"),
    "itself": ({**TIE, "origin": "tailor-01", "target": "tailor-01"}, "target"),
    "kind": ({**TIE, "tie": "marries", "origin": "tailor-01", "target": "tailor-02"}, "tie"),
    "scale": (
        {**TIE, "tie": "trusts", "strength": "9", "origin": "tailor-01", "target": "tailor-02"},
        "strength",
    ),
    "days": (
        {
            **TIE,
            "origin": "tailor-01",
            "target": "tailor-02",
            "began_on": "2020-02-01",
            "ended_on": "2020-01-01",
        },
        "ended_on",
    ),
    "mark alone": ({**TIE, "origin": "tailor-01", "target": "?"}, "target"),
}


def sheets_of(tmp_path, **tables):
    for name, rows in tables.items():
        columns = list(dict.fromkeys(c for row in rows for c in row))
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return read_sheets(tmp_path)


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_row_is_told_with_its_column(shop, tmp_path, case):
    row, column = WRONG[case]
    report = preview_sheets(sheets_of(tmp_path, ties=[row]), access=None, by="test")
    assert report["n_errors"] == 1 and report["errors"][0]["column"] == column
    assert report["errors"][0]["remedy"]


def test_a_nickname_and_a_strength_of_nought_are_kept(shop, tmp_path):
    rows = [
        {**TIE, "origin": "tailor-01", "target": "?dyer"},
        {**TIE, "tie": "trusts", "origin": "tailor-01", "target": "tailor-02", "strength": "0"},
        {**TIE, "tie": "trusts", "origin": "tailor-02", "target": "tailor-03", "strength": "1"},
        {**TIE, "tie": "trusts", "origin": "tailor-03", "target": "tailor-04", "strength": "5"},
    ]
    import_sheets(sheets=sheets_of(tmp_path, ties=rows), name="more", access=None, by="test")
    with scopes_disabled():
        assert TieActor.objects.get(code="?dyer").state == "named"
        states = Tie.objects.filter(kind="trusts").order_by("id").values_list("state", flat=True)
        assert list(states) == ["none", "none", "said"]


def test_business_networks_enter_too(shop, tmp_path):
    network = {"programme": "tailor-shop", "code": "yarn", "name": "Yarn buyers", "kind": "horizontal"}
    step = {"programme": "tailor-shop", "network": "yarn", "step": "statute", "evidence": "minutes of 3 May"}
    member = {"programme": "tailor-shop", "network": "yarn", "kind": "person", "member": "tailor-01"}
    tables = {"business_networks": [network], "formalisation_steps": [step], "network_members": [member]}
    import_sheets(sheets=sheets_of(tmp_path, **tables), name="groups", access=None, by="test")
    with scopes_disabled():
        row = BusinessNetwork.objects.get(code="yarn")
        assert row.steps.count() == 1 and row.members.count() == 1
