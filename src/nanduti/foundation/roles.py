"""Roles as data: who may do what, in prose and in capabilities. See ``roles.yaml`` beside this file.

What each capability means in words stands in ``capabilities.yaml``, in the order in which it is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from .languages import in_tongue


@dataclass(frozen=True)
class Role:
    """A role that can be granted within a scope."""

    code: str
    title: str
    prose: str
    may: frozenset[str]
    needs_second_factor: bool


def _read() -> tuple[Role, ...]:
    rows = yaml.safe_load(Path(__file__).with_name("roles.yaml").read_text(encoding="utf-8"))
    return tuple(
        Role(r["code"], r["title"], r["prose"], frozenset(r["may"]), bool(r.get("second_factor")))
        for r in rows
    )


def _read_words() -> dict[str, tuple[str, str]]:
    rows = yaml.safe_load(Path(__file__).with_name("capabilities.yaml").read_text(encoding="utf-8"))
    return {r["code"]: (r["title"], r["title_es"]) for r in rows}


ROLES = _read()
BY_CODE = {role.code: role for role in ROLES}
CAPABILITIES = _read_words()


def capability_in_words(code: str) -> str:
    """What a capability lets somebody do, in the reader's language.

    >>> capability_in_words("override_rule")
    'put a rule aside, with a reason'
    """
    return in_tongue(*CAPABILITIES[code])


def in_words(capabilities: Iterable[str]) -> list[str]:
    """Capabilities in the reader's language, in the order of ``capabilities.yaml``."""
    asked = set(capabilities)
    return [capability_in_words(code) for code in CAPABILITIES if code in asked]
