"""The library of indicators: those that the sources use, as data files with their sources."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from ..definitions import IndicatorDefinition, read_definition
from ..errors import UnknownLibraryIndicator

HERE = Path(__file__).parent


@cache
def definitions() -> dict[str, IndicatorDefinition]:
    """All of them by code, in the order of the files."""
    found: dict[str, IndicatorDefinition] = {}
    for path in sorted(HERE.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for row in data["indicators"]:
            made = read_definition(row, data["sources"], f"{path.name}")
            found[made.code] = made
    return found


def definition(code: str) -> IndicatorDefinition:
    """The one of that code; raises ``UnknownLibraryIndicator``."""
    if code not in definitions():
        raise UnknownLibraryIndicator(name=str(code)[:80])
    return definitions()[code]
