"""Power and families of tests against statsmodels, formulas and simulation."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower

from nanduti.methods.evaluation import (
    PowerDesign,
    adjust,
    randomize,
    rounds_factor,
    sample_size,
    simulated_power,
)
from nanduti.methods.values import BadInput, CannotBeSaid


@pytest.mark.parametrize("effect", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("share", [0.5, 0.25])
def test_power_of_two_means_is_that_of_statsmodels(effect, share):
    n = 160
    oracle = TTestIndPower().power(effect, n * (1 - share), 0.05, ratio=share / (1 - share))
    assert PowerDesign(n=n, treated_share=share).power(effect) == pytest.approx(oracle, abs=1e-6)
    needed = sample_size(effect, treated_share=share)
    assert PowerDesign(n=needed, treated_share=share).power(effect) == pytest.approx(0.8, abs=1e-6)


def test_power_of_a_group_design_equals_simulation():
    """20 groups of 10, ICC 0.2: t test on group means, 2,000 worlds."""
    design, rng, hits = PowerDesign(n_clusters=20, cluster_size=10, icc=0.2), np.random.default_rng(1), 0
    for _ in range(2000):
        g = rng.normal(size=20) * np.sqrt(0.2) + rng.normal(size=(20, 10)).mean(axis=1) * np.sqrt(0.8)
        g[:10] += 0.7
        gap = g[:10].mean() - g[10:].mean()
        hits += abs(gap) / np.sqrt((g[:10].var(ddof=1) + g[10:].var(ddof=1)) / 10) > 2.1009
    assert hits / 2000 == pytest.approx(design.power(0.7), abs=0.03)


def test_mde_inverts_power_and_moves_the_right_way():
    base = PowerDesign(n_clusters=12, cluster_size=15, icc=0.15)
    assert base.power(base.mde()) == pytest.approx(0.8, abs=1e-8)
    better = (
        PowerDesign(n_clusters=24, cluster_size=15, icc=0.15),
        PowerDesign(n_clusters=12, cluster_size=15, icc=0.05),
        PowerDesign(n_clusters=12, cluster_size=15, icc=0.15, r_squared=0.5),
    )
    worse = (
        PowerDesign(n_clusters=12, cluster_size=15, icc=0.15, cluster_size_cv=0.6),
        PowerDesign(n_clusters=12, cluster_size=15, icc=0.15, attrition=0.3),
        PowerDesign(n_clusters=12, cluster_size=15, icc=0.15, treated_share=0.25),
    )
    assert all(d.mde() < base.mde() for d in better) and all(d.mde() > base.mde() for d in worse)
    assert base.design_effect == pytest.approx(1 + 14 * 0.15)


def test_rounds_follow_mckenzie():
    """One before and one after: ANCOVA 1 - ρ², change 2(1 - ρ)."""
    for rho in (0.0, 0.3, 0.8):
        assert rounds_factor(1, 1, rho) == pytest.approx(1 - rho**2)
        assert rounds_factor(1, 1, rho, "change") == pytest.approx(2 * (1 - rho))
        assert rounds_factor(0, 4, rho) == pytest.approx((1 + 3 * rho) / 4)
        assert (
            rounds_factor(2, 3, rho) <= min(rounds_factor(2, 3, rho, m) for m in ("post", "change")) + 1e-12
        )
    with pytest.raises(BadInput):
        rounds_factor(1, 1, 1.0)
    with pytest.raises(BadInput):
        rounds_factor(1, 0, 0.5)


def test_simulated_power_uses_the_recorded_lottery():
    rng = np.random.default_rng(0)
    data = pl.DataFrame({"id": range(60), "y": rng.normal(size=60)})
    drawn = randomize(data, unit="id", arms=["a", "b"], seed="s")
    none = simulated_power(data, drawn, y="y", effect=0.0, simulations=100, draws=99)
    much = simulated_power(data, drawn, y="y", effect=1.0, simulations=60, draws=99)
    assert none < 0.15 < 0.8 < much


def test_bad_designs():
    for wrong in (
        {"n": 100, "icc": 1.0},
        {},
        {"n_clusters": 5},
        {"n": 100, "treated_share": 1},
        {"n": 9, "sd": 0},
    ):
        with pytest.raises(BadInput):
            PowerDesign(**wrong)
    with pytest.raises(CannotBeSaid):
        PowerDesign(n_clusters=2, cluster_size=50, icc=0.1).power(1)
    with pytest.raises(BadInput):
        sample_size(0)


@settings(max_examples=20, deadline=None)
@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=25))
def test_adjustments_equal_statsmodels(p):
    names = (("holm", "holm"), ("bonferroni", "bonferroni"), ("benjamini-hochberg", "fdr_bh"))
    for ours, theirs in names:
        assert adjust(p, ours) == pytest.approx(list(multipletests(p, method=theirs)[1]), abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(
    p=st.lists(st.floats(1e-6, 1), min_size=2, max_size=20),
    level=st.integers(1, 400),
)
def test_sharpened_q_rejects_what_the_two_stage_procedure_rejects(p, level):
    alpha = level / 1000
    rejected = multipletests(p, alpha=alpha, method="fdr_tsbky")[0]
    q = np.array(adjust(p, "sharpened-q"))
    margin = [abs(x - alpha / (1 + alpha) * (i + 1) / len(p)) for x in p for i in range(len(p))]
    if min(margin) > 1e-6:  # at an exact tie the last digit decides
        assert (rejected <= (q <= alpha + 1e-9)).all()


def test_missing_p_values_stay_missing():
    assert adjust([None, 0.01, None], "holm") == [None, 0.01, None]
    assert adjust([None], "sharpened-q") == [None]
    with pytest.raises(BadInput, match="between 0 and 1"):
        adjust([1.5], "holm")
    with pytest.raises(BadInput, match="not known"):
        adjust([0.5], "hope")
