"""Standing work of the floor: the embedded database learns how large its tables have become."""

from __future__ import annotations

import time

from django.db import connection

from .work import standing

# SQLite gathers no statistics of its own accord, and without any it takes an index of few values for one of many:
# a look-up that is quick among a hundred rows walks through a million. PostgreSQL sees to it by itself.
EVERY_SECONDS = 600.0
# How many rows of an index are looked at; so it takes milliseconds at any size.
LOOKED_AT = 1000

_last = -EVERY_SECONDS


@standing("foundation.statistics")
def keep_statistics() -> int:
    """Every ten minutes, let SQLite look at its tables again; never counts as work done."""
    global _last
    if connection.vendor == "sqlite" and time.monotonic() - _last >= EVERY_SECONDS:
        _last = time.monotonic()
        gather()
    return 0


def gather() -> None:
    """Look at every table. ``PRAGMA optimize`` would leave out those that no question of this connection was about."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit={LOOKED_AT}")
        cursor.execute("ANALYZE")
