"""Languages as forms write them, and their codes."""

from __future__ import annotations

import re

_IN_BRACKETS = re.compile(r"\(\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\s*\)\s*$")
_NAMES = {
    "español": "es", "espanol": "es", "castellano": "es", "spanish": "es", "english": "en", "inglés": "en",
    "ingles": "en", "guaraní": "gn", "guarani": "gn", "avañe'ẽ": "gn", "português": "pt", "portugues": "pt",
    "portuguese": "pt", "français": "fr", "francais": "fr", "french": "fr", "italiano": "it", "italian": "it",
    "deutsch": "de", "german": "de", "hindi": "hi", "tamil": "ta", "quechua": "qu", "aymara": "ay",
}  # fmt: skip
_A_CODE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")


def code_of(name: str) -> str:
    """The code of a language as a form names it; the name itself where no code can be told.

    >>> code_of("Español (es)"), code_of("English"), code_of("en"), code_of("Ayoreo")
    ('es', 'en', 'en', 'Ayoreo')
    """
    name = name.strip()
    found = _IN_BRACKETS.search(name)
    if found:
        return found.group(1)
    if _A_CODE.match(name):
        return name
    return _NAMES.get(name.casefold(), name)
