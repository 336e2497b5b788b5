"""Rounds: what is kept, compared and refused; the job over the answers to an instrument."""

from __future__ import annotations

import pytest

from nanduti.diagnostics import assessing
from nanduti.diagnostics.actions import assessments as actions
from nanduti.diagnostics.errors import (
    DraftExists,
    NobodyAnswered,
    RecipeContradicts,
    RecipeFrozen,
    RecipeNotPublished,
    RecipesDiffer,
    RecipeUnreadable,
    WrongSubject,
)
from nanduti.diagnostics.models import AssessmentRecipe, AssessmentScore
from nanduti.diagnostics.queries import assessments as queries
from nanduti.foundation.errors import EditedMeanwhile

pytestmark = pytest.mark.django_db


def test_a_round_keeps_scores_gaps_and_a_run(before, firms):
    rows = {s.establishment_id: s for s in AssessmentScore.objects.filter(assessment=before)}
    assert len(rows) == before.n_units == 12 and len(before.run.input_digest) == 64
    one = rows[firms[3].pk]
    plain = [15 + k for k in range(12)]
    assert one.score == pytest.approx(sum(plain) / 12)
    assert one.priority == pytest.approx(sum(70 - p for p in plain) / 12)
    assert before.summary["bands"] == {
        code: sum(r.band == code for r in rows.values()) for code in before.summary["bands"]
    }
    found = {p["code"]: p for p in before.summary["priorities"]}
    assert found["vision"]["n_unknown"] == 1 and found["strategy"]["n_unknown"] == 0
    gaps = [max(0, 70 - (5 * n + 1)) for n in range(12)]
    assert found["strategy"]["mean_gap"] == pytest.approx(sum(gaps) / 12)
    assert [p["priority"] for p in found.values()] == sorted(
        (p["priority"] for p in found.values()), reverse=True
    )


def test_the_same_answers_give_the_same_fingerprint(before, firms):
    again = actions.assess_again(assessment=before, recipe=before.recipe, by="test")
    assert again.run.input_digest == before.run.input_digest and again.summary == before.summary


def test_what_moved_is_counted_over_firms_in_both(before, after):
    order = [code for code, _ in assessing.read(after.recipe.text).bands]
    found = queries.moved(assessment=after, order=order)
    assert (found.n_both, found.n_only_before, found.n_only_after) == (11, 1, 0)
    assert found.mean_change == pytest.approx(10) and found.n_down == 0
    rows = [
        {s.establishment_id: s.band for s in AssessmentScore.objects.filter(assessment=a)}
        for a in (before, after)
    ]
    plain = sum(order.index(rows[1][f]) > order.index(rows[0][f]) for f in rows[1])
    assert found.n_up == plain > 0
    assert queries.moved(assessment=before, order=order) is None


def test_rounds_by_two_recipes_are_not_compared(example, cluster, firms, before, published):
    other = published("five-s")
    rows = [(firms[0].pk, {}, "")]
    with pytest.raises(RecipesDiffer) as refused:
        actions.assess(programme=example, recipe=other, label="x", rows=rows, before=before, by="test")
    assert "Excellence gap 1" in str(refused.value)
    revised = actions.revise_recipe(recipe=before.recipe, by="test")
    actions.publish_recipe(recipe=revised, version=revised.version, by="test")
    with pytest.raises(RecipesDiffer):
        actions.open_round(programme=example, recipe=revised, label="x", before=before, by="test")
    again = actions.assess_again(assessment=before, recipe=revised, by="test")
    later = actions.open_round(programme=example, recipe=revised, label="x", before=again, by="test")
    assert later.before == again


def test_publishing_retires_the_version_before_and_freezes(published, example):
    first = published("five-s")
    draft = actions.revise_recipe(recipe=first, by="test")
    with pytest.raises(DraftExists):
        actions.revise_recipe(recipe=first, by="test")
    with pytest.raises(RecipeNotPublished):
        actions.open_round(programme=example, recipe=draft, label="x", by="test")
    actions.publish_recipe(recipe=draft, version=draft.version, by="test")
    assert actions.publish_recipe(recipe=draft, version=1, by="test") == draft  # a second click
    first.refresh_from_db()
    assert (first.state, draft.state, draft.number) == ("retired", "published", 2)
    for act in (
        lambda: actions.edit_recipe(recipe=draft, text=draft.text, version=draft.version, by="test"),
        lambda: actions.discard_recipe(recipe=draft, by="test"),
    ):
        with pytest.raises(RecipeFrozen):
            act()


def test_a_draft_is_edited_by_one_and_keeps_its_code(published, example):
    draft = actions.revise_recipe(recipe=published("five-s"), by="test")
    text = draft.text.replace("from: 60", "from: 55")
    actions.edit_recipe(recipe=draft, text=text, version=1, by="test")
    with pytest.raises(EditedMeanwhile):
        actions.edit_recipe(recipe=draft, text=text + "#", version=1, by="test")
    with pytest.raises(RecipeUnreadable):
        actions.edit_recipe(recipe=draft, text=text.replace("assessment: five-s", "assessment: six-s"),
                            version=draft.version, by="test")  # fmt: skip
    actions.discard_recipe(recipe=draft, by="test")
    assert not AssessmentRecipe.objects.filter(programme=example, code="five-s", state="draft").exists()


