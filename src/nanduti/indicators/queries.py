"""Questions about indicators: which there are, what they came to, what changed, who stands behind a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.db.models import Exists, OuterRef, Q, QuerySet

from nanduti.foundation.access import Access
from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import Run
from nanduti.methods.instruments.formulas import rows as rows_of
from nanduti.methods.instruments.formulas import understand
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster
from nanduti.surveys.models import Wave

from .definitions import IndicatorDefinition
from .models import Indicator, IndicatorVersion, Measurement
from .reckoning import ALL, UNKNOWN, Cell, columns_of, digest_of, needed
from .safe import HIDDEN, differs_by_few, hidden, may_show_whole, safe_cell, safe_groups
from .units import Units, unit_frame

# Above this the fingerprint is not worked out for a page: it needs every column that the run had read.
MOST_COMPARED = 20_000
VALUES = {
    "code": pl.String, "cluster": pl.String, "wave": pl.String, "group": pl.String, "n": pl.Int64,
    "numerator": pl.Float64, "denominator": pl.Float64, "value": pl.Float64, "unit": pl.String, "verdict": pl.String,
    "reason": pl.String, "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip


def current_versions(*, programme: Programme) -> QuerySet[IndicatorVersion]:
    """The present definition of every indicator of a programme, in the order in which they were taken."""
    rows = IndicatorVersion.objects.filter(indicator__programme=programme, is_current=True)
    return rows.select_related(
        "indicator__programme", "indicator__instrument__programme", "indicator__scope", "scope"
    ).order_by("indicator_id")


def definitions(programme: Programme) -> list[IndicatorDefinition]:
    """What the programme measures, by the definitions in use."""
    rows = current_versions(programme=programme).filter(indicator__is_used=True)
    return [version.said for version in rows]


def indicator_by_code(*, programme: Programme, code: str) -> IndicatorVersion:
    """The present version of the indicator of that code, or :class:`NotFound`."""
    rows = current_versions(programme=programme)
    found = None if "\x00" in code else rows.filter(indicator__code=code).first()
    if found is None:
        raise NotFound(kind="indicator", code_given=code)
    return found


def history(*, indicator: Indicator) -> QuerySet[IndicatorVersion]:
    """All its versions, the newest first."""
    return IndicatorVersion.objects.filter(indicator=indicator).select_related("made_by").order_by("-number")


def runs(*, indicator: Indicator) -> list[Measurement]:
    """The whole of the programme as it was worked out from time to time, the newest first."""
    rows = Measurement.objects.filter(indicator_version__indicator=indicator, cluster=None)
    return list(rows.select_related("run__by", "indicator_version", "wave").order_by("-id")[:50])


# --- what they came to


@dataclass
class Told:
    """A measurement as a reader may see it: the figure, and by dimension its groups."""

    measurement: Measurement
    cell: Cell
    groups: dict[str, dict[str, Cell]] = field(default_factory=dict)
    in_full: bool = False

    @property
    def wave(self) -> Wave | None:
        return self.measurement.wave

    @property
    def cluster(self) -> Cluster | None:
        return self.measurement.cluster


def measurements(
    *,
    programme: Programme,
    access: Access | None,
    indicators: Iterable[int] | None = None,
    clusters: Sequence[Cluster] | None = None,
    with_groups: bool = True,
) -> list[Told]:
    """The present measurements as the reader may see them; a few queries.

    In full with ``read_sensitive`` where they belong; else the safe view of :mod:`.safe`. ``clusters``: only these, and
    those of all together. Without ``with_groups`` the groups are not read, which are most of the bytes.
    """
    rows = Measurement.objects.filter(indicator_version__indicator__programme=programme, is_current=True)
    if indicators is not None:
        rows = rows.filter(indicator_version__indicator__in=list(indicators))
    if clusters is not None and (access is None or access.may("read_sensitive", programme.scope_id)):
        # The safe view judges a cluster by its neighbours; who sees all in full needs no more than what is asked.
        rows = rows.filter(Q(cluster__in=list(clusters)) | Q(cluster=None))
    rows = rows if with_groups else rows.defer("groups")
    found = [row for row in rows.order_by("id") if access is None or access.may("read", row.scope_id)]
    _attach(found)
    wanted = None if clusters is None else {c.pk for c in clusters}
    return [
        one
        for one in _told(found, access, programme, with_groups)
        if wanted is None or one.measurement.cluster_id is None or one.measurement.cluster_id in wanted
    ]


def _attach(rows: list[Measurement]) -> None:
    """Their versions, waves and clusters, each read and understood once for all."""
    versions = IndicatorVersion.objects.filter(pk__in={r.indicator_version_id for r in rows})
    parts: list[tuple[str, dict[int, Any]]] = [
        ("indicator_version", {v.pk: v for v in versions.select_related("indicator")}),
        ("wave", Wave.objects.in_bulk({r.wave_id for r in rows if r.wave_id})),
        ("cluster", Cluster._base_manager.in_bulk({r.cluster_id for r in rows if r.cluster_id})),
        ("run", Run.objects.in_bulk({r.run_id for r in rows})),
    ]
    for row in rows:
        for name, known in parts:
            pk = getattr(row, f"{name}_id")
            setattr(row, name, known.get(pk) if pk else None)


def _told(
    rows: list[Measurement], access: Access | None, programme: Programme, with_groups: bool
) -> list[Told]:
    """Rows of one indicator in one wave are judged together, so that none follows from the others."""
    together: dict[tuple[int, int | None], list[Measurement]] = {}
    waves: dict[tuple[int, int | None], list[Cell]] = {}
    for row in rows:
        indicator = row.indicator_version.indicator_id
        together.setdefault((indicator, row.wave_id), []).append(row)
        if row.wave_id:
            waves.setdefault((indicator, row.cluster_id), []).append(cell_of(row))
    told = []
    for (indicator, _wave), some in together.items():
        beside = {
            row.pk: waves.get((indicator, row.cluster_id), []) if not row.wave_id else [] for row in some
        }
        told += _judged(some, beside, access, programme, with_groups)
    return told


def _judged(
    rows: list[Measurement],
    beside: dict[int, list[Cell]],
    access: Access | None,
    programme: Programme,
    with_groups: bool,
) -> list[Told]:
    """``beside``: by measurement the waves that could be taken from it."""

    def full(row: Measurement) -> bool:
        if access is None or access.may("read_sensitive", programme.scope_id):
            return True
        return access.may("read_sensitive", row.scope_id)

    in_full = {row.pk for row in rows if full(row)}
    safe = safe_groups({str(r.pk): cell_of(r) for r in rows if r.cluster_id and r.pk not in in_full})
    seen = [cell_of(row) for row in rows if row.cluster_id and row.pk in in_full]
    told = []
    for row in rows:
        cell = cell_of(row)
        if row.pk in in_full:
            told.append(Told(row, cell, groups_of(row) if with_groups else {}, in_full=True))
            continue
        shown = safe_cell(cell) if row.cluster_id is None else safe[str(row.pk)]
        if (
            row.indicator_version.said.formula.over
            or differs_by_few(cell, beside[row.pk])
            or (row.cluster_id is None and not may_show_whole(cell, seen))
        ):
            shown = hidden(cell)
        # Of one cluster, or where the reader sees one in full, groups could be taken from those of all.
        may_divide = with_groups and shown.reason != HIDDEN and row.cluster_id is None and not seen
        told.append(
            Told(row, shown, {d: safe_groups(g) for d, g in groups_of(row).items()} if may_divide else {})
        )
    return told


def cell_of(row: Measurement) -> Cell:
    """The figure of a measurement."""
    return Cell(
        row.n,
        row.n_asked,
        row.numerator,
        row.denominator,
        row.value,
        row.low,
        row.high,
        row.reason,
        row.method,
    )


def groups_of(row: Measurement) -> dict[str, dict[str, Cell]]:
    """Its groups by dimension, the unknown one last."""
    found: dict[str, dict[str, Cell]] = {}
    for dimension, cells in row.groups.items():
        made = {c["group"]: Cell(**{k: v for k, v in c.items() if k != "group"}) for c in cells}
        found[dimension] = dict(sorted(made.items(), key=lambda item: item[0] == UNKNOWN))
    return found


def values(
    *,
    programme: Programme,
    access: Access | None,
    codes: Sequence[str] | None = None,
    by: Sequence[str] = (),
    clusters: Sequence[Cluster | str] | None = None,
    wave: Wave | str | None = None,
) -> pl.DataFrame:
    """The present values as a frame with the columns of :data:`VALUES`.

    ``cluster`` "" is all together, ``wave`` "" all answers so far; ``group`` "" is everybody, else "dimension=group"
    of the dimensions in ``by`` ("?" is unknown). What is unknown is null, never zero, and ``reason`` says why in words.
    Asked with ``wave`` None: all waves. Without ``read_sensitive`` it is the safe view.
    """
    from .wording import reason_said

    wanted = None if clusters is None else {c if isinstance(c, str) else c.code for c in clusters}
    round_ = wave.code if isinstance(wave, Wave) else wave
    rows: list[tuple[Any, ...]] = []
    for told in measurements(programme=programme, access=access, with_groups=bool(by)):
        definition = told.measurement.indicator_version.said
        cluster = told.cluster.code if told.cluster else ALL
        of_wave = told.wave.code if told.wave else ""
        if codes is not None and definition.code not in codes:
            continue
        if (wanted is not None and cluster not in wanted) or (round_ is not None and of_wave != round_):
            continue
        cells = [("", told.cell)]
        cells += [(f"{d}={group}", cell) for d in by for group, cell in told.groups.get(d, {}).items()]
        for group, cell in cells:
            verdict = "said" if cell.value is not None else "cannot_be_said"
            rows.append((
                definition.code, cluster, of_wave, group, cell.n, cell.numerator, cell.denominator, cell.value,
                definition.unit.get("en", ""), verdict, reason_said(cell, definition) if cell.reason else "",
                cell.low, cell.high,
            ))  # fmt: skip
    return pl.DataFrame(rows, schema=VALUES, orient="row")


# --- who stands behind a value


@dataclass(frozen=True)
class Behind:
    """The rows that a value is made of, and whether they are still those it was worked out from."""

    units: Units
    lines: pl.DataFrame
    is_same: bool | None


def behind(
    *,
    version: IndicatorVersion,
    measurement: Measurement,
    access: Access | None,
    cluster: Cluster | None = None,
) -> Behind:
    """Firm by firm what goes into a value: ``_unit``, ``asked``, ``part``, ``whole``, and the frame they belong to.

    ``is_same``: the same answers as when the value was worked out; None where not all of them are looked at.
    """
    definition = version.said
    programme = version.indicator.programme
    few = measurement.run.result.get("n_units", 0) <= MOST_COMPARED
    sees_all = (
        few and cluster is None and (access is None or access.may("read_sensitive", programme.scope_id))
    )
    others = IndicatorVersion.objects.filter(
        Exists(Measurement.objects.filter(run=measurement.run, indicator_version=OuterRef("pk")))
    )
    # Read as the run read, so that the fingerprint can be compared.
    names = needed([v.said for v in others.order_by("indicator_id")] if sees_all else [definition])
    units = unit_frame(
        programme=programme, access=access, wave=measurement.wave,
        instrument=None if measurement.wave else version.indicator.instrument, columns=names, with_unlinked=True,
        clusters=None if cluster is None else [cluster],
    )  # fmt: skip
    is_same = digest_of(units, names) == measurement.run.input_digest if sees_all else None
    understood = understand(definition.formula, columns_of(units), f"indicator “{definition.code}”, formula")
    about = ["establishment", "pseudonym", "cluster", "place", "size_class", "_submission"]
    lines = rows_of(understood, units.frame, units.repeats, about)
    return Behind(units, lines, is_same)
