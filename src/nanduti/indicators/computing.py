"""Working out the values of a programme: each form read once a wave, every indicator at once, then written down.

Reading goes on outside any transaction, where it is ten times faster and holds nobody up; the writing is one action.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from nanduti.foundation.models import Run, User
from nanduti.programme.models import Programme
from nanduti.programme.queries import clusters as clusters_of
from nanduti.surveys.models import Instrument, Wave

from . import actions, queries
from .definitions import REGISTER
from .errors import NothingToCompute
from .models import IndicatorVersion
from .reckoning import ALL, Reckoned, digest_of, needed, reckon
from .units import unit_frame

Say = Callable[[int, int, str], None]


def compute(
    *, programme: Programme, by: User | str, at: datetime | None = None, say: Say | None = None
) -> list[Run]:
    """Work out every indicator in use, for all answers so far and for every wave; a run for each form and wave."""
    versions = list(queries.current_versions(programme=programme).filter(indicator__is_used=True))
    if not versions:
        raise NothingToCompute()
    forms: dict[int | None, list[IndicatorVersion]] = {}
    for one in versions:
        forms.setdefault(one.indicator.instrument_id, []).append(one)
    waves = _waves([pk for pk in forms if pk])
    plan = [
        (held, wave)
        for pk, some in forms.items()
        for wave in (None, *waves.get(pk, ()))
        if (held := [v for v in some if holds_in(v, wave, waves.get(pk, ()))])
    ]
    rounds = []
    for place, (some, wave) in enumerate(plan):
        if say:
            say(place, len(plan), str(wave or some[0].indicator.instrument or ""))
        rounds.append(_round(programme, some, wave))
    if say:
        say(len(plan), len(plan), "")
    return actions.keep_measurements(programme=programme, rounds=rounds, by=by, at=at)


def holds_in(version: IndicatorVersion, wave: Wave | None, waves: Sequence[Wave]) -> bool:
    """Whether a definition is meant for that wave; of all answers so far it always speaks."""
    if wave is None:
        return True
    order = {w.code: place for place, w in enumerate(waves)}
    here = order[wave.code]
    since, until = version.said.since, version.said.until
    return here >= order.get(since, 0) and here <= order.get(until, len(waves))


def _waves(instruments: list[int]) -> dict[int | None, list[Wave]]:
    found: dict[int | None, list[Wave]] = {}
    rows = Wave.objects.filter(instrument__in=instruments).select_related("instrument__programme")
    for wave in rows.order_by("opens_on", "id"):
        found.setdefault(wave.instrument_id, []).append(wave)
    return found


def _round(programme: Programme, versions: list[IndicatorVersion], wave: Wave | None) -> Reckoned:
    instrument: Instrument | None = versions[0].indicator.instrument
    definitions = [v.said for v in versions]
    names = needed(definitions)
    units = unit_frame(
        programme=programme, access=None, wave=wave, instrument=None if wave else instrument, columns=names,
        with_unlinked=True,
    )  # fmt: skip
    clusters = clusters_of(programme=programme)
    about: dict[str, Any] = {
        "instrument": instrument.code if instrument else REGISTER,
        "wave": wave.code if wave else "",
        "n_units": units.n,
        "n_unlinked": units.n_unlinked,
        "n_repeated": units.n_repeated,
        "n_declined": units.n_declined,
        "sources": [{"en": c.tell("en", whole=True), "es": c.tell("es", whole=True)} for c in units.sources],
        "versions": {v.said.code: v.number for v in versions},
    }
    if units.sampled is not None:
        about["sample"] = vars(units.sampled) | {"silent_strata": list(units.sampled.silent_strata)}
    figures = reckon(definitions, units, [ALL, *(c.code for c in clusters)])
    return Reckoned(versions, figures, clusters, digest_of(units, names), about, wave)
