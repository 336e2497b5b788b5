"""Rounds over the answers to an instrument: through the unit frame, in the background, with the asker's rights."""

from __future__ import annotations

import pytest
from django_scopes import scopes_disabled

from nanduti.diagnostics import assessing
from nanduti.diagnostics.actions import assessments as actions
from nanduti.diagnostics.models import Assessment, AssessmentScore
from nanduti.foundation import work
from nanduti.programme.scopes import work_scope

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

READY = {
    "member_of": ["association"],
    "joint_action": ["buying"],
    "trust_colleagues": "4",
    "hindered_by": ["time"],
}
ALONE = {"member_of": ["none"], "joint_action": ["none"], "trust_colleagues": "3", "hindered_by": ["no_use"]}
WARY = {**READY, "trust_colleagues": "1"}


@pytest.fixture
def census():
    from tests.support.census import field_of

    with scopes_disabled():
        yield field_of()


@pytest.fixture
def recipe(census):
    draft = actions.take_recipe(
        programme=census.programme, text=assessing.shipped_text("firm-associativity"), by="test"
    )
    return actions.publish_recipe(recipe=draft, version=draft.version, by="test")


def run(census, recipe, *, by="coordinator", cluster=None, wave=None, taken_on="2026-12-31"):
    job = work.enqueue(
        "diagnostics.assess", by=census.user(by), scope=work_scope(census.programme, cluster),
        programme_id=census.programme.pk, recipe_id=recipe.pk, label="First",
        instrument_id=census.instruments["workshop_census"].pk, wave_id=wave.pk if wave else None,
        cluster_id=cluster.pk if cluster else None, before_id=None, taken_on=taken_on, url="/x/0/",
    )  # fmt: skip
    work.run_waiting()
    job.refresh_from_db()
    return job


def test_every_firm_that_answered_gets_its_advice_with_reasons(census, recipe):
    from tests.support.census import answered

    sent = {name: answered(census, row) for name, row in (("ready", READY), ("alone", ALONE), ("wary", WARY))}
    sent["silent"] = answered(census, {"n_workers": 3})
    job = run(census, recipe)
    assert job.state == "done", job.error
    made = Assessment.objects.get(label="First")
    assert job.result == {"url": f"/x/{made.pk}/", "assessment": made.pk}
    rows = {s.establishment_id: s for s in AssessmentScore.objects.filter(assessment=made)}
    found = {name: rows[s.establishment_id].band for name, s in sent.items()}
    assert found == {"ready": "promote", "alone": "leave_alone", "wary": "strengthen_first", "silent": ""}
    assert rows[sent["silent"].establishment_id].reason == "unanswered"
    assert made.summary["bands"] == {"leave_alone": 1, "strengthen_first": 1, "promote": 1, "": 1}


def test_a_round_keeps_to_its_cluster_its_day_and_the_last_answer(census, recipe):
    from tests.support.census import answered, establishment

    firm = establishment(census)
    answered(census, WARY, of=firm)
    answered(census, READY, of=firm, day=5)
    answered(census, ALONE, cluster=census.other)
    run(census, recipe, cluster=census.cluster, taken_on="2026-03-03")
    early = Assessment.objects.get()
    assert [s.band for s in early.scores.all()] == ["strengthen_first"]
    assert early.scope_id == work_scope(census.programme, census.cluster).pk
    run(census, recipe, cluster=census.cluster)
    late = Assessment.objects.exclude(pk=early.pk).get()
    assert [s.band for s in late.scores.all()] == ["promote"]


def test_who_may_not_read_answers_assesses_nobody(census, recipe):
    from tests.support.census import answered

    answered(census, READY)
    job = run(census, recipe, by="researcher")
    assert (job.state, job.error_code) == ("failed", "diagnostics.nobody_answered")
    assert not Assessment.objects.exists()
