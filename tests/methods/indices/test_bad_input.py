"""All-equal, empty, tied, negative, missing everywhere, one unit: never a wrong number."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from nanduti.methods import indices
from nanduti.methods.values import BadInput, CannotBeSaid

TREE = {"code": "I", "children": [{"code": "a"}, {"code": "b"}]}


def recipe(*steps: object) -> indices.IndexRecipe:
    made = tuple(s if isinstance(s, indices.Step) else indices.Step(str(s)) for s in steps)
    return indices.IndexRecipe("r", "r", "1", indices.Structure.of(TREE), made)


def frame(a: list, b: list, **more: list) -> pl.DataFrame:
    units = [f"u{i}" for i in range(len(a))]
    types = {"a": pl.Float64, "b": pl.Float64}
    return pl.DataFrame({"unit": units, "a": a, "b": b, **more}, schema_overrides=types, strict=False)


@pytest.mark.parametrize("method", ["minmax", "zscore", "distance_to_maximum"])
def test_all_equal_indicator_names_the_indicator(method):
    with pytest.raises(CannotBeSaid, match=r"'a'.*same value.*[Dd]rop the indicator"):
        indices.normalise(frame([3, 3, 3], [1, 2, 3]), method=method)


def test_all_equal_indicator_is_no_matter_for_goalposts_and_ranks():
    d = frame([3, 3], [3, 3])
    assert indices.normalise(d, method="goalposts", low=0, high=6)["a"].to_list() == [0.5, 0.5]
    assert indices.normalise(d, method="rank")["a"].to_list() == [1, 1]


def test_nothing_known_of_an_indicator():
    with pytest.raises(CannotBeSaid, match="'b'"):
        indices.normalise(frame([1, 2], [None, None]), method="minmax")
    with pytest.raises(CannotBeSaid, match=r"fill for 'b'.*no value is known"):
        indices.impute(frame([1, 2], [None, None]), method="median")
    with pytest.raises(CannotBeSaid, match="in group 'q'"):
        indices.impute(frame([1, 2], [5, None], g=["p", "q"]), method="group_mean", group="g")


def test_missing_everywhere_column_of_no_type():
    d = pl.DataFrame({"unit": ["A", "B"], "a": [1.0, 2.0], "b": [None, None]})
    assert indices.availability(d)["available_share"].to_list() == [0.5, 0.5]
    with pytest.raises(CannotBeSaid, match="'b'"):
        indices.build(recipe("normalise", "aggregate"), d)


@pytest.mark.parametrize("method", ["minmax", "zscore", "percentile"])
def test_one_unit_alone(method):
    with pytest.raises(CannotBeSaid, match="one known unit"):
        indices.normalise(frame([3], [1]), method=method)


@pytest.mark.parametrize("bad", [0.0, -2.0])
def test_geometric_mean_of_zero_or_less(bad):
    with pytest.raises(CannotBeSaid, match=f"'b' of 'u1' is {bad:g}"):
        indices.build(recipe(indices.Step("aggregate", {"method": "geometric"})), frame([1, 2], [3, bad]))


def test_geometric_mean_inside_an_uncertainty_analysis():
    r = recipe(indices.Step("normalise", {"method": "minmax"}), "aggregate")
    doubts = [indices.Alternatives("mean", "aggregate", [{"method": "arithmetic"}, {"method": "geometric"}])]
    with pytest.raises(CannotBeSaid, match="geometric mean"):
        indices.uncertainty(r, frame([1, 2, 3], [3, 1, 2]), doubts, n=20, seed=1)


def test_a_gap_makes_the_index_unknown_and_says_so():
    index = indices.build(recipe("aggregate"), frame([1, None, 3], [1, 2, 3]))
    assert index.results["score"].to_list() == [1.0, None, 3.0]
    assert index.results["rank"].to_list() == [2.0, None, 1.0]
    assert index.results["n_missing"].to_list() == [0, 1, 0]
    assert index.results["reason"][1] == "an indicator it needs has no value"


def test_available_values_only_on_demand_and_down_to_a_share():
    d = frame([1, None, None], [1, 2, None])
    step = indices.Step("aggregate", {"missing": "available", "least_share": 0.5})
    assert indices.build(recipe(step), d).results["score"].to_list() == [1.0, 2.0, None]
    step = indices.Step("aggregate", {"missing": "available", "least_share": 0.6})
    assert indices.build(recipe(step), d).results["score"].to_list() == [1.0, None, None]


def test_a_gap_under_a_zero_weight_is_no_gap():
    structure = {"code": "I", "children": [{"code": "a"}, {"code": "b", "weight": 0}]}
    r = indices.IndexRecipe("r", "r", "1", indices.Structure.of(structure), (indices.Step("aggregate"),))
    assert indices.build(r, frame([4], [None])).results["score"].to_list() == [4.0]


def test_duplicated_unit_and_text_and_infinity():
    with pytest.raises(BadInput, match="'u0' stands in 2 rows"):
        indices.build(recipe("aggregate"), pl.DataFrame({"unit": ["u0", "u0"], "a": [1, 2], "b": [1, 2]}))
    with pytest.raises(BadInput, match="'a' holds String"):
        indices.build(recipe("aggregate"), pl.DataFrame({"unit": ["u0"], "a": ["12"], "b": [1]}))
    with pytest.raises(BadInput, match=r"'b', unit 'u1' is infinite"):
        indices.build(recipe("aggregate"), frame([1, 2], [1, float("inf")]))
    with pytest.raises(BadInput, match="column 'b' is not in the table"):
        indices.build(recipe("aggregate"), pl.DataFrame({"unit": ["u0"], "a": [1.0]}))
    with pytest.raises(BadInput, match="no rows"):
        indices.build(recipe("aggregate"), frame([], []))


def test_weights_that_cannot_be():
    with pytest.raises(BadInput, match="is -1"):
        indices.Structure.of({"code": "I", "children": [{"code": "a", "weight": -1}, {"code": "b"}]})
    with pytest.raises(BadInput, match="all zero"):
        indices.Structure.of({"code": "I", "children": [{"code": "a", "weight": 0}]})
    with pytest.raises(BadInput, match="add up to 90, not to 100"):
        indices.weights_given({"a": 30, "b": 60}, sum_to=100)
    with pytest.raises(BadInput, match=r"expert 'Y'.*90 of 100"):
        indices.weights_budget_allocation(pl.DataFrame({"expert": ["X", "Y"], "a": [50, 50], "b": [50, 40]}))


def test_weights_in_a_recipe_that_should_sum():
    tree = {"code": "I", "children": [{"code": "a", "weight": 0.5}, {"code": "b", "weight": 0.3}]}
    steps = (indices.Step("weight", {"method": "given", "sum_to": 1}), indices.Step("aggregate"))
    r = indices.IndexRecipe("r", "r", "1", indices.Structure.of(tree), steps)
    with pytest.raises(BadInput, match=r"add up to 0\.8, not to 1"):
        indices.build(r, frame([1, 2], [3, 4]))
    right = r.changed(weights={"b": 0.5})
    assert indices.build(right, frame([1, 2], [3, 4])).results["score"].to_list() == [2.0, 3.0]


def test_units_named_by_numbers_and_yes_or_no_indicators():
    d = pl.DataFrame({"unit": [7, 8], "a": [True, False], "b": [float("nan"), 3.0]})
    index = indices.build(recipe(indices.Step("aggregate", {"missing": "available"})), d)
    assert index.results["unit"].to_list() == ["7", "8"]
    assert index.results["score"].to_list() == [1.0, 1.5]
    assert indices.strengths(index, "8")["kind"].to_list() == ["strength", "weakness"]


def test_comparisons_that_contradict():
    circle = [[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]]
    with pytest.raises(CannotBeSaid, match="consistency ratio"):
        indices.weights_ahp(circle, "abc")
    assert indices.weights_ahp(circle, "abc", note="first round, to be repeated").consistency_ratio > 1
    with pytest.raises(BadInput, match="'a' with 'b'"):
        indices.weights_ahp([[1, 3], [3, 1]], "ab")
    with pytest.raises(BadInput, match="shape"):
        indices.weights_ahp([[1, 3]], "ab")


def test_structures_that_are_no_trees():
    with pytest.raises(BadInput, match="used twice"):
        indices.Structure.of({"code": "I", "children": [{"code": "a"}, {"code": "a"}]})
    with pytest.raises(BadInput, match="has no indicators"):
        indices.Structure.of({"code": "I"})
    with pytest.raises(BadInput, match="not exactly one"):
        indices.Structure((indices.Node("a"), indices.Node("b")))
    with pytest.raises(BadInput, match="in a circle"):
        indices.Structure(
            (indices.Node("I"), indices.Node("x", "I"), indices.Node("a", "b"), indices.Node("b", "a"))
        )
    with pytest.raises(BadInput, match="direction of 'a' is 0"):
        indices.Structure.of({"code": "I", "children": [{"code": "a", "direction": 0}]})
    with pytest.raises(BadInput, match="unknown entry 'weigth'"):
        indices.Structure.of({"code": "I", "children": [{"code": "a", "weigth": 2}]})


def test_denominators_that_cannot_divide():
    d = frame([1, 2], [3, 4], firms=[0, 5])
    with pytest.raises(BadInput, match=r"'firms', unit 'u0' is 0"):
        indices.denominate(d, {"a": "firms"})
    unknown = indices.denominate(frame([1, 2], [3, 4], firms=[None, 5]), {"a": "firms"})
    assert unknown["a"].to_list() == [None, 0.4]


def test_a_recipe_in_which_nobody_is_left():
    r = recipe(indices.Step("screen", {"least_share": 1.0}), "aggregate")
    with pytest.raises(CannotBeSaid, match="no unit passes the step 'screen'"):
        indices.build(r, frame([1, None], [None, 2]))


def test_steps_and_methods_that_are_not_known():
    with pytest.raises(BadInput, match="step 'normalize' is not known"):
        indices.Step("normalize")
    with pytest.raises(BadInput, match="normalisation 'minmaxx'"):
        indices.build(
            recipe(indices.Step("normalise", {"method": "minmaxx"}), "aggregate"), frame([1, 2], [1, 2])
        )
    with pytest.raises(BadInput, match="aggregation 'mean'"):
        indices.build(recipe(indices.Step("aggregate", {"method": "mean"})), frame([1, 2], [1, 2]))
    with pytest.raises(BadInput, match="parameters of 'minmax' do not fit"):
        indices.build(recipe(indices.Step("normalise", {"lower": 1}), "aggregate"), frame([1, 2], [1, 2]))
    with pytest.raises(BadInput, match="aggregates 0 times"):
        recipe("normalise")
    with pytest.raises(BadInput, match="after aggregate"):
        recipe("aggregate", "normalise")


def test_text_that_is_no_recipe():
    with pytest.raises(BadInput, match="not YAML"):
        indices.parse("recipe: [")
    with pytest.raises(BadInput, match="no entry 'recipe'"):
        indices.parse("rubric: x")
    with pytest.raises(BadInput, match="lacks the entry 'steps'"):
        indices.parse("recipe: x\nindex: {code: I, children: [{code: a}]}")
    with pytest.raises(BadInput, match="is not shipped"):
        indices.recipe("no-such")


def test_benefit_of_the_doubt_wants_its_restriction_said():
    with pytest.raises(BadInput, match="restrictions"):
        indices.benefit_of_the_doubt(frame([1, 0.5], [0.2, 1]))
    with pytest.raises(BadInput, match="negative"):
        indices.benefit_of_the_doubt(frame([1, -0.5], [0.2, 1]), unrestricted=True)
    with pytest.raises(CannotBeSaid, match="not known"):
        indices.benefit_of_the_doubt(frame([1, None], [0.2, 1]), unrestricted=True)
    with pytest.raises(CannotBeSaid, match="'b' is zero for all"):
        indices.benefit_of_the_doubt(frame([1, 0.5], [0, 0]), unrestricted=True)
    with pytest.raises(BadInput, match="leave no weights"):
        indices.benefit_of_the_doubt(frame([1, 0.5], [1, 2]), around_mean=(1.2, 1.5))


def test_outranking_with_a_gap_or_an_unknown_veto():
    with pytest.raises(CannotBeSaid, match="Who beats 'u1'"):
        indices.copeland(frame([1, None], [1, 2]))
    with pytest.raises(BadInput, match="veto on 'z'"):
        indices.copeland(frame([1, 2], [1, 2]), veto={"z": 1})
    with pytest.raises(CannotBeSaid, match="too many orders"):
        indices.condorcet_ranking(frame(list(range(12)), list(range(12))))


def test_statistics_of_what_does_not_vary():
    flat = frame([1, 1, 1, 1], [1, 2, 3, 4])
    assert indices.skewness([2, 2, 2, 2]) is None
    assert indices.kurtosis([1, 2, 3]) is None
    assert indices.correlations(flat, rows=["a"], columns=["b"])["correlation"].to_list() == [None]
    with pytest.raises(CannotBeSaid, match="'a' is the same"):
        indices.cronbach_alpha(flat, standardised=True)
    with pytest.raises(CannotBeSaid, match="too few"):
        indices.principal_components(frame([1, 2], [2, 1]))
    with pytest.raises(CannotBeSaid, match="tells the units apart"):
        indices.weights_entropy(frame([1, 1], [2, 2]))
    with pytest.raises(BadInput, match="negative"):
        indices.weights_entropy(frame([1, -1], [2, 2]))
    with pytest.raises(TypeError):
        indices.cronbach_alpha(flat)  # which alpha has to be said


def test_treatment_leaves_short_and_flat_indicators_alone():
    d = frame([1, 1, 900], [5, 5, 5])
    assert indices.treat(d).data["a"].to_list() == [1, 1, 900]
    assert indices.treat(d).details["kurtosis_before"].to_list() == [None, None]
    assert indices.treat(d).details["passed_before"].to_list() == [None, None]
    with pytest.raises(BadInput, match="all 5"):
        indices.transform([5, 5, 5], "log")


def test_doubts_that_say_nothing():
    r, d = recipe("aggregate"), frame([1, 2], [2, 1])
    with pytest.raises(BadInput, match="doubts are empty"):
        indices.uncertainty(r, d, [], n=5, seed=1)
    with pytest.raises(BadInput, match="no choice"):
        indices.uncertainty(r, d, [indices.WeightSets("w", [])], n=5, seed=1)
    with pytest.raises(BadInput, match="'z' is not in the structure"):
        indices.uncertainty(r, d, [indices.WeightSets("w", [{"z": 1.0}])], n=5, seed=1)
    with pytest.raises(BadInput, match="is negative"):
        indices.uncertainty(r, d, [indices.WeightSets("w", [{"a": -1.0}])], n=5, seed=1)
    with pytest.raises(BadInput, match="ranges from"):
        indices.WeightRange("a", 2, 1)
    with pytest.raises(BadInput, match="outside 0 to 1"):
        indices.uncertainty(r, d, [indices.WeightNoise("w", {1: 1.5})], n=5, seed=1)
    doubts = [indices.Omission("o", ["a", "b"])]
    with pytest.raises(BadInput, match="leaves the range"):
        indices.replay(r, d, doubts, pl.DataFrame({"o": [2]}))
    both = [indices.Omission("o", ["a"]), indices.Omission("p", ["b"])]
    with pytest.raises(BadInput, match="nothing in the index"):
        indices.uncertainty(r, d, both, n=5, seed=1)


def test_ranks_that_never_move_have_no_sensitivity():
    r, d = recipe("aggregate"), frame([1, 2, 3], [1, 2, 3])
    doubts = [indices.WeightRange("a", 0.5, 2), indices.WeightRange("b", 0.5, 2)]
    found = indices.sensitivity(r, d, doubts, n=16, seed=1, n_resamples=10)
    assert found.frame()["first"].to_list() == [None, None]
    assert found.unit_frame()["total"].null_count() == 6


def test_alternatives_that_drop_different_units():
    r = recipe(indices.Step("screen", {"least_share": 0.5}), "aggregate")
    doubts = [indices.Alternatives("s", "screen", [{"least_share": 0.5}, {"least_share": 1.0}])]
    with pytest.raises(CannotBeSaid, match="drop units that others keep"):
        indices.uncertainty(r, frame([1, None], [1, 2]), doubts, n=8, seed=1)


def test_units_without_a_score_stay_without_a_rank():
    r = recipe("aggregate")
    found = indices.uncertainty(
        r, frame([1, None, 3], [2, 2, 2]), [indices.WeightRange("a", 0.5, 2)], n=9, seed=1
    )
    assert found.summary()["median_rank"].to_list() == [2.0, None, 1.0]


def test_explaining_what_is_not_there():
    index = indices.build(recipe("aggregate"), frame([1, None, 3], [1, 2, 3]))
    with pytest.raises(CannotBeSaid, match="no score"):
        indices.contributions(index, "u1")
    with pytest.raises(CannotBeSaid, match="not in the index"):
        indices.contributions(index, "zz")
    geometric = index.rebuilt({"aggregate": {"method": "geometric"}})
    with pytest.raises(CannotBeSaid, match="against="):
        indices.contributions(geometric, "u0")
    duels = indices.build(recipe(indices.Step("aggregate", {"method": "copeland"})), frame([1, 2], [2, 3]))
    with pytest.raises(CannotBeSaid, match="no additive parts"):
        indices.contributions(duels, "u0")
    with pytest.raises(BadInput, match="'zz' is not in the table"):
        indices.what_if(index, {"zz": {"a": 1.0}})


def test_targets_that_are_already_behind():
    with pytest.raises(CannotBeSaid, match="not beyond the lowest"):
        indices.normalise_distance_to_target([3.0, 4.0], 2.0)
    with pytest.raises(BadInput, match="are 5 and 5"):
        indices.normalise_goalposts([1.0], 5, 5)
    with pytest.raises(CannotBeSaid, match="mean is zero"):
        indices.normalise_ratio([-1.0, 1.0])
    assert np.isnan(indices.normalise_minmax([1.0, np.nan, 3.0])[1])
