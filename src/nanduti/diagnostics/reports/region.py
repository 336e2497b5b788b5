"""Published tables of the region, and the clusters side by side, in blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from nanduti.foundation.languages import in_tongue
from nanduti.interface import words
from nanduti.programme.models.programmes import in_language
from nanduti.register.models import Cluster

from .. import pictures, wording
from ..models import SectorFigure, SectorTable
from ..queries import sectors as queries
from ..queries.sections import Material
from ..queries.sectors import Read, Row
from .blocks import Block, Grid, Picture, Words
from .operations import judged

MOST_BARS = 16


def sector_blocks(given: Material) -> Iterable[Block]:
    """Each published table with what follows from it."""
    for table in given.tables:
        yield from table_blocks(queries.read(table=table))


def table_blocks(found: Read) -> Iterable[Block]:
    """One table: picture, figures and shares, whether they add up, what the text says otherwise."""
    title = str(found.table)
    picture = sector_picture(found)
    if picture is not None:
        yield picture
    yield sector_grid(found)
    for column, one in found.splits.items():
        verdict = judged(one.verdict)
        name = column_said(found.table, column)
        yield Words(f"{name}: {verdict.text}", is_note=True)
    if found.quotient_reason:
        yield Words(
            _("Location quotients cannot be said: %(why)s.") % {"why": wording.reason(found.quotient_reason)},
            is_note=True,
        )
    for flag in found.flags:
        yield judged(flag.verdict)
    cite = found.table.cite()
    if cite:
        yield Words(f"{title}: {cite}", is_note=True)


def column_said(table: SectorTable, column: tuple[str, str]) -> str:
    """What a column counts, and where."""
    measure, area = column
    where = (
        in_language(table, "region") if area == SectorFigure.Area.HERE else in_language(table, "reference")
    )
    return (
        f"{SectorFigure.Measure(measure).label}, {where}"
        if where
        else str(SectorFigure.Measure(measure).label)
    )


def sector_picture(found: Read) -> Picture | None:
    """The shares of the first column as bars."""
    if not found.columns:
        return None
    first = found.columns[0]
    rows = [
        pictures.Bar(str(r.first), r.shares.get(first), _share_said(r.shares.get(first)))
        for r in found.rows
        if first in r.figures
    ]
    if not 2 <= len(rows) <= MOST_BARS:
        return None
    residual = found.splits[first].residual
    whole = found.splits[first].whole
    if residual and whole and residual > 0 and found.splits[first].verdict.reasons[0].code == "left_over":
        rows.append(pictures.Bar(_("in no part"), residual / whole, words.share(residual / whole)))
    title = f"{found.table}: {column_said(found.table, first)}"
    said = "; ".join(f"{r.label}: {r.said}" for r in rows)
    return Picture(title, pictures.bars(title, rows), said, pictures.lengths(rows))


def _share_said(share: float | None) -> str:
    return words.share(share) if share is not None else wording.reason("not_known")


def sector_grid(found: Read) -> Grid:
    """Categories in rows; for each column its figures, and shares where they are not per cents already."""
    headings: list[str] = [_("Group")]
    cells: list[Any] = []
    for column in found.columns:
        headings.append(column_said(found.table, column))
        cells.append(lambda row, c=column: cell_said(row, c))
        if column[0] != SectorFigure.Measure.PERCENT:
            headings.append(_("Share"))
            cells.append(lambda row, c=column: words.share(row.shares.get(c)))
    if any(row.mean_size is not None for row in found.rows):
        headings.append(_("Persons for each owner"))
        cells.append(lambda row: "" if row.mean_size is None else words.number(row.mean_size, 1))
    if any(row.quotient is not None for row in found.rows):
        headings.append(_("Location quotient"))
        cells.append(lambda row: "" if row.quotient is None else words.number(row.quotient, 2))
    rows = [(str(row.first), *(cell(row) for cell in cells)) for row in found.rows]
    return Grid(
        _("%(what)s, in figures") % {"what": found.table},
        tuple(headings),
        tuple(rows),
        frozenset(range(1, len(headings))),
    )


def cell_said(row: Row, column: tuple[str, str]) -> str:
    """A cell as the table has it, with its note; why it is empty where it is."""
    figure = row.figures.get(column)
    if figure is None:
        return ""
    if figure.value is None:
        return in_language(figure, "note") or wording.reason("not_known")
    said = words.number(figure.value)
    if column[0] == SectorFigure.Measure.PERCENT:
        said = f"{said}\u00a0%"
    note = in_language(figure, "note")
    return f"{said} ({note})" if note else said


def unsaid(tables: Sequence[SectorTable]) -> Iterable[str]:
    """Tables without a reference area."""
    for table in tables:
        if table.kind == SectorTable.Kind.SECTORS and not table.reference:
            yield _("%(what)s: %(why)s.") % {"what": table, "why": wording.reason("no_reference")}


# --- clusters side by side


def comparison_blocks(lines: Sequence[Any], given: Material) -> Iterable[Block]:
    """The same indicators of each cluster; differences marked, what is not known said."""
    names = cluster_names(lines)
    shares = [line for line in lines if line.unit == "share" and line.n_known >= 1][:14]
    if shares:
        yield comparison_picture(shares, names)
    yield comparison_grid(lines, names)


def cluster_names(lines: Sequence[Any]) -> dict[str, str]:
    """Code → name of the clusters that are compared."""
    codes = list(dict.fromkeys(p.cluster for line in lines for p in line.places))
    known = {c.code: str(c) for c in Cluster._base_manager.filter(code__in=codes)}
    return {code: known.get(code, code) for code in codes}


def line_label(line: Any) -> str:
    return in_tongue(line.label, line.label_es)


def line_unit(line: Any) -> str:
    """The unit in the language of the moment; "share" is a code and stays."""
    return line.unit if line.unit == "share" else in_tongue(line.unit, line.unit_es)


def comparison_picture(lines: Sequence[Any], names: dict[str, str]) -> Picture:
    """The shares on one axis."""
    title = _("The clusters side by side")
    drawn = [(line_label(l), [(p.value, place_said(p, line_unit(l))) for p in l.places]) for l in lines]  # noqa: E741
    svg = pictures.territories(title, list(names.values()), drawn)
    said = "; ".join(
        f"{label}: " + ", ".join(f"{n} {w}" for n, (_v, w) in zip(names.values(), values, strict=True))
        for label, values in drawn
    )
    return Picture(title, svg, said)


def place_said(place: Any, unit: str) -> str:
    """A value, else why there is none."""
    if place.value is None:
        return wording.reason(place.reason) or wording.reason("not_known")
    return wording.amount(place.value, unit)


def comparison_grid(lines: Sequence[Any], names: dict[str, str]) -> Grid:
    """Indicators in rows, clusters in columns; the highest and lowest are marked where they differ."""
    rows = []
    for line in lines:
        cells = []
        for place in line.places:
            said = place_said(place, line_unit(line))
            mark = {"highest": " ▲", "lowest": " ▼"}.get(place.standing, "")
            cells.append(said + mark)
        differs = {True: _("differ"), False: _("alike"), None: _("cannot be said")}[line.differs]
        rows.append((line_label(line), *cells, differs))
    return Grid(
        _("The same indicators for each cluster"),
        (_("Indicator"), *names.values(), _("Together")),
        tuple(rows),
        frozenset(range(1, len(names) + 1)),
    )
