"""Whether firms belong in one cooperative."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import indices
from nanduti.methods.values import CannotBeSaid


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
