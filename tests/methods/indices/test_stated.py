"""What published tables state: figures of Lowe (2003) and UNIDO (2013), and a verdict where nothing can be said."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods.indices.stated import same_thing_twice, share_up_to, split, stated_against_classes
from nanduti.methods.indices.territories import compare_territories
from nanduti.methods.values import BadInput

# Lowe (2003), table 1: employment and registered owners of Jalisco's industries, October 1998.
JALISCO = {
    "Mach. & Equip.": (70732, 2887), "Food Processing": (68227, 2854), "Plastics & Rubber": (26216, 662),
    "Shoes & Leather": (21123, 1156), "Apparel": (20398, 1283), "Chemical": (18197, 432),
    "Furniture & Wood": (16465, 1389), "Minerals & Metals": (14900, 779), "Textiles": (9840, 265),
    "Publ. & Graphic Design": (7815, 796), "Construction": (6689, 168), "Paper Products": (4714, 91),
    "Petrochemical": (1011, 17), "Other Industries": (12519, 607),
}  # fmt: skip
# Lowe (2003), table 2: sizes of garment establishments.
SIZES = [(1, 15, 79.0), (16, 100, 17.3), (101, 300, 2.6), (301, None, 1.1)]


def test_jalisco_adds_up_to_its_printed_totals():
    for column, total in ((0, 298_846), (1, 13_386)):
        found = split({name: row[column] for name, row in JALISCO.items()}, stated=total)
        assert found.verdict.decision == "yes" and found.residual == 0
        assert sum(found.shares.values()) == pytest.approx(1)
    found = split({name: row[0] for name, row in JALISCO.items()}, stated=298_846)
    assert round(100 * found.shares["Apparel"], 2) == 6.83


def test_sizes_add_up_to_one_hundred_and_shoes_to_ninety_nine():
    for column in ((79.0, 17.3, 2.6, 1.1), (77.9, 17.5, 3.1, 1.5)):
        assert split(dict(enumerate(column)), stated=100, step=0.1).verdict.decision == "yes"
    shoes = split({"micro": 66, "small": 30, "medium": 3}, stated=100)
    assert shoes.residual == 1 and shoes.verdict.reasons[0].code == "rounding"


def test_the_tiers_of_the_association_are_one_hundred_and_eighty():
    tiers = {"tier 2": 57, "subcontract": 35, "job work": 49, "allied": 23, "partial": 16}
    assert split(tiers, stated=180).verdict.decision == "yes"
    assert split(tiers, stated=170).verdict.decision == "no"


@pytest.mark.parametrize(
    ("parts", "stated", "code", "decision"),
    [
        ({}, None, "nothing_known", "no"),
        ({"a": None}, 100, "nothing_known", "no"),
        ({"a": 40, "b": None}, 100, "unknown_parts", "flag"),
        ({"a": 40, "b": 20}, None, "no_total", "flag"),
        ({"a": 80, "b": 40}, 100, "too_much", "no"),
        ({"a": 0, "b": 0}, 0, "adds_up", "yes"),
    ],
)
def test_what_cannot_be_said_is_a_verdict(parts, stated, code, decision):
    found = split(parts, stated=stated)
    assert (found.verdict.reasons[0].code, found.verdict.decision) == (code, decision)
    assert all(share is None for share in found.shares.values() if not found.whole)


def test_an_unknown_part_has_no_share_and_a_negative_one_is_refused():
    assert split({"a": 40, "b": None}, stated=100).shares == {"a": 0.4, "b": None}
    for bad in (-1, math.nan, math.inf):
        with pytest.raises(BadInput):
            split({"a": bad})


@given(
    st.dictionaries(st.text(max_size=4), st.integers(0, 10**6), min_size=1, max_size=8), st.integers(1, 10**7)
)
def test_shares_and_residual_are_what_plain_division_gives(parts, stated):
    found = split(parts, stated=stated)
    assert found.shares == {name: n / stated for name, n in parts.items()}
    assert found.residual == stated - sum(parts.values())


def test_the_text_on_small_firms_speaks_of_other_classes_than_the_table():
    # Contradiction 14 of the seed: "less than 50 workers … approximately 80 per cent" beside 79.0 for 1 to 15.
    assert share_up_to(SIZES, 49) == (pytest.approx(79.0), pytest.approx(96.3))
    verdict = stated_against_classes(80, 49, SIZES)
    assert verdict.decision == "flag" and verdict.reasons[0].code == "other_classes"
    assert stated_against_classes(79, 15, SIZES).decision == "yes"
    assert stated_against_classes(90, 100, SIZES).decision == "no"
    assert stated_against_classes(50, 49, SIZES).decision == "no"


@given(st.integers(1, 400))
def test_the_bounds_hold_the_share_of_any_population_that_fits_the_table(upper):
    # A plain twin: put every class at its lower, then at its upper end, and count who is at most so large.
    tops = [high or 10_000 for _low, high, _share in SIZES]
    least = sum(share for (_l, _h, share), top in zip(SIZES, tops, strict=True) if top <= upper)
    most = sum(share for low, _h, share in SIZES if low <= upper)
    assert share_up_to(SIZES, upper) == (pytest.approx(least), pytest.approx(most))


def test_two_figures_for_one_thing_stand_side_by_side():
    # Contradiction 15 of the seed: 26,926 apparel workers (1997) beside 20,398 (October 1998).
    verdict = same_thing_twice(20398, 26926, when="October 1998", other_when="1997")
    assert verdict.decision == "flag" and "32.0 %" in verdict.say()
    assert same_thing_twice(5, 5).decision == "yes"
    assert "?" in same_thing_twice(0, 5).say()


# --- territories


def frame(**values):
    rows = [(i, t, v) for i, some in values.items() for t, v in some.items()]
    schema = {"indicator": pl.String, "territory": pl.String, "value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(is_share=pl.lit(True))


def test_each_cluster_is_unique():
    # UNDP Paraguay (2023), insight 1: 81 % women in Pilar, 45 % in Yaguarón (55 % men), nothing stated for the third.
    made = compare_territories(frame(women={"Pilar": 0.81, "Yaguarón": 0.45, "M. R. Alonso": None}))
    assert made["standing"].to_list() == ["highest", "lowest", "unknown"]
    assert made["differs"].to_list() == [True] * 3 and made["n_known"].to_list() == [2] * 3


def test_alone_alike_and_nothing_known():
    made = compare_territories(
        frame(one={"a": 0.5, "b": None}, same={"a": 0.50, "b": 0.55}, none={"a": None, "b": None})
    )
    assert made["standing"].to_list() == ["alone", "unknown", "alike", "alike", "unknown", "unknown"]
    assert made["differs"].to_list() == [None, None, False, False, None, None]


def test_figures_that_are_no_shares_differ_by_a_factor_and_nil_by_anything():
    data = frame(size={"a": 4.0, "b": 6.0}, near={"a": 4.0, "b": 5.0}, nil={"a": 0.0, "b": 1.0})
    made = compare_territories(data.with_columns(is_share=pl.lit(False)))
    assert made["differs"].to_list() == [True, True, False, False, True, True]
    assert made["factor"].to_list()[4:] == [None, None]


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=6))
def test_standings_are_what_a_plain_reading_gives(values):
    made = compare_territories(frame(x={f"t{i}": v for i, v in enumerate(values)}))
    known = [v for v in values if v is not None]
    differs = len(known) > 1 and max(known) - min(known) >= 0.10 - 1e-12
    for value, standing in zip(values, made["standing"], strict=True):
        if value is None:
            expected = "unknown"
        elif len(known) < 2:
            expected = "alone"
        elif not differs:
            expected = "alike"
        else:
            expected = {max(known): "highest", min(known): "lowest"}.get(value, "between")
        assert standing == expected


def test_a_territory_that_stands_twice_is_refused():
    with pytest.raises(BadInput):
        compare_territories(pl.concat([frame(x={"a": 0.1}), frame(x={"a": 0.2})]))
    with pytest.raises(BadInput):
        compare_territories(pl.DataFrame({"indicator": ["x"]}))
