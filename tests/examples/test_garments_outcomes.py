"""The census and the second visit of the made-up workshops as baseline and follow-up."""

from __future__ import annotations

from datetime import date

import pytest
from django_scopes import scopes_disabled

from nanduti.config.garments.files import rows
from nanduti.register.models import ProfileFact
from nanduti.results import readings, standard

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
APRIL = date(2024, 4, 30)


@pytest.fixture(autouse=True)
def as_operator(garments):
    with scopes_disabled():
        yield


def employment(programme):
    table = standard.standard_table(programme=programme, as_of=APRIL, today=APRIL)
    return {line.cluster.code if line.cluster else "": line.found for line in table.of("employment")}


def sent():
    """The plain twin: the persons of the fifteen, from the files as they were sent."""
    again = {row["workshop"]: int(row["n_women"]) + int(row["n_men"]) for row in rows("follow-up")}
    keys = {row["workshop_name"]: row["workshop"] for row in rows("workbook-keys")}
    typed = [{**row, "workshop": keys[row["workshop_name"]]} for row in rows("workbook")]
    first = {row["workshop"]: row for row in [*rows("census"), *typed, *rows("corrections")]}
    before = sum(int(first[w]["n_women"]) + int(first[w]["n_men"]) for w in again)
    return before, sum(again.values()), len(again)


def test_employment_is_that_of_the_fifteen_who_were_visited_twice(garments):
    found = employment(garments)
    assert (found[""].before, found[""].after, found[""].n) == sent()
    assert found[""].n_seen == 320 and found[""].reasons == {"no_follow_up": 305}
    parts = [told for code, told in found.items() if code]
    assert len(parts) == 3 and sum(told.before for told in parts) == found[""].before


def test_where_answers_become_no_facts_the_rounds_of_the_indicator_are_read(garments):
    by_facts = employment(garments)
    ProfileFact.objects.filter(attribute__in=["women", "men"]).delete()
    by_rounds = employment(garments)
    for code, told in by_facts.items():
        other = by_rounds[code]
        assert (other.before, other.after, other.n, other.n_seen) == (
            told.before, told.after, told.n, told.n_seen
        ), code  # fmt: skip


def test_rounds_with_too_many_answers_are_named_and_not_read(garments, monkeypatch):
    ProfileFact.objects.filter(attribute__in=["women", "men"]).delete()
    monkeypatch.setattr(readings, "MOST_ANSWERS", 14)
    table = standard.standard_table(programme=garments, as_of=APRIL, today=APRIL)
    assert not table.of("employment") and table.too_many == {"persons_engaged"}
