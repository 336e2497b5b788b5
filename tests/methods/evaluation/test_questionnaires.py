"""Ordered answers: the likelihood by brute-force integration, exact tests by listing, nobody revealed."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from nanduti.methods.evaluation import (
    Item,
    cronbach_alpha,
    group_view,
    individual_view,
    ordinal_mixed_model,
    sign_flip_test,
    trust_trajectory,
    turned,
)
from nanduti.methods.values import BadInput, CannotBeSaid, Scale

AGREE = Scale(1, 5, favourable=1)  # as in Guadalajara: 1 is in agreement
MORE = Scale(1, 5, favourable=5)


def answers(n_firms=12, n_rounds=6, slope=0.25, spread=1.0, seed=0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    firm, time = np.repeat(np.arange(n_firms), n_rounds), np.tile(np.arange(n_rounds), n_firms)
    lean = spread * rng.normal(size=n_firms)[firm] + slope * time
    columns = {
        f"q{j}": np.digitize(lean + rng.logistic(size=len(firm)), [-1.5, 0, 1, 2]) + 1 for j in range(3)
    }
    return pl.DataFrame({"firm": firm, "round": time, **columns})


def brute_force(model, data, y, x, unit):
    """The marginal log-likelihood at the fitted values, each unit's integral by adaptive quadrature."""
    theta = np.concatenate([[-np.inf], model.thresholds["estimate"].to_numpy(), [np.inf]])
    beta, total = model.coefficients["estimate"].to_numpy(), 0.0
    for _, part in data.group_by(unit):
        k = np.searchsorted(model.categories, part[y].to_numpy())
        line = part.select(x).to_numpy() @ beta

        def density(u, k=k, line=line):
            p = special.expit(theta[k + 1] - line - u) - special.expit(theta[k] - line - u)
            return np.prod(p) * stats.norm.pdf(u / model.sd) / model.sd

        total += np.log(integrate.quad(density, -8 * model.sd, 8 * model.sd, limit=200)[0])
    return total


def test_many_points_of_quadrature_equal_the_integral():
    data = answers()
    fine = ordinal_mixed_model(data, y="q0", x=["round"], unit="firm", quadrature=25)
    assert fine.log_likelihood == pytest.approx(brute_force(fine, data, "q0", ["round"], "firm"), abs=1e-6)
    rough = ordinal_mixed_model(data, y="q0", x=["round"], unit="firm")
    assert abs(rough.log_likelihood - fine.log_likelihood) < 0.3
    assert rough.coefficient("round") == pytest.approx(fine.coefficient("round"), abs=0.03)


def test_it_is_a_maximum():
    data = answers(seed=3)
    fine = ordinal_mixed_model(data, y="q0", x=["round"], unit="firm", quadrature=15)
    best = brute_force(fine, data, "q0", ["round"], "firm")
    for step in (-0.1, 0.1):
        moved = fine.coefficients.with_columns(estimate=pl.col("estimate") + step)
        other = type(fine)(**{**fine.__dict__, "coefficients": moved})
        assert brute_force(other, data, "q0", ["round"], "firm") < best
        other = type(fine)(**{**fine.__dict__, "sd": fine.sd * (1 + step)})
        assert brute_force(other, data, "q0", ["round"], "firm") < best


