"""Kinds of activity as data. See ``kinds.yaml`` beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class ActivityKind:
    """A kind of activity, what it counts under, and what whoever provides it does in the words of the guard."""

    code: str
    title: str
    counts_as: tuple[str, ...]
    is_training: bool
    is_visit: bool
    awareness: str
    provides: str
    task: str


def _read() -> dict[str, ActivityKind]:
    rows = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_text(encoding="utf-8"))
    return {
        r["code"]: ActivityKind(
            r["code"],
            r["title"],
            tuple(r["counts_as"]),
            bool(r.get("is_training")),
            bool(r.get("is_visit")),
            r.get("awareness", ""),
            r.get("provides", "provide_service"),
            r.get("task", ""),
        )
        for r in rows
    }


KINDS = _read()


def kinds_that_count_as(indicator: str) -> list[str]:
    """The codes of the kinds whose activities count under an output.

    >>> kinds_that_count_as("fairs")
    ['fair']
    """
    return [kind.code for kind in KINDS.values() if indicator in kind.counts_as]
