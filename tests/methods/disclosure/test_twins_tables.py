"""Tables against plain twins: sums by loops, attacks by another solver, optima by trying every pattern."""

from itertools import combinations, product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from nanduti.methods import disclosure
from nanduti.methods.disclosure import Hierarchy, Rules
from nanduti.methods.values import CannotBeSaid

TREE = Hierarchy.from_parents(
    {"leather": "Total", "shoes": "leather", "bags": "leather", "wool": "Total", "tin": "Total"}
)


def twin_interval(problem, hidden, cell):
    """The attacker's interval by scipy, all cells as variables."""
    bounds = [
        (lo, up) if h else (v, v) for lo, up, v, h in zip(problem.lower, problem.upper, problem.value, hidden)
    ]
    ends = []
    for sign in (1, -1):
        c = np.zeros(problem.n_cells)
        c[cell] = sign
        m = problem.equations.toarray()
        ends.append(linprog(c, A_eq=m, b_eq=np.zeros(m.shape[0]), bounds=bounds).fun * sign)
    return ends


def firms(seed: int, n: int = 80) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "trade": rng.choice(["shoes", "bags", "wool", "tin"], n, p=[0.5, 0.3, 0.15, 0.05]),
            "town": rng.choice(["A", "B", "C"], n, p=[0.6, 0.3, 0.1]),
            "sales": rng.lognormal(3, 1.2, n).round(1),
            "owner": rng.integers(0, n // 2, n),
        }
    )


def in_code(h: Hierarchy, leaf: str, code: str) -> bool:
    return code in [h.codes[i] for i in h.path(h.position[leaf])]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_tables_are_the_sums_that_loops_give(seed):
    data = firms(seed)
    table = disclosure.magnitude_table(
        data,
        dims=["trade", "town"],
        measure="sales",
        hierarchies={"trade": TREE},
        holding="owner",
        n_largest=3,
    )
    town = table.hierarchies[1]
    for at, (trade, place) in enumerate(product(TREE.codes, town.codes)):
        inside = [
            r for r in data.iter_rows(named=True)
            if in_code(TREE, r["trade"], trade) and in_code(town, r["town"], place)
        ]  # fmt: skip
        owners: dict[int, float] = {}
        for r in inside:
            owners[r["owner"]] = owners.get(r["owner"], 0.0) + r["sales"]
        ranked = [*sorted(owners.values(), reverse=True), 0.0, 0.0, 0.0]
        assert table.value[at] == pytest.approx(sum(r["sales"] for r in inside))
        assert table.n_contributors[at] == len(owners)
        assert [x[at] for x in table.largest] == pytest.approx(ranked[:3])
        assert table.cell(trade=trade, town=place) == at


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_primary_rules_are_what_loops_give(seed):
    data = firms(seed, 40)
    table = disclosure.magnitude_table(data, dims=["trade", "town"], measure="sales")
    rules = Rules(threshold=3, dominance=(2, 85), p_percent=15)
    problem = disclosure.problem_of(table, rules)
    for at in range(table.n_cells):
        trade, place = np.unravel_index(at, table.shape)
        x = data.filter(
            (pl.lit(bool(trade == 0)) | (pl.col("trade") == table.hierarchies[0].codes[trade]))
            & (pl.lit(bool(place == 0)) | (pl.col("town") == table.hierarchies[1].codes[place]))
        )["sales"].sort(descending=True)
        top = [*x.to_list(), 0.0, 0.0]
        few = 0 < len(x) < 3
        p = len(x) > 0 and x.sum() - top[0] - top[1] < 0.15 * top[0] - 1e-9
        nk = len(x) > 0 and top[0] + top[1] > 0.85 * x.sum() + 1e-9
        assert (problem.status[at] == disclosure.PRIMARY) == (few or p or nk)


@pytest.mark.parametrize("seed", range(6))
def test_intervals_of_the_audit_are_those_of_another_solver(counts_problem, seed):
    rng = np.random.default_rng(seed)
    problem = counts_problem(np.floor(rng.lognormal(1.8, 1.0, (4, 3))))
    hidden = (problem.status == disclosure.PRIMARY) | (
        (rng.random(problem.n_cells) < 0.35) & (problem.value > 0)
    )
    found = disclosure.audit(problem, hidden, all_hidden=True).cells
    for row in found.iter_rows(named=True):
        low, high = twin_interval(problem, hidden, row["cell"])
        assert (row["low"], row["high"]) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))


def is_safe(problem, hidden) -> bool:
    for c in problem.primary:
        low, high = twin_interval(problem, hidden, c)
        if low > problem.value[c] - problem.need_down[c] + 1e-7:
            return False
        if high < problem.value[c] + problem.need_up[c] - 1e-7:
            return False
    return True


