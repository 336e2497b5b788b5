"""What the questions of a form mean, without reading an answer: for pages that show definitions."""

from __future__ import annotations

from functools import lru_cache

from nanduti.surveys.models import Instrument, InstrumentVersion
from nanduti.surveys.reading import definitions_of

from .models import IndicatorVersion
from .unit_columns import UnitColumn, base_columns
from .units import columns_asked, place_names


def columns_for(version: IndicatorVersion) -> dict[str, UnitColumn]:
    """The columns that the formula of an indicator may name, by the newest version of its form."""
    return columns_of_form(version.indicator.instrument)


def columns_of_form(instrument: Instrument | None) -> dict[str, UnitColumn]:
    """The columns of a unit frame of that form, or of the register."""
    base = base_columns({"place": place_names()})
    if instrument is None:
        return base
    rows = InstrumentVersion._base_manager.filter(instrument=instrument).order_by("-id")
    known = list(rows.values_list("pk", "state", "digest")[:50])
    published = [row for row in known if row[1] != InstrumentVersion.State.DRAFT] or known
    if not published:
        return base
    return base | _asked(instrument.pk, instrument.code, published[0][0], published[0][2])


@lru_cache(maxsize=64)
def _asked(instrument_id: int, code: str, version_id: int, digest: str) -> dict[str, UnitColumn]:
    # By the digest too: a draft may be given another form.
    return columns_asked(definitions_of([version_id])[version_id], code)
