"""Sums of a plan, earned value and the S-curve: against plain sums, a published example, and what is unknown."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods.planning import (
    Outcome,
    PlanLine,
    Target,
    activity_variance,
    earned_value,
    money_curves,
    parse_when,
    plan_curve,
    plan_variance,
    stored_when,
)
from nanduti.methods.values import BadInput, Money

JULY = date(2011, 7, 31)
DAYS = st.dates(date(2010, 1, 1), date(2012, 12, 31))
MONIES = st.none() | st.builds(Money, st.integers(0, 999), st.sampled_from(["EUR", "INR"]))


@st.composite
def pairs(draw):
    """Activities of a plan with what became of them; anything may be unknown."""
    found = []
    for n in range(draw(st.integers(0, 10))):
        first, precision = draw(DAYS), draw(st.sampled_from(["day", "month", "year", "mixed", "", "open"]))
        end = first + timedelta(draw(st.integers(1, 400)))
        line = PlanLine(
            str(n),
            when=stored_when(first, end, precision),
            cost=draw(MONIES),
            n_participants=draw(st.none() | st.integers(0, 50)),
            unit=draw(st.sampled_from(["", "firms", "persons"])),
            target=draw(st.none() | st.builds(Target, st.integers(0, 9))),
            is_dropped=draw(st.booleans()),
        )
        told = Outcome(
            done_on=draw(st.none() | DAYS),
            state=draw(st.sampled_from(["", "", "closed", "cancelled", "suspended"])),
            spent=draw(MONIES),
            came=draw(st.dictionaries(st.sampled_from(["firms", "persons"]), st.integers(0, 50))),
            reached=draw(st.none() | st.integers(0, 9)),
        )
        found.append((line, told))
    return found


def rows_of(found, as_of=JULY, against="plan"):
    return [activity_variance(line, told, as_of=as_of, against=against) for line, told in found]


@given(pairs(), DAYS)
def test_sums_equal_the_sum_of_rows(found, as_of):
    rows = rows_of(found, as_of)
    said = plan_variance(rows)
    assert said.n == len(rows) == sum(said.n_by_state.values())
    assert said.n_by_state == dict(Counter(row.time.state for row in rows))
    for currency in ("EUR", "INR"):
        known = [r.cost for r in rows if r.cost.difference and r.cost.difference.currency == currency]
        sums = [one for one in said.costs if one.currency == currency]
        assert len(sums) == bool(known)
        for one in sums:
            assert (one.n, one.n_all) == (len(known), len(rows))
            assert one.planned == sum((c.planned for c in known), Money(0, currency))
            assert one.actual == sum((c.actual for c in known), Money(0, currency))
            assert one.difference == one.actual - one.planned
    for unit in ("firms", "persons"):
        known = [
            r.participants
            for r in rows
            if r.participants.difference is not None and r.participants.unit == unit
        ]
        sums = [one for one in said.participants if one.unit == unit]
        assert [(one.n, one.planned, one.actual) for one in sums] == (
            [(len(known), sum(c.planned for c in known), sum(c.actual for c in known))] if known else []
        )
    late = [r.time.days for r in rows if r.time.state in ("late", "overdue")]
    assert said.median_days_late == (median(late) if late else None)
    least = [r.time.least for r in rows if r.time.state in ("late", "overdue")]
    assert said.median_days_late_least == (median(least) if late else None)
    most = [r.time.most for r in rows if r.time.state in ("late", "overdue")]
    assert said.median_days_late_most == (median(most) if late and None not in most else None)
    due = [r for r in rows if r.time.is_due and r.time.state in ("early", "on_time", "late", "overdue")]
    in_time = [r for r in due if r.time.state in ("early", "on_time")]
    assert said.n_due == len(due)
    assert said.on_time_share == (len(in_time) / len(due) if due else None)


@given(pairs(), DAYS, st.randoms())
def test_the_order_of_rows_does_not_matter(found, as_of, rng):
    shuffled = rng.sample(found, len(found))
    assert plan_variance(rows_of(found, as_of)) == plan_variance(rows_of(shuffled, as_of))
    assert earned_value(found, as_of=as_of) == earned_value(shuffled, as_of=as_of)
    assert plan_curve(found, as_of=as_of) == plan_curve(shuffled, as_of=as_of)
    assert money_curves(found, as_of=as_of) == money_curves(shuffled, as_of=as_of)


def test_nothing_at_all():
    said = plan_variance([])
    assert (said.n, said.against, said.as_of, said.on_time_share, said.costs) == (0, None, None, None, ())
    assert earned_value([], as_of=JULY) == ()
    assert money_curves([], as_of=JULY) == ()
    curve = plan_curve([], as_of=JULY)
    assert (curve.points, curve.n, curve.n_planned, curve.n_done) == ((), 0, 0, 0)


def test_two_days_or_two_plans_are_not_summed():
    pair = (PlanLine("1"), Outcome())
    mixed = rows_of([pair]) + rows_of([pair], against="baseline")
    with pytest.raises(BadInput, match="several"):
        plan_variance(mixed)
    with pytest.raises(BadInput, match="several"):
        plan_variance(rows_of([pair]) + rows_of([pair], as_of=date(2011, 8, 1)))


def test_a_list_that_only_reports_has_no_variance_to_sum():
    """As the annexes of the India–Italy programme: all done, none planned; nothing may look like in time."""
    found = []
    for n, text in enumerate(("Jun-09", "Feb-11", "March-April 2009")):
        when = parse_when(text)
        line = PlanLine(str(n), when=when, cost=Money(100, "EUR"))
        found.append((line, Outcome(listed=when, reported_on=JULY, spent=Money(100, "EUR"))))
    said = plan_variance(rows_of(found))
    assert (said.n_by_state, said.n_due, said.on_time_share, said.n_done) == ({"unsaid": 3}, 0, None, 3)
    curve = plan_curve(found, as_of=JULY)
    assert (curve.n_planned, curve.n_done, curve.n_done_dated) == (0, 3, 3)
    assert curve.points[-1].planned_most == 0
    assert curve.points[-1].done_least == 3
    assert earned_value(found, as_of=JULY) == ()


# International Community for Project Managers, "Combine Basics Metrics to Unleash the Power of Earned Value"
# (theicpm.com/blog/item/5323), table "Today's Date: March 31": activity, target date, budgeted cost, actual cost.
# It prints BCWP 50, BCWS 45, SV 5, ACWP 55, CV -5 and SPI 1.11. The page names no year. The cost index of 50 to 55 is
# printed as 0.91 by ajdesigner.com, "Cost Performance Index", example problem.
PUBLISHED = [
    ("A", date(2009, 3, 10), 20, 20),
    ("B", date(2009, 3, 15), 10, 5),
    ("C", date(2009, 3, 31), 15, 20),
    ("D", date(2009, 4, 5), 5, 10),
    ("Remaining Work", date(2009, 7, 31), 500, None),
]


def published():
    for name, target, budget, actual in PUBLISHED:
        line = PlanLine(
            name, when=stored_when(target, target + timedelta(1), "day"), cost=Money(budget, "USD")
        )
        is_done = actual is not None
        done_on = date(2009, 3, 31) if is_done else None
        yield line, Outcome(done_on=done_on, spent=Money(actual, "USD") if is_done else None)


def test_earned_value_of_a_published_example():
    (found,) = earned_value(published(), as_of=date(2009, 3, 31))
    assert (found.n, found.n_all) == (5, 5)
    figures = [
        found.earned_value,
        found.planned_value,
        found.schedule_variance,
        found.actual_cost,
        found.cost_variance,
    ]
    assert [money.amount for money in figures] == [50, 45, 5, 55, -5]
    assert f"{found.schedule_index:.2f}" == "1.11"
    assert f"{found.cost_index:.2f}" == "0.91"
    assert found.budget == Money(550, "USD")


def test_the_curve_of_the_published_example():
    curve = plan_curve(published(), as_of=date(2009, 3, 31))
    assert [(p.on, p.planned_least, p.done_least) for p in curve.points] == [
        (date(2009, 3, 31), 3, 4),
        (date(2009, 4, 30), 4, None),
        (date(2009, 5, 31), 4, None),
        (date(2009, 6, 30), 4, None),
        (date(2009, 7, 31), 5, None),
    ]
    (money,) = money_curves(published(), as_of=date(2009, 3, 31))
    assert [int(p.planned.amount) for p in money.points] == [45, 50, 50, 50, 550]
    assert [p.spent and int(p.spent.amount) for p in money.points] == [55, None, None, None, None]
    assert (money.n, money.n_planned, money.n_spent) == (5, 5, 4)


def test_earned_value_leaves_out_what_it_cannot_know():
    when = parse_when("10 March 2009")
    line = PlanLine("1", when=when, cost=Money(20, "EUR"))
    done = Outcome(done_on=date(2009, 3, 9), spent=Money(25, "EUR"))
    left_out = [
        (replace(line, cost=None), done),
        (replace(line, when=None), done),
        (replace(line, when=parse_when("since March 2009")), done),
        (line, replace(done, spent=None)),
        (line, replace(done, spent=Money(25, "INR"))),
    ]
    (found,) = earned_value([(line, done), *left_out], as_of=JULY)
    assert (found.n, found.n_all, found.earned_value) == (1, 6, Money(20, "EUR"))
    # What is dropped is in no plan, what was cancelled only in an earlier one, of which it earns nothing.
    gone = [(replace(line, is_dropped=True), done), (line, Outcome(state="cancelled"))]
    assert earned_value(gone, as_of=JULY) == ()
    (found,) = earned_value(gone, as_of=JULY, against="baseline")
    assert (found.n_all, found.planned_value.amount, found.earned_value.amount) == (1, 20, 0)
    assert (found.schedule_index, found.cost_index) == (0, None)
    (found,) = earned_value([(line, Outcome())], as_of=date(2009, 3, 1))
    assert (found.planned_value.amount, found.schedule_index) == (0, None)


@given(pairs(), DAYS)
def test_earned_value_against_a_plain_sum(found, as_of):
    for currency in ("EUR", "INR"):
        budget = planned = earned = actual = n = 0
        for line, told in found:
            if line.is_dropped or told.state == "cancelled" or line.cost is None or line.when is None:
                continue
            last = line.when.period.last_day
            if line.cost.currency != currency or last is None or line.when.is_open:
                continue
            by_day = told.done_on <= as_of if told.done_on else told.state == "closed"
            is_done = by_day and told.state != "suspended"
            if is_done and (told.spent is None or told.spent.currency != currency):
                continue
            n += 1
            budget += line.cost.amount
            planned += line.cost.amount if last <= as_of else 0
            earned += line.cost.amount if is_done else 0
            actual += told.spent.amount if is_done else 0
        said = [one for one in earned_value(found, as_of=as_of) if one.currency == currency]
        assert [
            (e.n, e.budget.amount, e.planned_value.amount, e.earned_value.amount, e.actual_cost.amount)
            for e in said
        ] == ([(n, budget, planned, earned, actual)] if n else [])


@given(pairs(), DAYS, st.sampled_from(["month", "day"]), st.sampled_from(["plan", "baseline"]))
def test_the_curve_against_plain_counts(found, as_of, step, against):
    curve = plan_curve(found, as_of=as_of, step=step, against=against)
    held = [
        (line, told)
        for line, told in found
        if not line.is_dropped and not (against == "plan" and told.state == "cancelled")
    ]
    last_days = [line.when.period.last_day for line, _ in held if line.when and not line.when.is_open]
    done_on = [
        told.done_on
        for _, told in held
        if told.done_on and told.done_on <= as_of and told.state not in ("cancelled", "suspended")
    ]
    assert (curve.n, curve.n_planned, curve.n_done_dated) == (len(held), len(last_days), len(done_on))
    previous = None
    for point in curve.points:
        assert point.planned_least == sum(last <= point.on for last in last_days)
        assert point.planned_least <= point.planned_most <= curve.n_planned
        assert (point.done_least is None) == (point.on > as_of)
        if point.done_least is not None:
            assert point.done_least == point.done_most == sum(last <= point.on for last in done_on)
        if previous is not None:
            assert previous.on < point.on
            assert previous.planned_least <= point.planned_least
            assert previous.planned_most <= point.planned_most
        previous = point
    if curve.points:
        assert curve.points[-1].planned_least == curve.n_planned
        known = [point.done_least for point in curve.points if point.done_least is not None]
        assert (known[-1] if known else 0) == curve.n_done_dated


@given(pairs(), DAYS)
def test_both_steps_agree_where_both_have_a_point(found, as_of):
    by_day = {point.on: point for point in plan_curve(found, as_of=as_of, step="day").points}
    for point in plan_curve(found, as_of=as_of).points:
        assert by_day.get(point.on, point) == point


@given(pairs(), DAYS)
def test_money_curves_end_with_what_is_known(found, as_of):
    curves = {curve.currency: curve for curve in money_curves(found, as_of=as_of)}
    for currency, curve in curves.items():
        held = [(line, told) for line, told in found if not line.is_dropped and told.state != "cancelled"]
        planned = sum(
            line.cost.amount
            for line, _ in held
            if line.cost and line.cost.currency == currency and line.when and not line.when.is_open
        )
        assert curve.points[-1].planned == Money(planned, currency)
        spent = [point.spent.amount for point in curve.points if point.spent is not None]
        assert spent == sorted(spent)
        assert (spent[-1] if spent else 0) == sum(
            told.spent.amount
            for _, told in held
            if told.spent
            and told.spent.currency == currency
            and told.done_on
            and told.done_on <= as_of
            and told.state != "suspended"
        )


def test_a_mistyped_year_does_not_make_thousands_of_points():
    found = [
        (PlanLine("1", when=parse_when("May 2009")), Outcome(done_on=date(209, 5, 3))),
        (PlanLine("2", when=parse_when("June 2009")), Outcome(done_on=date(2009, 6, 3))),
    ]
    curve = plan_curve(found, as_of=JULY)
    assert [str(point.on) for point in curve.points] == ["0209-05-31", "2009-05-31", "2009-06-30"]


def test_the_last_day_of_the_calendar():
    found = [(PlanLine("1", when=parse_when("May 2009")), Outcome(done_on=date.max))]
    assert plan_curve(found, as_of=date.max).points[-1].on == date.max
    assert plan_curve([(PlanLine("1"), Outcome(done_on=date.min))], as_of=JULY).points[0].on == date(1, 1, 31)


def test_a_step_that_is_neither_month_nor_day():
    with pytest.raises(BadInput, match="step"):
        plan_curve([], as_of=JULY, step="week")
