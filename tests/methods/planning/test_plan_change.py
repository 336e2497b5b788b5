"""Two states of a plan: what was added, dropped, moved and changed, and how far the plan slipped."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods.planning import (
    PlanLine,
    Target,
    UnreadableDate,
    moved,
    parse_when,
    plan_change,
    slippage,
    stored_when,
)
from nanduti.methods.values import BadInput, Money


def understood(text):
    try:
        return parse_when(text) if text else None
    except UnreadableDate as error:
        return error


# Before | after | state | days of its end | of its start | least..most
TABLE = """
May 2009             | May-09               | same       | 0    | 0    | 0..0
3 May 2009           | 9 May 2009           | later      | 6    | 6    | 6..6
9 May 2009           | 3 May 2009           | earlier    | -6   | -6   | -6..-6
3 May 2009           | 4 May 2009           | later      | 1    | 1    | 1..1
3-9 May 2009         | 1-9 May 2009         | start_only | 0    | -2   | 0..0
until May 2009       | April-May 2009       | start_only | 0    | None | 0..0
May 2009             | June 2009            | later      | 30   | 31   | 1..60
2009                 | 2010                 | later      | 365  | 365  | 1..729
2009                 | 12 May 2009          | narrowed   | None | None | None..None
12 May 2009          | 2009                 | widened    | None | None | None..None
2009                 | 12 May 2010          | later      | 132  | 496  | 132..496
2009                 | Dec 2009 - Jan 2010  | later      | 31   | 334  | 1..395
March-May 2009       | April 2009           | earlier    | -31  | 31   | -60..-1
May 2009             |                      | unsaid     | None | None | None..None
                     | May 2009             | unsaid     | None | None | None..None
                     |                      | unsaid     | None | None | None..None
