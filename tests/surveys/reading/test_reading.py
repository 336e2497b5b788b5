"""Behind the door: what waits is read once, whatever stumbles on the way and however often it is done again."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nanduti.register.sealing import open_sealed
from nanduti.surveys import reading
from nanduti.surveys.models import AnswerSet, Submission, SubmissionFile
from nanduti.surveys.parking import UNKNOWN_FORM, UNKNOWN_VERSION
from tests.surveys.answered import OWNER, PHONE, answers_xml, publish, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(answered):
    return answered


def test_answers_become_typed_and_what_identifies_is_sealed(made):
    row = waiting(made, 1)
    assert reading.read_waiting() == 1
    kept = AnswerSet.objects.get(submission=row)
    assert kept.answers["workers"] == 4 and kept.answers["rent_per_month"] == 107.5
    assert kept.answers["tools"] == ["sewing", "overlock"]
    assert [m["machine/age"] for m in kept.answers["machine"]] == [1, 2]
    clear = json.dumps(kept.answers)
    assert OWNER not in clear and PHONE not in clear and "-25.38" not in clear
    sealed = json.loads(open_sealed(kept.sealed, bound_to=("answers", str(row.pk))))
    assert sealed["owner_name"] == OWNER and sealed["phone"] == PHONE and sealed["place"][0] == -25.3871
    row.refresh_from_db()
    assert (row.processing, row.duration_seconds, row.device_id) == ("done", 780, "phone-1")
    assert reading.read_waiting() == 0


def test_files_that_the_answers_name_are_expected_once(made):
    row = waiting(made, 1, answers_xml(1, photo="a.jpg"))
    reading.read_waiting()
    Submission.objects.update(processing="waiting")
    reading.read_waiting()
    row.refresh_from_db()
    assert (row.n_files_expected, row.n_files_arrived) == (1, 0)
    assert [f.name for f in SubmissionFile.objects.all()] == ["a.jpg"]


def test_what_does_not_fit_is_told_without_what_identifies(made):
    waiting(made, 1, answers_xml(1, workers="many", place="near the church", extra="<colour>red</colour>"))
    reading.read_waiting()
    told = {p["path"]: p for p in AnswerSet.objects.get().problems}
    assert told["workers"] == {"path": "workers", "reason": "not_a_number", "text": "many"}
    assert told["place"] == {"path": "place", "reason": "not_a_place"}
    assert told["colour"] == {"path": "colour", "reason": "unknown_question"}


def test_an_unknown_form_is_parked_and_read_once_it_is_published(made):
    stranger = waiting(made, 1, instrument=None, instrument_version=None, form_id="other")
    early = waiting(made, 2, answers_xml(2, version="2"), instrument_version=None, form_version="2")
    assert reading.read_waiting() == 2
    notes = dict(Submission.objects.values_list("pk", "processing_note"))
    assert notes == {stranger.pk: UNKNOWN_FORM, early.pk: UNKNOWN_VERSION}
    assert reading.take_up_parked() == 0
    version = publish(made.instrument, "2")
    assert reading.take_up_parked() == 1 and reading.read_waiting() == 1
    early.refresh_from_db()
    assert (early.processing, early.instrument_version) == ("done", version)


def test_one_that_stumbles_keeps_nobody_waiting(made, monkeypatch, caplog):
    rows = [waiting(made, n) for n in range(1, 8)]
    monkeypatch.setattr(reading, "_steps", dict(reading._steps))

    @reading.step("stumbles", order=90)
    def stumble(one):
        if one.submission.pk == rows[3].pk:
            raise RuntimeError("a secret name")

    assert reading.read_waiting() == 7
    states = list(Submission.objects.order_by("pk").values_list("processing", "processing_note"))
    assert states[3] == ("failed", "bug:RuntimeError")
    assert all(state == ("done", "") for n, state in enumerate(states) if n != 3)
    assert AnswerSet.objects.count() == 6  # nothing half done is kept


class Killed(BaseException):
    """The process dies: nobody catches this."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", ["answers", "files", "paradata"])
def test_a_reader_that_dies_between_two_steps_leaves_it_to_the_next(made, monkeypatch, after):
    monkeypatch.setattr(reading, "_steps", dict(reading._steps))
    rows = [waiting(made, n) for n in range(1, 4)]
    order = next(s.order for s in reading.steps() if s.name == after) + 1

    @reading.step("dies", order=order, in_bulk=True)
    def die(_readings):
        raise Killed

    with pytest.raises(Killed):
        reading.read_waiting()
    assert set(Submission.objects.values_list("processing", flat=True)) == {"waiting"}
    del reading._steps["dies"]
    assert reading.read_waiting() == 3 and reading.read_waiting() == 0
    assert AnswerSet.objects.count() == len(rows)
    assert set(Submission.objects.values_list("processing", flat=True)) == {"done"}


def test_bytes_that_are_no_answers_fail_with_a_reason(made):
    waiting(made, 1, "<data id='visit'><unclosed></data>")
    waiting(made, 2)
    assert reading.read_waiting() == 2
    states = list(Submission.objects.order_by("pk").values_list("processing", "processing_note"))
    assert states == [("failed", "instruments.not_xml"), ("done", "")]


def test_the_standing_reader_takes_up_what_was_left_behind(made):
    from nanduti.surveys.jobs import reading as jobs

    for n in range(1, 41):
        waiting(made, n)
    done = []
    while k := jobs.read_waiting():
        done.append(k)
    assert sum(done) == 40 and Submission.objects.filter(processing="done").count() == 40


@pytest.mark.only_on("sqlite")  # PostgreSQL plans by size: its tables here are tiny
def test_what_is_read_is_not_walked_through_to_find_what_waits(made):
    waiting(made, 1)
    with CaptureQueriesContext(connection) as told:
        reading.read_waiting()
        reading.take_up_parked()
    asked = [
        q["sql"]
        for q in told
        if q["sql"].startswith(("SELECT", "UPDATE")) and "surveys_submission" in q["sql"]
    ]
    assert any('"processing" = ' in sql and "ORDER BY" in sql for sql in asked)
    for sql in asked:
        with connection.cursor() as cursor:
            plan = cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
        assert not any(str(step[-1]).startswith("SCAN surveys_submission") for step in plan), sql
