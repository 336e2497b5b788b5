"""Ties that stand in records: agreements, memberships, joint activities; nobody is asked for them."""

from __future__ import annotations

from datetime import date

import pytest

from nanduti.networks import sources
from nanduti.networks.queries import tie_frame
from nanduti.networks.queries.measures import measured, network_of
from nanduti.plans.models import ActionPlan, Activity, Participation
from nanduti.programme.models import AgreementParty, CooperationAgreement
from nanduti.programme.scopes import work_scope
from nanduti.register.models import AssociationMembership

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def read(found, kind, access=None, at=None):
    return tie_frame(programme=found.programme, cluster=found.cluster, access=access, kinds=[kind], at=at)


def agreement(found, status="signed", **more):
    row = CooperationAgreement.objects.create(
        programme=found.programme, scope=found.programme.scope, code=f"a-{CooperationAgreement.objects.count()}",
        kind="mou", title="Memorandum", level="association", status=status, signed="2010-05-01", **more,
    )  # fmt: skip
    for body in (found.world.firm, found.world.institute):
        AgreementParty.objects.create(
            agreement=row, organisation=body, party_type="firm", scope=row.scope, cluster=None
        )
    return row


def test_an_agreement_ties_its_parties_while_it_is_in_force(found):
    row = agreement(found, valid_until="2015-05-01")
    agreement(found, status="draft")
    ties = read(found, "agreement")
    (tie,) = ties.frame.to_dicts()
    # The firm has one establishment in the register: it stands there, not twice.
    assert {tie["source"], tie["target"]} == {found.world.site.pseudonym, found.world.institute.pseudonym}
    assert tie["cited"] == row.code and tie["state"] == "confirmed"
    assert read(found, "agreement", at=date(2012, 1, 1)).frame.height == 1
    assert read(found, "agreement", at=date(2020, 1, 1)).frame.height == 0
    assert network_of(ties).is_complete  # nobody had to be asked
    for role, n in (("researcher", 1), ("nobody", 0)):
        assert read(found, "agreement", found.world.access(role)).frame.height == n


def test_a_membership_is_told_in_confidence(found):
    body = found.world.institute
    AssociationMembership.objects.create(
        association=body, member=found.world.firm, scope=found.world.firm.scope, since_on=date(2020, 1, 1)
    )
    (tie,) = read(found, "member_of").frame.to_dicts()
    assert (tie["source"], tie["target"]) == (found.world.site.pseudonym, body.pseudonym)
    assert read(found, "member_of", found.world.access("cda")).frame.height == 1
    assert read(found, "member_of", found.world.access("researcher")).frame.height == 0


@pytest.fixture
def activity(found):
    scope = work_scope(found.programme, found.cluster)
    plan = ActionPlan.objects.create(
        programme=found.programme, code="plan", title="Plan", cluster=found.cluster, scope=scope
    )
    return Activity.objects.create(
        plan=plan,
        scope=scope,
        number=1,
        label="Fair",
        kind="fair",
        cluster=found.cluster,
        date_text="2024-03-01",
    )


def take_part(found, activity, *numbers):
    for n in numbers:
        Participation.objects.create(activity=activity, scope=activity.scope, establishment=found.sites[n])


def test_taking_part_in_the_same_activity_ties_from_that_day_on(found, activity):
    take_part(found, activity, 0, 1, 10)
    Participation.objects.create(activity=activity, scope=activity.scope, group_label="neighbours", count=20)
    assert read(found, "joint_activity").frame.height == 3
    assert read(found, "joint_activity", at=date(2024, 1, 1)).frame.height == 0
    activity.reported_status = "cancelled"
    activity.save()
    assert read(found, "joint_activity").frame.height == 0


def test_a_gathering_ties_nobody():
    names = [f"W-{n}" for n in range(sources.MOST_TOGETHER + 1)]
    assert sources.each_with_each(names, "joint_activity") == []
    assert len(sources.each_with_each(names[:4], "joint_activity")) == 6


def test_records_of_all_rounds_and_answers_of_one(found):
    agreement(found)
    ties = tie_frame(programme=found.programme, cluster=found.cluster, access=None, wave="first")
    assert set(ties.frame["kind"].to_list()) == {"works_with", "agreement"}
    said = measured(ties)
    assert "several_kinds" in {w.code for w in said.warnings}
