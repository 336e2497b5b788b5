"""Numbers that machines read are written as machines read them: in an attribute "1,234" is no number."""

from __future__ import annotations

import re

import pytest

from tests.repository.test_contracts import ROOT

TEMPLATES = sorted((ROOT / "src" / "nanduti").glob("*/templates/**/*.html"))
# Attributes whose value a browser or a form reads as a number, filled with what is a number by its name.
BARE = re.compile(
    r'\b(?:value|min|max|step)="\{\{ (?:[\w.]*\.)?(?:pk|id|at|seen|number|version|n|n_\w+) \}\}"'
)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_numbers_in_attributes_have_no_thousands_separator(template):
    bare = BARE.findall(template.read_text())
    assert not bare, f"write |unlocalize: {bare}"


@pytest.mark.parametrize(
    ("text", "is_bare"),
    [
        ('value="{{ row.pk }}"', True),
        ('max="{{ slider.n_days }}"', True),
        ('value="{{ row.pk|unlocalize }}"', False),
    ],
)
def test_the_pattern_finds_them(text, is_bare):
    assert bool(BARE.search(text)) is is_bare
