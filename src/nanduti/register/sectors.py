"""Sectors of partners, read from ``sectors.yaml``, and whether a kind of organisation belongs to one."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from nanduti.foundation.languages import in_tongue
from nanduti.methods.values import Reason, RuleSource, Verdict, mark


@cache
def _read() -> dict[str, Any]:
    return yaml.safe_load(files(__package__).joinpath("sectors.yaml").read_text(encoding="utf-8"))


def codes() -> tuple[str, ...]:
    """The sectors by code, in the order of the form.

    >>> codes()[:2]
    ('government', 'private_sector')
    """
    return tuple(_read()["sectors"])


def said(code: str) -> str:
    """A sector in the reader's words; a code that nobody knows as it stands."""
    row = _read()["sectors"].get(code)
    return in_tongue(row["title"], row["title_es"]) if row else code


def choices() -> list[tuple[str, str]]:
    """Codes with their words, for forms and filters."""
    return [(code, said(code)) for code in codes()]


def source() -> RuleSource:
    """Where the sectors come from."""
    return RuleSource(**_read()["source"])


def of_kind(kind: str) -> list[str]:
    """The sectors to which organisations of a kind belong.

    >>> of_kind("association")
    ['private_sector', 'civil_society']
    """
    return [code for code, row in _read()["sectors"].items() if kind in row["kinds"]]


def fits(*, kind: str, sector: str) -> Verdict | None:
    """Whether an organisation of this kind belongs to the sector that is stated of it; ``None`` where none is stated.

    >>> fits(kind="association", sector="united_nations").decision
    'flag'
    >>> fits(kind="association", sector="private_sector").decision
    'yes'
    """
    row = _read()["sectors"].get(sector)
    if row is None:
        return None
    if kind in row["kinds"]:
        return Verdict(
            "yes", (Reason("fits", mark("Organisations of this kind belong to this sector.")),), source()
        )
    return Verdict(
        "flag",
        (Reason("unfit", mark("Organisations of this kind do not usually belong to this sector.")),),
        source(),
    )
