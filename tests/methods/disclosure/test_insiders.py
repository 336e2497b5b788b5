"""A firm alone in its cell must not be able to work out its neighbour."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from nanduti.methods import disclosure


def firms(seed: int, n: int = 90) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "trade": rng.choice(list("abcde"), n, p=[0.4, 0.3, 0.2, 0.06, 0.04]),
            "town": rng.choice(list("xyzw"), n, p=[0.5, 0.3, 0.15, 0.05]),
            "sales": rng.lognormal(3, 1, n),
        }
    )


def learns(problem, hidden, insider, victim) -> bool:
    """Whether someone who knows one cell finds the other to be exactly one value."""
    knows = replace(problem, lower=problem.lower.copy(), upper=problem.upper.copy())
    knows.lower[insider] = knows.upper[insider] = problem.value[insider]
    cells = disclosure.audit(knows, hidden, all_hidden=True).cells
    row = cells.filter(pl.col("cell") == victim).row(0, named=True)
    return row["high"] - row["low"] <= 1e-6 * (1 + abs(row["value"]))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("measure", [None, "sales"])
def test_no_insider_learns_a_sensitive_cell_unless_it_is_said(seed, measure):
    safe = disclosure.protect_table(firms(seed), dims=["trade", "town"], measure=measure, budget=300)
    problem, found = safe.suppression.problem, safe.suppression
    singles = disclosure.single_cells(problem, safe.table.n_contributors)
    assert found.check().holds
    left = disclosure.undefended(problem, found.deviations, singles)
    assert {(c, v) for c, v, _ in left} == set(found.exposed)
    for insider in np.flatnonzero(singles):
        for victim in problem.primary:
            if victim != insider and (insider, victim) not in found.exposed:
                assert not learns(problem, found.suppressed, insider, victim)


def test_two_singles_in_one_line_get_a_third_cell():
    data = pl.DataFrame({"town": ["a", "b"] + ["c"] * 9 + ["d"] * 8})
    table = disclosure.count_table(data, dims=["town"])
    problem = disclosure.problem_of(table)
    strangers = disclosure.suppress(problem)
    assert strangers.suppressed.sum() == 2  # enough against strangers, not against each other
    assert learns(problem, strangers.suppressed, *problem.primary)
    safe = disclosure.protect_table(data, dims=["town"])
    assert safe.suppression.suppressed.sum() == 3
    assert not safe.suppression.exposed


def test_what_cannot_be_defended_is_said():
    data = pl.DataFrame({"town": ["a", "b"]})
    table = disclosure.count_table(data, dims=["town"])
    problem = disclosure.problem_of(table)
    status = problem.status.copy()
    status[0] = disclosure.FIXED  # the total of 2 is shown
    found = disclosure.suppress(
        problem.with_status(status), singles=disclosure.single_cells(problem, table.n_contributors)
    )
    assert len(found.exposed) == 2
    assert "alone in its cell" in found.say()
