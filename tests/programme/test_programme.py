"""Agreements from day to day, decisions that are overdue, clusters by their short names, coverage."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from nanduti.foundation.errors import EditedMeanwhile, NotFound
from nanduti.methods.values import PersonError
from nanduti.programme import actions, queries
from nanduti.programme.errors import AmbiguousCluster, NotSigned, PeriodReversed
from nanduti.programme.models import CooperationAgreement, Coverage, Meeting, Resolution

pytestmark = pytest.mark.django_db

ON = date(2008, 11, 1)


def agreement(example, **values):
    values = {"kind": "mou", "level": "association", "title": "A memorandum", "status": "signed", **values}
    return actions.record_agreement(programme=example, values=values, by="test")


@pytest.mark.parametrize(
    ("values", "states"),
    [
        ({"status": "draft", "signed": "2008"}, ["draft"] * 3),
        ({"status": "attempted"}, ["attempted"] * 3),
        ({}, ["undated"] * 3),
        ({"signed": "June 2008"}, ["not_yet", "in_force", "in_force"]),
        ({"signed": "June 2008", "valid_until": "June 2008"}, ["not_yet", "in_force", "lapsed"]),
        ({"signed": "2007", "valid_from": "1 July 2008"}, ["not_yet", "not_yet", "in_force"]),
        ({"signed": "2007", "valid_until": "31 May 2008"}, ["in_force", "lapsed", "lapsed"]),
        ({"signed": "2007", "valid_until": "2008"}, ["in_force"] * 3),
    ],
)
def test_the_state_of_an_agreement_follows_from_its_dates(example, values, states):
    row = agreement(example, **values)
    assert [row.state_on(day) for day in (date(2008, 5, 31), date(2008, 6, 1), date(2008, 7, 1))] == states


def test_a_renewal_carries_the_parties_on_and_silences_the_warning(example):
    old = CooperationAgreement.objects.get(code="footwear-mou-2")
    day = date(2009, 9, 1)
    rows = queries.agreements(programme=example)
    assert [r.code for r in queries.agreements_about_to_lapse(rows, on=day)] == ["footwear-mou-2"]
    new = actions.renew_agreement(
        agreement=old, signed="October 2009", valid_from="", valid_until="2012", by="test"
    )
    assert new.renews == old and new.code != old.code and new.state_on(date(2011, 1, 1)) == "in_force"
    assert {p.organisation_id for p in new.parties.all()} == {p.organisation_id for p in old.parties.all()}
    assert queries.agreements_about_to_lapse(queries.agreements(programme=example), on=day) == []


def test_only_what_is_signed_can_be_renewed(example):
    row = agreement(example, status="attempted")
    with pytest.raises(NotSigned):
        actions.renew_agreement(agreement=row, signed="2009", valid_from="", valid_until="", by="test")


def test_an_agreement_cannot_end_before_it_begins(example):
    with pytest.raises(PeriodReversed):
        agreement(example, valid_from="June 2009", valid_until="May 2008")
    row = agreement(example, valid_from="June 2009")
    with pytest.raises(PeriodReversed):
        actions.edit_agreement(agreement=row, values={"valid_until": "2008"}, version=row.version, by="test")
    with pytest.raises(PersonError):
        agreement(example, signed="soon")


def test_codes_of_agreements_are_free_ones(example):
    codes = [agreement(example, title="Same title").code for _ in range(3)]
    assert codes == ["same-title", "same-title-2", "same-title-3"]


@pytest.mark.parametrize(
    ("due", "done", "states"),
    [
        ("", "", ["undated"] * 3),
        ("October 2008", "", ["open", "overdue", "overdue"]),
        ("October 2008", "1 November 2008", ["open", "done", "done"]),
        ("October 2008", "2 November 2008", ["open", "overdue", "done"]),
        ("2008", "", ["open"] * 3),
    ],
)
def test_decisions_are_overdue_once_their_day_has_passed(example, due, done, states):
    meeting = Meeting.objects.first()
    row = actions.record_resolution(meeting=meeting, values={"decision": "x", "due": due}, by="test")
    if done:
        row = actions.complete_resolution(resolution=row, done=done, version=row.version, by="test")
    days = (date(2008, 10, 31), ON, date(2008, 11, 2))
    assert [row.state_on(day) for day in days] == states
    for day, state in zip(days, states, strict=True):
        assert (row in queries.overdue_resolutions(programme=example, on=day)) == (state == "overdue")


def test_left_empty_a_decision_was_carried_out_today(example):
    row = actions.record_resolution(meeting=Meeting.objects.first(), values={"decision": "x"}, by="test")
    at = datetime(2010, 3, 4, tzinfo=UTC)
    row = actions.complete_resolution(resolution=row, done="", version=row.version, by="test", at=at)
    assert row.done == "2010-03-04"
    with pytest.raises(EditedMeanwhile):
        actions.complete_resolution(
            resolution=Resolution.objects.get(pk=row.pk), done="2011", version=1, by="test"
        )


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("chennai-leather", "chennai-leather"), ("leather", "chennai-leather"), ("auto", "chennai-auto"),
        ("footwear", "chennai-footwear"), ("santa-croce", "santa-croce"), ("gurgaon", "gurgaon-auto"),
    ],
)  # fmt: skip
def test_a_cluster_is_known_by_its_code_or_its_short_one(example, code, found):
    assert queries.cluster_by_code(programme=example, code=code).code == found


@pytest.mark.parametrize("code", ["nowhere", "", "LEATHER", "x" * 200])
def test_an_unknown_cluster_is_not_found(example, code):
    with pytest.raises(NotFound):
        queries.cluster_by_code(programme=example, code=code)


def test_a_short_name_of_several_clusters_asks_which(example):
    with pytest.raises(AmbiguousCluster) as error:
        queries.cluster_by_code(programme=example, code="chennai")
    assert "chennai-auto" in error.value.details["codes"]


def test_the_coverage_is_table_1_of_the_paper(example, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        matrix = queries.coverage_matrix(programme=example)
    assert len(matrix.clusters) == 6 and matrix.components == ["CT", "ITP", "MCGF"]
    assert len(matrix.cells) == 11 and matrix.dilution == pytest.approx(7 / 18)
    Coverage.objects.filter(programme=example).delete()
    assert queries.coverage_matrix(programme=example).dilution is None
