"""Answers as frames: typed, with child tables, choices both ways, labels, geometry; and versions brought together."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from nanduti.methods import instruments
from nanduti.methods.instruments import Choice, Definition, Question, Repeat, compare, tables, unite

from .forms import answers, form
from .test_answers import WHOLE


@pytest.fixture(scope="module")
def made():
    return tables(form(), ["a", "b"], [json.dumps(answers(WHOLE).values), "{}"], labels=["es", "en"])


def test_a_row_for_each_submission_with_typed_columns(made):
    frame = made.root.frame
    assert frame["_key"].to_list() == ["a", "b"]
    assert (
        frame.schema["n"] == pl.Int64 and frame.schema["on"] == pl.Date and frame.schema["scale"] == pl.Int64
    )
    row = frame.row(0, named=True)
    assert row["on"] == date(2026, 3, 2)
    assert row["at"] == datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert row["code"] == "PY-1" and row["products"] == ["boots", "bags"]
    assert all(v is None for k, v in frame.row(1, named=True).items() if k != "_key")


def test_several_choices_stand_as_a_list_and_as_a_column_each_with_labels(made):
    frame = made.root.frame
    assert frame["products/boots"].to_list() == [True, None]
    assert frame["products:es"].to_list()[0] == "Botas · bags"  # what has no label keeps its code
    assert frame["products:en"].to_list()[0] == "Boots · bags"
    column = made.root.column("products", "choice")
    assert (column.choice, column.name) == ("boots", "products/boots")


def test_places_are_coordinates_and_well_known_text(made):
    row = made.root.frame.row(0, named=True)
    assert (row["place-latitude"], row["place-longitude"], row["place-accuracy"]) == (-25.3, -57.6, 5.0)
    assert row["place-wkt"] == "POINT (-57.6 -25.3)"


def test_repeats_are_child_tables_with_keys(made):
    people, tools = made.by_repeat["people"].frame, made.by_repeat["people/tools"].frame
    assert people.select("_key", "_row", "age").rows() == [("a", "1", 30), ("a", "2", None)]
    assert tools.select("_key", "_row", "_parent_row", "tool").rows() == [
        ("a", "1/1", "1", "knife"),
        ("a", "1/2", "1", None),
    ]


def test_nothing_gives_empty_frames_with_their_columns():
    made = tables(form(), [], [])
    assert made.root.frame.height == 0 and made.root.frame.schema["n"] == pl.Int64
    assert made.by_repeat["people/tools"].frame.columns == ["_key", "_row", "_parent_row", "tool"]


def test_what_lies_there_from_an_older_reading_costs_no_more_than_itself():
    made = tables(form(), [1, 2, 3], ['{"n": "x", "share": 1}', '{"n": 4, "products": "boots"}', "not json"])
    assert made.root.frame["n"].to_list() == [None, 4, None]
    assert made.root.frame["share"].to_list() == [1.0, None, None]


def test_lines_and_areas_are_well_known_text():
    definition = Definition("f", questions=(Question("l", "geotrace"), Question("a", "geoshape")))
    points = [[1, 2, 0, 0], [3, 4, 0, 0], [1, 2, 0, 0]]
    row = tables(definition, [1], [json.dumps({"l": points, "a": points})]).root.frame.row(0, named=True)
    assert row["l-wkt"] == "LINESTRING (2.0 1.0, 4.0 3.0, 2.0 1.0)"
    assert row["a-wkt"] == "POLYGON ((2.0 1.0, 4.0 3.0, 2.0 1.0))"


def test_two_questions_of_one_name_are_called_by_their_paths():
    definition = Definition("f", questions=(Question("a/n", "integer"), Question("b/n", "integer")))
    assert list(instruments.column_names(definition, "").values()) == ["a-n", "b-n"]


def test_many_rows_in_pieces_are_the_same_as_few(monkeypatch):
    from nanduti.methods.instruments import frames

    texts = [json.dumps({"n": n}) for n in range(1_000)]
    whole = tables(form(), list(range(1_000)), texts).root.frame
    monkeypatch.setattr(frames, "PIECE", 100)
    assert tables(form(), list(range(1_000)), texts).root.frame.equals(whole)


# --- versions

YES_NO = (Choice("yes", {"en": "Yes"}), Choice("no", {"en": "No"}))
OLD = Definition(
    "f",
    "1",
    questions=(
        Question("n", "integer", "integer", {"en": "How many?"}),
        Question("who/ok", "select_one", list_name="yn"),
        Question("r/x", "decimal", "decimal", repeat="r"),
        Question("gone", "text"),
    ),
    repeats=(Repeat("r"),),
    choice_lists={"yn": YES_NO},
)
NEW = Definition(
    "f",
    "2",
    questions=(
        Question("n", "text", "text", {"en": "How many workers?"}),
        Question("ok", "select_one", list_name="yn", is_required=True),
        Question("g/r/x", "integer", "integer", repeat="g/r"),
        Question("fresh", "date", "date"),
    ),
    repeats=(Repeat("g/r"),),
    choice_lists={"yn": (*YES_NO[:1], Choice("maybe"))},
)


def test_changes_are_told_question_by_question():
    told = {(c.name, c.what): (c.before, c.after) for c in compare(OLD, NEW)}
    assert told == {
        ("n", "kind"): ("integer", "text"),
        ("n", "label"): ("How many?", "How many workers?"),
        ("ok", "choices_gone"): ("no", ""),
        ("ok", "choices_added"): ("", "maybe"),
        ("ok", "required"): ("False", "True"),
        ("x", "kind"): ("decimal", "integer"),
        ("x", "moved"): ("r", "g/r"),
        ("gone", "removed"): ("text", ""),
        ("fresh", "added"): ("", "date"),
    }
    assert compare(OLD, OLD) == []


def test_versions_meet_by_the_names_of_their_questions():
    older = tables(OLD, [1], ['{"n": 5, "who/ok": "no", "r": [{"r/x": 1.5}]}'])
    newer = tables(NEW, [2], ['{"n": "six", "ok": "maybe", "fresh": "2026-01-01", "g/r": [{"g/r/x": 2}]}'])
    united, misfits = unite([older, newer])
    frame = united.root.frame
    assert frame.select("_key", "n", "ok", "gone", "fresh").rows() == [
        (1, "5", "no", None, None),
        (2, "six", "maybe", None, date(2026, 1, 1)),
    ]
    assert united.by_repeat["g/r"].frame.select("_key", "x").rows() == [(1, 1.5), (2, 2.0)]
    assert {(m.name, m.what) for m in misfits} == {
        ("n", "kind"), ("ok", "choices_gone"), ("x", "kind"), ("x", "moved"), ("gone", "removed"),
    }  # fmt: skip
    assert unite([older])[1] == []


def test_the_union_says_what_each_column_is():
    united, _ = unite([tables(OLD, [], []), tables(NEW, [], [])])
    assert [c.name for c in united.root.columns] == united.root.frame.columns
    assert united.definition == NEW
    renamed = replace(NEW, questions=(Question("other", "text"),), repeats=())
    assert "ok" in unite([tables(OLD, [], []), tables(renamed, [], [])])[0].root.frame.columns
