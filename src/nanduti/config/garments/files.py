"""The files of the example: who answered what, by names of questions."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from ..examples import example_folder

PROGRAMME = "paraguay-garments-synthetic"
TOWNS = {"pilar": "pilar-garments", "yaguaron": "yaguaron-garments", "mra": "mra-garments"}

Row = dict[str, str]


def folder() -> Path:
    """Where the files lie."""
    return example_folder(PROGRAMME)


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
