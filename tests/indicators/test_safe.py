"""The safe view: an attacker who sees everything that it tells finds no figure of a few firms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.indicators import actions, computing, queries
from nanduti.indicators.reckoning import Cell
from nanduti.indicators.safe import HIDDEN, LEAST, differs_by_few, may_show_whole, safe_cell, safe_groups
from tests.support.census import AT, answered, wave

sizes = st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 30), max_size=8)


@given(sizes)
def test_what_is_hidden_cannot_be_had_by_subtraction(n_of):
    shown = safe_groups({name: Cell(n, n, float(n), 30.0, n / 30) for name, n in n_of.items()})
    hidden = [name for name, cell in shown.items() if cell.reason == HIDDEN]
    left_over = sum(n_of[name] for name in hidden)
    for name, cell in shown.items():
        assert cell.numerator is None and cell.n % LEAST == 0
        assert not 0 < n_of[name] < LEAST or name in hidden
    others = [n for name, n in n_of.items() if name not in hidden and n]
    # What the hidden ones come to together follows from the whole: it is of enough firms, or of everybody there is.
    assert not hidden or left_over >= LEAST or not others
    assert len(hidden) != 1 or not others


def test_a_few_are_hidden_and_nobody_is_told_as_nobody():
    assert safe_cell(Cell(3, 9, 1.0, 3.0, 1 / 3)).reason == HIDDEN
    assert safe_cell(Cell(0, 3, reason="indicators.no_answer")).reason == HIDDEN
    assert safe_cell(Cell(0, 0, reason="indicators.nobody")).reason == "indicators.nobody"
    assert safe_cell(Cell(7, 9, 5.0, 7.0, 5 / 7)).value == 0.714


def test_the_whole_beside_what_one_sees():
    whole = Cell(10)
    assert (
        may_show_whole(whole, []) and may_show_whole(whole, [Cell(10)]) and may_show_whole(whole, [Cell(5)])
    )
    assert not may_show_whole(whole, [Cell(8)])
    assert differs_by_few(Cell(10), [Cell(8)]) and differs_by_few(Cell(10), [Cell(10), Cell(2)])
    assert not differs_by_few(Cell(20), [Cell(20), Cell(10)])


@pytest.mark.django_db(databases=["default", "vault"])
def test_a_committee_cannot_take_tables_from_each_other(census):
    wave(census, "first"), wave(census, "second", opens=31, closes=90)
    for n in range(16):
        row = {"n_women": n, "n_men": 1, "n_workers": n + 1, "products": ["shoes"] if n < 9 else ["boots"],
               "equipment": [{"machine_kind": "sewing", "machine_number": 2, "machine_works": "good"}] * 3}  # fmt: skip
        answered(
            census,
            row,
            cluster=census.other if n in (0, 1, 9, 10, 11, 12, 13) else None,
            day=45 if n < 2 else 0,
        )
    codes = ["women_share", "working_machines"]
    actions.take_from_library(programme=census.programme, codes=codes, by="test", at=AT)
    computing.compute(programme=census.programme, by="test", at=AT)
    told = queries.values(
        programme=census.programme, access=census.world.access("committee_member"), by=["products", "place"]
    )
    said = told.filter(told["value"].is_not_null())
    assert set(said["code"]) == {"women_share"}  # of machines it is not known whose they are
    assert set(said.filter(said["group"] != "")["cluster"]) <= {""}
    # Two came in the second wave: all answers so far less the first wave would be those two.
    assert set(said.filter(said["cluster"] == "")["wave"]) == {"first"}
