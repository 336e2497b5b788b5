"""The log that a phone keeps while a form is filled: what was looked at, how long, what was changed on the way.

After the client audit log of ODK: ``event,node,start,end[,latitude,longitude,accuracy][,old-value,new-value]`` and,
from Collect, ``user`` and ``change-reason``; times are milliseconds since 1970. Places and values are not read here:
they identify or repeat the answers.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

_POSITION = re.compile(r"\[\d+\]")
# More lines than anybody makes in a day: a log that was left running.
MOST_EVENTS = 200_000
# A question that stays open for longer than this was left, not thought about.
LONGEST_LOOK_SECONDS = 1_800


@dataclass
class AuditLog:
    """What a log tells in sum; ``seconds`` and ``edits`` by path of the question."""

    n_events: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    edits: dict[str, int] = field(default_factory=dict)
    n_jumps: int = 0
    n_resumed: int = 0
    n_refused: int = 0
    n_unread: int = 0

    @property
    def total_seconds(self) -> float:
        """How long questions were looked at, all together."""
        return sum(self.seconds.values())


def read_audit_log(content: bytes | str) -> AuditLog:
    """The sums of a log; lines that cannot be understood are counted, never fatal.

    >>> log = read_audit_log('''event,node,start,end,old-value,new-value
    ... form start,,1000,,,
    ... question,/data/workers,1000,5000,,7
    ... question,/data/workers,9000,10000,7,70
    ... jump,,10000,11000,,
    ... constraint error,/data/workers,11000,,,''')
    >>> log.seconds, log.edits, log.n_jumps, log.n_refused
    ({'workers': 5.0}, {'workers': 1}, 1, 1)
    """
    text = content.decode("utf-8-sig", "replace") if isinstance(content, bytes) else content
    log = AuditLog()
    rows = csv.DictReader(io.StringIO(text.replace("\0", ""), newline=""))
    try:
        for row in rows:
            if log.n_events >= MOST_EVENTS:
                log.n_unread += 1
                break
            log.n_events += 1
            _count(log, row)
    except csv.Error:
        log.n_unread += 1
    return log


def _count(log: AuditLog, row: dict[str, str | None]) -> None:
    event = (row.get("event") or "").strip().lower()
    if event == "jump":
        log.n_jumps += 1
    elif event == "form resume":
        log.n_resumed += 1
    elif event == "constraint error":
        log.n_refused += 1
    elif event in ("question", "group questions"):
        _look(log, row)
    elif not event:
        log.n_unread += 1


def _look(log: AuditLog, row: dict[str, str | None]) -> None:
    path = path_of(row.get("node") or "")
    start, end = (_milliseconds(row.get(name)) for name in ("start", "end"))
    if not path:
        log.n_unread += 1
        return
    if start is not None and end is not None and end >= start:
        seconds = (end - start) / 1000
        if seconds <= LONGEST_LOOK_SECONDS:
            log.seconds[path] = log.seconds.get(path, 0.0) + seconds
    if row.get("old-value"):
        log.edits[path] = log.edits.get(path, 0) + 1


def path_of(node: str) -> str:
    """The path below the root that a node of the log names, without positions of repeats.

    >>> path_of("/data/machine[2]/age")
    'machine/age'
    """
    return _POSITION.sub("", node.strip()).strip("/").partition("/")[2]


def _milliseconds(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
