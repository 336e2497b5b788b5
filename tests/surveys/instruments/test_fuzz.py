"""Workbooks that nobody should hand in: a fixed number of seeds, each refused in a sentence or converted."""

from __future__ import annotations

import io
import random
import zipfile

import openpyxl
import pytest

from nanduti.surveys.errors import FormRefused
from nanduti.surveys.workbooks import convert_file, read_workbook, write_workbook
from tests.support.register import AT

TYPES = ["text", "integer", "select_one l", "select_multiple l", "begin group", "end group", "begin repeat",
         "end repeat", "calculate", "note", "geopoint", "rank l", "range", "image", "select_one_from_file a.csv",
         "nosuch", "", "audit", "start", "select_one ${a}", "acknowledge", "begin_group", "hidden", "text\x00",
         "TEXT"]  # fmt: skip
TEXTS = ["a", "b", "c d", "ñandutí", "${a}", "${gone}", "1", "<b>", "]]>", "&amp;", "😀", "a" * 300, "  ",
         "../x", ". > 0", "not(", "concat(${a}, ${b})", "jr://images/x.png", "\u202e", "meta", "instanceID", "label",
         "-"]  # fmt: skip
COLUMNS = ["type", "name", "label", "label::es", "label::Español (es)", "hint", "required", "relevant", "constraint",
           "calculation", "appearance", "parameters", "sensitivity", "bind::nanduti:check", "bind::nanduti:unit",
           "repeat_count", "choice_filter", "media::image", "save_to", "bind::x:y", "::", "default"]  # fmt: skip


def sheet(chance: random.Random, columns: list[str], n: int) -> list[dict[str, str]]:
    kept = chance.sample(columns, chance.randint(1, min(4, len(columns))))
    rows = []
    for _ in range(n):
        row = {c: chance.choice(TEXTS) for c in kept if chance.random() < 0.4}
        if chance.random() < 0.02:
            row[kept[0]] = "=1+1"
        if "type" in columns:
            row["type"] = chance.choice(TYPES if chance.random() < 0.4 else TYPES[:4])
            row.setdefault("name", chance.choice("abcdefgh"))
        rows.append({k: v for k, v in row.items() if "\x00" not in v})
    return rows


def odd(chance: random.Random) -> str:
    """Hand in a workbook by chance: "converted", or why not."""
    few = chance.random() < 0.2
    settings = ["form_id", "version", "form_title", "default_language", "namespaces", "style"]
    sheets = {
        "survey": sheet(chance, COLUMNS, chance.randint(0, 6)),
        "choices": [
            {"list_name": "l", "name": "x", "label": "X"},
            *sheet(chance, ["list_name", "name"], few),
        ],
        "settings": sheet(chance, settings, 1),
        "checks": sheet(chance, ["name", "expression", "severity", "message::en"], few),
        "entities": sheet(chance, ["list_name", "label", "create_if"], chance.random() < 0.1),
    }
    try:
        made = convert_file("fuzz.xlsx", write_workbook(sheets), at=AT)
    except FormRefused as refused:
        assert refused.places and all(p.problem for p in refused.places)
        return refused.places[0].problem
    assert made.definition.from_json(made.definition.to_json()) == made.definition
    return "converted"


@pytest.mark.parametrize("seed", range(150))
def test_odd_workbooks_are_converted_or_refused_with_a_place(seed):
    assert odd(random.Random(seed))


def test_the_odd_workbooks_are_of_many_kinds():
    """Else the seeds would all stop at one guard and try nothing behind it."""
    told = [odd(random.Random(seed)) for seed in range(150)]
    assert told.count("converted") >= 5 and len(set(told)) >= 20


def whole() -> bytes:
    rows = [{"type": "text", "name": f"q{n}", "label": "Q"} for n in range(20)]
    return write_workbook({"survey": rows, "settings": [{"form_id": "f"}]})


@pytest.mark.parametrize("seed", range(80))
def test_damaged_workbooks_are_refused_or_still_whole(seed):
    chance = random.Random(seed)
    content = bytearray(whole())
    for _ in range(chance.randint(1, 30)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    if chance.random() < 0.3:
        del content[chance.randrange(len(content)) :]
    try:
        convert_file("damaged.xlsx", bytes(content), at=AT)
    except FormRefused as refused:
        assert str(refused)


@pytest.mark.parametrize("seed", range(40))
def test_damaged_parts_inside_a_whole_archive_are_refused_or_read(seed):
    chance = random.Random(seed)
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole())) as old, zipfile.ZipFile(held, "w") as new:
        for entry in old.infolist():
            part = bytearray(old.read(entry))
            if entry.filename.endswith((".xml", ".rels")) and chance.random() < 0.4:
                for _ in range(chance.randint(1, 5)):
                    part[chance.randrange(len(part))] = chance.choice(b"<>&'\"/ax\x00\xff")
            new.writestr(entry.filename, bytes(part))
    try:
        read_workbook("damaged.xlsx", held.getvalue())
    except FormRefused as refused:
        assert str(refused)


def test_names_in_the_archive_never_become_paths():
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole())) as old, zipfile.ZipFile(held, "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
        new.writestr("../../outside.txt", b"x")
        new.writestr("/etc/outside", b"x")
    assert read_workbook("x.xlsx", held.getvalue())["survey"]


def test_entities_in_a_sheet_are_refused():
    held = io.BytesIO()
    declared = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    bomb = declared + b"<worksheet><sheetData>&b;</sheetData></worksheet>"
    with zipfile.ZipFile(io.BytesIO(whole())) as old, zipfile.ZipFile(held, "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, bomb if "sheet1" in entry.filename else old.read(entry))
    with pytest.raises(FormRefused):
        read_workbook("x.xlsx", held.getvalue())


def test_a_sheet_that_claims_a_million_rows_is_read_to_its_end():
    book = openpyxl.Workbook()
    page = book.active
    page.title = "survey"
    page.append(["type", "name", "label"])
    page.append(["text", "a", "A"])
    page["A1048576"] = "text"
    held = io.BytesIO()
    book.save(held)
    with pytest.raises(FormRefused, match="more than"):
        read_workbook("long.xlsx", held.getvalue())
