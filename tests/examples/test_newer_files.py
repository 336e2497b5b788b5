"""An example that was loaded keeps nobody from their work, whatever becomes of its files."""

from __future__ import annotations

import shutil

import pytest
from django_scopes import scopes_disabled

from nanduti.config import examples
from nanduti.foundation.errors import ImportRefused
from nanduti.foundation.models import ImportBatch

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

NAME = "kapferer-tailor-shop"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The files of an example, to be changed."""
    folder = shutil.copytree(examples.example_folder(NAME), tmp_path / NAME)
    monkeypatch.setattr(examples, "example_folder", lambda name: folder)
    return folder


def spoil(files):
    """Give the programme no code: refused with its row."""
    path = files / "programme.csv"
    head, *_rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text(f"{head}\n{',' * head.count(',')}x\n", encoding="utf-8")


def test_newer_files_that_do_not_go_in_leave_what_is_loaded(files):
    said = []
    with scopes_disabled():
        assert examples.import_once(NAME, say=said.append) and not said
        spoil(files)
        assert not examples.import_once(NAME, say=said.append)
        assert NAME in said[0] and "stays as it is" in said[0]
        assert ImportBatch.objects.filter(state=ImportBatch.State.DONE).count() == 1


def test_files_that_never_went_in_are_an_error(files):
    spoil(files)
    with scopes_disabled(), pytest.raises(ImportRefused):
        examples.import_once(NAME)
