"""The reader behind the door: never over, woken by what arrives, taking up what a dead process left behind."""

from __future__ import annotations

import time

from django.conf import settings

from nanduti.foundation.work import standing

from .. import reading
from ..steps import answers, checks, files, paradata, samples

__all__ = ["answers", "checks", "files", "paradata", "samples"]

PARKED_EVERY = 5.0
# The embedded database has one writer: while a batch is written, phones wait.
SMALL_BATCH = 25
_looked_at_parked = float("-inf")


@standing("surveys.read")
def read_waiting() -> int:
    """Read a batch; between batches the door gets its turn at the database."""
    global _looked_at_parked
    n = reading.read_waiting(SMALL_BATCH if settings.IS_EMBEDDED else reading.BATCH)
    if not n and time.monotonic() - _looked_at_parked > PARKED_EVERY:
        _looked_at_parked = time.monotonic()
        n = reading.take_up_parked()
    return n
