"""The command: take what fits, work it out, and tell it in each format."""

from __future__ import annotations

import csv
import io
import json

import pytest

from nanduti.config.cli import build_parser
from tests.support.census import three_workshops

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def run(capsys, *arguments: str) -> str:
    options = build_parser().parse_args(["indicators", "--programme", "weaving", *arguments])
    assert options.verb(options) == 0
    return capsys.readouterr().out


def test_taken_worked_out_and_told(census, capsys):
    three_workshops(census)
    said = run(capsys, "--take", "women_share, accidents", "--compute")
    assert "women_share" in said and "0.518519 share" in said and "None of the 3 asked has answered." in said
    rows = json.loads(run(capsys, "--code", "women_share", "--by", "products", "--format", "json"))
    assert {r["group"] for r in rows} >= {"", "products=shoes"}
    table = list(csv.DictReader(io.StringIO(run(capsys, "--code", "accidents", "--format", "csv"))))
    assert table[0]["value"] == "" and table[0]["verdict"] == "cannot_be_said"


def test_all_that_fits_is_taken(census, capsys):
    three_workshops(census)
    said = run(capsys, "--take", "all", "--compute", "--code", "register_firms,women_led")
    assert "register_firms" in said and "women_led" in said
