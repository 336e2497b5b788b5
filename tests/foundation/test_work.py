"""Background work: claimed once, watched, stopped, taken up again after a crash, never ended by the wrong worker."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from nanduti.foundation import work
from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import Job


@pytest.fixture
def kind(monkeypatch):
    """``kind(function)``: the kind of work that the function does, for this test."""
    monkeypatch.setattr(work, "_kinds", dict(work._kinds))

    def offer(function) -> str:
        name = f"test.{function.__name__}"
        work.job(name)(function)
        return name

    return offer


def double(progress, *, n):
    progress.say(1, 1, "doubling")
    return {"n": 2 * n}


def test_work_is_done_and_leaves_its_result(db, kind):
    row = work.enqueue(kind(double), by=None, n=21)
    assert row.state == "queued"
    assert work.run_waiting() == 1
    row.refresh_from_db()
    assert (row.state, row.result, row.done, row.total, row.message) == ("done", {"n": 42}, 1, 1, "doubling")
    assert row.ended_at and row.is_over and row.percent == 100
    assert work.run_waiting() == 0


def test_unknown_work_is_not_taken_in(db):
    with pytest.raises(LookupError):
        work.enqueue("test.nothing", by=None)


def test_work_waits_only_if_whoever_asked_for_it_commits(db, kind):
    name = kind(double)
    with transaction.atomic():
        work.enqueue(name, by=None, n=1)
        transaction.set_rollback(True)
    assert work.claim("a") is None


def test_the_oldest_goes_first(db, kind):
    name = kind(double)
    rows = [work.enqueue(name, by=None, n=n) for n in range(3)]
    assert [work.claim("a").pk for _ in rows] == [row.pk for row in rows]
    assert work.claim("a") is None


def fail(progress):
    raise RuntimeError("a secret name")


def refuse(progress):
    raise NotFound(kind="import", code_given="x")


def speak(progress):
    progress.say(1, 1, gettext("Today"))


@pytest.mark.parametrize(
    ("language", "message", "error"), [("es", "Hoy", "Entre lo que"), ("en", "Today", "There is no")]
)
def test_work_speaks_the_language_of_whoever_asked(db, kind, language, message, error):
    names = kind(speak), kind(refuse)
    with translation.override(language):
        rows = [work.enqueue(name, by=None) for name in names]
    with translation.override("es" if language == "en" else "en"):
        work.run_waiting()
        assert translation.get_language() != language
    for row in rows:
        row.refresh_from_db()
    assert (rows[0].message, rows[1].error[: len(error)]) == (message, error)


def test_a_bug_is_kept_without_what_it_says(db, kind, caplog):
    row = work.enqueue(kind(fail), by=None)
    work.run_waiting()
    row.refresh_from_db()
    assert (row.state, row.error_code, row.error) == ("failed", "work.bug", "")


def test_what_is_said_to_people_is_kept_in_words(db, kind):
    row = work.enqueue(kind(refuse), by=None)
    work.run_waiting()
    row.refresh_from_db()
    assert (row.state, row.error_code) == ("failed", "foundation.not_found") and "import" in row.error


def test_work_that_is_asked_to_stop_stops(db, kind):
    steps = []

    def count(progress):
        for n in range(10):
            progress.say(n, 10)
            steps.append(n)
            if n == 3:
                work.ask_to_stop(progress.row)

    row = work.enqueue(kind(count), by=None)
    work.run_waiting()
    row.refresh_from_db()
    assert row.state == "cancelled" and steps == [0, 1, 2, 3]


def test_somebody_stops_waiting_work(db, kind):
    from nanduti.interface.actions import stop_work
    from tests.support.register import account

    row = work.enqueue(kind(double), by=None, n=1)
    assert stop_work(job=row, by=account("ana")).state == "cancelled"
    assert work.run_waiting() == 0


def test_progress_is_seen_while_the_transaction_of_the_work_is_open(db, kind):
    seen = []

    def import_much(progress):
        with transaction.atomic():
            progress.say(7, 10, "activities")
            row = work.present(Job.objects.get(pk=progress.row.pk))
            seen.append((row.done, row.total, row.message, row.percent))

    work.enqueue(kind(import_much), by=None)
    work.run_waiting()
    assert seen == [(7, 10, "activities", 70)]


def silence(row, attempts=1):
    long_ago = timezone.now() - work.SILENCE - timedelta(seconds=1)
    Job.objects.filter(pk=row.pk).update(heartbeat_at=long_ago, attempts=attempts)


def test_a_job_whose_worker_fell_silent_is_taken_up_again(db, kind):
    row = work.enqueue(kind(double), by=None, n=2)
    assert work.claim("first").pk == row.pk
    assert work.claim("second") is None, "its heart still beats"
    silence(row)
    again = work.claim("second")
    assert (again.pk, again.worker, again.attempts) == (row.pk, "second", 2)


def test_a_clock_that_was_set_back_holds_no_job(db, kind):
    row = work.enqueue(kind(double), by=None, n=2)
    work.claim("first")
    Job.objects.filter(pk=row.pk).update(heartbeat_at=timezone.now() + timedelta(seconds=20))
    assert work.claim("second") is None, "clocks of two machines may differ a little"
    Job.objects.filter(pk=row.pk).update(heartbeat_at=timezone.now() + timedelta(days=1))
    assert work.claim("second").pk == row.pk


def test_a_job_that_kills_every_worker_is_given_up(db, kind):
    row = work.enqueue(kind(double), by=None, n=2)
    work.claim("first")
    silence(row, attempts=work.ATTEMPTS)
    assert work.claim("second") is None
    row.refresh_from_db()
    assert (row.state, row.error_code) == ("failed", "work.silent") and row.ended_at


def test_a_worker_that_was_given_up_ends_nothing(db, kind):
    """The first worker was only slow: the job is another's now, and its end is not the first one's to write."""
    told = []

    def slow(progress):
        Job.objects.filter(pk=progress.row.pk).update(worker="second")
        progress.write()
        told.append(progress.is_stop_asked)

    work.enqueue(kind(slow), by=None)
    row = work.claim("first")
    work.perform(row)
    row.refresh_from_db()
    assert (row.state, row.worker, told) == ("running", "second", [True])


def test_the_heart_beats_while_the_work_is_done(db, kind, monkeypatch):
    monkeypatch.setattr(work, "BEAT_SECONDS", 0.01)
    beats = threading.Event()
    monkeypatch.setattr(work.Progress, "write", lambda self: beats.set())

    def wait(progress):
        assert beats.wait(20)

    row = work.enqueue(kind(wait), by=None)
    work.run_waiting()
    row.refresh_from_db()
    assert row.state == "done"


def test_a_heart_that_cannot_write_goes_on(db, kind, monkeypatch):
    from django.db import OperationalError

    monkeypatch.setattr(work, "BEAT_SECONDS", 0.01)
    tries = []

    def locked(self):
        tries.append(1)
        raise OperationalError("database is locked")

    monkeypatch.setattr(work.Progress, "write", locked)

    def wait(progress):
        until = time.monotonic() + 20
        while len(tries) < 3 and time.monotonic() < until:
            time.sleep(0.01)

    work.enqueue(kind(wait), by=None)
    work.run_waiting()
    assert len(tries) >= 3


# --- several workers at once; rows are really committed here


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_job(kind):
    name = kind(double)
    for n in range(12):
        work.enqueue(name, by=None, n=n)
    taken, gate = [], threading.Barrier(4)

    def worker(number):
        try:
            gate.wait(20)
            while (row := work.claim(f"w{number}")) is not None or Job.objects.filter(
                state="queued"
            ).exists():
                if row is not None:
                    taken.append(row.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == sorted(Job.objects.values_list("pk", flat=True))
    assert set(Job.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_the_thread_beside_the_web_takes_work_up(kind):
    row = work.enqueue(kind(double), by=None, n=4)
    stop = threading.Event()
    thread = threading.Thread(target=work.loop, args=(stop,), kwargs={"idle_seconds": 0.05})
    thread.start()
    until = time.monotonic() + 30
    while time.monotonic() < until and not Job.objects.get(pk=row.pk).is_over:
        time.sleep(0.02)
    stop.set()
    work._wake.set()
    thread.join(20)
    assert not thread.is_alive()
    row.refresh_from_db()
    assert (row.state, row.result) == ("done", {"n": 8})


def test_an_import_that_is_done_again_does_nothing_twice(db, people_of_work):
    """A worker that dies between the import and its end: the job is taken up again, and nothing comes twice."""
    from nanduti.foundation.models import ImportBatch, SourceDocument
    from nanduti.home import actions, jobs

    by = people_of_work
    batch = actions.upload_tables(name="sources.csv", content=b"code,title\nnew,N\n", by=by)
    work.run_waiting()
    actions.start_import(batch=ImportBatch.objects.get(pk=batch.pk), by=by)
    work.run_waiting()
    batch.refresh_from_db()
    assert batch.state == "done" and SourceDocument.objects.filter(code="new").count() == 1
    jobs.run_import(work.Progress(Job.objects.first()), batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.n_created) == ("done", 1)


@pytest.fixture
def people_of_work(db):
    from nanduti.foundation.models import Scope
    from tests.support.register import account

    scope = Scope.objects.create(kind="programme", code="x", title="X")
    return account("ana", "coordinator", scope)


def test_standing_work_is_asked_again_and_again_and_a_stumble_stops_nobody(monkeypatch):
    stop, waiting, done = threading.Event(), [1, 2, 3], []

    def take() -> int:
        if not waiting:
            stop.set()
            return 0
        done.append(waiting.pop(0))
        return 1

    def stumble() -> int:
        raise RuntimeError("a secret name")

    monkeypatch.setattr(work, "_standing", {"test.stumble": stumble, "test.take": take})
    monkeypatch.setattr(work, "close_old_connections", lambda: None)
    work.wake()
    work.stand(stop, idle_seconds=0.01)
    assert done == [1, 2, 3]
