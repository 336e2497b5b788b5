"""Unknown ties and rounds: what is filled, what is compared, and that what was observed stays as it was."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import networks as nw
from nanduti.methods.networks import errors
from nanduti.methods.networks.missing import POLICIES
from nanduti.methods.values import BadInput

matrices = st.integers(2, 7).flatmap(
    lambda n: st.lists(
        st.sampled_from([0.0, 0.0, 1.0, 2.0, float("nan")]), min_size=n * n, max_size=n * n
    ).map(lambda cells: np.array(cells).reshape(n, n) * (1 - np.eye(n)))
)  # fmt: skip


def clean(m):
    m = m.copy()
    np.fill_diagonal(m, 0)
    return m


@given(matrices, st.sampled_from(["none", "reconstruct", "modal", "impute"]), st.integers(0, 5))
def test_what_was_observed_is_never_touched(m, policy, seed):
    m = clean(m)
    network = nw.from_matrix(m, directed=True)
    off = ~np.eye(len(m), dtype=bool)
    if np.isnan(m[off]).all():
        return
    filled = nw.missing_ties(network, policy, seed=seed)
    known = ~np.isnan(m)
    assert (filled.network.matrix()[known] == m[known]).all()
    assert filled.network.is_complete
    assert filled.n_unknown == int(np.isnan(m).sum())
    assert filled.n_from_other + filled.n_drawn + filled.n_as_none == filled.n_unknown


@given(matrices)
def test_counts_of_what_is_known_agree_with_the_matrix(m):
    m = clean(m)
    network = nw.from_matrix(m, directed=True)
    assert network.unknown_matrix().sum() == network.n_unknown == np.isnan(m).sum()
    dyads = nw.dyad_census(network)
    assert dyads.mutual + dyads.asymmetric + dyads.null + dyads.unknown == len(m) * (len(m) - 1) // 2


def test_reconstruction_takes_the_word_of_the_other_side():
    m = np.array([[0, 1, 0], [np.nan, 0, np.nan], [0, 1.0, 0]])
    filled = nw.missing_ties(nw.from_matrix(m), "reconstruct").network
    assert filled.matrix().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]


def test_modal_takes_what_most_say():
    m = np.array([[0, np.nan, 1, 0], [np.nan, 0, 1, 0], [1, 1, 0, 0], [0, 1, 1, 0.0]])
    filled = nw.missing_ties(nw.from_matrix(m), "modal")
    assert filled.network.matrix()[0, 1] == 1 and filled.n_drawn == 2


def test_complete_leaves_silent_actors_out():
    rows = pl.DataFrame({"source": ["a", "b"], "target": ["b", "c"]})
    filled = nw.missing_ties(nw.build(rows, missing=["c"]), "complete")
    assert filled.left_out == ("c",) and filled.network.n == 2


def test_imputing_is_drawn_by_seed():
    m = np.where(np.random.default_rng(1).random((12, 12)) < 0.3, np.nan, 1.0) * (
        np.random.default_rng(2).random((12, 12)) < 0.4
    )
    network = nw.from_matrix(clean(m))
    a, b, c = (nw.missing_ties(network, "impute", seed=s).network.matrix() for s in (1, 1, 2))
    assert (a == b).all() and (a != c).any()


def test_sensitivity_shows_what_hangs_on_the_rule():
    m = np.array([[0, 1, 0, 0], [np.nan, 0, np.nan, np.nan], [0, 1, 0, 0], [0, 0, 0, 0.0]])
    table = nw.sensitivity(nw.from_matrix(m), lambda n: nw.density(n).value, cutoffs=[1.0])
    assert table["policy"].to_list() == [*POLICIES, "complete"]
    impute = table.filter(pl.col("policy") == "impute").row(0, named=True)
    assert impute["lowest"] - 1e-9 <= impute["value"] <= impute["highest"] + 1e-9
    empty = nw.sensitivity(nw.from_matrix(np.zeros((3, 3))), nw.reciprocity, policies=["none"])
    assert empty["value"][0] is None and "no ties" in empty["why_not"][0]


def test_unknown_rules_are_refused():
    with pytest.raises(BadInput):
        nw.missing_ties(nw.from_matrix(np.zeros((2, 2))), "guess")


# --- rounds


@given(st.integers(0, 500), st.integers(2, 8))
def test_every_pair_is_kept_made_lost_or_never(seed, n):
    rng = np.random.default_rng(seed)
    a, b = (clean((rng.random((n, n)) < 0.4).astype(float)) for _ in range(2))
    change = nw.compare_waves(nw.from_matrix(a, directed=True), nw.from_matrix(b, directed=True))
    assert change.kept + change.made + change.lost + change.never == n * (n - 1)
    assert change.dyads.sum() == n * (n - 1) // 2
    assert change.actors["gained"].sum() == 2 * (change.made - change.lost)
    back = nw.compare_waves(nw.from_matrix(b, directed=True), nw.from_matrix(a, directed=True))
    assert (back.kept, back.made, back.lost) == (change.kept, change.lost, change.made)
    assert (back.dyads == change.dyads.T).all()


def test_who_joins_makes_no_tie_and_who_is_silent_loses_none():
    first = nw.from_matrix([[0, 1, 1], [0, 0, 1], [0, 0, 0]], ["a", "b", "c"])
    second = nw.build(
        pl.DataFrame({"source": ["a", "d"], "target": ["b", "a"]}), ["a", "b", "c", "d"], missing=["b"]
    )
    change = nw.compare_waves(first, second)
    assert change.joined == ("d",) and change.left == ()
    assert (change.kept, change.made, change.lost) == (1, 0, 1)  # a→c is lost; b's ties are not known
    assert change.n_unknown == 2 and "left out" in change.notes[-1].say()


def test_strength_of_kept_ties():
    first = nw.from_matrix([[0, 1, 3], [0, 0, 2], [0, 0, 0]])
    second = nw.from_matrix([[0, 4, 3], [0, 0, 1], [0, 0, 0]])
    strength = nw.compare_waves(first, second).strength
    assert strength == {"stronger": 1, "weaker": 1, "same": 1, "mean_change": pytest.approx(2 / 3)}


def test_rounds_that_cannot_be_compared():
    with pytest.raises(errors.NotComparable):
        nw.compare_waves(
            nw.from_matrix([[0, 1], [0, 0]], ["a", "b"]), nw.from_matrix([[0, 1], [0, 0]], ["c", "d"])
        )
    with pytest.raises(errors.NotComparable):
        nw.compare_waves(nw.from_matrix([[0, 1], [0, 0]]), nw.from_matrix([[0, 1], [1, 0]]))


def test_multiplexity_by_hand():
    a = nw.from_matrix([[0, 1, 1], [0, 0, 0], [0, 0, 0]], directed=True)
    b = nw.from_matrix([[0, 0, 0], [1, 0, 1], [0, 0, 0]], directed=True)
    found = nw.multiplexity({"a": a, "b": b})
    assert found.by_number.rows() == [(1, 2), (2, 1)]
    assert found.multiplex_share == pytest.approx(1 / 3)
    assert found.actors["kinds_per_contact"].to_list() == [1.5, 1.5, 1.0]
    with pytest.raises(errors.NotComparable):
        nw.multiplexity({"a": a, "b": nw.from_matrix([[0, 1], [0, 0]])})


def test_a_silent_side_disputes_nothing():
    sells = nw.from_matrix([[0, 1, 1], [0, 0, 0], [0, 0, 0]], ["a", "b", "c"])
    buys = nw.build(pl.DataFrame({"source": ["b"], "target": ["a"]}), ["a", "b", "c"], missing=["c"])
    found = nw.contrast_views(sells, buys)
    assert (found.n_both, found.n_first, found.n_second, found.n_unknown) == (1, 0, 0, 1)
    assert found.confirmed_share == 1.0
    same = nw.contrast_views(sells.symmetrised(), sells.symmetrised())
    assert same.confirmed_share == 1.0 and same.disputed.is_empty()


@pytest.mark.parametrize("directed", [True, False])
def test_the_bounds_of_jaccard_hold_whatever_is_true(directed):
    """Every way to fill the unknown pairs of four actors lies between the bounds, and both bounds are reached."""
    nan = np.nan
    a = np.array([[0, 1, 1, 0], [1, 0, nan, 0], [1, nan, 0, 1], [0, 0, 1, 0]])
    b = np.array([[0, nan, 1, 0], [nan, 0, nan, 1], [1, nan, 0, 0], [0, 1, 0, 0]])
    if directed:
        a[0, 3], b[3, 0] = 1, nan
    lowest, highest = nw.jaccard_bounds(*(nw.from_matrix(m, directed=directed) for m in (a, b)))
    cells = [(r, c) for r in range(4) for c in range(4) if (r != c if directed else r < c)]
    holes = [(k, r, c) for k, m in enumerate((a, b)) for r, c in cells if np.isnan(m[r, c])]
    found = []
    for filled in itertools.product((0, 1), repeat=len(holes)):
        ties = [{(r, c) for r, c in cells if m[r, c] == 1} for m in (a, b)]
        for (k, r, c), value in zip(holes, filled):
            if value:
                ties[k].add((r, c))
        found.append(len(ties[0] & ties[1]) / len(ties[0] | ties[1]))
    assert (min(found), max(found)) == (pytest.approx(lowest), pytest.approx(highest))


def test_the_bounds_of_jaccard_meet_where_all_is_known():
    one, two = nw.from_matrix([[0, 1], [1, 0]]), nw.from_matrix([[0, 0], [0, 0]], directed=False)
    assert nw.jaccard_bounds(one, two) == (0.0, 0.0) and nw.jaccard_bounds(two, two) is None
