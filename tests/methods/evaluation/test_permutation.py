"""Randomisation inference against a loop of least squares, and its size under a true null."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods.evaluation import (
    Rerandomize,
    form_pairs,
    randomization_test,
    randomization_test_of,
    randomize,
    randomize_saturation,
    romano_wolf,
)
from nanduti.methods.values import BadInput, CannotBeSaid


def world(n: int = 40, seed: int = 0, n_towns: int = 4) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    town = rng.integers(0, n_towns, n)
    return pl.DataFrame(
        {
            "id": [f"F{i:03d}" for i in range(n)], "town": [f"T{t}" for t in town],
            "sector": rng.integers(0, 3, n), "x": rng.normal(size=n), "y": rng.normal(size=n) + town,
        }
    )  # fmt: skip


def plain(y, t, others, groups=None):
    """Coefficient and robust t of t by one least-squares fit."""
    z = np.column_stack([t, others])
    b, *_ = np.linalg.lstsq(z, y, rcond=None)
    within = t - others @ np.linalg.lstsq(others, t, rcond=None)[0]
    scores = within * (y - z @ b)
    if groups is not None:
        scores = np.bincount(groups, weights=scores)
    return b[0], b[0] * (within @ within) / np.sqrt((scores**2).sum())


def dummies(*columns):
    return np.column_stack([(c == v).astype(float) for c in columns for v in np.unique(c)])


@pytest.mark.parametrize("statistic", ["t", "coefficient"])
@pytest.mark.parametrize("design", ["strata", "cluster", "three arms", "two effects"])
def test_every_draw_equals_a_fresh_regression(statistic, design):
    data = world(48, seed=2, n_towns=8)
    arms = ["a", "b", "c"] if design == "three arms" else ["a", "b"]
    where = {"cluster": "town"} if design == "cluster" else {"strata": "town"}
    drawn = randomize(data, unit="id", arms=arms, seed="s", **where)
    effects = ["town", "sector"] if design == "two effects" else None
    test = randomization_test(
        data, drawn, y="y", arm="b", controls=["x"], fixed_effects=effects, statistic=statistic, draws=60,
        interval=False,
    )  # fmt: skip
    among = ("a", "b") if design == "three arms" else None
    codes = drawn.all_outcomes(among) if test.exact else drawn.redraws(60, among=among)
    town = data["town"].to_numpy()
    fixed = {"cluster": np.ones((48, 1)), "two effects": dummies(town, data["sector"].to_numpy())}
    others = np.column_stack([fixed.get(design, dummies(town)), data["x"].to_numpy()])
    if design == "three arms":
        others = np.column_stack([others, drawn.arm_codes == 2])
    groups = drawn.clusters if design == "cluster" else None
    y = data["y"].to_numpy()
    twin = np.array([plain(y, (c == 1).astype(float), others, groups) for c in codes])
    found = twin[:, 1] if statistic == "t" else twin[:, 0]
    assert test.distribution == pytest.approx(found, rel=1e-7)
    real = plain(y, (drawn.arm_codes == 1).astype(float), others, groups)
    assert test.estimate == pytest.approx(real[0]) and test.statistic == pytest.approx(
        real[1] if statistic == "t" else real[0]
    )
    count = (np.abs(found) >= abs(test.statistic) - 1e-9).sum()
    assert test.p_value == pytest.approx(count / len(found) if test.exact else (1 + count) / 61)


@pytest.mark.parametrize("statistic", ["t", "coefficient"])
def test_the_interval_holds_what_is_not_rejected(statistic):
    data = world(30, seed=5)
    drawn = randomize(data, unit="id", arms=["a", "b"], seed="s")
    treated = (drawn.arm_codes == 1).astype(float)
    data = data.with_columns(y=pl.col("y") + pl.Series(treated) * 2)
    asked = {"y": "y", "statistic": statistic, "draws": 399}
    test = randomization_test(data, drawn, **asked)

    def p_at(tau):
        moved = data.with_columns(y=pl.col("y") - pl.Series(treated) * tau)
        return randomization_test(moved, drawn, interval=False, **asked).p_value

    gap = (test.high - test.low) / 200
    assert p_at(test.low + 1e-6) > 0.05 >= p_at(test.low - gap)
    assert p_at(test.high - 1e-6) > 0.05 >= p_at(test.high + gap)
    assert test.low < test.estimate < test.high


def test_several_rounds_and_differences_in_differences():
    firms = world(24, seed=3)
    drawn = randomize(firms, unit="id", arms=["a", "b"], seed="s")
    rng = np.random.default_rng(0)
    long = pl.concat(
        [firms.with_columns(t=pl.lit(t), y=pl.col("y") + rng.normal(size=24)) for t in (0, 1, 2)]
    )
    long = long.with_columns(after=(pl.col("t") > 0).cast(pl.Float64))
    test = randomization_test(
        long, drawn, y="y", times="after", fixed_effects=["id", "t"], draws=40, interval=False
    )
    at = drawn.rows_of(long["id"])
    others = dummies(long["id"].to_numpy(), long["t"].to_numpy())
    after, y = long["after"].to_numpy(), long["y"].to_numpy()
    twin = [plain(y, (c == 1)[at] * after, others, at)[1] for c in drawn.redraws(40)]
    assert test.distribution == pytest.approx(np.array(twin), rel=1e-6)


def test_smallest_p_values_of_few_groups():
    """Of the notes: 12 groups 6 treated .002, 12/3 .005, 8/4 .029, 6/3 .100, 4/2 .333."""
    for n_groups, n_treated, smallest in (
        (12, 6, 0.002),
        (12, 3, 0.005),
        (8, 4, 0.029),
        (6, 3, 0.1),
        (4, 2, 0.333),
    ):
        data = world(n_groups * 3, seed=1).with_columns(
            g=pl.Series([f"g{i // 3}" for i in range(n_groups * 3)])
        )
        share = f"{n_treated}/{n_groups}"
        arms = {"c": f"{n_groups - n_treated}/{n_groups}", "t": share}
        drawn = randomize(data, unit="id", arms=arms, cluster="g", seed="s")
        test = randomization_test(data, drawn, y="y", fixed_effects=(), statistic="coefficient")
        assert test.exact and round(test.smallest_p, 3) == smallest


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 500), scale=st.floats(0.1, 50), shift=st.floats(-20, 20))
def test_invariance_to_order_units_and_names(seed, scale, shift):
    data = world(26, seed=seed % 7)
    drawn = randomize(data, unit="id", arms=["a", "b"], strata="town", seed="s")
    one = randomization_test(data, drawn, y="y", controls=["x"], draws=99)
    mixed = data.sample(fraction=1, shuffle=True, seed=seed).with_columns(y=pl.col("y") * scale + shift)
    other = randomization_test(mixed, drawn, y="y", controls=["x"], draws=99)
    assert other.p_value == one.p_value and other.estimate == pytest.approx(scale * one.estimate, rel=1e-6)
    assert other.low == pytest.approx(scale * one.low, rel=1e-4, abs=1e-6 * scale)
    swapped = randomization_test(data, drawn, y="y", arm="a", against="b", controls=["x"], draws=99)
    assert swapped.p_value == pytest.approx(one.p_value) and swapped.estimate == pytest.approx(-one.estimate)


def rejections(make, runs: int, draws: int = 199) -> float:
    hits = 0
    for k in range(runs):
        data, drawn = make(k)
        hits += randomization_test(data, drawn, y="y", draws=draws, seed=k, interval=False).p_value <= 0.05
    return hits / runs


@pytest.mark.parametrize("share", [0.5, 0.25, 0.1])
def test_size_at_treated_shares(share):
    """Reduced: 400 seeded runs (Monte Carlo error 1.1 points); the benchmark runs 2,000."""

    def make(k):
        rng = np.random.default_rng(k)
        data = pl.DataFrame({"id": range(100), "y": rng.exponential(size=100) ** 1.5})
        return data, randomize(data, unit="id", arms={"c": 1 - share, "t": share}, seed=f"{share} {k}")

    assert 0.025 <= rejections(make, 400) <= 0.080


@pytest.mark.parametrize("design", ["pairs", "clusters", "rerandomised", "strata"])
def test_size_under_designs(design):
    def make(k):
        rng = np.random.default_rng(k + 10_000)
        n = 48
        x, g = rng.normal(size=n), np.arange(n) // 4
        data = pl.DataFrame({"id": range(n), "x": x, "g": g, "s": rng.integers(0, 7, n)})
        data = data.with_columns(y=pl.Series(x + rng.normal(size=12)[g] + rng.normal(size=n)))
        how = {
            "pairs": {"strata": "pair"},
            "clusters": {"cluster": "g"},
            "rerandomised": {"rerandomize": Rerandomize(["x"], 0.2)},
            "strata": {"strata": "s"},
        }[design]
        if design == "pairs":
            data = form_pairs(data, unit="id", on=["x"])
        return data, randomize(data, unit="id", arms=["c", "t"], seed=f"{k}", **how)

    assert 0.015 <= rejections(make, 250, draws=99 if design == "rerandomised" else 199) <= 0.095


def test_romano_wolf_equals_its_plain_twin():
    data = world(30, seed=9).with_columns(
        z=pl.col("y") + pl.col("x"),
        q=-(pl.col("x") ** 2),
        w=pl.when(pl.col("x") > 1).then(None).otherwise("x"),
    )
    drawn = randomize(data, unit="id", arms=["a", "b"], seed="s")
    names = ["y", "z", "q"]
    table = romano_wolf(data, drawn, names, draws=199)
    draws = drawn.redraws(199)
    ones = np.ones((30, 1))
    real = np.array([abs(plain(data[n].to_numpy(), (drawn.arm_codes == 1) * 1.0, ones)[1]) for n in names])
    null = np.array([[abs(plain(data[n].to_numpy(), (c == 1) * 1.0, ones)[1]) for n in names] for c in draws])
    left, running, twin = list(np.argsort(-real)), 0.0, {}
    while left:
        k = left[0]
        running = max(running, (1 + (null[:, left].max(axis=1) >= real[k] - 1e-9).sum()) / 200)
        twin[names[k]] = running
        left = left[1:]
    assert dict(table.select("outcome", "p_adjusted").rows()) == pytest.approx(twin)
    assert (table["p_adjusted"] >= table["p_value"] - 1e-12).all()
    assert romano_wolf(data, drawn, ["y", "w"], draws=99).height == 2
    with pytest.raises(BadInput, match="twice"):
        romano_wolf(data, drawn, ["y", "y"])


def test_misfits_left_out_stay_out():
    data = world(21, seed=4)
    drawn = randomize(data, unit="id", arms=["a", "b"], strata="town", seed="s", misfits="missing")
    test = randomization_test(data, drawn, y="y", draws=99)
    assert test.n == int((drawn.arm_codes >= 0).sum())


def test_bad_input():
    data = world(20)
    drawn = randomize(data, unit="id", arms=["a", "b", "c"], seed="s")
    with pytest.raises(BadInput, match="not named"):
        randomization_test(data, drawn, y="y")
    with pytest.raises(BadInput, match="itself"):
        randomization_test(data, drawn, y="y", arm="a")
    with pytest.raises(BadInput, match="was not in the lottery"):
        randomization_test(data.with_columns(id=pl.lit("X")), drawn, y="y", arm="b")
    with pytest.raises(BadInput, match="missing values"):
        randomization_test(data.with_columns(y=pl.lit(None, pl.Float64)), drawn, y="y", arm="b")
    with pytest.raises(CannotBeSaid, match="no unit has an outcome"):
        randomization_test(
            data.with_columns(y=pl.lit(None, pl.Float64)), drawn, y="y", arm="b", missing="drop"
        )
    two = randomize(data, unit="id", arms=["a", "b"], cluster="town", seed="s")
    with pytest.raises(CannotBeSaid, match="imply"):
        randomization_test(data, two, y="y", fixed_effects="town")
    market = randomize_saturation(
        data, unit="id", cluster="town", seed="s", saturations={0: "1/2", "1/2": "1/2"}
    )
    with pytest.raises(BadInput, match="saturation design"):
        randomization_test(data, market, y="y", arm="treated")
    with pytest.raises(BadInput, match="held fixed"):
        market.redraws(3, fixed=np.ones(20, dtype=bool))
    assert randomization_test_of(lambda c: float((c == 2).sum()), market, draws=19).n_draws == 19


def test_an_outcome_without_variation_is_not_significant():
    data = world(20).with_columns(y=pl.lit(3.0))
    drawn = randomize(data, unit="id", arms=["a", "b"], seed="s")
    test = randomization_test(data, drawn, y="y", draws=99)
    assert test.p_value == 1.0 and test.estimate == pytest.approx(0, abs=1e-12)
