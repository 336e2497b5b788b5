"""Stable matching and assignment: published examples, brute force, properties."""

from __future__ import annotations

from itertools import combinations, permutations, product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from nanduti.methods import matching
from nanduti.methods.values import BadInput


def from_matrix(men, women, text):
    """Pairs from a printed matrix of «his rank of her, her rank of him»."""
    rows = []
    for man, line in zip(men, text.split(";"), strict=True):
        for woman, cell in zip(women, line.split(), strict=True):
            his, hers = cell.split(",")
            rows.append((man, woman, int(his), int(hers)))
    return pl.DataFrame(rows, schema=["proposer", "receiver", "proposer_rank", "receiver_rank"], orient="row")


def married(found):
    return dict(found.pairs.select("proposer", "receiver").rows())


def all_stable(pairs, capacities):
    """Brute force: every way to give each proposer an acceptable receiver or none, kept if nothing blocks."""
    lists = pairs.group_by("proposer").agg("receiver").sort("proposer").rows()
    found = []
    for choice in product(*[[None, *receivers] for _, receivers in lists]):
        chosen = [(p, r) for (p, _), r in zip(lists, choice, strict=True) if r is not None]
        counts = {r: sum(x == r for _, x in chosen) for _, r in chosen}
        if any(n > capacities.get(r, 1) for r, n in counts.items()):
            continue
        if not plain_blocking(pairs, chosen, capacities):
            found.append(dict(chosen))
    return found


def plain_blocking(pairs, chosen, capacities):
    rank = {(p, r): (a, b) for p, r, a, b in pairs.rows()}
    of = dict(chosen)
    blocked = []
    for (p, r), (mine, theirs) in rank.items():
        wants = p not in of or mine < rank[p, of[p]][0]
        held = [q for q, x in chosen if x == r]
        cap = capacities.get(r, 1)
        takes = cap > 0 and (len(held) < cap or any(theirs < rank[q, r][1] for q in held))
        if wants and takes:
            blocked.append((p, r))
    return sorted(blocked)


# D. Gale and L. S. Shapley (1962), College Admissions and the Stability of Marriage, examples 1 and 2.
EXAMPLE_1 = from_matrix("αβγ", "ABC", "1,3 2,2 3,1;3,1 1,3 2,2;2,2 3,1 1,3")
EXAMPLE_2 = from_matrix("αβγδ", "ABCD", "1,3 2,3 3,2 4,3;1,4 4,1 3,3 2,2;2,2 1,4 3,4 4,1;4,1 2,2 3,1 1,4")


def test_gale_and_shapley_example_1():
    assert married(matching.deferred_acceptance(EXAMPLE_1)) == {"α": "A", "β": "B", "γ": "C"}
    assert married(matching.deferred_acceptance(EXAMPLE_1, proposing="receiver")) == {
        "α": "C",
        "β": "A",
        "γ": "B",
    }
    assert len(all_stable(EXAMPLE_1, {})) == 3


def test_gale_and_shapley_example_2_has_one_stable_set():
    only = {"α": "C", "β": "D", "γ": "A", "δ": "B"}
    assert all_stable(EXAMPLE_2, {}) == [only]
    assert married(matching.deferred_acceptance(EXAMPLE_2)) == only
    assert married(matching.deferred_acceptance(EXAMPLE_2, proposing="receiver")) == only


def test_national_resident_matching_program_example():
    """NRMP, «Run a Match» (2014): five applicants, three programmes of two places."""
    applicants = {
        "Anderson": ["City"],
        "Chen": ["City", "Mercy"],
        "Ford": ["City", "General", "Mercy"],
        "Davis": ["Mercy", "City", "General"],
        "Eastman": ["City", "Mercy", "General"],
    }
    programmes = {
        "Mercy": ["Chen", "Ford"],
        "City": ["Eastman", "Anderson", "Chen", "Davis", "Ford"],
        "General": ["Eastman", "Anderson", "Ford", "Davis"],
    }
    lists = matching.preferences(applicants, programmes)
    found = matching.deferred_acceptance(lists, capacities=2)
    assert married(found) == {
        "Anderson": "City",
        "Chen": "Mercy",
        "Ford": "General",
        "Davis": "General",
        "Eastman": "City",
    }
    assert found.free == {"Mercy": 1}
    assert found.unmatched == ()
    assert not found.ties_broken
    assert found.partner("Chen") == "Mercy"


