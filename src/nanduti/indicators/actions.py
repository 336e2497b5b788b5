"""Verbs of indicators: take one from the library, write or change one, put it aside, work out the values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from nanduti import __version__
from nanduti.foundation import work
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.models import Job, Run, User
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.surveys.models import Wave

from . import library
from .binding import digest_of_meaning, instrument_for, must_fit
from .definitions import IndicatorDefinition
from .errors import CodeFixed, CodeTaken
from .models import Indicator, IndicatorVersion, Measurement
from .reckoning import ALL, Cell, Figures, Reckoned

RECIPE = "indicators.compute"


@action("indicators.take_from_library")
def take_from_library(
    *, programme: Programme, codes: Sequence[str], by: User | str, at: datetime | None = None
) -> list[Indicator]:
    """Follow indicators of the library from now on; those that are followed already are passed over."""
    hold(programme)
    known = set(Indicator.objects.filter(programme=programme).values_list("code", flat=True))
    made = []
    for code in dict.fromkeys(codes):
        definition = library.definition(code)
        if code not in known:
            made.append(_make(programme, definition, library_code=code, by=by))
    note(subject=programme, codes=[one.code for one in made])
    return made


@action("indicators.write_indicator", once=True)
def write_indicator(
    *, programme: Programme, definition: IndicatorDefinition, by: User | str, at: datetime | None = None
) -> Indicator:
    """Follow an indicator of the programme's own."""
    hold(programme)
    if Indicator.objects.filter(programme=programme, code=definition.code).exists():
        raise CodeTaken(name=definition.code)
    must_fit(definition, instrument_for(programme, definition))
    return _make(programme, definition, library_code="", by=by)


def _make(
    programme: Programme, definition: IndicatorDefinition, *, library_code: str, by: User | str
) -> Indicator:
    instrument = instrument_for(programme, definition)
    indicator = Indicator.objects.create(
        scope=programme.scope, programme=programme, code=definition.code, library_code=library_code,
        instrument=instrument,
    )  # fmt: skip
    _new_version(indicator, definition, 1, by)
    return indicator


def _new_version(
    indicator: Indicator, definition: IndicatorDefinition, number: int, by: User | str
) -> IndicatorVersion:
    return IndicatorVersion.objects.create(
        scope=indicator.scope, indicator=indicator, number=number, definition=definition.to_json(),
        digest=digest_of_meaning(indicator, definition), made_by=by if isinstance(by, User) else None,
    )  # fmt: skip


