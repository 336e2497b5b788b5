"""Sums of deals for a committee: whole lots only, so that no view and no two views tell what a few deals came to."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.indicators.safe import LEAST
from nanduti.plans.models import ActionPlan
from nanduti.results import queries
from nanduti.results.sums import safe_sums
from nanduti.twinning.models import Linkage, Twinning
from tests.support.example import CODE

JULY = date(2011, 7, 31)
DAY = date(2008, 1, 1)


def deals(n, cluster=1, first=DAY):
    return [(cluster, first + timedelta(days=i), Decimal(10) ** i, "EUR") for i in range(n)]


@pytest.mark.parametrize(("n", "n_told"), [(0, 0), (4, 0), (5, 5), (9, 5), (10, 10)])
def test_only_whole_lots_are_told(n, n_told):
    found = safe_sums(deals(n))
    assert found.total == ({"EUR": sum(Decimal(10) ** i for i in range(n_told))} if n_told else {})
    assert found.n_left_out == n - n_told


@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["EUR", "INR"])), max_size=40), st.integers(0, 40)
)
def test_no_two_views_differ_by_fewer_than_a_lot(kinds, cut):
    """Amounts are powers of two, so that every sum tells which deals are in it."""
    held = [(c, DAY + timedelta(days=i), Decimal(2) ** i, cur) for i, (c, cur) in enumerate(kinds)]
    views = []
    for shown in (held, held[:cut]):
        found = safe_sums(shown)
        views += [{cur: found.by_cluster.get(c, {}).get(cur, 0) for cur in ("EUR", "INR")} for c in (1, 2, 3)]
        views.append({cur: found.total.get(cur, 0) for cur in ("EUR", "INR")})
    for one in views:
        for other in views:
            for currency in ("EUR", "INR"):
                inside = bin(int(one[currency])).count("1")
                apart = bin(abs(int(one[currency]) ^ int(other[currency]))).count("1")
                assert inside % LEAST == 0 and apart % LEAST == 0


@pytest.fixture
def dealt(example):
    plan = ActionPlan.objects.get(code="leather")
    pair = Twinning.objects.get(emerging=plan.cluster)
    for n in range(LEAST + 1):
        Linkage.objects.create(
            programme=example, scope=plan.scope, from_type="firm", to_type="firm", label="x", code=f"s{n}",
            from_cluster=pair.emerging, to_cluster=pair.advanced, kind="outsourcing", stage="closed",
            amount=Decimal(1000 + n), currency="EUR", signed=f"{n + 1} May 2010",
        )  # fmt: skip
    return example


@pytest.mark.django_db
def test_a_committee_sees_sums_and_nobody_below_it_any(dealt, visit):
    def told(who, **asked):
        answer = visit(who).get(f"/api/programmes/{CODE}/results", {"as_of": "2011-07-31", **asked}).json()
        return answer, next(row for row in answer["outcomes"] if row["code"] == "outsourcing_agreements")

    whole = sum(Decimal(1000 + n) for n in range(LEAST + 1))
    answer, row = told("coordinator")
    assert Decimal(row["total"]["money"]["EUR"]) == whole and answer["n_deals_in_no_sum"] is None
    answer, row = told("committee")
    lot = sum(Decimal(1000 + n) for n in range(LEAST))
    assert Decimal(row["total"]["money"]["EUR"]) == lot and answer["n_deals_in_no_sum"] == 1
    assert not any(cell.get("money") for cell in row["by_year"].values())
    assert row["total"]["value"] == LEAST + 1
    _answer, row = told("committee", as_of="2010-05-03")
    assert row["total"]["money"] == {} and row["total"]["value"] == 3
    assert "money" not in str(told("researcher")[1])
    page = visit("committee").get(f"/p/{CODE}/results/").content.decode()
    assert "5,010" in page and "6,015" not in page and "1 deal stands in no sum yet" in page


@pytest.mark.django_db
def test_what_has_no_date_is_counted_only_once_it_has_certainly_happened(example):
    from nanduti.plans import actions as plans

    values = {"kind": "new_market_identified", "label": "A market", "reached_on": ""}
    plans.reach_milestone(programme=example, cluster=None, values=values, by="test")

    def markets(day):
        rows = queries.table_as_dict(queries.result_table(programme=example, as_of=day))["outputs"]
        return next(row for row in rows if row["code"] == "new_markets")["total"]

    assert (markets(JULY)["value"], "n_date_not_known" in markets(JULY)) == (1, False)
    assert (markets(JULY - timedelta(days=1))["value"], markets(DAY)["n_date_not_known"]) == (0, 1)


@pytest.mark.django_db
def test_while_lists_are_kept_from_day_to_day_it_counts_from_the_day_it_was_written_down(example):
    from nanduti.plans import actions as plans
    from nanduti.plans.models import Milestone

    ActionPlan.objects.filter(programme=example).update(status_as_of=None)
    values = {"kind": "new_market_identified", "label": "A market", "reached_on": ""}
    row = plans.reach_milestone(programme=example, cluster=None, values=values, by="test")
    Milestone.objects.filter(pk=row.pk).update(created_at="2010-03-04T12:00:00Z")
    for day, expected in ((date(2010, 3, 3), 0), (date(2010, 3, 4), 1)):
        table = queries.result_table(programme=example, as_of=day)
        assert next(r for r in table.rows if r.indicator.code == "new_markets").total.value == expected
