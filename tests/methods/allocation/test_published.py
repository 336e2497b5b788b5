"""Printed and published figures, to the last digit."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nanduti.methods import allocation as a
from nanduti.methods.values import Money


def test_the_rule_of_the_module():
    makers = pl.DataFrame(
        {"firm": ["a", "b", "c"], "free_capacity": [600, 500, 300], "performance": [0.9, 0.8, 0.5]}
    )
    shared = a.share_order(1000, makers)
    assert [f.weight for f in shared.firms] == [540, 400, 150]
    assert shared.quantities == {"a": 495, "b": 367, "c": 138}


# The three marriage contracts of the Mishna, as Aumann and Maschler (1985) print them.
@pytest.mark.parametrize(
    ("estate", "awards"),
    [(100, ["100/3", "100/3", "100/3"]), (200, [50, 75, 75]), (300, [50, 100, 150])],
)
def test_talmud(estate, awards):
    got = a.divide_claims(estate, {"1": 100, "2": 200, "3": 300}, method="talmud")
    assert list(got.values()) == [Fraction(x) for x in awards]


def test_contested_garment_and_random_arrival():
    assert a.divide_claims(1, {"one": 1, "two": Fraction(1, 2)}, method="talmud") == {
        "one": Fraction(3, 4),
        "two": Fraction(1, 4),
    }
    # O'Neill (1982) after Ibn Ezra: an estate of 120 claimed whole, by half, a third and a quarter.
    got = a.divide_claims(120, {"a": 120, "b": 60, "c": 40, "d": 30}, method="random_arrival")
    assert sum(got.values()) == 120
    assert got["d"] < got["c"] < got["b"] < got["a"]


VOTES = {
    "Yellows": 47_000,
    "Whites": 16_000,
    "Reds": 15_900,
    "Greens": 12_000,
    "Blues": 6_000,
    "Pinks": 3_100,
}


# A table that many texts print: 100,000 votes, ten seats.
@pytest.mark.parametrize(
    ("method", "seats"),
    [
        ("largest_remainder", [5, 2, 1, 1, 1, 0]),
        ("droop", [5, 2, 2, 1, 0, 0]),
        ("dhondt", [5, 2, 2, 1, 0, 0]),
        ("sainte_lague", [4, 2, 2, 1, 1, 0]),
    ],
)
def test_ten_seats(method, seats):
    assert list(a.apportion(10, VOTES, method=method).values()) == [
        dict(zip(VOTES, seats, strict=True))[k] for k in sorted(VOTES)
    ]


def test_the_house_of_1790():
    """The first apportionment of the United States, 105 seats (Balinski and Young 1982, tables of appendix B)."""
    people = {
        "Connecticut": 236841, "Delaware": 55540, "Georgia": 70835, "Kentucky": 68705, "Maryland": 278514,
        "Massachusetts": 475327, "New Hampshire": 141822, "New Jersey": 179570, "New York": 331589,
        "North Carolina": 353523, "Pennsylvania": 432879, "Rhode Island": 68446, "South Carolina": 206236,
        "Vermont": 85533, "Virginia": 630560,
    }  # fmt: skip
    jefferson = a.apportion(105, people, method="jefferson")
    assert (jefferson["Virginia"], jefferson["Delaware"], jefferson["Massachusetts"]) == (19, 1, 14)
    assert sum(jefferson.values()) == 105
    hamilton = a.apportion(105, people, method="hamilton")
    assert (hamilton["Virginia"], hamilton["Delaware"], hamilton["Massachusetts"]) == (18, 2, 14)


def test_the_airport():
    """Littlechild and Owen (1973): each pays its part of every stretch it uses."""
    cost = {"a": 12.0, "b": 20.0, "c": 33.0, "d": 60.0}
    value = a.shapley(list(cost), lambda s: max(cost[p] for p in s))
    assert value["a"] == pytest.approx(3)
    assert value["b"] == pytest.approx(3 + 8 / 3)
    assert value["c"] == pytest.approx(3 + 8 / 3 + 13 / 2)
    assert value["d"] == pytest.approx(3 + 8 / 3 + 13 / 2 + 27)


@pytest.mark.parametrize("estate", [100, 200, 300])
def test_the_nucleolus_of_a_bankruptcy_is_the_talmud(estate):
    """Aumann and Maschler (1985), theorem A."""
    claims = {"1": 100, "2": 200, "3": 300}

    def worth(group):
        return max(0, estate - sum(c for k, c in claims.items() if k not in group))

    shares = a.nucleolus(list(claims), lambda s: -worth(s))
    rule = a.divide_claims(estate, claims, method="talmud")
    for k in claims:
        assert -shares[k] == pytest.approx(float(rule[k]), abs=1e-6)


def test_the_glove_game():
    """One left glove, two right ones: the value is 2/3, 1/6, 1/6, the core gives all to the left glove."""

    def worth(group):
        return float("l" in group and len(group) > 1)

    value = a.shapley(["l", "r1", "r2"], lambda s: -worth(s))
    assert [-value[k] for k in ("l", "r1", "r2")] == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    core = a.nucleolus(["l", "r1", "r2"], lambda s: -worth(s))
    assert [-core[k] for k in ("l", "r1", "r2")] == pytest.approx([1, 0, 0], abs=1e-6)
    assert a.objection(["l", "r1", "r2"], lambda s: -worth(s), value) is not None


def test_jain():
    """Jain, Chiu and Hawe (1984): k of n served alike give k/n."""
    even = a.fairness({"a": 1, "b": 1, "c": 0, "d": 0}, dict.fromkeys("abcd", 1))
    assert even.jain == 0.5
    assert a.fairness(dict.fromkeys("abc", 7), dict.fromkeys("abc", 10)).jain == pytest.approx(1)


def test_graham_1969():
    """Longest task first on three machines meets its worst ratio, 11 against 9 (Graham 1969)."""
    hours = [5, 5, 4, 4, 3, 3, 3]
    table = pl.DataFrame({"task": [f"t{k}" for k in range(7)]} | dict.fromkeys(("a", "b", "c"), hours))
    assert max(a.divide_tasks(table, method="longest_first").loads.values()) == 11
    best = a.divide_tasks(table)
    assert max(best.loads.values()) == 9
    assert best.status == "optimal"
    assert best.bound == pytest.approx(9)


def test_the_booth_agrees_with_the_study_of_pooled_projects():
    from nanduti.methods import feasibility

    for costs, rate, months, n in ((1010, 0.06, 2, 10), (999.99, 0.05, 3, 7), (500, 0.0, 0, 3)):
        study = feasibility.pooled_project(
            costs=costs, income=1200, n_firms=n, most_per_firm=1e9, deposit_rate=rate, months=months
        )
        plan = a.plan_pool(
            Money(str(costs), "MXN"), {f"f{i}": 1 for i in range(n)}, income=Money(1200, "MXN"),
            deposit_rate=rate, months=months,
        )  # fmt: skip
        assert float(plan.interest.amount) == pytest.approx(study.interest, abs=0.011)
        assert float(plan.surplus.amount) == pytest.approx(study.surplus, abs=0.011)
        for part in plan.contributions.values():
            assert float(part.amount) == pytest.approx(study.contribution_per_firm, abs=0.011)
        assert (plan.verdict.decision == "yes") == study.is_viable
        assert plan.pool.amount + plan.interest.amount >= Decimal(str(costs)) - Decimal("0.01")


def test_refund_of_the_systems_page():
    """(C + interest + surplus) × share, row 154."""
    entries = [a.FundEntry(date(2024, 1, 1), "contribution", x, m) for m, x in (("a", 300), ("b", 100))]
    entries += [a.FundEntry(date(2024, 3, 1), "use", 380), a.FundEntry(date(2024, 3, 1), "income", 500)]
    s = a.settle_pool(
        entries, currency="MXN", closed_on=date(2024, 3, 1), deposit_rate="0.06", convention="30/360",
        interest_by="by_amount",
    )  # fmt: skip
    assert s.interest.amount == Decimal("4.00")
    assert s.refund.amount == Decimal("524.00")
    assert [m.refund.amount for m in s.members] == [Decimal("393.00"), Decimal("131.00")]


def facility_folder() -> Path:
    default = Path(__file__).parents[3].parent / "shared" / "data"
    return Path(os.environ.get("NANDUTI_REFERENCE_DATA", default)) / "sscflp-orlib" / "Lib_1"


@pytest.mark.parametrize("number", [1, 2, 4, 6])
def test_facility_instances_with_known_optimum(number):
    """Delmaire's single-source instances: a customer is a product that goes whole to one firm."""
    folder = facility_folder()
    if not folder.is_dir():
        pytest.skip("the facility instances are not on this machine (they carry no licence to copy)")
    numbers = (folder / f"p{number}").read_text().split()
    m, k = int(numbers[0]), int(numbers[1])
    v = np.array(numbers[2:], dtype=float)
    cost = v[2 * m + k : 2 * m + k + m * k].reshape(k, m).T
    firms, products = [f"f{i:03d}" for i in range(m)], [f"p{j:03d}" for j in range(k)]
    found = a.allocate_order(
        pl.DataFrame({"product": products, "quantity": v[2 * m : 2 * m + k]}),
        pl.DataFrame({"firm": firms, "free_capacity": v[:m], "joining_cost": v[m : 2 * m]}),
        pl.DataFrame({"firm": np.repeat(firms, k), "product": np.tile(products, m), "setup_cost": cost.ravel()}),
        rules=[{"rule": "single_source"}], gap=0, time_limit=100,
    )  # fmt: skip
    assert found.status == "optimal"
    assert found.cost == pytest.approx(int((folder / "os").read_text().split()[number - 1]))
