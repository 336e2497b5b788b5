"""The scope of cooperation around each agreement; linkages by class; tasks on the way to deals; evidence by step."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import AuditEvent
from nanduti.programme import actions as programme_actions
from nanduti.programme.dating import cut_of
from nanduti.twinning import actions, queries
from nanduti.twinning.errors import NameTaken, ProjectMustNotPay, TaskThere, TooEarly
from nanduti.twinning.models import DealTask, Linkage, StepEvidence
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

ASSOCIATIONS = ("association", "association")
INSTITUTIONS = ("technical_institution", "technical_institution")
FIRMS = ("firm", "firm")


@pytest.fixture
def leather(example):
    return queries.twinning_by_pair(programme=example, pair="chennai-leather:santa-croce")


@pytest.fixture
def footwear(example):
    return queries.twinning_by_pair(programme=example, pair="chennai-footwear:marche")


@pytest.mark.parametrize(
    ("pair", "day", "stage", "because"),
    [
        ("chennai-leather:santa-croce", date(2008, 5, 31), 0, set()),
        ("chennai-leather:santa-croce", date(2008, 6, 1), 1, {"leather-ca"}),
        ("chennai-leather:santa-croce", date(2008, 7, 1), 1, {"leather-ca"}),
        ("chennai-leather:santa-croce", date(2020, 1, 1), 1, {"leather-ca"}),
        ("chennai-footwear:marche", date(2007, 9, 30), 0, set()),
        ("chennai-footwear:marche", date(2007, 10, 1), 1, {"footwear-mou-1"}),
        ("chennai-footwear:marche", date(2008, 9, 30), 1, {"footwear-mou-1"}),
        ("chennai-footwear:marche", date(2008, 10, 1), 1, {"footwear-mou-1", "footwear-mou-2"}),
        ("chennai-footwear:marche", date(2008, 11, 1), 1, {"footwear-mou-2"}),
        ("chennai-footwear:marche", date(2009, 10, 31), 1, {"footwear-mou-2"}),
        ("chennai-footwear:marche", date(2009, 11, 1), 0, set()),
        ("chennai-auto:turin-auto", date(2010, 1, 1), 0, set()),
    ],
)
def test_the_scope_on_a_day(example, pair, day, stage, because):
    scope = queries.scope_on(twinning=queries.twinning_by_pair(programme=example, pair=pair), on=day)
    assert scope.matrix.stage == stage
    cell = scope.matrix.cell(*INSTITUTIONS)
    assert cell.level == ("high" if stage else "low")
    assert set(cell.because) <= because and bool(cell.because) == bool(because)
    assert scope.matrix.cell(*ASSOCIATIONS).level == "high"
    assert scope.matrix.cell(*FIRMS).level == "low"


def test_the_scope_grows_and_falls_back(footwear):
    history = queries.scope_on(twinning=footwear, on=date(2010, 1, 1)).history
    assert [(c.on, c.stage_before, c.stage) for c in history] == [
        (date(2007, 10, 1), 0, 1), (date(2009, 11, 1), 1, 0),
    ]  # fmt: skip


def test_an_agreement_of_institutions_takes_the_next_step(leather, example):
    from nanduti.register.models import Organisation

    bodies = list(Organisation.objects.all()[:2])
    parties = [
        {"organisation": body, "party_type": "technical_institution", "cluster": cluster}
        for body, cluster in zip(bodies, (leather.emerging, leather.advanced), strict=True)
    ]
    values = {
        "kind": "mou",
        "level": "institution",
        "title": "Institutes",
        "status": "signed",
        "signed": "May 2009",
    }
    programme_actions.record_agreement(programme=example, values=values, parties=parties, by="test")
    assert queries.scope_on(twinning=leather, on=date(2009, 4, 30)).matrix.stage == 1
    assert queries.scope_on(twinning=leather, on=date(2009, 5, 1)).matrix.stage == 2


def test_for_machines_all_sixteen_cells_stand_with_their_reasons(leather):
    said = queries.scope_as_dict(twinning=leather, on=date(2008, 7, 1))
    assert len(said["cells"]) == 16 and all(
        c["reason"] for c in said["cells"] if c["scope"] != "not_applicable"
    )
    assert (said["pair"], said["on"], said["stage"]) == ("chennai-leather:santa-croce", "2008-07-01", 1)
    assert said["changes"][0]["began"] == ["leather-ca"]


def test_a_pair_that_is_none_is_not_found(example):
    for pair in ("", ":", "chennai-leather", "santa-croce:chennai-leather", "a:b:c"):
        with pytest.raises(NotFound):
            queries.twinning_by_pair(programme=example, pair=pair)


# --- linkages

LINKAGE = {"kind": "outsourcing", "label": "x", "stage": "agreed"}
IN_2008 = datetime(2008, 7, 1, tzinfo=UTC)


def linkage(twinning, types, **more):
    values = {**LINKAGE, "from_type": types[0], "to_type": types[1]}
    return actions.record_linkage(twinning=twinning, values=values, by="test", at=IN_2008, **more)


def test_firms_come_after_associations_and_institutions(leather):
    with pytest.raises(TooEarly):
        linkage(leather, FIRMS)
    with pytest.raises(TooEarly):
        linkage(leather, FIRMS, override_reason=" ")
    assert linkage(leather, INSTITUTIONS).scope == leather.scope
    row = linkage(leather, FIRMS, override_reason="They have known each other for years")
    event = AuditEvent.objects.order_by("-id").first()
    assert event.subject_id == str(row.pk) and event.override_reason.startswith("They have")


def test_a_programme_may_only_warn(leather, example):
    programme_actions.set_rule(
        programme=example, rule="scope", setting="warn", version=example.version, by="test"
    )
    leather.programme.refresh_from_db()
    assert linkage(leather, FIRMS).pk


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("isf-unioncamere", "C2C"),
        ("institutes-pisie", "C2C"),
        ("oil-seal", "B2B"),
        ("tannery-expert-1", "B2B"),
    ],
)
def test_the_class_follows_from_the_kinds_of_the_parties(example, code, expected):
    assert queries.linkage_class(queries.linkages(programme=example).get(code=code)) == expected


def test_linkages_belong_to_the_work_of_their_cluster(example):
    scopes = dict(queries.linkages(programme=example).values_list("code", "scope__code"))
    assert scopes["isf-unioncamere"].endswith("/chennai-footwear") and scopes["oil-seal"].endswith(
        "/chennai-auto"
    )


# --- tasks


@pytest.mark.parametrize(
    ("phase", "payer", "allowed"),
    [
        ("developmental", "project", True),
        ("commercial", "firm", True),
        ("commercial", "project", False),
        ("commercial", "", True),
    ],
)
def test_the_programme_pays_for_development_alone(example, phase, payer, allowed):
    values = {"label": "A task", "phase": phase, "payer": payer, "executor": ""}
    if allowed:
        assert actions.plan_task(programme=example, values=values, by="test").pk
        with pytest.raises(TaskThere):
            actions.plan_task(programme=example, values=values, by="test")
    else:
        with pytest.raises(ProjectMustNotPay):
            actions.plan_task(programme=example, values=values, by="test")


# --- steps


def test_records_are_evidence_by_themselves(example, leather):
    found = {
        f.code
        for f in queries.evidence_from_records(
            programme=example, cluster=leather.emerging, cut=cut_of(example, date(2011, 7, 31))
        )
    }
    assert {"selection_reasons", "cluster_selected", "agreement_signed", "advanced_cluster_selected"} <= found
    early = {
        f.code
        for f in queries.evidence_from_records(
            programme=example, cluster=leather.emerging, cut=cut_of(example, date(2005, 1, 1))
        )
    }
    assert "outputs_recorded" in found and "outputs_recorded" not in early


def test_evidence_that_somebody_adds_counts_for_its_cluster(example, leather):
    values = {"step": 3, "evidence_kind": "diagnostic_study", "label": "The study"}
    row = actions.add_evidence(programme=example, cluster=leather.emerging, values=values, by="test")
    assert row.scope.code.endswith("/chennai-leather")
    assert row in queries.step_evidence(programme=example, cluster=leather.emerging)


def test_a_topic_that_is_named_again_overwrites_nothing(leather):
    values = {"topic": "A topic", "priority_emerging": "high", "priority_advanced": "high"}
    row = actions.rank_topic(twinning=leather, values=values, by="test")
    with pytest.raises(NameTaken):
        actions.rank_topic(twinning=leather, values={**values, "priority_emerging": "low"}, by="test")
    row.refresh_from_db()
    assert row.priority_emerging == "high"


# --- a second click


@pytest.mark.parametrize(
    ("model", "address", "values"),
    [
        (StepEvidence, "step/3/evidence/", {"evidence_kind": "diagnostic_study", "label": "The study"}),
        (DealTask, "twinnings/task/", {"label": "A task", "phase": "developmental"}),
        (
            Linkage,
            "twinnings/chennai-leather:santa-croce/linkage/",
            {**LINKAGE, "from_type": "association", "to_type": "association"},
        ),
    ],
)
def test_a_second_click_makes_nothing_twice(visit, example, model, address, values):
    client, n = visit("coordinator"), model._base_manager.count()
    answers = [client.post(f"/p/{CODE}/{address}", values).status_code for _click in range(2)]
    assert answers == [302, 302] and model._base_manager.count() == n + 1
