"""Whatever JSON stands in whatever place: a result, or a letter that names the place; never another error."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import upgrading as u
from nanduti.methods.values import PersonError

ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=5,
)
IDEAS = [u.Suggestion(code, status="verified", has_before_after=True) for code in ("a", "b")]
OFFERS = pl.DataFrame({"provider": ["a", "b"], "price": [9.0, 8.0], "facilities": [9, 6], "quality": [8, 7]})
MONTHS = pl.DataFrame({
    "firm": ["a", "b"], "month": ["2010-02"] * 2, "figure": ["ppm"] * 2, "value": [900.0, 600.0],
})  # fmt: skip
# What is given, as JSON, and the function that takes it.
CALLS: list[tuple[str, dict[str, Any], Callable[..., Any]]] = [
    ("five_s", {"ratings": {"sort": [5, None], "set": [3]}, "most": 5}, u.five_s),
    (
        "zed_rating",
        {"levels": {"a": 3, "b": 4}, "weights": {"a": 2}, "essential": ["a"], "least_rated": 1},
        u.zed_rating,
    ),
    ("checklist", {"answers": {"a": True, "b": None}, "weights": {"a": 2}}, u.checklist),
    ("programme_progress", {"measures": {"a": [1, 2, 3], "b": [1, None, 3]}}, u.programme_progress),
    ("excellence_gap", {"scores": {"a": 3}, "targets": {"a": 5, "b": 4}, "weights": {"a": 2}}, u.excellence_gap),
    (
        "competition",
        {"points": {"a": {"idea": 2}, "b": {"idea": 3}}, "weights": {"idea": 1}},
        lambda points, weights: u.competition(IDEAS, points, weights=weights),
    ),
    ("lean_cluster", {"members": {"a": "small", "b": "micro"}, "is_registered": True}, u.lean_cluster),
    ("productivity", {"output": 9, "inputs": {"labour": 3, "capital": 2}}, u.productivity),
    (
        "total_factor_productivity",
        {"output": [9, 10], "inputs": {"a": [3, 4]}, "prices": {"a": [2, 2]}},
        u.total_factor_productivity,
    ),
    ("line_balance", {"stations": {"a": 3, "b": 2}, "takt": 4}, u.line_balance),
    (
        "choose_provider",
        {"weights": {"price": 1, "quality": 2}},
        lambda weights: u.choose_provider(OFFERS, weights=weights),
    ),
    (
        "monthly_review",
        {"month": "2010-02", "directions": {"ppm": -1}, "targets": {"ppm": 500}},
        lambda **given_: u.monthly_review(MONTHS, **given_),
    ),
    ("brand_ambassadors", {"scores": {"5S": {"a": 9, "b": None}, "ppm": {"a": 8}}}, u.brand_ambassadors),
]  # fmt: skip


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Every place of a document but the whole."""
    if path:
        yield path
    for key, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from places(inner, (*path, key))


def put(document: Any, path: tuple, value: Any) -> Any:
    changed = copy.deepcopy(document)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


@pytest.mark.parametrize(("document", "call"), [c[1:] for c in CALLS], ids=[c[0] for c in CALLS])
class TestAnyJson:
    def test_what_is_right_has_a_result(self, document, call):
        assert call(**document) is not None

    @given(data=st.data())
    def test_anything_anywhere_has_a_result_or_a_letter(self, document, call, data):
        path = data.draw(st.sampled_from(list(places(document))))
        try:
            call(**put(document, path, data.draw(ANY)))
        except PersonError as told:
            assert str(told)

    def test_a_list_where_a_table_belongs_is_named(self, document, call):
        for name, value in document.items():
            if isinstance(value, dict):
                with pytest.raises(PersonError, match="name: value"):
                    call(**{**document, name: [1, 2]})
