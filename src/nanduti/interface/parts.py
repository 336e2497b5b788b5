"""Small values that pages hand to the tags: figures, and the text that stands for a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nanduti.methods.values import Money

from . import words


@dataclass(frozen=True)
class Figure:
    """A number that matters, with what it counts; ``url`` leads to its records. ``tone``: warn, good or calm."""

    value: Any
    label: Any
    url: str = ""
    note: Any = ""
    tone: str = ""

    @property
    def text(self) -> str:
        """The value in the reader's language."""
        return words.money(self.value) if isinstance(self.value, Money) else words.number(self.value)

    @property
    def is_long(self) -> bool:
        return len(self.text) > 9


@dataclass(frozen=True)
class TextTable:
    """A picture as a table, for those who do not see it and for paper."""

    headings: Sequence[Any]
    rows: Iterable[Sequence[Any]] = field(default_factory=list)
