"""Planned and actual of one activity: a table, a twin that tries what a coarse date may hide, and what is unknown."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods.planning import (
    Outcome,
    PlanLine,
    Target,
    UnreadableDate,
    activity_variance,
    count_variance,
    money_variance,
    parse_when,
    share_variance,
    status_at,
    stored_when,
    target_variance,
    time_variance,
)
from nanduti.methods.values import BadInput, Money

JULY = date(2011, 7, 31)
EUR, INR = "EUR", "INR"


def understood(text):
    try:
        return parse_when(text) if text else None
    except UnreadableDate as error:
        return error


def day(text):
    return date.fromisoformat(text) if text else None


def timed(planned, done="", *, as_of=JULY, **more):
    line = PlanLine("leather:1", when=understood(planned))
    return time_variance(line, Outcome(done_on=day(done), **more), as_of=as_of)


# Planned | done on | as of | state | days | least..most | due | code of the reason
TABLE = """
3-9 May 2009             | 2009-05-05 | 2011-07-31 | on_time | 0    | 0..0      | True  | on_time
3-9 May 2009             | 2009-05-09 | 2011-07-31 | on_time | 0    | 0..0      | True  | on_time
3-9 May 2009             | 2009-05-10 | 2011-07-31 | late    | 1    | 1..1      | True  | late
3-9 May 2009             | 2009-05-01 | 2011-07-31 | early   | -2   | -2..-2    | True  | early
3-9 May 2009             | 2009-05-01 | 2009-05-02 | early   | -2   | -2..-2    | False | early
12 May 2009              | 2009-05-12 | 2009-05-12 | on_time | 0    | 0..0      | False | on_the_day
12 May 2009              | 2009-05-12 | 2009-05-11 | not_due | None | None..None| False | not_started
May 2009                 | 2009-06-02 | 2011-07-31 | late    | 2    | 2..32     | True  | late
May 2009                 | 2009-05-20 | 2011-07-31 | on_time | 0    | -11..19   | True  | on_time
May 2009                 | 2009-04-29 | 2011-07-31 | early   | -2   | -32..-2   | True  | early
March-April 2009         | 2009-05-02 | 2011-07-31 | late    | 2    | 2..31     | True  | late
early June 2009          | 2009-06-12 | 2011-07-31 | late    | 2    | 2..11     | True  | late
2009                     | 2010-01-15 | 2011-07-31 | late    | 15   | 15..379   | True  | late
until Oct 2009           | 2009-03-01 | 2011-07-31 | on_time | 0    | 0..0      | True  | by_the_day
until Oct 2009           | 2009-10-05 | 2011-07-31 | on_time | 0    | 0..4      | True  | by_the_day
May 2009                 |            | 2009-06-02 | overdue | 2    | 2..32     | True  | overdue
May 2009                 |            | 2009-05-31 | not_due | None | None..None| False | under_way
Ongoing                  |            | 2011-07-31 | not_due | None | None..None| False | going_on
Ongoing                  | 2009-05-12 | 2011-07-31 | unsaid  | None | None..None| None  | no_planned_end
since June 2007          | 2007-05-30 | 2011-07-31 | early   | -2   | -31..-2   | None  | early
after May 2009           | 2009-06-02 | 2011-07-31 | unsaid  | None | None..None| None  | no_planned_end
after May 2009           |            | 2011-07-31 | unsaid  | None | None..None| None  | no_end
18-05-2008 to 11-05-2008 | 2008-05-12 | 2011-07-31 | unsaid  | None | None..None| None  | backward
next month               | 2008-05-12 | 2011-07-31 | unsaid  | None | None..None| None  | unreadable
next month               |            | 2011-07-31 | unsaid  | None | None..None| None  | unreadable
                         | 2008-05-12 | 2011-07-31 | unsaid  | None | None..None| None  | no_date
