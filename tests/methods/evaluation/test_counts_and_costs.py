"""Indicators, change, ranges, adoption, doses and costs, each with its plain twin."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from nanduti.methods.evaluation import (
    EffectEstimate,
    EvidenceGrade,
    Indicator,
    Ingredient,
    adoption,
    change_from_baseline,
    cost_effectiveness,
    dose_associations,
    indicator_table,
    ols,
    outcome_range,
    twinning_indicators,
)
from nanduti.methods.values import BadInput, CannotBeSaid, Money

VISITS = Indicator("V", "Visits organised", unit="participants")
DEALS = Indicator("T", "Technology transfer agreements", level="outcome", has_money=True)
SCORE = Indicator("S", "Trust score", is_additive=False)


def records(**changes) -> pl.DataFrame:
    table = {
        "indicator": ["V", "V", "T", "T", "S", "S"],
        "value": [12, 8, 1, 1, 4, 3],
        "amount": [None, None, 1000.0, 2000.0, None, None],
        "currency": [None, None, "EUR", "INR", None, None],
        "cluster": ["a", "b", "a", "a", "a", "a"],
        "person": ["p", "p", "q", "r", "s", "s"],
    }
    return pl.DataFrame(table | changes)


def test_totals_with_money_and_double_counting():
    table = indicator_table(
        records(), [VISITS, DEALS, SCORE], currency="EUR", exchange={"INR": 0.011}, counted="person"
    )
    rows = {r["indicator"]: r for r in table.rows(named=True)}
    assert (rows["V"]["total"], rows["V"]["n_distinct"], rows["V"]["amount"]) == (20.0, 1, None)
    assert (rows["T"]["total"], rows["T"]["amount"], rows["T"]["currency"]) == (2.0, 1022.0, "EUR")
    assert rows["S"]["total"] is None and "not additive" in rows["S"]["note"]
    by = indicator_table(
        records(), [VISITS, DEALS, SCORE], by="cluster", currency="EUR", exchange={"INR": 0.011}
    )
    assert by.filter(pl.col("indicator") == "V")["total"].to_list() == [12.0, 8.0]
    nothing = indicator_table(records().filter(pl.col("indicator") == "V"), [VISITS, DEALS], currency="EUR")
    assert nothing.row(1, named=True)["n_records"] == 0 and nothing.row(1, named=True)["total"] == 0


def test_records_that_cannot_be_totalled():
    with pytest.raises(BadInput, match="not defined"):
        indicator_table(records(), [VISITS])
    with pytest.raises(CannotBeSaid, match="no rate for INR"):
        indicator_table(records(), [VISITS, DEALS, SCORE], currency="EUR")
    with pytest.raises(BadInput, match="not named"):
        indicator_table(records(), [VISITS, DEALS, SCORE])
    with pytest.raises(BadInput, match="missing values"):
        indicator_table(records(value=[1, None, 1, 1, 1, 1]), [VISITS, DEALS, SCORE], currency="EUR")
    with pytest.raises(BadInput, match="no amount or currency"):
        indicator_table(
            records(amount=[None] * 6).cast({"amount": pl.Float64}), [VISITS, DEALS, SCORE], currency="EUR"
        )
    with pytest.raises(BadInput, match="level"):
        Indicator("X", "x", level="impact")


def test_the_tables_of_the_guide():
    listed = twinning_indicators()
    assert len({i.code for i in listed}) == 16 and sum(i.has_money for i in listed) == 4
    empty = records().clear().cast({"indicator": pl.String, "value": pl.Float64, "amount": pl.Float64})
    table = indicator_table(empty, listed, currency="EUR")
    assert table.height == 16 and table["n_records"].sum() == 0


def test_progress_goes_both_ways():
    assert VISITS.progress(0, 40, 20) == 0.5 and VISITS.progress(10, 10, 20) is None
    assert Indicator("E", "Energy", is_ascending=False).progress(10, 5, 12) == pytest.approx(-0.4)
    with pytest.raises(BadInput, match="worse side"):
        VISITS.progress(10, 5, 7)


def test_change_counts_only_units_seen_twice():
    before = pl.DataFrame({"firm": ["a", "b", "c", "d"], "jobs": [4.0, 6.0, 9.0, None]})
    after = pl.DataFrame({"firm": ["a", "b", "d", "e"], "jobs": [5.0, 6.0, 3.0, 9.0]})
    change = change_from_baseline(before, after, unit="firm", value="jobs")
    assert (change.n, change.n_only_before, change.n_only_after) == (2, 1, 2)
    assert (change.mean_change, change.median_change, change.relative) == (0.5, 0.5, pytest.approx(0.1))
    assert change.share_better == 0.5 and change.grade.letter == "E" and not change.grade.allows_test
    with pytest.raises(CannotBeSaid, match="seen twice"):
        change_from_baseline(
            before, after.with_columns(firm=pl.lit("z") + pl.col("firm")), unit="firm", value="jobs"
        )
    with pytest.raises(BadInput, match="a unit twice"):
        change_from_baseline(pl.concat([before, before]), after, unit="firm", value="jobs")


def test_ranges():
    values = np.arange(1.0, 22.0)
    found = outcome_range(values, share=0.8, decimals=1)
    assert (found.low, found.high, found.median, found.n) == (3.0, 19.0, 11.0, 21)
    assert outcome_range([*values, None]).n == 21
    with pytest.raises(CannotBeSaid, match="fewer than 5"):
        outcome_range([1, 2, None, 3])


def test_adoption_tells_who_was_not_followed_up():
    table = pl.DataFrame(
        {
            "firm": [1, 1, 2, 3, 1, 2], "practice": ["5S"] * 4 + ["tools"] * 2,
            "done": [False, True, False, None, None, None],
        },
        schema_overrides={"done": pl.Boolean},
    )  # fmt: skip
    rows = adoption(table, unit="firm", practice="practice", adopted="done").rows()
    assert rows == [("5S", 3, 2, 1, 0.5), ("tools", 2, 0, 0, None)]
    with pytest.raises(BadInput, match="yes and no"):
        adoption(table.with_columns(done=3), unit="firm", practice="practice", adopted="done")


def test_doses_are_associations_without_a_test():
    rng = np.random.default_rng(0)
    data = pl.DataFrame(
        {
            "y": rng.normal(size=40),
            "training": rng.poisson(3, 40),
            "mentor": rng.poisson(2, 40),
            "town": ["a", "b"] * 20,
        }
    )
    table = dose_associations(data, y="y", doses=["training", "mentor"], context="town")
    twin = ols(data.filter(pl.col("town") == "b"), y="y", x=["training", "mentor"])
    assert table.row(2)[2] == pytest.approx(twin.coefficient("training")) and "p_value" not in table.columns
    tiny = dose_associations(data.head(3), y="y", doses=["training", "mentor"])
    assert tiny["association"].null_count() == 2 and "too few" in tiny["note"][0]


def effect(estimate=0.5, low=0.2, high=0.8, letter="A") -> EffectEstimate:
    return EffectEstimate(
        "jobs", "class", "control", estimate, EvidenceGrade(letter), 200, low=low, high=high
    )


def test_costs_by_hand():
    ingredients = [
        Ingredient("trainer days", 40, Money(120, "EUR"), 2025),
        Ingredient("rooms", 10, Money(5000, "INR"), 2026, share=0.5, paid_by="association"),
        Ingredient("endline survey", 1, Money(9000, "EUR"), 2026, purpose="evaluation"),
    ]
    found = cost_effectiveness(
        ingredients, effect(), n_treated=48, currency="EUR", base_year=2025, discount_rate=0.1,
        exchange={("INR", 2025): 0.011}, price_index={("INR", 2025): 100, ("INR", 2026): 105, ("EUR", 2025): 100},
        horizon=3, retained=0.8, unit="job",
    )  # fmt: skip
    total = 4800 + 25_000 * 100 / 105 * 0.011 / 1.1
    years = 48 * (1 + 0.8 / 1.1 + (0.8 / 1.1) ** 2)
    assert float(found.total_cost.amount) == pytest.approx(total, abs=0.01)
    assert float(found.cost_per_unit.amount) == pytest.approx(total / 48, abs=0.01)
    assert float(found.cost_per_effect.amount) == pytest.approx(total / (0.5 * years), abs=0.01)
    assert found.low.amount < found.cost_per_effect.amount < found.high.amount
    assert found.lines["counts"].to_list() == [True, True, False]


def test_costs_are_honest_about_their_limits():
    asked = {"n_treated": 48, "currency": "EUR", "base_year": 2025, "discount_rate": 0.1, "unit": "job"}
    one = [Ingredient("days", 40, Money(120, "EUR"), 2025)]
    open_ended = cost_effectiveness(one, effect(low=-0.1), **asked)
    assert open_ended.high is None and "no upper limit" in open_ended.sentence
    none = cost_effectiveness(one, effect(-0.2, -0.5, 0.1), **asked)
    assert none.cost_per_effect is None and "not positive" in none.sentence
    unsure = cost_effectiveness(one, effect(low=None, high=None, letter="D"), **asked)
    assert "cannot be said (evidence D)" in unsure.sentence and unsure.low is None
    with pytest.raises(CannotBeSaid, match="rate to EUR"):
        cost_effectiveness([Ingredient("x", 1, Money(1, "INR"), 2025)], effect(), **asked)
    with pytest.raises(BadInput, match="no cost"):
        cost_effectiveness([], effect(), **asked)
    for wrong in ({"quantity": -1}, {"share": 2}, {"purpose": "fun"}):
        with pytest.raises(BadInput):
            Ingredient(**({"name": "x", "quantity": 1, "unit_cost": Money(1, "EUR"), "year": 2025} | wrong))
