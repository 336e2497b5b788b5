"""Verbs of a selection: what they refuse, what they keep, and the trace they leave."""

from __future__ import annotations

import pytest

from nanduti.diagnostics import weighing
from nanduti.diagnostics.actions import selections as actions
from nanduti.diagnostics.errors import (
    EvidenceMissing,
    GateNotShut,
    NothingRanked,
    PairsContradict,
    PointsNotHundred,
    ReasonNeeded,
    RecipeUnreadable,
    SayWhyAgainst,
    ScoreOutsideScale,
    SelectionDecided,
    WeighedAlready,
)
from nanduti.diagnostics.models import CandidateScore, Selection
from nanduti.diagnostics.queries import relations
from nanduti.diagnostics.queries import selections as queries
from nanduti.foundation.errors import EditedMeanwhile
from nanduti.foundation.models import AuditEvent
from nanduti.programme.models import Candidate
from nanduti.register.models import Cluster

pytestmark = pytest.mark.django_db

CODES = [p["code"] for p in weighing.shipped_recipe("emerging")["parameters"]]
EVEN = dict.fromkeys(CODES, 12.5)


def pairs_of(weights):
    """Every pair of a member whose judgments agree with these weights."""
    return {f"{a}:{b}": weights[a] / weights[b] for i, a in enumerate(CODES) for b in CODES[i + 1 :]}


def test_a_selection_ranks_and_a_score_opens_to_its_evidence(selection, entries):
    table = queries.table_of(selection=selection)
    assert str(table.entry(table.ranking.ranked[0].key)) == str(entries["chennai-leather"])
    row = queries.scores_of(entry=entries["chennai-auto"])["brand_exports"]
    assert row.value is None and row.evidence and row.scored_at


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"value": 5, "evidence": "x"}, ScoreOutsideScale),
        ({"value": -1, "evidence": "x"}, ScoreOutsideScale),
        ({"value": 2.5, "evidence": "x"}, ScoreOutsideScale),
        ({"value": float("nan"), "evidence": "x"}, ScoreOutsideScale),
        ({"value": 3, "evidence": "  "}, EvidenceMissing),
    ],
)
def test_scores_off_the_scale_or_without_evidence_are_refused(entries, given, error):
    entry = entries["chennai-auto"]
    with pytest.raises(error):
        actions.score_candidate(entry=entry, scores={"imports": given}, version=entry.version, by="test")


def test_the_second_of_two_who_score_is_told(entries, score):
    entry = entries["chennai-auto"]
    stale = entry.version
    score(entry, {"imports": 1})
    with pytest.raises(EditedMeanwhile):
        actions.score_candidate(
            entry=entry, scores={"imports": {"value": 3, "evidence": "x"}}, version=stale, by="test"
        )
    assert CandidateScore.objects.get(entry=entry, parameter="imports").value == 1


def test_what_is_saved_again_unchanged_keeps_who_scored_and_when(entries, score):
    entry = entries["chennai-auto"]
    before = CandidateScore.objects.get(entry=entry, parameter="imports")
    score(entry, {"imports": before.value})
    after = CandidateScore.objects.get(entry=entry, parameter="imports")
    assert after.scored_at == before.scored_at
    actions.score_candidate(
        entry=entry, scores={"imports": {"value": "unset"}}, version=entry.version, by="test"
    )
    assert not CandidateScore.objects.filter(entry=entry, parameter="imports").exists()


def test_the_gate_keeps_out_and_an_override_leaves_its_trace(selection, entries, score):
    entry = entries["chennai-auto"]
    with pytest.raises(GateNotShut):
        actions.override_gate(entry=entry, reason="why not", version=entry.version, by="test")
    score(entry, {"tradable": 0})
    table = queries.fresh_table_of(selection=selection)
    assert not table.gates[str(entry.pk)].passes and len(table.ranking.ranked) == 2
    entry.refresh_from_db()
    actions.override_gate(entry=entry, reason="The ministry asks for it", version=entry.version, by="test")
    table = queries.fresh_table_of(selection=selection)
    assert table.gates[str(entry.pk)].passes and len(table.ranking.ranked) == 3
    assert AuditEvent.objects.filter(override_reason="The ministry asks for it").exists()
    actions.override_gate(entry=entry, reason="", version=entry.version, by="test")
    assert len(queries.fresh_table_of(selection=selection).ranking.ranked) == 2


