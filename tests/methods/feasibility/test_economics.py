"""Economic analysis, with and without, and the shares two parties can live with."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import feasibility as f
from nanduti.methods.values import BadInput

TEXT = (Path(__file__).parent / "data" / "garment-factory.yaml").read_text(encoding="utf-8")
RESULT = f.evaluate(f.read_study(TEXT))


def test_at_market_prices_the_economic_flow_is_the_flow_before_tax():
    e = f.economic_analysis(RESULT, f.Shadow(0.12))
    untaxed = RESULT.line("net cash flow, total capital") + RESULT.line("tax")
    for level in e.npv:
        assert e.npv[level] == pytest.approx(f.npv(untaxed, 0.12))
        assert e.err[level].rate == pytest.approx(f.irr(untaxed).rate)


def test_levels_against_a_plain_sum():
    shadow = f.Shadow(
        0.1, scf=0.8, factors={"labour": 0.6, "raw_materials": 1.1}, exposure={"sales": 0.5},
        indirect={"training": {"1993..": 50}}, skilled=("labour",),
    )  # fmt: skip
    e = f.economic_analysis(RESULT, shadow)
    made = RESULT.costs.produced
    change = 0.4 * made["labour"] - 0.1 * (made["material A"] + made["material B"])
    v = 1.1 ** -np.arange(18.0)
    assert e.npv["adjusted"] - e.npv["market"] == pytest.approx(change[:, 0] @ v[2:17])
    foreign = 0.5 * RESULT.line("sales")
    foreign[2:17] -= (1.1 * made["material A"] + made["royalties"] + made["marketing foreign"])[:, 0]
    foreign[[0, 1, 7]] -= [541, 787, 400]
    assert e.npv["economic"] - e.npv["adjusted"] == pytest.approx(0.25 * foreign @ v)
    assert e.npv["with indirect effects"] - e.npv["economic"] == pytest.approx(50 * v[2:17].sum())
    assert set(e.efficiency) == {"wages", "investment", "skilled labour", "net foreign exchange used"}
    assert e.efficiency["wages"] > 1 and e.efficiency["net foreign exchange used"] is None
    border = f.economic_analysis(RESULT, replace(shadow, numeraire="border"))
    # The border numeraire measures the same thing in other units: one is SCF times the other.
    assert border.npv["economic"] == pytest.approx(0.8 * e.npv["economic"])


def test_shadow_prices_that_fit_nothing_are_named():
    for bad in (f.Shadow(0.1, factors={"gold": 1}), f.Shadow(0.1, scf=0), f.Shadow(0.1, numeraire="sea"),
                f.Shadow(0.1, exposure={"sales": 2}), f.Shadow(0.1, skilled=("repair",))):  # fmt: skip
        with pytest.raises(BadInput):
            f.economic_analysis(RESULT, bad)


def test_with_and_without():
    assert f.incremental_studies(RESULT, RESULT).npv == 0
    other = f.evaluate(replace(RESULT.study, currency="EUR"))
    with pytest.raises(BadInput, match="currency"):
        f.incremental_studies(RESULT, other)
    with pytest.raises(BadInput, match="pair up"):
        f.incremental([1, 2], [1], rate=0.1)


# Nobody gives less than the smallest number with all its digits; below it products are rounded beyond any grid.
money = st.floats(0, 1000, allow_subnormal=False)
shares = st.floats(0, 1)


@given(money, money, money, money, shares, shares)
def test_zone_against_a_fine_grid(c1, v1, c2, v2, least1, least2):
    a, b = f.Party("a", c1, v1, least_share=least1), f.Party("b", c2, v2, least_share=least2)
    zone = f.equity_equilibrium(a, b)
    grid = np.linspace(0, 1, 1001)
    good = (grid * v1 >= c1) & ((1 - grid) * v2 >= c2) & (grid >= least1) & (1 - grid >= least2)
    if zone.low is None:
        assert not good.any() and zone.gap > 0 and zone.reasons
    else:
        inside = grid[good]
        assert np.all(inside >= zone.low - 1e-9) and np.all(inside <= zone.high + 1e-9)
        assert zone.low - 1e-9 <= zone.split <= zone.high + 1e-9
        assert min(zone.gains) >= -1e-6


@given(money, money, money, money)
def test_turning_the_parties_round_mirrors_the_zone(c1, v1, c2, v2):
    a, b = f.Party("a", c1, v1), f.Party("b", c2, v2)
    x, y = f.equity_equilibrium(a, b), f.equity_equilibrium(b, a)
    if x.low is None:
        assert y.low is None
    else:
        assert (x.low, x.high) == pytest.approx((1 - y.high, 1 - y.low))


def test_pooled_project_says_why_not():
    assert "can pay" in f.pooled_project(costs=100, income=200, n_firms=2, most_per_firm=20).reason
    assert "short" in f.pooled_project(costs=100, income=50, n_firms=2, most_per_firm=60).reason
    with pytest.raises(BadInput):
        f.pooled_project(costs=100, income=50, n_firms=0, most_per_firm=60)
