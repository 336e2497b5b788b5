"""The single steps on their own: screening, size, gaps, transformations, importance."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from nanduti.methods import indices
from nanduti.methods.values import BadInput, CannotBeSaid

FIRMS = pl.DataFrame(
    {
        "unit": ["A", "B", "C", "D"],
        "x": [1.0, 0.0, None, 0.0],
        "y": [2.0, 5.0, None, 0.0],
        "z": [3.0, 6.0, 9.0, 0.0],
    }
)


def test_screening_by_gaps_and_by_zeros():
    kept, gone = indices.screen(FIRMS, least_share=0.5, least_nonzero_share=0.5)
    assert kept["unit"].to_list() == ["A", "B"]
    assert gone.rows() == [
        ("C", "1 of 3 indicators known (33.3 %), 50.0 % needed"),
        ("D", "3 of 3 known values are zero"),
    ]
    kept, gone = indices.screen(FIRMS, least_share=0.5, keep=("C",), drop=("A",))
    assert kept["unit"].to_list() == ["B", "C", "D"]
    assert gone.rows() == [("A", "dropped by decision")]
    with pytest.raises(BadInput, match="'Z' is not in the table"):
        indices.screen(FIRMS, least_share=0.5, keep=("Z",))


def test_zeros_that_may_mean_unknown():
    plain = indices.availability(FIRMS)
    strict = indices.availability(FIRMS, zero_is_missing=True)
    assert plain["n_missing"].to_list() == [0, 0, 2, 0]
    assert strict["n_missing"].to_list() == [0, 1, 2, 3]
    assert plain["nonzero_share"].round(3).to_list() == [1.0, 0.667, 1.0, 0.0]


def test_sizes_from_another_table_in_another_order():
    sizes = pl.DataFrame({"unit": ["D", "C", "B", "A"], "people": [4, 3, 2, 1]})
    found = indices.denominate(FIRMS, {"z": "people"}, sizes=sizes, scale={"z": 1000.0})
    assert found["z"].to_list() == [3000.0, 3000.0, 3000.0, 0.0]
    with pytest.raises(BadInput, match="'A' has no row in sizes"):
        indices.denominate(FIRMS, {"z": "people"}, sizes=sizes.head(2))


def test_transformations_by_hand():
    x = np.array([0.0, 1.0, 9.0])
    assert indices.transform(x, "log_plus_one") == pytest.approx(np.log([1, 2, 10]))
    assert indices.transform(x, "box_cox", 0.5) == pytest.approx(2 * (np.sqrt([1, 2, 10]) - 1))
    assert indices.transform(x, "log_reflected") == pytest.approx(-np.log([9.09, 8.09, 0.09]))
    assert indices.transform(x, "none").tolist() == x.tolist()
    with pytest.raises(BadInput, match="not known"):
        indices.transform(x, "cube")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_points": -1}, "max_points is -1"),
        ({"skew": 0}, "skew limit"),
        ({"then": "cube"}, "transformation 'cube'"),
    ],
)
def test_treatment_rules_that_cannot_be(options, words):
    with pytest.raises(BadInput, match=words):
        indices.treat(FIRMS, **options)


def test_treatment_leaves_chosen_indicators_and_combines_on_demand():
    x = np.concatenate([np.arange(40.0), [400.0, 5000.0]])
    d = pl.DataFrame({"unit": [f"u{i}" for i in range(42)], "x": x})
    assert indices.treat(d, leave=("x",)).data["x"].to_list() == x.tolist()
    assert indices.treat(d, max_points=0, then="none").data["x"].to_list() == x.tolist()
    both = indices.treat(d, max_points=1, combine=True).data["x"].to_numpy()
    pulled = np.minimum(x, 400.0)
    assert both == pytest.approx(indices.transform(pulled, "log"))
    apart = indices.treat(d, max_points=1).data["x"].to_numpy()
    assert apart == pytest.approx(indices.transform(x, "log"))


def test_gaps_that_cannot_be_filled():
    with pytest.raises(BadInput, match="method 'guess'"):
        indices.impute(FIRMS, method="guess")
    with pytest.raises(BadInput, match="group column"):
        indices.impute(FIRMS, method="group_mean")
    with pytest.raises(BadInput, match="the panel"):
        indices.impute(FIRMS, method="panel")
    lonely = pl.DataFrame({"unit": ["A", "B"], "x": [1.0, None], "y": [None, 2.0]})
    with pytest.raises(CannotBeSaid, match="shares another known indicator"):
        indices.impute(lonely, method="nearest")
    with pytest.raises(CannotBeSaid, match="expectation maximisation"):
        indices.impute(lonely, method="em")


def test_nearest_neighbours_do_not_depend_on_row_order():
    d = pl.DataFrame({"unit": list("ABCDE"), "x": [1.0, 2, 3, 4, None], "y": [5.0, 5, 5, 5, 5]})
    one = indices.impute(d, method="nearest", neighbours=2).data.sort("unit")
    other = indices.impute(d.reverse(), method="nearest", neighbours=2).data.sort("unit")
    assert one.equals(other)


def test_importance_of_a_whole_tree(asem_index, asem_structure):
    found = indices.importance(asem_index.normalised(), asem_structure, level=2, unit="uCode")
    assert found.height == 8
    theirs = {"Physical": 0.829379782067324, "ConEcFin": 0.422644258855394}
    for row in found.filter(pl.col("code").is_in(list(theirs))).iter_rows(named=True):
        assert row["correlation"] == pytest.approx(theirs[row["code"]], abs=1e-13)
        assert row["correlation_ratio"] == pytest.approx(row["correlation"] ** 2)


def test_targets_of_importance_that_cannot_be(asem_index, asem_structure):
    data = asem_index.normalised()
    with pytest.raises(BadInput, match="level 4 has no weights"):
        indices.weights_optimised(data, asem_structure, level=4, unit="uCode")
    with pytest.raises(BadInput, match="wanted importance"):
        indices.weights_optimised(data, asem_structure, level=3, target={"Conn": 1.0}, unit="uCode")
    with pytest.raises(BadInput, match=r"lower is 0\.4"):
        indices.weights_optimised(data, asem_structure, level=2, lower=0.4, unit="uCode")
    flat = data.with_columns(pl.lit(5.0).alias("LPI"))
    with pytest.raises(CannotBeSaid, match="'LPI' is the same"):
        indices.weights_optimised(flat, asem_structure, level=1, unit="uCode")
    near = indices.weights_optimised(
        data, asem_structure, level=3, target={"Conn": 1.1, "Sust": 1}, unit="uCode"
    )
    assert near.is_reached
    assert near.table["obtained_share"].to_list() == pytest.approx([1.1 / 2.1, 1 / 2.1], abs=1e-4)
    # Twice as important is out of reach: even with all the weight on it the other correlates too well.
    far = indices.weights_optimised(
        data, asem_structure, level=3, target={"Conn": 2, "Sust": 1}, unit="uCode"
    )
    assert not far.is_reached
    assert far.weights["Conn"] == pytest.approx(1)


def test_factors_are_chosen_by_the_handbooks_rule(tai):
    """Eigenvalues above 1 that explain over 10 %, and together over 60 %: two of them here."""
    raw = tai("tai23_raw")
    by_rule = indices.weights_factors(raw, unit="country")
    two = indices.weights_factors(raw, n_components=2, unit="country")
    assert by_rule == two
    assert sum(two.values()) == pytest.approx(1)
    with pytest.raises(BadInput, match="cannot be rotated"):
        indices.weights_factors(raw, n_components=9, unit="country")


def test_benefit_of_the_doubt_as_an_aggregation(asem_index):
    free = asem_index.rebuilt({"aggregate": {"by_node": {"Conn": "benefit_of_the_doubt"}}})
    scores = free.scores["Conn"]
    assert scores.max() == pytest.approx(1)
    assert scores.min() > 0
    doubts = [indices.WeightRange("Sust", 0.5, 2)]
    with pytest.raises(BadInput, match="chooses its own weights"):
        indices.uncertainty(free.recipe, free.data, doubts, n=4, seed=1)


def test_harmonic_mean_of_a_zero_below_mixed_groups():
    tree = {"code": "I", "children": [{"code": "p", "children": [{"code": "a"}]}, {"code": "b"}]}
    steps = (indices.Step("aggregate", {"method": "harmonic", "by_node": {"p": "arithmetic"}}),)
    recipe = indices.IndexRecipe("r", "r", "1", indices.Structure.of(tree), steps)
    d = pl.DataFrame({"unit": ["A", "B"], "a": [0.0, 1.0], "b": [1.0, 1.0]})
    with pytest.raises(CannotBeSaid, match="harmonic mean"):
        indices.uncertainty(recipe, d, [indices.WeightRange("b", 0.5, 2)], n=4, seed=1)
    with pytest.raises(CannotBeSaid, match="'p' of 'A' is 0"):
        indices.build(recipe, d)


def test_uncertainty_over_gaps():
    """Means over what is known stay means over what is known under every weighting."""
    tree = {"code": "I", "children": [{"code": "a"}, {"code": "b"}, {"code": "c"}]}
    steps = (indices.Step("aggregate", {"missing": "available", "least_share": 0.4}),)
    recipe = indices.IndexRecipe("r", "r", "1", indices.Structure.of(tree), steps)
    d = pl.DataFrame(
        {"unit": ["A", "B", "C"], "a": [1.0, None, None], "b": [2.0, 4.0, None], "c": [3.0, 5.0, 6.0]}
    )
    found = indices.uncertainty(recipe, d, [indices.WeightRange("a", 0.5, 2.0)], n=30, seed=2)
    for run, row in enumerate(found.design.iter_rows(named=True)):
        weight = 0.5 + 1.5 * row["weight of a"]
        slow = indices.build(recipe.changed(weights={"a": weight}), d).results["score"].to_list()
        mine = [None if np.isnan(v) else v for v in found.scores[run]]
        assert [v is None for v in mine] == [v is None for v in slow]
        assert [v for v in mine if v is not None] == pytest.approx([v for v in slow if v is not None])