@pytest.mark.parametrize("total", [0, 90, 110])
def test_points_that_are_not_a_hundred_are_refused(selection, people, total):
    with pytest.raises(PointsNotHundred):
        actions.give_points(selection=selection, points={CODES[0]: total}, by=people["committee"])
    minus = {**EVEN, CODES[0]: -12.5, CODES[1]: 37.5}
    with pytest.raises(PointsNotHundred):
        actions.give_points(selection=selection, points=minus, by=people["committee"])


def test_members_points_become_a_weighting_with_their_disagreement(selection, people):
    heavy = {**dict.fromkeys(CODES, 0.0), "willingness": 100.0}
    for member, points in (("committee", EVEN), ("coordinator", heavy), ("committee", EVEN)):
        actions.give_points(selection=selection, points=points, by=people[member])
    found = queries.fresh_table_of(selection=selection).weightings["budget"]
    assert found.n_members == 2
    assert found.shares["willingness"] == pytest.approx((0.125 + 1) / 2)
    assert found.spread["willingness"] > 0.5


def test_pairs_that_agree_give_their_weights_and_those_that_clash_are_named(selection, people):
    wanted = {c: 2.0 if n == 0 else 1.0 for n, c in enumerate(CODES)}
    row = actions.compare_pairs(selection=selection, pairs=pairs_of(wanted), by=people["committee"])
    assert row.consistency_ratio == pytest.approx(0, abs=1e-9)
    shares = queries.fresh_table_of(selection=selection).weightings["pairs"].shares
    assert shares[CODES[0]] == pytest.approx(2 / 9)
    odd = pairs_of(wanted) | {f"{CODES[0]}:{CODES[1]}": 1 / 9, f"{CODES[1]}:{CODES[2]}": 1 / 9}
    with pytest.raises(PairsContradict) as refused:
        actions.compare_pairs(selection=selection, pairs=odd, by=people["committee"])
    titles = {p["title"] for p in selection.recipe["parameters"]}
    assert {refused.value.details["first"], refused.value.details["second"]} <= titles
    kept = actions.compare_pairs(
        selection=selection, pairs=odd, note_why="We mean it", by=people["committee"]
    )
    assert kept.note == "We mean it" and kept.consistency_ratio > 0.1


def test_a_decision_keeps_the_ranking_and_moves_the_candidate(selection, entries, people):
    actions.decide_selection(
        selection=selection, chosen=[entries["chennai-leather"]], reason="It leads", version=selection.version,
        by=people["committee"],
    )  # fmt: skip
    selection.refresh_from_db()
    placed = selection.run.result["placed"]
    assert placed[0]["cluster"] == "chennai-leather" and len(selection.run.input_digest) == 64
    candidate = Candidate.objects.get(pk=entries["chennai-leather"].candidate_id)
    assert (candidate.stage, candidate.reason) == ("selected", "It leads")
    with pytest.raises(SelectionDecided):
        actions.give_points(selection=selection, points=EVEN, by=people["committee"])
    with pytest.raises(SelectionDecided):  # the second click
        actions.decide_selection(
            selection=selection, chosen=[entries["chennai-leather"]], reason="It leads", version=selection.version,
            by=people["committee"],
        )  # fmt: skip
    actions.reopen_selection(
        selection=selection, reason="New facts", version=selection.version, by=people["committee"]
    )
    assert not Selection.objects.get(pk=selection.pk).is_decided


def test_who_decides_against_the_ranking_says_why(selection, entries):
    given = {
        "selection": selection,
        "chosen": [entries["chennai-auto"]],
        "reason": "Its firms are near",
        "by": "test",
    }
    with pytest.raises(SayWhyAgainst) as refused:
        actions.decide_selection(**given, version=selection.version)
    assert refused.value.details["leader"] == str(entries["chennai-leather"])
    actions.decide_selection(**given, against_reason="The guarantee fund is there", version=selection.version)
    selection.refresh_from_db()
    assert selection.against_reason == "The guarantee fund is there"
    assert AuditEvent.objects.filter(override_reason="The guarantee fund is there").exists()


def test_a_decision_needs_a_reason_somebody_chosen_and_a_ranking(selection, entries, example):
    version = selection.version
    with pytest.raises(ReasonNeeded):
        actions.decide_selection(selection=selection, chosen=[], reason="x", version=version, by="test")
    empty = actions.open_selection(
        programme=example, kind="emerging", title="Nothing scored",
        candidates=[entries["chennai-auto"].candidate], by="test",
    )  # fmt: skip
    with pytest.raises(NothingRanked):
        actions.decide_selection(
            selection=empty, chosen=list(empty.entries.all()), reason="x", version=empty.version, by="test"
        )


