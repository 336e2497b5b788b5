"""Agents by side and principal, what a team lacks, seats and quorum, and what a hold lets be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import planning as p
from nanduti.methods.planning import Post
from nanduti.methods.values import BadInput

FITS = {"is_technical": True, "is_trained": True}
SECTORS = ["academia", "local_government", "private_sector"]
DAY = date(2010, 3, 1)


def codes(verdict) -> list[str]:
    return [reason.code for reason in verdict.reasons]


@pytest.mark.parametrize(
    ("side", "principal", "decision"),
    [
        ("emerging", "emerging", "no"), ("advanced", "emerging", "flag"),
        ("emerging", "advanced", "flag"), ("advanced", "advanced", "no"),
    ],
)  # fmt: skip
def test_the_side_that_comes_first_needs_a_technical_agent(side, principal, decision):
    said = p.agent_verdict(side, is_technical=False, is_trained=True, principal=principal)
    assert (said.decision, codes(said)) == (decision, ["not_technical"])


def test_without_a_partner_a_general_agent_will_do_with_an_expert_at_hand():
    said = p.agent_verdict("emerging", is_technical=False, is_trained=True, has_partner=False)
    assert (said.decision, codes(said)) == ("flag", ["general_agent"])
    said = p.agent_verdict("emerging", **FITS, knows_other_cluster=False, has_partner=False)
    assert said.decision == "yes"


def test_where_the_advanced_cluster_comes_first_its_agent_works_full_time():
    half = p.agent_verdict("advanced", **FITS, share_of_time=0.5, principal="advanced")
    assert codes(half) == ["full_time_needed"]
    assert p.agent_verdict("advanced", **FITS, share_of_time=1, principal="advanced").decision == "yes"
    assert p.agent_verdict("advanced", **FITS, share_of_time=0.5).decision == "yes"


def test_nobody_says_that_there_is_time_where_nobody_knows():
    assert codes(p.agent_verdict("emerging", **FITS)) == ["fits_time_unknown"]
    assert codes(p.agent_verdict("emerging", **FITS, workload=0.5, share_of_time=0.5)) == ["fits"]
    assert codes(p.agent_verdict("emerging", **FITS, share_of_time=0.6, other_posts=0.5)) == [
        "too_many_posts"
    ]
    assert p.agent_verdict("emerging", **FITS, share_of_time=0.5, other_posts=0.5).decision == "yes"
    with pytest.raises(BadInput):
        p.agent_verdict("emerging", **FITS, principal="both")


@pytest.mark.parametrize(
    ("base", "cluster", "code"),
    [("e", "", "there"), ("", "e", "there"), ("a", "", "elsewhere"), ("", "", "base_unknown")],
)
def test_a_coordinator_works_from_an_emerging_cluster(base, cluster, code):
    needs = p.team_needs(["e"], ["a"], [Post("coordinator", base=base, cluster=cluster)])
    assert codes(needs[-1].verdict) == [code]


def test_a_facilitator_is_somebody_else_than_the_agents():
    agent = Post("agent", cluster="e", person="P-1")
    for person, code in (("P-1", "not_separate"), ("P-2", "there"), ("", "there")):
        needs = {n.code: n for n in p.team_needs(["e"], ["a"], [agent, Post("facilitator", person=person)])}
        assert codes(needs["facilitator"].verdict) == [code]


def test_a_plain_programme_is_asked_for_agents_alone():
    assert [(n.code, n.cluster) for n in p.team_needs(["x", "y"], [], [])] == [("agent", "x"), ("agent", "y")]
    assert p.team_needs([], [], []) == []
    as_needed = p.team_needs(["e"], ["a"], [], principal="advanced")
    assert [n.verdict.decision for n in as_needed] == ["flag", "no", "flag", "flag"]


@given(st.lists(st.sampled_from(SECTORS), max_size=9), st.integers(0, 9))
def test_a_quorum_is_more_than_half_and_grows_with_those_present(present, n_seats):
    said = p.quorum_verdict(present, n_seats=n_seats)
    assert said.allows == (2 * len(present) > n_seats)
    more = p.quorum_verdict([*present, "academia"], n_seats=n_seats)
    assert more.allows or not said.allows


SEATS = st.dictionaries(st.sampled_from(SECTORS), st.integers(0, 3))


@given(SEATS, SEATS)
def test_every_sector_short_of_seats_is_a_reason(required, filled):
    said = p.seats_verdict(required, filled)
    short = [sector for sector, n in required.items() if filled.get(sector, 0) < n]
    assert said.allows == (not short)
    if short:
        assert [reason.details["sector"] for reason in said.reasons] == short


def test_seats_and_quorum_refuse_what_cannot_be():
    for act in (
        lambda: p.seats_verdict({"a": -1}, {}),
        lambda: p.quorum_verdict([], n_seats=-1),
        lambda: p.quorum_verdict([], n_seats=1, least=-1),
    ):
        with pytest.raises(BadInput):
            act()


@given(st.integers(-60, 60), st.integers(1, 60), st.integers(1, 40))
def test_nothing_begins_in_a_hold_and_everything_else_may_go_on(first, n_days, n_held):
    start = DAY + timedelta(days=first)
    said = p.hold_verdict(
        start, start + timedelta(days=n_days), on_hold_since=DAY, lifted_on=DAY + timedelta(days=n_held)
    )
    if 0 <= first < n_held:
        assert said.decision == "no"
    elif first < 0 < first + n_days:
        assert said.decision == "flag"
    else:
        assert said.decision == "yes"
    assert p.hold_verdict(start, None, on_hold_since=None).decision == "yes"
