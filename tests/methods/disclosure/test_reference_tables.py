"""Known optima, published patterns and reference primary cells of tables."""

import numpy as np
import polars as pl
import pytest

from nanduti.methods import disclosure
from nanduti.methods.disclosure import Budget, Hierarchy, Rules


@pytest.mark.parametrize(("name", "cost", "cells"), [("r2_10x10", 14, 3), ("r2_20x20", 41, 7)])
def test_small_random_tables_are_solved_to_the_known_optimum(random_table, name, cost, cells):
    problem = random_table(name)
    found = disclosure.suppress(problem)
    assert (found.cost, found.n_secondary, found.is_optimal, found.gap) == (cost, cells, True, 0.0)
    assert found.check().holds
    assert disclosure.audit(problem, found.suppressed).is_safe


def test_5x5x5_is_solved_to_the_known_optimum(random_table):
    found = disclosure.suppress(random_table("r3_5x5x5"), budget=5_000)
    assert found.is_optimal
    assert (found.cost, found.lower_bound, found.n_secondary) == (261, 261, 21)


def test_8x8x8_is_no_dearer_than_the_best_known(random_table):
    found = disclosure.suppress(random_table("r3_8x8x8"), budget=1_500)
    assert 515 <= found.cost <= 608
    assert found.check().holds
    assert disclosure.audit(found.problem, found.suppressed, only_safety=True).is_safe


def test_s1_is_proven_optimal(data):
    problem = disclosure.read_jj(data("S1_6x7x9.jj").decode())
    assert (problem.n_cells, len(problem.primary)) == (378, 100)
    found = disclosure.suppress(problem)
    assert (found.cost, found.lower_bound, found.is_optimal) == (3068, 3068, True)
    assert disclosure.audit(problem, found.suppressed).is_safe


def test_the_kept_patterns_cost_what_is_said_and_pass_the_audit(data):
    for name, kept, cost in (("S1", "optimal_secondary_cells", 3068), ("A", "best_secondary_cells", 6659)):
        problem = disclosure.read_jj(data(f"{name}_6x7x9.jj").decode())
        cells = [int(x) for x in data(f"{name}_6x7x9_{kept}.txt").split()]
        hidden = problem.status == disclosure.PRIMARY
        hidden[cells] = True
        assert problem.cost[cells].sum() == cost
        assert disclosure.audit(problem, hidden).is_safe


def test_a_comes_within_three_per_cent_of_the_best_known_with_a_stated_gap(data):
    problem = disclosure.read_jj(data("A_6x7x9.jj").decode())
    found = disclosure.suppress(problem, method="flow", budget=3_000)
    assert found.cost <= 1.05 * 6659
    assert found.gap is None
    assert disclosure.audit(problem, found.suppressed).is_safe


def test_jj_text_survives_the_round_trip(data):
    problem = disclosure.read_jj(data("S1_6x7x9.jj").decode())
    again = disclosure.read_jj(disclosure.write_jj(problem))
    for name in ("value", "cost", "status", "lower", "upper", "need_up", "need_down"):
        assert (getattr(problem, name) == getattr(again, name)).all()
    assert (problem.equations != again.equations).nnz == 0


def _records(frame: pl.DataFrame, count: str) -> pl.DataFrame:
    n = frame[count].to_numpy()
    return frame.drop(count)[np.repeat(np.arange(len(n)), n)]


@pytest.mark.parametrize(
    ("case", "at_most", "cells", "primary"), [("z1_maxN3", 3, 45, 3), ("z1_maxN5", 5, 45, 5)]
)
def test_norwegian_examples_cells_and_primary_rule(data, case, at_most, cells, primary):
    frame = pl.read_csv(data(f"gs_{case}_input.csv"))
    expected = pl.read_csv(data(f"gs_{case}_output.csv"))
    table = disclosure.count_table(_records(frame, "ant"), dims=["region", "hovedint"])
    problem = disclosure.problem_of(table, Rules(threshold=at_most + 1, protect_zeros=True))
    both = table.frame(primary=problem.status == disclosure.PRIMARY).join(expected, on=["region", "hovedint"])
    assert both.height == problem.n_cells == cells
    assert (both["value"] == both["ant"]).all()
    assert (both["primary"] == both["primary_right"]).all()
    assert len(problem.primary) == primary
    found = disclosure.suppress(problem)
    assert found.is_optimal
    assert int(found.suppressed.sum()) <= expected["suppressed"].sum()


