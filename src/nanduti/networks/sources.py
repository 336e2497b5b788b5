"""Where ties come from besides what people say: records that already stand somewhere, read anew each time.

Rooms above offer theirs, so that what they keep shows on the relation map without being copied::

    # plans/apps.py, ready()
    sources.offer(TieSource("plans.joint_activities", _("Activities"), ("joint_activity",), read))

``read(programme=…, clusters=…, access=…)`` answers a frame with the columns of :data:`COLUMNS`: pseudonyms of the
register, the kind, from which day until which (open ends are null), and where it is written. ``clusters`` are numbers,
``None`` for all; ``access=None`` is the operator. A source shows nothing that the viewer may not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

COLUMNS: dict[str, Any] = {
    "origin": pl.String,
    "target": pl.String,
    "kind": pl.String,
    "began_on": pl.Date,
    "ended_on": pl.Date,
    "source": pl.String,
}
# A gathering larger than this ties nobody: who was at a fair of three hundred has not worked with all of them.
MOST_TOGETHER = 40

Read = Callable[..., pl.DataFrame]


@dataclass(frozen=True)
class TieSource:
    """Records that ties can be read from: what they are called, which kinds they give, how they are read."""

    code: str
    title: Any
    kinds: tuple[str, ...]
    read: Read


_sources: dict[str, TieSource] = {}


def offer(source: TieSource) -> None:
    """Let these records show as ties."""
    _sources[source.code] = source


def known() -> list[TieSource]:
    """Every source that some room has offered."""
    return [_sources[code] for code in sorted(_sources)]


def nothing() -> pl.DataFrame:
    """A frame without ties."""
    return pl.DataFrame(schema=COLUMNS)


def framed(rows: Iterable[Sequence[Any]]) -> pl.DataFrame:
    """Rows in the order of :data:`COLUMNS` as a frame."""
    return pl.DataFrame(list(rows), schema=COLUMNS, orient="row")


def each_with_each(members: Sequence[str], *more: Any) -> list[tuple[Any, ...]]:
    """Rows that tie every two members; nothing for a gathering too large to tie anybody.

    >>> each_with_each(["W-1", "W-2", "W-3"], "joint_activity")[0]
    ('W-1', 'W-2', 'joint_activity')
    >>> len(each_with_each([str(n) for n in range(41)]))
    0
    """
    different = sorted(set(members))
    if len(different) > MOST_TOGETHER:
        return []
    return [(a, b, *more) for place, a in enumerate(different) for b in different[place + 1 :]]
