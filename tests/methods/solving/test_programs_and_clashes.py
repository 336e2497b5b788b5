"""What methods seek with: the solver against trying everything, and clashes against every set of rules."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from nanduti.methods.solving import INFINITY, Program, smallest_clash, solve


def program(gain: list[int], rows: list[list[int]], high: list[int]) -> Program:
    """Choose some of a few things; each row is a limit."""
    n = len(gain)
    return Program(
        np.array(gain, dtype=float),
        sparse.csr_matrix(np.array(rows, dtype=float).reshape(len(rows), n)),
        np.full(len(rows), -INFINITY),
        np.array(high, dtype=float),
        np.zeros(n),
        np.ones(n),
        np.ones(n, dtype=bool),
    )


@given(
    st.lists(st.integers(-5, 9), min_size=1, max_size=5).flatmap(
        lambda gain: st.tuples(
            st.just(gain),
            st.lists(
                st.lists(st.integers(-3, 4), min_size=len(gain), max_size=len(gain)), min_size=1, max_size=3
            ),
        )
    ),
    st.lists(st.integers(-4, 8), min_size=3, max_size=3),
)
def test_the_best_is_the_best_of_all(given_, limits):
    gain, rows = given_
    limits = limits[: len(rows)]
    ways = [np.array(chosen) for chosen in product((0, 1), repeat=len(gain))]
    worth = [int(way @ gain) for way in ways if (np.array(rows) @ way <= limits).all()]
    found = solve(program(gain, rows, limits))
    assert found.infeasible == (not worth)
    if worth:
        assert found.objective == pytest.approx(max(worth)) and found.bound >= max(worth) - 1e-6


@given(st.sets(st.frozensets(st.sampled_from("abcde"), min_size=1), max_size=4))
def test_the_smallest_clash_is_the_smallest_of_all(impossible):
    """``impossible``: sets of rules of which no other set that holds one can be kept either."""
    codes = list("abcde")

    def can_keep(kept: frozenset[str]) -> bool:
        return not any(bad <= kept for bad in impossible)

    found, proven = smallest_clash(codes, can_keep, deadline=float("inf"))
    clashing = [s for n in range(6) for s in combinations(codes, n) if not can_keep(frozenset(s))]
    assert (len(found), proven) == ((len(clashing[0]), True) if clashing else (0, False))
    assert not found or not can_keep(frozenset(found))


def test_without_time_the_clash_is_one_that_no_rule_can_be_taken_from():
    found, proven = smallest_clash("abc", lambda kept: not {"a", "c"} <= kept, deadline=float("-inf"))
    assert found == ("a", "c") and not proven
