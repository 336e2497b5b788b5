"""What must hold for any sample: order, units and names of things play no part."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import sampling

quick = settings(deadline=None, max_examples=40)


@st.composite
def samples(draw):
    """Two or three strata, two to four PSUs each, one to three rows in each."""
    rows = []
    for stratum in range(draw(st.integers(1, 3))):
        for psu in range(draw(st.integers(2, 4))):
            for _ in range(draw(st.integers(1, 3))):
                y = draw(st.integers(-50, 50))
                w = draw(st.integers(1, 9))
                rows.append((stratum, psu, y, w, draw(st.integers(1, 30))))
    return pl.DataFrame(rows, schema=["h", "i", "y", "w", "x"], orient="row")


def design(frame, **more):
    return sampling.SurveyDesign(frame, strata="h", psu="i", weights="w", nest=True, **more)


def figures(d):
    out = []
    for found in (
        d.mean("y"),
        d.total("y"),
        d.ratio("y", "x"),
        d.proportion(pl.col("y") > 0),
        d.quantile("y"),
    ):
        out += [found.value, found.se, found.low, found.high]
    boot = d.replicate_weights("bootstrap", replicates=60, seed=5).mean("y")
    return [*out, boot.se]


def same(a, b):
    assert [v is None for v in a] == [v is None for v in b]
    assert [v for v in a if v is not None] == pytest.approx([v for v in b if v is not None], abs=1e-7)


@quick
@given(samples(), st.randoms())
def test_row_order_plays_no_part(frame, random):
    order = list(range(frame.height))
    random.shuffle(order)
    same(figures(design(frame)), figures(design(frame[order])))


@quick
@given(samples())
def test_names_play_no_part(frame):
    renamed = frame.with_columns(h=pl.format("place-{}", "h"), i=pl.format("day-{}", "i"))
    same(figures(design(frame)), figures(design(renamed)))


@quick
@given(samples(), st.floats(0.01, 100), st.floats(-1000, 1000))
def test_scale_and_shift(frame, scale, shift):
    before, after = design(frame), design(frame.with_columns(y=pl.col("y") * scale + shift))
    assert after.mean("y").value == pytest.approx(before.mean("y").value * scale + shift, abs=1e-6)
    assert after.mean("y").se == pytest.approx(before.mean("y").se * scale, abs=1e-6)


@quick
@given(samples(), st.floats(0.01, 100))
def test_scale_of_weights_changes_totals_only(frame, scale):
    before, after = design(frame), design(frame.with_columns(w=pl.col("w") * scale))
    assert after.mean("y").se == pytest.approx(before.mean("y").se, abs=1e-9)
    assert after.total("y").se == pytest.approx(before.total("y").se * scale, abs=1e-6)


@quick
@given(samples())
def test_domains_add_up(frame):
    d = design(frame.with_columns(group=pl.col("x") % 3))
    parts = d.by("y", "group", statistic="total")
    assert parts["estimate"].sum() == pytest.approx(d.total("y").value, abs=1e-8)


@quick
@given(samples())
def test_a_smaller_population_means_a_smaller_error(frame):
    near, far = (frame.with_columns(N=pl.lit(n)) for n in (5, 500))
    errors = [design(f, fpc="N", check_weights=False).mean("y").se for f in (near, far)]
    assert errors[0] <= errors[1] + 1e-12 <= design(frame).mean("y").se + 2e-12


@quick
@given(samples())
def test_shares_lie_between_their_limits_inside_zero_and_one(frame):
    for method in ("logit", "beta", "wilson"):
        found = design(frame).proportion(pl.col("y") > 0, method=method)
        if found.low is not None:
            assert 0 <= found.low <= found.value + 1e-12
            assert found.value - 1e-12 <= found.high <= 1


@quick
@given(samples())
def test_quantiles_rise(frame):
    d = design(frame)
    values = [d.quantile("y", p).value for p in (0.1, 0.3, 0.5, 0.7, 0.9)]
    assert values == sorted(values)


@quick
@given(samples(), st.integers(100, 900))
def test_post_strata_meet_their_counts(frame, count):
    grouped = frame.with_columns(group=pl.col("x") % 2)
    levels = grouped["group"].unique().to_list()
    known = {level: count + level for level in levels}
    post = design(grouped).post_stratify("group", known)
    sums = np.bincount(grouped["group"].to_numpy(), weights=post.weights, minlength=2)
    assert [sums[level] for level in levels] == pytest.approx([known[level] for level in levels])


@quick
@given(
    st.integers(2, 200),
    st.lists(st.integers(2, 60), min_size=1, max_size=8),
    st.sampled_from(["proportional", "equal", "square_root"]),
)
def test_allocations_add_up_and_fit(n, sizes, method):
    known = {f"s{i}": size for i, size in enumerate(sizes)}
    if not 2 * len(sizes) <= n <= sum(sizes):
        return
    found = sampling.allocate(n, known, method=method)
    assert sum(found.values()) == n
    assert all(2 <= found[s] <= known[s] for s in known)


@quick
@given(st.lists(st.text(min_size=1, max_size=6), min_size=3, max_size=40, unique=True), st.integers(0, 10**6))
def test_draws_do_not_depend_on_the_order_of_the_list(units, seed):
    frame = pl.DataFrame({"unit": units, "size": [1 + len(u) for u in units]})
    turned = frame.reverse()
    for draw, more in (
        (sampling.draw_simple, {}),
        (sampling.draw_systematic, {}),
        (sampling.draw_pps, {"size": "size"}),
    ):
        a, b = (draw(f, unit="unit", n=3, seed=seed, **more) for f in (frame, turned))
        assert a.sample.equals(b.sample)
        assert a.certificate == b.certificate
        assert a.sample.height == 3
