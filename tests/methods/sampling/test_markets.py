"""Market monitoring: visit days are what counts."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from nanduti.methods import sampling
from nanduti.methods.values import BadInput, CannotBeSaid


@pytest.fixture
def visits():
    """Four weeks, five days each, ten stalls a day; suspicion rises."""
    stream = np.random.default_rng(11)
    rows = []
    for week in range(1, 5):
        for day in range(5):
            p = stream.beta(3, 7) + 0.08 * (week - 1)
            rows += [
                (week, day, s, bool(stream.random() < p), ("north", "south")[day % 2]) for s in range(10)
            ]
    return pl.DataFrame(rows, schema=["week", "day", "stall", "fake", "market"], orient="row")


def test_share_by_hand(visits):
    week = visits.filter(pl.col("week") == 1)
    shares = week.group_by("day").agg(pl.col("fake").mean())["fake"].to_numpy()
    found = sampling.market_share(week, visit="day", suspect="fake")
    assert found.value == pytest.approx(shares.mean())
    se = shares.std(ddof=1) / math.sqrt(5)
    assert found.se == pytest.approx(se)
    half = 2.7764451051977987 * se / (found.value * (1 - found.value))
    centre = math.log(found.value / (1 - found.value))
    assert found.high == pytest.approx(1 / (1 + math.exp(-centre - half)))


def test_counts_per_visit_say_the_same_as_stalls(visits):
    week = visits.filter(pl.col("week") == 2)
    counts = week.group_by("day").agg(fakes=pl.col("fake").sum(), seen=pl.len())
    a = sampling.market_share(week, visit="day", suspect="fake")
    b = sampling.market_share(counts, visit="day", suspect="fakes", checked="seen")
    assert (a.value, a.se, a.low, a.high) == pytest.approx((b.value, b.se, b.low, b.high))


def test_monitor_series_and_bulletin(visits):
    found = sampling.market_monitor(visits, period="week", visit="day", suspect="fake", market="market")
    assert found.periods["period"].to_list() == [1, 2, 3, 4]
    assert found.periods["n_visits"].to_list() == [5] * 4
    assert found.trend is not None and found.trend.n == 20
    assert "points per period" in found.say()
    shuffled = sampling.market_monitor(
        visits.sample(fraction=1.0, shuffle=True, seed=1),
        period="week",
        visit="day",
        suspect="fake",
        market="market",
    )
    assert_frame_equal(shuffled.periods, found.periods)


def test_estimated_number_of_suspect_goods():
    # Stratified total by hand: T = Σ N_h·mean_h over two markets.
    visits = pl.DataFrame(
        {
            "week": [1] * 8,
            "day": ["a", "a", "b", "b", "c", "c", "d", "d"],
            "market": ["north"] * 4 + ["south"] * 4,
            "fakes": [3, 1, 0, 2, 8, 6, 9, 5],
            "seen": [10] * 8,
        }
    )
    found = sampling.market_monitor(
        visits, period="week", visit="day", suspect="fakes", checked="seen", market="market",
        stall_days={"north": 100, "south": 40},
    ).periods.row(0, named=True)  # fmt: skip
    assert found["total"] == pytest.approx(100 * 1.5 + 40 * 7)
    days = {"north": [4 * 25, 2 * 25], "south": [14 * 10, 14 * 10]}
    variance = sum(2 * np.var(t, ddof=1) for t in days.values())
    assert found["total_se"] == pytest.approx(math.sqrt(variance))
    assert 0 < found["total_low"] < found["total"] < found["total_high"]


def test_visits_needed_give_the_margin(visits):
    row = sampling.market_monitor(visits, period="week", visit="day", suspect="fake", aim=0.1).periods.row(
        0, named=True
    )
    days = row["n_visits"] + row["visits_needed"]
    from scipy.stats import t

    spread = row["se"] ** 2 * row["n_visits"]
    assert t.ppf(0.975, days - 1) * math.sqrt(spread / days) <= 0.1


def test_one_visit_day_none_and_all():
    one = sampling.market_monitor(
        pl.DataFrame(
            {"w": [1, 1, 2, 2, 2, 3], "d": [1, 1, 2, 3, 4, 5], "f": [1, 0, 0, 0, 0, 0], "n": [5, 5, 4, 4, 4, 0]}
        ),
        period="w", visit="d", suspect="f", checked="n",
    )  # fmt: skip
    first, second, third = one.periods.to_dicts()
    assert first["low"] is None and "one visit day" in first["reason"]
    assert second["share"] == 0 and second["low"] == 0
    # Three days without a find: the exact binomial limit with three observations.
    assert second["high"] == pytest.approx(1 - 0.025 ** (1 / 3))
    assert third["share"] is None and third["reason"] == "nothing was looked at"
    assert one.trend is None
    assert any(w.code == "market.unanimous" for w in one.warnings)


def test_a_market_visited_once_is_joined_with_the_others(visits):
    some = visits.filter((pl.col("week") == 1) & ((pl.col("market") == "north") | (pl.col("day") == 1)))
    found = sampling.market_share(some, visit="day", suspect="fake", market="market")
    assert found.df == 3 and found.warnings[0].code == "market.taken_together"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"fake": pl.lit(3)}, "3 suspect of 1 looked at"),
        ({"fake": pl.lit(-1)}, "-1 suspect"),
        ({"fake": pl.lit(None, pl.Int64)}, "is missing"),
    ],
)
def test_bad_counts(visits, change, says):
    with pytest.raises(BadInput, match=says):
        sampling.market_share(visits.with_columns(**change), visit="day", suspect="fake")


def test_bad_stall_days(visits):
    with pytest.raises(BadInput, match="has 3 stall-days but"):
        sampling.market_monitor(visits, period="week", visit="day", suspect="fake", stall_days=3)
    with pytest.raises(BadInput, match="has no stall-days"):
        sampling.market_monitor(
            visits, period="week", visit="day", suspect="fake", market="market", stall_days={"north": 500}
        )
    with pytest.raises(BadInput, match="one number for several markets"):
        sampling.market_monitor(
            visits, period="week", visit="day", suspect="fake", market="market", stall_days=500
        )
    with pytest.raises(CannotBeSaid, match="nothing was looked at"):
        sampling.market_share(visits.with_columns(n=0, f=0), visit="day", suspect="f", checked="n")


def test_kappa_of_a_printed_table():
    # Cohen (1960): 200 cases, proportions .44 .05 .01 / .07 .20 .03 / .09 .05 .06; kappa .492.
    cells = [[88, 10, 2], [14, 40, 6], [18, 10, 12]]
    a = [i for i in range(3) for j in range(3) for _ in range(cells[i][j])]
    b = [j for i in range(3) for j in range(3) for _ in range(cells[i][j])]
    found = sampling.observer_agreement(pl.DataFrame({"a": a, "b": b}), "a", "b")
    assert round(found.kappa, 3) == 0.492
    assert found.agreement == pytest.approx(0.70)
    same = sampling.observer_agreement(pl.DataFrame({"a": [1, 1, None], "b": [1, 1, 1]}), "a", "b")
    assert same.kappa is None and same.n_missing == 1


@pytest.mark.parametrize(("share", "icc", "days"), [(0.3, 0.10, 8), (0.1, 0.15, 16)])
def test_intervals_cover(share, icc, days):
    """Reduced form of the simulation in the benchmarks (2,000 runs there)."""
    stream = np.random.default_rng(5)
    a, b = share * (1 - icc) / icc, (1 - share) * (1 - icc) / icc
    inside = 0
    for _ in range(400):
        found = stream.binomial(25, stream.beta(a, b, days))
        visits = pl.DataFrame({"d": range(days), "f": found, "n": [25] * days})
        low, high = sampling.market_share(visits, visit="d", suspect="f", checked="n").interval
        inside += low <= share <= high
    assert 0.91 <= inside / 400 <= 0.98
