"""A document as PDF (PDF/UA-1, tagged, with the fonts that come along), and pictures as PNG for DOCX.

The words travel as data into a fixed template: what somebody typed is never read as markup. Nothing is fetched; the
same document gives the same bytes.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst

from .blocks import Document, Grid

TEMPLATE = Path(__file__).with_name("report.typ")
# One family for words and pictures; it is compiled into the typesetter, as no font of a machine can be relied on.
FONT = "Libertinus Serif"
# What stands for a letter that the fonts do not have, such as an emoji; the DOCX keeps it.
BOX = "\u25a1"
MOST_ATTEMPTS = 12
# What no page can show.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
PICTURE = b"""
#set page(width: 160mm, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%)
"""


def pdf(document: Document, *, is_synthetic: bool = False) -> bytes:
    """The document as PDF."""
    data = json.dumps(_clean(_plain(document, is_synthetic=is_synthetic)), ensure_ascii=False)
    for _attempt in range(MOST_ATTEMPTS):
        try:
            return _compile(TEMPLATE.read_bytes(), {"document": data}, format="pdf", pdf_standards="ua-1")
        except typst.TypstError as error:
            unseen = _unseen(error)
            if not unseen:
                raise
            data = data.translate({ord(c): BOX for c in unseen})
    # So many letters that the fonts do not have: a PDF that is not made for screen readers is better than none.
    return _compile(TEMPLATE.read_bytes(), {"document": data}, format="pdf")


def _clean(value: Any) -> Any:
    """The same data without the letters that no page can show."""
    if isinstance(value, str):
        return CONTROL.sub("", value)
    if isinstance(value, dict):
        return {key: _clean(part) for key, part in value.items()}
    return [_clean(part) for part in value] if isinstance(value, list | tuple) else value


def _unseen(error: typst.TypstError) -> set[str]:
    """The letters that no font of ours can show: PDF/UA refuses them, and names them one word at a time."""
    found = re.search(r'the text `"(.*?)"` could not be displayed', str(error), re.DOTALL)
    if found is None:
        return set()
    text = re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda m: chr(int(m[1], 16)), found[1])
    return {c for c in text if ord(c) > 127}


def png(svg: str, *, ppi: float = 200) -> bytes:
    """A picture as PNG, 160 mm wide."""
    return _compile(PICTURE, {"svg": _in_font(svg)}, format="png", ppi=ppi)


def _compile(source: bytes, inputs: dict[str, str], **how: Any) -> bytes:
    compiler = typst.Compiler(source, ignore_system_fonts=True, sys_inputs=inputs)
    made = compiler.compile(timestamp=0, **how)
    return b"".join(made) if isinstance(made, list) else made or b""


def _in_font(svg: str) -> str:
    return svg.replace('font-family="sans-serif"', f'font-family="{FONT}"', 1)


def _plain(document: Document, *, is_synthetic: bool) -> dict[str, Any]:
    data = asdict(document)
    for chapter, plain in zip(document.chapters, data["chapters"], strict=True):
        for block, flat in zip(chapter.blocks, plain["blocks"], strict=True):
            if isinstance(block, Grid):
                flat["numeric"] = sorted(block.numeric)
                flat["widths"] = widths(block)
            elif "svg" in flat:
                flat["svg"] = _in_font(flat["svg"])
    data["is_synthetic"] = is_synthetic
    return data


def widths(grid: Grid) -> list[float]:
    """How wide each column should be: by its longest cell, and never so narrow that its longest word breaks.

    >>> widths(Grid("", ("a", "b", "Together"), (("x" * 5, "y " * 45, "differ"),)))
    [8, 36, 11]
    """
    columns = zip(grid.headings, *grid.rows, strict=False) if grid.rows else ((h,) for h in grid.headings)
    return [_width([str(cell) for cell in column]) for column in columns]


def _width(cells: list[str]) -> float:
    longest_word = max((len(word) for cell in cells for word in cell.split()), default=0)
    return max(8, longest_word + 3, min(36, max(len(cell) for cell in cells)))
