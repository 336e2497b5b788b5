"""The search by moves and exchanges: what a change is said to cost is what it costs, and no rule is broken."""

from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest

from nanduti.methods import allocation as a
from nanduti.methods.allocation import _exchanging as search
from nanduti.methods.allocation.model import build_model
from nanduti.methods.allocation.order import read_order
from nanduti.methods.solving import Answer, solve


def _tight(seed: int, n_firms: int = 5, n_products: int = 14):
    """Lots that go whole to one firm and nearly fill those that take part; a few firms cannot make a few of them."""
    rng = np.random.default_rng(seed)
    firms, products = [f"f{i}" for i in range(n_firms)], [f"p{j:02d}" for j in range(n_products)]
    quantity = rng.integers(5, 40, n_products)
    order = pl.DataFrame({"product": products, "quantity": quantity})
    room = quantity.sum() * rng.uniform(0.3, 0.5, n_firms)
    makers = pl.DataFrame(
        {"firm": firms, "free_capacity": room, "joining_cost": rng.uniform(50, 300, n_firms)}
    )
    offers = pl.DataFrame(
        {
            "firm": np.repeat(firms, n_products),
            "product": np.tile(products, n_firms),
            "unit_cost": rng.uniform(1, 4, n_firms * n_products),
            "setup_cost": rng.uniform(1, 20, n_firms * n_products),
        }
    ).filter(pl.Series(rng.random(n_firms * n_products) > 0.1))
    return order, makers, offers


def _model(seed: int):
    return build_model(read_order(*_tight(seed), [{"rule": "single_source"}]))


@pytest.mark.parametrize("seed", range(4))
def test_changes_cost_what_they_are_said_to(seed):
    table, rng, price = search._table(_model(seed)), np.random.default_rng(seed), 7.0
    firms, products = table.cost.shape
    for _ in range(20):
        holder = np.array(
            [rng.choice(np.flatnonzero(table.cost[:, j] < search.NEVER)) for j in range(products)]
        )
        before = search._Split(table, holder)
        whole = before.cost() + price * before.beyond()
        moves, exchanges = before.moves(price), before.exchanges(price)
        for j in range(products):
            for i in range(firms):
                if i != holder[j] and table.cost[i, j] < search.NEVER:
                    other = search._Split(table, np.where(np.arange(products) == j, i, holder))
                    assert moves[i, j] == pytest.approx(
                        other.cost() + price * other.beyond() - whole, abs=1e-6
                    )
            for k in range(products):
                both = max(table.cost[holder[j], k], table.cost[holder[k], j])
                if holder[j] != holder[k] and both < search.NEVER:
                    swapped = holder.copy()
                    swapped[[j, k]] = holder[[k, j]]
                    other = search._Split(table, swapped)
                    cost = other.cost() + price * other.beyond() - whole
                    assert exchanges[j, k] == pytest.approx(cost, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_finds_the_optimum_of_small_orders_and_breaks_no_rule(seed):
    model = _model(seed)
    proven = solve(model.program)
    nothing = Answer(None, -np.inf, np.inf, False)
    found = search.improve(model, nothing, deadline=time.perf_counter() + 10, bound=proven.objective, gap=0)
    assert found.objective == pytest.approx(proven.objective)
    assert search._kept(model, found.values)
    assert found.objective == pytest.approx(float(model.program.gain @ found.values))


def test_rules_that_the_search_does_not_know_are_kept_too():
    rules = [{"rule": "single_source"}, {"rule": "most_firms", "firms": 3}]
    model = build_model(read_order(*_tight(1), rules))
    nothing = Answer(None, -np.inf, np.inf, False)
    proven = solve(model.program)
    found = search.improve(
        model, nothing, deadline=time.perf_counter() + 10, bound=proven.objective, gap=0.02
    )
    assert search._kept(model, found.values)
    shared = a.allocate_order(*_tight(1), rules=rules, gap=0)
    assert shared.cost == pytest.approx(-proven.objective)
    assert sum(bool(s.pieces) for s in shared.shares) <= 3
