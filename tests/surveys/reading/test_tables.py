"""Typed tables: every answer in its column, versions together, nothing that identifies; the same by both ways in."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from nanduti.surveys import reading
from nanduti.surveys.models import Submission
from nanduti.surveys.queries import tables
from tests.surveys.answered import AT, FORM, answers_xml, publish, waiting

pytestmark = pytest.mark.django_db


def read(made, numbers, **values):
    for n in numbers:
        waiting(made, n, **values)
    while reading.read_waiting():
        pass


def test_each_question_is_a_typed_column(answered):
    read(answered, range(1, 5))
    made = tables.frame(instrument=answered.instrument, access=None, languages=["es"])
    root = made.root
    assert made.n == 4 and root["workers"].to_list() == [4, 5, 6, 7]
    assert root["rent_per_month"].dtype == pl.Float64 and root["visited_on"].dtype == pl.Date
    assert root["product:es"].to_list()[:2] == ["Pantalones", "Camisas"]
    assert root["tools/overlock"].to_list() == [True, False, True, False]
    assert root["_started_at"].to_list()[0] == AT + timedelta(minutes=20)
    assert root["_enumerator"].to_list() == ["rosa"] * 4 and root["_duration_seconds"].to_list()[0] == 780
    machines = made.tables.by_repeat["machine"].frame
    assert machines["age"].to_list() == [1, 2, 1, 1, 2, 1]
    assert not {"owner_name", "phone", "place", "place-wkt"} & set(root.columns)
    assert {q.name for q in made.left_out} >= {"owner_name", "phone", "place", "photo"}


def test_only_current_ones_that_were_not_rejected_and_are_no_trials(answered):
    read(answered, [1])
    read(answered, [2], is_trial=True)
    read(answered, [3], is_current=False)
    read(answered, [4], state="rejected")
    assert tables.frame(instrument=answered.instrument, access=None).n == 1
    every = tables.Choice(states=tuple(Submission.State.values), with_trials=True, with_former=True)
    assert tables.frame(instrument=answered.instrument, access=None, choice=every).n == 4


def test_versions_meet_by_name_and_misfits_are_told(answered):
    read(answered, [1])
    form = FORM.replace('nodeset="/data/workers" type="int"', 'nodeset="/data/workers" type="string"')
    second = publish(answered.instrument, "2", form)
    waiting(
        answered, 2, answers_xml(2, version="2", workers="seven"), instrument_version=second, form_version="2"
    )
    reading.read_waiting()
    made = tables.frame(instrument=answered.instrument, access=None)
    assert made.root["workers"].to_list() == ["4", "seven"]
    assert [(m.name, m.what) for m in made.misfits] == [("workers", "kind")]


def test_nothing_answered_gives_empty_tables(answered):
    made = tables.frame(instrument=answered.instrument, access=None)
    assert made.n == 0 and "workers" in made.root.columns and made.root.height == 0


@pytest.mark.django_db(transaction=True)
def test_the_way_through_arrow_gives_the_same(answered, monkeypatch):
    read(answered, range(1, 40))
    by_arrow = tables.frame(instrument=answered.instrument, access=answered.world.access("coordinator"))
    from django.db import transaction

    with transaction.atomic():
        by_cursor = tables.frame(instrument=answered.instrument, access=None)
    assert by_arrow.root.equals(by_cursor.root) and by_arrow.n == 39
    choice = tables.Choice(answers={"product": "shirts"}, since=AT.date(), enumerator=answered.enumerator.pk)
    assert tables.frame(instrument=answered.instrument, access=None, choice=choice).n == 19


def test_pages_follow_each_other_without_gap_or_overlap(answered):
    read(answered, range(1, 24), received_at=AT)
    access, seen, mark = answered.world.access("coordinator"), [], ""
    while True:
        page = tables.page(instrument=answered.instrument, access=access, mark=mark, size=5)
        seen += [row.pk for row in page.rows]
        mark = page.next_mark
        if not mark:
            break
    assert seen == sorted(seen, reverse=True) and len(set(seen)) == 23
    for odd in ("x", "%%%", "AAAA", "\x00", "é" * 20, "MjAyNnw1"):
        assert tables.page(instrument=answered.instrument, access=access, mark=odd, size=5).is_first
