"""Text as people search it: without accents, case and doubled blanks."""

from __future__ import annotations

import unicodedata


def fold(*texts: str) -> str:
    """One line to search in.

    >>> fold("Asociación  Ñandutí", "ITAUGUÁ")
    'asociacion nanduti itaugua'
    """
    joined = " ".join(text for text in texts if text)
    plain = "".join(c for c in unicodedata.normalize("NFKD", joined) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def in_language(language: str | None, text: str, text_es: str) -> str:
    """The text in the reader's language, else in the one there is."""
    if language and language.startswith("es"):
        return text_es or text
    return text or text_es