@st.composite
def markets(draw, ties=True):
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    rows = []
    for p in range(n):
        for r in range(m):
            if draw(st.booleans()):
                top = 3 if ties else 1000
                rows.append((f"p{p}", f"r{r}", draw(st.integers(1, top)), draw(st.integers(1, top))))
    if not ties:  # strict: places in a drawn order
        rows = [(p, r, a * 10 + int(r[1]), b * 10 + int(p[1])) for p, r, a, b in rows]
    schema = {
        "proposer": pl.String,
        "receiver": pl.String,
        "proposer_rank": pl.Int64,
        "receiver_rank": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row"), {
        f"r{r}": draw(st.integers(0, 2)) for r in range(m)
    }


@settings(max_examples=150, deadline=None)
@given(markets(), st.sampled_from(["proposer", "receiver"]), st.sampled_from([None, 1, 2]))
def test_nobody_blocks_with_ties_and_capacities(market, proposing, seed):
    pairs, capacities = market
    found = matching.deferred_acceptance(pairs, capacities=capacities, proposing=proposing, seed=seed)
    chosen = found.pairs.select("proposer", "receiver").rows()
    assert plain_blocking(pairs, chosen, capacities) == []
    assert found.n_blocking == 0
    assert matching.blocking_pairs(pairs, found.pairs, capacities=capacities).is_empty()
    assert married(found) in all_stable(pairs, capacities)


@settings(max_examples=100, deadline=None)
@given(markets(ties=False))
def test_the_side_that_proposes_gets_its_best_and_the_same_people_are_placed(market):
    pairs, capacities = market
    rank = {(p, r): (a, b) for p, r, a, b in pairs.rows()}
    best = matching.deferred_acceptance(pairs, capacities=capacities)
    worst = matching.deferred_acceptance(pairs, capacities=capacities, proposing="receiver")
    stable = all_stable(pairs, capacities)
    for other in stable:
        for p, r in other.items():
            assert rank[p, married(best)[p]][0] <= rank[p, r][0] <= rank[p, married(worst)[p]][0]
        assert set(other) == set(married(best))  # «rural hospitals»: who is placed never changes (Roth 1986)
    assert not best.ties_broken


@settings(max_examples=60, deadline=None)
@given(markets(), st.data())
def test_blocking_pairs_as_by_definition(market, data):
    pairs, capacities = market
    lists = pairs.group_by("proposer").agg("receiver").sort("proposer").rows()
    chosen, left = [], dict(capacities)
    for p, receivers in lists:
        r = data.draw(st.sampled_from([None, *receivers]))
        if r is not None and left[r] > 0:
            chosen.append((p, r))
            left[r] -= 1
    frame = pl.DataFrame(chosen, schema={"proposer": pl.String, "receiver": pl.String}, orient="row")
    found = matching.blocking_pairs(pairs, frame, capacities=capacities)
    assert sorted(found.select("proposer", "receiver").rows()) == plain_blocking(pairs, chosen, capacities)


def test_rows_in_another_order_and_other_types_change_nothing():
    stream = np.random.default_rng(5)
    rows = [
        (p, r, int(a), int(b))
        for p in range(30)
        for r, a, b in zip(range(10), *stream.integers(1, 6, (2, 10)), strict=True)
    ]
    pairs = pl.DataFrame(
        rows, schema=["proposer", "receiver", "proposer_rank", "receiver_rank"], orient="row"
    )
    one = matching.deferred_acceptance(pairs, capacities=2)
    other = matching.deferred_acceptance(pairs[stream.permutation(pairs.height)], capacities=2)
    assert married(one) == married(other)
    assert one.ties_broken


