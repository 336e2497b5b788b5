"""Status at a day, progress of a plan: a table, a slow twin, and what time may and may not change."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods.planning import (
    UnreadableDate,
    parse_when,
    plan_progress,
    planned_by,
    status_at,
    stored_when,
)
from nanduti.methods.values import BadInput

JULY = date(2011, 7, 31)


def understood(text):
    try:
        return parse_when(text)
    except UnreadableDate as error:
        return error


TABLE = """
Jun-09              | 2011-07-31 | closed         | reported_done
Jul-11              | 2011-07-31 | closed         | reported_done
Nov-11              | 2011-07-31 | pipeline       | not_started
Nov-11              | 2011-11-15 | implementation | under_way
Nov-11              | 2011-12-01 | implementation | overdue
Ongoing             | 2011-07-31 | implementation | going_on
since June 2007     | 2011-07-31 | implementation | going_on_since
since June 2012     | 2011-07-31 | pipeline       | not_started
Jun-09              | 2009-05-31 | pipeline       | not_started
Jun-09              | 2009-06-10 | implementation | under_way
Jun-09              | 2009-07-01 | closed         | reported_done
until Oct 2011      | 2011-07-31 | implementation | deadline_ahead
after May 2009      | 2011-07-31 | unknown        | no_end
18-05-2008 to 11-05-2008 | 2011-07-31 | unknown   | backward
next month          | 2011-07-31 | unknown        | unreadable
                    | 2011-07-31 | unknown        | no_date
"""


@pytest.mark.parametrize("line", TABLE.strip("\n").splitlines())
def test_table(line):
    text, as_of, status, reason = (cell.strip() for cell in line.split("|"))
    found = status_at(understood(text), as_of=date.fromisoformat(as_of), reported_on=JULY)
    assert (found.status, found.reason.code) == (status, reason)
    assert found.is_late == (reason == "overdue") == (found.days_late is not None)
    assert "{" not in found.reason.say()


def test_reports_override_the_list():
    when = parse_when("Jun-09")
    assert status_at(when, as_of=JULY, reported_on=JULY, completed=False).is_late
    assert status_at(when, as_of=JULY, completed=True).status == "closed"
    done = date(2009, 8, 3)
    assert (
        status_at(when, as_of=JULY, completed=done).reason.say()
        == "It was reported as completed on 2009-08-03."
    )
    before = status_at(when, as_of=date(2009, 7, 15), completed=done, reported_on=JULY)
    assert before.is_late and before.days_late == 15
    assert status_at(when, as_of=JULY, cancelled=True).status == "cancelled"
    assert status_at(when, as_of=date(2009, 1, 1), cancelled=date(2009, 2, 1)).status == "pipeline"
    assert status_at(None, as_of=JULY).reason.code == "no_date"


def test_without_a_report_every_date_is_a_plan():
    assert status_at(parse_when("Jun-09"), as_of=JULY).is_late


DAYS = st.dates(date(2005, 1, 1), date(2014, 12, 31))


def twin(first, last, as_of, reported_on):
    """The rule in one breath, on inclusive days."""
    if as_of < first:
        return "pipeline", False
    if reported_on is not None and last <= reported_on and last <= as_of:
        return "closed", False
    return "implementation", as_of > last


@given(DAYS, st.integers(0, 400), DAYS, st.none() | DAYS)
def test_against_the_twin(first, length, as_of, reported_on):
    last = first + timedelta(days=length)
    when = parse_when(f"{first.isoformat()} to {last.isoformat()}")
    found = status_at(when, as_of=as_of, reported_on=reported_on)
    assert (found.status, found.is_late) == twin(first, last, as_of, reported_on)


@given(DAYS, st.integers(0, 200), DAYS)
def test_time_moves_status_one_way(first, length, reported_on):
    when = parse_when(f"{first.isoformat()} to {(first + timedelta(days=length)).isoformat()}")
    order = {"pipeline": 0, "implementation": 1, "closed": 2}
    days = [first + timedelta(days=k) for k in range(-5, length + 30, 7)]
    ranks = [order[status_at(when, as_of=d, reported_on=reported_on).status] for d in days]
    assert ranks == sorted(ranks)


def test_progress_counts_the_unknown_beside():
    texts = ["Jun-09", "Nov-11", "Ongoing", "", "next month"]
    progress = plan_progress(status_at(understood(t), as_of=JULY, reported_on=JULY) for t in texts)
    assert progress.n == 5 and progress.n_by_status["unknown"] == 2
    assert progress.closed_share == pytest.approx(1 / 3)
    assert progress.unknown_share == pytest.approx(0.4)
    empty = plan_progress([])
    assert empty.closed_share is None and empty.unknown_share is None and empty.n_by_status == {}


@given(st.lists(DAYS, min_size=1, max_size=6), DAYS)
def test_planned_by_bounds(days, on):
    months = [parse_when(f"{d:%B %Y}") for d in days]
    exact = [parse_when(d.isoformat()) for d in days]
    rough, fine = planned_by(months, on), planned_by(exact, on)
    assert rough.least <= fine.least == fine.most <= rough.most


def test_planned_by_takes_the_last_unit_only():
    """ "March-April 2009" ends in April: it may have been due on 1 April, and not on 1 March."""
    assert planned_by([parse_when("March-April 2009")], date(2009, 3, 31)).most == 0
    assert planned_by([parse_when("March-April 2009")], date(2009, 4, 1)).most == 1
    stored = stored_when(date(2009, 3, 1), date(2009, 5, 1), "month")
    assert planned_by([stored], date(2009, 4, 1)).most == 1


def test_planned_by_refuses_what_is_no_date():
    with pytest.raises(BadInput):
        planned_by([understood("next month")], JULY)
    assert planned_by([], JULY).least is None
