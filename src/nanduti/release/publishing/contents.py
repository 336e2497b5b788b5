"""What a publication says of itself: kept with it, so that its page needs nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import translation

from nanduti.interface import words

from ..gate.result import Checked
from ..models import Publication
from .citing import address, citation

# How long caches may keep what is open: short, for those who might hold it after it was withdrawn.
KEPT_SECONDS = 300


def where(publication: Publication, *, exactly: bool = False) -> str:
    """Where it stands: the newest version, or exactly this one."""
    number = publication.number if exactly else None
    return address(publication.programme_code, publication.slug, number)


def about(publication: Publication) -> dict[str, Any]:
    """What stands in its files."""
    return {
        "slug": publication.slug,
        "number": publication.number,
        "title": publication.title,
        "title_es": publication.title_es,
        "published_on": publication.published_on.isoformat(),
        "address": where(publication, exactly=True),
        "citation": cite(publication),
        "is_synthetic": publication.programme.is_synthetic,
    }


def cite(publication: Publication, language: str = "en") -> str:
    """How to cite it."""
    es = language.startswith("es")
    return citation(
        programme=(es and publication.programme_title_es) or publication.programme_title,
        title=(es and publication.title_es) or publication.title,
        number=publication.number,
        published_on=publication.published_on,
        digest=publication.digest,
        where=where(publication, exactly=True),
        version="versión" if es else "version",
        day=_day_said(publication.published_on, language),
    )


def _day_said(day: date, language: str) -> str:
    with translation.override(language):
        return words.day(day)


def of(publication: Publication, checked: Checked) -> dict[str, Any]:
    """Dictionary, parts, sources and notes. How many cells are hidden is told, why is not."""
    return {
        "parts": [
            {k: v for k, v in part.about().items() if k not in {"lost_share"}} for part in checked.parts
        ],
        "columns": {name: dict(column) for name, column in checked.columns.items()},
        "sources": [dict(s) for s in checked.sources],
        "notes": [dict(n) for n in checked.notes],
        "is_synthetic": publication.programme.is_synthetic,
        "protection": publication.of_check.protection["method"],
    }
