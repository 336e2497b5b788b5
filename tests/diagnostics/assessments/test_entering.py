"""Firms entered one by one: only the changed one is scored, and the round is summed up as if all were."""

from __future__ import annotations

import pytest

from nanduti.diagnostics import assessing
from nanduti.diagnostics.actions import assessments as actions
from nanduti.diagnostics.models import AssessmentScore

pytestmark = pytest.mark.django_db


def rated(row, n: int) -> dict[str, float | None]:
    """Ratings of every dimension; the first is unknown for nobody but 0."""
    codes = [code for code, _ in assessing.read(row.recipe.text).asked]
    return {c: None if n == 0 and k == 0 else float(5 * n + k) for k, c in enumerate(codes)}


def test_a_firm_entered_leaves_the_others_and_sums_up_as_if_all_were_scored_anew(
    example, cluster, firms, published
):
    row = actions.open_round(
        programme=example, recipe=published("excellence-gap"), label="Visits", cluster=cluster, by="test"
    )
    for n, firm in enumerate(firms[:6]):
        actions.enter_result(assessment=row, establishment=firm, answers=rated(row, n), by="test")
    first = AssessmentScore.objects.get(assessment=row, establishment=firms[1])
    # Entered again, and one answer outside its scale, which says nothing.
    actions.enter_result(assessment=row, establishment=firms[2], answers=rated(row, 9), by="test")
    asked = next(iter(rated(row, 3)))
    strange = {**rated(row, 3), asked: 900.0}
    actions.enter_result(assessment=row, establishment=firms[3], answers=strange, by="test")
    row.refresh_from_db()
    again = actions.assess_again(assessment=row, recipe=row.recipe, by="test")
    assert row.summary == {name: again.summary[name] for name in row.summary}
    assert row.n_units == again.n_units == 6
    assert row.run.input_digest == again.run.input_digest
    unknown = AssessmentScore.objects.filter(assessment=row, band="")
    assert row.summary["n_unknown"] == row.summary["bands"][""] == unknown.count() > 0
    assert unknown.get(establishment=firms[3]).reason == "contradicts"
    assert AssessmentScore.objects.get(pk=first.pk).parts == first.parts
    # The twin: every stored result is the one that its answers come to.
    recipe = assessing.read(row.recipe.text)
    for kept in AssessmentScore.objects.filter(assessment=row):
        assert assessing.stored(assessing.score(recipe, kept.answers)) == {
            name: getattr(kept, name) for name in assessing.stored(assessing.Result())
        }
