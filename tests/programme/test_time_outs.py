"""Reviews in depth: due, overdue, held; what a hold refuses, and what it lets be."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from nanduti.foundation.models import AuditEvent
from nanduti.methods.values import PersonError
from nanduti.programme import actions, pausing
from nanduti.programme.errors import LiftedTooEarly, NotOnHold, NotYetHeld, ReasonMissing
from nanduti.programme.queries import cluster_by_code
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

AT = datetime(2010, 6, 1, tzinfo=UTC)
P = f"/p/{CODE}"


def plan(example, planned="March 2010", cluster=None, **more):
    values = {"planned": planned, "occasion": "election", **more}
    return actions.plan_time_out(programme=example, cluster=cluster, values=values, by="test")


def report(row, decision, held="15 March 2010"):
    values = {"held": held, "findings": "Firms differ too much", "decision": decision}
    return actions.report_time_out(time_out=row, values=values, version=row.version, by="test", at=AT)


def lift(row, lifted="1 May 2010", solved="Smaller circles"):
    return actions.lift_hold(
        time_out=row, lifted=lifted, solved=solved, version=row.version, by="test", at=AT
    )


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2010, 2, 28), "planned"), (date(2010, 3, 1), "due"), (date(2010, 3, 31), "due"),
        (date(2010, 4, 1), "overdue"),
    ],
)  # fmt: skip
def test_a_review_is_due_within_its_days_and_then_overdue(example, day, state):
    row = plan(example)
    assert row.state_on(day) == state
    said = pausing.review_verdict(pausing.time_outs(programme=example), on=day)
    assert (said.decision == "flag") == (state == "overdue")


def test_a_review_held_late_answers_for_its_day(example):
    report(plan(example), "go_on", held="20 May 2010")
    rows = list(pausing.time_outs(programme=example))
    assert pausing.review_verdict(rows, on=date(2010, 5, 21)).decision == "yes"
    assert pausing.review_verdict(rows, on=date(2010, 5, 19)).reasons[0].code == "overdue"


def test_an_election_without_a_review_is_pointed_out(example):
    report(plan(example, turn="May 2009"), "go_on")
    rows = list(pausing.time_outs(programme=example))
    assert [r.code for r in pausing.review_verdict(rows, on=AT.date()).reasons] == ["turn_unreviewed"]


def test_a_hold_stands_from_the_review_until_it_is_lifted(example):
    row = report(plan(example), "hold")
    days = [date(2010, 3, 14), date(2010, 3, 15), date(2010, 4, 30), date(2010, 5, 1)]
    assert [row.is_hold_on(day) for day in days] == [False, True, True, True]
    assert pausing.review_verdict([row], on=days[1]).decision == "no"
    row = lift(row)
    assert [row.is_hold_on(day) for day in days] == [False, True, True, False]
    assert pausing.holds_on(programme=example, on=days[2]) == [row]
    assert AuditEvent.objects.order_by("-id").first().action == "programme.lift_hold"


def test_planning_into_a_hold_is_refused_unless_somebody_says_why(example):
    from nanduti.plans import actions as plans
    from nanduti.plans.errors import OverrideNeedsReason
    from nanduti.plans.models import ActionPlan

    lift(report(plan(example), "hold"))
    leather = ActionPlan.objects.get(code="leather")

    def put(when, **more):
        values = {"label": "x", "kind": "meeting", "date_text": when, "joint_benefit": "collective"}
        return plans.plan_activity(plan=leather, values=values, by="test", **more)

    with pytest.raises(OverrideNeedsReason):
        put("April 2010")
    assert put("February 2010").pk and put("June 2010").pk and put("March 2010").pk
    row = put("April 2010", override_reason="Promised to the fair")
    assert AuditEvent.objects.order_by("-id").first().details["rule"] == "hold"
    values = {name: getattr(row, name) for name in ("kind", "date_text", "activity_class", "joint_benefit")}
    assert (
        plans.edit_activity(
            activity=row, values={**values, "label": "y"}, version=row.version, by="test"
        ).label
        == "y"
    )


@pytest.mark.parametrize(
    ("start", "end", "decision"),
    [
        (date(2010, 2, 1), date(2010, 3, 1), "yes"),
        (date(2010, 3, 1), date(2010, 4, 1), "flag"),
        (date(2010, 3, 20), date(2010, 3, 21), "no"),
        (date(2010, 5, 1), None, "yes"),
        (None, None, "no"),
    ],
)
def test_nothing_begins_while_work_stands_still(example, start, end, decision):
    lift(report(plan(example), "hold"))
    said = pausing.hold_verdict(programme=example, cluster=None, start=start, end=end)
    assert said.decision == decision


def test_a_hold_in_one_cluster_leaves_the_others_alone(example):
    leather = cluster_by_code(programme=example, code="leather")
    footwear = cluster_by_code(programme=example, code="footwear")
    row = report(plan(example, cluster=leather), "hold")
    assert row.scope.code.endswith("/chennai-leather")
    day = {"start": date(2010, 4, 1), "end": None}
    assert pausing.hold_verdict(programme=example, cluster=leather, **day).decision == "no"
    assert pausing.hold_verdict(programme=example, cluster=footwear, **day) is None


def test_what_cannot_be_is_refused(example):
    row = plan(example)
    with pytest.raises(NotYetHeld):
        report(row, "go_on", held="July 2010")
    with pytest.raises(PersonError):
        plan(example, planned="soon")
    with pytest.raises(NotOnHold):
        lift(report(row, "redesign"))
    held = report(plan(example), "hold")
    with pytest.raises(LiftedTooEarly):
        lift(held, lifted="February 2010")
    with pytest.raises(ReasonMissing):
        lift(held, solved=" ")


def test_every_page_says_that_a_programme_is_on_hold(visit, example):
    row = report(plan(example), "hold")
    client = visit("coordinator")
    for page in (f"{P}/", f"{P}/ledger/", f"{P}/reviews/", f"{P}/reviews/{row.code}/"):
        text = client.get(page, {"as_of": "2010-04-01"}).content.decode()
        assert "This programme is on hold since" in text, page
        assert "on hold since" not in client.get(page, {"as_of": "2010-03-01"}).content.decode(), page
    assert ": work is on hold" in client.get("/today/").content.decode()
    said = client.get(f"/api/programmes/{CODE}/reviews?on=2010-04-01").json()
    assert said["verdict"]["decision"] == "no" and said["reviews"][0]["state"] == "on_hold"


def test_the_whole_way_on_the_pages(visit, example):
    client = visit("coordinator")
    assert "No review is planned" in client.get(f"{P}/reviews/").content.decode()
    sent = {"planned": "March 2010", "occasion": "board", "turn": "January 2010"}
    assert client.post(f"{P}/reviews/new/", sent).status_code == 302
    row = pausing.time_outs(programme=example).get()
    sent = {"version": row.version, "held": "15 March 2010", "findings": "x", "decision": "hold"}
    assert client.post(f"{P}/reviews/{row.code}/findings/", sent).status_code == 302
    assert "Lift the hold" in client.get(f"{P}/reviews/{row.code}/").content.decode()
    row.refresh_from_db()
    sent = {"version": row.version, "solved": "y", "lifted": "1 May 2010"}
    assert client.post(f"{P}/reviews/{row.code}/lift/", sent).status_code == 302
    row.refresh_from_db()
    assert row.lifted_start == date(2010, 5, 1)


def test_only_coordinators_plan_reviews(visit):
    for who in ("committee", "cda-leather"):
        assert visit(who).get(f"{P}/reviews/").status_code == 200
        assert visit(who).get(f"{P}/reviews/new/").status_code == 403
