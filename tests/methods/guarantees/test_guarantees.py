"""Published figures, plain twins and properties of a mutual guarantee fund."""

import math
from decimal import Decimal
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import guarantees as g
from nanduti.methods.values import BadInput, CannotBeSaid

TERMS = g.Terms(fee=0.02, claim_rate=0.03, recovery_share=0.4, operating_cost=0.01, yield_rate=0.05)
shares = st.floats(0, 1)


def test_published_figures():
    assert round(g.leverage(47_205, 4_532), 2) == 10.42  # AECM 2005
    assert g.capped_portfolio(loans=1e6, cover_share=0.5, cap_share=0.2).finance_per_unit == 10  # COSME
    assert g.leverage_limit(least_car=0.08) == 12.5
    assert round(g.leverage_limit(least_car=0.06), 1) == 16.7


@given(shares, shares, shares, st.floats(0, 0.3), st.floats(0.5, 30))
def test_at_the_break_even_fee_own_funds_stand_still(d, rho, o, y, lam):
    fee = g.break_even_fee(g.Terms(0, d, rho, o, y), at_leverage=lam)
    if 0 < fee <= 1:
        year = g.year_of_fund(g.Terms(fee, d, rho, o, y), guarantees=lam * 100, own_funds=100)
        assert year.change == pytest.approx(0, abs=1e-9 * lam * 100 + 1e-9)


def test_at_sustainable_leverage_own_funds_stand_still():
    found = g.sustainable_leverage(TERMS).leverage
    assert g.year_of_fund(TERMS, guarantees=100 * found, own_funds=100).change == pytest.approx(0)
    assert g.sustainable_leverage(g.Terms(0.01, 0.05)).leverage == 0


@given(st.floats(0, 1000), shares, shares, st.sampled_from(["pari_passu", "after_collateral", "first_loss"]))
def test_a_loss_is_borne_whole_and_never_negative(owed, back, cover, split):
    s = g.split_loss(outstanding=owed, recovered=back * owed, cover_share=cover, split=split)
    assert s.fund + s.bank + s.recovered == pytest.approx(owed)
    assert s.fund >= -1e-9 and s.bank >= -1e-9
    pari = g.split_loss(outstanding=owed, recovered=back * owed, cover_share=cover)
    assert s.fund >= pari.fund - 1e-9  # every other split is harder on the fund


@given(st.lists(st.tuples(st.integers(0, 60), st.floats(0, 10)), max_size=6), shares, shares)
def test_a_claim_ends_at_its_cover_of_the_final_loss(recoveries, cover, first):
    cash = g.claim_cash(
        at_default=100, at_claim=120, cover_share=cover, first_share=first, recoveries=tuple(recoveries)
    )
    lost = 100 - sum(v for _, v in recoveries)
    assert cash["cash"].sum() == pytest.approx(-cover * lost, abs=1e-9)


@given(
    st.integers(0, 10**7),
    st.integers(0, 10**7),
    st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), max_size=8),
)
def test_calls_sum_to_the_cent(loss, reserves, contributions):
    loss, reserves = Decimal(loss) / 100, Decimal(reserves) / 100
    c = g.member_calls(loss, reserves=reserves, contributions=contributions)
    assert c.from_reserves + sum(c.calls.values(), Decimal(0)) + c.uncovered == loss
    total = sum(contributions.values())
    for name, call in c.calls.items():
        if total:
            fair = float(loss - c.from_reserves) * contributions[name] / total
            assert abs(float(call) - fair) <= 0.010001
    if not total:
        assert c.uncovered == loss - c.from_reserves


def test_binomial_by_counting_every_outcome():
    n, p = 6, 0.3
    chance = np.zeros(n + 1)
    for world in product((0, 1), repeat=n):
        chance[sum(world)] += math.prod(p if x else 1 - p for x in world)
    d = g.loss_distribution(n_guarantees=n, default_probability=p, loss_per_default=10)
    assert d.probabilities == pytest.approx(chance)
    assert d.exceeds(20) == pytest.approx(chance[3:].sum())


