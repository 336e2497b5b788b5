"""Who may organise which activity, and what the conditions of funders learn from plans."""

from __future__ import annotations

import re
from datetime import date

import pytest

from nanduti.foundation.editing import EditedMeanwhile
from nanduti.foundation.models import AuditEvent
from nanduti.methods.values import Money
from nanduti.plans import actions, funding, labour
from nanduti.plans.errors import OverrideNeedsReason
from nanduti.plans.kinds import KINDS
from nanduti.plans.models import ActionPlan, Activity, Contribution
from nanduti.programme import actions as programme_actions
from nanduti.programme import funding as conditions
from nanduti.programme import labour as rules
from nanduti.programme.models import Programme
from nanduti.register.models import Organisation
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

P = f"/p/{CODE}"


@pytest.fixture
def plan(example):
    return ActionPlan.objects.get(code="leather")


def body(kind):
    return Organisation._base_manager.filter(kind=kind, is_public=True).order_by("pk").first()


def lay_down(example, task="first_contact", answer="may_not", institution="association"):
    values = {
        "institution_kind": institution, "task_code": task, "task": task, "task_es": "", "verdict": answer,
        "reason": "Firms distrust its board", "reason_es": "",
    }  # fmt: skip
    return programme_actions.divide_labour(programme=example, values=values, by="test")


def put(plan, kind="first_contact", organisers=(), when="June 2010", **more):
    values = {"label": "x", "kind": kind, "date_text": when, "organisers": list(organisers)}
    return actions.plan_activity(plan=plan, values=values, by="test", **more)


def said(row):
    verdict = labour.recorded_verdict(row)
    return None if verdict is None else (verdict.decision, verdict.reasons[0].code)


def test_every_task_of_a_kind_is_one_that_the_programme_knows():
    tasks = {kind.task for kind in KINDS.values()} - {""}
    assert tasks <= set(rules.tasks()) and {"first_contact", "training"} <= tasks


def test_nothing_laid_down_asks_nobody(plan):
    row = put(plan, organisers=[body("association")])
    assert said(row) is None and labour.organisers(row) == [body("association")]


def test_a_first_contact_by_who_is_kept_from_it_is_refused_unless_somebody_says_why(example, plan):
    lay_down(example)
    n = Activity.objects.count()
    with pytest.raises(OverrideNeedsReason) as refused:
        put(plan, organisers=[body("association")])
    assert "Firms distrust its board." in str(refused.value) and Activity.objects.count() == n
    row = put(plan, organisers=[body("association")], override_reason="Nobody else was there")
    event = AuditEvent.objects.order_by("-id").first()
    assert (event.override_reason, event.details["rule"]) == ("Nobody else was there", rules.RULE)
    assert said(row) == ("no", "may_not")
    assert said(put(plan, organisers=[body("international")])) == ("yes", "not_kept_from")
    assert said(put(plan)) == ("flag", "nobody_named")
    assert said(put(plan, kind="seminar", organisers=[body("association")])) is None


@pytest.mark.parametrize("setting", ["warn", "off"])
def test_a_programme_may_let_the_rule_warn_or_put_it_aside(example, plan, setting):
    lay_down(example)
    Programme._base_manager.filter(pk=example.pk).update(rules={rules.RULE: setting})
    plan.refresh_from_db()
    assert said(put(plan, organisers=[body("association")])) == ("no", "may_not")


def test_an_edit_is_asked_anew_only_where_kind_or_organisers_change(example, plan):
    row = put(plan, organisers=[body("association")])
    lay_down(example)

    def edit(**values):
        row.refresh_from_db()
        return actions.edit_activity(activity=row, values=values, version=row.version, by="test")

    assert edit(label="Better said").label == "Better said"
    assert edit(label="Again", organisers=[body("association")]).label == "Again"
    with pytest.raises(OverrideNeedsReason):
        edit(kind="mapping")
    edit(organisers=[body("international")])
    assert labour.organisers(row) == [body("international")]
    assert AuditEvent.objects.order_by("-id").first().details["fields"] == ["organisers"]
    with pytest.raises(OverrideNeedsReason):
        edit(organisers=[body("international"), body("association")])
    assert labour.organisers(row) == [body("international")]


