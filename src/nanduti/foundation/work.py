"""Background work: in the web process on the embedded database, in workers of its own on PostgreSQL.

A job is a row. A worker claims the oldest waiting row, beats its heart while it works, and writes the end.
If a worker dies, its heart stops; after :data:`SILENCE` any worker takes the job up again, at most
:data:`ATTEMPTS` times. Jobs must therefore be such that doing them again does no harm.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django_scopes import scopes_disabled

from nanduti.methods.values import NandutiError

from .errors import JobCancelled
from .models import Job, Scope, User

log = logging.getLogger(__name__)

SILENCE = timedelta(seconds=45)
BEAT_SECONDS = 10.0
ATTEMPTS = 3
IDLE_SECONDS = 0.5

Work = Callable[..., dict[str, Any] | None]
# How an error is said to a person; the interface, which knows the catalogues, offers its own.
_say_error: Callable[[NandutiError], str] = str
_kinds: dict[str, Work] = {}
_standing: dict[str, Callable[[], int]] = {}


def job(kind: str) -> Callable[[Work], Work]:
    """Offer a function as background work: ``function(progress, **arguments) -> result``."""

    def keep(function: Work) -> Work:
        _kinds[kind] = function
        return function

    return keep


def standing(kind: str) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Offer work that is never over, such as reading what comes in: called again and again, in a thread of its own.

    The function does a little of what waits and returns how much that was; at 0 it is left alone until somebody
    calls :func:`wake`, or for a moment. What waited when the last process died is thereby taken up by the next.
    """

    def keep(function: Callable[[], int]) -> Callable[[], int]:
        _standing[kind] = function
        return function

    return keep


def say_errors_by(function: Callable[[NandutiError], str]) -> None:
    """Say errors that end a job in this way from now on; English until somebody offers better."""
    global _say_error
    _say_error = function


def wake() -> None:
    """Say that standing work may have something to do; costs nothing, and does nothing in another process."""
    _arrivals.set()


def enqueue(
    kind: str, *, by: User | None, scope: Scope | None = None, total: int | None = None, **arguments: Any
) -> Job:
    """Put work into the queue, in the transaction of whoever asks: it starts only if that commits.

    What it says on its way it says in the language that is active now.
    """
    if kind not in _kinds:
        raise LookupError(f"no background work is called {kind}")
    language = translation.get_language() or ""
    row = Job.objects.create(
        kind=kind, by=by, scope=scope, arguments=arguments, total=total, language=language
    )
    transaction.on_commit(_wake.set)
    return row


class Progress:
    """What running work uses to say how far it is, and to learn that it should stop.

    Work often runs in one transaction, which would hide what it says until its end and hold the row of the job.
    So it says it in memory: pages of the same process read it there, and the heart writes it down for others.
    """

    def __init__(self, row: Job) -> None:
        self.row = row
        self.done, self.total, self.message = row.done, row.total, row.message
        self.is_stop_asked = False
        self._written_at = 0.0

    def say(self, done: int | None = None, total: int | None = None, message: str = "") -> None:
        """Tell how far; at most twice a second reaches the database. Raises if somebody asked to stop."""
        self.done = self.done if done is None else done
        self.total = self.total if total is None else total
        self.message = message[:300] or self.message
        is_due = time.monotonic() - self._written_at >= 0.5 or done == total
        if is_due and not connection.in_atomic_block:
            self.write()
        if self.is_stop_asked:
            raise JobCancelled()

    def write(self) -> None:
        """Put down how far the work is and that its worker lives; learn whether it should stop, or is another's now."""
        self._written_at = time.monotonic()
        mine = Job.objects.filter(pk=self.row.pk, worker=self.row.worker, state=Job.State.RUNNING)
        if mine.update(heartbeat_at=timezone.now(), **self.values()):
            self.is_stop_asked = self.is_stop_asked or mine.filter(cancel_asked=True).exists()
        elif Job.objects.filter(pk=self.row.pk).exists():
            self.is_stop_asked = True

    def values(self) -> dict[str, Any]:
        return {"done": self.done, "total": self.total, "message": self.message}


# What runs in this process, by the job's number.
_running: dict[int, Progress] = {}


def present(row: Job) -> Job:
    """The job with what its work in this process has said last; other processes' as it is written."""
    progress = _running.get(row.pk)
    if progress is not None and not row.is_over:
        row.done, row.total, row.message = progress.done, progress.total, progress.message
    return row


def ask_to_stop(row: Job) -> None:
    """Tell work in this process to stop at once, before anything is written: it may hold the database."""
    progress = _running.get(row.pk)
    if progress is not None:
        progress.is_stop_asked = True