"""


@pytest.mark.parametrize("line", TABLE.strip("\n").splitlines())
def test_table(line):
    planned, done, as_of, state, days, width, due, code = (cell.strip() for cell in line.split("|"))
    found = timed(planned, done, as_of=day(as_of))
    assert (found.state, str(found.days), f"{found.least}..{found.most}") == (state, days, width)
    assert (str(found.is_due), found.reason.code) == (due, code)
    assert found.is_done == (bool(done) and done <= as_of)
    assert "{" not in found.reason.say()
    if state != "unsaid":
        # "…: it may be 2 to 32 days late" stands exactly where a date leaves more than one number of days.
        assert (found.width is not None) == (found.least != found.most)


@pytest.mark.parametrize(
    ("planned", "done", "sentence"),
    [
        ("May 2009", "2009-06-02", "The dates are not known to the day: it may be 2 to 32 days late."),
        ("May 2009", "2009-04-29", "The dates are not known to the day: it may be 2 to 32 days early."),
        ("May 2009", "2009-05-20", "… it may be up to 11 days early or up to 19 days late."),
        ("May 2009", "2009-05-02", "… it may be up to 29 days early or up to one day late."),
        (
            "March-April 2009",
            "2009-04-06",
            "The dates are not known to the day: it may be up to 5 days late.",
        ),
        (
            "March-April 2009",
            "2009-03-30",
            "The dates are not known to the day: it may be up to one day early.",
        ),
    ],
)
def test_what_a_coarse_date_leaves_open_can_be_read_out(planned, done, sentence):
    said = timed(planned, done).width.say()
    assert said == sentence.replace("…", "The dates are not known to the day:")


def test_reports_without_a_day():
    assert timed("May 2009", state="closed").reason.code == "done_no_day"
    assert timed("May 2009", state="closed").is_done
    assert timed("May 2009", state="closed").is_due
    assert timed("May 2009", "2009-05-05", state="cancelled").state == "cancelled"
    assert timed("", state="cancelled").state == "cancelled"
    suspended = timed("May 2009", state="suspended")
    assert (suspended.state, suspended.is_done, suspended.days) == ("suspended", False, None)


def test_a_report_of_a_later_day_is_not_known_yet():
    listed = parse_when("May 2009")
    line = PlanLine("1", when=listed)
    told = Outcome(done_on=date(2009, 9, 1), reported_on=JULY, listed=listed)
    assert time_variance(line, told, as_of=date(2009, 6, 2)).state == "overdue"


def test_a_list_that_reports_says_nothing_of_its_plan():
    """Annexes of the India–Italy programme: one date each, status July 2011: when it was done, not when planned."""
    listed = Outcome(listed=parse_when("Jun-09"), reported_on=JULY)
    line = PlanLine("leather:15", when=listed.listed)
    found = time_variance(line, listed, as_of=JULY)
    assert (found.state, found.reason.code, found.is_done, found.is_due) == ("unsaid", "one_date", True, None)
    # What lies after its status date is a plan.
    ahead = Outcome(listed=parse_when("Nov-11"), reported_on=JULY)
    assert time_variance(PlanLine("2", when=ahead.listed), ahead, as_of=JULY).state == "not_due"
    assert time_variance(PlanLine("2", when=ahead.listed), ahead, as_of=date(2011, 12, 5)).days == 5


def test_a_list_that_reports_is_compared_with_the_baseline():
    listed = Outcome(listed=parse_when("Jun-09"), reported_on=JULY)
    # From last day to last day, or from first to first, and what two months leave open.
    cases = {
        "April 2009": ("late", 61, 32, 90),
        "July 2009": ("early", -30, -60, -1),
        "Jun-09": ("on_time", 0, -29, 29),
        "until April 2009": ("late", 61, 32, 90),
    }
    for planned, (state, days, least, most) in cases.items():
        line = PlanLine("leather:15", when=parse_when(planned))
        found = time_variance(line, listed, as_of=JULY, against="baseline")
        assert (found.state, found.days, found.least, found.most) == (state, days, least, most)
        assert "{" not in found.reason.say()
    line = PlanLine("leather:15", when=parse_when("15 June 2009"))
    found = time_variance(line, listed, as_of=JULY, against="baseline")
    assert (found.state, found.reason.code, found.least, found.most) == ("unsaid", "too_coarse", -14, 15)
    assert found.reason.say().startswith("It was done between 2009-06-01 and 2009-06-30")


MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def month_end(year, month):
    return date(year, month, calendar.monthrange(year, month)[1])


@st.composite
def spans(draw):
    """A date text, with every day on which it may begin and every day on which it may end."""
    year, n = draw(st.integers(2007, 2010)), draw(st.integers(0, 2))
    kind = draw(st.sampled_from(["day", "month", "year"]))
    if kind == "day":
        first = date(year, 1, 1) + timedelta(draw(st.integers(0, 364)))
        last = first + timedelta(draw(st.integers(0, 40)))
        return f"{first:%d/%m/%Y} - {last:%d/%m/%Y}", [first], [last]
    if kind == "year":
        text = str(year) if not n else f"{year} to {year + n}"
        return (
            text,
            days_of(date(year, 1, 1), date(year, 12, 31)),
            days_of(date(year + n, 1, 1), date(year + n, 12, 31)),
        )
    month = draw(st.integers(1, 12 - n))
    names = calendar.month_name
    text = f"{names[month]} {year}" if not n else f"{names[month]} {year} - {names[month + n]} {year}"
    return (
        text,
        days_of(date(year, month, 1), month_end(year, month)),
        days_of(date(year, month + n, 1), month_end(year, month + n)),
    )


def days_of(first, last):
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def plain(starts, ends, done):
    """Signed days by readings of the plan (outermost and middle days): before its first day, after its last, else 0."""
    found = set()
    for start in (starts[0], starts[len(starts) // 2], starts[-1]):
        for end in (ends[0], ends[len(ends) // 2], ends[-1]):
            if start <= end:
                late = (done - end).days
                found.add((done - start).days if done < start else late if late > 0 else 0)
    return found


@given(spans(), st.dates(date(2006, 10, 1), date(2013, 3, 1)))
def test_every_reading_of_a_coarse_plan(span, done):
    text, starts, ends = span
    found = timed(text, done.isoformat(), as_of=date(2020, 1, 1))
    every = plain(starts, ends, done)
    assert (found.least, found.most) == (min(every), max(every))
    assert found.least <= found.days <= found.most
    first, last = starts[0], ends[-1]
    said = {"early": done < first, "late": done > last, "on_time": first <= done <= last}
    assert [state for state, holds in said.items() if holds] == [found.state]
    nearest = {"early": (done - first).days, "late": (done - last).days, "on_time": 0}
    assert found.days == nearest[found.state]


@given(spans(), st.dates(date(2006, 10, 1), date(2013, 3, 1)))
def test_overdue_is_what_the_status_calls_late(span, as_of):
    when = parse_when(span[0])
    found, status = timed(span[0], as_of=as_of), status_at(when, as_of=as_of)
    assert (found.state == "overdue") == status.is_late
    assert found.days == status.days_late
    assert found.reason == status.reason


@given(spans(), st.dates(date(2006, 10, 1), date(2013, 3, 1)), st.integers(-400, 400))
def test_moving_plan_and_deed_together_changes_nothing(span, done, by):
    """Of dates known to the day; months and years differ in length."""
    when = parse_when(span[0])
    start, last = when.period.start, when.period.last_day
    ever = date(2020, 1, 1)
    one = timed(f"{start:%d/%m/%Y} - {last:%d/%m/%Y}", done.isoformat(), as_of=ever)
    start, last, done = (a_day + timedelta(by) for a_day in (start, last, done))
    other = timed(f"{start:%d/%m/%Y} - {last:%d/%m/%Y}", done.isoformat(), as_of=ever)
    assert (one.state, one.days, one.least, one.most) == (other.state, other.days, other.least, other.most)


@given(spans(), st.dates(date(2006, 10, 1), date(2011, 3, 1)))
def test_columns_tell_as_much_as_the_text(span, done):
    when = parse_when(span[0])
    stored = stored_when(when.start, when.end, when.precision, text=when.text)
    told = Outcome(done_on=done)
    of_text = time_variance(PlanLine("1", when=when), told, as_of=JULY)
    assert time_variance(PlanLine("1", when=stored), told, as_of=JULY) == of_text


@pytest.mark.parametrize(
    "text", ["", "Ongoing", "since June 2007", "next month", "until Oct 2009", "after May 2009"]
)
def test_columns_of_awkward_texts(text):
    when = understood(text)
    if isinstance(when, UnreadableDate):
        stored = stored_when(None, None, "unreadable", text=text)
    elif when is None:
        stored = stored_when(None, None, "")
    else:
        end = None if when.is_open else when.end
        stored = stored_when(when.start, end, "open" if when.is_open else when.precision, text=text)
    for told in (Outcome(), Outcome(done_on=date(2008, 1, 5))):
        of_text = time_variance(PlanLine("1", when=when), told, as_of=JULY)
        assert time_variance(PlanLine("1", when=stored), told, as_of=JULY) == of_text


def money(amount, currency=EUR):
    return None if amount is None else Money(amount, currency)


@pytest.mark.parametrize(
    ("planned", "actual", "state", "code", "ratio"),
    [
        (900, 900, "equal", "equal", 0.0),
        (900, 990, "over", "over", 0.1),
        (900, 450, "under", "under", -0.5),
        (900, 0, "under", "under", -1.0),
        (0, 0, "equal", "equal", None),
        (0, 5, "over", "over", None),
        (None, 5, "unsaid", "not_planned", None),
        (900, None, "unsaid", "not_known", None),
        (None, None, "unsaid", "not_planned", None),
    ],
)
def test_money(planned, actual, state, code, ratio):
    found = money_variance(money(planned), money(actual))
    assert (found.state, found.reason.code, found.ratio) == (state, code, ratio)
    assert (found.difference is None) == (state == "unsaid")
    assert "{" not in found.reason.say()


def test_money_of_two_kinds_is_not_compared():
    assert money_variance(Money(1, EUR), Money(1, INR)).reason.code == "currencies_differ"
    rated = money_variance(Money(10, EUR), Money(1000, INR), rate=Decimal("0.015"))
    assert (rated.actual, rated.difference) == (Money(15, EUR), Money(5, EUR))
    assert money_variance(Money(1, EUR, 2009), Money(1, EUR)).reason.code == "prices_differ"
    for rate in (Decimal(0), Decimal(-1), Decimal("NaN")):
        with pytest.raises(BadInput, match="rate"):
            money_variance(Money(1, EUR), Money(1, INR), rate=rate)


def test_what_is_not_over_has_no_variance_yet():
    assert money_variance(Money(9, EUR), Money(5, EUR), is_over=False).state == "so_far"
    assert money_variance(Money(9, EUR), None, is_over=False).state == "unsaid"
    assert count_variance(9, 5, unit="firms", is_over=False).state == "so_far"
    assert target_variance(Target(9), 5, is_over=False).state == "so_far"
    assert target_variance(Target(9), 10, is_over=False).state == "met"


@pytest.mark.parametrize(
    ("promised", "given_", "state", "code"),
    [
        ([], [], "unsaid", "nothing_promised"),
        ([Money(5, EUR)], [], "unsaid", "nothing_given"),
        ([], [Money(5, EUR)], "unsaid", "nothing_promised"),
        ([Money(5, EUR), None], [Money(5, EUR)], "unsaid", "no_value"),
        ([Money(5, EUR)], [None, None], "unsaid", "no_value"),
        ([Money(5, EUR), Money(5, INR)], [Money(5, EUR)], "unsaid", "several_currencies"),
        ([Money(5, EUR), Money(5, EUR, 2009)], [Money(5, EUR)], "unsaid", "prices_differ"),
        ([Money(5, EUR)], [Money(5, INR)], "unsaid", "currencies_differ"),
        ([Money(5, EUR), Money(5, EUR)], [Money(10, EUR)], "equal", "as_promised"),
        ([Money(5, EUR)], [Money(4, EUR)], "under", "less_given"),
        ([Money(5, EUR)], [Money(4, EUR), Money(4, EUR)], "over", "more_given"),
    ],
)
def test_shares(promised, given_, state, code):
    found = share_variance(promised, given_)
    assert (found.state, found.reason.code) == (state, code)
    assert "{" not in found.reason.say()


def test_participants_are_compared_in_one_unit_only():
    line = PlanLine("1", when=parse_when("May 2009"), n_participants=20, unit="firms")
    told = Outcome(done_on=date(2009, 5, 9), came={"persons": 31})
    assert activity_variance(line, told, as_of=JULY).participants.reason.code == "not_counted"
    told = Outcome(done_on=date(2009, 5, 9), came={"persons": 31, "firms": 17})
    found = activity_variance(line, told, as_of=JULY).participants
    assert (found.state, found.difference, found.ratio) == ("fewer", -3, -0.15)
    assert count_variance(20, 20, unit="").reason.code == "unit_not_said"
    assert count_variance(None, 20, unit="firms").reason.code == "nobody_expected"
    assert count_variance(0, 4, unit="firms").ratio is None
    assert count_variance(4, 4, unit="firms").state == "equal"


@pytest.mark.parametrize(
    ("target", "better", "reached", "state"),
    [
        (40, "more", 40, "met"),
        (40, "more", 41, "met"),
        (40, "more", 39, "missed"),
        (40, "less", 39, "met"),
        (40, "less", 41, "missed"),
        (40, "", 41, "unsaid"),
        (40, "", 40, "met"),
        (0, "less", 2, "missed"),
        (40, "more", None, "unsaid"),
    ],
)
def test_targets(target, better, reached, state):
    found = target_variance(Target(target, better), reached)
    assert found.state == state
    assert (found.ratio is None) == (reached is None or target == 0)
    assert "{" not in found.reason.say()
    assert target_variance(None, reached).reason.code == "no_target"


def test_a_target_below_zero():
    assert target_variance(Target(-10, "more"), -8).ratio == 0.2


def test_all_five_at_once_and_against_which_plan():
    line = PlanLine(
        "leather:15",
        when=parse_when("April 2009"),
        cost=Money(900, EUR),
        local_share=(Money(300, EUR),),
        n_participants=20,
        unit="firms",
        target=Target(5, indicator="new buyers"),
    )
    told = Outcome(
        done_on=date(2009, 5, 4),
        spent=Money(990, EUR),
        local_given=(Money(300, EUR),),
        came={"firms": 24},
        reached=6,
    )
    found = activity_variance(line, told, as_of=JULY, against="revision")
    said = [found.time, found.cost, found.local_share, found.participants, found.target]
    assert [one.state for one in said] == ["late", "over", "equal", "more", "met"]
    assert (found.key, found.against, found.as_of) == ("leather:15", "revision", JULY)
    nothing = activity_variance(PlanLine("1"), Outcome(), as_of=JULY)
    said = [nothing.time, nothing.cost, nothing.local_share, nothing.participants, nothing.target]
    assert {one.state for one in said} == {"unsaid"}


@pytest.mark.parametrize(
    "make",
    [
        lambda: PlanLine("1", cost=Money(-1, EUR)),
        lambda: PlanLine("1", local_share=(Money(-1, EUR),)),
        lambda: PlanLine("1", n_participants=-1),
        lambda: Outcome(spent=Money(-1, EUR)),
        lambda: Outcome(came={"firms": -1}),
        lambda: Outcome(state="finished"),
        lambda: Outcome(reached=float("nan")),
        lambda: Target(float("inf")),
        lambda: Target(1, "up"),
    ],
)
def test_bad_input_is_refused_with_its_place(make):
    with pytest.raises(BadInput):
        make()
