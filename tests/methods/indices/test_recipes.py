"""Recipes as data: shipped ones, changes, gates and vetoes, the log, versions compared."""

from __future__ import annotations

import polars as pl
import pytest

from nanduti.methods import indices
from nanduti.methods.values import CannotBeSaid

CANDIDATES = pl.DataFrame(
    {
        "unit": ["Leather Chennai", "Auto Chennai", "Footwear Ambur", "Handloom", "Toys"],
        "linkage_possibilities": [3, 2, 3, 0, 2],
        "imports": [3, 2, 2, 0, 1],
        "intermediate_exports": [4, 1, 2, 0, 0],
        "brand_exports": [3, 1, 4, 1, 1],
        "contribution": [3, 4, 3, 2, 1],
        "similar_clusters": [3, 4, 3, 4, 2],
        "chain_links": [4, 2, 3, 0, 1],
        "past_programmes": [2, 3, None, 4, 0],
        "willingness": [3, 4, 3, 3, 0],
    }
)


@pytest.mark.parametrize("name", ["cluster-selection", "technology-achievement", "human-development"])
def test_shipped_recipes_read_back_the_same(name):
    recipe = indices.recipe(name)
    again = indices.parse(recipe.to_yaml())
    assert again.digest() == recipe.digest()
    assert again == recipe
    assert recipe.sources
    assert recipe.notes


def test_cluster_selection():
    index = indices.build(indices.recipe("cluster-selection"), CANDIDATES)
    by_unit = {row["unit"]: row for row in index.results.iter_rows(named=True)}
    leather = by_unit["Leather Chennai"]
    assert leather["score"] == pytest.approx((3 + 4 + 3 + 3 + 3 + 4 + 2 + 3) / 8 / 4)
    assert leather["rank"] == 1
    # Mean over what is known, with the gap counted.
    footwear = by_unit["Footwear Ambur"]
    assert footwear["score"] == pytest.approx((2 + 2 + 4 + 3 + 3 + 3 + 3) / 7 / 4)
    assert footwear["n_missing"] == 1
    # The gate comes before any ranking, the veto after it; both say why.
    assert by_unit["Handloom"]["score"] is None
    assert "linkage" in by_unit["Handloom"]["reason"]
    assert by_unit["Toys"]["rank"] is None
    assert by_unit["Toys"]["reason"] == "no stakeholder is willing"
    assert sorted(index.results["rank"].drop_nulls()) == [1.0, 2.0, 3.0]


def test_an_unknown_at_the_gate_is_not_a_pass():
    data = CANDIDATES.with_columns(pl.lit(None, dtype=pl.Int64).alias("linkage_possibilities"))
    data = data.with_columns(pl.when(pl.col("unit") != "Toys").then(pl.lit(2)).alias("linkage_possibilities"))
    results = indices.build(indices.recipe("cluster-selection"), data).results
    assert results.filter(pl.col("unit") == "Toys")["reason"].item() == "linkage_possibilities is not known"


def test_rank_stability_under_half_weights():
    """A2.1: ranks while every weight moves by 50 %, here with the geometric variant beside."""
    recipe = indices.recipe("cluster-selection")
    complete = CANDIDATES.with_columns(pl.col("past_programmes").fill_null(1))
    stable = indices.weight_stability(recipe, complete, factor=0.5, n=400, seed=1)
    ranked = {row["unit"]: row for row in stable.iter_rows(named=True)}
    # The gate leaves Handloom out; the veto keeps Toys from taking a place from anybody.
    assert set(ranked) == {"Leather Chennai", "Auto Chennai", "Footwear Ambur", "Toys"}
    assert ranked["Toys"]["median_rank"] is None
    assert ranked["Leather Chennai"]["share_at_nominal"] > 0.95
    assert ranked["Auto Chennai"]["worst_rank"] == 3
    positive = complete.filter(~pl.col("unit").is_in(["Handloom", "Toys"])).with_columns(
        pl.col("intermediate_exports").clip(1)
    )
    geometric = recipe.changed({"aggregate": {"method": "geometric"}})
    assert indices.build(geometric, positive).results["score"].null_count() == 0


def test_the_log_says_what_was_done(asem_index):
    said = {entry.step: entry.said for entry in asem_index.log}
    assert list(said) == ["denominate", "impute", "screen", "treat", "normalise", "aggregate"]
    assert said["impute"] == f"{asem_index.filled.height} values filled"
    assert "winsorised" in said["treat"]


def test_two_versions_compared(asem_index):
    other = asem_index.rebuilt({"treat": {"max_points": 2}}, weights={"Sust": 2.0})
    found = indices.compare(asem_index, other)
    assert any(d.startswith("step treat") for d in found.differences)
    assert "weight of Sust: 1 became 2" in found.differences
    assert found.table.height == 51
    same = indices.compare(asem_index, asem_index)
    assert same.mean_abs_rank_shift == 0
    assert same.spearman == pytest.approx(1)
    assert same.differences == ()


def test_a_unit_ranked_by_one_version_only():
    recipe = indices.recipe("cluster-selection")
    one = indices.build(recipe, CANDIDATES)
    other = one.rebuilt({"veto": None})
    notes = dict(indices.compare(one, other).table.select("unit", "note").iter_rows())
    assert notes["Toys"] == "ranked only after"
    assert notes["Handloom"] == "ranked by neither"