def claim(worker: str) -> Job | None:
    """Take the oldest waiting job, or one whose worker has fallen silent; ``None`` if there is none."""
    _take_up_silent()
    with transaction.atomic():
        waiting = Job.objects.filter(state=Job.State.QUEUED).order_by("id")
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        row = waiting.first()
        if row is None:
            return None
        now = timezone.now()
        # The condition on the state decides where rows cannot be locked.
        won = Job.objects.filter(pk=row.pk, state=Job.State.QUEUED).update(
            state=Job.State.RUNNING,
            worker=worker,
            attempts=F("attempts") + 1,
            started_at=now,
            heartbeat_at=now,
        )
    if not won:
        return None
    row.refresh_from_db()
    return row


def _take_up_silent() -> None:
    now = timezone.now()
    # A heart that beat in what is the future belongs to a clock that was set back since: waiting for it takes days.
    beats = Q(heartbeat_at__gte=now - SILENCE, heartbeat_at__lte=now + SILENCE)
    silent = Job.objects.filter(state=Job.State.RUNNING).exclude(beats)
    silent.filter(attempts__lt=ATTEMPTS).update(state=Job.State.QUEUED, worker="")
    silent.filter(attempts__gte=ATTEMPTS).update(
        state=Job.State.FAILED, ended_at=now, error_code="work.silent"
    )


def perform(row: Job) -> None:
    """Run a claimed job to its end and write how it ended."""
    progress = _running[row.pk] = Progress(row)
    stop_beating = threading.Event()
    heart = threading.Thread(target=_beat, args=(progress, stop_beating), daemon=True)
    heart.start()
    try:
        with translation.override(row.language or settings.LANGUAGE_CODE):
            _work(row, progress)
    except Exception:
        log.exception("job %s (%s) failed", row.public_id, row.kind)
        _end(row, state=Job.State.FAILED, error_code="work.bug")
    finally:
        stop_beating.set()
        _running.pop(row.pk, None)
        heart.join(timeout=1.0)  # it may wait for a database that somebody else holds


def _work(row: Job, progress: Progress) -> None:
    try:
        result = _kinds[row.kind](progress, **row.arguments) or {}
        _end(row, state=Job.State.DONE, result=result, **progress.values())
    except JobCancelled:
        _end(row, state=Job.State.CANCELLED, **progress.values())
    except NandutiError as error:
        _end(row, state=Job.State.FAILED, error=_say_error(error), error_code=error.code)


def _end(row: Job, *, state: str, **values: Any) -> None:
    # Only the worker that still owns the row may end it: a job taken up by another is no longer ours.
    Job.objects.filter(pk=row.pk, worker=row.worker, state=Job.State.RUNNING).update(
        state=state, ended_at=timezone.now(), **values
    )


def _beat(progress: Progress, stop: threading.Event) -> None:
    # Elsewhere the page that shows the progress is in another process; on SQLite a writer would only be in the way.
    pause = BEAT_SECONDS if settings.IS_EMBEDDED else 1.0
    try:
        while not stop.wait(pause):
            try:
                progress.write()
            except DatabaseError:
                log.info("job %s could not write that it lives; it tries again", progress.row.public_id)
    finally:
        connection.close()


def run_waiting(worker: str = "now") -> int:
    """Do all waiting work now, in this thread; for tests and the command line. Returns how many jobs."""
    n = 0
    while (row := claim(worker)) is not None:
        with scopes_disabled():
            perform(row)
        n += 1
    return n


def loop(stop: threading.Event, *, idle_seconds: float = IDLE_SECONDS) -> None:
    """Claim and perform until told to stop."""
    worker = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"
    while not stop.is_set():
        try:
            close_old_connections()
            row = claim(worker)
            if row is not None:
                with scopes_disabled():
                    perform(row)
                continue
        except Exception:
            log.exception("the worker stumbled and goes on")
            stop.wait(2.0)
        _wake.wait(idle_seconds)
        _wake.clear()


def stand(stop: threading.Event, *, idle_seconds: float = IDLE_SECONDS) -> None:
    """Do standing work until told to stop; one that stumbles does not keep the others from theirs."""
    while not stop.is_set():
        n_done = sum(_stand_once(kind, function) for kind, function in _standing.items())
        if not n_done:
            _arrivals.wait(idle_seconds)
            _arrivals.clear()
    connection.close()


def _stand_once(kind: str, function: Callable[[], int]) -> int:
    try:
        close_old_connections()
        with scopes_disabled():
            return function()
    except Exception:
        log.exception("the standing work %s stumbled and goes on", kind)
        return 0


_wake = threading.Event()
_arrivals = threading.Event()
_started = threading.Lock()


def start_in_process() -> None:
    """Start the worker's threads beside the web threads, where the settings ask for it; once a process."""
    if not settings.WORK_IN_PROCESS or not _started.acquire(blocking=False):
        return
    for name, body in (("nanduti-work", loop), ("nanduti-standing", stand)):
        threading.Thread(target=body, args=(threading.Event(),), name=name, daemon=True).start()


def run_worker() -> None:
    """The body of ``nanduti worker``: until a signal says stop, ending the job in hand first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: (stop.set(), _wake.set(), _arrivals.set()))
    beside = threading.Thread(target=stand, args=(stop,), name="nanduti-standing")
    beside.start()
    loop(stop)
    beside.join()
