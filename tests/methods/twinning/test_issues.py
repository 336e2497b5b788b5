"""Routing of issues and the choice of an advanced cluster."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import twinning as t
from nanduti.methods.values import BadInput


def test_routes():
    assert t.route_issue({"cluster"}).plan == "cluster_programme"
    assert t.route_issue({"advanced_cluster"}, is_for_implementation=False).plan is None
    routes = [t.route_issue({"cluster"}), t.route_issue({"advanced_cluster"})]
    assert t.has_twinning_issue(routes).decision == "yes"
    assert t.has_twinning_issue([]).decision == "no"
    with pytest.raises(BadInput):
        t.route_issue({"abroad"})


def test_choice_explains_itself():
    marche = t.Advanced("marche", frozenset({"a", "b"}), 0.8, dict.fromkeys(
        ("size_match", "joint_action", "international_experience", "existing_links"), 1.0))  # fmt: skip
    brenta = t.Advanced("brenta", frozenset({"a"}), None, {"size_match": 0.4})
    found = t.choose_advanced({"a", "b"}, [brenta, marche])
    assert [c.code for c in found] == ["marche", "brenta"]
    assert found[0].score == pytest.approx(sum(found[0].parts.values())) == pytest.approx(6.8 / 7)
    assert "willingness" in found[1].unknown and found[1].coverage == 0.5
    assert found[0].reason.say() == "It answers 2 of 2 issues."
    with pytest.raises(BadInput):
        t.choose_advanced({"a"}, [t.Advanced("x", frozenset({"a"}), 2.0)])
    with pytest.raises(BadInput):
        t.choose_advanced({"a"}, [t.Advanced("x", frozenset({"a"}), 1.0, {"beauty": 1.0})])


@given(st.lists(st.tuples(st.sets(st.sampled_from("abc")), st.floats(0, 1)), max_size=5))
def test_order_of_candidates_does_not_matter(rows):
    candidates = [t.Advanced(str(k), frozenset(a), w) for k, (a, w) in enumerate(rows)]
    one = t.choose_advanced(set("abc"), candidates)
    assert one == t.choose_advanced(set("abc"), candidates[::-1])
    assert {c.code for c in one} == {c.code for c in candidates}
