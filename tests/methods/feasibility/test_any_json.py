"""A study in which anything stands anywhere is read, or refused with its place; never another error."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import feasibility as f
from nanduti.methods.feasibility.reading import _parse
from nanduti.methods.values import BadInput, PersonError

from .test_engine import TEXT

STUDY = _parse(TEXT)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just(10**400),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Every place of a document, the whole among them."""
    yield path
    for key, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from places(inner, (*path, key))


def put(path: tuple, value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(STUDY)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


@given(st.sampled_from(list(places(STUDY))), ANY)
def test_anything_anywhere_is_read_or_refused(path, value):
    try:
        assert f.read_study(put(path, value))
    except PersonError as told:
        assert str(told)


@pytest.mark.parametrize(("path", "value", "said"), [
    (("products",), {"name": "bags"}, "is not a list"),
    (("products", 0), [1, 2], "is not a list of fields"),
    (("horizon",), [1], "is not a list of fields"),
    ((), [STUDY], "is not a list of fields"),
    (("unit",), float("nan"), "is no number"), (("unit",), 10**400, "is no number"),
    (("unit",), [1], "is not a number"),
    ((), "\x00", "cannot be read as YAML"),
])  # fmt: skip
def test_the_place_is_named(path, value, said):
    with pytest.raises(BadInput, match=said) as told:
        f.read_study(put(path, value))
    place = {("products", 0): "products 1"}.get(path) or (path[-1] if path else "study")
    assert place in str(told.value)
