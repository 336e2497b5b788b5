"""What must hold whatever the table: safety by an independent audit, planted leaks found, order of codes."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import disclosure
from nanduti.methods.disclosure import Hierarchy
from nanduti.methods.values import CannotBeSaid

TREE = Hierarchy.from_parents(
    {"g1": "Total", "g2": "Total", "a": "g1", "b": "g1", "c": "g1", "d": "g2", "e": "g2", "f": "Total"}
)


def base(seed: int, shape: tuple[int, ...], mean: float = 1.7) -> np.ndarray:
    return np.floor(np.random.default_rng(seed).lognormal(mean, 1.1, shape))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from(["hypercube", "flow", "auto"]))
def test_every_pattern_passes_the_audit(counts_problem, seed, method):
    hs = [TREE, Hierarchy.flat("xyz"), Hierarchy.flat("pq")]
    problem = counts_problem(base(seed, (6, 3, 2)), hs)
    try:
        found = disclosure.suppress(problem, method=method, budget=150)
    except CannotBeSaid:
        return
    assert found.check().holds
    assert disclosure.audit(problem, found.suppressed).is_safe
    assert not (found.suppressed & (problem.status == disclosure.FIXED)).any()
    assert found.suppressed[problem.primary].all()
    if found.lower_bound is not None:
        assert found.lower_bound <= found.cost + 1e-9


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 100_000))
def test_the_audit_finds_every_planted_leak(counts_problem, seed):
    """Showing a hidden line of a safe pattern again, all but one cell, gives that cell away."""
    rng = np.random.default_rng(seed)
    problem = counts_problem(base(seed, (5, 4)))
    try:
        found = disclosure.suppress(problem, budget=100)
    except CannotBeSaid:
        return
    if not len(problem.primary):
        return
    victim = int(rng.choice(problem.primary))
    row = int(rng.choice(problem.equations[:, [victim]].tocoo().row))
    line = problem.equations[[row]].indices
    planted = found.suppressed.copy()
    planted[line] = False
    planted[victim] = True
    attacked = disclosure.audit(problem, planted)
    assert victim in attacked.leaks["cell"].to_list()
    leak = attacked.cells.filter(pl.col("cell") == victim)
    assert leak["low"][0] == pytest.approx(leak["high"][0])
    assert not disclosure.check_certificate(problem, planted, found.deviations).holds


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 100_000))
def test_the_order_of_codes_does_not_change_the_optimum(counts_problem, seed):
    rng = np.random.default_rng(seed)
    inner = base(seed, (4, 4))
    mixed = inner[rng.permutation(4)][:, rng.permutation(4)]
    costs = []
    for table in (inner, mixed, inner.T):
        try:
            found = disclosure.suppress(counts_problem(table))
        except CannotBeSaid:
            costs.append(None)
            continue
        assert found.is_optimal
        costs.append(found.cost)
    assert costs[0] == costs[1] == costs[2]


def test_magnitudes_scale():
    rng = np.random.default_rng(9)
    data = pl.DataFrame(
        {
            "t": rng.choice(list("abcd"), 120),
            "p": rng.choice(list("xyz"), 120),
            "sales": rng.lognormal(4, 1.5, 120).round(2),
        }
    )
    patterns = []
    for factor in (1.0, 1000.0):
        table = disclosure.magnitude_table(
            data.with_columns(pl.col("sales") * factor), dims=["t", "p"], measure="sales"
        )
        found = disclosure.suppress(disclosure.problem_of(table))
        assert disclosure.audit(found.problem, found.suppressed).is_safe
        patterns.append((found.cost, found.suppressed.sum()))
    assert patterns[0] == patterns[1]


def test_the_same_work_gives_the_same_pattern(counts_problem):
    problem = counts_problem(base(5, (6, 6, 6)))
    one = disclosure.suppress(problem, budget=300, seed=3)
    two = disclosure.suppress(problem, budget=300, seed=3)
    assert (one.suppressed == two.suppressed).all()


def test_more_work_never_costs_more_on_a_larger_grid(counts_problem):
    problem = counts_problem(base(6, (13, 13, 13), 2.2))
    first = disclosure.suppress(problem, method="hypercube")
    better = disclosure.suppress(problem, budget=150)
    assert better.cost <= first.cost
    for found in (first, better):
        assert found.check().holds
        assert disclosure.audit(problem, found.suppressed, only_safety=True).is_safe


def test_sub_totals_that_are_sensitive_are_protected(counts_problem):
    inner = np.full((6, 5), 40.0)
    inner[4:6] = 0  # d and e: their group g2 ...
    inner[4, 1], inner[5, 1], inner[4, 2], inner[5, 2] = 1, 1, 9, 9  # ... holds 2 in x1
    problem = counts_problem(inner, [TREE, Hierarchy.flat([f"x{i}" for i in range(5)])])
    group = [n for n in problem.primary if problem.value[n] == 2]
    assert group
    for method in ("hypercube", "flow", "auto"):
        found = disclosure.suppress(problem, method=method)
        assert disclosure.audit(problem, found.suppressed).is_safe


def test_linked_tables_are_safe_together_where_alone_they_leak():
    rng = np.random.default_rng(21)
    data = pl.DataFrame(
        {
            "trade": rng.choice(list("abcde"), 150, p=[0.4, 0.3, 0.2, 0.07, 0.03]),
            "town": rng.choice(list("xyz"), 150, p=[0.7, 0.2, 0.1]),
            "size": rng.choice(["s", "m", "l"], 150, p=[0.7, 0.25, 0.05]),
        }
    )
    tables = [
        disclosure.count_table(data, dims=["trade", "town"]),
        disclosure.count_table(data, dims=["trade", "size"]),
    ]
    joint, patterns = disclosure.suppress_linked(tables, budget=500)
    linked = disclosure.link(tables)
    assert disclosure.audit(linked.problem, joint.suppressed).is_safe
    shared = {}
    for table, pattern in zip(tables, patterns):
        assert len(pattern) == table.n_cells
        for code in table.hierarchies[0].codes:
            hidden = bool(pattern[table.cell(trade=code)])
            assert shared.setdefault(code, hidden) == hidden
