"""Assessments of the example: how ready towns and workshops are to work together, before and after."""

from __future__ import annotations

from datetime import date

from nanduti.diagnostics import assessing
from nanduti.diagnostics.actions import assessments
from nanduti.diagnostics.jobs.assessments import rows_of
from nanduti.diagnostics.models import Assessment, AssessmentRecipe
from nanduti.foundation.models import User
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster
from nanduti.surveys.models import Wave

from .diagnosing import told
from .field import CENSUS, said_at

ROUNDS = (("census-2023", date(2023, 6, 30)), ("visit-2024", date(2024, 4, 30)))


def recipe_of(programme: Programme, code: str, by: User) -> AssessmentRecipe:
    """A shipped recipe as the programme uses it, published."""
    found = AssessmentRecipe.objects.filter(programme=programme, code=code).order_by("-number").first()
    if found is None:
        found = assessments.take_recipe(programme=programme, text=assessing.shipped_text(code), by=by)
    if found.state == AssessmentRecipe.State.DRAFT:
        found = assessments.publish_recipe(
            recipe=found, version=found.version, by=by, at=said_at("2023-07-31")
        )
    return found


def assess_towns(programme: Programme, by: User) -> None:
    """Each town as a whole, as its agent judged it."""
    recipe = recipe_of(programme, "associativity-readiness", by)
    for code, said in told("assessments")["readiness"].items():
        cluster = Cluster.objects.select_related("scope").get(code=code)
        if not Assessment.objects.filter(recipe=recipe, cluster=cluster).exists():
            assessments.assess(
                programme=programme,
                recipe=recipe,
                label="2023",
                cluster=cluster,
                rows=[(None, said["answers"], said["evidence"])],
                taken_on=date(2023, 8, 7),
                by=by,
                at=said_at("2023-08-07"),
            )


def assess_workshops(programme: Programme, by: User) -> None:
    """Every workshop by the answers of the census, and the selected ones again by those of the second visit."""
    recipe = recipe_of(programme, "firm-associativity", by)
    before = None
    for code, day in ROUNDS:
        wave = Wave.objects.select_related("instrument").get(
            instrument__programme=programme, instrument__library_code=CENSUS, code=code
        )
        found = Assessment.objects.filter(recipe=recipe, wave=wave).first()
        before = found or _assess(programme, recipe, wave, day, before, by)


def _assess(
    programme: Programme, recipe: AssessmentRecipe, wave: Wave, day: date, before: Assessment | None, by: User
) -> Assessment:
    rows = rows_of(
        programme=programme,
        recipe=assessing.read(recipe.text),
        instrument=wave.instrument,
        wave=wave,
        cluster=None,
        taken_on=None,
        access=None,
    )
    return assessments.assess(
        programme=programme,
        recipe=recipe,
        label=wave.title,
        rows=list(rows),
        instrument=wave.instrument,
        wave=wave,
        before=before,
        taken_on=day,
        by=by,
    )
