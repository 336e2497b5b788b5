"""Countries by their two letters, read from ``countries.yaml``: what people are shown is a name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from nanduti.foundation.languages import in_tongue

from .folding import fold


@cache
def _read() -> dict[str, tuple[str, str]]:
    text = files(__package__).joinpath("countries.yaml").read_text(encoding="utf-8")
    return {code: (name, name_es) for code, (name, name_es) in yaml.safe_load(text)["countries"].items()}


def said(code: str) -> str:
    """A country in the reader's words; letters that are no country's as they stand.

    >>> said("IN"), said("py"), said("XX"), said("")
    ('India', 'Paraguay', 'XX', '')
    """
    names = _read().get(code.upper())
    return in_tongue(*names) if names else code


def choices() -> list[tuple[str, str]]:
    """Codes with their names, in the order of the reader's alphabet."""
    return sorted(((code, said(code)) for code in _read()), key=lambda pair: fold(pair[1]))
