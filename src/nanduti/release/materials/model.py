"""The material: records with what their columns mean, and the parts that shall be made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

ID = "_id"
HOLDER = "_holder"
NO_ANSWER = "_no_answer"
TOTAL = "_total"
SAID = {
    NO_ANSWER: {"en": "not answered", "es": "sin respuesta"},
    TOTAL: {"en": "Total", "es": "Total"},
}


@dataclass(frozen=True)
class ColumnInfo:
    """What a column of a publication means, for its dictionary. ``codes``: code → language → words, in order."""

    name: str
    labels: Mapping[str, str]
    kind: str = "choice"
    unit: str = ""
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    source: str = ""
    sensitivity: str = "sensitive"

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "labels": dict(self.labels),
            "kind": self.kind,
            "unit": self.unit,
            "codes": {code: dict(said) for code, said in self.codes.items()},
            "source": self.source,
        }


@dataclass(frozen=True)
class Part:
    """One table to be made: its dimensions, and the column that is added up (``None``: records are counted).

    ``as_mean``: published is the mean of those who gave a figure, protected as the sum is.
    """

    name: str
    labels: Mapping[str, str]
    dims: tuple[str, ...]
    measure: str | None = None
    as_mean: bool = False


@dataclass(frozen=True)
class Material:
    """Records (``frame``, one row each, named by ``_id``) and what is asked of them.

    ``population``: records of the same population are held against each other by the ledger. ``figures``: for
    indicators, values that are counted already. ``notes``: sentences, in each language, that go with the publication.
    """

    kind: str
    frame: pl.DataFrame
    columns: Mapping[str, ColumnInfo]
    parts: tuple[Part, ...] = ()
    keys: tuple[str, ...] = ()
    population: str = ""
    sources: tuple[Mapping[str, str], ...] = ()
    notes: tuple[Mapping[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """Of the records as they stand: another digest, another check."""
        ordered = self.frame.sort(ID) if ID in self.frame.columns else self.frame
        made = hashlib.sha256(ordered.write_csv().encode())
        made.update(repr([(p.name, p.dims, p.measure) for p in self.parts]).encode())
        return made.hexdigest()
