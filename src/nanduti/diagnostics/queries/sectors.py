"""Questions about published tables: shares, mean sizes, quotients, what stands in no part, what does not agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl
from django.db.models import Count, QuerySet

from nanduti.foundation.errors import NotFound
from nanduti.methods import indices
from nanduti.methods.indices.stated import Split, same_thing_twice, split, stated_against_classes
from nanduti.methods.values import BadInput, Verdict
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster

from ..models import SectorFigure, SectorTable

M, A, S = SectorFigure.Measure, SectorFigure.Area, SectorFigure.Stands


def sector_tables(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[SectorTable]:
    """The published tables that a programme keeps."""
    rows = SectorTable.objects.filter(programme=programme).select_related("cluster", "source")
    rows = rows.annotate(n_figures=Count("figures"))
    return rows.filter(cluster=cluster) if cluster else rows


def table_by_code(*, programme: Programme, code: str) -> SectorTable:
    """The table of that code; raises ``NotFound``."""
    found = None if "\x00" in code else sector_tables(programme=programme).filter(code=code).first()
    if found is None:
        raise NotFound(kind="sector table", code_given=code)
    return found


@dataclass
class Row:
    """One category: its figures by (measure, area), and what follows from them."""

    category: str
    figures: dict[tuple[str, str], SectorFigure] = field(default_factory=dict)
    shares: dict[tuple[str, str], float | None] = field(default_factory=dict)
    mean_size: float | None = None
    quotient: float | None = None

    @property
    def first(self) -> SectorFigure:
        return next(iter(self.figures.values()))

    def value(self, column: tuple[str, str]) -> float | None:
        found = self.figures.get(column)
        return None if found is None or found.value is None else float(found.value)


@dataclass(frozen=True)
class Flag:
    """Two statements that do not fit together, side by side, with the verdict on them."""

    one: SectorFigure
    other: SectorFigure | None
    verdict: Verdict


@dataclass(frozen=True)
class Read:
    """A table with all that follows from it.

    ``columns``: (measure, area) in order. ``splits``: whether each column adds up. ``flags``: what the text says
    otherwise. ``quotient_reason``: why nothing can be called specialised, where that is so.
    """

    table: SectorTable
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    splits: dict[tuple[str, str], Split]
    flags: tuple[Flag, ...]
    quotient_reason: str
    refused: BadInput | None = None


def read(*, table: SectorTable) -> Read:
    """A table worked out; one statement."""
    figures = list(SectorFigure.objects.filter(table=table).select_related("source"))
    printed = [f for f in figures if f.stands == S.TABLE and not f.is_total]
    totals = {(f.measure, f.area): f for f in figures if f.is_total and f.stands == S.TABLE}
    columns = tuple(dict.fromkeys((f.measure, f.area) for f in printed))
    rows = _rows(printed)
    splits = {column: _split(rows, column, totals.get(column)) for column in columns}
    for column, one in splits.items():
        for row in rows:
            row.shares[column] = one.shares.get(row.category)
    reason, refused = _sizes_and_quotients(rows, columns)
    said = [f for f in figures if f.stands == S.TEXT]
    flags = tuple(_flags(said, rows, totals))
    return Read(table, columns, tuple(rows), splits, flags, reason, refused)


def _rows(figures: Sequence[SectorFigure]) -> list[Row]:
    found: dict[str, Row] = {}
    for figure in sorted(figures, key=lambda f: (f.position, f.pk)):
        row = found.setdefault(figure.category, Row(figure.category))
        row.figures[figure.measure, figure.area] = figure
    return list(found.values())


def _split(rows: Sequence[Row], column: tuple[str, str], total: SectorFigure | None) -> Split:
    covered = _covered(rows, column)
    parts = {
        row.category: row.value(column)
        for row in rows
        if row.category not in covered and column in row.figures
    }
    stated = float(total.value) if total is not None and total.value is not None else None
    if stated is None and column[0] == M.PERCENT:
        stated = 100.0
    return split(parts, stated=stated, step=_step(rows, column))


def _covered(rows: Sequence[Row], column: tuple[str, str]) -> set[str]:
    """Categories that a joint figure stands for: they are empty because another row holds them."""
    return {
        name.strip()
        for row in rows
        if column in row.figures
        for name in row.figures[column].covers.split(";")
        if name.strip() and name.strip() != row.category
    }


def _step(rows: Sequence[Row], column: tuple[str, str]) -> float:
    """What the source rounds to: 0.1 where some figure has a decimal, else 1."""
    values = [row.figures[column].value for row in rows if column in row.figures]
    places = max((_places(v) for v in values if v is not None), default=0)
    return 10.0**-places


def _places(value: Decimal) -> int:
    return max(0, -int(value.normalize().as_tuple().exponent))


NO_REFERENCE, INCOMPLETE = "no_reference", "incomplete"


def _sizes_and_quotients(
    rows: Sequence[Row], columns: Sequence[tuple[str, str]]
) -> tuple[str, BadInput | None]:
    """Mean sizes where owners are known, quotients where the reference area is; the reason where they are not."""
    employment, owners, there = (M.EMPLOYMENT, A.HERE), (M.OWNERS, A.HERE), (M.EMPLOYMENT, A.REFERENCE)
    if employment not in columns:
        return "", None
    complete = [row for row in rows if row.value(employment) is not None]
    sized = [row for row in complete if row.value(owners)]
    if sized:
        made = indices.sector_table(_frame(sized, employment, owners), firms="firms")
        for row, mean in zip(sized, made["mean_size"], strict=True):
            row.mean_size = mean
    if there not in columns:
        return NO_REFERENCE, None
    if len(complete) < len(rows) or any(row.value(there) is None for row in rows):
        return INCOMPLETE, None
    try:
        made = indices.sector_table(
            _frame(complete, employment),
            reference={row.category: row.value(there) or 0.0 for row in complete},
        )
    except BadInput as error:
        return "", error
    for row, quotient in zip(complete, made["location_quotient"], strict=True):
        row.quotient = quotient
    return "", None


def _frame(
    rows: Sequence[Row], employment: tuple[str, str], firms: tuple[str, str] | None = None
) -> pl.DataFrame:
    data = {
        "sector": [row.category for row in rows],
        "employment": [row.value(employment) for row in rows],
    }
    return pl.DataFrame(data | ({"firms": [row.value(firms) for row in rows]} if firms else {}))


def _flags(
    said: Sequence[SectorFigure], rows: Sequence[Row], totals: dict[tuple[str, str], SectorFigure]
) -> list[Flag]:
    """What the text says beside the table: the same thing with another figure, or other classes."""
    found: list[Flag] = []
    for figure in said:
        if figure.value is None:
            continue
        column = (figure.measure, figure.area)
        row = next((r for r in rows if r.category == figure.category and column in r.figures), None)
        other = totals.get(column) if figure.is_total else row.figures[column] if row else None
        if other is not None and other.value is not None:
            verdict = same_thing_twice(
                float(other.value), float(figure.value), when=other.as_of or other.table.as_of,
                other_when=figure.as_of,
            )  # fmt: skip
            if verdict.decision != "yes":
                found.append(Flag(other, figure, verdict))
        elif figure.upper is not None:
            classes = [
                (r.figures[column].lower or 1, r.figures[column].upper, float(r.figures[column].value))  # type: ignore[arg-type]
                for r in rows
                if column in r.figures and r.value(column) is not None and r.figures[column].lower is not None
            ]
            if classes:
                verdict = stated_against_classes(float(figure.value), figure.upper, classes)
                found.append(Flag(figure, None, verdict))
    return found
