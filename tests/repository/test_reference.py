"""Every error has one code, can be said, and stands in the reference, which is made from the code."""

from __future__ import annotations

from collections import Counter
from string import Formatter

import pytest

from tools import reference


@pytest.fixture(scope="module", autouse=True)
def everything_imported():
    reference.import_everything()


@pytest.mark.parametrize(
    ("document", "made"),
    [
        (reference.ERRORS, reference.errors_page),
        (reference.COMMANDS, reference.commands_page),
        (reference.TABLES, reference.tables_page),
    ],
    ids=["errors", "commands", "tables"],
)
def test_a_page_made_from_the_code_is_up_to_date(document, made):
    written = document.read_text() if document.exists() else ""
    assert written == made(), f"{document.name} is stale: run python3 dev.py docs"


def test_no_two_errors_share_a_code():
    shared = [code for code, n in Counter(kind.code for kind in reference.errors()).items() if n > 1]
    assert not shared, f"errors that share a code, or inherit one without giving their own: {shared}"


def test_every_error_says_all_four_things():
    for kind in reference.errors():
        for part in ("code", "title", "sentence", "remedy"):
            assert getattr(kind, part), f"{kind.__qualname__} has no {part}"


def test_sentences_can_be_filled():
    for kind in reference.errors():
        for template in (kind.sentence, kind.remedy):
            names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
            assert all(name.isidentifier() for name in names), f"{kind.__qualname__}: {template}"