def test_one_factor_keeps_the_mean_and_widens_the_tail():
    plain, joint = (
        g.loss_distribution(n_guarantees=200, default_probability=0.04, loss_per_default=1, correlation=r)
        for r in (0.0, 0.2)
    )
    assert plain.expected == pytest.approx(8) and joint.expected == pytest.approx(8, rel=1e-9)
    assert joint.quantile(0.99) > plain.quantile(0.99)
    assert joint.reserve(0.99) > plain.reserve(0.99) > 0
    large = g.loss_distribution(
        n_guarantees=4000, default_probability=0.04, loss_per_default=1 / 4000, correlation=0.2
    )
    assert large.quantile(0.99) == pytest.approx(
        g.vasicek_quantile(0.04, correlation=0.2, confidence=0.99), rel=0.01
    )


def test_vasicek_against_the_basel_formula():
    # Basel's conditional default rate, N((N^-1(.01) + sqrt(.2) 3.0902)/sqrt(.8)), by hand with erf.
    def ndtr(x):
        return 0.5 * (1 + math.erf(x / math.sqrt(2)))

    by_hand = ndtr((-2.3263478740 + math.sqrt(0.2) * 3.0902323062) / math.sqrt(0.8))
    assert g.vasicek_quantile(0.01, correlation=0.2, confidence=0.999) == pytest.approx(by_hand, rel=1e-8)
    assert g.vasicek_quantile(0.3, correlation=0.0, confidence=0.999) == pytest.approx(0.3)


def test_the_plan_is_the_closed_formula_year_by_year():
    plan = g.project_fund(TERMS, own_funds=100, guarantees=[800, 900, 1000], entries=[0, 10, 0])
    held = 100.0
    for row, (out, entry) in zip(plan.rows(named=True), [(800, 0), (900, 10), (1000, 0)], strict=True):
        held += g.year_of_fund(TERMS, guarantees=out, own_funds=held, entry=entry).change
        assert row["closing_own_funds"] == pytest.approx(held)
        assert row["leverage"] == pytest.approx(out / held)
    late = g.project_fund(TERMS, own_funds=100, guarantees=[800, 900], recovery_lag_years=1)
    assert late["recoveries"].to_list() == pytest.approx([0, 0.4 * 24])
    dead = g.project_fund(g.Terms(0, 0.5), own_funds=1, guarantees=[100])
    assert dead["leverage"].to_list() == [None] and dead["closing_own_funds"][0] == -49


def test_ruin_of_one_year_is_the_tail_of_the_binomial():
    terms = g.Terms(fee=0.0, claim_rate=0.1)
    risk = g.simulate_fund(terms, own_funds=3, exposures=[1.0] * 20, years=1, seed=5, n_runs=40_000)
    exact = g.loss_distribution(n_guarantees=20, default_probability=0.1, loss_per_default=1).exceeds(3)
    assert abs(risk.ruin_probability - exact) < 4 * risk.standard_error + 1e-9


def test_unequal_exposures_against_every_outcome():
    sizes, p, held = [5.0, 3.0, 2.0, 1.0], 0.2, 5.5
    exact = 0.0
    for world in product((0, 1), repeat=4):
        if sum(s for s, x in zip(sizes, world, strict=True) if x) > held:
            exact += math.prod(p if x else 1 - p for x in world)
    risk = g.simulate_fund(g.Terms(0, p), own_funds=held, exposures=sizes, years=1, seed=3, n_runs=40_000)
    assert abs(risk.ruin_probability - exact) < 4 * risk.standard_error


