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
