"""Published vectors, plain twins and properties of the measures and schedules."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import feasibility as f
from nanduti.methods.values import BadInput, CannotBeSaid

FLOWS = [-5200, -3100, 1450, 2380, 2760, 2890, 2940, 1200]
SALVAGED = [*FLOWS[:-1], 2100]


def test_vectors_of_discounting():
    assert f.npv(SALVAGED, 0.18) * 1e9 == pytest.approx(-902.075518702883e9, rel=1e-12)
    assert 100 * f.irr(SALVAGED).rate == pytest.approx(14.4165874514, abs=1e-10)
    assert 100 * f.mirr(SALVAGED, reinvestment=0.20, borrowing=0.15) == pytest.approx(
        16.5759858080, abs=1e-10
    )
    normal, dynamic = f.payback(FLOWS), f.payback(FLOWS, rate=0.12)
    assert (normal.period, round(normal.months, 6)) == (5, 67.100346)
    assert (dynamic.period, round(dynamic.months, 6)) == (7, 89.184048)


def test_vectors_of_break_even_and_coverage():
    b = f.break_even(sales=6420, variable=3870, fixed=1130)
    assert (round(b.sales_value, 4), round(b.ratio, 7)) == (2844.9412, 0.4431373)
    cases = [(410, 700, 520, 12, 1.332792), (690, 700, 390, 9, 1.627843), (-35, 700, 260, 6, 0.963768)]
    for surplus, repayment, interest, other, expected in cases:
        got = f.debt_service_coverage(surplus=surplus, repayment=repayment, interest=interest, other=other)
        assert round(got, 6) == expected
    assert f.debt_service_coverage(surplus=5, repayment=0, interest=0) is None


def test_vectors_of_tax():
    brackets = {"limits": [0, 1200, 2000, 5000, 10000], "rates": [0.15, 0.25, 0.40, 0.60, 0.75]}
    assert [f.graduated_tax(p, **brackets) for p in (7500, 1200, 12000, -5)] == [3080, 180, 6080, 0]
    deducted, taxable = f.carry_forward(np.array([-200.0, -80, 20, 130, 200, 300]), 3)
    assert deducted.tolist() == [0, 0, 20, 130, 80, 0]
    assert (np.maximum(taxable, 0) * 0.25).tolist() == [0, 0, 0, 0, 30, 75]


def test_vectors_of_escalation_and_depreciation():
    factors = f.price_factors([0.35, 0.32, 0.30, 0.28, 0.25], escalation=0.03, years_to_first=2)
    assert factors == pytest.approx([1.4109, 1.904715, 2.53327095, 3.3185849445, 4.24778872896])
    scrap = {"life_months": 60, "salvage_share": 0.1, "first_year_months": 6}
    assert f.depreciation(1000, method="linear_to_scrap", **scrap) == pytest.approx(
        [90, 180, 180, 180, 180, 90]
    )
    declining = f.depreciation(1000, method="declining_balance", rate=0.3, **scrap)
    assert declining == pytest.approx([150, 255, 178.5, 126.6, 126.6, 63.3])
    digits = [
        f.depreciation(1500, life_months=60, method="sum_of_years", first_year_months=m) for m in (12, 6)
    ]
    assert digits[0] == pytest.approx([500, 400, 300, 200, 100])
    assert digits[1] == pytest.approx([250, 450, 350, 250, 150, 50])


def test_three_roots_are_all_shown_and_none_is_chosen():
    # (1 - 1.1 v)(1 - 1.3 v)(1 - 1.6 v): rates of 10, 30 and 60 %.
    found = f.irr(np.polymul(np.polymul([-1, 1.1], [-1, 1.3]), [-1, 1.6]))
    assert found.roots == pytest.approx([0.1, 0.3, 0.6], abs=1e-6)
    assert found.rate is None and "several" in found.warning


def test_double_root_and_no_root():
    assert f.irr(np.polymul([1, -1.2], [1, -1.2])).roots == pytest.approx([0.2], abs=1e-5)
    nothing = f.irr([1, -2, 1.5])
    assert nothing.rate is None and nothing.warning.startswith("No rate")


@pytest.mark.parametrize("flows", [[], [float("nan"), 1], [None, 2], ["a"], [[1, 2]]])
def test_bad_flows_are_named(flows):
    with pytest.raises(BadInput):
        f.npv(flows, 0.1)


def test_refusals():
    with pytest.raises(BadInput, match="out of order"):
        f.graduated_tax(10, limits=[0, 5, 3], rates=[0.1, 0.2, 0.3])
    with pytest.raises(BadInput, match="start at 0"):
        f.graduated_tax(10, limits=[5], rates=[0.1])
    with pytest.raises(CannotBeSaid):
        f.mirr([1, 2], reinvestment=0.1, borrowing=0.1)
    with pytest.raises(CannotBeSaid):
        f.wacc(equity=[], debt=[])
    with pytest.raises(BadInput):
        f.npv([1, 2], -1.0)
    with pytest.raises(BadInput):
        f.depreciation(100, life_months=0)
    assert f.payback([-10, 20, -30]).lost_again
    assert f.payback([5, -2, 3]).reason.startswith("Earlier income")
    assert f.break_even(sales=0, variable=0, fixed=1).sales_value is None


amounts = st.floats(-1e4, 1e4, allow_nan=False).map(lambda x: round(x, 2))


@given(st.lists(amounts, min_size=1, max_size=12), st.floats(-0.5, 2))
def test_npv_is_the_plain_sum(flows, rate):
    plain = 0.0
    for j, flow in enumerate(flows):
        plain += flow / (1 + rate) ** j
    assert f.npv(flows, rate) == pytest.approx(plain, rel=1e-9, abs=1e-6)


@given(st.floats(1, 1e4), st.lists(st.floats(0.5, 1e3), min_size=1, max_size=15), st.floats(0.1, 50))
def test_single_root_makes_the_value_nil_and_ignores_scale(outlay, income, scale):
    flows = np.array([-outlay, *income])
    found, scaled = f.irr(flows), f.irr(flows * scale)
    if found.rate is not None:
        assert abs(f.npv(flows, found.rate)) < 1e-6 * np.abs(flows).max() * 10
        assert scaled.rate == pytest.approx(found.rate, abs=1e-8)
    assert len(found.roots) <= 1


@given(
    st.sampled_from(["linear_to_zero", "linear_to_scrap", "declining_balance", "sum_of_years"]),
    st.integers(1, 25),
    st.floats(0, 0.9),
    st.floats(0.5, 12),
)
def test_depreciation_ends_at_the_salvage_value(method, years, salvage, m1):
    charges = f.depreciation(
        1000, life_months=12 * years, method=method, salvage_share=salvage, first_year_months=m1, rate=0.3
    )
    assert charges.sum() == pytest.approx(1000 * (1 - salvage))
    assert (charges >= -1e-12).all()


def plain_carry_forward(profits, years):
    losses, out = [], []
    for j, profit in enumerate(profits):
        losses = [(i, a) for i, a in losses if years is None or j - i <= years]
        used = 0.0
        if profit < 0:
            losses.append((j, -profit))
        left = []
        for i, a in losses:
            take = min(a, max(profit, 0.0) - used) if i < j else 0.0
            used += take
            left.append((i, a - take))
        losses = left
        out.append(used)
    return out


@given(st.lists(amounts, min_size=1, max_size=10), st.one_of(st.none(), st.integers(0, 4)))
def test_carry_forward_against_a_plain_ledger(profits, years):
    deducted, _ = f.carry_forward(np.array(profits), years)
    assert deducted == pytest.approx(plain_carry_forward(profits, years), abs=1e-6)


@given(st.floats(0, 1e5), st.floats(0, 1e5))
def test_tax_never_falls_with_profit(a, b):
    low, high = sorted((a, b))
    brackets = {"limits": [0, 1200, 2000], "rates": [0.15, 0.25, 0.4]}
    assert f.graduated_tax(low, **brackets) <= f.graduated_tax(high, **brackets) + 1e-9
    assert not math.isnan(f.graduated_tax(high, **brackets))