def test_simulation_is_seeded_and_ordered_by_danger():
    base = {"own_funds": 60.0, "exposures": [10.0] * 60, "years": 8, "n_runs": 3000, "seed": 9}
    a, b = (g.simulate_fund(TERMS, correlation=0.15, **base) for _ in range(2))
    assert a.ruin_by_year == b.ruin_by_year
    assert list(a.ruin_by_year) == sorted(a.ruin_by_year)
    helped = g.simulate_fund(TERMS, correlation=0.15, call_limit=100.0, **base)
    assert helped.ruin_probability < a.ruin_probability
    late = g.simulate_fund(TERMS, correlation=0.15, recovery_lag_years=2, recovery_sd=0.2, **base)
    assert late.ruin_probability >= a.ruin_probability


@settings(max_examples=30)
@given(st.floats(0, 30), st.floats(0, 30), st.floats(0, 15))
def test_a_younger_machine_or_a_shorter_term_never_hurts(age, life, term):
    m = g.machine_loan(age_years=age, technical_life_years=life, term_years=term)
    if m.verdict.decision == "yes":
        assert term <= m.longest_term_years + 1e-9 <= m.remaining_life_years + 1e-8
        better = g.machine_loan(age_years=age / 2, technical_life_years=life, term_years=term)
        assert better.verdict.decision == "yes"
    assert m.verdict.say()


def test_a_machine_worth_less_than_the_balance_is_flagged():
    rules = g.LenderRules(life_share=1.0, least_share_above=1.0)
    m = g.machine_loan(
        age_years=0, technical_life_years=5, term_years=5, rules=rules, price=80, loan=100
    )  # fmt: skip
    assert m.verdict.decision == "flag" and "80" in m.verdict.say()


@pytest.mark.parametrize(
    "ask",
    [
        lambda: g.Terms(fee=2, claim_rate=0.1),
        lambda: g.Terms(fee=0.02, claim_rate=float("nan")),
        lambda: g.split_loss(outstanding=1, recovered=2, cover_share=0.5),
        lambda: g.split_loss(outstanding=1, recovered=0, cover_share=0.5, split="?"),
        lambda: g.portfolio_payout(20, loans=10, cover_share=1),
        lambda: g.member_calls("-1", reserves=0, contributions={}),
        lambda: g.member_calls("x", reserves=0, contributions={}),
        lambda: g.member_calls("10.005", reserves=0, contributions={"a": 1}),
        lambda: g.loss_distribution(n_guarantees=2.5, default_probability=0.1, loss_per_default=1),
        lambda: g.claim_cash(at_default=1, at_claim=1, cover_share=1, first_share=1, recoveries=((-5, 0.5),)),
        lambda: g.loss_distribution(n_guarantees=0, default_probability=0.1, loss_per_default=1),
        lambda: g.vasicek_quantile(0.1, correlation=0.1, confidence=1.0),
        lambda: g.concentration({}, own_funds=1, limit_share=0.1),
        lambda: g.project_fund(TERMS, own_funds=1, guarantees=[]),
        lambda: g.project_fund(TERMS, own_funds=1, guarantees=[1], entries=[1, 2]),
        lambda: g.simulate_fund(TERMS, own_funds=1, exposures=[1], years=0, seed=1),
        lambda: g.simulate_fund(TERMS, own_funds=1, exposures=[1], years=1, seed=1, correlation=1),
        lambda: g.simulate_fund(TERMS, own_funds=1, exposures=[1], years=1, seed=1, recovery_sd=0.6),
        lambda: g.machine_loan(age_years=-1, technical_life_years=5, term_years=1),
        lambda: g.additionality(refused_without=3, guaranteed=2),
    ],
)
def test_bad_input_is_said(ask):
    with pytest.raises(BadInput):
        ask()


def test_what_cannot_be_said():
    for ask in (
        lambda: g.leverage(10, 0),
        lambda: g.break_even_fee(TERMS, at_leverage=0),
        lambda: g.leverage_limit(least_car=0),
        lambda: g.capped_portfolio(loans=1, cover_share=0, cap_share=0.2),
        lambda: g.concentration({"a": 0}, own_funds=1, limit_share=0.1),
    ):
        with pytest.raises(CannotBeSaid):
            ask()
    assert g.capital_adequacy(own_funds=5, guarantees=0) is None
