"""Who is at work with the records of this home folder: servers and workers together, or one that needs them alone."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from nanduti.foundation.storage import DatabaseInUse

NAME = "at-work.lock"
# Held for as long as the process lives, also after it has become the web server.
_held: list[int] = []


def say_so(home: Path) -> None:
    """From now on somebody is at work here."""
    _lock(home, fcntl.LOCK_SH)


def have_alone(home: Path) -> None:
    """Nobody else is, nor begins before this process ends; raises where somebody is."""
    _lock(home, fcntl.LOCK_EX)


def _lock(home: Path, kind: int) -> None:
    handle = os.open(home / NAME, os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(handle, True)
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise DatabaseInUse(n=1) from None
    _held.append(handle)


def let_go() -> None:
    """Be at work here no longer."""
    while _held:
        os.close(_held.pop())
