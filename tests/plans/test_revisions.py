"""A plan is kept whole as it was agreed: what is kept is never changed, and every later revision says why."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from nanduti.foundation import imports
from nanduti.foundation.errors import EditedMeanwhile, ImportRefused
from nanduti.foundation.models import AuditEvent
from nanduti.methods.values import Money, PersonError
from nanduti.plans import actions, revisions
from nanduti.plans.errors import RevisionEarlier, RevisionEmpty, RevisionNeedsReason, SpentOtherCurrency
from nanduti.plans.models import ActionPlan, Activity, Revision, RevisionLine
from nanduti.register.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(example):
    return ActionPlan.objects.select_related("programme__scope", "cluster", "scope").get(code="leather")


def keep(plan, agreed_on="", reason="", **more):
    values = {"agreed_on": agreed_on, "reason": reason, **more}
    return actions.keep_revision(plan=plan, values=values, by="test")


def first(plan, **values):
    Activity.objects.filter(plan=plan, number=1).update(**values)
    return Activity.objects.select_related("plan__programme").get(plan=plan, number=1)


# --- keeping a plan


def test_the_first_is_the_baseline_and_holds_every_activity_as_it_is(plan):
    body = Organisation.objects.first()
    row = first(plan, cost=Decimal("900.50"), currency="INR", payer="the fund", owner=body, target=Decimal(3))
    kept = keep(plan, "June 2008", agreed_by="Steering committee", n_participants=9)
    assert (kept.number, str(kept.agreed_on_start), kept.scope) == (0, "2008-06-01", plan.scope)
    assert kept.lines.count() == plan.activities.count() == 33
    line = kept.lines.get(activity=row)
    assert (line.label, line.date_text, line.date_text_start) == (
        row.label,
        row.date_text,
        row.date_text_start,
    )
    assert (line.cost, line.currency, line.payer, line.owner, line.target) == (
        Decimal("900.50"), "INR", "the fund", body, Decimal(3),
    )  # fmt: skip
    event = AuditEvent.objects.order_by("-id").first()
    assert (event.action, event.details["number"], event.details["n_lines"]) == (
        "plans.keep_revision",
        0,
        33,
    )
    assert "Steering" not in str(event.details)


def test_dates_in_lines_are_understood_as_in_the_list(plan):
    ActionPlan.objects.filter(pk=plan.pk).update(date_order="month_first")
    plan.refresh_from_db()
    row = first(plan, date_text="4/5/2009")
    assert keep(plan).lines.get(activity=row).date_text_start == date(2009, 4, 5)


def test_what_is_kept_stays_when_the_plan_moves_on(plan):
    baseline = keep(plan, "2008")
    row = first(plan)
    actions.edit_activity(
        activity=row, values={"date_text": "May 2012", "label": "Else"}, version=row.version, by="test"
    )
    again = keep(plan, "2011", "The fair was postponed.")
    assert again.number == 1
    assert baseline.lines.get(activity=row).date_text != "May 2012"
    assert again.lines.get(activity=row).date_text_start == date(2012, 5, 1)
    assert revisions.last_of(plan) == again and [r.number for r in revisions.of_plan(plan)] == [0, 1]


def test_a_cancelled_activity_is_kept_as_dropped(plan):
    row = first(plan, reported_status="cancelled")
    assert keep(plan).lines.get(activity=row).is_dropped


@pytest.mark.parametrize(
    ("agreed_on", "reason", "error"),
    [
        ("2011", " ", RevisionNeedsReason),
        ("2007", "Because", RevisionEarlier),
        ("soon", "Because", PersonError),
    ],
)
def test_what_cannot_be_is_refused_and_keeps_nothing(plan, agreed_on, reason, error):
    keep(plan, "2008")
    with pytest.raises(error):
        keep(plan, agreed_on, reason)
    assert Revision.objects.filter(plan=plan).count() == 1


def test_a_plan_without_activities_is_not_kept(plan):
    empty = actions.make_plan(programme=plan.programme, cluster=None, title="New", by="test")
    with pytest.raises(RevisionEmpty):
        keep(empty)


def test_a_second_click_keeps_nothing_twice(plan, people):
    by = people["coordinator"]
    values = {"agreed_on": "2008", "reason": ""}
    one = actions.keep_revision(plan=plan, values=dict(values), by=by)
    assert actions.keep_revision(plan=plan, values=dict(values), by=by) == one
    assert Revision.objects.filter(plan=plan).count() == 1


def test_only_the_wording_of_a_reason_is_corrected_and_the_second_editor_is_told(plan):
    keep(plan)
    row = keep(plan, "2010", "Teh fair moved")
    values = {"reason": "The fair moved", "reason_es": ""}
    actions.correct_revision(revision=row, values=values, version=row.version, by="test")
    assert revisions.by_number(plan, 1).reason == "The fair moved"
    with pytest.raises(EditedMeanwhile):
        actions.correct_revision(revision=row, values={"reason": "x", "reason_es": ""}, version=1, by="test")
    with pytest.raises(RevisionNeedsReason):
        actions.correct_revision(revision=row, values={"reason": " "}, version=row.version, by="test")


# --- what it came to


def test_what_was_spent_is_in_the_currency_of_the_plan(plan):
    row = first(plan, cost=Decimal(900), currency="INR")

    def report(**came_to):
        return actions.report_activity(
            activity=row,
            status="closed",
            done_on=date(2009, 1, 5),
            came_to=came_to,
            version=row.version,
            by="test",
        )

    with pytest.raises(SpentOtherCurrency):
        report(spent=Money(5, "EUR"))
    report(spent=Money(1000, "INR"), reached=Decimal("2.5"))
    row.refresh_from_db()
    assert (row.spent, row.currency, row.reached) == (1000, "INR", Decimal("2.5"))
    with pytest.raises(SpentOtherCurrency):
        actions.edit_activity(
            activity=row, values={"cost": Decimal(9), "currency": "EUR"}, version=row.version, by="test"
        )
    actions.edit_activity(activity=row, values={"cost": None, "currency": ""}, version=row.version, by="test")
    row.refresh_from_db()
    assert (row.cost, row.spent, row.currency) == (None, 1000, "INR")
    report(spent=None)
    row.refresh_from_db()
    assert (row.spent, row.currency) == (None, "")


def test_a_report_that_says_nothing_of_money_leaves_it(plan):
    row = first(plan, spent=Decimal(5), currency="INR")
    actions.report_activity(activity=row, status="", done_on=None, version=row.version, by="test")
    row.refresh_from_db()
    assert (row.spent, row.currency) == (5, "INR")


# --- tables


def take(tmp_path, tables, **more):
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    sheets = imports.read_sheets(tmp_path)
    return imports.import_sheets(
        sheets=sheets, name="revisions", access=more.get("access"), by=more.get("by", "test")
    )


BOTH = {
    "revisions": "plan,revision,agreed_on,reason,agreed_by\nleather,0,2008,,Committee\nleather,1,2009,Fair moved,\n",
    "revision_lines": "plan,revision,number,date_text,cost,currency,target,better,dropped\n"
    "leather,0,1,May 2008,100,INR,5,less,\nleather,0,2,,,,,,yes\nleather,1,1,June 2009,120,INR,,,\n",
}


def test_revisions_come_in_as_tables_and_go_out_again(plan, tmp_path):
    batch = take(tmp_path, BOTH)
    line = RevisionLine.objects.get(revision__number=0, activity__number=1)
    assert (line.date_text_start, line.cost, line.target, line.better) == (date(2008, 5, 1), 100, 5, "less")
    assert line.label == line.activity.label
    assert RevisionLine.objects.get(activity__number=2).is_dropped
    before = Revision.objects.count()
    take(tmp_path, BOTH)  # the same again changes nothing
    assert Revision.objects.count() == before == 2
    imports.undo_import(batch=batch, by="test")
    assert not Revision.objects.exists() and not RevisionLine.objects.exists()


@pytest.mark.parametrize(
    ("table", "line", "column", "problem"),
    [
        ("revisions", "leather,2,2010,,", "reason", "is empty"),
        ("revisions", "gone,0,2010,,", "plan", "there is no such"),
        ("revisions", "leather,-1,2010,x,", "", ""),
        ("revision_lines", "leather,7,1,,,,,,", "revision", "there is no such"),
        ("revision_lines", "leather,1,999,,,,,,", "number", "there is no such"),
        ("revision_lines", "leather,1,2,,100,,,,", "currency", "is empty"),
        ("revision_lines", "leather,1,2,,,,99999999999999999,,", "target", "is not a number"),
        ("revision_lines", "leather,1,2,,,,100000000000000,,", "target", "is too large"),
    ],
)
def test_a_bad_row_is_named_and_keeps_all_out(plan, tmp_path, table, line, column, problem):
    tables = dict(BOTH)
    tables[table] += line + "\n"
    with pytest.raises(ImportRefused) as refused:
        take(tmp_path, tables)
    told = str(refused.value.details)
    assert column in told and problem in told
    assert not Revision.objects.exists()


def test_a_revision_that_is_kept_cannot_be_changed_by_a_table(plan, tmp_path):
    keep(plan, "2008")
    changed = {"revision_lines": "plan,revision,number,date_text\nleather,0,1,May 2010\n"}
    with pytest.raises(ImportRefused):
        take(tmp_path, changed)
    RevisionLine.objects.filter(activity__number=3).delete()
    added = {"revision_lines": "plan,revision,number,date_text\nleather,0,3,May 2010\n"}
    with pytest.raises(ImportRefused) as refused:
        take(tmp_path, added)
    assert "kept already" in str(refused.value.details)


def test_a_table_of_activities_that_says_nothing_of_what_was_spent_leaves_it(plan, tmp_path):
    row = first(plan, spent=Decimal(5), currency="INR", target=Decimal(2))
    text = f"plan,number,label,kind,currency\nleather,1,Other words,{row.kind},INR\n"
    take(tmp_path, {"activities": text})
    row.refresh_from_db()
    assert (row.label, row.spent, row.target) == ("Other words", 5, 2)
    body = Organisation.objects.exclude(code="").first()
    text = (
        f"plan,number,label,kind,owner,indicator_text,target,better,reached,spent,currency\n"
        f"leather,1,Other words,{row.kind},{body.code},Firms that export,4,more,3,7.5,INR\n"
    )
    take(tmp_path, {"activities": text})
    row.refresh_from_db()
    assert (row.owner, row.indicator_text, row.target, row.reached, row.spent) == (
        body, "Firms that export", 4, 3, Decimal("7.5"),
    )  # fmt: skip
    with pytest.raises(ImportRefused):
        take(tmp_path, {"activities": text.replace("INR\n", "\n")})
