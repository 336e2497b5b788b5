"""Kinds of bodies and the sectors that must sit on them, read from ``bodies.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from nanduti.foundation.languages import in_tongue
from nanduti.foundation.named import Explained, both
from nanduti.methods.values import RuleSource


@dataclass(frozen=True)
class BodyKind(Explained):
    """A kind of body: what it is for, and how many seats each sector must have on it."""

    seats: dict[str, int]
    source: RuleSource


@cache
def _read() -> dict[str, Any]:
    return yaml.safe_load(files(__package__).joinpath("bodies.yaml").read_text(encoding="utf-8"))


@cache
def kinds() -> dict[str, BodyKind]:
    """The kinds of bodies by code.

    >>> kinds()["support_centre_board"].seats
    {'academia': 1, 'local_government': 1, 'private_sector': 1}
    """
    return {
        code: BodyKind(
            code,
            both(row),
            both(row, "about"),
            dict(row["seats"]),
            RuleSource(row["document"], row["place"]),
        )
        for code, row in _read()["kinds"].items()
    }


def kind_of(code: str) -> BodyKind:
    """The kind with that code; one that nobody knows lays nothing down."""
    known = kinds()
    return known.get(code) or BodyKind(code, (code, code), ("", ""), {}, known["steering_committee"].source)


def sectors() -> list[str]:
    """The codes of the sectors that can hold seats."""
    return list(_read()["sectors"])


def sector_in_words(code: str) -> str:
    """A sector in the reader's language; one that nobody knows as it stands.

    >>> sector_in_words("private_sector")
    'private sector'
    """
    row = _read()["sectors"].get(code)
    return in_tongue(*both(row)) if row else code.replace("_", " ")
