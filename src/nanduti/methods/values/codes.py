"""Codes travel with their list and its revision."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """A code of a named list in a named revision.

    >>> str(Code("1511", "ISIC", "4"))
    'ISIC 4: 1511'
    """

    value: str
    scheme: str
    revision: str = ""

    def __str__(self) -> str:
        return f"{self.scheme} {self.revision}".strip() + f": {self.value}"
