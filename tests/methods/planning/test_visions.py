"""When a vision is to be looked at again, and how much of what is done serves it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods.planning import revalidation_due, vision_focus, vision_verdict
from nanduti.methods.values import BadInput

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def later_by_hand(day: date, months: int) -> date:
    """Month by month; a day that a month lacks is its last one."""
    year, month = day.year, day.month
    for _month in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    while True:
        for number in range(day.day, 0, -1):
            try:
                return date(year, month, number)
            except ValueError:
                continue


@given(DAYS, st.integers(1, 600))
def test_the_day_is_counted_in_months(day, months):
    assert revalidation_due(day, months) == later_by_hand(day, months)


@given(DAYS, st.integers(1, 60), DAYS)
def test_it_is_due_from_its_day_on_and_not_before(agreed, months, on):
    verdict = vision_verdict(agreed, months, on=on)
    assert verdict.allows
    assert verdict.decision == ("flag" if on >= revalidation_due(agreed, months) else "yes")


@pytest.mark.parametrize(
    ("agreed", "months", "decision", "because"),
    [
        (None, None, "flag", "no_date"),
        (None, 12, "flag", "no_date"),
        (date(1990, 1, 1), None, "yes", "no_interval"),
        (date(2020, 2, 29), 12, "flag", "due"),
        (date(2020, 3, 1), 12, "yes", "in_time"),
        (date.max, 600, "yes", "in_time"),
    ],
)
def test_what_is_not_known_is_said(agreed, months, decision, because):
    verdict = vision_verdict(agreed, months, on=date(2021, 2, 28))
    assert (verdict.decision, verdict.reasons[0].code) == (decision, because) and "box 4" in verdict.say()


@pytest.mark.parametrize("months", [0, -1, 601])
def test_no_interval_is_none_at_all(months):
    with pytest.raises(BadInput):
        revalidation_due(date(2020, 1, 1), months)


def test_the_end_of_the_calendar_is_no_error():
    assert revalidation_due(date.max - timedelta(days=40), 12) == date.max


@given(st.integers(0, 50), st.integers(0, 50))
def test_the_share_is_that_of_a_count(part, rest):
    found = vision_focus(part + rest, part)
    assert found.n_unlinked == rest
    assert (found.share is None) == (part + rest == 0)
    assert found.share is None or found.share == pytest.approx(part / (part + rest))


def test_without_a_vision_nothing_can_serve_it():
    found = vision_focus(5, 0, has_vision=False)
    assert (found.share, found.n_unlinked, found.reason.code) == (None, 5, "no_vision")
    assert vision_focus(0, 0).reason.code == "nothing_planned"
    nobody_said = vision_focus(5, 0, has_priorities=False)
    assert (nobody_said.share, nobody_said.n_unlinked, nobody_said.reason.code) == (None, 5, "no_priorities")
    assert vision_focus(3, 1).reason.say() == "1 of 3 activities serves a priority of the vision."


@pytest.mark.parametrize(("whole", "part"), [(3, 4), (3, -1), (-1, 0)])
def test_a_part_is_part_of_a_whole(whole, part):
    with pytest.raises(BadInput):
        vision_focus(whole, part)
