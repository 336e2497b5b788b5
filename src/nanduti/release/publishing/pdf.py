"""Sheets as PDF: typeset with the fonts that come along; the words travel as data and are never read as markup."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from ..sheets import Sheet

TEMPLATE = Path(__file__).with_name("sheet.typ")


def pdf(sheets: Sequence[Sheet], *, title: str, foot: str, language: str) -> bytes:
    """All sheets as one tagged document (PDF/UA-1), a page (or as many as it needs) each."""
    book = {
        "title": title,
        "foot": foot,
        "language": language,
        "own": _("Your answer"),
        "mean": _("On average in your community"),
        "sheets": [s.as_data for s in sheets],
    }
    import typst  # large, and a web process seldom makes a sheet

    compiler = typst.Compiler(
        TEMPLATE.read_bytes(), ignore_system_fonts=True, sys_inputs={"sheets": json.dumps(book)}
    )
    made = compiler.compile(timestamp=0, format="pdf", pdf_standards="ua-1")
    return b"".join(made) if isinstance(made, list) else made or b""
