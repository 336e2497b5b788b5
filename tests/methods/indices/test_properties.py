"""What must hold whatever the data: order of rows, scale, names, and that better is never worse."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nanduti.methods import indices
from nanduti.methods.values import BadInput

TREE = {
    "code": "I",
    "children": [
        {"code": "p", "children": [{"code": "x0"}, {"code": "x1", "weight": 2}]},
        {"code": "q", "weight": 2, "children": [{"code": "x2", "direction": -1}, {"code": "x3"}]},
    ],
}
STRUCTURE = indices.Structure.of(TREE)


def recipe(normalise: dict, aggregate: dict, *before: indices.Step) -> indices.IndexRecipe:
    steps = (*before, indices.Step("normalise", normalise), indices.Step("aggregate", aggregate))
    return indices.IndexRecipe("r", "r", "1", STRUCTURE, steps)


def frame(values: np.ndarray) -> pl.DataFrame:
    columns = {f"x{j}": values[:, j] for j in range(values.shape[1])}
    return pl.DataFrame({"unit": [f"u{i:02d}" for i in range(len(values))]} | columns)


# Whole numbers of moderate size: ties are frequent, overflow is not what is tested here.
tables = hnp.arrays(
    np.float64, st.tuples(st.integers(4, 9), st.just(4)), elements=st.integers(-20, 20).map(float)
)
varied = tables.filter(lambda x: (np.ptp(x, axis=0) > 0).all())
kinds = st.sampled_from(
    [
        ({"method": "minmax", "low": 1, "high": 100}, {"method": "arithmetic"}),
        ({"method": "minmax", "low": 1, "high": 100}, {"method": "geometric"}),
        ({"method": "zscore"}, {"method": "arithmetic"}),
        ({"method": "rank"}, {"method": "harmonic"}),
        ({"method": "borda"}, {"method": "arithmetic"}),
        ({"method": "minmax"}, {"method": "copeland"}),
    ]
)


@settings(max_examples=60, deadline=None)
@given(varied, kinds, st.integers(0, 1000))
def test_row_order_does_not_matter(x, kind, seed):
    data = frame(x)
    mixed = data.sample(fraction=1, shuffle=True, seed=seed)
    one = indices.build(recipe(*kind), data).results.sort("unit")
    other = indices.build(recipe(*kind), mixed).results.sort("unit")
    assert one["score"].to_list() == pytest.approx(other["score"].to_list(), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(varied, kinds, st.integers(1, 50), st.integers(-30, 30))
def test_units_of_measure_do_not_matter(x, kind, scale, shift):
    moved = x.copy()
    moved[:, 1] = moved[:, 1] * scale + shift
    treat = indices.Step("treat", {"max_points": 2, "then": "log"})
    one = indices.build(recipe(*kind, treat), frame(x)).results
    other = indices.build(recipe(*kind, treat), frame(moved)).results
    assert one["score"].to_list() == pytest.approx(other["score"].to_list(), rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(varied, kinds)
def test_names_do_not_matter(x, kind):
    data = frame(x)
    names = {u: f"place {k}" for k, u in enumerate(reversed(data["unit"].to_list()))}
    one = indices.build(recipe(*kind), data).results["score"].to_list()
    other = indices.build(recipe(*kind), data.with_columns(pl.col("unit").replace_strict(names)))
    assert one == other.results["score"].to_list()


@settings(max_examples=60, deadline=None)
@given(varied, kinds, st.integers(0, 3))
def test_a_unit_that_gets_better_does_not_fall(x, kind, column):
    """Raise one unit in one indicator: it does not lose places against the units it was ahead of."""
    better = x.copy()
    better[0, column] += 3 * (-1 if column == 2 else 1)
    before = indices.build(recipe(*kind), frame(x)).results["rank"][0]
    # The range may grow, so that the others move together; the unit's own place cannot get worse when it
    # is the only one that changed and the method is monotone, unless standard scores rescale the rest.
    if kind[0]["method"] == "zscore" or kind[1]["method"] != "arithmetic" or kind[0]["method"] == "minmax":
        better = x.copy()
        better[0] = np.array([21.0, 21.0, -21.0, 21.0])
    after = indices.build(recipe(*kind), frame(better)).results["rank"][0]
    assert after <= before


@settings(max_examples=60, deadline=None)
@given(varied)
def test_dominance_is_respected(x):
    """Who is at least as good everywhere does not rank below, by any rule."""
    x[1] = x[0] + np.array([1.0, 0, -1, 2])
    if not (np.ptp(x, axis=0) > 0).all():
        return
    for kind in (
        ({"method": "minmax", "low": 1, "high": 100}, {"method": "geometric"}),
        ({"method": "zscore"}, {"method": "arithmetic"}),
        ({"method": "minmax"}, {"method": "copeland"}),
    ):
        rank = indices.build(recipe(*kind), frame(x)).results["rank"]
        assert rank[1] <= rank[0]


@settings(max_examples=60, deadline=None)
@given(varied, st.floats(0.1, 50))
def test_only_proportions_of_weights_matter(x, factor):
    kind = ({"method": "minmax"}, {"method": "arithmetic"})
    one = indices.build(recipe(*kind), frame(x)).results["score"].to_list()
    scaled = recipe(*kind).changed(weights={"x0": factor, "x1": 2 * factor})
    assert indices.build(scaled, frame(x)).results["score"].to_list() == pytest.approx(one)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.float64, st.integers(4, 40), elements=st.integers(-5, 200).map(float)))
def test_treatment_keeps_order_and_stays_inside(x):
    done = indices.winsorise(x)
    assert x.min() <= done.min() <= done.max() <= x.max()
    order = np.argsort(x, kind="stable")
    assert (np.diff(done[order]) >= 0).all()
    assert indices.winsorise(-x).tolist() == (-done).tolist() or indices.skewness(x) in (None, 0.0)
    if np.ptp(x) > 0:
        for how in ("log", "log_reflected", "log_plus_one", "box_cox"):
            bent = indices.transform(x, how)
            assert (np.diff(bent[order]) >= 0).all()


@settings(max_examples=40, deadline=None)
@given(
    hnp.arrays(np.float64, st.tuples(st.integers(3, 12), st.just(3)), elements=st.integers(1, 20).map(float)),
    st.integers(0, 99),
)
def test_benefit_of_the_doubt_properties(y, seed):
    data = frame(y)
    tight = indices.benefit_of_the_doubt(data, around_mean=(0.8, 1.2)).scores["score"].to_numpy()
    wide = indices.benefit_of_the_doubt(data, around_mean=(0.2, 2.5)).scores["score"].to_numpy()
    free = indices.benefit_of_the_doubt(data, unrestricted=True).scores["score"].to_numpy()
    # More freedom never hurts, somebody is always on the frontier, and a factor common to all is no news.
    assert (tight <= wide + 1e-7).all()
    assert (wide <= free + 1e-7).all()
    assert tight.max() == pytest.approx(1, abs=1e-7)
    again = indices.benefit_of_the_doubt(frame(7e9 * y), around_mean=(0.8, 1.2)).scores["score"].to_numpy()
    assert again == pytest.approx(tight, abs=1e-7)
    mixed = data.sample(fraction=1, shuffle=True, seed=seed)
    other = indices.benefit_of_the_doubt(mixed, around_mean=(0.8, 1.2)).scores.sort("unit")
    assert other["score"].to_numpy() == pytest.approx(tight, abs=1e-7)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.int64, st.tuples(st.integers(2, 12), st.integers(1, 12)), elements=st.integers(0, 4)))
def test_copeland_is_a_zero_sum_and_ignores_monotone_changes(x):
    data = frame(x.astype(float))
    score = indices.copeland(data)["score"]
    assert score.sum() == 0
    cubed = frame(x.astype(float) ** 3 + 5)
    assert indices.copeland(cubed)["score"].to_list() == score.to_list()
    matrix = indices.outranking_matrix(data).drop("unit").to_numpy()
    off = ~np.eye(len(x), dtype=bool)
    assert (matrix + matrix.T)[off] == pytest.approx(np.ones(off.sum()))


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(
        np.float64, st.tuples(st.integers(1, 5), st.integers(1, 8)), elements=st.integers(0, 5).map(float)
    )
)
def test_ranks_count_who_is_above(scores):
    plain = [[1 + sum(o > v for o in row) for v in row] for row in scores]
    assert indices.ranks(scores).tolist() == plain


@settings(max_examples=25, deadline=None)
@given(varied, st.integers(0, 2**31))
def test_uncertainty_is_a_function_of_its_seed(x, seed):
    r = recipe({"method": "minmax"}, {"method": "arithmetic"})
    doubts = [indices.WeightNoise("noise", {1: 0.5, 2: 0.5}, 50), indices.WeightRange("p", 0.5, 2)]
    one = indices.uncertainty(r, frame(x), doubts, n=30, seed=seed)
    other = indices.uncertainty(r, frame(x), doubts, n=30, seed=seed)
    assert one.scores.tolist() == other.scores.tolist()
    assert one.design.equals(other.design)
    low, high = one.scores.min(axis=0), one.scores.max(axis=0)
    nominal = indices.build(r, frame(x)).scores
    parts = nominal.select("p", "q").to_numpy()
    assert (low >= nominal.select("x0", "x1", "x2", "x3").to_numpy().min(axis=1) - 1e-9).all()
    assert (high <= nominal.select("x0", "x1", "x2", "x3").to_numpy().max(axis=1) + 1e-9).all()
    assert parts.shape == (len(x), 2)
    assert (
        indices.replay(r, frame(x), [doubts[1]], pl.DataFrame({"weight of p": [0.0, 1.0]})).ranks.shape[0]
        == 2
    )


@settings(max_examples=25, deadline=None)
@given(varied, st.integers(0, 2**31))
def test_a_stored_design_gives_the_same_ranks_again(x, seed):
    r = recipe({"method": "minmax"}, {"method": "arithmetic"})
    doubts = [
        indices.WeightNoise("noise", {1: 0.5}, 20),
        indices.WeightRange("p", 0.5, 2),
        indices.Omission("left out", [None, "x0", "q"]),
    ]
    one = indices.uncertainty(r, frame(x), doubts, n=20, seed=seed)
    again = indices.replay(r, frame(x), doubts, one.design, seed=seed)
    assert again.scores.tolist() == one.scores.tolist()
    with pytest.raises(BadInput, match="the seed"):
        indices.replay(r, frame(x), doubts, one.design)


@settings(max_examples=60, deadline=None)
@given(st.permutations([0.1, 0.2, 0.3, 0.7]), st.permutations([0.1, 0.2, 0.3, 0.7]))
def test_the_last_bit_does_not_decide_a_place(one, other):
    """The same four values in another order have the same mean, whatever the binary sums say."""
    data = frame(np.array([one, other, [0.0, 0.0, 0.0, 0.0]]))
    tree = {"code": "I", "children": [{"code": f"x{j}"} for j in range(4)]}
    r = indices.IndexRecipe("r", "r", "1", indices.Structure.of(tree), (indices.Step("aggregate"),))
    assert indices.build(r, data).results["rank"].to_list() == [1.0, 1.0, 3.0]
    doubts = [indices.Alternatives("none", "aggregate", [{}])]
    assert indices.uncertainty(r, data, doubts, n=2, seed=1).ranks.tolist() == [[1, 1, 3]] * 2


@settings(max_examples=40, deadline=None)
@given(varied)
def test_alpha_and_correlations_ignore_scale(x):
    data = frame(x)
    moved = frame(x * np.array([1.0, 5, 3, 2]) + 4)
    assert indices.correlations(moved)["correlation"].to_list() == pytest.approx(
        indices.correlations(data)["correlation"].to_list(), abs=1e-9
    )
    a, b = (indices.cronbach_alpha(d, standardised=True) for d in (data, moved))
    assert a == pytest.approx(b, rel=1e-6, abs=1e-6)
