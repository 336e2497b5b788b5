"""``nanduti instrument``: publish, check, list, library."""

from __future__ import annotations

import json

import pytest

from nanduti.config.cli import main
from nanduti.surveys import validation
from nanduti.surveys.workbooks import read_workbook, write_workbook


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(validation, "validate", lambda xform: validation.Validation("passed"))


def workbook(tmp_path, kind="integer"):
    path = tmp_path / "count.xlsx"
    path.write_bytes(write_workbook({"survey": [{"type": kind, "name": "n", "label": "How many?"}]}))
    return str(path)


def test_a_workbook_is_published_and_listed(field, tmp_path, capsys):
    assert (
        main(["instrument", "publish", workbook(tmp_path), "--programme", "weaving", "--format", "json"]) == 0
    )
    said = json.loads(capsys.readouterr().out)
    assert (said["form_id"], said["state"], said["validation"]) == ("count", "published", "passed")
    assert main(["instrument", "list", "--programme", "weaving"]) == 0
    assert "count" in capsys.readouterr().out


def test_a_library_form_is_left_a_draft(field, capsys):
    command = [
        "instrument",
        "publish",
        "workshop_census",
        "--programme",
        "weaving",
        "--draft",
        "--format",
        "json",
    ]
    assert main(command) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["state"] == "draft" and len(said["draft_token"]) > 20


def test_what_is_wrong_is_printed_with_its_place(field, tmp_path, capsys):
    for what in ("publish", "check"):
        assert main(["instrument", what, workbook(tmp_path, "nosuch"), "--programme", "weaving"]) == 1
        assert "sheet survey, row 2, column type" in capsys.readouterr().err


def test_the_library_is_listed_and_written_as_a_workbook(field, tmp_path, capsys):
    assert main(["instrument", "library", "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 8
    path = tmp_path / "census.xlsx"
    assert main(["instrument", "library", "workshop_census", "--output", str(path)]) == 0
    assert read_workbook("census.xlsx", path.read_bytes())["survey"]
    assert main(["instrument", "check", str(path)]) == 0
    assert "ODK Validate: passed" in capsys.readouterr().out


@pytest.mark.parametrize("what", [["publish"], ["check"], ["list"], ["publish", "x.xlsx"]])
def test_what_is_missing_is_asked_for(field, what, capsys):
    assert main(["instrument", *what]) == 2
    assert "Name the" in capsys.readouterr().err
