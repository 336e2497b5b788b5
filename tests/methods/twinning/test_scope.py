"""The scope matrix: as printed, as the example moves it, and against a slow twin that walks day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods.twinning import KINDS, Agreement, scope_history, scope_of_cooperation
from nanduti.methods.values import BadInput

A, T, B, F = KINDS


def agreement(code, emerging, advanced, start, end=None, **more):
    return Agreement(code, frozenset(emerging), frozenset(advanced), start, end, **more)


PRINTED = """
high high - -
- low low -
- - low low
- - - low
"""


def test_at_the_beginning_it_is_table_8():
    matrix = scope_of_cooperation([], date(2006, 1, 1))
    levels = [cell.level for cell in matrix.cells]
    expected = [{"-": "not_applicable"}.get(word, word) for word in PRINTED.split()]
    assert levels == expected
    assert len(matrix.cells) == 16 and matrix.stage == 0
    assert all(cell.since is None and not cell.because for cell in matrix.cells)


def test_the_leather_pair():
    agreements = [agreement("leather-ca", [A], [A], date(2008, 6, 1))]
    matrix = scope_of_cooperation(agreements, date(2008, 7, 1))
    assert matrix.cell(T, T).level == "high"
    assert matrix.cell(T, T).because == ("leather-ca",)
    assert matrix.cell(T, B).level == matrix.cell(B, B).level == matrix.cell(F, F).level == "low"
    assert matrix.cell(F, F).reason.code == "not_yet"


def test_the_footwear_pair_falls_back_when_the_second_agreement_lapses():
    agreements = [
        agreement("mou-1", [A], [A], date(2007, 10, 1), date(2008, 11, 1)),
        agreement("mou-2", [A], [A], date(2008, 10, 1), date(2009, 11, 1)),
        agreement("institutes", [T], [T], None, is_signed=False),
    ]
    assert [(str(c.on), c.stage_before, c.stage) for c in scope_history(agreements)] == [
        ("2007-10-01", 0, 1),
        ("2009-11-01", 1, 0),
    ]
    between = scope_of_cooperation(agreements, date(2008, 12, 1)).cell(T, T)
    assert between.because == ("mou-2",) and between.since == date(2007, 10, 1)
    after = scope_of_cooperation(agreements, date(2010, 1, 1)).cell(T, T)
    assert (after.level, after.reason.code, after.since) == ("low", "lapsed", date(2009, 11, 1))


def test_the_first_agreement_alone_falls_back_after_october_2008():
    """The case of the paper: a one-year agreement that was not renewed."""
    alone = [agreement("mou-1", [A], [A], date(2007, 10, 1), date(2008, 11, 1))]
    assert scope_of_cooperation(alone, date(2008, 10, 31)).stage == 1
    assert scope_of_cooperation(alone, date(2008, 11, 1)).stage == 0
    assert scope_history(alone)[-1].lapsed == ("mou-1",)


def test_stages_climb_and_fall_one_by_one():
    day = date(2010, 1, 1)
    ladder = [
        agreement("a", [A], [T], day),
        agreement("t", [T], [T], day, date(2013, 1, 1)),
        agreement("b", [B], [F], day, date(2012, 1, 1)),
    ]
    assert [scope_of_cooperation(ladder[:n], day).stage for n in range(4)] == [0, 1, 2, 3]
    top = scope_of_cooperation(ladder, day)
    assert top.cell(F, F).level == top.cell(B, F).level == top.cell(F, B).level == "high"
    assert top.cell(F, F).because == ("a", "t", "b")
    assert [c.stage for c in scope_history(ladder)] == [3, 2, 1]


def test_without_associations_all_other_scope_stays_low():
    only_institutes = [agreement("t", [T], [T], date(2010, 1, 1)), agreement("f", [F], [F], date(2010, 1, 1))]
    assert scope_of_cooperation(only_institutes, date(2011, 1, 1)).stage == 0


def test_undated_and_unsigned_agreements_count_for_nothing_and_are_named():
    matrix = scope_of_cooperation(
        [agreement("x", [A], [A], None), agreement("y", [A], [A], date(2000, 1, 1), is_signed=False)],
        date(2010, 1, 1),
    )
    assert matrix.stage == 0 and matrix.undated == ("x",)


def test_bad_input():
    with pytest.raises(BadInput, match="before it starts"):
        agreement("z", [A], [A], date(2010, 1, 2), date(2010, 1, 1))
    with pytest.raises(BadInput, match="not known"):
        scope_of_cooperation([], date(2010, 1, 1)).cell("ministry", A)


# --- the plain twin

DAY_0 = date(2009, 1, 1)
KIND_SETS = st.frozensets(st.sampled_from([*KINDS, "public_body"]), min_size=0, max_size=2)


@st.composite
def agreements(draw):
    found = []
    for n in range(draw(st.integers(0, 5))):
        start = draw(st.none() | st.integers(0, 40))
        length = draw(st.none() | st.integers(0, 25))
        first = None if start is None else DAY_0 + timedelta(days=start)
        end = None if first is None or length is None else first + timedelta(days=length)
        is_signed = draw(st.booleans()) or draw(st.booleans())
        found.append(Agreement(f"g{n}", draw(KIND_SETS), draw(KIND_SETS), first, end, is_signed))
    return found


def twin_stage(found, day):
    live = [
        a
        for a in found
        if a.is_signed and a.start and a.start <= day and not (a.end is not None and a.end <= day)
    ]
    pairs = {(e, v) for a in live for e in a.emerging for v in a.advanced}
    if not pairs & {(A, A), (A, T), (T, A)}:
        return 0
    if (T, T) not in pairs:
        return 1
    return 3 if any(B in pair for pair in pairs) or _provider_beside(live) else 2


def _provider_beside(live):
    return any(a.emerging and a.advanced and B in a.emerging | a.advanced for a in live)


@given(agreements(), st.integers(0, 70))
@settings(deadline=None)
def test_against_the_twin(found, n):
    day = DAY_0 + timedelta(days=n)
    matrix = scope_of_cooperation(found, day)
    stages = [twin_stage(found, DAY_0 + timedelta(days=k)) for k in range(n + 1)]
    assert matrix.stage == stages[-1]
    for pair, opener in (((T, T), 1), ((B, B), 2), ((F, F), 3)):
        is_open = [s >= opener for s in stages]
        cell = matrix.cell(*pair)
        assert (cell.level == "high") == is_open[-1]
        k = n
        while k > 0 and is_open[k - 1] == is_open[n]:
            k -= 1
        since = DAY_0 + timedelta(days=k) if (is_open[n] or k > 0) else None
        assert cell.since == since


@given(agreements())
def test_history_and_matrix_tell_the_same_story(found):
    changes = scope_history(found)
    stage = 0
    for change in changes:
        assert change.stage_before == stage != change.stage
        assert scope_of_cooperation(found, change.on).stage == change.stage
        assert scope_of_cooperation(found, change.on - timedelta(days=1)).stage == change.stage_before
        stage = change.stage


@given(agreements(), st.integers(0, 70), st.randoms())
def test_the_order_of_agreements_does_not_matter(found, n, random):
    day = DAY_0 + timedelta(days=n)
    shuffled = random.sample(found, len(found))
    assert scope_of_cooperation(found, day) == scope_of_cooperation(shuffled, day)
    assert scope_history(found) == scope_history(shuffled)


@given(agreements(), st.integers(0, 70))
def test_one_more_agreement_never_lowers_scope(found, n):
    day = DAY_0 + timedelta(days=n)
    more = [*found, agreement("extra", [A, T, B, F], [A, T, B, F], DAY_0)]
    assert scope_of_cooperation(more, day).stage >= scope_of_cooperation(found, day).stage
