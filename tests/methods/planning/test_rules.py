"""Contributions, co-finance, breadth and the rules of the agent's work, each beside a plain twin."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods.planning import (
    CATEGORIES,
    Contribution,
    Participation,
    breadth,
    cda_guard,
    cda_yardsticks,
    cofinance_geometric,
    cofinance_linear,
    cofinance_verdict,
    gini,
    in_kind,
    joint_benefit,
    local_share,
    local_share_over_time,
    newcomers_over_time,
    no_show,
    representation,
    time_out_verdict,
)
from nanduti.methods.planning.cda_guard import CATALYTIC, REFUSED
from nanduti.methods.values import BadInput, Money, Period

# --- contributions

AMOUNTS = st.lists(st.tuples(st.integers(0, 1000), st.booleans(), st.integers(2007, 2010)), max_size=8)


@given(AMOUNTS)
def test_local_share_against_the_twin(rows):
    given_ = [
        Contribution(f"c{i}", "cash", is_local, Money(n, "EUR"), date(year, 6, 1))
        for i, (n, is_local, year) in enumerate(rows)
    ]
    share = local_share(given_, currency="EUR")
    total = sum(n for n, _, _ in rows)
    local = sum(n for n, is_local, _ in rows if is_local)
    assert share.total.amount == total and share.local.amount == local
    assert share.share == (pytest.approx(local / total) if total else None)
    years = [Period(date(y, 1, 1), date(y + 1, 1, 1)) for y in range(2007, 2011)]
    by_year = local_share_over_time(given_, years, currency="EUR")
    assert sum(s.total.amount for s in by_year) == total


def test_what_is_not_valued_or_dated_is_counted_beside():
    rows = [Contribution("isf", "premises", True), Contribution("unido", "cash", False, Money(5, "EUR"))]
    share = local_share(rows, currency="EUR", period=Period(date(2008, 1, 1), date(2009, 1, 1)))
    assert share.share is None and share.n_undated == 2
    everything = local_share(rows, currency="EUR")
    assert everything.n_unvalued == 1 and everything.share == 0 and everything.local_cash_share is None


def test_currencies_need_a_rate():
    rows = [
        Contribution("isf", "time", True, Money(1000, "INR")),
        Contribution("u", "cash", False, Money(10, "EUR")),
    ]
    with pytest.raises(BadInput, match="how many EUR one INR"):
        local_share(rows, currency="EUR")
    assert local_share(rows, currency="EUR", rates={"INR": Decimal("0.01")}).share == 0.5


def test_contributions_refuse_bad_input():
    with pytest.raises(BadInput, match="not a kind"):
        Contribution("x", "smiles", True)
    with pytest.raises(BadInput, match="negative"):
        Contribution("x", "cash", True, Money(-1, "EUR"))
    with pytest.raises(BadInput):
        in_kind(-1, Money(1, "EUR"))


# --- co-finance


@given(st.floats(0, 1), st.floats(0.01, 1), st.integers(1, 30))
def test_linear_cofinance_declines_to_zero(start, step, n):
    path = [cofinance_linear(k, start=start, step=step) for k in range(1, n + 1)]
    assert all(a >= b for a, b in pairwise(path))
    twin = [max(0.0, start - step * k) for k in range(n)]
    assert path == pytest.approx(twin, abs=1e-12)
    assert cofinance_linear(int(start / step) + 3, start=start, step=step) == 0


@given(st.floats(0, 1), st.floats(0.01, 0.99), st.integers(1, 10))
def test_geometric_cofinance_ends(start, ratio, ends_after):
    path = [
        cofinance_geometric(k, start=start, ratio=ratio, ends_after=ends_after)
        for k in range(1, ends_after + 2)
    ]
    assert cofinance_verdict(path).decision == "yes"
    assert path[:-1] == pytest.approx([start * ratio**k for k in range(ends_after)])


def test_cofinance_refusals():
    with pytest.raises(BadInput, match="for ever"):
        cofinance_linear(1, start=0.5, step=0.1, floor=0.1)
    assert cofinance_linear(4, start=0.5, step=0.1, floor=0.3, ends_after=4) == 0.3
    assert cofinance_linear(5, start=0.5, step=0.1, floor=0.3, ends_after=4) == 0
    for bad in (
        {"start": 2, "step": 0.1},
        {"start": 0.5, "step": 0},
        {"start": 0.5, "step": 0.1, "floor": 0.6},
    ):
        with pytest.raises(BadInput):
            cofinance_linear(1, **bad)
    with pytest.raises(BadInput):
        cofinance_linear(0, start=0.5, step=0.1)
    with pytest.raises(BadInput):
        cofinance_geometric(1, start=0.5, ratio=1, ends_after=3)
    with pytest.raises(BadInput):
        cofinance_verdict([])
    assert cofinance_verdict([0.5, 0.5]).reasons[0].code == "never_ends"
    assert cofinance_verdict([0.2, 0.3, 0]).reasons[0].code == "rises"


# --- breadth


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12))
def test_gini_against_mean_differences(counts):
    n, total = len(counts), sum(counts)
    if not total:
        assert gini(counts) is None
        return
    differences = sum(abs(a - b) for a in counts for b in counts)
    assert gini(counts) == pytest.approx(differences / (2 * n * total))
    assert gini([3 * c for c in counts]) == pytest.approx(gini(counts))


SEEN = st.lists(
    st.builds(
        Participation,
        st.sampled_from("abcde"),
        st.sampled_from("123456"),
        st.none() | st.dates(date(2008, 1, 1), date(2010, 12, 31)),
        st.sampled_from(["micro", "small", ""]),
    ),
    max_size=15,
)


@given(SEEN)
def test_breadth_against_the_twin(rows):
    pairs = {(r.organisation, r.activity) for r in rows}
    firms = {o for o, _ in pairs}
    b = breadth(rows, population=10)
    assert (b.n_participations, b.n_organisations) == (len(pairs), len(firms))
    assert b.reach_share == len(firms) / 10
    if pairs:
        assert b.newcomers_share == len(firms) / len(pairs)
        most = max(sum(o == f for o, _ in pairs) for f in firms)
        assert b.top_share == most / len(pairs)
        assert sum(b.by_size.values()) == pytest.approx(1)
    else:
        assert b.gini is None and b.top_share is None and b.newcomers_share is None


@given(SEEN)
def test_every_dated_firm_is_new_once(rows):
    years = [Period(date(y, 1, 1), date(y + 1, 1, 1)) for y in (2008, 2009, 2010)]
    found = newcomers_over_time(rows, years)
    assert sum(n.n_newcomers for n in found) == len({r.organisation for r in rows if r.on})
    assert all(n.n_newcomers <= n.n_organisations for n in found)
    assert {n.n_undated for n in found} == {sum(r.on is None for r in rows)}


def test_a_population_smaller_than_the_participants_is_refused():
    with pytest.raises(BadInput):
        breadth([Participation("a", "1"), Participation("b", "1")], population=1)
    with pytest.raises(BadInput):
        gini([-1, 2])


# --- joint benefit, guard


def test_joint_benefit_accepts_justifies_refuses():
    assert joint_benefit("collective", n_beneficiaries=20).decision == "yes"
    assert joint_benefit("collective", n_beneficiaries=1).decision == "flag"
    assert joint_benefit("individual", spillover="  ").decision == "no"
    assert joint_benefit("individual", spillover="draws investors").decision == "flag"
    assert joint_benefit("unknown").decision == "flag"
    for bad in ({"benefit": "fun"}, {"benefit": "collective", "n_beneficiaries": -1}):
        with pytest.raises(BadInput):
            joint_benefit(**bad)


@pytest.mark.parametrize("role", sorted(CATALYTIC))
def test_the_agent_may_be_a_catalyst_but_not_pay(role):
    assert cda_guard(role, payer="isf").decision == "yes"
    assert cda_guard(role, payer="cda").decision == "no"
    assert cda_guard(role, agent="maria", provider="maria").decision == "no"


@pytest.mark.parametrize("role", sorted(REFUSED))
def test_the_agent_may_not(role):
    verdict = cda_guard(role)
    assert verdict.decision == "no" and verdict.remedy and verdict.source.place


def test_an_unknown_role_is_looked_at():
    assert cda_guard("sing").decision == "flag"
    assert len(cda_guard("provide_service", payer="cda", provider="cda").reasons) == 2


@pytest.mark.parametrize("provides", sorted(REFUSED))
def test_what_the_agent_would_provide_is_named(provides):
    (reason,) = cda_guard("convene", provider="cda", provides=[provides]).reasons
    assert reason.code == provides
    assert len(cda_guard(provides, provider="cda", provides=[provides]).reasons) == 1
    assert cda_guard("convene", provider="clri", provides=[provides]).decision == "yes"


def test_what_nobody_has_said_points_at_nobody():
    assert cda_guard() is None and cda_guard(payer="isf", provider="clri") is None
    assert cda_guard(payer="cda").decision == cda_guard(provider="cda").decision == "no"
    with pytest.raises(BadInput):
        cda_guard("convene", provides=["advice"])


# --- no-show

MARKS = st.lists(st.sampled_from(["present", "late", "excused", "absent"]), max_size=10)


@given(MARKS)
def test_no_show_against_the_twin(record):
    counted = "".join("A" if m == "absent" else "P" for m in record if m != "excused")
    triggered = counted.endswith("AA") or counted.count("A") >= 3
    assert no_show(record).decision == ("flag" if triggered else "yes")


@given(MARKS)
def test_one_more_absence_never_calms(record):
    if no_show(record).decision == "flag":
        assert no_show([*record, "absent"]).decision == "flag"


def test_no_show_refuses_bad_marks():
    with pytest.raises(BadInput, match="session 2"):
        no_show(["present", "sleeping"])
    with pytest.raises(BadInput):
        no_show([], in_a_row=0)


# --- time-outs

DAY = date(2003, 6, 1)


def test_time_outs():
    assert time_out_verdict(DAY, scheduled=[]).decision == "yes"
    assert time_out_verdict(DAY, scheduled=[DAY]).decision == "yes"
    assert time_out_verdict(DAY + timedelta(days=31), scheduled=[DAY]).decision == "flag"
    assert time_out_verdict(DAY + timedelta(days=31), scheduled=[DAY], held=[DAY]).decision == "yes"
    assert time_out_verdict(DAY, scheduled=[], turns=[DAY]).reasons[0].code == "turn_unreviewed"
    assert time_out_verdict(DAY, scheduled=[], turns=[DAY], held=[DAY - timedelta(days=60)]).decision == "yes"
    assert time_out_verdict(DAY, scheduled=[], on_hold=True).decision == "no"
    with pytest.raises(BadInput):
        time_out_verdict(DAY, scheduled=[], window_days=-1)


def test_one_review_answers_for_one_schedule_only():
    twice = [DAY, DAY + timedelta(days=10)]
    verdict = time_out_verdict(DAY + timedelta(days=90), scheduled=twice, held=[DAY])
    assert [r.details["day"] for r in verdict.reasons] == [DAY + timedelta(days=10)]


# --- yardsticks, representation


def test_yardsticks_say_what_they_cannot():
    y = cda_yardsticks(
        n_activities=0,
        n_linked_to_vision=0,
        n_collective=0,
        n_benefit_known=0,
        n_newcomers=0,
        n_participants=0,
        local_share=0.4,
    )
    assert y.vision_focus.score is None and y.cost_share.score == 0.4
    with pytest.raises(BadInput, match="vision_focus: 3 of 2"):
        cda_yardsticks(
            n_activities=2,
            n_linked_to_vision=3,
            n_collective=0,
            n_benefit_known=0,
            n_newcomers=0,
            n_participants=0,
            local_share=None,
        )


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_representation_against_the_twin(a, more, b, others):
    r = representation("g", n_in_forum=a, n_forum=a + more, n_in_cluster=b, n_cluster=b + others)
    if a + more == 0 or b == 0:
        assert r.ratio is None and r.verdict.decision == "flag"
    else:
        twin = (a / (a + more)) / (b / (b + others))
        assert r.ratio == pytest.approx(twin)
        assert r.verdict.decision == ("flag" if r.ratio < 0.8 else "yes")


def test_representation_refuses_more_than_all():
    with pytest.raises(BadInput, match="the forum"):
        representation(CATEGORIES[0], n_in_forum=3, n_forum=2, n_in_cluster=1, n_cluster=2)
    empty = representation("g", n_in_forum=0, n_forum=3, n_in_cluster=0, n_cluster=0)
    assert empty.verdict.reasons[0].code == "no_census"