@action("indicators.change_indicator")
def change_indicator(
    *,
    indicator: Indicator,
    definition: IndicatorDefinition,
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> IndicatorVersion:
    """A new version where values stand by the present one, else that one itself. ``version``: as the editor saw it."""
    if definition.code != indicator.code:
        raise CodeFixed(name=indicator.code, given=definition.code)
    hold(indicator)
    present = IndicatorVersion.objects.get(indicator=indicator, is_current=True)
    instrument = instrument_for(indicator.programme, definition)
    must_fit(definition, instrument)
    same = definition.to_json() == present.definition and instrument == indicator.instrument
    note(subject=indicator, fields=[] if same else ["definition"])
    if same:
        return present
    # The number of the edit decides which of two editors comes second, whatever was changed.
    save_edit(indicator, {"instrument": instrument}, version=version) or _raise_version(indicator, version)
    if present.frozen_at is None:
        present.definition = definition.to_json()
        present.digest = digest_of_meaning(indicator, definition)
        present.made_by = by if isinstance(by, User) else None
        present.save()
        return present
    IndicatorVersion.objects.filter(pk=present.pk).update(is_current=False)
    return _new_version(indicator, definition, present.number + 1, by)


def _raise_version(indicator: Indicator, version: int) -> None:
    from nanduti.foundation.errors import EditedMeanwhile

    won = Indicator._base_manager.filter(pk=indicator.pk, version=version).update(version=version + 1)
    if not won:
        raise EditedMeanwhile(kind=str(indicator._meta.verbose_name), who="?", fields="definition")
    indicator.refresh_from_db()


@action("indicators.use_or_put_aside")
def use_or_put_aside(
    *, indicator: Indicator, is_used: bool, by: User | str, at: datetime | None = None
) -> Indicator:
    """Stop working it out, or begin again; what was measured stays."""
    if indicator.is_used != is_used:
        save_edit(indicator, {"is_used": is_used}, version=indicator.version)
    note(subject=indicator, is_used=is_used)
    return indicator


@action("indicators.order_computing")
def order_computing(*, programme: Programme, by: User, at: datetime | None = None) -> Job:
    """Have all values worked out in the background; where that is going on already, the work that is."""
    hold(programme)
    going = Job.objects.filter(
        kind="indicators.compute", state__in=["queued", "running"], scope=programme.scope
    )
    job = going.order_by("-id").first()
    if job is None:
        job = work.enqueue("indicators.compute", by=by, scope=programme.scope, programme_id=programme.pk)
    note(subject=programme, job=str(job.public_id))
    return job


@action("indicators.keep_measurements")
def keep_measurements(
    *, programme: Programme, rounds: Sequence[Reckoned], by: User | str, at: datetime | None = None
) -> list[Run]:
    """Write down what was worked out, with a run for each form and wave; the former values stay and are not current."""
    assert at is not None
    hold(programme)
    runs = [_keep(programme, one, by, at) for one in rounds]
    versions = {v.pk for one in rounds for v in one.versions}
    IndicatorVersion.objects.filter(pk__in=versions, frozen_at__isnull=True).update(frozen_at=at)
    note(subject=programme, n_indicators=len(versions), n_runs=len(runs))
    return runs


def _keep(programme: Programme, one: Reckoned, by: User | str, at: datetime) -> Run:
    run = Run.objects.create(
        scope=programme.scope, recipe=RECIPE, recipe_version=(one.wave.code if one.wave else "all")[:40],
        input_digest=one.digest, package_version=__version__, by=by if isinstance(by, User) else None,
        started_at=at, result=one.about,
    )  # fmt: skip
    Measurement.objects.filter(
        indicator_version__indicator__in=[v.indicator_id for v in one.versions],
        wave=one.wave,
        is_current=True,
    ).update(is_current=False)
    Measurement.objects.bulk_create(
        [
            _measurement(version, one.figures[version.said.code], one.wave, cluster, run, at, programme)
            for version in one.versions
            for cluster in (None, *one.clusters)
        ],
        batch_size=200,
    )
    return run


def _measurement(
    version: IndicatorVersion, figures: Figures, wave: Wave | None, cluster: Any, run: Run, at: datetime,
    programme: Programme,
) -> Measurement:  # fmt: skip
    code = cluster.code if cluster else ALL
    cell: Cell = figures.of(code)
    return Measurement(
        scope=_scope(programme, cluster), indicator_version=version, wave=wave, cluster=cluster, run=run, at=at,
        verdict="said" if cell.value is not None else "cannot_be_said", reason=cell.reason, method=cell.method,
        n=cell.n, n_asked=cell.n_asked, numerator=cell.numerator, denominator=cell.denominator, value=cell.value,
        low=cell.low, high=cell.high,
        groups={
            dimension: [one.as_json(group) for group, one in cells.get(code, {}).items()]
            for dimension, cells in figures.groups.items()
            if cells.get(code)
        },
    )  # fmt: skip


def _scope(programme: Programme, cluster: Any) -> Any:
    if cluster is None:
        return programme.scope
    if not hasattr(cluster, "work_of"):
        cluster.work_of = {}
    if programme.pk not in cluster.work_of:
        cluster.work_of[programme.pk] = work_scope(programme, cluster)
    return cluster.work_of[programme.pk]
