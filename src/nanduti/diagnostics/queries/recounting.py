"""Which firms stand behind the divisions of a study: the rows that its findings were counted from, as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from nanduti.indicators.units import Units, unit_frame

from ..findings import Distribution, Findings, keep_small_back
from ..models import DiagnosticStudy
from . import profile

REST = "_rest"


@dataclass(frozen=True)
class Recounted:
    """The rows, and for each division its column; ``changed``: divisions that no longer come out as they stand."""

    units: Units
    columns: Mapping[str, pl.Series]
    shown: Mapping[str, Distribution]
    changed: tuple[str, ...]


def recounted(study: DiagnosticStudy, found: Findings) -> Recounted:
    """Every division in which a firm stands once, counted again; those in several parts cannot be added up."""
    units = _units(study)
    columns, shown, changed = {}, {}, []
    for one in found.distributions:
        name = next(
            (n for n in _columns(study, one.code) if n in units.columns and n in units.frame.columns), ""
        )
        if not name or one.is_multiple or units.frame[name].null_count() == units.n:
            continue
        now = profile.divided(units, name, code=one.code, label=one.label, label_es=one.label_es)
        if _as_shown(now) != [(p.code, None if p.is_kept_back else p.n) for p in one.parts]:
            changed.append(one.code)
            continue
        kept = [p.code for p in one.parts]
        value = pl.col(name).cast(pl.String)
        told = pl.when(value.is_null() | value.is_in(kept)).then(value).otherwise(pl.lit(REST))
        columns[one.code] = units.frame.select(told.alias(one.code))[one.code]
        shown[one.code] = one
    return Recounted(units, columns, shown, tuple(changed))


def _units(study: DiagnosticStudy) -> Units:
    """The answers that the study rests on; where it rests on none, the register."""
    wanted = [name for entry in profile.recipe()["distributions"] for name in _columns(study, entry["code"])]
    asked = None if study.wave else study.instrument
    return unit_frame(
        programme=study.programme,
        access=None,
        clusters=[study.cluster],
        wave=study.wave,
        instrument=asked,
        columns=wanted,
    )


def _columns(study: DiagnosticStudy, code: str) -> list[str]:
    """The columns that may tell it: the one that was chosen for the study, else those of every study."""
    chosen = study.columns.get(code)
    entries = profile.recipe()["distributions"]
    return [chosen] if chosen else next((e["columns"] for e in entries if e["code"] == code), [])


def _as_shown(one: Distribution) -> list[tuple[str, int | None]]:
    back = keep_small_back([p.n for p in one.parts])
    return [(p.code, None if hide else p.n) for p, hide in zip(one.parts, back, strict=True)]
