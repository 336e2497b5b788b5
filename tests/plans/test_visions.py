"""A vision is looked at again from time to time: nothing is lost, the last one holds, what serves it is counted."""

from __future__ import annotations

from datetime import date

import pytest

from nanduti.foundation import imports
from nanduti.foundation.errors import EditedMeanwhile, ImportRefused
from nanduti.foundation.models import AuditEvent
from nanduti.methods.values import PersonError
from nanduti.plans import actions, queries, visions
from nanduti.plans.errors import (
    ObjectiveElsewhere,
    PriorityElsewhere,
    VisionEarlier,
    VisionMovedOn,
    VisionWithoutDay,
    WordingTold,
)
from nanduti.plans.models import ActionPlan, Activity, Objective, Vision
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

JULY = date(2011, 7, 31)
P = f"/p/{CODE}"


@pytest.fixture
def plan(example):
    return ActionPlan.objects.select_related("programme__scope", "cluster").get(code="leather")


@pytest.fixture
def vision(plan):
    """Agreed in 2008, to be looked at again after a year, with trust as its one priority."""
    Vision.objects.filter(cluster=plan.cluster).delete()
    row = actions.agree_vision(
        programme=plan.programme,
        cluster=plan.cluster,
        values={"text": "Leather that sells", "agreed_on": "2008", "every_months": 12},
        by="test",
    )
    Objective.objects.filter(plan=plan, code="trust").update(vision=row)
    return row


def again(vision, outcome="confirmed", agreed_on="May 2009", priorities=("trust",), **more):
    chosen = list(Objective.objects.filter(plan__code="leather", code__in=priorities))
    values = {"outcome": outcome, "agreed_on": agreed_on, "every_months": 12, **more}
    return actions.look_again(vision=vision, values=values, priorities=chosen, by="test")


def stands(plan, on=JULY):
    (found,) = visions.standings(programme=plan.programme, cluster=plan.cluster, on=on)
    return found


def serving(plan, on=JULY):
    rows = queries.activities(programme=plan.programme, cluster=plan.cluster)
    return visions.focus(rows, found=visions.standings(programme=plan.programme, cluster=plan.cluster, on=on))


# --- looking at it again


def test_a_confirmation_has_its_own_day_and_people_and_keeps_the_wording(plan, vision):
    row = again(vision, took_part="The association and six tanneries", n_participants=9)
    assert (row.text, row.outcome, row.scope) == ("Leather that sells", "confirmed", vision.scope)
    found = stands(plan)
    assert found.latest == row and found.wording == (vision, row) and len(found.rows) == 2
    assert found.last_day == date(2009, 5, 31) and found.due == date(2010, 5, 31)
    event = AuditEvent.objects.order_by("-id").first()
    assert (event.action, event.details["priorities"]) == ("plans.look_at_vision_again", ["trust"])
    assert "tanneries" not in str(event.details)


@pytest.mark.parametrize("outcome", ["changed", "replaced"])
def test_another_wording_begins_anew_and_the_earlier_one_stays(plan, vision, outcome):
    row = again(vision, outcome, text="Leather that lasts", priorities=["skills"])
    found = stands(plan)
    assert [r.text for r in found.rows] == ["Leather that sells", "Leather that lasts"]
    assert found.wording == (row,)
    assert Objective.objects.get(plan=plan, code="skills").vision == row
    assert Objective.objects.get(plan=plan, code="trust").vision == vision  # as it was agreed then
    assert AuditEvent.objects.order_by("-id").first().details["dropped"] == ["trust"]
    # On a day before, the earlier wording held.
    assert stands(plan, on=date(2009, 4, 30)).latest == vision


def test_a_confirmation_may_choose_other_priorities(plan, vision):
    row = again(vision, priorities=["skills", "technology"])
    held = {o.code: o.vision for o in Objective.objects.filter(plan=plan) if o.vision}
    assert held == {"skills": row, "technology": row}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"agreed_on": ""}, VisionWithoutDay),
        ({"agreed_on": "2007"}, VisionEarlier),
        ({"agreed_on": "soon"}, PersonError),
        ({"text": "Something else"}, WordingTold),
        ({"outcome": "changed"}, WordingTold),
        ({"outcome": "changed", "text": "  Leather  that sells "}, WordingTold),
        ({"outcome": "replaced", "text": " "}, WordingTold),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(plan, vision, given, error):
    with pytest.raises(error):
        again(vision, **given)
    assert stands(plan).rows == (vision,)


def test_the_second_of_two_is_told(plan, vision):
    again(vision)
    with pytest.raises(VisionMovedOn):
        again(vision, "replaced", text="Another")


