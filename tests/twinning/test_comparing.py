"""A plain programme beside a twinning one: the six rows of table 11 and what the records show of them."""

from __future__ import annotations

from datetime import date

import pytest

from nanduti.twinning import comparing
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

DAY = date(2011, 7, 31)


def told(example, day=DAY):
    return {
        t.row.code: (t.row.is_met, t.n, t.of) for t in comparing.comparison(programme=example, on=day).told
    }


def test_the_rows_of_the_example_are_told_from_its_records(example):
    rows = told(example)
    assert rows["clusters"] == (True, 3, None)
    assert rows["selection"] == (True, 2, 2)
    assert rows["agents"] == (False, 1, 2)  # an agent in the emerging cluster, none abroad is written down
    done, across = rows["activities"][2], rows["activities"][1]
    assert 0 < across < done < 105


def test_before_anything_began_nothing_is_met(example):
    rows = told(example, date(2004, 1, 1))
    assert not any(is_met for is_met, _n, _of in rows.values())
    assert comparing.comparison(programme=example, on=date(2004, 1, 1)).verdict.decision == "no"


def test_the_page_sets_both_columns_beside_what_is_here(example, visit):
    text = visit("committee").get(f"/p/{CODE}/twinnings/").content.decode()
    assert "selection by the aims of whoever pays" in text and "of 2: reasons of the choice" in text


def test_the_api_gives_the_same(example, visit):
    answer = visit("coordinator").get(f"/api/programmes/{CODE}/comparison?on=2011-07-31").json()
    assert {r["row"]: (r["is_met"], r["n"], r["of"]) for r in answer["rows"]} == told(example)


def test_it_asks_a_bounded_number_of_questions(example, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        comparing.comparison(programme=example, on=DAY)
