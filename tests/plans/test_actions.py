"""Planning, correcting and reporting; rules that refuse, warn, or are put aside with a reason that is kept."""

from __future__ import annotations

from datetime import date

import pytest

from nanduti.foundation.errors import EditedMeanwhile
from nanduti.foundation.models import AuditEvent
from nanduti.methods.values import PersonError
from nanduti.plans import actions, queries
from nanduti.plans.errors import NumberTaken, OverrideNeedsReason
from nanduti.plans.models import ActionPlan, Activity, Contribution
from nanduti.programme import actions as programme_actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(example):
    return ActionPlan.objects.get(code="leather")


def values(**more):
    return {"label": "A fair", "kind": "fair", "date_text": "May 2012", **more}


def last_event() -> AuditEvent:
    return AuditEvent.objects.order_by("-id").first()


def test_an_activity_takes_the_next_number_and_the_scope_of_its_plan(plan):
    row = actions.plan_activity(plan=plan, values=values(), by="test")
    assert (row.number, row.scope, row.cluster) == (34, plan.scope, plan.cluster)
    assert (row.date_text_start, row.date_text_end) == (date(2012, 5, 1), date(2012, 6, 1))
    assert last_event().action == "plans.plan_activity" and last_event().details["number"] == 34


def test_a_number_is_taken_once(plan):
    with pytest.raises(NumberTaken) as error:
        actions.plan_activity(plan=plan, values=values(number=15), by="test")
    assert error.value.details["free"] == 34


def test_a_date_that_cannot_be_understood_is_refused_with_the_reason(plan):
    n = Activity.objects.count()
    for text in ("31 February 2009", "soon after Easter", "June to May"):
        with pytest.raises(PersonError):
            actions.plan_activity(plan=plan, values=values(date_text=text), by="test")
    assert Activity.objects.count() == n


SOLO = {"joint_benefit": "individual", "spillover": ""}


def test_what_helps_one_firm_alone_needs_a_reason_and_leaves_a_trace(plan):
    with pytest.raises(OverrideNeedsReason):
        actions.plan_activity(plan=plan, values=values(**SOLO), by="test")
    with pytest.raises(OverrideNeedsReason):
        actions.plan_activity(plan=plan, values=values(**SOLO), override_reason="  ", by="test")
    actions.plan_activity(
        plan=plan, values=values(**SOLO), override_reason="Others may come and look", by="test"
    )
    assert (
        last_event().override_reason == "Others may come and look"
        and last_event().details["rule"] == "joint_benefit"
    )


def test_what_others_gain_from_needs_no_reason(plan):
    shared = {"joint_benefit": "individual", "spillover": "The others see the machine at work"}
    assert actions.plan_activity(plan=plan, values=values(**shared), by="test").pk
    assert last_event().override_reason == ""


@pytest.mark.parametrize("role", ["sell", "provide_service", "supply_equipment", "pay_stakeholders"])
def test_the_agent_neither_sells_nor_pays(plan, role):
    with pytest.raises(OverrideNeedsReason):
        actions.plan_activity(plan=plan, values=values(agent_role=role), by="test")


@pytest.mark.parametrize("setting", ["warn", "off"])
def test_a_programme_may_only_warn(plan, example, setting):
    for rule in ("cda_guard", "joint_benefit"):
        example.refresh_from_db()
        programme_actions.set_rule(
            programme=example, rule=rule, setting=setting, version=example.version, by="test"
        )
    plan.programme.refresh_from_db()
    assert actions.plan_activity(plan=plan, values=values(**SOLO, agent_role="sell"), by="test").pk


def test_correcting_obeys_the_same_rules_and_tells_the_second_editor(plan):
    row = Activity.objects.get(plan=plan, number=15)
    with pytest.raises(OverrideNeedsReason):
        actions.edit_activity(activity=row, values=SOLO, version=row.version, by="test")
    row = Activity.objects.get(plan=plan, number=15)
    actions.edit_activity(activity=row, values={"label": "New"}, version=row.version, by="test")
    assert last_event().details["fields"] == ["label"]
    with pytest.raises(EditedMeanwhile):
        actions.edit_activity(activity=row, values={"label": "Newer"}, version=row.version - 1, by="test")


def test_reports_close_cancel_and_open_again(plan):
    row = actions.plan_activity(plan=plan, values=values(), by="test")
    day = date(2012, 7, 1)

    def state():
        fresh = queries.activities(programme=plan.programme).get(pk=row.pk)
        return queries.ledger_row(fresh, as_of=day).state

    assert state() == "late"
    for status, done_on, expected in (
        ("closed", date(2012, 5, 9), "closed"), ("cancelled", None, "cancelled"), ("suspended", None, "suspended"),
        ("", None, "late"), ("closed", None, "closed"),
    ):  # fmt: skip
        row.refresh_from_db()
        actions.report_activity(activity=row, status=status, done_on=done_on, version=row.version, by="test")
        assert state() == expected
    row.refresh_from_db()
    assert row.done_on is None


def test_what_is_not_valued_is_counted_apart_and_never_zero(plan, example):
    from nanduti.register.models import Organisation

    Contribution._base_manager.all().delete()
    assert queries.local_share(programme=example) is None
    row, firm = Activity.objects.get(plan=plan, number=15), Organisation.objects.first()
    for amount, is_local in ((30, True), (70, False), (None, True)):
        given = {
            "contributor": firm,
            "kind": "time",
            "state": "given",
            "amount": amount,
            "is_local": is_local,
        }
        given["currency"] = "EUR" if amount else ""
        actions.record_contribution(activity=row, values=given, by="test")
    share = queries.local_share(programme=example)
    assert share.share == pytest.approx(0.3) and share.n_unvalued == 1
    (valued,) = [t for t in queries.contribution_totals(programme=example) if t["currency"] == "EUR"]
    assert (valued["n"], valued["total"]) == (2, 100)
    (unvalued,) = [t for t in queries.contribution_totals(programme=example) if t["currency"] == ""]
    assert (unvalued["n_valued"], unvalued["total"]) == (0, None)


def test_codes_of_plans_and_milestones_do_not_clash(example):
    made = [
        actions.make_plan(programme=example, cluster=None, title="Leather", by="test").code for _ in range(3)
    ]
    assert made == ["leather-2", "leather-3", "leather-4"]
    assert actions.make_plan(programme=example, cluster=None, title="¿?", by="test").code == "plan"
    signs = {"kind": "network_formed", "label": "x"}
    codes = [
        actions.reach_milestone(programme=example, cluster=None, values=signs, by="test").code
        for _ in range(2)
    ]
    assert len(set(codes)) == 2