def test_advanced_against_emerging_holds_between_two_and_nothing_registered_is_not_nothing(example):
    by_code = {c.code: c for c in relations.clusters_to_compare(programme=example)}
    found = relations.compare(
        first=by_code["chennai-leather"], second=by_code["santa-croce"], specialisation=(9.0, 61.0)
    )
    names = {c.name: c for c in found.relation.criteria}
    assert names["specialisation"].ahead == "santa-croce"
    bare = (
        Cluster._base_manager.exclude(organisations__isnull=False).exclude(stakeholders__isnull=False).first()
    )
    lone = relations.compare(first=by_code["chennai-leather"], second=bare, specialisation=(None, None))
    criteria = {c.name: c for c in lone.relation.criteria}
    assert criteria["breadth"].second is None and criteria["depth"].second is None
    assert lone.relation.advanced is None


def test_the_principal_cluster_is_declared_with_its_reason(example):
    from nanduti.programme import actions as programme
    from nanduti.programme.errors import ReasonMissing

    with pytest.raises(ReasonMissing):
        programme.declare_principal(
            programme=example, principal="advanced", reason=" ", version=example.version, by="test"
        )
    programme.declare_principal(
        programme=example,
        principal="advanced",
        reason="Machines are to be sold",
        version=example.version,
        by="test",
    )
    assert example.principal == "advanced"
    assert AuditEvent.objects.filter(
        action="programme.declare_principal", override_reason__contains="Machines"
    )


def changed(selection, **entries):
    """The recipe of a selection as text, with some entries changed."""
    return weighing.as_text({**selection.recipe, **entries})


def test_parameters_are_data_until_somebody_has_weighed_them(selection, people):
    distance = {"code": "distance", "title": "Hours from the capital", "measure": "value", "direction": -1}
    own = [*selection.recipe["parameters"][:3], distance]
    text = changed(selection, parameters=own)
    actions.edit_parameters(selection=selection, text=text, version=selection.version, by="test")
    table = queries.fresh_table_of(selection=selection)
    assert [p.code for p in table.weighing.parameters][-1] == "distance"
    assert {p.n_missing for p in table.ranking.ranked} == {1, 2} and "distance" in table.ranking.idle
    actions.give_points(selection=selection, points={"distance": 100}, by=people["committee"])
    with pytest.raises(WeighedAlready):
        actions.edit_parameters(selection=selection, text=text, version=selection.version, by="test")


@pytest.mark.parametrize(
    ("entries", "word"),
    [
        ({"title": "", "title_es": ""}, "title"), ({"sources": []}, "source"),
        ({"parameters": []}, "parameters"), ({"parameters": 7}, ""),
        ({"parameters": [{"code": "a", "title": "A"}, {"code": "a", "title": "B"}]}, "same code"),
        ({"parameters": [{"code": "A b", "title": "A"}]}, "small letters"),
        ({"parameters": [{"code": "a", "title": "A", "weight": -1}]}, "negative"),
        ({"parameters": [{"code": "a", "title": "A", "weight": 0}]}, "nil"),
        ({"parameters": [{"code": "a", "title": "A", "low": 4, "high": 1}]}, "runs back"),
        ({"parameters": [{"code": "a", "title": "A", "anchors": ["x"]}]}, "five steps"),
        ({"parameters": [{"code": "a", "title": "A", "weight": "much"}]}, ""),
        ({"parameters": [{"code": "a", "title": "A", "weight": float("inf")}]}, "finite"),
        ({"parameters": [{"code": "a", "title": "A", "high": float("nan")}]}, "finite"),
        ({"gate": {"rules": "moon"}}, ""), ({"gate": {"rules": "externalisation-gate", "evidence": []}}, "gate"),
        ({"gate": {"least": {"z": 1}}}, "gate"), ({"least_known_share": 2}, "between"),
    ],
)  # fmt: skip
def test_parameters_that_make_no_sense_are_refused(selection, entries, word):
    with pytest.raises(RecipeUnreadable) as refused:
        weighing.from_text(changed(selection, **entries))
    assert word in str(refused.value)


@pytest.mark.parametrize("kind", ["emerging", "advanced"])
def test_the_shipped_parameters_read_back_as_they_are(kind):
    shipped = weighing.shipped_recipe(kind)
    assert weighing.from_text(weighing.as_text(shipped)) == shipped
