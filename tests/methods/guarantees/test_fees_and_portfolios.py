"""Fee tables, admission rules, indicators, unequal portfolios and the picture of losses."""

from itertools import product
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import guarantees as g
from nanduti.methods.values import BadInput, CannotBeSaid, RuleSource

LAKH = 100_000


@pytest.mark.parametrize(
    ("lakh", "kinds", "cover", "fee"),
    [
        (5, {"micro"}, 0.85, 0.01),
        (6, {"micro"}, 0.75, 0.0135),
        (5, {"women"}, 0.80, 0.01),
        (50, {"women"}, 0.80, 0.0135),
        (51, {"women"}, 0.75, 0.018),
        (50, {"north_east"}, 0.80, 0.0135),
        (50, set(), 0.75, 0.015),
        (200, set(), 0.75, 0.018),
        (20, {"retail"}, 0.50, 0.02),
        (4, {"micro", "women"}, 0.85, 0.01),
    ],
)
def test_table_of_2020(lakh, kinds, cover, fee):
    terms = g.guarantee_terms(lakh * LAKH, g.CGTMSE_2020, kinds=kinds)
    assert (terms.cover_share, terms.yearly_fee) == (cover, fee)
    assert terms.first_fee == pytest.approx(fee * lakh * LAKH)


def test_premium_and_base_of_the_fee():
    small = g.guarantee_terms(
        4 * LAKH, g.CGTMSE_2020, kinds={"micro"}, risk_premium=0.002, fee_on="guarantee"
    )
    assert small.yearly_fee == pytest.approx(0.012) and small.first_fee == pytest.approx(
        0.012 * 0.85 * 4 * LAKH
    )
    # The premium comes on top only where the table says so.
    assert g.guarantee_terms(20 * LAKH, g.CGTMSE_2020, risk_premium=0.002).yearly_fee == 0.015
    with pytest.raises(CannotBeSaid, match="no band"):
        g.guarantee_terms(201 * LAKH, g.CGTMSE_2020)
    with pytest.raises(BadInput, match="is not known"):
        g.guarantee_terms(LAKH, g.CGTMSE_2020, kinds={"men"})
    with pytest.raises(BadInput, match="no kind of borrower"):
        g.FeeTable("x", "PYG", (g.Band(None, 0.5, frozenset({"micro"})),), (), RuleSource("x"))
    with pytest.raises(BadInput, match="not between 0 and 1"):
        g.FeeTable("x", "PYG", (g.Band(None, 75),), (), RuleSource("x"))


@given(st.floats(1, 200 * LAKH), st.sets(st.sampled_from(["micro", "women", "north_east"])))
def test_being_more_never_costs_cover(loan, kinds):
    plain = g.guarantee_terms(loan, g.CGTMSE_2020)
    favoured = g.guarantee_terms(loan, g.CGTMSE_2020, kinds=kinds)
    assert favoured.cover_share >= plain.cover_share and favoured.yearly_fee <= plain.yearly_fee


def test_fees_over_the_life_of_a_loan():
    frame = g.fee_schedule([1000, 500], yearly_fee=0.02, cover_share=0.5, entry_fee=0.01)
    assert frame["fee"].to_list() == pytest.approx([15, 5])
    assert g.amount_in_default(at_default=80, at_claim=95) == 80
    with pytest.raises(BadInput):
        g.fee_schedule([], yearly_fee=0.02)


def test_admission():
    assert g.portfolio_loan(1_500_000, 1).decision == "yes"
    assert [r.code for r in g.portfolio_loan(1_500_001, 0.5).reasons] == ["too_large", "term"]
    assert g.mutual_fund_may_start(50, 26_000).decision == "yes"
    assert len(g.mutual_fund_may_start(49, 25_999).reasons) == 2


def test_indicators():
    zero = dict.fromkeys(
        ["firms_guaranteed", "firms_meant", "loans_guaranteed", "refused_without", "outstanding", "own_funds",
         "granted", "decided", "operating_cost", "claims", "recoveries", "fees", "yields"], 0,
    )  # fmt: skip
    assert set(vars(g.performance(**zero)).values()) == {None}
    aecm = g.performance(**{**zero, "outstanding": 47_205, "own_funds": 4_532})
    assert round(aecm.leverage, 2) == 10.42
    with pytest.raises(BadInput, match="more than there is"):
        g.performance(**{**zero, "granted": 5, "decided": 4})


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1)), min_size=1, max_size=7).filter(
    lambda rows: sum(u for u, _ in rows)))  # fmt: skip
def test_unequal_portfolio_against_every_outcome(rows):
    sizes, chances = [float(u) for u, _ in rows], [p for _, p in rows]
    d = g.portfolio_losses(sizes, chances, unit=1.0)
    plain = np.zeros(int(sum(sizes)) + 1)
    for failed in product((0, 1), repeat=len(rows)):
        loss = sum(u for u, f in zip(sizes, failed, strict=True) if f)
        plain[int(loss)] += np.prod([p if f else 1 - p for p, f in zip(chances, failed, strict=True)])
    assert d.probabilities == pytest.approx(plain, abs=1e-12)
    assert d.expected == pytest.approx(sum(u * p for u, p in zip(sizes, chances, strict=True)))


def test_unequal_portfolio_with_a_common_economy():
    equal = g.loss_distribution(
        n_guarantees=40, default_probability=0.05, loss_per_default=2, correlation=0.25
    )
    same = g.portfolio_losses([2.0] * 40, [0.05] * 40, correlation=0.25, unit=2)
    assert same.probabilities == pytest.approx(equal.probabilities, abs=1e-6)
    lumpy = g.portfolio_losses([40.0, *[1.0] * 40], [0.05] * 41, correlation=0.25, unit=1)
    assert lumpy.expected == pytest.approx(4.0, rel=1e-6) and lumpy.quantile(0.99) >= 40
    for wrong in (
        lambda: g.portfolio_losses([1.0], [0.1, 0.2]),
        lambda: g.portfolio_losses([1.0], [1.2]),
        lambda: g.portfolio_losses([1.0], [0.1], correlation=1.0),
        lambda: g.portfolio_losses([1e6] * 3, [0.1] * 3, unit=1),
    ):
        with pytest.raises(BadInput):
            wrong()
    with pytest.raises(CannotBeSaid):
        g.portfolio_losses([0.0], [0.1])


def test_picture_of_losses():
    d = g.loss_distribution(n_guarantees=100, default_probability=0.03, loss_per_default=10, correlation=0.2)
    alone = g.loss_distribution(n_guarantees=100, default_probability=0.03, loss_per_default=10)
    root = ElementTree.fromstring(g.loss_picture(d, compare=alone))
    assert "lose no more than 190" in root.find("{*}desc").text
    red = [r for r in root.findall("{*}rect") if r.get("fill") == "#b3452c"]
    assert len(red) == sum((d.losses > 190) & (d.losses <= max(d.quantile(0.999), 0) * 1.02))
    with pytest.raises(CannotBeSaid):
        g.loss_picture(g.loss_distribution(n_guarantees=5, default_probability=0.1, loss_per_default=0))
