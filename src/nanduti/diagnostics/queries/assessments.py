"""Questions about assessments: recipes, rounds, who stands where, what moved since the round before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from nanduti.foundation.errors import NotFound
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster

from ..models import Assessment, AssessmentRecipe, AssessmentScore

#: Answers over which the effect of a change is shown while somebody waits.
PREVIEW_AT_MOST = 5_000
#: A band with fewer firms than this is not shown to those who may not see answers.
LEAST_IN_A_BAND = 3

State = AssessmentRecipe.State


def recipes(*, programme: Programme) -> QuerySet[AssessmentRecipe]:
    """The recipes of a programme, newest version of each first."""
    return AssessmentRecipe.objects.filter(programme=programme).select_related("by")


def recipe_by_pk(*, programme: Programme, pk: int) -> AssessmentRecipe:
    """One version of a recipe; raises ``NotFound``."""
    found = recipes(programme=programme).filter(pk=pk).first()
    if found is None:
        raise NotFound(kind="assessment recipe", code_given=pk)
    return found


def rounds(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[Assessment]:
    """The rounds of a programme that the reader may see, newest first."""
    rows = Assessment.objects.filter(programme=programme).select_related(
        "recipe", "cluster", "instrument", "wave", "before__recipe", "before__wave", "run", "scope"
    )
    return rows.filter(cluster=cluster) if cluster else rows


def round_by_pk(*, programme: Programme, pk: int) -> Assessment:
    """One round; raises ``NotFound``."""
    found = rounds(programme=programme).filter(pk=pk).first()
    if found is None:
        raise NotFound(kind="assessment", code_given=pk)
    return found


def scores(*, assessment: Assessment) -> QuerySet[AssessmentScore]:
    """What each firm came to."""
    rows = AssessmentScore.objects.filter(assessment=assessment)
    return rows.select_related("establishment__cluster").defer("answers", "parts", "says")


def score_by_pk(*, assessment: Assessment, pk: int) -> AssessmentScore:
    """What one firm came to, with its answers; raises ``NotFound``."""
    rows = AssessmentScore.objects.filter(assessment=assessment).select_related("establishment__cluster")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(kind="result", code_given=pk)
    return found


def of_cluster(*, assessment: Assessment) -> AssessmentScore | None:
    """What the cluster as a whole came to; ``None`` where firms were assessed."""
    return AssessmentScore.objects.filter(assessment=assessment, establishment__isnull=True).first()


def score_before(*, assessment: Assessment, score: AssessmentScore) -> AssessmentScore | None:
    """What the same firm came to in the round before."""
    if assessment.before_id is None:
        return None
    rows = AssessmentScore.objects.filter(assessment=assessment.before_id)
    return rows.filter(establishment=score.establishment_id).first()


@dataclass(frozen=True)
class Moved:
    """What moved between two rounds by the same recipe, over the firms that are in both.

    Attributes:
        moves: (band before, band after) → how many firms. mean_change: of the score, in points; ``None`` where no
            firm has one in both. n_only_before, n_only_after: firms in one round alone.
    """

    n_both: int
    n_only_before: int
    n_only_after: int
    moves: Mapping[tuple[str, str], int]
    n_up: int
    n_down: int
    mean_change: float | None


def moved(*, assessment: Assessment, order: list[str]) -> Moved | None:
    """What moved since the round before; ``None`` without one. ``order``: bands, the weakest first; two statements."""
    if assessment.before_id is None:
        return None
    before, after = (_bands_by_firm(pk) for pk in (assessment.before_id, assessment.pk))
    both = before.keys() & after.keys()
    moves: dict[tuple[str, str], int] = {}
    n_up = n_down = 0
    changes = []
    for firm in both:
        (band_before, score_before), (band_after, score_after) = before[firm], after[firm]
        moves[band_before, band_after] = moves.get((band_before, band_after), 0) + 1
        if band_before in order and band_after in order:
            step = order.index(band_after) - order.index(band_before)
            n_up, n_down = n_up + (step > 0), n_down + (step < 0)
        if score_before is not None and score_after is not None:
            changes.append(score_after - score_before)
    mean = sum(changes) / len(changes) if changes else None
    return Moved(len(both), len(before) - len(both), len(after) - len(both), moves, n_up, n_down, mean)


def _bands_by_firm(assessment_id: int) -> dict[Any, tuple[str, float | None]]:
    rows = AssessmentScore.objects.filter(assessment=assessment_id).values_list(
        "establishment_id", "band", "score"
    )
    return {firm: (band, score) for firm, band, score in rows}


@dataclass(frozen=True)
class Present:
    """The answers that are there to try a recipe on."""

    assessment: Assessment | None
    answers: dict[str, dict[str, Any]]
    is_part: bool = False


def present_answers(*, recipe: AssessmentRecipe) -> Present:
    """The answers of the last round by any version of a recipe, by pseudonym; a part of them where they are many."""
    last = Assessment.objects.filter(programme=recipe.programme, recipe__code=recipe.code).first()
    if last is None:
        return Present(None, {})
    rows = AssessmentScore.objects.filter(assessment=last).order_by("id")
    given = rows.values_list("establishment__pseudonym", "answers")[: PREVIEW_AT_MOST + 1]
    answers = {name or "": found for name, found in given}
    is_part = len(answers) > PREVIEW_AT_MOST
    return Present(last, dict(list(answers.items())[:PREVIEW_AT_MOST]), is_part)


def safe_bands(bands: Mapping[str, int]) -> dict[str, int] | None:
    """Bands as those see them who may not see answers: all or nothing.

    Kept back where a band holds one or two firms, and where all firms stand in one band: both tell of single firms.
    """
    filled = [n for n in bands.values() if n]
    if len(filled) < 2 or min(filled) < LEAST_IN_A_BAND:
        return None
    return dict(bands)


def bands_for_all(assessment: Assessment) -> dict[str, int] | None:
    """What everybody in the programme may see of a round: nothing while it grows firm by firm, or beside another.

    Two looks at a round that people fill in, one before and one after a firm is entered, would tell that firm's band;
    so would two rounds of nearly the same firms (see :mod:`.overlapping`).
    """
    if assessment.basis == Assessment.Basis.ENTERED or not assessment.summary.get("stands_apart", True):
        return None
    return safe_bands(assessment.summary.get("bands", {}))
