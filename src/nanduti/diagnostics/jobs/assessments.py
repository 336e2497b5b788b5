"""Rounds of an assessment over the answers to an instrument, in the background."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access, access_of
from nanduti.foundation.work import Progress, job
from nanduti.indicators.units import unit_frame
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster
from nanduti.surveys.models import Instrument, Wave

from .. import assessing
from ..actions import assessments as actions
from ..models import Assessment, AssessmentRecipe


def rows_of(
    *,
    programme: Programme,
    recipe: assessing.Recipe,
    instrument: Instrument,
    wave: Wave | None,
    cluster: Cluster | None,
    taken_on: date | None,
    access: Access | None,
) -> Iterator[actions.Row]:
    """The firms that answered, with what the recipe makes of their answers."""
    units = unit_frame(
        programme=programme, access=access, clusters=[cluster] if cluster else None, wave=wave,
        instrument=None if wave else instrument, as_of=taken_on, columns=recipe.columns,
    )  # fmt: skip
    there = [c for c in ("establishment", *recipe.columns) if c in units.frame.columns]
    for row in units.frame.select(there).iter_rows(named=True):
        yield row["establishment"], assessing.answers_of(recipe, row), ""


@job("diagnostics.assess")
def assess(
    progress: Progress,
    *,
    programme_id: int,
    recipe_id: int,
    label: str,
    instrument_id: int,
    wave_id: int | None,
    cluster_id: int | None,
    before_id: int | None,
    taken_on: str,
    url: str,
) -> dict[str, Any]:
    """Score every firm that answered, with the rights that whoever asked has now; a crash leaves nothing behind."""
    by = progress.row.by
    access = access_of(by, on=timezone.localdate())  # type: ignore[arg-type]
    programme = Programme._base_manager.select_related("scope").get(pk=programme_id)
    recipe = AssessmentRecipe._base_manager.get(pk=recipe_id)
    wave = Wave._base_manager.select_related("instrument").filter(pk=wave_id).first()
    cluster = Cluster._base_manager.select_related("scope").filter(pk=cluster_id).first()
    instrument = Instrument._base_manager.get(pk=instrument_id)
    day = date.fromisoformat(taken_on)
    progress.say(0, None, _("Reading answers"))
    rows = list(
        rows_of(programme=programme, recipe=assessing.read(recipe.text), instrument=instrument, wave=wave,
                cluster=cluster, taken_on=day, access=access)
    )  # fmt: skip
    made = actions.assess(
        programme=programme, recipe=recipe, label=label, rows=rows, cluster=cluster, instrument=instrument, wave=wave,
        before=Assessment._base_manager.select_related("recipe").filter(pk=before_id).first(), taken_on=day,
        say=lambda n, of: progress.say(n, of, _("Scoring firms")), by=by,
    )  # fmt: skip
    return {"url": url.replace("/0/", f"/{made.pk}/"), "assessment": made.pk}
