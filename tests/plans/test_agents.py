"""The agent convenes and others provide and pay: asked on each way in, and shown for what came in otherwise."""

from __future__ import annotations

import pytest

from nanduti.foundation.models import AuditEvent
from nanduti.plans import actions, agents
from nanduti.plans.errors import OverrideNeedsReason
from nanduti.plans.models import ActionPlan, Activity, ActivityRole, Contribution, Participation
from nanduti.programme import actions as programme_actions
from nanduti.programme.models import Appointment
from nanduti.register.models import Organisation, Person, Stakeholder
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

L = f"/p/{CODE}/ledger"


@pytest.fixture
def plan(example):
    return ActionPlan.objects.get(code="leather")


@pytest.fixture
def row(plan):
    """A course of June 2009, with nothing said of the agent."""
    return Activity.objects.select_related("plan__programme").get(plan=plan, number=15)


@pytest.fixture
def body(plan):
    """An institution that acts as the agent of the leather cluster in 2009."""
    found = Organisation.objects.get(code="ilifo")
    Stakeholder.objects.create(
        organisation=found, cluster=plan.cluster, role="agent", scope=found.scope,
        since_text="2009", until_text="2009",
    )  # fmt: skip
    return found


@pytest.fixture
def agent(example):
    return Appointment.objects.get(code="agent-leather").person


def values(**more):
    return {"label": "A fair", "kind": "fair", "date_text": "May 2009", **more}


def plan_it(plan, **more):
    reason = more.pop("override_reason", "")
    return actions.plan_activity(plan=plan, values=values(**more), override_reason=reason, by="test")


# --- planning and correcting


@pytest.mark.parametrize("payer", ["CDA", " the agent.", "El agente", "agent-leather"])
def test_an_agent_who_pays_is_refused(plan, payer):
    with pytest.raises(OverrideNeedsReason, match="pay out resources"):
        plan_it(plan, payer=payer)
    row = plan_it(plan, payer=payer, override_reason="The bank has closed; it is repaid in May")
    event = AuditEvent.objects.order_by("-id").first()
    assert event.override_reason.startswith("The bank") and event.details["rule"] == "cda_guard"
    assert agents.recorded_verdict(row, sees_sensitive=True).decision == "no"
    assert agents.recorded_verdict(row, sees_sensitive=False) is None


@pytest.mark.parametrize("payer", ["", "UNIDO", "a travel agent", "the firms", "clri"])
def test_who_is_not_known_to_be_the_agent_is_not_taken_for_him(plan, payer):
    assert agents.recorded_verdict(plan_it(plan, payer=payer), sees_sensitive=True) is None


def test_the_agent_is_known_by_post_and_by_day(plan, body, agent):
    for payer in (agent.pseudonym, body.pseudonym, body.public_name.upper(), "ilifo"):
        with pytest.raises(OverrideNeedsReason):
            plan_it(plan, payer=payer)
    for when in ("May 2010", "May 2008", ""):
        assert plan_it(plan, payer="ilifo", date_text=when).pk
    footwear = ActionPlan.objects.get(code="footwear")
    assert plan_it(footwear, payer="ilifo").pk


def test_correcting_asks_of_the_agent_what_has_changed(row):
    Activity.objects.filter(pk=row.pk).update(agent_role="sell", payer="cda")
    row.refresh_from_db()
    given = {"label": "The course", "agent_role": "sell", "payer": "cda"}
    row = actions.edit_activity(activity=row, values=given, version=row.version, by="test")
    assert agents.recorded_verdict(row, sees_sensitive=True).decision == "no"
    with pytest.raises(OverrideNeedsReason):
        actions.edit_activity(
            activity=row, values={**given, "agent_role": "build"}, version=row.version, by="test"
        )
    row.refresh_from_db()
    given = {"agent_role": "convene", "payer": "clri"}
    row = actions.edit_activity(activity=row, values=given, version=row.version, by="test")
    assert agents.recorded_verdict(row, sees_sensitive=True).decision == "yes"


# --- who gives and who provides


def give(row, who, kind, **more):
    given = {"contributor": who, "kind": kind, "state": "pledged"}
    return actions.record_contribution(activity=row, values=given, by="test", **more)


def test_the_agent_gives_neither_money_nor_equipment(row, body):
    for kind, said in (("cash", "pay out resources"), ("equipment", "supply equipment")):
        with pytest.raises(OverrideNeedsReason, match=said):
            give(row, body, kind)
        assert give(row, Organisation.objects.get(code="clri"), kind).pk
    for kind in ("time", "premises", "knowledge", "logistics"):
        assert give(row, body, kind).pk
    assert agents.recorded_verdict(row, sees_sensitive=False) is None
    assert give(row, body, "equipment", override_reason="Lent for a day").pk
    (reason,) = agents.recorded_verdict(row, sees_sensitive=False).reasons
    assert reason.code == "supply_equipment"


