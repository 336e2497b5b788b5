"""What a document is made of: headings, sentences, tables, pictures with their words, verdicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Words:
    """A paragraph; ``is_note`` in smaller letters."""

    text: str
    is_note: bool = False
    kind: str = "words"


@dataclass(frozen=True)
class Points:
    """A list of short sentences."""

    items: tuple[str, ...]
    kind: str = "points"


@dataclass(frozen=True)
class Grid:
    """A table with its caption; ``numeric`` columns stand to the right; ``tells_picture``: it says a picture again."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    tells_picture: bool = False
    kind: str = "grid"


@dataclass(frozen=True)
class Picture:
    """A picture as SVG; ``said`` tells it to those who do not see it.

    ``bars``: where it is made of bars: label, length (0 to 1, ``None`` unknown), words. A page draws these as a table,
    which a phone can show in letters of their proper size.
    """

    caption: str
    svg: str
    said: str
    bars: tuple[tuple[str, float | None, str], ...] = ()
    kind: str = "picture"


@dataclass(frozen=True)
class Judgement:
    """What a rule says, with its source; ``decision`` is yes, no or flag."""

    decision: str
    text: str
    source: str
    kind: str = "judgement"


Block = Words | Points | Grid | Picture | Judgement


@dataclass(frozen=True)
class Chapter:
    """A section of the document; ``code`` names it in addresses."""

    code: str
    title: str
    blocks: tuple[Block, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A whole study in words, in one language. ``facts``: label and value under the title."""

    language: str
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    chapters: tuple[Chapter, ...]
    unsaid: tuple[str, ...]
    sources: tuple[str, ...]
    labels: dict[str, str] = field(default_factory=dict)
    dated: str = ""

    def chapter(self, code: str) -> Chapter | None:
        return next((c for c in self.chapters if c.code == code), None)


def plain(block: Any) -> str:
    """All words of a block, for searching and for tests."""
    if isinstance(block, Grid):
        return " ".join([block.caption, *block.headings, *(cell for row in block.rows for cell in row)])
    if isinstance(block, Points):
        return " ".join(block.items)
    if isinstance(block, Picture):
        return f"{block.caption} {block.said}"
    return block.text
