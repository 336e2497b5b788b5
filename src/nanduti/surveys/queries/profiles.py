"""A small picture of every column: how many answered, which answers, how they are spread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from nanduti.methods.instruments import SILENT_KINDS, Question
from nanduti.methods.instruments.frames import Tables, labels_of

BINS = 12
MOST_CHOICES = 12


@dataclass(frozen=True)
class Profile:
    """One question: how many were asked and answered, and the counts or the spread."""

    label: str
    path: str
    n: int
    n_answered: int
    # Choice in words → how often.
    counts: list[tuple[str, int]] = field(default_factory=list)
    n_more: int = 0
    # Of numbers: least, median, greatest, and how many in each of equal parts between.
    spread: tuple[float, float, float] | None = None
    histogram: list[int] = field(default_factory=list)
    days: tuple[Any, Any] | None = None
    has_unit: bool = False

    @property
    def tells_years(self) -> bool:
        """Whether the numbers are years: whole, of four digits and without a unit."""
        told = self.spread or ()
        return bool(told) and not self.has_unit and all(1000 <= v < 10_000 and v == int(v) for v in told[::2])

    @property
    def missing_share(self) -> float | None:
        return 1 - self.n_answered / self.n if self.n else None


def profiles(tables: Tables, language: str) -> Iterator[Profile]:
    """A profile of every question that somebody is asked, in the order of the form."""
    definition = tables.definition
    for table in tables.by_repeat.values():
        for column in table.columns:
            question = definition.by_path.get(column.path)
            if column.role != "answer" or question is None or question.kind in SILENT_KINDS:
                continue
            yield _profile(tables, question, table.frame[column.name], language)


def _profile(tables: Tables, question: Question, values: pl.Series, language: str) -> Profile:
    label = question.label(language, tables.definition.default_language)
    known = values.drop_nulls()
    lead = {"label": label, "path": question.path, "n": len(values), "n_answered": len(known)}
    if isinstance(values.dtype, pl.List):
        if values.dtype.inner != pl.String:
            return Profile(**lead)
        return Profile(**lead, **_counts(tables, question, known.explode().drop_nulls(), language))
    if question.list_name:
        return Profile(**lead, **_counts(tables, question, known, language))
    if values.dtype.is_numeric() and len(known):
        return Profile(**lead, **_spread(known.cast(pl.Float64)), has_unit=bool(question.unit))
    if values.dtype in (pl.Date, pl.Datetime) and len(known):
        return Profile(**lead, days=(known.min(), known.max()))
    return Profile(**lead)


def _counts(tables: Tables, question: Question, known: pl.Series, language: str) -> dict[str, Any]:
    said = labels_of(tables.definition, question, language)
    found = dict(known.value_counts().iter_rows()) if len(known) else {}
    ordered = [(label, found.pop(code, 0)) for code, label in said.items()]
    ordered += sorted(((str(code), n) for code, n in found.items()), key=lambda pair: -pair[1])
    if len(ordered) > MOST_CHOICES:
        ordered.sort(key=lambda pair: -pair[1])
    return {
        "counts": ordered[:MOST_CHOICES],
        "n_more": sum(n for _label, n in ordered[MOST_CHOICES:]),
    }


def _spread(known: pl.Series) -> dict[str, Any]:
    least, greatest = float(known.min()), float(known.max())  # type: ignore[arg-type]
    middle = float(known.median())  # type: ignore[arg-type]
    if greatest <= least:
        return {"spread": (least, middle, greatest), "histogram": [len(known)]}
    place = ((known - least) / (greatest - least) * BINS).cast(pl.Int64).clip(0, BINS - 1)
    counted = dict(place.value_counts().iter_rows())
    return {"spread": (least, middle, greatest), "histogram": [counted.get(n, 0) for n in range(BINS)]}
