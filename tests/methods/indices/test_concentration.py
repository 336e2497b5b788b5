"""Concentration: printed vectors (R package REAT, after Farhauer and Kröll), twins and edges."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import indices
from nanduti.methods.values import BadInput, CannotBeSaid


def test_location_quotient_as_printed():
    found = indices.location_quotient(
        industry_here=1714, total_here=79006, industry_all=879213, total_all=15593224
    )
    assert round(found, 7) == 0.3847623


def test_ellison_glaeser_as_printed():
    plants = pl.DataFrame(
        {
            "region": ["Wien"] * 5 + ["Linz"] * 4 + ["Graz"],
            "employment": [200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000],
        }
    )
    found = indices.ellison_glaeser(plants, {"Wien": 500_000, "Linz": 400_000, "Graz": 100_000})
    assert round(found.raw_concentration, 8) == 0.16816327
    assert round(found.plant_herfindahl, 8) == 0.24468878
    assert round(found.gamma, 8) == 0.05990628


def test_spatial_gini_as_printed():
    industry, totals = [500, 500, 1000, 7000, 1000], [20_000, 15_000, 20_000, 40_000, 5_000]
    assert round(indices.spatial_gini(industry, totals), 7) == 0.4068966
    assert indices.locational_gini(industry, totals) == pytest.approx(0.3725, abs=1e-12)


def test_litzenberger_as_printed():
    found = indices.litzenberger(
        employment=(1743, 5740), area=(50, 576), population=(488, 4621), firms=(35, 53)
    )
    assert round(found.cluster_index, 5) == 21.87491
    assert found.cluster_index == pytest.approx(found.density * found.stock / found.plant_size)


JALISCO = {
    "machinery and equipment": (70_732, 2_887),
    "food": (68_227, 2_854),
    "plastics and rubber": (26_216, 662),
    "shoes and leather": (21_123, 1_156),
    "apparel": (20_398, 1_283),
    "chemicals": (18_197, 432),
    "furniture and wood": (16_465, 1_389),
    "minerals and metals": (14_900, 779),
    "textiles": (9_840, 265),
    "publishing and graphic design": (7_815, 796),
    "construction": (6_689, 168),
    "paper": (4_714, 91),
    "petrochemicals": (1_011, 17),
    "others": (12_519, 607),
}


def test_sector_employment_of_jalisco():
    """Lowe (2003), table 1, October 1998; the printed totals 298,846 and 13,386 are met exactly."""
    rows = [(name, jobs, owners) for name, (jobs, owners) in JALISCO.items()]
    d = pl.DataFrame(rows, schema=["sector", "jobs", "owners"], orient="row")
    totals = {"jobs": 298_846, "owners": 13_386}
    found = indices.sector_table(d, employment="jobs", firms="owners", totals=totals)
    by_name = {row["sector"]: row for row in found.iter_rows(named=True)}
    apparel, shoes = by_name["apparel"], by_name["shoes and leather"]
    assert [round(100 * r["jobs_share"], 2) for r in (apparel, shoes)] == [6.83, 7.07]
    assert [round(100 * r["owners_share"], 2) for r in (apparel, shoes)] == [9.58, 8.64]
    assert [round(r["mean_size"], 1) for r in (apparel, shoes)] == [15.9, 18.3]
    with pytest.raises(BadInput, match="printed total is 300000"):
        indices.sector_table(d, employment="jobs", totals={"jobs": 300_000})


def test_location_quotients_against_a_reference_area():
    d = pl.DataFrame({"sector": ["apparel", "others"], "employment": [30, 70]})
    found = indices.sector_table(d, reference={"apparel": 100.0, "others": 900.0})
    assert found["location_quotient"].to_list() == pytest.approx([3.0, 0.7 / 0.9])
    assert indices.sector_table(d, reference={"others": 900.0})["location_quotient"][0] is None


def test_mexican_size_classes():
    """Lowe (2003), table 2: micro to 15, small to 100, medium to 300."""
    bounds = (1, 16, 101, 301)
    assert indices.size_classes([15, 16, 300, 301], bounds=bounds) == ["micro", "small", "medium", "large"]


def test_members_of_aiema_and_market_shares():
    tiers = {"tier 2": 57, "subcontract": 35, "job work": 49, "allied": 23, "partial": 16}
    assert indices.composition(tiers, total=180)["share"].sum() == pytest.approx(1)
    with pytest.raises(BadInput, match=r"adds? up to 180"):
        indices.composition(tiers, total=181)
    parts, residual = indices.shares_with_residual({"a": 49, "b": 18, "c": 12, "d": 12})
    assert residual == pytest.approx(0.09)
    assert parts["a"] == 0.49
    with pytest.raises(BadInput, match="overlap"):
        indices.shares_with_residual({"a": 60, "b": 50})


def test_stars_at_their_edges():
    rows = []
    for k in range(10):
        rows.append((f"r{k}", "shoes", 2000.0 if k == 0 else 1000.0 if k == 1 else 900.0))
        rows.append((f"r{k}", "rest", 8_000.0 if k == 0 else 3_000.0 if k == 1 else 30_000.0))
    d = pl.DataFrame(rows, schema=["region", "industry", "employment"], orient="row")
    stars = indices.cluster_stars(d).filter(pl.col("industry") == "shoes").sort("region")
    assert stars["size_star"].to_list()[:3] == [True, False, False]
    assert stars["focus_star"].to_list()[:3] == [False, True, False]
    assert stars["specialisation_star"].to_list()[:2] == [True, True]
    # Below the minimum employment nothing shines.
    assert stars["stars"].to_list()[2:] == [0] * 8


def test_size_classes():
    assert indices.size_classes([1, 9, 10, 49, 50, 249, 250]) == [
        "micro",
        "micro",
        "small",
        "small",
        "medium",
        "medium",
        "large",
    ]
    with pytest.raises(BadInput, match="below the lowest class"):
        indices.size_classes([0])


counts = st.lists(st.integers(1, 1000), min_size=2, max_size=6)


@settings(deadline=None)
@given(counts, st.integers(2, 9), st.randoms())
def test_ellison_glaeser_invariances(sizes, factor, random):
    regions = [f"r{i % 3}" for i in range(len(sizes))]
    totals = {"r0": 5000.0, "r1": 3000.0, "r2": 2000.0}
    plants = pl.DataFrame({"region": regions, "employment": sizes})
    base = indices.ellison_glaeser(plants, totals).gamma
    mixed = plants.sample(fraction=1, shuffle=True, seed=random.randint(0, 99))
    scaled = plants.with_columns(pl.col("employment") * factor)
    doubled = {r: factor * t for r, t in totals.items()}
    assert indices.ellison_glaeser(mixed, totals).gamma == pytest.approx(base, abs=1e-12)
    assert indices.ellison_glaeser(scaled, doubled).gamma == pytest.approx(base, abs=1e-12)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 50), st.integers(50, 500)), min_size=2, max_size=8))
def test_ginis_lie_between_zero_and_one_and_ignore_order(pairs):
    industry, totals = [p[0] for p in pairs], [p[1] for p in pairs]
    for gini in (indices.spatial_gini, indices.locational_gini):
        found = gini(industry, totals)
        assert -1e-12 <= found < 1
        assert gini(industry[::-1], totals[::-1]) == pytest.approx(found, abs=1e-12)
        assert gini(totals, totals) == pytest.approx(0, abs=1e-12)


def test_spatial_gini_as_mean_difference():
    """A Gini coefficient is half the mean difference over the mean."""
    industry, totals = np.array([5.0, 1, 9, 4]), np.array([50.0, 40, 60, 90])
    q = (industry / industry.sum()) / (totals / totals.sum())
    plain = np.abs(q[:, None] - q[None, :]).mean() / 2 / q.mean()
    assert indices.spatial_gini(industry, totals) == pytest.approx(plain)


def test_quotients_average_to_one_by_region_weight():
    d = pl.DataFrame(
        {"region": ["P", "P", "Q", "Q"], "industry": ["s", "r"] * 2, "employment": [30, 70, 10, 190]}
    )
    q = indices.location_quotients(d).filter(pl.col("industry") == "s")
    weight = np.array([100, 200]) / 300
    assert (weight * q["location_quotient"].to_numpy()).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: indices.location_quotient(industry_here=5, total_here=3, industry_all=9, total_all=99),
            BadInput,
            "is 5",
        ),
        (
            lambda: indices.location_quotient(industry_here=0, total_here=0, industry_all=9, total_all=99),
            CannotBeSaid,
            "no employment",
        ),
        (lambda: indices.herfindahl([]), BadInput, "empty"),
        (lambda: indices.herfindahl([0, 0]), BadInput, "sum to zero"),
        (lambda: indices.spatial_gini([1], [2]), BadInput, "two or more"),
        (lambda: indices.spatial_gini([1, 5], [2, 3]), BadInput, "region 2"),
        (
            lambda: indices.ellison_glaeser(
                pl.DataFrame({"region": ["a"], "employment": [5]}), {"a": 5.0, "b": 4.0}
            ),
            CannotBeSaid,
            "single plant",
        ),
        (
            lambda: indices.ellison_glaeser(pl.DataFrame({"region": ["z"], "employment": [5]}), {"a": 5.0}),
            BadInput,
            "'z'",
        ),
        (
            lambda: indices.litzenberger(employment=(1, 2), area=(0, 2), population=(1, 2), firms=(1, 2)),
            CannotBeSaid,
            "area",
        ),
        (
            lambda: indices.location_quotients(
                pl.DataFrame({"region": ["a"], "industry": ["s"], "employment": [None]})
            ),
            BadInput,
            "'a', 's'",
        ),
    ],
)
def test_what_cannot_be_used(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_an_absent_industry_is_null_not_zero():
    d = pl.DataFrame({"region": ["P", "Q"], "industry": ["s", "s"], "employment": [0, 0]})
    assert indices.location_quotients(d)["location_quotient"].to_list() == [None, None]