def test_a_contribution_is_corrected_by_the_same_rule(row, body):
    clri = Organisation.objects.get(code="clri")
    given = give(row, clri, "cash")
    values = {"contributor": body, "kind": "cash", "state": "given"}
    with pytest.raises(OverrideNeedsReason):
        actions.edit_contribution(contribution=given, values=values, version=given.version, by="test")
    given = give(row, body, "time")
    values = {"contributor": body, "kind": "time", "state": "given"}
    assert actions.edit_contribution(contribution=given, values=values, version=given.version, by="test").pk


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("training_classroom", "provide_service"),
        ("fair", "market_products"),
        ("joint_purchase", "supply_equipment"),
        ("facility", "build"),
    ],
)
def test_the_agent_finds_a_provider_and_is_none(plan, body, agent, kind, code):
    row = plan_it(plan, kind=kind)
    for who in ({"organisation": body}, {"person": agent}):
        for role in ("trainer", "expert"):
            with pytest.raises(OverrideNeedsReason):
                actions.record_participation(activity=row, values={"role": role, **who}, by="test")
        for role in ("participant", "organiser", "host"):
            assert actions.record_participation(activity=row, values={"role": role, **who}, by="test").pk
    stranger = Person.objects.exclude(pk=agent.pk).first()
    for who in ({"group_label": "Experts"}, {"person": stranger}):
        assert actions.record_participation(activity=row, values={"role": "trainer", **who}, by="test").pk
    assert agents.recorded_verdict(row, sees_sensitive=True) is None
    Participation.objects.create(activity=row, scope=row.scope, role="trainer", person=agent)
    assert [r.code for r in agents.recorded_verdict(row, sees_sensitive=True).reasons] == [code]
    assert agents.recorded_verdict(row, sees_sensitive=False) is None


def test_a_programme_may_only_warn(example, row, body):
    programme_actions.set_rule(
        programme=example, rule="cda_guard", setting="warn", version=example.version, by="test"
    )
    row.plan.programme.refresh_from_db()
    assert give(row, body, "cash").pk


# --- what came in otherwise


def test_what_was_imported_is_shown_and_not_refused(visit, row, body):
    Contribution.objects.create(
        plan=row.plan, activity=row, scope=row.scope, contributor=body, kind="cash", state="given"
    )
    ActivityRole.objects.create(activity=row, scope=row.scope, organisation=body, role="payer")
    page = visit("coordinator").get(f"{L}/leather/15/").content.decode()
    assert "The agent would pay out resources to stakeholders." in page
    assert "pay out resources" not in visit("coordinator").get(f"{L}/leather/16/").content.decode()


def test_the_example_says_nothing_of_the_agent(example):
    rows = Activity.objects.select_related("plan__programme").filter(plan__programme=example)
    assert [row.reference for row in rows if agents.recorded_verdict(row, sees_sensitive=True)] == []


# --- on the pages


def test_the_pages_ask_and_keep_what_was_typed(visit, row, body):
    client = visit("coordinator")
    plan = {"plan": row.plan_id, "label": "A fair", "kind": "fair", "joint_benefit": "unknown"}
    forms = [
        (f"{L}/new/", {**plan, "payer": "CDA"}),
        (f"{L}/new/", {**plan, "agent_role": "market_products"}),
        (f"{L}/leather/15/contributions/", {"contributor": body.pk, "kind": "cash", "state": "given"}),
        (
            f"{L}/leather/15/participants/",
            {"organisation": body.pk, "role": "trainer", "count": 1, "unit": "persons"},
        ),
    ]
    for address, sent in forms:
        answer = client.post(address, sent)
        assert answer.status_code == 422 and "The agent would" in answer.content.decode(), sent
        assert client.post(address, {**sent, "override_reason": "Agreed by all"}).status_code == 302, sent
    answer = client.post(
        f"{L}/leather/15/edit/",
        {
            "version": row.version,
            "label": row.label,
            "kind": row.kind,
            "joint_benefit": "collective",
            "agent_role": "sell",
        },
    )
    assert answer.status_code == 422 and "sell to stakeholders" in answer.content.decode()


def test_a_reason_counts_from_those_who_may_put_a_rule_aside(visit, row, body):
    sent = {"contributor": body.pk, "kind": "cash", "state": "given", "override_reason": "I want to"}
    assert visit("cda-leather").post(f"{L}/leather/15/contributions/", sent).status_code == 422