def test_the_second_of_two_who_change_the_organisers_is_told(plan):
    row = put(plan)
    old = row.version
    edited = actions.edit_activity(
        activity=row, values={"organisers": [body("association")]}, version=old, by="test"
    )
    assert edited.version == old + 1
    with pytest.raises(EditedMeanwhile):
        actions.edit_activity(
            activity=edited, values={"organisers": [body("international")]}, version=old, by="test"
        )
    assert labour.organisers(edited) == [body("association")]


def test_what_comes_from_a_document_is_shown_and_not_refused(visit, example):
    """The example's selections were organised by others than the association, which is to choose the firms."""
    row = next(r for r in Activity.objects.filter(kind="selection") if labour.organisers(r))
    assert said(row)[0] in {"yes", "flag"}
    text = visit("coordinator").get(f"{P}/ledger/{row.plan.code}/{row.number}/").content.decode()
    assert "Who does what" in text


def test_the_page_names_what_stands_against_a_line(visit, example, plan, django_assert_max_num_queries):
    bodies = [body("association"), body("international")]
    for n in range(6):
        put(plan, organisers=bodies[: 1 + n % 2])
    gone = put(plan, organisers=bodies[:1])
    Activity.objects.filter(pk=gone.pk).update(reported_status="cancelled")
    assert rules.against(programme=example) == []
    lay_down(example)
    with django_assert_max_num_queries(6):
        found = rules.against(programme=example)
    assert len(found) == 6
    text = visit("coordinator").get(f"{P}/conditions/").content.decode()
    assert "What stands against it" in text and "Firms distrust its board." in text


def test_the_pages_refuse_warn_and_keep_the_organisers(visit, example, plan):
    lay_down(example)
    client = visit("coordinator")
    association = body("association")
    sent = {
        "plan": plan.pk, "label": "Visit to ten firms", "kind": "first_contact", "joint_benefit": "collective",
        "date_text": "June 2010", "organisers": [association.pk],
    }  # fmt: skip
    refused = client.post(f"{P}/ledger/new/", sent)
    assert refused.status_code == 422 and "Firms distrust its board." in refused.content.decode()
    sent["override_reason"] = "Nobody else was there"
    assert client.post(f"{P}/ledger/new/", sent).status_code == 302
    row = Activity.objects.get(label="Visit to ten firms")
    edit = f"{P}/ledger/leather/{row.number}/edit/"
    page = client.get(edit).content.decode()
    assert re.search(rf'name="organisers" value="{association.pk}"[^>]* checked', page)
    sent |= {"version": row.version, "label": "Visit to nine firms", "override_reason": ""}
    assert client.post(edit, sent).status_code == 302
    behind = client.post(edit, {**sent, "organisers": [], "label": "Visit to eight firms"})
    assert behind.status_code == 409 and str(association) in behind.content.decode()


def test_what_funders_gave_and_what_firms_paid_stand_apart(example, plan):
    unido, association = Organisation._base_manager.get(code="unido"), body("association")
    actions_of = {"plan": plan, "scope": plan.scope, "state": "given"}
    before = len(funding.gifts(example))
    for who, kind, amount, currency in (
        (unido, "cash", 60, "EUR"), (association, "fee", 30, "EUR"), (unido, "time", None, ""),
        (unido, "cash", 5, "eur"),
    ):  # fmt: skip
        Contribution.objects.create(
            contributor=who, kind=kind, amount=amount, currency=currency, **actions_of
        )
    gifts = funding.gifts(example)[before:]
    assert [(g.is_fee, g.money) for g in gifts] == [
        (False, Money("60.00", "EUR")), (True, Money("30.00", "EUR")), (False, None), (False, None),
    ]  # fmt: skip
    for kind, funder in (("share", unido), ("fees", association)):
        values = {"funder": funder, "kind": kind, "share": None, "condition": "x", "opens": []}
        programme_actions.lay_down_condition(programme=example, values=values, by="test")
    paid = conditions.funding(programme=example)
    assert paid.parts[-1].given == Money("30.00", "EUR") and paid.verdict.decision == "flag"


def test_trainings_that_left_no_record_are_named(example, plan):
    row = put(plan, kind="training_classroom", when="July - December 2011")
    assert f"{row.number}. x" not in funding.unwritten(example)
    Activity.objects.filter(pk=row.pk).update(reported_status="closed", done_on=date(2010, 6, 30))
    assert f"{row.number}. x" in funding.unwritten(example)
    Activity.objects.filter(pk=row.pk).update(note="Twelve came; the pattern was too hard")
    assert f"{row.number}. x" not in funding.unwritten(example)
