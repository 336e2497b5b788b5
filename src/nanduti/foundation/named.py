"""Kinds that are data with a source, read from a room's YAML: each has a code, and words in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .languages import in_tongue


def both(row: Mapping[str, Any], name: str = "title") -> tuple[str, str]:
    """The English and the Spanish of a row, as rooms write them.

    >>> both({"title": "agent", "title_es": "agente"})
    ('agent', 'agente')
    """
    return row[name], row[f"{name}_es"]


@dataclass(frozen=True)
class Named:
    """Something that is called by a title in the reader's language."""

    code: str
    titles: tuple[str, str]

    def __str__(self) -> str:
        return in_tongue(*self.titles)


@dataclass(frozen=True)
class Explained(Named):
    """Something that also says what it is for."""

    about: tuple[str, str]

    @property
    def about_said(self) -> str:
        """What it is for, in the reader's language."""
        return in_tongue(*self.about)