def test_a_priority_is_of_the_cluster_or_of_everybody(plan, vision, example):
    footwear = ActionPlan.objects.get(code="footwear")
    other = actions.name_objective(plan=footwear, values={"label": "Own design"}, by="test")
    assert other.code == "own-design" and other.vision is None
    with pytest.raises(PriorityElsewhere):
        actions.look_again(
            vision=vision, values={"outcome": "confirmed", "agreed_on": "2009"}, priorities=[other], by="test"
        )
    with pytest.raises(PriorityElsewhere):
        actions.edit_objective(objective=other, values={"vision": vision}, version=other.version, by="test")
    shared = actions.agree_vision(
        programme=example, cluster=None, values={"text": "All", "agreed_on": "2008"}, by="test"
    )
    actions.edit_objective(objective=other, values={"vision": shared}, version=other.version, by="test")
    with pytest.raises(EditedMeanwhile):
        actions.edit_objective(objective=other, values={"label": "x"}, version=1, by="test")


def test_the_wording_is_no_matter_of_correcting(plan, vision):
    row = again(vision)
    actions.correct_vision(
        vision=row, values={"agreed_on": "June 2009", "every_months": None}, version=row.version, by="test"
    )
    assert stands(plan).due is None and stands(plan).verdict.reasons[0].code == "no_interval"
    with pytest.raises(VisionWithoutDay):
        actions.correct_vision(vision=row, values={"agreed_on": ""}, version=row.version, by="test")


# --- when it is due


def test_it_is_due_when_the_interval_that_was_set_has_passed(plan, vision, example):
    def due(on):
        return [one.latest for one in visions.due(programme=example, on=on)]

    assert due(date(2009, 12, 30)) == [] and due(date(2009, 12, 31)) == [vision]
    row = again(vision, agreed_on="January 2010")
    assert due(date(2011, 1, 30)) == [] and due(date(2011, 1, 31)) == [row]
    Vision.objects.filter(pk=row.pk).update(every_months=None)
    assert due(JULY) == []


def test_a_vision_without_a_day_says_so_and_reminds_only_where_a_time_was_set(example, plan):
    found = stands(plan)
    assert found.latest.agreed_on == "" and found.verdict.reasons[0].code == "no_date"
    assert visions.due(programme=example, on=JULY) == []
    Vision.objects.filter(pk=found.latest.pk).update(every_months=12)
    assert [one.latest for one in visions.due(programme=example, on=JULY)] == [found.latest]


def test_what_has_no_day_stands_before_what_has_one(plan, vision):
    later = actions.agree_vision(
        programme=plan.programme, cluster=plan.cluster, values={"text": "Undated"}, by="test"
    )
    assert [r.pk for r in stands(plan).rows] == [later.pk, vision.pk]


# --- what serves it


def test_what_serves_the_vision_is_counted_and_listed(plan, vision, visit):
    rows = queries.activities(programme=plan.programme, cluster=plan.cluster)
    by_hand = {"priority": 0, "objective": 0, "nothing": 0}
    for row in rows.select_related("objective"):
        code = row.objective.code if row.objective else ""
        by_hand["priority" if code == "trust" else "objective" if code else "nothing"] += 1
    focus, counted = serving(plan)
    assert {**dict.fromkeys(by_hand, 0), **counted} == by_hand and focus.n_unlinked == 33 - by_hand[
        "priority"
    ]
    assert focus.share == pytest.approx(by_hand["priority"] / 33)
    for what, n in by_hand.items():
        page = visit("coordinator").get(f"{P}/ledger/?cluster=chennai-leather&serves={what}")
        assert page.context["table"].n == n
    Activity.objects.filter(plan=plan, objective__code="trust").update(reported_status="cancelled")
    assert serving(plan)[0].share == 0.0
    Objective.objects.filter(plan=plan).update(vision=None)
    assert (serving(plan)[0].share, serving(plan)[0].reason.code) == (None, "no_priorities")


def test_a_priority_of_an_earlier_wording_is_none(plan, vision):
    before = serving(plan)[1]["priority"]
    again(vision, "replaced", text="Another", priorities=())
    assert before > 0 and serving(plan)[1].get("priority", 0) == 0
    assert serving(plan, on=date(2009, 1, 1))[1]["priority"] == before


def test_without_a_vision_no_share_can_be_said(plan):
    Vision.objects.all().delete()
    focus, _counted = serving(plan)
    assert (focus.share, focus.reason.code) == (None, "no_vision")


def test_an_activity_serves_an_objective_of_its_own_plan(plan):
    own, other = Objective.objects.get(plan=plan, code="trust"), ActionPlan.objects.get(code="footwear")
    given = {"label": "A fair", "kind": "fair", "objective": own}
    assert actions.plan_activity(plan=plan, values=dict(given), by="test").objective == own
    with pytest.raises(ObjectiveElsewhere):
        actions.plan_activity(plan=other, values=dict(given), by="test")
    row = Activity.objects.filter(plan=other).first()
    with pytest.raises(ObjectiveElsewhere):
        actions.edit_activity(activity=row, values={"objective": own}, version=row.version, by="test")


# --- pages


