"""Answers kept for a moment: what the records say, until anybody does anything.

Every deed writes an audit event in its own transaction (:mod:`.audit`), so the last events tell whether the
records can have changed. An answer is kept in the memory of the process together with what the events looked
like *before* it was worked out; any deed, an undone one too, makes all kept answers old. Nothing is kept longer
than :data:`SECONDS`, for the sake of what somebody changes by hand in the database.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Sum

from .models import AuditEvent

Answer = TypeVar("Answer")

SECONDS = 60.0
LARGEST = 64
# Numbers are given out before their transactions end, so a lower one may appear after a higher one has been
# seen: then the sum over the last few differs.
LAST_EVENTS = 500

_lock = threading.Lock()
_answers: OrderedDict[Hashable, tuple[tuple[Any, ...], float, Any]] = OrderedDict()


def stamp() -> tuple[Any, ...]:
    """What tells one state of the records from another; one short query."""
    last = AuditEvent.objects.order_by("-id")[:LAST_EVENTS]
    found = last.aggregate(n=Count("id"), highest=Max("id"), total=Sum("id"))
    return (str(connection.settings_dict["NAME"]), found["n"], found["highest"], found["total"])


def kept(key: Hashable, make: Callable[[], Answer]) -> Answer:
    """The answer that ``make`` gives, or the one it gave before under the same key, if nothing was done since.

    The key must hold everything that the answer depends on besides the records: who may see what, the day, the
    language. The answer is shared between requests: nobody may change it.
    """
    if not settings.KEEP_ANSWERS:
        return make()
    present, now = stamp(), time.monotonic()
    with _lock:
        before = _answers.get(key)
        if before is not None and before[0] == present and now - before[1] < SECONDS:
            _answers.move_to_end(key)
            return before[2]
    answer = make()
    with _lock:
        _answers[key] = (present, now, answer)
        _answers.move_to_end(key)
        while len(_answers) > LARGEST:
            _answers.popitem(last=False)
    return answer


def forget() -> None:
    """Keep nothing of what was kept."""
    with _lock:
        _answers.clear()