def test_without_differences_between_units_it_is_the_plain_model():
    rng = np.random.default_rng(1)
    data = pl.DataFrame({"firm": np.tile(np.arange(20), 12), "x": rng.normal(size=240)})
    data = data.with_columns(
        y=pl.Series(np.digitize(data["x"].to_numpy() + rng.logistic(size=240), [-1, 0, 1]))
    )
    found = ordinal_mixed_model(data, y="y", x=["x"], unit="firm")
    oracle = OrderedModel(data["y"].to_numpy(), data.select("x").to_numpy(), distr="logit").fit(
        method="bfgs", disp=False
    )
    if found.sd == 0:
        assert found.log_likelihood == pytest.approx(oracle.llf, abs=1e-5) and "no differences" in found.note
        assert found.coefficient("x") == pytest.approx(oracle.params[0], abs=1e-4)
        assert found.coefficients["standard_error"][0] == pytest.approx(oracle.bse[0], rel=1e-3)
    assert found.log_likelihood >= oracle.llf - 1e-6


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 50))
def test_invariance_to_order_names_and_direction(seed):
    data = answers(seed=seed % 5)
    one = ordinal_mixed_model(data, y="q0", x=["round"], unit="firm")
    mixed = data.sample(fraction=1, shuffle=True, seed=seed).with_columns(firm=100 - pl.col("firm"))
    two = ordinal_mixed_model(mixed, y="q0", x=["round"], unit="firm")
    turned_round = ordinal_mixed_model(
        data.with_columns(q0=6 - pl.col("q0")), y="q0", x=["round"], unit="firm"
    )
    assert two.coefficient("round") == pytest.approx(one.coefficient("round"), abs=1e-4)
    assert turned_round.coefficient("round") == pytest.approx(-one.coefficient("round"), abs=1e-4)
    assert turned_round.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        (lambda d: d.with_columns(q0=3), CannotBeSaid, "every answer"),
        (lambda d: d.with_columns(firm=1), CannotBeSaid, "one unit"),
        (lambda d: d.with_columns(round=1), BadInput, "do not vary"),
        (lambda d: d.clear(), CannotBeSaid, "nobody"),
        (
            lambda d: d.with_columns(q0=pl.when(pl.col("round") > 2).then(5).otherwise(1)),
            CannotBeSaid,
            "separates",
        ),
        (lambda d: d.with_columns(q0=pl.lit(None, pl.Int64)), BadInput, "missing"),
    ],
)
def test_degenerate_answers(change, error, match):
    with pytest.raises(error, match=match):
        ordinal_mixed_model(change(answers()), y="q0", x=["round"], unit="firm")


def test_answers_are_turned_and_checked():
    data = pl.DataFrame({"firm": ["a", "b"], "round": [1, 1], "q": [1, None], "p": [5, 2]})
    long = turned(data, [Item("q", AGREE, "trust"), Item("p", MORE, "trust")], unit="firm", round="round")
    assert long.select("firm", "item", "answer", "favourable").rows() == [
        ("a", "p", 5.0, True), ("a", "q", 5.0, True), ("b", "p", 2.0, False)
    ]  # fmt: skip
    with pytest.raises(BadInput, match="favourable"):
        Item("q", (1, 5))
    with pytest.raises(BadInput, match="not on the scale"):
        turned(data.with_columns(q=6), [Item("q", AGREE)], unit="firm", round="round")
    with pytest.raises(BadInput, match="repeats"):
        turned(pl.concat([data, data]), [Item("q", AGREE)], unit="firm", round="round")
    with pytest.raises(TypeError):
        Scale(1, 5)  # there is no default direction


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(1, 12), min_size=1, max_size=6), least=st.integers(2, 6))
def test_no_part_can_be_had_by_difference(sizes, least):
    """The attack: the whole less everything shown must hold at least `least` units, or nothing at all."""
    firm = np.arange(sum(sizes))
    data = pl.DataFrame(
        {
            "firm": firm,
            "round": 1,
            "q": firm % 5 + 1,
            "part": np.repeat([f"p{i}" for i in range(len(sizes))], sizes),
        }
    )
    view = group_view(data, [Item("q", MORE)], unit="firm", round="round", by="part", min_cell=least)
    whole, parts = view.filter(pl.col("part").is_null()), view.filter(pl.col("part").is_not_null())
    shown = parts.filter(pl.col("hidden").is_null())
    assert (shown["n_units"] >= least).all() and shown["mean"].null_count() == 0
    hidden = parts.filter(pl.col("hidden").is_not_null())
    assert hidden["mean"].null_count() == hidden["n_units"].null_count() == hidden.height
    if whole["hidden"][0] is None and hidden.height and shown.height:
        assert sum(sizes) - shown["n_units"].sum() >= least and hidden.height >= 2


def test_group_view_numbers():
    data = answers()
    items = [Item("q0", MORE, "trust"), Item("q1", MORE, "trust"), Item("q2", AGREE, "process")]
    view = group_view(data, items, unit="firm", round="round")
    row = view.filter((pl.col("round") == 2) & (pl.col("theme") == "trust")).row(0, named=True)
    values = data.filter(pl.col("round") == 2).select("q0", "q1").to_numpy().ravel()
    assert row["mean"] == pytest.approx(values.mean()) and row["median"] == np.median(values)
    assert row["favourable_share"] == pytest.approx((values > 3).mean()) and row["n_units"] == 12
    alone = individual_view(data, items, unit="firm", round="round").filter(
        (pl.col("firm") == 3) & (pl.col("theme") == "process")
    )
    turned_q2 = 6 - data.filter(pl.col("firm") == 3).sort("round")["q2"].to_numpy()
    assert alone["mean"].to_list() == turned_q2.tolist()
    assert alone["change_last"].to_list()[1:] == np.diff(turned_q2).tolist()
    assert alone["change_first"].to_list() == [None, *(turned_q2[1:] - turned_q2[0]).tolist()]
    few = group_view(data.filter(pl.col("firm") < 4), items, unit="firm", round="round")
    assert few["mean"].null_count() == few.height


