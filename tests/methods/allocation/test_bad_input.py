"""Bad input is answered in words that name place and remedy; what cannot be, with the rules that clash."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from nanduti.methods import allocation as a
from nanduti.methods.values import BadInput, CannotBeSaid, Money

ORDER = pl.DataFrame({"product": ["polo", "cap"], "quantity": [100, 50]})
MAKERS = pl.DataFrame({"firm": ["luz", "sol"], "free_capacity": [120, 80], "kind": ["micro", None]})
OFFERS = pl.DataFrame({
    "firm": ["luz", "sol", "sol"], "product": ["polo", "polo", "cap"], "unit_cost": [2.0, 3.0, 1.0],
    "least_lot": [20, 20, 20], "defect_rate": [0.01, 0.05, 0.05],
})  # fmt: skip


def without(table, **changes):
    return table.with_columns(**{k: pl.Series(v) for k, v in changes.items()})


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: a.allocate_order(ORDER.drop("quantity"), MAKERS, OFFERS), "column 'quantity'"),
        (
            lambda: a.allocate_order(without(ORDER, quantity=[100, None]), MAKERS, OFFERS),
            "column 'quantity' of cap is not known",
        ),
        (lambda: a.allocate_order(without(ORDER, quantity=[-1, 2]), MAKERS, OFFERS), "of polo is -1"),
        (lambda: a.allocate_order(ORDER.with_columns(bundle=30), MAKERS, OFFERS), "bundles of 30"),
        (lambda: a.allocate_order(ORDER, MAKERS, without(OFFERS, firm=["luz", "sol", "mar"])), "firm 'mar'"),
        (lambda: a.allocate_order(ORDER, MAKERS, pl.concat([OFFERS, OFFERS])), "stands twice"),
        (lambda: a.allocate_order(ORDER, MAKERS, OFFERS, policy="cheapest"), "policy 'cheapest'"),
        (lambda: a.allocate_order(ORDER, MAKERS, OFFERS, gap=2), "gap 2"),
        (lambda: a.allocate_order(ORDER, MAKERS, OFFERS, time_limit=0), "time limit 0"),
        (lambda: a.allocate_order({"product": []}, MAKERS, OFFERS), "not a Polars data frame"),
        (lambda: a.allocate_order(ORDER, MAKERS, OFFERS, rules="rules: ["), "not YAML"),
        (
            lambda: a.allocate_order(ORDER, MAKERS, OFFERS, rules=[{"rule": "most_share", "share": 12}]),
            "0.12 for 12 %",
        ),
        (lambda: a.allocate_order(ORDER, MAKERS, OFFERS, rules=[{"rule": "most_share"}]), "lacks 'share'"),
        (
            lambda: a.allocate_order(
                ORDER,
                MAKERS,
                OFFERS,
                rules=[{"rule": "least_share", "column": "size", "is": "micro", "share": 0.1}],
            ),
            "a rule speaks of it",
        ),
        (lambda: a.read_rules([{"rule": "most_firms", "firms": 3}] * 2), "stands twice"),
        (lambda: a.share_order(-5, MAKERS), "below 0"),
        (lambda: a.share_order(5.5, MAKERS), "not whole"),
        (lambda: a.share_order(5, MAKERS, most_share=1.5), "above 1"),
        (lambda: a.share_order(5, MAKERS, credit={"mar": 3}), "credit of 'mar'"),
        (lambda: a.share_order(5, MAKERS.with_columns(performance=90.0)), "from 0 to 1"),
        (lambda: a.divide_claims(10, {"a": -1}), "below 0"),
        (lambda: a.divide_claims(10, {"a": 1}, method="equal"), "Use proportional"),
        (lambda: a.divide_claims(float("nan"), {"a": 1}), "Give a number"),
        (lambda: a.apportion(10, {"a": 1}, method="hare-niemeyer"), "is not known"),
        (lambda: a.apportion(10, {"a": 0}), "no weight is above zero"),
        (lambda: a.apportion(10, {"a": 1}, most={"a": 3}), "room for 3 of 10"),
        (lambda: a.performance(5, 4, 0, 0), "5 good of 4"),
        (lambda: a.fairness({"b": 1}, {"a": 1}), "against no claim"),
        (lambda: a.fairness({}, {"a": 0}), "nobody has a claim"),
        (lambda: a.envy({"a": [1], "b": [1]}, {"a": [0], "b": [0]}), "a thing twice"),
        (
            lambda: a.divide_tasks(pl.DataFrame({"task": ["x"], "a": [None], "b": [None]})),
            "nobody can do 'x'",
        ),
        (lambda: a.divide_tasks(pl.DataFrame({"task": ["x"], "a": [-2.0]})), "negative"),
        (lambda: a.PriceBreaks([(10, 5)]), "do not begin at 0"),
        (lambda: a.PriceBreaks([(0, 5), (20, 4), (10, 3)]), "out of order"),
        (lambda: a.purchase_pool({"a": 0}, a.PriceBreaks([(0, 5)]), currency="MXN"), "all nought"),
        (lambda: a.shapley(list("abcdefghijklmnopq"), len), "17 players"),
        (lambda: a.nucleolus(["a", "b"], {frozenset("a"): 1.0}), "has no cost"),
        (lambda: a.split_amount(Money("1.005", "MXN"), {"a": 1}), "parts of a cent"),
        (lambda: a.settle_pool([], currency="MXN", closed_on=date(2024, 1, 1)), "nobody has paid in"),
        (lambda: a.fund_statement([a.FundEntry(date(2024, 1, 1), "gift", 5)], currency="MXN"), "kind 'gift'"),
        (
            lambda: a.fund_statement([a.FundEntry(date(2024, 1, 1), "contribution", 5)], currency="MXN"),
            "of nobody",
        ),
        (
            lambda: a.settle_pool(
                [a.FundEntry(date(2024, 2, 1), "contribution", 5, "a")],
                currency="MXN",
                closed_on=date(2024, 1, 1),
            ),
            "lies after the close",
        ),
        (lambda: a.Ledger().enter({"a": 5}, {"a": 0}), "nobody has a claim"),
    ],
)
def test_a_letter_to_a_person(call, says):
    with pytest.raises((BadInput, CannotBeSaid)) as told:
        call()
    assert says in str(told.value)


def test_an_order_larger_than_all_capacity():
    big = without(ORDER, quantity=[500, 50])
    found = a.allocate_order(big, MAKERS, OFFERS)
    assert found.status == "none"
    assert set(found.clash.codes) == {"quantity", "free_capacity"}
    assert found.clash.is_smallest
    assert sum(found.shortfall.values()) == 350
    assert "polo" in found.say()


def test_rules_that_clash_are_the_smallest_such_set():
    rules = [
        {"rule": "least_share", "code": "micro", "column": "kind", "is": "micro", "share": 0.9},
        {"rule": "most_defects", "rate": 0.2},
        {"rule": "most_firms", "firms": 2},
    ]
    found = a.allocate_order(ORDER, MAKERS, OFFERS, rules=rules)
    assert found.status == "none"
    # luz makes no caps, so that nine tenths of this order can never be its own, whatever else is lifted.
    assert found.clash.codes == ("micro",)
    none = a.allocate_order(ORDER, MAKERS, OFFERS, rules=[{"rule": "most_defects", "rate": 0.02}])
    assert set(none.clash.codes) == {"quantity", "most_defects"}


def test_nothing_ordered_nobody_there():
    nothing = a.allocate_order(without(ORDER, quantity=[0, 0]), MAKERS, OFFERS)
    assert (nothing.cost, nothing.status) == (0, "optimal")
    assert all(not s.pieces for s in nothing.shares)
    zero = a.allocate_order(ORDER, without(MAKERS, free_capacity=[0, 0]), OFFERS)
    assert zero.status == "none"
    assert zero.shortfall == {"polo": 100.0, "cap": 50.0}
    empty = a.share_order(10, MAKERS.clear())
    assert (empty.firms, empty.unplaced) == ((), 10)
    no_offer = a.allocate_order(ORDER, MAKERS, OFFERS.clear())
    assert no_offer.status == "none"


def test_every_share_says_why():
    found = a.allocate_order(ORDER, MAKERS.with_columns(refused=pl.Series([False, False])), OFFERS, gap=0)
    for s in found.shares:
        assert s.why_not_more
        assert s.firm in s.say()
    luz = found.share("luz")
    assert luz.pieces == {"polo": 100.0}
    refused = a.allocate_order(ORDER, MAKERS.with_columns(refused=pl.Series([True, False])), OFFERS)
    assert refused.status == "none"
    assert "refused" in refused.clash.codes
    assert refused.share("luz").why_not_more[0].code == "refused"


def test_a_relaxed_answer_is_no_plan():
    quick = a.allocate_order(ORDER, MAKERS, OFFERS, relaxed=True)
    assert quick.status == "relaxed"
    assert quick.cost <= a.allocate_order(ORDER, MAKERS, OFFERS, gap=0).cost + 1e-9
    with pytest.raises(BadInput, match="no plan to repair"):
        a.reallocate(quick, {})


def test_a_repair_that_cannot_be():
    found = a.allocate_order(ORDER, MAKERS, OFFERS)
    repaired = a.reallocate(found, {"sol": {"cap": 10.0}})
    assert repaired.extra.status == "none"
    assert repaired.extra.shortfall == {"cap": 40.0}
    with pytest.raises(BadInput, match="was delivered of its part"):
        a.reallocate(found, {"sol": {"cap": 60.0}})


def test_an_overdrawn_fund_is_noticed():
    entries = [
        a.FundEntry(date(2024, 1, 1), "contribution", 100, "ana"),
        a.FundEntry(date(2024, 2, 1), "use", 130),
        a.FundEntry(date(2024, 3, 1), "contribution", 50, "beto"),
    ]
    s = a.fund_statement(entries, currency="MXN")
    assert [n.say() for n in s.notices] == ["On 2024-02-01 the fund owes 30.00."]
    assert str(s.low.amount) == "-30.00"
    loss = a.settle_pool(entries, currency="MXN", closed_on=date(2024, 3, 1))
    assert str(loss.surplus.amount) == "-130.00"
    assert str(loss.refund.amount) == "20.00"
