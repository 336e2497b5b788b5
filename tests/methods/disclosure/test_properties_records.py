"""What must hold whatever the records: order, names, coarser keys, packing wide keys."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import disclosure
from nanduti.methods.disclosure import keys as internals

KEYS = ["a", "b", "c"]


def _data(seed: int, n: int = 60) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "a": rng.integers(0, 3, n),
            "b": [f"v{i}" for i in rng.integers(0, 4, n)],
            "c": rng.random(n).round(1),
            "s": rng.integers(0, 4, n),
            "w": rng.integers(1, 30, n).astype(float),
        }
    )


seeds = st.integers(0, 10_000)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_row_order_does_not_matter(seed):
    data = _data(seed)
    order = np.random.default_rng(seed + 1).permutation(data.height)
    mixed = data[order]
    one = disclosure.individual_risk(data, keys=KEYS, weights="w").individual
    two = disclosure.individual_risk(mixed, keys=KEYS, weights="w").individual
    np.testing.assert_allclose(one[order], two, rtol=1e-12)
    assert (disclosure.suda2(data, keys=KEYS).score[order] == disclosure.suda2(mixed, keys=KEYS).score).all()
    a = disclosure.measures(data, keys=KEYS, sensitive=["s"])
    b = disclosure.measures(mixed, keys=KEYS, sensitive=["s"])
    assert a == b


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_names_of_codes_do_not_matter(seed):
    data = _data(seed)
    renamed = data.with_columns(
        pl.col("a").replace_strict({0: "z", 1: "k", 2: "b"}), pl.col("b").str.replace("v", "other ")
    )
    assert disclosure.measures(data, keys=KEYS, sensitive=["s"]) == disclosure.measures(
        renamed, keys=KEYS, sensitive=["s"]
    )


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_fewer_keys_never_raise_the_risk(seed):
    data = _data(seed)
    for more, fewer in ((KEYS, KEYS[:2]), (KEYS[:2], KEYS[:1])):
        assert disclosure.k_anonymity(data, keys=more) <= disclosure.k_anonymity(data, keys=fewer)
        assert disclosure.global_risk(data, keys=more) >= disclosure.global_risk(data, keys=fewer) - 1e-12
        assert disclosure.l_diversity(data, keys=more, sensitive="s") <= disclosure.l_diversity(
            data, keys=fewer, sensitive="s"
        )


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_larger_weights_lower_the_risk(seed):
    data = _data(seed)
    heavier = data.with_columns(pl.col("w") * 2)
    one = disclosure.individual_risk(data, keys=KEYS, weights="w").individual
    two = disclosure.individual_risk(heavier, keys=KEYS, weights="w").individual
    assert (two <= one + 1e-12).all()


def test_keys_too_wide_for_one_number_are_counted_right():
    rng = np.random.default_rng(1)
    columns = {f"k{i}": rng.integers(0, 10**6, 500) for i in range(6)}
    data = pl.DataFrame(columns)
    data = pl.concat([data, data[:100], data[:50]])
    packed = internals.pack_columns(data, data.columns)
    assert packed.space < 1 << 63
    counts = internals.counts_of_classes(packed)
    assert sorted(counts.tolist()) == sorted([3] * 50 + [2] * 50 + [1] * 400)
    ids, n = internals.class_ids(packed)
    assert n == 500
    assert len(ids) == data.height


@pytest.mark.parametrize(
    "series",
    [
        pl.Series("x", [1, 5, 1, None]),
        pl.Series("x", [10**15, -5, 10**15, None]),
        pl.Series("x", [0.5, float("nan"), 0.5, None]),
        pl.Series("x", ["a", "b", "a", None]),
        pl.Series("x", [True, False, True, None]),
        pl.Series("x", ["2024-01-01", "2024-02-01", "2024-01-01", None]).str.to_date(),
        pl.Series("x", ["a", "b", "a", None], dtype=pl.Categorical),
        pl.Series("x", ["a", "b", "a", None], dtype=pl.Enum(["b", "a"])),
    ],
)
def test_every_type_of_key_is_told_apart_and_missing_is_a_value(series):
    sizes = disclosure.class_sizes(series.to_frame(), keys=["x"]).tolist()
    assert sizes == ([2, 2, 2, 2] if series.dtype == pl.Float64 else [2, 1, 2, 1])


def test_pram_keeps_expected_shares_and_is_reproducible():
    data = pl.DataFrame({"t": ["a"] * 6000 + ["b"] * 3000 + ["c"] * 900 + [None] * 100})
    first = disclosure.pram(data, column="t", seed=11)
    again = disclosure.pram(data, column="t", seed=11)
    assert first.data.equals(again.data)
    assert not first.data.equals(disclosure.pram(data, column="t", seed=12).data)
    shares = np.array([6000, 3000, 900]) / 9900
    np.testing.assert_allclose(shares @ first.matrix, shares, atol=1e-12)
    np.testing.assert_allclose(first.matrix.sum(axis=1), 1)
    seen = first.data["t"].drop_nulls().value_counts().sort("t")["count"].to_numpy() / 9900
    assert (np.abs(seen - shares) < 4 * np.sqrt(shares * (1 - shares) / 9900)).all()
    assert first.data["t"].null_count() == 100
    moved = (first.data["t"] != data["t"]).fill_null(False)
    assert int(moved.sum()) == first.n_changed


def test_noise_keeps_moments():
    rng = np.random.default_rng(0)
    base = rng.multivariate_normal([10, 50], [[4, 3], [3, 9]], 20_000)
    data = pl.DataFrame({"x": base[:, 0], "y": base[:, 1]})
    kept = disclosure.add_noise(data, columns=["x", "y"], seed=1, level=0.3)
    loss = disclosure.numeric_loss(data, kept, columns=["x", "y"])
    np.testing.assert_allclose(loss.columns["sd_after"], loss.columns["sd_before"], rtol=0.03)
    np.testing.assert_allclose(loss.columns["mean_after"], loss.columns["mean_before"], rtol=0.01)
    assert loss.correlation_loss < 0.02
    plain = disclosure.add_noise(data, columns=["x"], seed=1, level=0.3, method="additive")
    assert plain["x"].std() ** 2 / data["x"].std() ** 2 == pytest.approx(1.3, rel=0.03)


@settings(max_examples=20, deadline=None)
@given(seeds, st.sampled_from([1.0, 5.0, 20.0]))
def test_rank_swapping_keeps_marginals_and_distances_in_rank(seed, percent):
    data = pl.DataFrame({"x": np.random.default_rng(seed).permutation(80).astype(float)})
    swapped = disclosure.rank_swap(data, columns=["x"], seed=seed, percent=percent)
    assert sorted(swapped["x"]) == sorted(data["x"])
    assert np.abs(swapped["x"].to_numpy() - data["x"].to_numpy()).max() <= max(1, int(80 * percent / 100))


def test_microaggregation_keeps_totals_and_hides_in_k():
    data = pl.DataFrame({"x": np.random.default_rng(2).lognormal(2, 1, 101)})
    safe = disclosure.microaggregate(data, columns=["x"], k=4)
    assert safe.data["x"].sum() == pytest.approx(data["x"].sum())
    assert disclosure.k_anonymity(safe.data, keys=["x"]) >= 4
    assert 0 < safe.information_loss < 1


def test_top_coding_keeps_the_total():
    data = pl.DataFrame({"x": [1.0, 2, 3, 100, 200, 900]})
    safe = disclosure.top_bottom_code(data, column="x", top_n=3)
    assert safe.data["x"].sum() == data["x"].sum()
    assert safe.n_changed == 3


def test_losses_are_nought_when_nothing_changed():
    data = _data(1)
    assert disclosure.numeric_loss(data, data, columns=["c", "w"]).il1s == 0
    lost = disclosure.categorical_loss(data, data, columns=KEYS)
    assert lost["changed_share"].sum() == lost["blanked_share"].sum() == 0
    assert lost["distance"].max() == pytest.approx(0)


def test_delta_presence_is_a_share_per_class():
    u = pl.DataFrame({"k": ["a", "a", "b", "b", "b", None]})
    s = pl.DataFrame({"k": ["a", "b", "b", None]})
    assert disclosure.delta_presence(s, u, keys=["k"]) == (0.5, 1.0)
