"""Tables are counted from innermost cells and few records; plainly, record by record, they are the same."""

from collections import defaultdict
from itertools import product

import numpy as np
import polars as pl
import pytest

from nanduti.methods import disclosure
from nanduti.methods.disclosure import Hierarchy, Ledger

TREE = {"north": "all", "south": "all", "n1": "north", "n2": "north", "s1": "south", "s2": "s", "s": "south"}
LEAVES = ["n1", "n2", "s1", "s2"]


def records(seed: int, n: int = 300) -> pl.DataFrame:
    """Towns in a tree of unequal depth, trades, sums with many ties and noughts, and owners of several."""
    rng = np.random.default_rng(seed)
    owners = [f"o{i}" for i in rng.integers(0, n // 2, n)] if seed % 2 else [f"o{i}" for i in range(n)]
    return pl.DataFrame({
        "id": [f"e{i}" for i in range(n)],
        "town": rng.choice(LEAVES, n, p=[0.6, 0.3, 0.09, 0.01]),
        "trade": rng.choice(["x", "y", "z"], n),
        "workers": rng.choice([0.0, 1.0, 1.0, 2.0, 0.1, 7.3, 1e6], n),
        "owner": owners,
    })  # fmt: skip


def hierarchies() -> dict[str, Hierarchy]:
    return {"town": Hierarchy.from_parents(TREE), "trade": Hierarchy.flat("xyz")}


def plain(data: pl.DataFrame, measure: str | None, by_owner: bool) -> dict[tuple[str, str], tuple]:
    """Cell → sum, contributors, the two largest."""
    h = hierarchies()
    held: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for row in data.iter_rows(named=True):
        above = [[h[d].codes[i] for i in h[d].path(h[d].position[row[d]])] for d in ("town", "trade")]
        amount = row[measure] if measure else 1.0
        for cell in product(*above):
            sums[cell] += amount
            held[cell][row["owner"] if by_owner else row["id"]] += amount
    return {
        cell: (sums[cell], len(some), *[*sorted(some.values(), reverse=True), 0.0, 0.0][:2])
        for cell, some in held.items()
    }


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("measure", [None, "workers"])
@pytest.mark.parametrize("by_owner", [True, False])
def test_cells_are_what_counting_one_by_one_gives(seed, measure, by_owner):
    data, expected = records(seed), plain(records(seed), measure, by_owner)
    asked = {
        "dims": ["town", "trade"],
        "hierarchies": hierarchies(),
        "holding": "owner" if by_owner else None,
    }
    if measure:
        table = disclosure.magnitude_table(data, measure=measure, **asked)
    else:
        table = disclosure.count_table(data, **asked)
    cells = list(product(*(h.codes for h in table.hierarchies)))
    for at, cell in enumerate(cells):
        value, n, first, second = expected.get(cell, (0.0, 0, 0.0, 0.0))
        assert table.value[at] == pytest.approx(value, rel=1e-12) and table.n_contributors[at] == n
        if measure:
            assert table.largest[0][at] == pytest.approx(first, rel=1e-12)
            assert table.largest[1][at] == pytest.approx(second, rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_sums_are_added_in_the_order_of_the_records(seed):
    """To the last digit: what was published once must come out again."""
    data = records(seed)
    table = disclosure.magnitude_table(data, dims=["trade"], measure="workers")
    for code in "xyz":
        whole = 0.0
        for amount in data.filter(pl.col("trade") == code)["workers"].to_list():
            whole += amount
        assert table.value[table.cell(trade=code)] == whole


@pytest.mark.parametrize("seed", range(3))
def test_who_stands_behind_a_cell_is_what_sets_say(seed):
    """Groups, differences and members of two releases of partly the same records, against sets of names."""
    data = records(seed, 80)
    h = hierarchies()
    old = disclosure.release_of("old", data[:75].sample(fraction=1, shuffle=True, seed=seed), ids="id",
                                dims=["town", "trade"], hierarchies=h)  # fmt: skip
    new = disclosure.release_of("new", data[2:], ids="id", dims=["town"], hierarchies=h)

    def sets(release):
        return [{i for i, x in zip(release.ids, row) if x} for row in release.members.toarray() > 0]

    groups_of, sets_of = [*old.groups, *new.groups], [*sets(old), *sets(new)]
    for (a, x), (b, y) in product(list(zip(groups_of, sets_of)), repeat=2):
        assert (a == b) == (x == y)
    found = Ledger((old,)).differences(new, threshold=4)
    expected = {
        (new.problem.name(a), old.problem.name(b), len(x ^ y))
        for a, x in enumerate(sets(new))
        for b, y in enumerate(sets(old))
        if (x <= y or y <= x) and x & y and 0 < len(x ^ y) < 4
    }
    assert set(found.select("cell", "earlier_cell", "n_difference").rows()) == expected and expected
    assert [len(s) for s in sets(old)] == old.standing.sizes.tolist()


def test_a_margin_hides_what_its_table_hides():
    data = records(2)
    hidden = np.zeros(
        disclosure.count_table(data, dims=["town", "trade"], hierarchies=hierarchies()).n_cells, bool
    )
    made = disclosure.release_of("t", data, ids="id", dims=["town", "trade"], hierarchies=hierarchies())
    hidden[made.table.cell(town="n1")] = hidden[made.table.cell(town="n2", trade="x")] = True
    made = disclosure.release_of("t", data, ids="id", dims=["town", "trade"], hierarchies=hierarchies(),
                                 suppressed=hidden)  # fmt: skip
    margin = disclosure.margin_of(made, ["town"])
    alone = disclosure.count_table(data, dims=["town"], hierarchies=hierarchies())
    assert margin.table.value.tolist() == alone.value.tolist()
    assert [margin.table.hierarchies[0].codes[c] for c in np.flatnonzero(margin.suppressed)] == ["n1"]
    whole = disclosure.release_of("towns", data, ids="id", dims=["town"], hierarchies=hierarchies())
    assert margin.groups == whole.groups
    assert made.table.value[disclosure.margin_cells(made, ["town"])].tolist() == alone.value.tolist()
