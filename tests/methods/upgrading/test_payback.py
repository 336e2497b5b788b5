"""Payback, audits, shared machines and the cash of a subcontract."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import upgrading as u
from nanduti.methods.values import BadInput, CannotBeSaid


def test_paybacks_of_the_tanneries():
    """Solar water 1.5 years, solar air 2.2 years: what a saving of 610 t firewood may cost at 1 a tonne."""
    assert u.payback_time(1.5 * 610, 610).years == pytest.approx(1.5)
    assert u.payback_time(2.2 * 610, 610).months == pytest.approx(26.4)
    assert u.yearly_quantity(26, 365) == 9490


@given(st.floats(1, 1e4), st.floats(1, 1e4), st.floats(0.01, 0.5))
def test_discounted_payback_against_a_slow_loop(cost, saving, rate):
    found = u.payback_time(cost, saving, rate=rate).years
    if found is None:
        assert saving / rate <= cost * (1 + 1e-9)
        return
    # The present value of an annuity of that many years is the cost.
    assert saving * (1 - (1 + rate) ** -found) / rate == pytest.approx(cost)
    assert found >= cost / saving * (1 - 1e-9)


def test_payback_never_and_at_once():
    assert u.payback_time(100, 0).years is None
    assert u.payback_time(100, 10, running_cost=10).reason == "It never pays for itself."
    assert u.payback_time(0, 0).years == 0
    with pytest.raises(BadInput):
        u.payback_time(-1, 2)


def test_audit_measures_against_a_slow_loop():
    data = pl.DataFrame(
        {
            "measure": ["air leaks", "drums", "solar", "lamp", "good habit"],
            "cost": [50.0, 900.0, 2200.0, None, 0.0],
            "saved": [300.0, 400.0, 610.0, 10.0, 20.0],
            "price": [0.5, 0.6, 2.0, 1.0, 1.0],
            "life_years": [3, 10, 12, 5, 1],
            "running_cost": [0.0, 300.0, 20.0, 0.0, 0.0],
        }
    )
    table = {r["measure"]: r for r in u.audit_measures(data, rate=0.1).to_dicts()}
    for row in data.drop_nulls().to_dicts():
        net = row["saved"] * row["price"] - row["running_cost"]
        worth = -row["cost"] + sum(net / 1.1**t for t in range(1, row["life_years"] + 1))
        got = table[row["measure"]]
        assert got["npv"] == pytest.approx(worth)
        if row["cost"] and net > 0:
            assert got["payback_years"] == pytest.approx(row["cost"] / net)
    assert table["drums"]["payback_years"] is None and table["drums"]["reason"] == "It never pays for itself."
    assert table["lamp"]["reason"] == "A figure is missing."
    assert table["good habit"]["payback_years"] == 0
    assert u.audit_measures(data, rate=0.1)["measure"].to_list()[:3] == ["good habit", "air leaks", "solar"]


def test_shared_machine_pays_exactly_at_its_break_even_price():
    given_ = {"cost": 15000, "life_years": 5, "open_hours": 2000, "own_hours": 500, "others_hours": 700,
                  "cost_per_hour": 2, "fixed_yearly_cost": 500}  # fmt: skip
    m = u.shared_machine(**given_, price=9)
    at = u.shared_machine(**given_, price=m.break_even_price)
    assert at.payback.years == pytest.approx(5) and at.least_hours == pytest.approx(700)
    assert u.shared_machine(**given_, price=2).reason.startswith("The price does not cover")
    assert u.shared_machine(**given_, price=3).reason.startswith("More hours")
    with pytest.raises(BadInput, match="more than there is"):
        u.shared_machine(**{**given_, "others_hours": 1600}, price=9)


def plain_standing(flows, every, n=60):
    """Many orders laid over each other, day by day; each order's surplus leaves when it closes."""
    first, last = min(flows), max(flows)
    worst = 0.0
    for day in range(n * every, n * every + every):
        total = 0.0
        for k in range(-n, 3 * n):
            start = k * every
            if start + first <= day < start + last:
                total += sum(v for d, v in flows.items() if start + d <= day)
        worst = min(worst, total)
    return -worst


@given(
    st.floats(0, 1), st.integers(1, 20), st.integers(0, 45), st.integers(1, 30),
    st.lists(st.tuples(st.integers(-7, 20), st.floats(0, 300)), min_size=1, max_size=5),
)  # fmt: skip
def test_cash_of_an_order_day_by_day(advance, delivery, wait, every, costs):
    c = u.subcontract_cash(
        value=1000,
        advance_share=advance,
        delivery_day=delivery,
        balance_days=wait,
        costs=costs,
        every_days=every,
    )
    flows = {}
    for day, paid in costs:
        flows[day] = flows.get(day, 0.0) - paid
    flows[0] = flows.get(0, 0.0) + advance * 1000
    flows[delivery + wait] = flows.get(delivery + wait, 0.0) + (1 - advance) * 1000
    held, lowest = 0.0, 0.0
    for day in range(-7, 80):
        held += flows.get(day, 0.0)
        lowest = min(lowest, held)
    assert c.need == pytest.approx(-lowest, abs=1e-6)
    assert c.profit == pytest.approx(1000 - sum(p for _, p in costs))
    assert c.standing_need == pytest.approx(plain_standing(flows, every), abs=1e-6)


def test_terms_told_of_guadalajara():
    """A maker is out of money until 3 days after delivery; a brand firm waits 45 days for its retailers."""
    maker = u.subcontract_cash(value=1000, advance_share=0.5, delivery_day=28, balance_days=3,
                               costs=[(0, 500), (14, 200), (28, 200)])  # fmt: skip
    assert (maker.need, maker.days_out) == (400, 17)
    brand = u.subcontract_cash(value=2000, advance_share=0, delivery_day=31, balance_days=45,
                               costs=[(0, 500), (31, 500)])  # fmt: skip
    assert (brand.need, brand.days_out) == (1000, 76)
    lost = u.subcontract_cash(value=100, advance_share=0, delivery_day=1, balance_days=0, costs=[(0, 500)])
    assert lost.days_out is None and lost.profit == -400
    with pytest.raises(BadInput):
        u.subcontract_cash(value=1, advance_share=2, delivery_day=1, balance_days=0, costs=[])


def test_price_for_each_minute():
    p = u.price_per_minute(4.5, 30, cost_per_minute=0.18)
    assert p.ratio == pytest.approx(0.15 / 0.18) and p.fair_price == pytest.approx(5.4)
    with pytest.raises(CannotBeSaid):
        u.price_per_minute(0, 30, cost_per_minute=0.18)
