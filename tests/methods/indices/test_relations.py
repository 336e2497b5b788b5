"""Advanced against emerging, and whether firms belong in one cooperative."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import indices
from nanduti.methods.values import BadInput, CannotBeSaid

KINDS = ["designers", "machinery", "testing", "chemicals"]


def profile(name: str, worth: float | None, **stakeholders: int) -> indices.ClusterProfile:
    return indices.ClusterProfile(name, worth, stakeholders)


def test_more_specialised_and_broader_is_advanced():
    a = profile("Arzignano", 60.0, designers=9, machinery=30, testing=4)
    b = profile("Chennai", 9.0, designers=2, testing=2)
    found = indices.advanced_against_emerging(b, a, kinds=KINDS)
    assert found.advanced == "Arzignano"
    assert found.table["breadth"].to_list() == [0.5, 0.75]
    assert found.table["depth"].to_list() == [2.0, 9.0]
    assert "breadth and depth" in found.verdict.say()


def test_higher_price_alone_is_not_enough():
    a, b = profile("A", 60.0, designers=1), profile("B", 9.0, designers=5, testing=7)
    found = indices.advanced_against_emerging(a, b, kinds=KINDS)
    assert found.advanced is None
    assert found.verdict.decision == "flag"


@settings(deadline=None)
@given(st.floats(0, 100), st.floats(0, 100), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
def test_the_order_of_the_two_does_not_matter_and_nobody_is_both(x, y, p, q, r):
    a, b = profile("A", x, designers=p, testing=r), profile("B", y, designers=q, machinery=r)
    one = indices.advanced_against_emerging(a, b, kinds=KINDS).advanced
    assert one == indices.advanced_against_emerging(b, a, kinds=KINDS).advanced


def test_unknown_specialisation():
    with pytest.raises(CannotBeSaid, match="'B' is not known"):
        indices.advanced_against_emerging(profile("A", 1.0), profile("B", None), kinds=KINDS)
    with pytest.raises(BadInput, match="itself"):
        indices.advanced_against_emerging(profile("A", 1.0), profile("A", 2.0), kinds=KINDS)


def test_hangers_and_machine_tools_do_not_make_one_cooperative():
    """Lowe (2003): makers of clothes hangers beside complex machine tool makers."""
    firms = {f"hanger {k}": {"product": ["hangers"], "market": ["shops"]} for k in range(3)}
    firms |= {f"tool {k}": {"product": ["machine tools"], "market": ["industry"]} for k in range(3)}
    found = indices.homogeneity(firms)
    assert found.main_share == 0.5
    assert found.verdict.decision == "no"
    assert "circles" in found.verdict.remedy
    groups = dict(found.groups.iter_rows())
    assert len({groups[f"hanger {k}"] for k in range(3)}) == 1


def test_one_odd_firm_among_ten():
    firms = {f"jeans {k}": {"product": ["jeans"], "market": ["home", "border"]} for k in range(9)}
    firms["gowns"] = {"product": ["baptism gowns"], "market": ["home"]}
    found = indices.homogeneity(firms)
    assert found.main_share == 0.9
    assert found.verdict.decision == "yes"


def test_firms_of_which_nothing_is_known_are_left_open():
    firms = {"a": {"product": ["x"]}, "b": {"product": ["x"]}, "c": {"product": None}}
    found = indices.homogeneity(firms)
    assert dict(found.groups.iter_rows())["c"] is None
    with pytest.raises(CannotBeSaid, match="known of 1 firm"):
        indices.homogeneity({"a": {"product": ["x"]}, "b": {"product": []}})


codes = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3),
    st.fixed_dictionaries(
        {"product": st.sets(st.sampled_from("pqr"), min_size=1), "market": st.sets(st.sampled_from("xy"))}
    ),
    min_size=2,
    max_size=6,
)


@settings(deadline=None)
@given(codes)
def test_similarity_is_symmetric_and_order_is_free(firms):
    found = indices.homogeneity(firms)
    matrix = found.similarity.drop("unit").to_numpy()
    assert (matrix == matrix.T).all()
    assert ((matrix >= 0) & (matrix <= 1)).all()
    backwards = indices.homogeneity(dict(reversed(firms.items())))
    assert backwards.groups.equals(found.groups)
