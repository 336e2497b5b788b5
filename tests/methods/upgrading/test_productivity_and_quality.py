"""Productivity and quality: seed figures, textbook vectors, plain twins, honest refusals."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import upgrading as u
from nanduti.methods.values import BadInput, CannotBeSaid


def test_lasting_lines_of_chennai():
    """UNIDO (2013), chapter 3, section 3.3: 350-450 pairs with 55-60 workers against 800 with 30."""
    own, abroad = u.output_per_worker_day((350, 450), (55, 60)), u.output_per_worker_day(800, 30)
    assert (round(own.low, 2), round(own.high, 2), round(abroad.low, 2)) == (5.83, 8.18, 26.67)
    gap = u.gap_to_benchmark(own, abroad)
    assert (round(gap.factor.low, 2), round(gap.factor.high, 2)) == (3.26, 4.57)
    assert gap.distance.low == pytest.approx(800 / 30 - 450 / 55)


@given(*[st.floats(0.1, 1e4)] * 4)
def test_spans_hold_every_quotient_of_their_ends(a, b, c, d):
    one, other = u.Span(*sorted((a, b))), u.Span(*sorted((c, d)))
    quotients = [x / y for x, y in product((one.low, one.high), (other.low, other.high))]
    assert (one / other).low == pytest.approx(min(quotients))
    assert (one / other).high == pytest.approx(max(quotients))


def test_gap_says_what_it_can():
    assert u.gap_to_benchmark(10, 8).say() == "The benchmark is reached."
    assert u.gap_to_benchmark(0, 8).factor is None and "cannot be said" in u.gap_to_benchmark(0, 8).say()
    assert u.gap_to_benchmark(4, 2, more_is_better=False).say() == "The benchmark is 2.00 times better."
    with pytest.raises(BadInput, match="ends before"):
        u.gap_to_benchmark((5, 4), 3)
    with pytest.raises(BadInput, match="not above zero"):
        u.output_per_worker_day(350, 0)


def test_partial_and_total_productivity():
    p = u.productivity(1000, {"labour": 300, "materials": 200, "capital": 300, "energy": 100, "other": 50})
    assert {k: round(v, 2) for k, v in p.partial.items()} == {
        "labour": 3.33, "materials": 5.0, "capital": 3.33, "energy": 10.0, "other": 20.0,
    }  # fmt: skip
    assert p.total == pytest.approx(1000 / 950) and p.multifactor == pytest.approx(1000 / 600)
    assert u.productivity(10, {"labour": 5, "energy": 0}).partial["energy"] is None
    with pytest.raises(CannotBeSaid, match="nothing went in"):
        u.productivity(10, {"labour": 0})


prices = st.floats(0.5, 20)


@given(st.lists(st.tuples(prices, prices, prices, prices), min_size=1, max_size=4), prices, prices)
def test_total_factor_productivity_against_the_definitions(rows, y0, y1):
    inputs = {str(k): (q0, q1) for k, (q0, q1, _, _) in enumerate(rows)}
    paid = {str(k): (p0, p1) for k, (_, _, p0, p1) in enumerate(rows)}
    got = {m: u.total_factor_productivity((y0, y1), inputs, paid, method=m) for m in
           ("tornqvist", "laspeyres", "paasche", "fisher")}  # fmt: skip
    laspeyres = sum(q1 * p0 for _, q1, p0, _ in rows) / sum(q0 * p0 for q0, _, p0, _ in rows)
    paasche = sum(q1 * p1 for _, q1, _, p1 in rows) / sum(q0 * p1 for q0, _, _, p1 in rows)
    assert got["laspeyres"] == pytest.approx(y1 / y0 / laspeyres)
    assert got["fisher"] == pytest.approx(math.sqrt(got["laspeyres"] * got["paasche"]))
    assert got["paasche"] == pytest.approx(y1 / y0 / paasche)
    # Time turned round: Törnqvist and Fisher give the inverse.
    turn = u.total_factor_productivity(
        (y1, y0), {k: v[::-1] for k, v in inputs.items()}, {k: v[::-1] for k, v in paid.items()}
    )
    assert turn == pytest.approx(1 / got["tornqvist"])


def test_oee_and_where_the_time_went():
    e = u.equipment_effectiveness(
        planned_minutes=420, stopped_minutes=47, ideal_cycle_seconds=1, total=19271, rejected=423
    )
    assert round(100 * e.oee, 2) == 74.79
    good = 19271 - 423
    assert 420 - sum(e.lost_minutes.values()) == pytest.approx(good / 60)
    with pytest.raises(BadInput, match="longer than the machine ran"):
        u.equipment_effectiveness(
            planned_minutes=10, stopped_minutes=0, ideal_cycle_seconds=10, total=100, rejected=0
        )
    with pytest.raises(CannotBeSaid, match="never ran"):
        u.equipment_effectiveness(
            planned_minutes=10, stopped_minutes=10, ideal_cycle_seconds=1, total=1, rejected=0
        )


def test_line_balance():
    b = u.line_balance({"a": 40, "b": 30, "c": 50, "d": 40}, takt=45)
    assert (b.cycle_time, b.efficiency, b.least_stations, b.over_pace) == (50, 0.8, 4, ("c",))
    assert b.smoothness == pytest.approx(math.sqrt(10**2 + 20**2 + 10**2))
    assert u.line_balance({"a": 3, "b": 3}).efficiency == 1
    with pytest.raises(BadInput):
        u.line_balance({})


@pytest.mark.parametrize(
    ("dpmo", "sigma"), [(3.4, 6.0), (233, 5.0), (6210, 4.0), (66807, 3.0), (308538, 2.0), (691462, 1.0)]
)
def test_sigma_table(dpmo, sigma):
    """The customary table with the shift of 1.5."""
    assert u.sigma_level(dpmo) == pytest.approx(sigma, abs=0.005)


def test_yields_and_defects():
    assert u.dpmo(34, 750, 10) == pytest.approx(4533.33, abs=0.01)
    assert u.ppm(7, 70_000) == pytest.approx(100)  # the 100 ppm of the supplier development programme
    assert u.rolled_throughput_yield([0.98, 0.95, 0.9]) == pytest.approx(0.8379)
    assert u.sigma_level(0) is None and u.sigma_level(1e6) is None
    for wrong in (
        lambda: u.first_pass_yield(entered=10, scrapped=6, reworked=5),
        lambda: u.rejection_rate(5, 0),
        lambda: u.dpmo(11, 1, 10),
        lambda: u.sigma_level(2e6),
        lambda: u.rolled_throughput_yield([]),
        lambda: u.ppm(float("nan"), 10),
    ):
        with pytest.raises(BadInput):
            wrong()


@given(st.integers(0, 50), st.integers(1, 200))
def test_yield_and_rejection_are_two_sides(rejected, extra):
    n = rejected + extra
    assert u.rejection_rate(rejected, n) + u.first_pass_yield(
        entered=n, scrapped=rejected, reworked=0
    ) == pytest.approx(1)


def test_capability():
    c = u.process_capability(mean=16, sd=1, lower=10, upper=20)
    assert (round(c.cp, 3), round(c.cpk, 3), round(c.cpm, 3)) == (1.667, 1.333, 1.179)
    # A centred process with Cp = 1 leaves 2,700 per million outside, one with Cpk = 2 two in a billion.
    assert u.process_capability(mean=0, sd=1, lower=-3, upper=3).expected_ppm == pytest.approx(
        2699.8, abs=0.1
    )
    assert u.process_capability(mean=0, sd=1, lower=-6, upper=6).expected_ppm == pytest.approx(
        0.002, abs=1e-4
    )
    one = u.process_capability(mean=5, sd=1, upper=8)
    assert one.cp is None and one.cpk == 1 and one.expected_ppm == pytest.approx(1349.9, abs=0.1)
    rows = np.array([[1.0, 3.0], [2.0, 2.0], [1.0, 2.0]])
    within = u.capability_of(rows, lower=0, upper=4, spread="within")
    assert within.sd == pytest.approx(1.0 / 1.128)
    with pytest.raises(CannotBeSaid):
        u.capability_of([1, 1, 1], lower=0, upper=2)
    with pytest.raises(BadInput):
        u.capability_of([[1, 2], [3]], lower=0, upper=2)
    with pytest.raises(BadInput, match="leave no room"):
        u.process_capability(mean=0, sd=1, lower=2, upper=1)
    with pytest.raises(BadInput):
        u.process_capability(mean=0, sd=1)


@given(st.floats(-5, 5), st.floats(0.1, 3), st.floats(0.1, 5), st.floats(0.1, 5))
def test_cpk_never_beats_cp_and_centring_makes_them_one(mean, sd, left, right):
    c = u.process_capability(mean=mean, sd=sd, lower=mean - left, upper=mean + right)
    assert c.cpk <= c.cp + 1e-9
    centred = u.process_capability(mean=mean, sd=sd, lower=mean - left, upper=mean + left)
    assert centred.cpk == pytest.approx(centred.cp)
    assert centred.cpm == pytest.approx(centred.cp)


def test_rejection_in_process_of_box_1():
    """4-5 % before, 3-4 % after."""
    c = u.rate_change((0.04, 0.05), (0.03, 0.04))
    assert c.relative == pytest.approx(-2 / 9)
    assert (c.extremes.low, c.extremes.high) == (pytest.approx(-0.4), pytest.approx(0.0))


def test_newcombe_printed_interval():
    """Newcombe (1998), method 10: 56/70 against 48/80 gives 0.0524 to 0.3339."""
    c = u.compare_rates((48, 80), (56, 70))
    assert (round(c.low, 4), round(c.high, 4)) == (0.0524, 0.3339)
    # 9/10 against 3/10: 0.1705 to 0.8090 (the same table).
    c = u.compare_rates((3, 10), (9, 10))
    assert (round(c.low, 4), round(c.high, 4)) == (0.1705, 0.8090)
    none = u.compare_rates((0, 40), (0, 50))
    assert none.difference == 0 and none.relative is None and none.p_value == pytest.approx(1)
    with pytest.raises(BadInput, match="not a whole number"):
        u.compare_rates((1.5, 10), (1, 10))


@given(st.integers(0, 30), st.integers(1, 30), st.integers(0, 30), st.integers(1, 30))
def test_interval_holds_the_difference_and_turns_with_it(a, b, c, d):
    one = u.compare_rates((a, a + b), (c, c + d))
    other = u.compare_rates((c, c + d), (a, a + b))
    assert one.low - 1e-12 <= one.difference <= one.high + 1e-12
    assert (one.low, one.high) == (pytest.approx(-other.high), pytest.approx(-other.low))
    assert one.p_value == pytest.approx(other.p_value)


def test_cost_of_quality():
    assert (
        u.cost_of_quality(prevention=1, appraisal=2, internal_failure=3, external_failure=4).share_of_sales
        is None
    )


@given(st.integers(0, 40), st.integers(1, 60), st.integers(0, 40), st.integers(1, 60))
def test_newcombe_against_statsmodels(a, more, c, others):
    """An independent implementation (BSD), method "newcomb" of the difference of two proportions."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    one, two = (a, a + more), (c, c + others)
    found = u.compare_rates(one, two)
    low, high = confint_proportions_2indep(two[0], two[1], one[0], one[1], method="newcomb", compare="diff")
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))