next month           | May 2009             | unsaid     | None | None | None..None
Ongoing              | Ongoing              | same       | 0    | 0    | 0..0
since June 2007      | since July 2007      | unsaid     | None | 30   | None..None
May 2009             | since May 2009       | unsaid     | None | 0    | None..None
"""


@pytest.mark.parametrize("line", TABLE.strip("\n").splitlines())
def test_table(line):
    before, after, state, days, start_days, width = (cell.strip() for cell in line.split("|"))
    found = moved(understood(before), understood(after))
    assert (found.state, str(found.days), str(found.start_days)) == (state, days, start_days)
    assert f"{found.least}..{found.most}" == width
    assert "{" not in found.reason.say()


FIRST = [
    PlanLine("1", "Fair", parse_when("May 2009"), Money(900, "EUR"), owner="ISF"),
    PlanLine("2", "Visit", parse_when("June 2009"), Money(100, "EUR")),
    PlanLine("3", "Course", parse_when("July 2009"), n_participants=20, unit="firms"),
    PlanLine("4", "Law", None),
]


def changed(**values):
    return plan_change(FIRST[:1], [replace(FIRST[0], **values)]).lines[0].changed


def test_a_plan_against_itself_has_not_changed():
    found = plan_change(FIRST, FIRST)
    assert (found.n_kept, found.n_changed, found.n_added, found.n_dropped, found.n_by_field) == (
        4,
        0,
        0,
        0,
        {},
    )
    said = found.slippage
    assert (said.n, said.n_said, said.n_same, said.median, said.largest) == (4, 3, 3, 0, 0)
    assert [cost.difference for cost in found.costs] == [Money(0, "EUR")]


def test_nothing_at_all():
    found = plan_change([], [])
    assert (found.lines, found.costs, found.slippage.n) == ((), (), 0)
    assert (found.slippage.median, found.slippage.largest, found.slippage.largest_key) == (None, None, None)


def test_each_field_that_may_change():
    assert changed(label=" Fair ") == ()
    assert changed(label="Trade fair") == ("label",)
    assert changed(when=parse_when("May-09")) == ()
    assert changed(when=parse_when("June 2009")) == ("when",)
    assert changed(when=understood("next month")) == ("when",)
    assert changed(cost=Money("900.00", "EUR")) == ()
    assert changed(cost=None) == ("cost",)
    assert changed(owner="", payer="ISF") == ("owner", "payer")
    assert changed(unit="firms") == ()
    assert changed(n_participants=9, unit="firms") == ("participants",)
    assert changed(target=Target(5)) == ("target",)
    assert changed(local_share=(None,)) == ("local_share",)
    one, two = Money(1, "EUR"), Money(2, "EUR")
    swapped = [replace(FIRST[0], local_share=share) for share in ((one, two), (two, one))]
    assert plan_change(swapped[:1], swapped[1:]).n_changed == 0


def test_added_dropped_and_taken_up_again():
    out = replace(FIRST[1], is_dropped=True)
    found = plan_change(
        FIRST[:3], [FIRST[2], FIRST[0], out, FIRST[3]], before_name="baseline", after_name="revision 1"
    )
    assert [(line.key, line.kind) for line in found.lines] == [
        ("3", "kept"),
        ("1", "kept"),
        ("2", "dropped"),
        ("4", "added"),
    ]
    assert (found.before, found.after) == ("baseline", "revision 1")
    assert (found.n_added, found.n_dropped, found.n_kept) == (1, 1, 2)
    assert [line.kind for line in plan_change([out], [FIRST[1]]).lines] == ["added"]
    assert [line.kind for line in plan_change([out], [out]).lines] == ["absent"]
    assert [line.kind for line in plan_change([FIRST[1]], []).lines] == ["dropped"]


def test_one_activity_twice_is_refused():
    with pytest.raises(BadInput, match="revision 1, 2"):
        plan_change([], [FIRST[1], FIRST[1]], after_name="revision 1")


def test_costs_by_currency_over_what_is_known_in_both():
    after = [
        replace(FIRST[0], cost=Money(1000, "EUR")),
        replace(FIRST[1], cost=Money(9000, "INR")),
        replace(FIRST[2], cost=Money(7, "INR")),
    ]
    (cost,) = plan_change(FIRST, after).costs
    assert (cost.currency, cost.n, cost.before, cost.after) == (
        "EUR",
        1,
        Money(900, "EUR"),
        Money(1000, "EUR"),
    )


def test_the_largest_move_and_its_ties():
    def move(days):
        return moved(parse_when("15/06/2009"), parse_when(f"{date(2009, 6, 15) + timedelta(days):%d/%m/%Y}"))

    found = slippage([("b", move(-9)), ("c", move(9)), ("a", move(-9)), ("d", move(9)), ("e", move(0))])
    assert (found.largest, found.largest_key, found.median) == (9, "c", 0)
    assert (found.n_later, found.n_earlier, found.n_same) == (2, 2, 1)


DAYS = st.dates(date(2007, 1, 1), date(2012, 12, 31))


@st.composite
def plans(draw):
    """Activities on days of their own, some without a date."""
    found = []
    for n in range(draw(st.integers(0, 8))):
        first, length = draw(DAYS), draw(st.integers(1, 30))
        precision = draw(st.sampled_from(["day", "month", ""]))
        when = stored_when(first, first + timedelta(length), precision) if precision else None
        found.append(PlanLine(str(n), when=when, cost=draw(st.none() | st.just(Money(10 + n, "EUR")))))
    return found


def off(line, days):
    if line.when is None:
        return line
    by = timedelta(days)
    return replace(line, when=stored_when(line.when.start + by, line.when.end + by, line.when.precision))


@given(plans(), st.integers(-500, 500))
def test_moving_all_dates_moves_the_slippage_as_far(plan, days):
    found = plan_change(plan, [off(line, days) for line in plan]).slippage
    dated = sum(line.when is not None for line in plan)
    assert (found.n, found.n_said) == (len(plan), dated)
    if dated:
        assert (found.median, found.largest) == (days, days)


@given(plans(), plans(), st.randoms())
def test_the_order_of_rows_does_not_matter(before, after, rng):
    found = plan_change(before, after)
    shuffled = plan_change(rng.sample(before, len(before)), rng.sample(after, len(after)))
    assert (found.slippage, found.costs, found.n_by_field) == (
        shuffled.slippage,
        shuffled.costs,
        shuffled.n_by_field,
    )
    assert {line.key: line for line in found.lines} == {line.key: line for line in shuffled.lines}


@given(plans(), plans())
def test_there_and_back(before, after):
    there, back = plan_change(before, after), plan_change(after, before)
    assert (there.n_added, there.n_dropped, there.n_by_field) == (
        back.n_dropped,
        back.n_added,
        back.n_by_field,
    )
    assert {line.key: line.moved.days for line in there.lines if line.moved} == {
        line.key: None if line.moved.days is None else -line.moved.days for line in back.lines if line.moved
    }
    for line in there.lines:
        if line.moved is not None and line.moved.days is not None:
            assert line.moved.least <= line.moved.days <= line.moved.most
