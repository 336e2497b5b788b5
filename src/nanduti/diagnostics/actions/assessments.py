"""Verbs of assessments: take a recipe, change it, publish it, lay it over answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

import nanduti
from nanduti.foundation import work
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.models import Job, Run, User
from nanduti.methods.values import mark
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster, Establishment
from nanduti.surveys.models import Instrument, Wave

from .. import assessing
from ..errors import (
    DraftExists,
    NobodyAnswered,
    RecipeFrozen,
    RecipeNotPublished,
    RecipesDiffer,
    RecipeUnreadable,
    WrongSubject,
)
from ..models import Assessment, AssessmentRecipe, AssessmentScore
from ..queries.overlapping import stands_apart

State = AssessmentRecipe.State
Row = tuple[int | None, Mapping[str, Any], str]


def _user(by: User | str) -> User | None:
    return by if isinstance(by, User) else None


def _titles(text: str) -> dict[str, str]:
    """Both titles of a recipe, as they stand in its text."""
    import yaml

    document = yaml.safe_load(text)
    return {
        "title": str(document.get("title", ""))[:200],
        "title_es": str(document.get("title_es", ""))[:200],
    }


@action("diagnostics.take_recipe", once=True)
def take_recipe(
    *, programme: Programme, text: str, by: User | str, at: datetime | None = None
) -> AssessmentRecipe:
    """Keep a recipe as a draft of the programme: a shipped one, or one of its own."""
    recipe = assessing.read(text)
    hold(programme)
    return _draft(programme, recipe.code, text, by)


def _draft(programme: Programme, code: str, text: str, by: User | str) -> AssessmentRecipe:
    code = _checked_code(code)
    before = AssessmentRecipe.objects.filter(programme=programme, code=code)
    if before.filter(state=State.DRAFT).exists():
        raise DraftExists(recipe=_titles(text)["title"])
    number = max(before.values_list("number", flat=True), default=0) + 1
    return AssessmentRecipe.objects.create(
        programme=programme, scope=programme.scope, code=code, number=number, text=text,
        digest=assessing.digest_of(text), by=_user(by), **_titles(text),
    )  # fmt: skip


def _checked_code(code: str) -> str:
    from django.utils.text import slugify

    if slugify(code) != code or len(code) > 60:
        raise RecipeUnreadable.because(mark("“assessment” is no short code such as digital-maturity"))
    return code


@action("diagnostics.edit_recipe")
def edit_recipe(
    *, recipe: AssessmentRecipe, text: str, version: int, by: User | str, at: datetime | None = None
) -> AssessmentRecipe:
    """Change a draft; the second of two editors is told."""
    if recipe.state != State.DRAFT:
        raise RecipeFrozen(recipe=str(recipe), number=recipe.number)
    if assessing.read(text).code != recipe.code:
        raise RecipeUnreadable.because(mark("its code “assessment” must stay “{code}”"), code=recipe.code)
    values = {"text": text, "digest": assessing.digest_of(text), **_titles(text)}
    note(subject=recipe, fields=save_edit(recipe, values, version=version))
    return recipe


@action("diagnostics.publish_recipe")
def publish_recipe(
    *, recipe: AssessmentRecipe, version: int, by: User | str, at: datetime | None = None
) -> AssessmentRecipe:
    """Freeze a draft so that rounds can rest on it; the version before is retired, its results stay."""
    if recipe.state == State.PUBLISHED:
        return recipe  # a second click finds it done
    assessing.check(assessing.read(recipe.text))
    former = AssessmentRecipe.objects.filter(
        programme=recipe.programme_id, code=recipe.code, state=State.PUBLISHED
    )
    former.update(state=State.RETIRED)
    save_edit(recipe, {"state": State.PUBLISHED, "published_at": at}, version=version)
    note(subject=recipe, number=recipe.number, digest=recipe.digest[:16])
    return recipe


@action("diagnostics.revise_recipe", once=True)
def revise_recipe(
    *, recipe: AssessmentRecipe, by: User | str, at: datetime | None = None
) -> AssessmentRecipe:
    """Begin a new version from one that is published."""
    hold(recipe.programme)
    return _draft(recipe.programme, recipe.code, recipe.text, by)


@action("diagnostics.discard_recipe")
def discard_recipe(*, recipe: AssessmentRecipe, by: User | str, at: datetime | None = None) -> None:
    """Throw a draft away; nothing rests on it."""
    if recipe.state != State.DRAFT:
        raise RecipeFrozen(recipe=str(recipe), number=recipe.number)
    note(scope=recipe.scope, code=recipe.code, number=recipe.number)
    recipe.delete()


# --- rounds


@action("diagnostics.assess")
def assess(
    *,
    programme: Programme,
    recipe: AssessmentRecipe,
    label: str,
    rows: Iterable[Row],
    cluster: Cluster | None = None,
    instrument: Instrument | None = None,
    wave: Wave | None = None,
    before: Assessment | None = None,
    taken_on: date | None = None,
    say: Any = None,
    by: User | str,
    at: datetime | None = None,
) -> Assessment:
    """Lay a published recipe over answers, and keep what each firm came to with all that is needed to do it again.

    ``rows``: establishment (``None``: the cluster as a whole), its answers by question, evidence in words.
    """
    _check_recipe(recipe, before)
    given = list(rows)
    read = assessing.read(recipe.text)
    if not given:
        raise NobodyAnswered(instrument=str(instrument or recipe))
    _check_subject(read, given)
    round_ = Assessment.objects.create(
        programme=programme, scope=work_scope(programme, cluster), cluster=cluster, recipe=recipe, label=label[:120],
        basis=Assessment.Basis.ANSWERS if instrument else Assessment.Basis.ENTERED, instrument=instrument, wave=wave,
        before=before, taken_on=taken_on or timezone.localdate(at), by=_user(by),
    )  # fmt: skip
    results = _keep(round_, read, given, say)
    _sum_up(round_, read, results)
    round_.summary["stands_apart"] = stands_apart(round_, [firm for firm, _answers, _evidence in given])
    round_.run = _run(round_, recipe, given, by, at)
    round_.save()
    note(subject=round_, recipe=recipe.code, number=recipe.number, n=len(given))
    return round_


def _check_subject(recipe: assessing.Recipe, given: list[Row]) -> None:
    is_of_cluster = any(establishment is None for establishment, _answers, _evidence in given)
    if is_of_cluster != (recipe.subject == assessing.CLUSTER):
        what = mark("a cluster as a whole") if recipe.subject == assessing.CLUSTER else mark("single firms")
        raise WrongSubject(recipe=recipe.title, what=what)


def _keep(round_: Assessment, recipe: assessing.Recipe, given: list[Row], say: Any) -> list[assessing.Result]:
    """Score every unit and write it down, some thousand at a time."""
    results: list[assessing.Result] = []
    score = assessing.scorer(recipe)
    for start in range(0, len(given), 2000):
        part = given[start : start + 2000]
        found = [score(answers) for _firm, answers, _evidence in part]
        AssessmentScore.objects.bulk_create(
            [
                AssessmentScore(assessment=round_, scope=round_.scope, establishment_id=firm, evidence=evidence,
                                answers=dict(answers), **assessing.stored(result))
                for (firm, answers, evidence), result in zip(part, found, strict=True)
            ],
            batch_size=500,
        )  # fmt: skip
        results += found
        if say is not None:
            say(len(results), len(given))
    return results


def _sum_up(round_: Assessment, recipe: assessing.Recipe, results: list[assessing.Result]) -> None:
    round_.n_units = len(results)
    round_.summary = {
        "bands": assessing.bands(recipe, results),
        "priorities": assessing.priorities(recipe, results),
        "n_unknown": sum(not r.band for r in results),
    }


def _run(
    round_: Assessment, recipe: AssessmentRecipe, given: list[Row], by: User | str, at: datetime | None
) -> Run:
    text = json.dumps(
        [[firm, dict(answers)] for firm, answers, _evidence in given], sort_keys=True, default=str
    )
    bands = {} if round_.n_units == 1 else {"n": round_.n_units}
    return Run.objects.create(
        scope=round_.scope, recipe=f"diagnostics.assessment.{recipe.code}", recipe_version=str(recipe.number),
        input_digest=hashlib.sha256((recipe.digest + text).encode()).hexdigest(),
        package_version=nanduti.__version__, result={"recipe_digest": recipe.digest, **bands}, by=_user(by),
        started_at=at or timezone.now(),
    )  # fmt: skip


@action("diagnostics.open_round", once=True)
def open_round(
    *,
    programme: Programme,
    recipe: AssessmentRecipe,
    label: str,
    cluster: Cluster | None = None,
    before: Assessment | None = None,
    taken_on: date | None = None,
    by: User | str,
    at: datetime | None = None,
) -> Assessment:
    """Begin a round that people fill in, firm by firm, or once for the cluster."""
    _check_recipe(recipe, before)
    round_ = Assessment.objects.create(
        programme=programme, scope=work_scope(programme, cluster), cluster=cluster, recipe=recipe, label=label[:120],
        basis=Assessment.Basis.ENTERED, before=before, taken_on=taken_on or timezone.localdate(at), by=_user(by),
    )  # fmt: skip
    note(subject=round_, recipe=recipe.code, number=recipe.number)
    return round_


@action("diagnostics.order_assessment", once=True)
def order_assessment(
    *,
    programme: Programme,
    recipe: AssessmentRecipe,
    label: str,
    instrument: Instrument,
    wave: Wave | None,
    cluster: Cluster | None,
    before: Assessment | None,
    taken_on: date,
    url: str,
    by: User,
    at: datetime | None = None,
) -> Job:
    """Have a recipe laid over the answers to an instrument in the background."""
    return work.enqueue(
        "diagnostics.assess", by=by, scope=work_scope(programme, cluster), programme_id=programme.pk,
        recipe_id=recipe.pk, label=label, instrument_id=instrument.pk, wave_id=wave.pk if wave else None,
        cluster_id=cluster.pk if cluster else None, before_id=before.pk if before else None,
        taken_on=taken_on.isoformat(), url=url,
    )  # fmt: skip


def _check_recipe(recipe: AssessmentRecipe, before: Assessment | None) -> None:
    if recipe.state == State.DRAFT:
        raise RecipeNotPublished(recipe=str(recipe))
    if before is not None and before.recipe_id != recipe.pk:
        raise RecipesDiffer(
            before=f"{before.recipe} {before.recipe.number}", after=f"{recipe} {recipe.number}"
        )


@action("diagnostics.enter_result")
def enter_result(
    *,
    assessment: Assessment,
    establishment: Establishment | None,
    answers: Mapping[str, Any],
    evidence: str = "",
    by: User | str,
    at: datetime | None = None,
) -> AssessmentScore:
    """Enter one firm's answers into a round that people fill in; entered again, they replace the former."""
    hold(assessment)
    recipe = assessing.read(assessment.recipe.text)
    _check_subject(recipe, [(establishment.pk if establishment else None, answers, evidence)])
    row, _made = AssessmentScore.objects.update_or_create(
        assessment=assessment, establishment=establishment,
        defaults={"scope": assessment.scope, "answers": dict(answers), "evidence": evidence.strip(),
                  **assessing.stored(assessing.score(recipe, answers))},
    )  # fmt: skip
    # Only this firm is scored; the others stand there as their own answers were scored by the same recipe.
    kept = AssessmentScore.objects.filter(assessment=assessment).order_by("id")
    stored = list(kept.values_list("establishment_id", "answers", "band", "parts"))
    given = [(firm, found, "") for firm, found, _band, _parts in stored]
    _sum_up(assessment, recipe, [assessing.restored(band, parts) for _firm, _found, band, parts in stored])
    assessment.run = _run(assessment, assessment.recipe, given, by, at)
    assessment.save()
    note(subject=assessment, n=assessment.n_units)
    return row


@action("diagnostics.assess_again")
def assess_again(
    *, assessment: Assessment, recipe: AssessmentRecipe, by: User | str, at: datetime | None = None
) -> Assessment:
    """The answers of a round once more, by another version of its recipe: so that two rounds can be compared."""
    stored = AssessmentScore.objects.filter(assessment=assessment).order_by("id")
    read = assessing.read(recipe.text)
    codes = {code for code, _ in read.asked}
    rows = [
        (firm, {c: v for c, v in answers.items() if c in codes}, evidence)
        for firm, answers, evidence in stored.values_list("establishment_id", "answers", "evidence")
    ]
    return assess(
        programme=assessment.programme, recipe=recipe, label=assessment.label, rows=rows, cluster=assessment.cluster,
        instrument=assessment.instrument, wave=assessment.wave, taken_on=assessment.taken_on, by=by, at=at,
    )  # fmt: skip
