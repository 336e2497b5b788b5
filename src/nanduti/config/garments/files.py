"""The files of the example: who answered what, by names of questions."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from nanduti.foundation.errors import NotFound

PROGRAMME = "paraguay-garments-synthetic"
TOWNS = {"pilar": "pilar-garments", "yaguaron": "yaguaron-garments", "mra": "mra-garments"}

Row = dict[str, str]


def folder() -> Path:
    """Where the files lie: in a checkout beside the package, in an installed package inside it."""
    for examples in (settings.PACKAGE.parents[1] / "examples", settings.PACKAGE / "examples"):
        if (examples / PROGRAMME).is_dir():
            return examples / PROGRAMME
    raise NotFound(kind="example", code_given=PROGRAMME)


def rows(name: str) -> list[Row]:
    """The rows of ``answers/<name>.csv``."""
    with (folder() / "answers" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_workshop(some: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Rows of the same workshop together, in the order of the file."""
    found: dict[str, list[Row]] = {}
    for row in some:
        found.setdefault(row["workshop"], []).append(row)
    yield from found.items()