def test_what_if_moves_the_others_too(asem_index):
    table = indices.what_if(asem_index, {"AUS": {"Forest": 0.0, "CO2": 1.0, "MatCon": 4.0}})
    row = table.filter(pl.col("uCode") == "AUS").row(0, named=True)
    assert row["score_after"] > row["score_before"]
    assert row["rank_after"] < row["rank_before"]


def test_strengths_and_weaknesses(asem_index):
    found = indices.strengths(asem_index, "NOR", n=3)
    assert found["kind"].to_list() == ["strength"] * 3 + ["weakness"] * 3
    assert found["rank"][0] <= found["rank"][2] <= found["rank"][3]


def test_weights_inside_a_recipe(asem_recipe, asem_data, asem_index):
    def with_weights(**step: object) -> indices.CompositeIndex:
        steps = list(asem_recipe.steps)
        steps.insert(5, indices.Step("weight", step))
        changed = indices.IndexRecipe("w", "w", "1", asem_recipe.structure, tuple(steps), unit="uCode")
        return indices.build(changed, asem_data)

    equal = with_weights(method="equal").results
    assert equal["score"].to_list() == pytest.approx(asem_index.results["score"].to_list())
    entropy = with_weights(method="entropy")
    group = asem_index.structure.children("Physical")
    plain = indices.weights_entropy(asem_index.normalised().select("uCode", *group), unit="uCode")
    for code in group:
        assert entropy.structure[code].weight == pytest.approx(plain[code])
    ahp = with_weights(method="ahp", group="Index", comparisons=[[1, 3], [1 / 3, 1]])
    assert ahp.structure["Conn"].weight == pytest.approx(0.75)
    assert "consistency ratio" in ahp.log[5].said
    points = {"X": {"Conn": 60, "Sust": 40}, "Y": {"Conn": 40, "Sust": 60}}
    panel = with_weights(method="budget_allocation", group="Index", points=points)
    assert panel.structure["Conn"].weight == pytest.approx(0.5)
    with pytest.raises(CannotBeSaid, match="first component"):
        with_weights(method="first_component", level=2)


def test_disagreement_of_experts_shows_in_the_ranks():
    points = pl.DataFrame({"expert": ["X", "Y"], "a": [90, 10], "b": [10, 90]})
    experts = indices.weights_budget_allocation(points)
    data = pl.DataFrame({"unit": ["A", "B"], "a": [1.0, 0.0], "b": [0.0, 1.0]})
    recipe = indices.parse(
        "{recipe: r, index: {code: I, children: [{code: a}, {code: b}]}, steps: [aggregate]}"
    )
    found = indices.uncertainty(
        recipe, data, [indices.WeightSets("experts", list(experts.draws.values()))], n=200, seed=4
    )
    assert found.summary()["best_rank"].to_list() == [1, 1]
    assert found.summary()["worst_rank"].to_list() == [2, 2]
    assert 0.3 < found.beats_share("A", "B") < 0.7
    assert found.top_share(1)["top_share"].sum() == pytest.approx(1)
    assert experts.spread["a"] == pytest.approx(0.5657, abs=1e-4)


def test_by_level_and_by_node(asem_index):
    mixed = asem_index.rebuilt(
        {
            "normalise": {"low": 1},
            "aggregate": {"by_level": {4: "geometric"}, "by_node": {"Conn": "harmonic"}},
        }
    )
    row = mixed.scores.row(0, named=True)
    assert row["Index"] == pytest.approx((row["Conn"] * row["Sust"]) ** 0.5)
    children = asem_index.structure.children("Conn")
    assert row["Conn"] == pytest.approx(5 / sum(1 / row[c] for c in children))


def test_structure_without_a_branch(asem_structure):
    small = asem_structure.without("Conn")
    assert small.root.code == "Index"
    assert small.children("Index") == ("Sust",)
    assert sum(small.effective_weights()[c] for c in small.indicators) == pytest.approx(1)


def test_a_vetoed_unit_has_no_shares_and_no_sensitivity():
    recipe = indices.recipe("cluster-selection")
    doubts = [indices.WeightRange(c, 0.5, 1.5) for c in ("imports", "willingness")]
    found = indices.sensitivity(recipe, CANDIDATES, doubts, n=32, seed=3, n_resamples=20)
    toys = found.uncertainty.top_share(1).filter(pl.col("unit") == "Toys")
    assert toys["top_share"].to_list() == [None]
    assert found.unit_frame().filter(pl.col("output") == "Toys")["total"].null_count() == 2
    with pytest.raises(CannotBeSaid, match="'Toys'"):
        found.uncertainty.beats_share("Leather Chennai", "Toys")


def test_ways_of_weighting_can_be_in_doubt(asem_recipe, asem_data):
    """Weights computed by a step belong to their version; the engine must not take those of another."""
    steps = list(asem_recipe.steps)
    steps.insert(5, indices.Step("weight", {"method": "equal"}))
    recipe = indices.IndexRecipe("w", "w", "1", asem_recipe.structure, tuple(steps), unit="uCode")
    ways = [{"method": "equal"}, {"method": "entropy"}, {"method": "critic"}]
    doubts = [indices.Alternatives("weights by", "weight", ways)]
    found = indices.replay(recipe, asem_data, doubts, pl.DataFrame({"weights by": [0, 1, 2]}))
    for run, way in enumerate(ways):
        slow = indices.build(recipe.changed({"weight": way}), asem_data).results["score"]
        assert slow.to_list() == pytest.approx(found.scores[run].tolist(), rel=1e-12)
    assert not (found.ranks[0] == found.ranks[1]).all()
