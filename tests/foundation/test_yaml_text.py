"""YAML from people: plain values, and nothing that keeps the reader busy for minutes."""

from __future__ import annotations

import pytest
import yaml

from nanduti.foundation.yaml_text import DEEPEST, read_yaml


def test_what_people_write_is_read():
    assert read_yaml("a: [1, {b: c}]\nd: &x [2]\ne: *x\n") == {"a": [1, {"b": "c"}], "d": [2], "e": [2]}


def test_many_lists_side_by_side_are_not_deep():
    assert read_yaml("[[1], " * 3 + "[2]" + "]" * 3) == [[1], [[1], [[1], [2]]]]
    assert len(read_yaml("- [1]\n" * 200)) == 200


@pytest.mark.parametrize("opened", ["[", "{a: ", "- ", "? "])
def test_what_is_too_deep_is_refused_with_its_place_before_it_is_read_to_the_end(opened):
    with pytest.raises(yaml.MarkedYAMLError) as refused:
        read_yaml(opened * 200_000)
    assert str(DEEPEST) in refused.value.problem
    assert refused.value.problem_mark.line == 0
    assert abs(refused.value.problem_mark.index - DEEPEST * len(opened)) < len(opened)


def test_no_text_makes_objects():
    with pytest.raises(yaml.YAMLError):
        read_yaml("!!python/object/apply:os.getcwd []")
