"""What a request means, as plain data: made by the forms, kept with the request, read by the materials.

::

    {"source": "instrument:census", "wave": "2026-1", "clusters": ["pilar"],
     "dims": ["cluster", "n_workers"], "measure": "", "recode": {"n_workers": {"breaks": [0, 10, 50]}}}

``source`` is ``register`` or ``instrument:`` with its form id. Microdata have ``columns`` and ``keys``, sheets
``questions``, indicators ``codes`` and ``by``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from nanduti.indicators.units import Units, unit_frame
from nanduti.methods import disclosure
from nanduti.methods.values import BadInput, mark
from nanduti.programme.models import Programme
from nanduti.register.models import Establishment
from nanduti.surveys.models import Wave

from ..errors import MaterialUnclear
from .model import HOLDER, ID, NO_ANSWER, SAID, ColumnInfo

MOST_CODES = 2_000
REGISTER = "register"


def units_of(programme: Programme, spec: Mapping[str, Any], columns: Sequence[str]) -> Units:
    """The units that a spec means, with these columns, read as an operator."""
    clusters = list(spec.get("clusters") or ()) or None
    source = str(spec.get("source", ""))
    if source == REGISTER:
        return unit_frame(programme=programme, access=None, clusters=clusters, columns=list(columns))
    if not source.startswith("instrument:"):
        raise MaterialUnclear(
            problem=mark("Nothing is said about where the figures come from."),
            what_to_do=mark("Choose the register or an instrument."),
        )
    code = source.partition(":")[2]
    wave = wave_of(programme, code, str(spec.get("wave", "")))
    return unit_frame(
        programme=programme,
        access=None,
        clusters=clusters,
        instrument=None if wave else code,
        wave=wave,
        columns=list(columns),
        with_unlinked=clusters is None,
    )


def wave_of(programme: Programme, instrument: str, code: str) -> Wave | None:
    """The wave meant; where an instrument was asked in several waves one has to be chosen."""
    rows = list(
        Wave._base_manager.filter(instrument__programme=programme, instrument__code=instrument)
        .select_related("instrument__programme")
        .order_by("id")[:100]
    )
    if not rows:
        return None
    chosen = [w for w in rows if w.code == code] if code else rows
    if len(chosen) != 1:
        raise MaterialUnclear(
            problem=mark("This instrument was asked in several waves, and none of them is chosen."),
            what_to_do=mark("Choose the wave: figures of two rounds must not be mixed."),
        )
    return chosen[0]


def population_of(programme: Programme, units: Units) -> str:
    """What the records are, for the ledger: the same firms asked by the same instrument, whatever the wave."""
    what = f"instrument:{units.instrument.code}" if units.instrument else REGISTER
    return f"{programme.code}/{what}"


def with_ids(units: Units) -> pl.DataFrame:
    """The frame with the name of each record (of the round, where there are rounds) and its owner."""
    at = f"@{units.wave.code}" if units.wave else ""
    firm = pl.col("establishment")
    frame = units.frame.with_columns(
        pl.when(firm.is_not_null())
        .then(pl.concat_str([pl.lit("e"), firm.cast(pl.String), pl.lit(at)]))
        .otherwise(pl.concat_str([pl.lit("s"), pl.col("_submission").cast(pl.String), pl.lit(at)]))
        .alias(ID)
    )
    firms = frame["establishment"]
    if firms.null_count() or firms.n_unique() < frame.height:
        frame = frame.filter(pl.col(ID).is_not_null()).unique(ID, keep="last", maintain_order=True)
    owners = owners_of(frame)
    if owners is None:
        return frame
    return frame.join(owners, on="establishment", how="left", maintain_order="left").with_columns(
        pl.coalesce(HOLDER, ID)
    )


def owners_of(frame: pl.DataFrame) -> pl.DataFrame | None:
    """Who owns each establishment; nothing where everybody owns one, which is quicker."""
    from django.db.models import Count

    several = (
        Establishment._base_manager.filter(merged_into__isnull=True)
        .values("organisation")
        .annotate(n=Count("id"))
        .filter(n__gt=1)
        .values("organisation")
    )
    rows = Establishment._base_manager.filter(organisation__in=several)
    found = [(pk, f"o{owner}") for pk, owner in rows.values_list("pk", "organisation_id")]
    mine = pl.DataFrame(found, schema={"establishment": pl.Int64, HOLDER: pl.String}, orient="row")
    mine = mine.join(frame.select("establishment"), on="establishment", how="semi")
    return mine if mine.height else None


def info_of(units: Units, name: str) -> ColumnInfo:
    """What a column of the units means."""
    column = units.columns[name]
    return ColumnInfo(
        name, dict(column.labels), column.kind, column.unit, dict(column.choices), column.source, column.sensitivity
    )  # fmt: skip


def need_column(units: Units, name: str) -> None:
    """Refuse a column that is not there."""
    if name not in units.columns:
        raise MaterialUnclear(
            problem=mark("A column that was asked for is not there any more."),
            what_to_do=mark("Choose the columns again."),
        )


def as_dimension(
    frame: pl.DataFrame, info: ColumnInfo, recode: Mapping[str, Any] | None
) -> tuple[pl.DataFrame, ColumnInfo]:
    """A column made fit to break figures down by: coarser where asked, text, and nothing missing."""
    name = info.name
    if info.kind in ("choices", "date", "moment"):
        raise MaterialUnclear(
            problem=mark("A question with several answers, or a date, cannot break figures down."),
            what_to_do=mark("Choose a question with one answer, or a number that is cut into classes."),
        )
    if info.kind == "text" and name != "trade":
        raise MaterialUnclear(
            problem=mark("What people wrote in their own words cannot break figures down."),
            what_to_do=mark("Choose a question with given answers."),
        )
    if info.kind == "number" and not (recode or {}).get("breaks"):
        raise MaterialUnclear(
            problem=mark("A number can break figures down only in classes."),
            what_to_do=mark("Say where to cut it, for instance 0, 10, 50."),
        )
    frame, codes = _coarser(frame, info, recode or {})
    if frame.schema[name] == pl.Boolean:
        frame = frame.with_columns(
            pl.when(pl.col(name)).then(pl.lit("yes")).when(~pl.col(name)).then(pl.lit("no")).alias(name)
        )
        codes = {"yes": {"en": "yes", "es": "sí"}, "no": {"en": "no", "es": "no"}}
    frame = frame.with_columns(pl.col(name).cast(pl.String).fill_null(NO_ANSWER))
    occurring = set(frame[name].unique().to_list())
    if len(occurring) > MOST_CODES:
        raise MaterialUnclear(
            problem=mark("A column that shall break figures down has too many different values."),
            what_to_do=mark("Put values together, or choose another column."),
        )
    ordered = [c for c in codes if c in occurring] + sorted(occurring - set(codes))
    said = {c: SAID.get(c) or codes.get(c) or {"en": c, "es": c} for c in ordered}
    return frame, ColumnInfo(name, info.labels, "choice", "", said, info.source, info.sensitivity)


def _coarser(
    frame: pl.DataFrame, info: ColumnInfo, recode: Mapping[str, Any]
) -> tuple[pl.DataFrame, dict[str, Mapping[str, str]]]:
    name, codes = info.name, dict(info.codes)
    try:
        if recode.get("breaks"):
            breaks = sorted({float(b) for b in recode["breaks"]})
            frame = disclosure.recode(frame, column=name, breaks=breaks)
            return frame, _classes(breaks, frame[name].unique().to_list())
        if recode.get("groups"):
            wanted = {str(k): str(v) for k, v in recode["groups"].items()}
            values = frame[name].cast(pl.String).drop_nulls().unique().to_list()
            frame = disclosure.recode(
                frame.with_columns(pl.col(name).cast(pl.String)),
                column=name,
                groups={v: wanted.get(v, v) for v in values},
            )
            new = {g: {"en": g, "es": g} for g in dict.fromkeys(wanted.values())}
            return frame, {**{c: s for c, s in codes.items() if c not in wanted}, **new}
    except (BadInput, ValueError, TypeError) as error:
        raise MaterialUnclear(
            problem=mark("The classes do not fit the values of the column."),
            what_to_do=mark("Begin at or below the smallest value, and write numbers in rising order."),
        ) from error
    return frame, codes


def _classes(breaks: list[float], found: list[str | None]) -> dict[str, Mapping[str, str]]:
    """The classes in the order of their numbers, said in both languages."""

    def lower(text: str) -> float:
        return float(text.split()[0])

    said = {}
    for code in sorted((c for c in found if c), key=lower):
        parts = code.split(" to under ")
        spanish = f"{parts[0]} a menos de {parts[1]}" if len(parts) == 2 else f"{code.split()[0]} y más"
        said[code] = {"en": code, "es": spanish}
    return said
