"""Ranks over versions, weights around weightings, pairs that clash, weights that tip: each against a plain twin."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import indices
from nanduti.methods.values import BadInput, CannotBeSaid

CODES = ["a", "b", "c"]
RECIPE = indices.parse(
    "recipe: t\nindex: {code: I, children: [{code: a, weight: 2}, {code: b}, {code: c}]}\n"
    "steps: [{normalise: {method: none}}, aggregate]"
)
TABLE = pl.DataFrame(
    {"unit": ["X", "Y", "Z"], "a": [0.9, 0.4, 0.5], "b": [0.2, 0.8, 0.5], "c": [0.3, 0.6, 0.4]}
)


def test_rank_shares_are_counted_ranks():
    runs = indices.uncertainty(RECIPE, TABLE, [indices.WeightNoise("w", {1: 1.0})], n=300, seed=4)
    found = {(u, r): s for u, r, s in runs.rank_shares().rows()}
    for j, unit in enumerate(runs.units):
        column = runs.ranks[:, j].tolist()
        plain = {(unit, int(r)): column.count(r) / 300 for r in set(column)}
        assert {k: v for k, v in found.items() if k[0] == unit} == pytest.approx(plain)


def test_a_unit_that_some_version_does_not_rank_has_no_shares():
    gap = TABLE.with_columns(pl.when(pl.col("unit") == "Z").then(None).otherwise(pl.col("a")).alias("a"))
    runs = indices.uncertainty(RECIPE, gap, [indices.WeightNoise("w", {1: 0.5})], n=20, seed=1)
    assert set(runs.rank_shares()["unit"]) == {"X", "Y"}


def test_tipping_weights_are_where_the_plain_scores_cross():
    found = {r["code"]: r for r in indices.tipping_weights(RECIPE, TABLE, steps=4000).rows(named=True)}
    weights = {"a": 2.0, "b": 1.0, "c": 1.0}
    rows = {r["unit"]: r for r in TABLE.rows(named=True)}

    def lead(changed):
        return {u: sum(changed[c] * r[c] for c in CODES) / sum(changed.values()) for u, r in rows.items()}

    first = max(lead(weights), key=lead(weights).get)
    for code, row in found.items():
        assert row["leader"] == first
        if row["factor"] is None:
            for n in range(401):
                scores = lead({**weights, code: weights[code] * n / 100})
                assert scores[first] >= max(scores.values()) - 1e-12
            continue
        before = row["factor"] + (0.002 if row["factor"] < 1 else -0.002)
        scores = lead({**weights, code: weights[code] * before})
        assert scores[first] >= max(scores.values()) - 1e-9
        scores = lead({**weights, code: weights[code] * row["factor"]})
        assert scores[row["overtaken_by"]] > scores[first]


def test_no_lead_no_tipping():
    with pytest.raises(CannotBeSaid):
        indices.tipping_weights(RECIPE, TABLE.with_columns(a=0.5, b=0.5, c=0.5))
    with pytest.raises(BadInput):
        indices.tipping_weights(RECIPE, TABLE, most=1.0)


def test_weights_around_weightings_stay_within_the_factor_and_share_the_sets():
    given_sets = [{"a": 1, "b": 1, "c": 2}, {"a": 5, "b": 3, "c": 2}]
    found = indices.around_weightings("w", RECIPE.structure, given_sets, factor=0.5, n_sets=101, seed=3).sets
    assert len(found) == 101
    for one, base in [(s, given_sets[0]) for s in found[:51]] + [(s, given_sets[1]) for s in found[51:]]:
        for code, value in one.items():
            share = base[code] / sum(base.values())
            assert 0.5 * share <= value <= 1.5 * share
    for wrong in ([], [{"a": -1, "b": 2, "c": 1}], [{"a": 0, "b": 0, "c": 0}], [{"z": 1}]):
        with pytest.raises(BadInput):
            indices.around_weightings("w", RECIPE.structure, wrong, seed=1)


weights_of_four = st.lists(st.floats(0.05, 1), min_size=4, max_size=4)


@given(weights_of_four)
def test_judgments_that_agree_do_not_clash(weights):
    names = list("pqrs")
    said = {(names[i], names[j]): weights[i] / weights[j] for i in range(4) for j in range(i + 1, 4)}
    table = indices.pairwise_matrix(said, names)
    assert indices.weights_ahp(table, names).consistency_ratio == pytest.approx(0, abs=1e-6)
    assert indices.clashing_judgments(table, names)["clash"].max() < 1e-6


@pytest.mark.parametrize(("i", "j"), [(0, 1), (0, 3), (1, 2), (2, 3)])
def test_the_planted_contradiction_is_found_first(i, j):
    names, weights = list("pqrs"), [8, 4, 2, 1]
    table = np.array([[a / b for b in weights] for a in weights], dtype=float)
    table[i, j], table[j, i] = 1 / table[i, j], table[i, j]
    worst = indices.clashing_judgments(table, names).row(0, named=True)
    assert (worst["first"], worst["second"]) == (names[i], names[j])
    assert worst["agreeing"] == weights[i] / weights[j]  # what was true before the contradiction was planted
    others = [math.log(table[i, k] * table[k, j]) for k in range(4) if k not in (i, j)]
    assert worst["clash"] == pytest.approx(abs(math.log(table[i, j]) - sum(others) / len(others)))


@pytest.mark.parametrize(
    "said",
    [
        {("a", "b"): 2, ("a", "c"): 2},
        {("a", "b"): 2, ("a", "c"): 2, ("b", "c"): 0},
        {("a", "b"): 2, ("a", "c"): 2, ("b", "c"): float("nan")},
        {("a", "b"): 2, ("b", "a"): 2, ("a", "c"): 2, ("b", "c"): 1},
        {("a", "b"): 2, ("a", "c"): 2, ("b", "z"): 1},
        {("a", "a"): 1, ("a", "b"): 2, ("a", "c"): 2, ("b", "c"): 1},
    ],
)
def test_pairs_that_are_missing_doubled_or_unknown_are_refused(said):
    with pytest.raises(BadInput):
        indices.pairwise_matrix(said, CODES)