def page(client, address):
    answer = client.get(f"{P}/{address}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_pages_of_a_vision(visit, plan, vision):
    client = visit("coordinator")
    told = page(client, "plan/?cluster=chennai-leather")
    assert "The vision was to be looked at again by 31 December 2009." in told and "of 33 activities" in told
    sent = {
        "outcome": "confirmed", "agreed_on": "May 2010", "text": vision.text, "took_part": "Six tanneries",
        "priorities": [Objective.objects.get(plan=plan, code="skills").pk], "every_months": 24,
    }  # fmt: skip
    assert client.post(f"{P}/plan/vision/{vision.pk}/again/", sent).status_code == 302
    row = stands(plan).latest
    told = page(client, f"plan/vision/{vision.pk}/")
    for words in ("Last confirmed", "Six tanneries", "31 May 2012", "confirmed as it stood", "Train for"):
        assert words in told
    answer = client.post(f"{P}/plan/vision/{vision.pk}/again/", sent | {"took_part": "Others"})
    assert answer.status_code == 422 and "meanwhile" in answer.content.decode()
    sent = {"version": row.version, "agreed_on": "June 2010", "every_months": ""}
    assert client.post(f"{P}/plan/vision/{row.pk}/correct/", sent).status_code == 302
    assert "no time is set" in page(client, f"plan/vision/{row.pk}/")


def test_objectives_are_named_and_made_priorities_on_their_pages(visit, plan, vision):
    client = visit("coordinator")
    sent = {"plan": plan.pk, "label": "Cleaner water", "is_priority": "on"}
    assert [client.post(f"{P}/plan/objective/", sent).status_code for _click in range(2)] == [302, 302]
    row = Objective.objects.get(plan=plan, label="Cleaner water")
    assert row.vision == vision and "Cleaner water" in page(client, "plan/")
    address = f"{P}/plan/leather/objective/{row.code}/"
    assert client.post(address, {"version": row.version, "label": "Clean water"}).status_code == 302
    row.refresh_from_db()
    assert (row.vision, row.label) == (None, "Clean water")
    assert client.get(f"{P}/plan/leather/objective/none/").status_code == 404
    assert client.get(f"{P}/plan/vision/{2**40}/").status_code == 404


def test_who_may_not_edit_sees_and_writes_nothing_more(visit, plan, vision):
    committee, footwear = visit("committee"), visit("cda-footwear")
    assert "Look at it again" not in page(committee, f"plan/vision/{vision.pk}/")
    for client in (committee, footwear):
        for address in (f"plan/vision/{vision.pk}/again/", f"plan/vision/{vision.pk}/correct/"):
            assert client.post(f"{P}/{address}", {}).status_code in {403, 404}
        assert client.post(f"{P}/plan/leather/objective/trust/", {}).status_code in {403, 404}


def test_today_says_which_visions_are_due(visit, vision):
    assert "Leather that sells" in visit("coordinator").get("/today/").content.decode()
    Vision.objects.filter(pk=vision.pk).update(every_months=None)
    assert "Leather that sells" not in visit("coordinator").get("/today/").content.decode()


# --- tables


def csv(name: str, *lines: str):
    return imports.read_content(f"{name}.csv", "\n".join(lines).encode())


def take(*sheets):
    found = [sheet for some in sheets for sheet in some]
    return imports.import_sheets(sheets=found, name="test", access=None, by="test")


HEAD = "programme,cluster,text,agreed_on,outcome,every_months"
FIRST, AGAIN, LATER = (
    f"{CODE},chennai-leather,Fine leather,May 2008,,12",
    f"{CODE},chennai-leather,Fine leather,May 2009,confirmed,12",
    f"{CODE},chennai-leather,Fine leather,May 2010,confirmed,12",
)


def test_a_table_tells_each_time_that_a_vision_was_looked_at(plan):
    Vision.objects.filter(cluster=plan.cluster).delete()
    visions_csv = csv("visions", HEAD, FIRST, AGAIN, LATER)
    objectives = csv("objectives", "plan,code,label,vision", "leather,trust,Trust,Fine leather")
    take(visions_csv, objectives)
    found = stands(plan)
    assert (
        [r.agreed_on for r in found.rows]
        == ["May 2008", "May 2009", "May 2010"]
        == [r.agreed_on for r in found.wording]
    )
    assert serving(plan)[1]["priority"] > 0
    take(
        csv("visions", HEAD, FIRST, AGAIN, LATER), csv("objectives", "plan,code,label", "leather,trust,Trust")
    )
    assert len(stands(plan).rows) == 3 and serving(plan)[1]["priority"] > 0


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (f"{CODE},chennai-leather,Fine leather,,confirmed,12", "agreed_on"),
        (f"{CODE},chennai-leather,Fine leather,May 2009,approved,12", "outcome"),
        (f"{CODE},chennai-leather,Fine leather,May 2009,,0", "every_months"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_column(example, line, column):
    with pytest.raises(ImportRefused) as error:
        take(csv("visions", HEAD, line))
    assert error.value.details["report"]["errors"][0]["column"] == column


def test_an_objective_of_no_vision_that_is_there_is_refused(example):
    with pytest.raises(ImportRefused) as error:
        take(csv("objectives", "plan,code,label,vision", "leather,trust,Trust,Nobody said this"))
    assert error.value.details["report"]["errors"][0]["column"] == "vision"
