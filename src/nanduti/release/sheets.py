"""One page for a community or a firm: what was published of its community, and the firm's own answers beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from nanduti.interface import words
from nanduti.interface.pictures import bars
from nanduti.surveys.units import with_unit

from .gate.result import VALUE
from .grids import code_said, said
from .materials.model import NO_ANSWER, TOTAL
from .materials.sheets import COMMUNITY


@dataclass(frozen=True)
class Line:
    """One answer and how many gave it; ``share`` is of those who answered in the community."""

    label: str
    text: str
    share: float | None = None
    is_own: bool = False

    @property
    def bar(self) -> Any:
        return bars.bar(self.share, whole=1) if self.share is not None else ""


@dataclass(frozen=True)
class Topic:
    """One question: what the community answered, and what this firm did."""

    label: str
    lines: list[Line] = field(default_factory=list)
    group: str = ""
    own: str = ""


@dataclass(frozen=True)
class Sheet:
    """A page: whose it is, and its topics."""

    title: str
    community: str
    topics: list[Topic]
    firm: str = ""
    pseudonym: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def as_data(self) -> dict[str, Any]:
        """For the typesetter."""
        return {
            "title": self.title,
            "community": self.community,
            "firm": self.firm,
            "notes": self.notes,
            "topics": [
                {
                    "label": t.label,
                    "group": t.group,
                    "own": t.own,
                    "lines": [
                        {"label": n.label, "text": n.text, "share": n.share or 0, "own": n.is_own}
                        for n in t.lines
                    ],
                }
                for t in self.topics
            ],
        }


def sheet(
    *,
    title: str,
    contents: Mapping[str, Any],
    frames: Mapping[str, pl.DataFrame],
    community: str,
    own: Mapping[str, Any] | None = None,
    firm: str = "",
    pseudonym: str = "",
) -> Sheet:
    """The page of a community, or with ``own`` answers that of a firm. ``frames`` are the published parts."""
    columns = contents["columns"]
    topics = []
    for part in contents["parts"]:
        frame = frames[part["name"]].filter(pl.col(COMMUNITY) == community)
        label = said(part["labels"], part["name"])
        value = (own or {}).get(part["name"])
        if part["measure"]:
            topics.append(_number(label, frame, columns[part["measure"]], value, own is not None))
        else:
            topics.append(_choice(label, frame, part["name"], columns, value, own is not None))
    place = code_said(columns, COMMUNITY, community)
    notes = [said(n) for n in contents.get("notes", [])] + [said(s) for s in contents.get("sources", [])]
    return Sheet(title, place, topics, firm, pseudonym, notes)


def _number(label: str, frame: pl.DataFrame, column: Mapping[str, Any], own: Any, is_firm: bool) -> Topic:
    mean = frame[VALUE][0] if frame.height else None
    unit = column.get("unit") or ""
    group = _("cannot be said: too few answered")
    if mean is not None:
        group = with_unit(words.number(mean), mean, unit)
    said_own = ""
    if is_firm:
        said_own = with_unit(words.number(own), own, unit) if own is not None else _("not answered")
    return Topic(label, [], group, said_own)


def _choice(
    label: str, frame: pl.DataFrame, name: str, columns: Mapping[str, Any], own: Any, is_firm: bool
) -> Topic:
    counts = dict(frame.select(name, VALUE).iter_rows())
    whole = counts.get(TOTAL)
    lines = []
    for code in (c for c in counts if c not in (TOTAL, NO_ANSWER)):
        n = counts[code]
        mine = is_firm and own is not None and str(own) == code
        if n is None or not whole:
            lines.append(Line(code_said(columns, name, code), _("cannot be said"), None, mine))
        else:
            text = _("%(n)s of %(all)s") % {"n": words.number(n), "all": words.number(whole)}
            lines.append(Line(code_said(columns, name, code), text, n / whole, mine))
    said_own = ""
    if is_firm:
        said_own = code_said(columns, name, str(own)) if own not in (None, NO_ANSWER) else _("not answered")
    return Topic(label, lines, "", said_own)


def communities(contents: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """The communities that a publication of sheets speaks of."""
    codes = contents["columns"][COMMUNITY]["codes"]
    return [(code, said(words_, code)) for code, words_ in codes.items() if code != NO_ANSWER]