def test_odd_markets():
    pairs = EXAMPLE_1
    with pytest.raises(BadInput, match="is not a side"):
        matching.deferred_acceptance(pairs, proposing="men")
    with pytest.raises(BadInput, match="capacity of 'A'"):
        matching.deferred_acceptance(pairs, capacities={"A": -1})
    with pytest.raises(BadInput, match="some pair twice"):
        matching.deferred_acceptance(pl.concat([pairs, pairs]))
    with pytest.raises(BadInput, match="'receiver_rank'"):
        matching.deferred_acceptance(pairs.drop("receiver_rank"))
    with pytest.raises(BadInput, match="names 'x' twice"):
        matching.preferences({"a": ["x", "x"]}, {})
    with pytest.raises(BadInput, match="not among the acceptable"):
        matching.blocking_pairs(pairs, pl.DataFrame({"proposer": ["α"], "receiver": ["Z"]}))
    with pytest.raises(BadInput, match="more often"):
        matching.blocking_pairs(pairs, pl.DataFrame({"proposer": ["α", "β"], "receiver": ["A", "A"]}))
    nobody = matching.deferred_acceptance(pairs.head(0), capacities={"x": 2})
    assert nobody.pairs.is_empty()
    assert nobody.free == {"x": 2}


def brute_force(rows, needs, offers):
    best = 0.0
    for n in range(len(rows) + 1):
        for chosen in combinations(rows, n):
            fits = all(sum(r[0] == k for r in chosen) <= v for k, v in needs.items())
            fits = fits and all(sum(r[1] == k for r in chosen) <= v for k, v in offers.items())
            if fits:
                best = max(best, sum(r[2] for r in chosen))
    return best


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_assignment_is_the_best_by_brute_force_and_its_bound_proves_it(data):
    n, m = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    cells = [
        (f"n{i}", f"o{j}", float(data.draw(st.integers(-3, 9))))
        for i in range(n)
        for j in range(m)
        if data.draw(st.booleans())
    ]
    needs = {f"n{i}": data.draw(st.integers(0, 2)) for i in range(n)}
    offers = {f"o{j}": data.draw(st.integers(0, 2)) for j in range(m)}
    scores = pl.DataFrame(
        cells, schema={"need": pl.String, "offer": pl.String, "score": pl.Float64}, orient="row"
    )
    best = matching.assign(scores, need_places=needs, offer_places=offers)
    assert best.total == pytest.approx(brute_force(cells, needs, offers))
    assert best.bound == pytest.approx(best.total)
    for offer, price in best.prices.items():
        more = matching.assign(scores, need_places=needs, offer_places={**offers, offer: offers[offer] + 1})
        assert more.total - best.total == pytest.approx(price, abs=1e-6)


def test_one_to_one_agrees_with_scipy_and_with_all_permutations():
    stream = np.random.default_rng(8)
    matrix = stream.integers(1, 100, (6, 6))
    cells = [(f"n{i}", f"o{j}", float(matrix[i, j])) for i in range(6) for j in range(6)]
    scores = pl.DataFrame(cells, schema=["need", "offer", "score"], orient="row")
    best = matching.assign(scores)
    rows, columns = linear_sum_assignment(matrix, maximize=True)
    assert best.total == matrix[rows, columns].sum()
    assert best.total == max(sum(matrix[i, p[i]] for i in range(6)) for p in permutations(range(6)))


def test_most_pairs_first():
    scores = pl.DataFrame({"need": ["a", "a", "b"], "offer": ["x", "y", "x"], "score": [9.0, -2.0, 1.0]})
    assert matching.assign(scores).pairs.select("need", "offer").rows() == [("a", "x")]
    most = matching.assign(scores, aim="most")
    assert most.pairs.select("need", "offer").rows() == [("a", "y"), ("b", "x")]
    assert most.total == -1
    assert most.bound == pytest.approx(-1)


def test_odd_scores():
    scores = pl.DataFrame({"need": ["a"], "offer": ["x"], "score": [1.0]})
    for frame, place in (
        (scores.drop("score"), "column 'score'"),
        (pl.concat([scores, scores]), "stands twice"),
        (scores.with_columns(score=pl.lit(float("nan"))), "score of 'a' with 'x'"),
    ):
        with pytest.raises(BadInput, match=place):
            matching.assign(frame)
    with pytest.raises(BadInput, match="places of offer 'x'"):
        matching.assign(scores, offer_places={"x": -1})
    with pytest.raises(BadInput, match="aim="):
        matching.assign(scores, aim="luck")
    nothing = matching.assign(scores.head(0))
    assert nothing.total == 0
    assert nothing.pairs.is_empty()
