"""Gaps, priorities, Pareto and curricula."""

from xml.etree import ElementTree

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import upgrading as u
from nanduti.methods.values import BadInput, CannotBeSaid


def test_benchmark_gaps_keep_what_is_unknown():
    data = pl.DataFrame(
        {
            "metric": ["pairs", "rejects", "water", "zero"],
            "own": [350 / 60, 0.045, None, 3.0],
            "benchmark": [800 / 30, 0.03, 12.0, 0.0],
            "direction": [1, -1, -1, -1],
            "unit_of_measure": ["pairs", "share", "litres", "pieces"],
        }
    )
    table = u.benchmark_gaps(data)
    assert table["gap"].to_list() == pytest.approx([800 / 30 - 350 / 60, 0.015, None, 3.0])
    assert table["ratio"].to_list() == pytest.approx([4.5714286, 1.5, None, None])
    assert table["gap_share"].to_list()[3] is None and "unit_of_measure" in table.columns
    with pytest.raises(BadInput, match="not 1 or -1"):
        u.benchmark_gaps(data.with_columns(direction=pl.lit(0)))
    with pytest.raises(BadInput, match="holds no numbers"):
        u.benchmark_gaps(data.with_columns(own=pl.lit("many")))
    with pytest.raises(BadInput, match="not in the table"):
        u.benchmark_gaps(data.drop("own"))


def test_excellence_gap():
    g = u.excellence_gap({"a": 90, "b": None}, {"a": 70, "b": 70})
    assert g.total == 0 and g.n_unscored == 1
    assert u.excellence_gap({}, {"a": 70}).total is None
    with pytest.raises(BadInput, match="has no target"):
        u.excellence_gap({"c": 1}, {"a": 70})


firms = st.lists(
    st.tuples(
        st.sampled_from("abcd"), st.sampled_from("xyz"), st.one_of(st.none(), st.floats(0, 100)),
        st.floats(0, 3), st.floats(0, 1),
    ),
    min_size=1, max_size=12, unique_by=lambda r: r[:2],
)  # fmt: skip


@given(firms, st.randoms())
def test_priorities_against_a_slow_loop_in_any_order(rows, random):
    names = ["firm", "criterion", "gap", "weight", "willingness"]
    schema = dict.fromkeys(names[:2], pl.String) | dict.fromkeys(names[2:], pl.Float64)
    table = u.group_priorities(pl.DataFrame(rows, schema=schema, orient="row"))
    plain = {}
    for _, criterion, gap, weight, willing in rows:
        plain.setdefault(criterion, None)
        if gap is not None:
            plain[criterion] = (plain[criterion] or 0.0) + gap * weight * willing
    assert dict(table.select("criterion", "priority").iter_rows()) == pytest.approx(plain)
    shuffled = list(rows)
    random.shuffle(shuffled)
    again = u.group_priorities(pl.DataFrame(shuffled, schema=schema, orient="row"))
    assert again.equals(table)


def test_priorities_refuse():
    d = pl.DataFrame({"firm": ["a", "a"], "criterion": ["x", "x"], "gap": [1.0, 2.0]})
    with pytest.raises(BadInput, match="twice"):
        u.group_priorities(d)
    with pytest.raises(BadInput, match="negative"):
        u.group_priorities(d.head(1).with_columns(gap=pl.lit(-1.0)))
    with pytest.raises(BadInput, match="between 0 and 1"):
        u.group_priorities(d.head(1).with_columns(willingness=pl.lit(2.0)))


@pytest.mark.parametrize(
    ("practice", "performance", "region"),
    [(80, 80, "world_class"), (60, 95, "contender"), (75, 40, "promising"), (40, 75, "vulnerable"),
     (10, 10, "could_do_better")],
)  # fmt: skip
def test_regions_of_practice_and_performance(practice, performance, region):
    assert u.practice_performance(practice, performance).region == region


losses = st.lists(st.one_of(st.none(), st.integers(0, 50).map(float)), min_size=1, max_size=9)


@given(losses, st.sampled_from([0.5, 0.8, 1.0]))
def test_vital_few_are_the_fewest(values, until):
    data = pl.DataFrame({"cause": [f"c{k}" for k in range(len(values))], "loss": values},
                        schema={"cause": pl.String, "loss": pl.Float64})  # fmt: skip
    known = sorted((v for v in values if v is not None), reverse=True)
    if not sum(known):
        with pytest.raises(CannotBeSaid):
            u.pareto(data)
        return
    found = u.pareto(data, until=until)
    # Slowly: take the largest until the share is reached.
    taken, n = 0.0, 0
    while taken < until * sum(known) - 1e-6 * sum(known):
        taken, n = taken + known[n], n + 1
    assert len(found.vital_few) == n
    assert found.reached == pytest.approx(taken / sum(known)) and found.n_unknown == values.count(None)
    assert found.causes.height == len(values)


def test_pareto_of_frequency_and_cost_and_refusals():
    d = pl.DataFrame({"cause": ["a", "b"], "frequency": [10, 1], "cost": [1.0, 30.0]})
    assert u.pareto(d).causes["cause"].to_list() == ["b", "a"]
    assert u.pareto(pl.DataFrame({"cause": ["x", "y"], "loss": [3.0, 3.0]})).gini == 0
    with pytest.raises(BadInput, match="twice"):
        u.pareto(pl.DataFrame({"cause": ["a", "a"], "loss": [1.0, 2.0]}))
    with pytest.raises(BadInput, match="not in the table"):
        u.pareto(pl.DataFrame({"cause": ["a"], "frequency": [1]}))


def test_five_modules_from_a_list_of_mistakes():
    errors = pl.DataFrame(
        {
            "error": ["seam", "loop", "cut", "size", "style", "shift", "odd"],
            "module": ["stitching", "linking", "cutting", "cutting", "design", "supervision", None],
            "frequency": [100, 40, 30, 20, 10, 5, None],
            "cost": [1.0, 2.0, 2.0, 1.5, 2.0, 2.0, 1.0],
        }
    )
    c = u.curriculum(errors, cover=0.8)
    assert c.chosen == ("stitching", "cutting", "linking")
    assert c.coverage == pytest.approx((100 + 90 + 80) / 300)
    assert c.n_unknown == 1 and c.without_module == ()
    assert c.modules["errors"].to_list()[1] == ["cut", "size"]


def test_pareto_picture_says_what_the_figures_say():
    losses = {"cause": [f"<{k}> & co" for k in range(20)], "loss": [float(20 - k) for k in range(20)]}
    root = ElementTree.fromstring(u.pareto_picture(u.pareto(pl.DataFrame(losses)), title="Loss"))
    bars = root.findall("{*}rect")[1:]
    assert len(bars) == 12
    heights = [float(b.get("height")) for b in bars]
    assert sum(heights) == pytest.approx(360 - 44 - 92, abs=1)
    assert heights[:11] == sorted(heights[:11], reverse=True)
    assert "% of the loss" in root.find("{*}desc").text
