"""What people do to a study: the second of two editors is told, what is agreed is frozen, deeds are kept."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from nanduti.diagnostics.actions import challenges, issues, partners, studies
from nanduti.diagnostics.errors import (
    IntermediaryIsFirm,
    PartyNamedAlready,
    StudyHasGaps,
    StudyIsAgreed,
    UnknownPseudonym,
)
from nanduti.diagnostics.findings import from_json
from nanduti.diagnostics.models import Challenge, DiagnosticStudy, Issue
from nanduti.diagnostics.queries import challenges as challenge_queries
from nanduti.diagnostics.queries import issues as issue_queries
from nanduti.diagnostics.queries import partners as partner_queries
from nanduti.diagnostics.queries import studies as study_queries
from nanduti.diagnostics.queries.profile import findings
from nanduti.diagnostics.queries.sections import material, missing_in, sections
from nanduti.foundation.errors import EditedMeanwhile
from nanduti.foundation.models import AuditEvent
from nanduti.programme.dating import cut_of
from nanduti.programme.errors import ReasonMissing
from nanduti.twinning.queries import evidence_from_records
from tests.support.census import AT, establishment

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def agree(study, **more):
    values = {"missing": [], "agreed_on": date(2026, 4, 1), "version": study.version, "by": "test", "at": AT}
    return studies.agree_study(
        study=study, found=findings(study=study, access=None, at=AT), **{**values, **more}
    )


# --- studies


def test_codes_are_free_ones(study, counted):
    again = studies.begin_study(
        programme=counted.programme, cluster=counted.cluster, values={"title": study.title}, by="test", at=AT
    )
    assert (study.code, again.code) == ("workshops-of-itaugua", "workshops-of-itaugua-2")


def test_the_second_editor_is_told(study):
    studies.edit_study(study=study, values={"title": "New"}, version=study.version, by="test", at=AT)
    with pytest.raises(EditedMeanwhile):
        studies.edit_study(study=study, values={"title": "Other"}, version=1, by="test", at=AT)


def test_an_agreed_study_is_frozen_with_small_groups_kept_back(study, issue):
    agree(study)
    kept = from_json(DiagnosticStudy._base_manager.get(pk=study.pk).findings)
    assert kept.is_safe and kept.n_answered == 16
    for deed in (
        lambda: studies.edit_study(
            study=study, values={"title": "x"}, version=study.version, by="test", at=AT
        ),
        lambda: issues.note_issue(study=study, values={}, by="test", at=AT),
        lambda: issues.edit_issue(issue=issue, values={}, version=1, by="test", at=AT),
        lambda: issues.drop_issue(issue=issue, by="test", at=AT),
        lambda: partners.note_rate(study=study, values={}, by="test", at=AT),
        lambda: partners.note_prospect(study=study, values={}, by="test", at=AT),
        lambda: agree(study),
    ):
        with pytest.raises(StudyIsAgreed):
            deed()


def test_gaps_need_a_reason_that_is_kept(study):
    with pytest.raises(StudyHasGaps) as refused:
        agree(study, missing=["Whom the study heard"])
    assert "Whom the study heard" in str(refused.value)
    agree(study, missing=["Whom the study heard"], reason="The fair is in May")
    assert AuditEvent.objects.filter(override_reason="The fair is in May").exists()


def test_opening_again_needs_a_reason(study):
    agree(study)
    study.refresh_from_db()
    with pytest.raises(ReasonMissing):
        studies.reopen_study(study=study, reason=" ", version=study.version, by="test", at=AT)
    studies.reopen_study(study=study, reason="A town was missing", version=study.version, by="test", at=AT)
    study.refresh_from_db()
    assert not study.is_agreed and study.agreed_on is None


# --- evidence for the gates


def evidence_of(counted):
    cut = cut_of(counted.programme, date(2026, 5, 1))
    return evidence_from_records(programme=counted.programme, cluster=None, cut=cut)


def test_only_an_agreed_study_is_evidence_for_its_gate(study, issue, counted):
    def shown():
        return {
            f.code
            for f in evidence_from_records(
                programme=counted.programme, cluster=None, cut=cut_of(counted.programme, date(2026, 5, 1))
            )
        }

    assert "diagnostic_study" not in shown()
    issues.route_issue(issue=issue, values={"by_advanced": True}, version=issue.version, by="test", at=AT)
    agree(study)
    assert {"diagnostic_study", "aobo_table", "product_sample"} <= shown()


def test_an_agreed_advanced_study_shows_interests_and_intermediaries(counted):
    row = studies.begin_study(
        programme=counted.programme, cluster=counted.other, values={"title": "Abroad", "kind": "advanced"},
        by="test", at=AT,
    )  # fmt: skip
    partners.note_prospect(
        study=row, values={"name": "Tanners", "party_kind": "firm", "need": "Sell", "is_intermediary": True},
        by="test", at=AT,
    )  # fmt: skip
    agree(row)
    shown = {
        f.code
        for f in evidence_from_records(
            programme=counted.programme, cluster=None, cut=cut_of(counted.programme, date(2026, 5, 1))
        )
    }
    assert {"partner_interests", "intermediaries_identified"} <= shown and "diagnostic_study" not in shown


# --- issues


def test_issues_are_numbered_one_after_the_other(study, issue):
    other = issues.note_issue(
        study=study, values={"product_group": "Bags", "item": "skill", "label": "x"}, by="test", at=AT
    )
    assert (issue.number, other.number) == (1, 2)
    issues.drop_issue(issue=issue, by="test", at=AT)
    assert issue_queries.next_number(study=study) == 3


@pytest.mark.parametrize(
    ("said", "column", "decision"),
    [
        ({}, "nobody", "no"),
        ({"in_cluster": True, "by_advanced": True}, "cluster", "yes"),
        ({"in_country": True, "in_cluster": False}, "country", "yes"),
        ({"by_advanced": True}, "advanced_cluster", "yes"),
        ({"by_advanced": True, "is_for_implementation": False}, "not_chosen", "flag"),
        ({"by_advanced": True, "chain_check": "removed", "chain_reason": "no buyer"}, "not_chosen", "flag"),
    ],
)
def test_each_issue_stands_where_it_can_be_solved(issue, said, column, decision):
    issues.route_issue(issue=issue, values=said, version=issue.version, by="test", at=AT)
    row = issue_queries.issue_by_number(study=issue.study, number=1)
    assert issue_queries.column_of(row) == column
    assert issue_queries.route(row).verdict.decision == decision
    board = issue_queries.board([row])
    assert [name for name, some in board.items() if some] == [column]


def test_without_an_issue_for_an_advanced_cluster_it_is_no_twinning(issue):
    verdict = issue_queries.twinning_verdict([issue])
    assert verdict.decision == "no" and "step 3" in verdict.say()
    assert issue_queries.twinning_verdict([]).decision == "no"
    issue.by_advanced = True
    assert issue_queries.twinning_verdict([issue]).decision == "yes"


def test_firms_are_named_by_pseudonym_and_only_those_of_the_cluster(issue, counted):
    here, there = establishment(counted), establishment(counted, counted.other)
    party = issues.name_party(
        issue=issue, role="interested", pseudonym=here.pseudonym.lower(), by="test", at=AT
    )
    assert party.establishment == here
    with pytest.raises(PartyNamedAlready):
        issues.name_party(issue=issue, role="interested", pseudonym=here.pseudonym, by="test", at=AT)
    for wrong in (there.pseudonym, "Talleres Jazmín", ""):
        with pytest.raises(UnknownPseudonym):
            issues.name_party(issue=issue, role="interested", pseudonym=wrong, by="test", at=AT)


def test_a_firm_is_no_intermediary(issue, counted):
    with pytest.raises(IntermediaryIsFirm):
        issues.name_party(issue=issue, role="intermediary", organisation=counted.world.firm, by="test", at=AT)
    assert issues.name_party(
        issue=issue, role="intermediary", organisation=counted.world.institute, by="test", at=AT
    )


def test_priorities_are_a_plain_sum_over_firms(study, issue, counted):
    second = issues.note_issue(
        study=study, values={"product_group": "Bags", "item": "skill", "label": "Skills", "severity": 2},
        by="test", at=AT,
    )  # fmt: skip
    issues.note_issue(
        study=study,
        values={"product_group": "Bags", "item": "market", "label": "No counts"},
        by="test",
        at=AT,
    )
    for severity, willingness in ((3, 0.5), (None, None)):
        issues.name_party(
            issue=second, role="interested", pseudonym=establishment(counted).pseudonym, by="test", at=AT,
            values={"severity": severity, "willingness": willingness},
        )  # fmt: skip
    found = issue_queries.priorities(issue_queries.issues(study=study))
    # Nine firms of severity 3; then 3 × 0.5 and the issue's own 2 × 1; the third is not known, which is not nil.
    assert [(p.issue.number, p.weight, p.rank) for p in found] == [(1, 27.0, 1), (2, 3.5, 2), (3, None, None)]
    assert issue_queries.priorities([]) == []


def test_counts_and_severities_have_bounds(issue):
    for name, value in (("severity", 4), ("n_micro", -1)):
        setattr(issue, name, value)
        with pytest.raises(ValidationError):
            issue.full_clean()
        issue.refresh_from_db()


# --- productivity and partners


def rate(study, is_own, output, workers, **more):
    values = {
        "process": "lasting line", "is_own": is_own, "who": "here" if is_own else "abroad", "unit": "pairs",
        "output_low": output[0], "output_high": output[-1], "workers_low": workers[0], "workers_high": workers[-1],
    }  # fmt: skip
    return partners.note_rate(study=study, values={**values, **more}, by="test", at=AT)


def test_the_gap_of_the_footwear_lines_is_the_printed_interval(study):
    rate(study, True, (350, 450), (55, 60))
    rate(study, False, (800,), (30,))
    (found,) = partner_queries.gaps(list(partner_queries.rates(study=study)))
    # UNIDO (2013), chapter 3 §3.3; factor 3.26 to 4.57.
    assert (round(found.per_day.low, 2), round(found.per_day.high, 2)) == (5.83, 8.18)
    assert (round(found.gap.factor.low, 2), round(found.gap.factor.high, 2)) == (3.26, 4.57)


def test_rates_that_cannot_be_compared_say_why(study):
    rate(study, True, (10,), (2,))
    assert [g.reason for g in partner_queries.gaps(list(partner_queries.rates(study=study)))] == [
        "no_benchmark"
    ]
    rate(study, False, (10,), (2,), unit="metres")
    assert [g.reason for g in partner_queries.gaps(list(partner_queries.rates(study=study)))] == [
        "other_unit"
    ]


def test_six_things_are_found_out_one_by_one(study):
    def found():
        return [
            t.code
            for t in partner_queries.six_things(list(partner_queries.prospects(study=study)))
            if t.is_found
        ]

    assert found() == []
    row = partners.note_prospect(
        study=study, values={"name": "Tanners", "party_kind": "firm"}, by="test", at=AT
    )
    assert found() == ["stakeholders"]
    partners.edit_prospect(
        prospect=row, values={"need": "sell", "areas": "training", "willingness": 0.0, "conditions": "no copies",
                              "is_intermediary": True},
        version=row.version, by="test", at=AT,
    )  # fmt: skip
    assert len(found()) == 6


def test_the_most_willing_stand_first_and_the_unasked_last(study):
    for name, willingness in (("a", None), ("b", 0.5), ("c", 1.0), ("d", 0.0)):
        values = {"name": name, "party_kind": "firm", "willingness": willingness}
        partners.note_prospect(study=study, values=values, by="test", at=AT)
    assert [p.name for p in partner_queries.prospects(study=study)] == ["c", "b", "d", "a"]


# --- challenges


def test_a_challenge_met_on_the_way_asks_for_a_question(counted):
    values = {"kind": "emergent", "label": "Mistrust"}
    row = challenges.note_challenge(
        programme=counted.programme, cluster=None, values=values, by="test", at=AT
    )
    assert challenge_queries.asks_something(row).decision == "flag"
    row.learning_question = "What would make them trust?"
    assert challenge_queries.asks_something(row).decision == "yes"
    row.kind, row.learning_question = Challenge.Kind.INITIAL, ""
    assert challenge_queries.asks_something(row).decision == "yes"


def test_how_a_challenge_moved_stays_on_record(counted):
    row = challenges.note_challenge(
        programme=counted.programme,
        cluster=counted.cluster,
        values={"kind": "initial", "label": "x"},
        by="test",
        at=AT,
    )
    challenges.move_challenge(
        challenge=row,
        state="addressed",
        on=date(2026, 4, 1),
        learnt="Begun",
        version=row.version,
        by="test",
        at=AT,
    )
    challenges.move_challenge(
        challenge=row, state="addressed", on=date(2026, 4, 2), version=row.version, by="test", at=AT
    )
    assert [(c.state, c.note) for c in row.changes.all()] == [("addressed", "Begun")]
    with pytest.raises(EditedMeanwhile):
        challenges.move_challenge(
            challenge=row, state="solved", on=date(2026, 5, 1), version=1, by="test", at=AT
        )


# --- what is missing


def test_sections_say_what_is_missing_until_it_is_there(study, issue):
    def missing():
        found = findings(study=study, access=None, at=AT)
        return missing_in(sections(material(study=study, found=found)))

    assert missing() == ["Where each issue is solved"]
    issues.route_issue(issue=issue, values={"by_advanced": True}, version=issue.version, by="test", at=AT)
    assert missing() == []
    Issue._base_manager.all().delete()
    assert missing() == ["Business operations by product (AOBO)", "Where each issue is solved"]
    assert missing_in(sections(material(study=study, found=None)))[0] == "Profile of the cluster"


def test_a_study_of_another_programme_is_not_found(study, counted):
    from nanduti.foundation.errors import NotFound

    for code in ("no-such", "x\x00y"):
        with pytest.raises(NotFound):
            study_queries.study_by_code(programme=counted.programme, code=code)