def test_contradictory_rules_are_not_published(example):
    text = assessing.shipped_text("associativity-readiness").replace(
        "tension, at_least: 4", "tension, at_least: 0"
    )
    draft = actions.take_recipe(programme=example, text=text, by="test")
    with pytest.raises(RecipeContradicts):
        actions.publish_recipe(recipe=draft, version=draft.version, by="test")


def test_a_cluster_is_assessed_with_reasons_and_not_by_a_recipe_for_firms(example, cluster, firms, published):
    recipe = published("associativity-readiness")
    row = actions.open_round(programme=example, recipe=recipe, label="2008", cluster=cluster, by="test")
    answers = {
        "existing_group": 3.0,
        "tension": 2.0,
        "trust_in_leaders": 3.0,
        "social_capital": 3.0,
        "interest": 4.0,
    }
    found = actions.enter_result(
        assessment=row, establishment=None, answers=answers, evidence="Talks", by="test"
    )
    assert found.band == "strengthen_first" and found.says == [["strengthen_first.tension", {"value": 2.0}]]
    actions.enter_result(assessment=row, establishment=None, answers={**answers, "interest": None}, by="test")
    assert AssessmentScore.objects.filter(assessment=row).count() == 1
    assert queries.of_cluster(assessment=row).reason == "unanswered"
    with pytest.raises(WrongSubject):
        actions.enter_result(assessment=row, establishment=firms[0], answers=answers, by="test")
    with pytest.raises(NobodyAnswered):
        actions.assess(programme=example, recipe=recipe, label="x", rows=[], by="test")


def test_firms_are_entered_one_by_one_and_again(example, cluster, firms, published):
    recipe = published("five-s")
    row = actions.open_round(programme=example, recipe=recipe, label="Audit", cluster=cluster, by="test")
    read = assessing.read(recipe.text)
    full = {q.code: dict.fromkeys(q.item_codes, 5.0) for q in read.rubric.questions}
    for n, firm in enumerate(firms[:3]):
        answers = {code: {i: float(5 - 2 * n) for i in items} for code, items in full.items()}
        actions.enter_result(assessment=row, establishment=firm, answers=answers, by="test")
    actions.enter_result(assessment=row, establishment=firms[2], answers=full, by="test")
    row.refresh_from_db()
    assert row.n_units == 3
    assert row.summary["bands"] == {"poor": 0, "medium": 1, "very_good": 0, "world_class": 2, "": 0}


@pytest.mark.parametrize(
    ("bands", "shown"),
    [
        ({"a": 5, "b": 3}, True), ({"a": 5, "b": 2}, False), ({"a": 5, "b": 0}, False),
        ({"a": 5, "b": 4, "": 1}, False),
        ({}, False), ({"a": 3, "b": 3, "c": 0}, True),
    ],
)  # fmt: skip
def test_bands_of_few_firms_are_kept_back(bands, shown):
    assert (queries.safe_bands(bands) is not None) is shown


def assessed(example, recipe, cluster, firms, label, **more):
    from nanduti.surveys.models import Instrument

    asked, _made = Instrument.objects.get_or_create(
        programme=example, code="visit", defaults={"title": "Visit", "scope": example.scope, "kind": "census"}
    )
    read = assessing.read(recipe.text)
    full = {q.code: dict.fromkeys(q.item_codes, 5.0) for q in read.rubric.questions}
    rows = [
        (firm.pk, {c: {i: float(5 * (n % 2)) for i in items} for c, items in full.items()}, "")
        for n, firm in enumerate(firms)
    ]
    return actions.assess(
        programme=example,
        recipe=recipe,
        label=label,
        rows=rows,
        cluster=cluster,
        instrument=asked,
        by="test",
        **more,
    )


def test_a_round_that_differs_by_a_firm_from_one_that_is_shown_is_kept_back(
    example, cluster, firms, published
):
    """What the earlier round shows, taken from the later one, would be that firm's band."""
    recipe = published("five-s")
    monday = assessed(example, recipe, cluster, firms[:10], "Monday")
    friday = assessed(example, recipe, cluster, firms[:11], "Friday")
    again = assessed(example, recipe, cluster, firms[:10], "Monday again")
    later = assessed(example, recipe, cluster, firms[:6], "those of the first street")
    rest = assessed(example, recipe, cluster, firms[6:9], "those of the second")
    shown = {str(r.label): queries.bands_for_all(r) is not None for r in (monday, friday, again, later)}
    assert shown == {"Monday": True, "Friday": False, "Monday again": True, "those of the first street": True}
    # Three firms, of whom the bands hold one or two: kept back already; beside the first street it leaves one, too.
    assert queries.safe_bands(friday.summary["bands"]) is not None
    assert queries.bands_for_all(rest) is None and not rest.summary["stands_apart"]


def test_rounds_of_other_waves_are_other_answers(example, cluster, firms, published):
    from nanduti.surveys.models import Instrument, Wave

    recipe = published("five-s")
    first = assessed(example, recipe, cluster, firms[:12], "one")
    asked = Instrument.objects.get(code="visit", programme=example)
    waves = [Wave.objects.create(instrument=asked, scope=asked.scope, code=f"w{n}") for n in (1, 2)]
    one, two = (
        assessed(example, recipe, cluster, firms[: 8 - n], "wave", wave=wave) for n, wave in enumerate(waves)
    )
    assert queries.bands_for_all(first) and queries.bands_for_all(one)
    assert two.summary["stands_apart"]
