"""Roles as data: who may do what, in prose and in capabilities. See ``roles.yaml`` beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml


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


ROLES = _read()
BY_CODE = {role.code: role for role in ROLES}
