"""The same firms before and after, chosen from dated readings; amounts of several currencies in one."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods.evaluation import EvidenceGrade, change_from_baseline
from nanduti.methods.outcomes import (
    GRADE,
    READINGS,
    Rate,
    before_and_after,
    convert,
    follow_up,
    rate_on,
    summed,
)
from nanduti.methods.values import BadInput, Period

START, UNTIL = date(2009, 3, 1), date(2012, 1, 1)


def reading(subject, value, first, after=None, *, unit="persons", definition="jobs", bound=False, row=0):
    after = after or (first + timedelta(days=1) if first else None)
    return (definition, subject, unit, value, first, after, bound, [row])


def frame(*rows):
    return pl.DataFrame(rows, schema=READINGS, orient="row")


def status(*rows, **asked):
    found = before_and_after(frame(*rows), **{"start": START, "until": UNTIL, **asked})
    return found["status"].to_list()


def day(year, month=1, of=1):
    return date(year, month, of)


def test_the_baseline_is_the_last_reading_by_the_start_and_the_follow_up_the_last_one_after_it():
    told = frame(
        reading("a", 8.0, day(2005), row=1), reading("a", 10.0, day(2008), row=2), reading("a", 11.0, day(2010), row=3),
        reading("a", 13.0, day(2011), row=4), reading("a", 99.0, day(2013), row=5),
    )  # fmt: skip
    (row,) = before_and_after(told, start=START, until=UNTIL).to_dicts()
    assert (row["status"], row["value_before"], row["value_after"]) == ("matched", 10.0, 13.0)
    assert (row["rows_before"], row["rows_after"]) == ([2], [4])
    (row,) = before_and_after(told, start=day(2000), until=UNTIL).to_dicts()
    assert (row["value_before"], row["value_after"]) == (8.0, 13.0), (
        "nothing by the start: the first reading at all"
    )
    (row,) = before_and_after(
        told, start=START, until=UNTIL, baseline=Period(day(2005), day(2006)), follow_up=Period(day(2010), day(2011))
    ).to_dicts()  # fmt: skip
    assert (row["value_before"], row["value_after"]) == (8.0, 11.0)


@pytest.mark.parametrize(
    ("said", "rows"),
    [
        ("undated", [reading("a", 5.0, None)]),
        ("later_than_cut_off", [reading("a", 5.0, day(2013))]),
        ("no_follow_up", [reading("a", 5.0, day(2008)), reading("a", 9.0, None)]),
        ("no_follow_up", [reading("a", 5.0, day(2008), day(2009)), reading("a", 9.0, day(2008, 6))]),
        ("other_unit", [reading("a", 5.0, day(2008), unit="EUR"), reading("a", 9.0, day(2010), unit="INR")]),
        (
            "two_values",
            [reading("a", 5.0, day(2008)), reading("a", 6.0, day(2008)), reading("a", 9.0, day(2010))],
        ),
        ("no_number", [reading("a", None, day(2008)), reading("a", 9.0, day(2010))]),
        ("bound", [reading("a", 5.0, day(2008), bound=True), reading("a", 9.0, day(2010))]),
        (
            "matched",
            [reading("a", 5.0, day(2008)), reading("a", 5.0, day(2008)), reading("a", 9.0, day(2010))],
        ),
    ],
)
def test_what_cannot_be_compared_says_why(said, rows):
    assert status(*rows) == [said]


def test_another_definition_is_no_follow_up():
    rows = [reading("a", 5.0, day(2008)), reading("a", 9.0, day(2010), definition="direct_jobs")]
    assert status(*rows) == ["no_follow_up", "no_follow_up"]


def test_chosen_periods_that_hold_nothing_or_lie_the_wrong_way_round():
    rows = [reading("a", 5.0, day(2008)), reading("a", 9.0, day(2010))]
    assert status(*rows, baseline=Period(day(2001), day(2002))) == ["no_baseline"]
    assert status(*rows, follow_up=Period(day(2011), day(2012))) == ["no_follow_up"]
    with pytest.raises(BadInput, match="does not lie after"):
        status(*rows, baseline=Period(day(2010), day(2011)), follow_up=Period(day(2008), day(2009)))


def test_a_baseline_of_zero_has_a_change_and_no_per_cent():
    found = follow_up(before_and_after(frame(reading("a", 0.0, day(2008)), reading("a", 9.0, day(2010))),
                                       start=START, until=UNTIL))  # fmt: skip
    assert (found.before, found.after, found.change, found.relative) == (0, 9, 9, None)


def test_nobody_at_all_and_units_that_cannot_be_added():
    nothing = follow_up(before_and_after(frame(), start=None, until=UNTIL))
    assert (nothing.n, nothing.n_seen, nothing.change, nothing.reasons) == (0, 0, None, {})
    two = before_and_after(frame(reading("a", 1.0, day(2008)), reading("b", 1.0, day(2008), unit="EUR")),
                           start=None, until=UNTIL)  # fmt: skip
    with pytest.raises(BadInput, match="cannot be added"):
        follow_up(two)
    with pytest.raises(BadInput, match="is not known"):
        follow_up(two, combine="median")
    assert nothing.grade == GRADE and not EvidenceGrade(GRADE).allows_test
    with pytest.raises(BadInput, match="is not in the readings"):
        before_and_after(frame().drop("rows"), start=None, until=UNTIL)
    with pytest.raises(BadInput, match="has gaps"):
        before_and_after(frame(reading(None, 1.0, day(2008))), start=None, until=UNTIL)


def test_a_whole_told_in_parts_wants_every_part_of_the_same_day():
    told = frame(
        reading("a", 3.0, day(2008), definition="women", row=1), reading("a", 2.0, day(2008), definition="men", row=2),
        reading("a", 9.0, day(2010), definition="women", row=3),  # no men that day
        reading("b", 3.0, day(2008), definition="women"), reading("b", 4.0, day(2008), definition="women"),
        reading("b", 1.0, day(2008), definition="men"),  # two numbers of women: no whole
    )  # fmt: skip
    whole = summed(told, ["women", "men"], "all").sort("subject")
    assert whole.select("subject", "value").rows() == [("a", 5.0), ("b", None)]
    assert whole["rows"].to_list()[0] == [1, 2]


# --- the same, slowly

VALUES = st.one_of(st.none(), st.integers(0, 5).map(float))
DAYS = st.one_of(st.none(), st.integers(0, 40).map(lambda n: day(2007) + timedelta(days=60 * n)))
ROWS = st.lists(
    st.tuples(
        st.sampled_from("abc"), VALUES, DAYS, st.sampled_from([1, 30, 400]), st.sampled_from(["EUR", "INR"]),
        st.booleans(), st.sampled_from(["jobs", "other"]),
    ),
    max_size=14,
)  # fmt: skip
SPANS = st.one_of(
    st.none(),
    st.tuples(st.integers(2007, 2010), st.integers(1, 3)).map(lambda t: Period(day(t[0]), day(sum(t)))),
)


def slowly(rows, start, until, baseline, later):
    """One subject after another, in loops."""
    of = defaultdict(list)
    for definition, subject, unit, value, first, after, bound, _rows in rows:
        of[definition, subject].append((first, after, value, unit, bound))
    return {key: _one(said, start, until, baseline, later) for key, said in of.items()}


def _one(said, start, until, baseline, later):
    dated = [r for r in said if r[0] is not None]
    if not dated:
        return "undated", None, None
    dated = [r for r in dated if r[0] <= until]
    if not dated:
        return "later_than_cut_off", None, None
    inside = lambda r, p: p.start <= r[0] and r[1] <= p.end  # noqa: E731
    latest = lambda some: max(some, key=lambda r: (r[1], r[0]))[:2] if some else None  # noqa: E731
    if baseline:
        before = latest([r for r in dated if inside(r, baseline)])
    else:
        early = [r for r in dated if start and r[1] <= start + timedelta(days=1)]
        before = latest(early) or min(dated, key=lambda r: r[:2])[:2]
    rest = [r for r in dated if before is None or r[0] >= before[1]]
    if later:
        after = latest([r for r in rest if inside(r, later)])
    else:
        after = latest(rest) if before else None
    if before is None or after is None:
        return ("no_follow_up" if before else "no_baseline"), None, None
    one, two = ({r[2:] for r in dated if r[:2] == days} for days in (before, after))
    if len(one) > 1 or len(two) > 1:
        return "two_values", None, None
    (value, unit, bound), (value2, unit2, bound2) = one.pop(), two.pop()
    if unit != unit2:
        return "other_unit", None, None
    if value is None or value2 is None:
        return "no_number", None, None
    return ("bound", None, None) if bound or bound2 else ("matched", value, value2)


@given(ROWS, st.one_of(st.none(), st.just(START)), SPANS, SPANS)
def test_the_fast_way_says_what_the_slow_way_says(drawn, start, baseline, later):
    rows = [
        reading(
            s,
            value,
            first,
            first + timedelta(days=n) if first else None,
            unit=unit,
            bound=bound,
            definition=d,
        )
        for s, value, first, n, unit, bound, d in drawn
    ]
    if baseline and later and later.start <= baseline.start:
        return
    found = before_and_after(frame(*rows), start=start, until=UNTIL, baseline=baseline, follow_up=later)
    expected = slowly(rows, start, UNTIL, baseline, later)
    assert {(r["definition"], r["subject"]): r["status"] for r in found.to_dicts()} == {
        key: said[0] for key, said in expected.items()
    }
    for unit in found["unit"].unique():
        told = follow_up(found.filter(pl.col("unit") == unit, pl.col("definition") == "jobs"))
        pairs = [r for r in found.to_dicts()
                 if (r["unit"], r["definition"], r["status"]) == (unit, "jobs", "matched")]  # fmt: skip
        assert told.n == len(pairs) and told.n + sum(told.reasons.values()) == told.n_seen
        if pairs:
            values = [expected["jobs", r["subject"]][1:] for r in pairs]
            assert told.before == sum(v[0] for v in values) and told.change == sum(b - a for a, b in values)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6))
def test_matched_changes_agree_with_change_from_baseline(pairs):
    rows = [reading(str(i), float(v), when) for i, pair in enumerate(pairs)
            for v, when in zip(pair, (day(2008), day(2010)), strict=True)]  # fmt: skip
    found = before_and_after(frame(*rows), start=START, until=UNTIL)
    sides = [pl.DataFrame({"firm": range(len(pairs)), "jobs": [float(p[k]) for p in pairs]}) for k in (0, 1)]
    other = change_from_baseline(*sides, unit="firm", value="jobs")
    mean, total = follow_up(found, combine="mean"), follow_up(found)
    assert mean.change == pytest.approx(other.mean_change) and mean.before == pytest.approx(other.mean_before)
    assert total.relative == (None if other.relative is None else pytest.approx(other.relative))
    assert mean.relative == (None if other.relative is None else pytest.approx(other.relative, abs=1e-8))


# --- currencies

YEAR = Rate("INR", "EUR", Decimal("0.016"), day(2009), day(2009, 12, 31))
MAY = Rate("INR", "EUR", Decimal("0.015"), day(2009, 5, 7), day(2009, 5, 7))


def test_a_rate_of_the_day_goes_before_one_of_the_year_and_the_last_one_before_a_gap():
    def rate(*when):
        found = rate_on([YEAR, MAY], "INR", "EUR", day(*when))
        return found and found.rate

    assert [rate(2009, 5, 7), rate(2009, 5, 8), rate(2010, 3), rate(2008, 12, 31)] == [
        MAY.rate, YEAR.rate, YEAR.rate, None
    ]  # fmt: skip
    assert rate_on([YEAR], "EUR", "INR", day(2009, 5)) is None, "a rate is not turned round"


def test_what_cannot_be_converted_is_counted_with_its_reason():
    deals = [(Decimal(100), c, d) for c, d in (
        ("EUR", None), ("INR", day(2009, 6)), ("INR", None), ("INR", day(2008)), ("INR", day(2012)), ("USD", day(2009)),
    )]  # fmt: skip
    found = convert(deals, [YEAR], "EUR")
    assert (found.amount, found.n, found.n_by_rate, found.n_left_out) == (Decimal("101.60"), 2, 1, 4)
    assert found.left_out == {
        ("INR", "no_day"): 1, ("INR", "no_rate"): 1, ("INR", "old_rate"): 1, ("USD", "no_rate"): 1
    }  # fmt: skip
    assert convert([], [], "EUR").amount == 0


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 364)), max_size=8))
def test_a_sum_is_rounded_once(deals):
    drawn = [(Decimal(amount) / 100, "INR", day(2009) + timedelta(days=n)) for amount, n in deals]
    exact = sum((amount * Decimal("0.016") for amount, _c, _d in drawn), Decimal(0))
    assert convert(drawn, [YEAR], "EUR").amount == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize(
    "change", [{"rate": Decimal(0)}, {"rate": Decimal("NaN")}, {"into": "INR"}, {"last": day(2008)}]
)
def test_rates_that_cannot_be(change):
    with pytest.raises(BadInput):
        Rate(**{**vars(YEAR), **change})