@pytest.mark.parametrize(
    ("case", "region", "groups", "income", "count", "at_most", "primary"),
    [
        ("z2_maxN3", "region", ("fylke", "kostragr"), "hovedint", "ant", 3, 11),
        ("d2_maxN4", "region", ("county", "k_group"), "main_income", "freq", 4, 13),
    ],
)
def test_norwegian_examples_with_two_hierarchies_of_the_same_regions(
    data, case, region, groups, income, count, at_most, primary
):
    frame = pl.read_csv(data(f"gs_{case}_input.csv"))
    expected = pl.read_csv(data(f"gs_{case}_output.csv"))
    tables = []
    for group in groups:
        pairs = frame.select(region, pl.col(group).cast(pl.String)).unique().rows()
        tree = Hierarchy.from_parents({**dict(pairs), **{g: "Total" for _, g in pairs}})
        tables.append(
            disclosure.count_table(_records(frame, count), dims=[region, income], hierarchies={region: tree})
        )
    linked = disclosure.link(tables, rules=Rules(threshold=at_most + 1, protect_zeros=True))
    assert linked.problem.n_cells == expected.height == 100
    assert len(linked.problem.primary) == primary
    found = disclosure.suppress(linked.problem, budget=1_000)
    assert disclosure.audit(linked.problem, found.suppressed).is_safe
    known = {tuple(r[:2]): r for r in expected.with_columns(pl.col(region).cast(pl.String)).iter_rows()}
    for table, where in zip(tables, linked.position):
        for at, row in enumerate(table.frame().iter_rows()):
            assert known[row[:2]][2] == row[2]
            assert known[row[:2]][3] == (linked.problem.status[where[at]] == disclosure.PRIMARY)


def test_norwegian_magnitudes_count_holdings(data):
    frame = pl.read_csv(data("gs_magnitude1_fewcontrib_input.csv"))
    expected = pl.read_csv(data("gs_magnitude1_fewcontrib_output.csv"))
    table = disclosure.magnitude_table(frame, dims=["sector4", "geo"], measure="value", holding="company")
    both = table.frame(n=table.n_contributors).join(expected, on=["sector4", "geo"])
    assert both.height == 20
    np.testing.assert_allclose(both["value"], both["value_right"], atol=1e-9)
    assert (both["n"] == both["nAll"]).all()
    # the output's own rule: at most one contributor, empty cells not counted
    single = disclosure.is_below_threshold(both["n"].to_numpy(), 2)
    assert single.tolist() == both["primary"].to_list()


def test_sdctable_vignette_with_a_subtotal(reference):
    frame = pl.read_csv(reference("sdctable-ref/vignette_microdata.csv"))
    tree = {"A": "Tot", "B": "Tot", "C": "Tot", "D": "Tot", "Ba": "B", "Bb": "B", "Bc": "B"}
    table = disclosure.count_table(
        frame, dims=["V1", "V2", "V3"], hierarchies={"V1": Hierarchy.from_parents(tree)}
    )
    problem = disclosure.problem_of(table, Rules(threshold=11, protect_zeros=True))
    assert (problem.n_cells, len(problem.primary)) == (168, 15)
    found = disclosure.suppress(problem)
    assert (found.cost, found.n_secondary, found.is_optimal) == (354, 23, True)  # as OPT and HITAS; GAUSS 358


def test_the_trap_is_seen_and_mended(reference):
    """Nine suppressions, two or more in every line, and yet one cell is exactly 47."""
    frame = pl.read_csv(reference("sdctable-ref/trap4x4_problem.csv"), schema_overrides={"strID": pl.String})
    frame = frame.sort("strID")
    value = frame["freq"].to_numpy().astype(float)
    primary = (frame["sdcStatus"] == "u").to_numpy()
    grid = (Hierarchy.flat("wxyz"), Hierarchy.flat("abcd"))
    n = len(value)
    problem = disclosure.Problem(
        value, value, primary.astype(int), np.zeros(n), np.maximum(2 * value, 5),
        primary * 1.0, primary * 1.0, disclosure.grid_equations(grid), grid,
    )  # fmt: skip
    attacked = disclosure.audit(problem, primary)
    leak = attacked.leaks
    assert leak["value"].to_list() == [47.0]
    assert (leak["low"][0], leak["high"][0]) == pytest.approx((47.0, 47.0))
    # the reference attack is told less: it knows no upper bounds
    expected = pl.read_csv(reference("sdctable-ref/trap4x4_attack.csv")).sort("id")
    wide = disclosure.Problem(
        value, value, primary.astype(int), np.zeros(n), value + 1e6, primary * 1.0, primary * 1.0,
        disclosure.grid_equations(grid), grid,
    )  # fmt: skip
    told_less = disclosure.audit(wide, primary).cells
    np.testing.assert_allclose(told_less["low"], expected["low"].cast(pl.Float64), atol=1e-6)
    np.testing.assert_allclose(told_less["high"], expected["up"].cast(pl.Float64), atol=1e-6)
    mended = disclosure.suppress(problem)
    assert (mended.cost, mended.n_secondary, mended.is_optimal) == (31, 1, True)


def test_a_budget_of_seconds_uses_the_clock_it_is_given(random_table):
    ticks = iter(range(10_000))
    found = disclosure.suppress(random_table("r3_5x5x5"), budget=Budget(1e9, lambda: float(next(ticks)), 40))
    assert found.check().holds