def test_the_trajectory_joins_three_views():
    items = [Item(f"q{j}", MORE, "trust") for j in range(3)]
    found = trust_trajectory(answers(slope=0.5), items, unit="firm", round="round", theme="trust")
    assert found.trend.coefficient("time") > 0.2 and found.change.p_value < 0.01 and found.n_units == 12
    assert found.directions["q0"] == "5 is favourable, 1 is not" and found.rounds.height == 6
    against = [Item(f"q{j}", AGREE, "trust") for j in range(3)]
    turned_trend = trust_trajectory(answers(slope=0.5), against, unit="firm", round="round").trend
    assert turned_trend.coefficient("time") == pytest.approx(-found.trend.coefficient("time"), abs=1e-3)
    flat = trust_trajectory(answers().with_columns(q0=4), [items[0]], unit="firm", round="round")
    assert flat.trend is None and "every answer" in flat.trend_note and flat.change.p_value == 1.0
    with pytest.raises(BadInput, match="Themes"):
        trust_trajectory(answers(), items, unit="firm", round="round", theme="weather")


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.integers(-5, 5), min_size=1, max_size=9))
def test_sign_flips_equal_their_listing(values):
    sums = [
        abs(sum(s * v for s, v in zip(signs, values)))
        for signs in itertools.product((-1, 1), repeat=len(values))
    ]
    expected = np.mean([s >= abs(sum(values)) for s in sums])
    test = sign_flip_test(values)
    assert test.exact and test.p_value == pytest.approx(expected)
    assert sign_flip_test(values[::-1]).p_value == test.p_value
    assert sign_flip_test([-v for v in values]).p_value == test.p_value
    assert sign_flip_test([2.5 * v for v in values]).p_value == test.p_value


def test_sign_flips_of_many_units_are_drawn():
    values = np.random.default_rng(0).normal(0.3, 1, 40)
    test = sign_flip_test(values, draws=20_000)
    assert not test.exact and test.p_value == pytest.approx(stats.ttest_1samp(values, 0).pvalue, abs=0.02)
    for bad in ([], [1.0, None]):
        with pytest.raises(BadInput):
            sign_flip_test(bad)


def test_size_of_the_sign_flip_under_drift():
    """Firms drift at random, with no average change (400 runs): pooling answers would be wrong either way."""
    hits = 0
    for k in range(400):
        rng = np.random.default_rng(k)
        hits += sign_flip_test(rng.normal(size=10) * rng.choice([0.5, 2.0])).p_value <= 0.05
    assert 0.02 <= hits / 400 <= 0.08


def test_alpha():
    rng = np.random.default_rng(2)
    base = rng.normal(size=50)
    data = pl.DataFrame({f"q{j}": base + rng.normal(size=50) for j in range(4)})
    matrix = data.to_numpy()
    plain = (
        4 / 3 * (1 - sum(np.var(matrix[:, j], ddof=1) for j in range(4)) / np.var(matrix.sum(axis=1), ddof=1))
    )
    found = cronbach_alpha(data, data.columns)
    assert found.alpha == pytest.approx(plain)
    assert found.without["q3"] == pytest.approx(cronbach_alpha(data, ["q0", "q1", "q2"]).alpha)
    likert = answers()
    mixed = likert.with_columns(q2=6 - pl.col("q2"))
    one = cronbach_alpha(likert, [Item(f"q{j}", MORE) for j in range(3)]).alpha
    two = cronbach_alpha(mixed, [Item("q0", MORE), Item("q1", MORE), Item("q2", AGREE)]).alpha
    assert one == pytest.approx(two)
    with pytest.raises(CannotBeSaid, match="are equal"):
        cronbach_alpha(data.with_columns(q0=1.0), data.columns)
    with pytest.raises(BadInput, match="lacks an answer"):
        cronbach_alpha(data.with_columns(q0=pl.lit(None, pl.Float64)), data.columns)
    with pytest.raises(CannotBeSaid, match="rows are left"):
        cronbach_alpha(data.head(2), data.columns)
    with pytest.raises(BadInput, match="fewer than two"):
        cronbach_alpha(data, ["q0"])
