"""The made-up answers hold what was published, and are what their generator writes."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from nanduti.foundation.imports import read_sheets
from tools import garments, garments_ties

FOLDER = Path(garments.__file__).resolve().parents[1] / "examples" / "paraguay-garments-synthetic"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / "answers" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def census() -> list[dict[str, str]]:
    """All that answered, by phone or workbook; the latter know no town of their own."""
    typed = [{**row, "town": "mra"} for row in rows("workbook")]
    return [row for row in [*rows("census"), *typed] if row["consent"] == "yes"]


def total(some: list[dict[str, str]], name: str) -> int:
    return sum(int(row[name]) for row in some)


def test_the_files_are_what_the_generator_writes():
    for name, text in garments.files().items():
        assert (FOLDER / "answers" / name).read_text(encoding="utf-8") == text, name


def test_what_was_published_holds(census):
    """UNDP Accelerator Lab Paraguay, closing form 2023, insight 1 and handover (a)."""
    towns = {key: [row for row in census if row["town"] == key] for key in ("pilar", "yaguaron", "mra")}
    medium = [row for row in towns["pilar"] if int(row["n_workers"]) >= 50]
    assert len(medium) == 25 and all("lead_firm" in row["customers"] for row in medium)
    for some in (medium, towns["pilar"]):
        assert total(some, "n_women") * 100 == total(some, "n_workers") * 81
    assert len(towns["yaguaron"]) == 160
    assert total(towns["yaguaron"], "n_men") * 100 == total(towns["yaguaron"], "n_workers") * 55
    assert max(int(row["n_workers"]) for row in towns["mra"]) < 10
    assert {row["member_of"] for row in towns["mra"]} == {"none"}
    assert not any("lead_firm" in row["customers"] for row in towns["mra"])
    assert total(towns["mra"], "n_women") > total(towns["mra"], "n_men")
    assert len(census) == 320 and len(rows("follow-up")) == 15


def test_every_answer_agrees_with_itself(census):
    slips = set(garments.SLIPS)
    for row in [*census, *rows("follow-up"), *rows("corrections")]:
        assert int(row["n_women"]) + int(row["n_men"]) == int(row["n_workers"]) >= 1
        assert max(int(row[name]) for name in ("n_family", "n_young", "n_insured")) <= int(row["n_workers"])
        if row.get("workshop") not in slips:
            assert int(row["output_month"]) <= int(row["capacity_month"])
            assert int(row["n_contract"]) + int(row["n_family"]) <= int(row["n_workers"])
        assert bool(row["lenders"]) == (row["has_credit"] == "yes")


def test_nobody_real_is_named(census):
    assert all("(ficticio)" in row["workshop_name"] for row in census)
    assert all(row["phone"].startswith("+595 900 ") for row in census)


def test_every_tie_is_between_workshops_of_one_town_or_with_a_lead_firm(census):
    known = {row["workshop"] for row in rows("census")} | {row["workshop"] for row in rows("workbook-keys")}
    leads = {name for names in garments_ties.LEAD_FIRMS.values() for name in names}
    named = rows("roster")
    for row in named:
        assert row["workshop"] in known and row["partner"] != row["workshop"]
        if row["partner"] not in leads and row["partner"]:
            assert row["partner"] in known and row["partner"][:3] == row["workshop"][:3]
    assert {row["partner"] for row in named} >= leads
    assert len({row["workshop"] for row in named}) == 159


def test_every_row_of_the_tables_has_a_source_and_spanish_words():
    spanish = {
        "programme": "title_es",
        "clusters": "name_es",
        "activities": "label_es",
        "candidates": "reason_es",
    }
    for sheet in read_sheets(FOLDER):
        for number, row in sheet.rows:
            assert sheet.table == "sources" or row["source"], f"{sheet.file} {number}"
            assert row.get(spanish.get(sheet.table, ""), "x"), f"{sheet.file} {number}"
