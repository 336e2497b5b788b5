"""What a study found, as plain values: figures with their source, how a whole is divided, what a sample covers.

They are frozen into a study as JSON when it is agreed, with labels in both languages and small groups kept back, so
that a committee reads what was decided upon and nothing that points at one firm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from nanduti.indicators.safe import LEAST

# Why something is not said; the words stand in :mod:`.wording`.
KEPT_BACK, NOBODY_ASKED, NO_ANSWER, NOT_KNOWN, WITHHELD = (
    "kept_back",
    "nobody_asked",
    "no_answer",
    "not_known",
    "withheld",
)


@dataclass(frozen=True)
class Figure:
    """One figure of a cluster with its source.

    ``value`` in ``unit`` ("share" is 0 to 1); ``said`` is how a document puts it ("about 650"). ``n``: how many firms
    it rests on. ``basis``: fact (a document), register (counted), answers (computed from answers), indicator.
    """

    code: str
    label: str
    label_es: str
    basis: str
    value: float | None = None
    said: str = ""
    unit: str = ""
    n: int | None = None
    source: str = ""
    source_es: str = ""
    as_of: str = ""
    reason: str = ""
    is_sensitive: bool = False


@dataclass(frozen=True)
class Part:
    """One part of a whole: how many firms, and their share of those that are known."""

    code: str
    label: str
    label_es: str
    n: int | None
    share: float | None
    is_kept_back: bool = False


@dataclass(frozen=True)
class Distribution:
    """How firms are divided by one thing. ``is_multiple``: a firm can stand in several parts."""

    code: str
    label: str
    label_es: str
    parts: tuple[Part, ...]
    n: int
    n_unknown: int
    source: str = ""
    source_es: str = ""
    reason: str = ""
    is_multiple: bool = False
    is_sensitive: bool = False


@dataclass(frozen=True)
class Cell:
    """A product by a size: how many firms the list has, how many were heard, how many more are wanted."""

    product: str
    label: str
    label_es: str
    size: str
    n_listed: int | None
    n_sampled: int | None
    n_short: int
    is_kept_back: bool = False


@dataclass(frozen=True)
class Coverage:
    """Whether every product and size was heard; ``reason`` where that cannot be said."""

    cells: tuple[Cell, ...] = ()
    least: int = 1
    n_listed: int = 0
    n_heard: int = 0
    n_unknown: int = 0
    reason: str = ""

    @property
    def n_short(self) -> int:
        return sum(cell.n_short for cell in self.cells)

    @property
    def open_cells(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.n_short]


@dataclass(frozen=True)
class Findings:
    """All of it, and when it was computed (an ISO moment). ``sources`` in English and Spanish."""

    computed_at: str
    n_register: int
    n_answered: int | None
    figures: tuple[Figure, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    sources: tuple[tuple[str, str], ...] = ()
    is_safe: bool = False

    def distribution(self, code: str) -> Distribution | None:
        return next((d for d in self.distributions if d.code == code), None)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(data: dict[str, Any]) -> Findings | None:
    """What :meth:`Findings.as_json` wrote; ``None`` where nothing was."""
    if not data:
        return None
    coverage = data["coverage"]
    return Findings(
        **{
            **data,
            "figures": tuple(Figure(**f) for f in data["figures"]),
            "distributions": tuple(
                Distribution(**{**d, "parts": tuple(Part(**p) for p in d["parts"])})
                for d in data["distributions"]
            ),
            "coverage": Coverage(**{**coverage, "cells": tuple(Cell(**c) for c in coverage["cells"])}),
            "sources": tuple((en, es) for en, es in data["sources"]),
        }
    )


# --- small groups


def keep_small_back(counts: Sequence[int | None]) -> list[bool]:
    """Which counts are not shown: those of fewer than ``LEAST`` firms, and the next smallest while those kept back
    would follow from the total. The same rule as for indicators, so that the two cannot be set off against each other.

    >>> keep_small_back([120, 25, 2, 14])
    [False, False, True, True]
    >>> keep_small_back([120, 25, 0, 14])
    [False, False, False, False]
    """
    back = [n is not None and 0 < n < LEAST for n in counts]
    others = sorted((n, i) for i, n in enumerate(counts) if n and not back[i])
    while any(back) and others:
        kept = [n or 0 for n, hide in zip(counts, back, strict=True) if hide]
        if len(kept) > 1 and sum(kept) >= LEAST:
            break
        back[others.pop(0)[1]] = True
    return back


def safe(found: Findings) -> Findings:
    """The findings for those who may not read the answers themselves."""
    if found.is_safe:
        return found
    return replace(
        found,
        figures=tuple(_safe_figure(f) for f in found.figures),
        distributions=tuple(_safe_distribution(d) for d in found.distributions),
        coverage=_safe_coverage(found.coverage),
        is_safe=True,
    )


def _safe_figure(figure: Figure) -> Figure:
    if not figure.is_sensitive or figure.n is None or figure.n >= LEAST or figure.value is None:
        return figure
    return replace(figure, value=None, said="", n=None, reason=KEPT_BACK)


def _safe_distribution(one: Distribution) -> Distribution:
    back = keep_small_back([part.n for part in one.parts])
    parts = tuple(
        replace(part, n=None, share=None, is_kept_back=True) if hide else part
        for part, hide in zip(one.parts, back, strict=True)
    )
    return replace(one, parts=parts)


def _safe_coverage(coverage: Coverage) -> Coverage:
    by_product: dict[str, list[Cell]] = {}
    for cell in coverage.cells:
        by_product.setdefault(cell.product, []).append(cell)
    made: list[Cell] = []
    for cells in by_product.values():
        back = keep_small_back([c.n_listed for c in cells])
        made += [
            replace(c, n_listed=None, n_sampled=None, is_kept_back=True) if hide else c
            for c, hide in zip(cells, back, strict=True)
        ]
    return replace(coverage, cells=tuple(made))
