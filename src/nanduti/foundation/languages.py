"""In which language somebody reads."""

from __future__ import annotations

from typing import TypeVar

from django.utils.translation import get_language

T = TypeVar("T")


def tongue() -> str:
    """The reader's language without its country, as recipes, forms and columns name languages: ``en``, ``es``."""
    return (get_language() or "en").partition("-")[0]


def in_tongue(text: T, text_es: T) -> T:
    """The text (or texts) in the reader's language, else in the one there is."""
    return (text_es or text) if tongue() == "es" else (text or text_es)
