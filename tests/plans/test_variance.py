"""Planned and happened side by side: on the pages, for machines, for those who may and may not see amounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nanduti.indicators.models import Indicator
from nanduti.methods.values import Money
from nanduti.plans import actions, variance
from nanduti.plans.models import ActionPlan, Activity, Contribution, Participation, Revision, RevisionLine
from nanduti.register.models import Organisation
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

JULY = date(2011, 7, 31)
P = f"/p/{CODE}"


@pytest.fixture
def plan(example):
    """A plan of five activities as one keeps it from day to day, kept as it was agreed in January 2010."""
    leather = ActionPlan.objects.select_related("programme", "cluster").get(code="leather")
    made = actions.make_plan(
        programme=example, cluster=leather.cluster, title="Own", title_es="Propio", by="test"
    )
    for n, when in enumerate(("May 2010", "3 June 2010", "July 2010", "2012", "soon after the fair"), 1):
        Activity.objects.create(
            plan=made, cluster=made.cluster, scope=made.scope, number=n, label=f"Deed {n}", kind="fair",
            date_text=when, cost=Decimal(100 * n), currency="INR", n_participants=10, participant_unit="persons",
        )  # fmt: skip
    actions.keep_revision(plan=made, values={"agreed_on": "January 2010"}, by="test")
    return made


def one(plan, number):
    return Activity.objects.select_related("plan__programme").get(plan=plan, number=number)


def report(plan, number, on, **came_to):
    row = one(plan, number)
    actions.report_activity(
        activity=row, status="closed", done_on=on, came_to=came_to, version=row.version, by="test"
    )


def move(plan, number, when):
    row = one(plan, number)
    actions.edit_activity(activity=row, values={"date_text": when}, version=row.version, by="test")


def found(plan, against="baseline", as_of=JULY):
    rows = variance.asked_activities(programme=plan.programme, plan=plan)
    return variance.found(rows, as_of=as_of, against=against)


def states(answer):
    return {row.number: (row.state, row.days) for row in answer.rows}


# --- what is compared


def test_what_happened_is_compared_with_the_plan_that_is_asked_for(plan):
    report(plan, 1, date(2010, 5, 20))
    report(plan, 2, date(2010, 6, 20))
    move(plan, 2, "30 June 2010")
    move(plan, 3, "August 2011")
    assert states(found(plan)) == {
        1: ("on_time", 0), 2: ("late", 17), 3: ("overdue", 365), 4: ("not_due", None), 5: ("unsaid", None),
    }  # fmt: skip
    assert states(found(plan, "current")) == {
        1: ("on_time", 0), 2: ("early", -10), 3: ("not_due", None), 4: ("not_due", None), 5: ("unsaid", None),
    }  # fmt: skip


def test_an_earlier_day_knows_nothing_of_what_came_later(plan):
    report(plan, 1, date(2010, 5, 20))
    assert states(found(plan, as_of=date(2010, 5, 19)))[1] == ("not_due", None)
    assert states(found(plan, as_of=date(2010, 6, 1)))[1] == ("on_time", 0)


def test_what_the_baseline_does_not_know_is_counted_and_left_out(plan):
    Activity.objects.create(plan=plan, scope=plan.scope, number=6, label="New", kind="fair", date_text="2011")
    answer = found(plan)
    assert (len(answer.rows), answer.n_outside) == (5, 1)
    assert len(found(plan, "current").rows) == 6


def test_sums_run_over_what_is_known_of_both_sides(plan):
    report(plan, 1, date(2010, 5, 20), spent=Money(120, "INR"))
    report(plan, 2, date(2010, 6, 20), spent=Money(150, "INR"))
    report(plan, 3, date(2010, 7, 20))
    row = one(plan, 1)
    for count, unit in ((4, "persons"), (5, "persons"), (2, "firms")):
        Participation.objects.create(
            activity=row, scope=row.scope, count=count, unit=unit, group_label=f"{count} {unit}"
        )
    Participation.objects.create(activity=row, scope=row.scope, count=9, unit="persons", role="trainer")
    total = found(plan).total
    (cost,) = total.costs
    assert (cost.planned.amount, cost.actual.amount, cost.n, cost.n_all) == (300, 270, 2, 5)
    (came,) = total.participants
    assert (came.unit, came.planned, came.actual, came.n) == ("persons", 10, 9, 1)
    assert (total.n_due, total.n_done, float(total.on_time_share)) == (3, 3, pytest.approx(2 / 3))


def test_of_what_the_cluster_promised_all_counts_that_was_pledged_or_given(plan):
    row, body = one(plan, 1), Organisation.objects.first()
    for state, amount, is_local in (("pledged", 50, True), ("given", 30, True), ("given", 999, False)):
        Contribution.objects.create(
            plan=plan, activity=row, scope=row.scope, contributor=body, kind="cash", state=state,
            amount=amount, currency="INR", is_local=is_local,
        )  # fmt: skip
    report(plan, 1, date(2010, 5, 20))
    (share,) = found(plan).total.local_shares
    assert (share.planned.amount, share.actual.amount) == (80, 30)


def test_a_cost_below_zero_is_no_cost(plan):
    Activity.objects.filter(plan=plan, number=1).update(cost=-5)
    RevisionLine.objects.filter(activity__plan=plan, activity__number=1).update(cost=-5)
    assert {row.number: row.cost for row in found(plan).rows}[1] == "unsaid"


def test_a_list_that_reports_is_compared_with_a_baseline_by_its_dates(example):
    """The annex gives the dates on which things were done: beside a baseline they are what happened."""
    leather = ActionPlan.objects.select_related("programme", "cluster").get(code="leather")
    alone = found(leather, "current")
    assert alone.n_one_date > 20 and not {"late", "on_time"} & set(alone.total.n_by_state)
    kept = actions.keep_revision(plan=leather, values={"agreed_on": "2007"}, by="test")
    RevisionLine.objects.filter(revision=kept, activity__number=4).update(
        date_text="April 2008",
        date_text_start=date(2008, 4, 1),
        date_text_end=date(2008, 5, 1),
        date_text_precision="month",
    )
    answer = found(leather)
    # From last day to last day: April was planned, June reported.
    assert states(answer)[4] == ("late", 61) and answer.n_one_date == 0


def test_an_answer_is_kept_until_somebody_does_something(plan, settings):
    settings.KEEP_ANSWERS = True
    first = found(plan)
    assert found(plan) is first
    assert found(plan, as_of=date(2010, 1, 1)) is not first
    report(plan, 1, date(2010, 5, 20))
    assert states(found(plan))[1] == ("on_time", 0)


def test_no_more_questions_for_more_activities(plan, visit, people):
    client, address = visit("coordinator"), f"{P}/plan/own/variance/"

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    asked()
    few = asked()
    Activity.objects.bulk_create(
        Activity(plan=plan, cluster=plan.cluster, scope=plan.scope, number=n, label=f"Deed {n}", kind="fair",
                 date_text="May 2010", owner=Organisation.objects.first())
        for n in range(6, 46)
    )  # fmt: skip
    actions.keep_revision(plan=plan, values={"reason": "More", "agreed_on": "2010"}, by="test")
    Revision.objects.filter(plan=plan, number=0).delete()
    Revision.objects.filter(plan=plan).update(number=0)
    assert asked() <= few
    assert few <= 60


# --- pages


def test_the_page_says_in_one_sentence_how_it_stands(plan, visit):
    report(plan, 1, date(2010, 5, 20), spent=Money(120, "INR"))
    report(plan, 2, date(2010, 6, 20))
    move(plan, 3, "August 2011")
    page = visit("coordinator").get(f"{P}/plan/own/variance/?as_of=2011-07-31")
    text = page.content.decode()
    assert "of 5 activities 1 in time, 1 late, 1 overdue" in page.context["state"]
    assert "Of 1 activity no date can be compared." in page.context["state"]
    assert [(f.value, str(f.label)) for f in page.context["figures"]] == [
        (1, "in time"), (1, "done late"), (1, "overdue"), (1, "not yet due"), (1, "cannot be said"),
    ]  # fmt: skip
    assert 'class="timeline slippage"' in text and 'class="timeline curve"' in text
    assert "done late, 17 days" in text and "overdue, 365 days" in text
    assert "1 activity was changed since the baseline (January 2010): 1 later." in text
    assert "INR 120 of INR 100 (1 of 5 activities)" in text.replace("\xa0", " ")


def test_what_was_spent_rises_beside_what_was_planned(plan, visit):
    for n in (1, 2):
        report(plan, n, date(2010, 6, n), spent=Money(90, "INR"))
    address = f"{P}/plan/own/variance/?as_of=2011-07-31"
    text = visit("coordinator").get(address).content.decode().replace("\xa0", " ")
    drawn = text.partition("Planned cost and what was spent, INR")[2].partition("</figure>")[0]
    # Agreed for May, June and July at 100, 200 and 300; two of them done in June for 90 each.
    assert "<td>INR 600</td><td>INR 180</td>" in drawn and '<th scope="col">Spent</th>' in drawn
    assert "Planned cost" not in visit("researcher").get(address).content.decode()


def test_the_filled_button_asks_for_what_is_to_be_done(plan, visit):
    client = visit("coordinator")
    button = f'class="button" href="{P}/plan/own/revision/new/"'
    assert button not in client.get(f"{P}/plan/own/variance/").content.decode()
    move(plan, 1, "June 2010")
    assert button in client.get(f"{P}/plan/own/variance/").content.decode()
    reports = client.get(f"{P}/plan/leather/variance/").content.decode()
    assert 'class="button" href' not in reports.partition("<main")[2].partition("<h2")[0]


def test_the_table_narrows_sorts_and_goes_along(plan, visit):
    report(plan, 2, date(2010, 6, 20))
    client = visit("coordinator")
    late = client.get(f"{P}/plan/own/variance/?state=late").content.decode()
    assert "Deed 2" in late and "Deed 4" not in late.partition("data-table")[2]
    answer = client.get(
        f"{P}/plan/own/variance/?as_of=2011-07-31&export=csv&cols=number&cols=state&cols=days&sort=-days"
    )
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[:2] == ["No.,In time?,Days late", "1,overdue,426"] and "2,done late,17" in rows
    book = client.get(f"{P}/plan/own/variance/?export=xlsx")
    assert b"".join(book.streaming_content).startswith(b"PK")


def test_the_programme_and_the_cluster_have_the_same_page(plan, visit):
    client = visit("coordinator")
    page = client.get(f"{P}/plan/variance/?as_of=2011-07-31")
    assert "105 activities are in no plan that was kept" in page.context["state"]
    for address in (f"{P}/plan/variance/?against=current", f"{P}/plan/variance/?cluster=chennai-leather"):
        assert client.get(address).status_code == 200
    assert "Planned and happened" in client.get(f"{P}/ledger/").content.decode()
    assert f"{P}/plan/own/variance/" in client.get(f"{P}/plan/").content.decode()


def test_where_only_one_date_is_known_the_page_says_so_and_shows_no_zeros(example, visit):
    page = visit("coordinator").get(f"{P}/plan/leather/variance/?as_of=2011-07-31")
    assert "it cannot be said whether they were in time" in page.context["state"]
    assert "only the date is written down on which they were done" in page.context["state"]
    form = visit("coordinator").get(f"{P}/plan/leather/revision/new/")
    assert "everything would look as if it had been in time" in form.content.decode()


def test_the_activity_tells_what_each_revision_said(plan, visit):
    move(plan, 1, "June 2010")
    actions.keep_revision(plan=plan, values={"agreed_on": "2010", "reason": "Moved"}, by="test")
    report(plan, 1, date(2010, 6, 2), spent=Money(120, "INR"))
    text = visit("coordinator").get(f"{P}/ledger/own/1/").content.decode()
    told = text.partition("Planned, now, happened")[2]
    for words in ("the baseline (January 2010)", "May 2010", "revision 1 (2010)", "done late, 2 days"):
        assert words in told


def test_two_revisions_stand_side_by_side(plan, visit):
    move(plan, 1, "June 2010")
    Activity.objects.filter(plan=plan, number=2).update(reported_status="cancelled")
    client = visit("coordinator")
    client.post(f"{P}/plan/own/revision/new/", {"agreed_on": "2010", "reason": "The fair moved"})
    move(plan, 3, "September 2010")
    page = client.get(f"{P}/plan/own/revision/1/")
    said = "From the baseline (January 2010) to revision 1 (2010) 2 activities were changed"
    assert said in page.context["state"]
    text = page.content.decode()
    assert "The fair moved" in text and "dropped" in text and "May 2010" in text and "June 2010" in text
    assert "1 activity was changed" in client.get(f"{P}/plan/own/revision/1/?to=now").context["state"]
    assert "3 activities were changed" in client.get(f"{P}/plan/own/revision/0/?to=now").context["state"]
    assert "2 activities were changed" in client.get(f"{P}/plan/own/revision/0/?to=1").context["state"]
    for odd in ("9", "9" * 30, "-1", "x", "٣"):
        assert client.get(f"{P}/plan/own/revision/1/", {"to": odd}).status_code in {200, 404}
    assert client.get(f"{P}/plan/own/revision/{'9' * 30}/").status_code == 404
    assert client.get(f"{P}/plan/gone/variance/").status_code == 404


def test_keeping_and_correcting_by_the_forms(plan, visit):
    client = visit("coordinator")
    address = f"{P}/plan/own/revision/new/"
    assert client.post(address, {"agreed_on": "2011"}).status_code == 422
    assert client.post(address, {"agreed_on": "2009", "reason": "x"}).status_code == 422
    assert client.post(address, {"agreed_on": "2011", "reason": "Teh fair"}).status_code == 302
    row = Revision.objects.get(plan=plan, number=1)
    sent = {"reason": "The fair", "reason_es": "La feria", "version": row.version}
    assert client.post(f"{P}/plan/own/revision/1/correct/", sent).status_code == 302
    assert client.post(f"{P}/plan/own/revision/1/correct/", {**sent, "reason": "x"}).status_code == 409
    row.refresh_from_db()
    assert (row.reason, row.lines.count()) == ("The fair", 5)


def test_a_plan_that_is_endorsed_leads_to_keeping_it(plan, visit):
    Revision.objects.filter(plan=plan).delete()
    client, sent = visit("coordinator"), {"status": "endorsed", "version": plan.version}
    answer = client.post(f"{P}/plan/own/status/", sent)
    assert answer.status_code == 302 and answer.url.endswith("/plan/own/revision/new/")
    actions.keep_revision(plan=plan, values={}, by="test")
    plan.refresh_from_db()
    answer = client.post(f"{P}/plan/own/status/", {"status": "running", "version": plan.version})
    assert answer.url.endswith("/plan/")


# --- who may see and do what


def test_amounts_are_for_those_who_may_see_them(plan, visit):
    body = Organisation.objects.first()
    Activity.objects.filter(plan=plan, number=1).update(
        cost=Decimal("7654321"), payer="the secret fund", target=4
    )
    actions.keep_revision(plan=plan, values={"reason": "x", "agreed_by": "the inner circle"}, by="test")
    report(plan, 1, date(2010, 5, 20), spent=Money(Decimal("1234567"), "INR"), reached=Decimal(3))
    Activity.objects.filter(plan=plan, number=1).update(cost=Decimal("7777777"), owner=body)
    addresses = [
        f"{P}/plan/own/variance/?cols=cost_planned&cols=spent&cols=cost&cols=reached", f"{P}/plan/variance/",
        f"{P}/plan/own/revision/1/", f"{P}/plan/own/revision/1/?to=now", f"{P}/ledger/own/1/",
        f"{P}/plan/own/variance/?export=csv&cols=spent&cols=label",
    ]  # fmt: skip
    secrets = ("7,654,321", "1,234,567", "7,777,777", "7654321", "1234567", "secret fund", "inner circle")

    def text_of(client, address):
        answer = client.get(address)
        assert answer.status_code == 200, address
        return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()

    for who in ("researcher", "committee", "association"):
        client = visit(who)
        for address in addresses:
            said = text_of(client, address)
            assert not [word for word in secrets if word in said], (who, address)
    seen = " ".join(text_of(visit("coordinator"), address) for address in addresses)
    assert all(word in seen for word in ("1,234,567", "7,777,777", "inner circle"))


@pytest.mark.parametrize(
    ("who", "status"), [("researcher", 403), ("cda-footwear", 404), ("cda-leather", 302)]
)
def test_who_may_keep_a_plan(plan, visit, who, status):
    client = visit(who)
    answer = client.post(f"{P}/plan/own/revision/new/", {"agreed_on": "2011", "reason": "x"})
    assert answer.status_code == status
    assert Revision.objects.filter(plan=plan).count() == (2 if status == 302 else 1)
    if status != 302:
        assert client.get(f"{P}/plan/own/revision/0/correct/").status_code == status


def test_the_forms_of_an_activity_take_owner_indicator_and_what_was_spent(plan, visit):
    client, row = visit("coordinator"), one(plan, 1)
    body = Organisation.objects.filter(cluster=plan.cluster, kind="association").first()
    sent = {
        "label": row.label, "kind": row.kind, "date_text": row.date_text, "joint_benefit": "unknown",
        "money_amount": "100", "money_currency": "INR", "owner": body.pk,
        "indicator_text": "Firms that export", "target": "4", "version": row.version,
    }  # fmt: skip
    assert client.post(f"{P}/ledger/own/1/edit/", sent).status_code == 302
    row.refresh_from_db()
    assert (row.owner, row.indicator_text, row.target, row.better) == (body, "Firms that export", 4, "more")
    sent = {
        "reported_status": "closed", "done_on": "2010-05-20", "spent_amount": "110", "spent_currency": "EUR",
        "reached": "3.5", "version": row.version,
    }  # fmt: skip
    refused = client.post(f"{P}/ledger/own/1/report/", sent)
    assert refused.status_code == 422 and "Two currencies" in refused.content.decode()
    assert client.post(f"{P}/ledger/own/1/report/", {**sent, "spent_currency": "INR"}).status_code == 302
    row.refresh_from_db()
    assert (row.spent, row.reached) == (110, Decimal("3.5"))
    assert "3.5" in client.get(f"{P}/ledger/own/1/").content.decode()


def test_an_activity_may_be_to_move_an_indicator_that_the_programme_follows(plan, visit):
    followed = Indicator.objects.create(
        programme=plan.programme, scope=plan.programme.scope, code="export-share"
    )
    elsewhere = Indicator.objects.create(
        programme=plan.programme, scope=plan.programme.scope, code="no-longer", is_used=False
    )
    client, row = visit("coordinator"), one(plan, 1)
    sent = {
        "label": row.label, "kind": row.kind, "date_text": row.date_text, "joint_benefit": "unknown",
        "indicator": elsewhere.pk, "target": "40", "better": "less", "version": row.version,
    }  # fmt: skip
    assert client.post(f"{P}/ledger/own/1/edit/", sent).status_code == 422
    assert client.post(f"{P}/ledger/own/1/edit/", {**sent, "indicator": followed.pk}).status_code == 302
    assert "export-share" in client.get(f"{P}/ledger/own/1/").content.decode()
    actions.keep_revision(plan=plan, values={"reason": "Another target"}, by="test")
    line = RevisionLine.objects.get(revision__number=1, activity=row)
    assert (line.indicator, line.target, line.better) == (followed, 40, "less")
    report(plan, 1, date(2010, 5, 20), reached=Decimal(38))
    assert {r.number: r.target for r in found(plan, "current").rows}[1] == "met"
