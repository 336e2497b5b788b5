"""Group commit: posts that arrive together are written by one transaction, and flushed to the disk once.

No thread of its own: whoever comes first writes for all who wait, the others wait for that transaction. So one
post alone waits for nobody, and under load the number of flushes falls as the number of posts rises. Nobody is
answered before the transaction that holds their row has returned from its commit.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque

from django.db import DatabaseError, OperationalError, connection
from django_scopes import scopes_disabled

from nanduti.foundation import work
from nanduti.programme.models import Programme

from ..actions import submissions
from ..arrivals import Arrival, Outcome

log = logging.getLogger(__name__)

MOST_AT_ONCE = 100
TRIES = 4
# Phones wait a minute for an answer; after this the next try would be for nobody.
PATIENCE_SECONDS = 20


class _Waiting:
    """One post on its way into the database."""

    def __init__(self, programme: Programme, arrival: Arrival) -> None:
        self.programme, self.arrival = programme, arrival
        self.outcome: Outcome | None = None
        self.error: BaseException | None = None

    @property
    def is_over(self) -> bool:
        return self.outcome is not None or self.error is not None


_queue: deque[_Waiting] = deque()
_writing = threading.Lock()


def commit(programme: Programme, arrival: Arrival) -> Outcome:
    """Write an arrival, together with those that wait; returns once it is durable."""
    mine = _Waiting(programme, arrival)
    if connection.in_atomic_block:
        # The caller's own transaction decides: an import of a workbook stands or falls as a whole.
        _write([mine])
    else:
        _queue.append(mine)
        while not mine.is_over:
            with _writing:
                if not mine.is_over:
                    _write(_next())
    if mine.error is not None:
        raise mine.error
    if mine.outcome is None:
        raise RuntimeError("a post was neither written nor refused")
    work.wake()
    return mine.outcome


def _next() -> list[_Waiting]:
    taken: list[_Waiting] = []
    while _queue and len(taken) < MOST_AT_ONCE:
        taken.append(_queue.popleft())
    return taken


def _write(batch: list[_Waiting]) -> None:
    """Write a batch, programme by programme; one that cannot be written does not take the others with it."""
    by_programme: dict[int, list[_Waiting]] = {}
    for one in batch:
        by_programme.setdefault(one.programme.pk, []).append(one)
    for group in by_programme.values():
        try:
            _write_group(group)
        except BaseException as error:
            if len(group) == 1 or not isinstance(error, Exception):
                for one in group:
                    one.error = error
                if not isinstance(error, Exception):
                    raise
            else:
                log.info("a batch of %d posts is written one by one: %s", len(group), type(error).__name__)
                _write_singly(group)


def _write_singly(group: list[_Waiting]) -> None:
    for one in group:
        try:
            _write_group([one])
        except Exception as error:
            one.error = error


def _write_group(group: list[_Waiting]) -> None:
    begun = time.monotonic()
    for attempt in range(TRIES):
        try:
            with scopes_disabled():
                outcomes = submissions.receive(
                    programme=group[0].programme, arrivals=[one.arrival for one in group], by="door"
                )
            break
        except OperationalError:
            # Two processes in each other's way (a deadlock, a busy database): the next try finds it settled.
            is_late = time.monotonic() - begun > PATIENCE_SECONDS
            if attempt + 1 == TRIES or is_late or connection.in_atomic_block:
                raise
            _mend()
            time.sleep(0.02 * 2**attempt)
    for one, outcome in zip(group, outcomes, strict=True):
        one.outcome = outcome


def _mend() -> None:
    """A connection that broke is opened anew by the next query."""
    try:
        if not connection.is_usable():
            connection.close()
    except DatabaseError:
        connection.close()
