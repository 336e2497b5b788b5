"""Tests by shuffling against shuffles written out, refits, and their promise under no effect."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import statsmodels.api as sm

from nanduti.methods import networks as nw
from nanduti.methods.networks import qap
from nanduti.methods.values import CannotBeSaid


def relation(rng, n=12, share=0.3, symmetric=False):
    m = (rng.random((n, n)) < share).astype(float)
    m = np.triu(m, 1) + np.triu(m, 1).T if symmetric else m
    np.fill_diagonal(m, 0)
    return m


def test_all_orders_of_five_give_the_exact_p(both_ways):
    """With every order of five actors the share of correlations as large can be counted outright."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(5, 5)), rng.normal(size=(5, 5))
    off = ~np.eye(5, dtype=bool)
    observed = np.corrcoef(x[off], y[off])[0, 1]
    all_orders = [
        np.corrcoef(x[np.ix_(o, o)][off], y[off])[0, 1] for o in map(list, itertools.permutations(range(5)))
    ]
    exact = np.mean(np.abs(all_orders) >= abs(observed) - 1e-12)
    found = nw.qap_correlation(x, y, permutations=20_000)
    assert found.correlation == pytest.approx(observed)
    assert found.p == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("share", [0.08, 0.6])
def test_sums_over_shuffles(both_ways, symmetric, share):
    rng = np.random.default_rng(4)
    x, y = relation(rng, share=share, symmetric=symmetric), relation(rng, symmetric=symmetric)
    off = np.tril(np.ones((12, 12), bool), -1) if symmetric else ~np.eye(12, dtype=bool)
    found = nw.qap_correlation(x, y, permutations=200, seed=7)
    orders = qap.shuffles(12, 200, 7, 8)
    drawn = np.array([np.corrcoef(x[np.ix_(o, o)][off], y[off])[0, 1] for o in orders])
    row = found.measures.row(0, named=True)
    assert row["mean"] == pytest.approx(drawn.mean()) and row["highest"] == pytest.approx(drawn.max())
    assert found.p == pytest.approx((1 + (np.abs(drawn) >= abs(found.correlation) - 1e-9).sum()) / 201)


def test_unknown_pairs_are_left_out():
    rng = np.random.default_rng(5)
    x, y = relation(rng), relation(rng)
    x[2, 3] = x[4, 1] = np.nan
    found = nw.qap_correlation(x, y, permutations=50)
    off = ~np.eye(12, dtype=bool) & ~np.isnan(x)
    assert found.n == 130 and found.correlation == pytest.approx(np.corrcoef(x[off], y[off])[0, 1])


def test_networks_are_matched_by_name():
    a = nw.from_matrix([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0]], list("abcd"))
    b = a.part(list("dcba"))
    assert nw.qap_correlation(a, b, permutations=20).correlation == pytest.approx(1.0)


@pytest.mark.parametrize("method", ["dsp", "y"])
@pytest.mark.parametrize("symmetric", [False, True])
def test_mrqap_equals_refitting_every_shuffle(both_ways, method, symmetric):
    rng = np.random.default_rng(6)
    y, a, b = (relation(rng, symmetric=symmetric) for _ in range(3))
    found = nw.mrqap(y, {"a": a, "b": b}, method=method, permutations=60, seed=2)
    off = np.tril(np.ones((12, 12), bool), -1) if symmetric else ~np.eye(12, dtype=bool)
    columns = [a[off], b[off], np.ones(off.sum())]
    plain = sm.OLS(y[off], np.column_stack(columns)).fit()
    assert found.coefficients["coefficient"].to_list() == pytest.approx(plain.params)
    assert found.coefficients["se"].to_list() == pytest.approx(plain.get_robustcov_results("HC0").bse)
    assert found.coefficients["t_classical"].to_list() == pytest.approx(plain.tvalues)
    assert found.r2 == pytest.approx(plain.rsquared)
    for place in (0, 1):
        others = np.column_stack([c for k, c in enumerate(columns) if k != place])
        left = columns[place] - others @ np.linalg.lstsq(others, columns[place], rcond=None)[0]
        square = np.zeros((12, 12))
        square[off] = left
        square = square + square.T if symmetric else square
        drawn, slopes = [], []
        for order in qap.shuffles(12, 60, 2, 100 + place):
            if method == "dsp":
                x = [*columns]
                x[place] = square[np.ix_(order, order)][off]
                fit = sm.OLS(y[off], np.column_stack(x)).fit()
            else:
                fit = sm.OLS(y[np.ix_(order, order)][off], np.column_stack(columns)).fit()
            drawn.append(fit.tvalues[place])
            slopes.append(fit.params[place])
        expected = (1 + (np.abs(drawn) >= abs(plain.tvalues[place]) - 1e-9).sum()) / 61
        row = found.coefficients.row(place, named=True)
        assert row["p"] == pytest.approx(expected)
        assert row["permuted_mean"] == pytest.approx(np.mean(slopes))


@pytest.mark.parametrize("method", ["y", "dsp"])
def test_logistic_against_statsmodels(method):
    rng = np.random.default_rng(8)
    y, a, b = (relation(rng) for _ in range(3))
    found = nw.logistic_qap(y, {"a": a, "b": b}, method=method, permutations=20)
    off = ~np.eye(12, dtype=bool)
    plain = sm.Logit(y[off], np.column_stack([a[off], b[off], np.ones(off.sum())])).fit(disp=0)
    assert found.coefficients["coefficient"].to_list() == pytest.approx(plain.params, rel=1e-6)
    assert found.coefficients["t"].to_list() == pytest.approx(plain.tvalues, rel=1e-6)
    assert found.log_likelihood == pytest.approx(plain.llf) and found.mcfadden == pytest.approx(
        plain.prsquared
    )


def test_shuffling_keeps_its_promise_where_nothing_is_there():
    """Row and column effects make pairs hang together; of 200 such pairs of networks about 5 % fall below 0.05."""
    rng = np.random.default_rng(9)
    small = 0
    for draw in range(200):
        x, y = (
            rng.normal(size=(14, 14)) + rng.normal(size=14)[:, None] + rng.normal(size=14) for _ in range(2)
        )
        small += nw.qap_correlation(x, y, permutations=199, seed=draw).p <= 0.05
    assert 2 <= small <= 22


@pytest.mark.parametrize("ask", [nw.mrqap, nw.logistic_qap])
def test_what_cannot_be_told_apart_is_said(ask):
    rng = np.random.default_rng(10)
    y, x = relation(rng), relation(rng)
    for predictors in ({"x": x, "twice": 2 * x}, {"ones": np.ones((12, 12)) - np.eye(12)}):
        with pytest.raises(CannotBeSaid):
            ask(y, predictors, permutations=5)
    open_ = x.copy()
    open_[0, 1] = np.nan
    with pytest.raises(CannotBeSaid, match="not known"):
        ask(y, {"x": open_}, permutations=5)
    with pytest.raises(CannotBeSaid):
        ask(np.zeros((12, 12)), {"x": x}, permutations=5)


def test_perfect_prediction_is_said():
    rng = np.random.default_rng(11)
    y = relation(rng)
    with pytest.raises(CannotBeSaid, match="without fail"):
        nw.logistic_qap(y, {"same": y}, permutations=5)


def test_same_seed_same_answer(both_ways):
    rng = np.random.default_rng(12)
    x, y = relation(rng), relation(rng)
    assert nw.qap_correlation(x, y, permutations=99).p == nw.qap_correlation(x, y, permutations=99).p
