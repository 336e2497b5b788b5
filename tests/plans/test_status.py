"""The status in the database is the status of the rule, on every day; the ledger says it in the same words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods.values import PersonError
from nanduti.plans import queries
from nanduti.plans.models import ActionPlan, Activity

pytestmark = pytest.mark.django_db

JULY = date(2011, 7, 31)
DAYS = [
    date(2005, 1, 1),
    JULY,
    date(2012, 6, 1),
    date(2030, 1, 1),
    date.min,
    date.max - timedelta(1),
    date.max,
]
DAYS += [date(2007, 1, 1) + timedelta(n) for n in range(0, 1_900, 61)]


def disagreements(rows, day) -> list[tuple]:
    return [
        (str(row.date_text), day, row.status_now, line.state)
        for row, line in (
            (row, queries.ledger_row(row, as_of=day)) for row in queries.with_status(rows, as_of=day)
        )
        if row.status_now != line.state
    ]


def test_database_and_rule_agree_on_the_example_on_many_days(example):
    rows = queries.activities(programme=example)
    assert rows.count() == 105
    assert [found for day in DAYS for found in disagreements(rows, day)] == []


def test_database_and_rule_agree_around_every_date_of_the_example(example):
    rows = queries.activities(programme=example)
    ends = {d for pair in rows.values_list("date_text_start", "date_text_end") for d in pair if d}
    days = {d + timedelta(n) for d in ends for n in (-1, 0)}
    for day in sorted(days)[::3]:
        assert disagreements(rows, day) == []


DATES = [
    "April 2009",
    "March-April 2009",
    "Dec 07 - Feb 08",
    "30 Jan- 3 Feb 2010",
    "4/21/2009",
    "Ongoing",
    "2009",
]
DATES += [
    "",
    "soon",
    "18-05-2008 to 11-05-2008",
    "since May 2008",
    "by June 2009",
    "31 Dec 2009",
    "until 2010",
]
SOME_DAY = st.dates(date(2007, 6, 1), date(2011, 6, 1))


def test_database_and_rule_agree_on_whatever_is_reported(example):
    plan = ActionPlan.objects.get(code="leather")

    @settings(max_examples=60)
    @given(
        text=st.one_of(st.sampled_from(DATES), SOME_DAY.map(date.isoformat)),
        reported=st.sampled_from(["", *Activity.Status.values]),
        done_on=st.none() | SOME_DAY,
        list_day=st.none() | SOME_DAY,
        order=st.sampled_from(["", "month_first", "day_first"]),
        day=SOME_DAY,
    )
    def compare(text, reported, done_on, list_day, order, day):
        with transaction.atomic():
            ActionPlan.objects.filter(pk=plan.pk).update(status_as_of=list_day, date_order=order)
            fresh = ActionPlan.objects.get(pk=plan.pk)
            row = Activity.objects.create(
                plan=fresh, scope=fresh.scope, number=900, label="x", kind="fair", date_text=text,
                reported_status=reported, done_on=done_on,
            )  # fmt: skip
            found = disagreements(queries.activities(programme=example).filter(pk=row.pk), day)
            transaction.set_rollback(True)
        assert found == []

    compare()


def test_counts_are_those_of_the_ledger(example):
    for day in (JULY, date(2009, 6, 15)):
        lines = queries.ledger(queries.activities(programme=example), as_of=day)
        counted: dict[str, int] = {}
        for line in lines:
            counted[line.state] = counted.get(line.state, 0) + 1
        assert queries.status_counts(programme=example, as_of=day) == counted
        late = set(queries.late_activities(programme=example, as_of=day).values_list("pk", flat=True))
        assert late == {line.activity.pk for line in lines if line.status.is_late}


def test_every_row_is_understood_or_says_why_not(example):
    for line in queries.ledger(queries.activities(programme=example), as_of=JULY):
        assert line.when is not None or line.trouble or not line.activity.date_text


def test_a_line_of_the_ledger_for_machines(example):
    row = queries.activities(programme=example).get(plan__code="leather", number=15)
    said = queries.ledger_row(row, as_of=JULY).as_dict()
    assert (said["plan"], said["number"], said["cluster"]) == ("leather", 15, "chennai-leather")
    assert said["date_text"] == "Jun-09"
    assert said["interval"] == {
        "start": "2009-06-01", "end": "2009-07-01", "end_is": "exclusive", "last_day": "2009-06-30",
        "precision": "month", "is_open": False, "is_doubtful": False,
    }  # fmt: skip
    assert (said["status"], said["is_late"], said["date_trouble"]) == ("closed", False, None)
    assert "annex 1" in said["source"] and "2009" in said["status_reason"]


def test_the_day_order_of_a_list_is_kept_when_a_row_is_edited(example):
    """ "4/5/2009" is the fifth of April in the automotive list, whose rows put the month first."""
    from nanduti.plans import actions

    row = Activity.objects.filter(plan__code="auto").first()
    row.refresh_from_db()
    try:
        actions.edit_activity(activity=row, values={"date_text": "4/5/2009"}, version=row.version, by="test")
    except PersonError as error:
        pytest.fail(f"refused: {error}")
    assert row.date_text_start == date(2009, 4, 5)
