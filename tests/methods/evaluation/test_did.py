"""Differences in differences and staggered starts, against dummies and hand-made differences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods.evaluation import att_gt, difference_in_differences, event_study
from nanduti.methods.values import BadInput, CannotBeSaid


def panel(
    n_groups: int = 16, firms: int = 5, periods: int = 4, effect: float = 0.0, seed: int = 0
) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for g in range(n_groups):
        shock = rng.normal(size=periods) * 0.3
        for f in range(firms):
            level = rng.normal()
            for t in range(periods):
                treated = g < n_groups // 2
                y = level + 0.2 * t + shock[t] + rng.normal() * 0.5 + effect * (treated and t >= 2)
                rows.append((f"g{g:02d}", f"g{g:02d}f{f}", t, float(treated), y))
    return pl.DataFrame(rows, schema=["town", "firm", "t", "treated", "y"], orient="row")


def ask(data: pl.DataFrame, **more):
    asked = {"y": "y", "treated": "treated", "period": "t", "starts": 2, "grouped_by": "town", "unit": "firm"}
    return difference_in_differences(data, **(asked | more))


def test_it_equals_the_regression_with_all_dummies():
    data = panel(effect=1.0)
    found = ask(data)
    frame = {c: data[c].to_numpy() for c in data.columns} | {
        "d": (data["treated"] * (data["t"] >= 2).cast(pl.Float64)).to_numpy()
    }
    twin = smf.ols("y ~ d + C(firm) + C(t)", pd.DataFrame(frame)).fit()
    assert found.effect.estimate == pytest.approx(twin.params["d"])
    assert found.effect.grade.letter == "C" and found.effect.n_groups == 16 and "CR2" in found.effect.p_method
    assert found.paths.height == 8 and found.pre_trend_p is not None
    before = data.filter(pl.col("t") < 2)
    frame = {c: before[c].to_numpy() for c in before.columns} | {
        "s": (before["treated"] * before["t"]).to_numpy()
    }
    assert found.pre_trend == pytest.approx(
        smf.ols("y ~ s + C(firm) + C(t)", pd.DataFrame(frame)).fit().params["s"]
    )


def test_two_by_two_is_the_difference_of_mean_changes():
    data = panel(periods=2, effect=2.0).with_columns(t=pl.col("t") + 1)
    found = ask(data)
    wide = data.pivot("t", index=["firm", "treated"], values="y").with_columns(c=pl.col("2") - pl.col("1"))
    means = wide.group_by("treated").agg(pl.col("c").mean()).sort("treated")["c"]
    assert found.effect.estimate == pytest.approx(means[1] - means[0])
    assert found.pre_trend is None  # one period before: no trend to see


def test_few_groups_exchange_labels_and_one_a_side_says_nothing():
    few = ask(panel(n_groups=8))
    assert "exchanging" in few.effect.p_method and few.effect.smallest_p == pytest.approx(2 / 70)
    three = ask(panel(n_groups=6))
    assert three.effect.grade.letter == "D" and three.effect.p_value is None
    one = ask(panel(n_groups=2, firms=200))
    assert one.effect.grade.letter == "D" and one.effect.standard_error is None and one.effect.low is None
    assert "luck" in one.effect.say() and one.pre_trend_p is None and one.pre_trend is not None


def test_size_with_groups_that_have_their_own_luck():
    """Firm-level errors reject a true null far too often here; the group's count does not (100 runs)."""
    hits = [ask(panel(periods=3, firms=8, seed=k), starts=2).effect.p_value <= 0.05 for k in range(100)]
    assert np.mean(hits) <= 0.12
    few = [ask(panel(n_groups=8, periods=3, seed=k), starts=2).effect.p_value <= 0.05 for k in range(40)]
    assert np.mean(few) <= 0.15


def test_repeated_cross_sections_take_effects_of_groups():
    data = panel().with_columns(firm=pl.concat_str("firm", pl.lit("-"), "t"))
    assert ask(data, unit=None).effect.n == data.height


@pytest.mark.parametrize(
    ("change", "asked", "match"),
    [
        (lambda d: d, {"starts": 9}, "wholly before"),
        (lambda d: d, {"starts": -1}, "wholly after"),
        (lambda d: d.with_columns(treated=2), {}, "other values"),
        (lambda d: d.with_columns(treated=(pl.col("t") > 1).cast(pl.Float64)), {}, "in some rows"),
        (lambda d: d.with_columns(y=pl.lit(None, pl.Float64)), {}, "missing values"),
        (lambda d: d, {"missing": "maybe"}, "not known"),
        (lambda d: d, {"missing": "balanced", "unit": None}, "needs the unit"),
        (lambda d: d, {"y": "z"}, "not in the data"),
    ],
)
def test_bad_input(change, asked, match):
    with pytest.raises(BadInput, match=match):
        ask(change(panel()), **asked)


def test_no_comparison_group_is_before_and_after_only():
    alone = panel().filter(pl.col("treated") == 1)
    with pytest.raises(CannotBeSaid):
        ask(alone)


# --- staggered


