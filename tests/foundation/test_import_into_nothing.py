"""The example comes into an empty house in any order of its files, and goes out again without a trace."""

from __future__ import annotations

from nanduti.foundation import imports
from nanduti.foundation.models import ImportBatch
from tests.foundation.whole import everything
from tests.support.example import FOLDER


def test_the_example_comes_in_and_goes_out(db):
    empty = everything()
    sheets = list(reversed(imports.read_sheets(FOLDER)))
    batch = imports.import_sheets(sheets=sheets, name="test", access=None, by="test")
    assert batch.n_created > 500 and everything() != empty
    imports.undo_import(batch=batch, by="test")
    # What the vault learns it forgets by its own rules.
    left = {label: rows for label, rows in everything().items() if rows != empty[label]}
    # The scope of bodies that belong to no cluster is made on first use and stays.
    assert [row for row in left.pop("foundation.scope", []) if "'*'" not in row] == []
    assert not {label for label in left if not label.startswith("vault.")}
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.UNDONE and batch.undone_at
