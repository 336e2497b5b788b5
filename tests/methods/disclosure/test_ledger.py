"""Releases one after the other: differences of groups, and what can be computed from all of them."""

import numpy as np
import polars as pl
import pytest

from nanduti.methods import disclosure
from nanduti.methods.disclosure import Ledger
from nanduti.methods.values import BadInput


def firms(n: int = 60) -> pl.DataFrame:
    rng = np.random.default_rng(2)
    return pl.DataFrame(
        {
            "id": [f"f{i}" for i in range(n)],
            "trade": rng.choice(["shoes", "wool", "tin"], n, p=[0.5, 0.3, 0.2]),
            "town": rng.choice(["A", "B"], n),
            "size": rng.choice(["small", "middle"], n),
        }
    )


def test_the_same_table_of_nearly_the_same_firms_is_refused():
    data = firms()
    first = disclosure.release_of("March", data, ids="id", dims=["trade"])
    ledger = Ledger().with_release(first)
    assert ledger.check(disclosure.release_of("April", data, ids="id", dims=["trade"])).verdict.allows
    fewer = disclosure.release_of("without one", data[1:], ids="id", dims=["trade"])
    answer = ledger.check(fewer)
    assert not answer.verdict.allows
    assert set(answer.differences["n_difference"]) == {1}
    assert {"trade Total", f"trade {data['trade'][0]}"} == set(answer.differences["cell"])
    assert "differ by one record" in answer.verdict.say()


def test_a_difference_of_enough_firms_is_fine():
    data = firms()
    ledger = Ledger().with_release(disclosure.release_of("all", data, ids="id", dims=["town"]))
    half = disclosure.release_of("small", data.filter(pl.col("size") == "small"), ids="id", dims=["town"])
    assert ledger.check(half).verdict.allows


def test_differences_are_what_sets_say():
    data = firms()
    old = disclosure.release_of("old", data[:58], ids="id", dims=["trade", "town"])
    new = disclosure.release_of("new", data[1:], ids="id", dims=["trade"])
    found = Ledger().with_release(old).check(new, threshold=4).differences

    def groups(release):
        m = release.members.toarray() > 0
        return {
            release.problem.name(c): {i for i, x in zip(release.ids, row) if x} for c, row in enumerate(m)
        }

    expected = set()
    for a, x in groups(new).items():
        for b, y in groups(old).items():
            if (x <= y or y <= x) and x & y and 0 < len(x ^ y) < 4:
                expected.add((a, b, len(x ^ y)))
    assert set(found.select("cell", "earlier_cell", "n_difference").rows()) == expected


def test_what_one_table_hides_the_other_must_not_show():
    data = firms(80)
    table = disclosure.count_table(data, dims=["trade", "town"])
    primary = np.zeros(table.n_cells, dtype=bool)
    problem = disclosure.problem_of(table, disclosure.Rules(threshold=int(table.value[4:].min()) + 1))
    found = disclosure.suppress(problem)
    assert len(problem.primary)
    rules = disclosure.Rules(threshold=int(table.value[4:].min()) + 1)
    hidden = disclosure.release_of(
        "crossed", data, ids="id", dims=["trade", "town"], suppressed=found.suppressed, rules=rules
    )
    ledger = Ledger().with_release(hidden)
    assert ledger.check(hidden).verdict.allows
    naked = disclosure.release_of("naked", data, ids="id", dims=["town", "trade"], rules=rules)
    answer = ledger.check(naked)
    assert not answer.verdict.allows
    assert not answer.audit.is_safe
    assert not primary.any()


def test_group_views_of_questionnaires():
    assert disclosure.may_show_group(range(5)).allows
    assert not disclosure.may_show_group(range(4)).allows
    assert not disclosure.may_show_group(range(6), earlier=[range(7)]).allows
    assert disclosure.may_show_group(range(6), earlier=[range(9), range(6)]).allows
    assert disclosure.may_show_group(range(6), earlier=[range(1, 7)]).allows  # neither contains the other
    assert disclosure.may_show_group(range(6), earlier=[range(8)], least_difference=2).allows


@pytest.mark.parametrize("change", ["doubled", "missing"])
def test_records_must_be_told_apart(change):
    data = firms()
    ids = ["f0", *data["id"][:-1]] if change == "doubled" else [None, *data["id"][1:]]
    with pytest.raises(BadInput, match="own id"):
        disclosure.release_of("x", data.with_columns(id=pl.Series(ids)), ids="id", dims=["trade"])


def known_exactly(releases) -> set[frozenset[str]]:
    """Plainly: groups of one or two records whose size follows from two shown cells by subtraction."""
    shown = []
    for release in releases:
        for cell, row in enumerate(release.members.toarray() > 0):
            if not release.suppressed[cell]:
                shown.append(frozenset(i for i, x in zip(release.ids, row) if x))
    return {a - b for a in shown for b in shown if b < a and 0 < len(a - b) < 3}


@pytest.mark.parametrize("out", [1, 2])
def test_beside_hides_what_would_tell_on_few(out):
    data = firms()
    old = disclosure.release_of("March", data, ids="id", dims=["trade", "town"])
    new = disclosure.release_of("April", data[out:], ids="id", dims=["trade", "town"])
    ledger = Ledger().with_release(old)
    assert known_exactly([old, new])
    beside, answer = ledger.beside(new)
    if answer.verdict.allows:
        left = known_exactly([old, beside])
        # What is left is within one of the two tables, not between them.
        assert left <= known_exactly([old]) | known_exactly([beside])
        assert beside.suppressed.sum() > new.suppressed.sum()


def test_beside_leaves_alone_what_is_safe():
    data = firms()
    ledger = Ledger().with_release(disclosure.release_of("all", data, ids="id", dims=["town"]))
    new = disclosure.release_of("small", data.filter(pl.col("size") == "small"), ids="id", dims=["town"])
    beside, answer = ledger.beside(new)
    assert answer.verdict.allows and not beside.suppressed.any()


def test_beside_hides_again_what_was_hidden_before():
    """A margin that was hidden in the first release is not shown in the second."""
    towns = ["A"] * 9 + ["B"] * 9 + ["C"] * 3 + ["D"] * 2
    trades = ["x"] * 8 + ["y"] + ["x"] * 4 + ["y"] * 5 + ["x", "y", "y", "x", "y"]
    data = pl.DataFrame({"id": [f"f{i}" for i in range(23)], "town": towns, "trade": trades})
    safe = disclosure.protect_table(data, dims=["town", "trade"])
    old = disclosure.release_of(
        "first", data, ids="id", dims=["town", "trade"], suppressed=safe.suppression.suppressed
    )
    ledger = Ledger().with_release(old)
    beside, answer = ledger.beside(disclosure.release_of("towns", data, ids="id", dims=["town"]))
    assert answer.verdict.allows == ledger.check(beside).verdict.allows
    if answer.verdict.allows:
        assert beside.suppressed[beside.table.cell(town="D")]


def test_owners_are_counted_in_releases_too():
    data = firms().with_columns(owner=pl.Series(["one"] * 30 + [f"o{i}" for i in range(30)]))
    made = disclosure.release_of("t", data, ids="id", dims=["town"], holding="owner")
    assert made.table.n_contributors[0] == 31 and made.table.value[0] == 60