def staggered(seed: int = 0, n: int = 60, effect: float = 1.5) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        start = [None, 2, 3][i % 3]
        level = rng.normal()
        for t in range(5):
            gain = effect * (t - start + 1) if start is not None and t >= start else 0.0
            rows.append((i, f"g{i // 2}", t, start, level + 0.3 * t + gain + rng.normal() * 0.5))
    return pl.DataFrame(
        rows, schema={"firm": pl.Int64, "town": pl.String, "t": pl.Int64, "start": pl.Int64, "y": pl.Float64},
        orient="row",
    )  # fmt: skip


@pytest.mark.parametrize("comparison", ["never", "not-yet"])
@pytest.mark.parametrize("base", ["varying", "universal"])
def test_every_cell_is_a_hand_made_difference(comparison, base):
    data = staggered(1)
    found = att_gt(data, y="y", unit="firm", period="t", start="start", comparison=comparison, base=base)
    wide = data.pivot("t", index=["firm", "start"], values="y")
    assert found.cells.height == 8
    for row in found.cells.rows(named=True):
        g, t = int(row["start"]), int(row["period"])
        ref = g - 1 if t >= g or base == "universal" else t - 1
        change = wide.with_columns(c=pl.col(str(t)) - pl.col(str(ref)))
        never = pl.col("start").is_null()
        other = (
            never
            if comparison == "never"
            else never | (pl.col("start") > max(t, ref)) & (pl.col("start") != g)
        )
        a, b = change.filter(pl.col("start") == g)["c"], change.filter(other)["c"]
        assert row["estimate"] == pytest.approx(a.mean() - b.mean())
        error = np.sqrt(a.var(ddof=0) / len(a) + b.var(ddof=0) / len(b))
        assert row["standard_error"] == pytest.approx(error)
        assert (row["n_treated"], row["n_comparison"]) == (len(a), len(b))


def test_the_error_of_an_average_agrees_with_the_jackknife():
    data = staggered(2, n=90)
    found = att_gt(data, y="y", unit="firm", period="t", start="start")
    for kind in ("simple", "dynamic", "group", "calendar"):
        table = found.aggregate(kind)
        left_out = np.array(
            [
                att_gt(data.filter(pl.col("firm") != i), y="y", unit="firm", period="t", start="start")
                .aggregate(kind)["estimate"].to_numpy()
                for i in range(90)
            ]
        )  # fmt: skip
        jackknife = np.sqrt(89 / 90 * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
        assert table["standard_error"].to_numpy() == pytest.approx(jackknife, rel=0.06)


def test_event_study_finds_the_path():
    path = event_study(staggered(3, n=240), y="y", unit="firm", period="t", start="start")
    for row in path.rows(named=True):
        truth = 1.5 * (row["key"] + 1) if row["key"] >= 0 else 0.0
        assert abs(row["estimate"] - truth) < 0.35
    trend = att_gt(staggered(3, n=240), y="y", unit="firm", period="t", start="start").pre_trend()
    assert trend is not None and trend[2] > 0.01


def test_groups_not_units_are_counted():
    data = staggered(4, n=60)
    single = att_gt(data, y="y", unit="firm", period="t", start="start")
    few = data.with_columns(town=pl.col("start").cast(pl.String).fill_null("never"))
    grouped = att_gt(few, y="y", unit="firm", period="t", start="start", grouped_by="town")
    assert single.grade.letter == "C" and grouped.grade.letter == "D"
    assert grouped.cells["standard_error"].null_count() == 8 and grouped.pre_trend() is None
    assert grouped.cells["estimate"].to_list() == pytest.approx(single.cells["estimate"].to_list())
    assert grouped.aggregate("simple")["standard_error"][0] is None


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 99), shift=st.floats(-10, 10), scale=st.floats(0.1, 10))
def test_invariance(seed, shift, scale):
    data = staggered(5, n=24)
    one = att_gt(data, y="y", unit="firm", period="t", start="start").aggregate("dynamic")
    mixed = data.sample(fraction=1, shuffle=True, seed=seed).with_columns(y=pl.col("y") * scale + shift)
    two = att_gt(mixed, y="y", unit="firm", period="t", start="start").aggregate("dynamic")
    assert two["estimate"].to_numpy() == pytest.approx(scale * one["estimate"].to_numpy(), abs=1e-8)
    assert two["standard_error"].to_numpy() == pytest.approx(
        scale * one["standard_error"].to_numpy(), abs=1e-8
    )


def test_bad_panels():
    data = staggered(6, n=12)
    with pytest.raises(BadInput, match="twice"):
        att_gt(pl.concat([data, data.head(1)]), y="y", unit="firm", period="t", start="start")
    with pytest.raises(BadInput, match="changes within"):
        att_gt(data.with_columns(start=pl.col("t")), y="y", unit="firm", period="t", start="start")
    with pytest.raises(CannotBeSaid):
        att_gt(data.with_columns(start=pl.lit(0)), y="y", unit="firm", period="t", start="start")
    gaps = data.with_columns(y=pl.when((pl.col("t") == 4) & (pl.col("start") == 3)).then(None).otherwise("y"))
    cells = att_gt(gaps, y="y", unit="firm", period="t", start="start").cells
    lost = cells.filter((pl.col("start") == 3) & (pl.col("period") == 4)).row(0, named=True)
    assert lost["estimate"] is None and "no treated unit" in lost["note"]