@pytest.mark.parametrize("seed", range(8))
def test_a_proven_optimum_is_the_best_of_all_patterns(counts_problem, seed):
    rng = np.random.default_rng(100 + seed)
    draws = (counts_problem(np.floor(rng.lognormal(1.3, 0.9, (3, 3)))) for _ in range(20))
    problem = next(draw for draw in draws if len(draw.primary))  # most draws have something to protect
    try:
        found = disclosure.suppress(problem)
    except CannotBeSaid:
        everything = problem.status != disclosure.FIXED
        assert not is_safe(problem, everything)
        return
    assert found.is_optimal
    free = np.flatnonzero(problem.status == disclosure.OPEN)
    best = np.inf
    for size in range(len(free) + 1):
        for chosen in combinations(free, size):
            cost = problem.cost[list(chosen)].sum()
            if cost >= min(best, found.cost):
                continue
            hidden = problem.status == disclosure.PRIMARY
            hidden[list(chosen)] = True
            if is_safe(problem, hidden):
                best = cost
    assert best == np.inf  # nothing cheaper than what was found is safe
    assert is_safe(problem, found.suppressed)


def test_a_certificate_is_checked_by_its_definition(counts_problem):
    rng = np.random.default_rng(4)
    problem = counts_problem(np.floor(rng.lognormal(2.0, 1.0, (5, 4, 3))))
    found = disclosure.suppress(problem, budget=200)
    m = problem.equations.toarray()
    proven = set()
    for d in found.deviations:
        y = np.zeros(problem.n_cells)
        y[d.cells] = d.change
        assert np.abs(m @ y).max() < 1e-6
        assert not y[~found.suppressed].any()
        assert (problem.value + y >= problem.lower - 1e-6).all()
        assert (problem.value + y <= problem.upper + 1e-6).all()
        proven |= {(c, 1) for c in problem.primary if y[c] >= problem.need_up[c] - 1e-6}
        proven |= {(c, -1) for c in problem.primary if -y[c] >= problem.need_down[c] - 1e-6}
    assert proven == {(c, s) for c in problem.primary for s in (1, -1)}


@pytest.mark.parametrize("seed", range(5))
def test_controlled_rounding_is_the_closest_that_adds_up(seed):
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 20, (2, 3)).astype(float)
    h = (Hierarchy.flat("ab"), Hierarchy.flat("xyz"))
    value = base
    for d, one in enumerate(h):
        value = np.moveaxis(np.tensordot(one.sums, value, axes=(1, d)), 0, d)
    value = value.reshape(-1)
    found = disclosure.round_controlled(value, disclosure.grid_equations(h), base=5)
    assert found.is_closest
    assert found.is_zero_restricted
    assert (found.value % 5 == 0).all()
    assert np.abs(disclosure.grid_equations(h) @ found.value).max() == 0
    best = np.inf
    options = [(5 * np.floor(v / 5), 5 * np.ceil(v / 5)) for v in base.reshape(-1)]
    for pick in product(*options):
        inner = np.array(pick).reshape(base.shape)
        total = inner
        for d, one in enumerate(h):
            total = np.moveaxis(np.tensordot(one.sums, total, axes=(1, d)), 0, d)
        if (np.abs(total.reshape(-1) - value) < 5).all():
            best = min(best, np.abs(total.reshape(-1) - value).sum())
    assert np.abs(found.value - value).sum() == pytest.approx(best)


def test_random_rounding_is_right_on_average():
    value = np.array([0.0, 1, 2, 3, 4, 5, 13])
    draws = np.array([disclosure.round_random(value, base=5, seed=s) for s in range(4000)])
    assert (draws % 5 == 0).all()
    assert (np.abs(draws - value) < 5).all()
    np.testing.assert_allclose(draws.mean(axis=0), value, atol=0.15)
    assert (draws[:, [0, 5]] == value[[0, 5]]).all()


@pytest.mark.parametrize(("most", "variance", "js"), [(5, 2.0, 0), (3, 1.0, 0), (5, 3.0, 2), (10, 8.0, 1)])
def test_perturbation_has_the_moments_asked_for_and_the_largest_entropy(most, variance, js):
    table = disclosure.perturbation_table(most=most, variance=variance, js=js)
    for count, chance in enumerate(table.chance):
        result = count + table.noise
        assert chance.sum() == pytest.approx(1)
        assert (chance >= -1e-12).all()
        assert chance @ table.noise == pytest.approx(0, abs=1e-8)
        if count:
            assert chance @ table.noise**2 == pytest.approx(variance, abs=1e-7)
            assert chance[(result < 0) | ((result > 0) & (result <= js))].sum() == 0
            inside = chance > 1e-9  # log-quadratic inside its support, as the largest entropy is
            v, y = table.noise[inside], np.log(chance[inside])
            if inside.sum() > 4:
                fit = np.polyval(np.polyfit(v, y, 2), v)
                np.testing.assert_allclose(y, fit, atol=1e-5)


def test_cell_keys_are_the_same_in_every_table_and_order():
    data = firms(1, 500).with_row_index("id")
    data = data.with_columns(k=disclosure.record_keys(data["id"], secret=b"a secret of the house"))
    one = disclosure.cell_key(data, dims=["trade"], key="k")
    two = disclosure.cell_key(data.reverse(), dims=["trade", "town"], key="k")
    for code in one.table.hierarchies[0].codes:
        assert one.value[one.table.cell(trade=code)] == two.value[two.table.cell(trade=code)]
    assert np.abs(two.noise).max() <= 5
    assert (two.value >= 0).all()
    assert (two.value[two.table.value == 0] == 0).all()
