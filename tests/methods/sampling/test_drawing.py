"""Draws: fair, repeatable by strangers, and fit for estimation."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter

import numpy as np
import polars as pl
import pytest

from nanduti.methods import sampling
from nanduti.methods.values import BadInput


@pytest.fixture(scope="module")
def firms():
    """Sixty firms in three towns and twelve streets, with jobs."""
    stream = np.random.default_rng(3)
    return pl.DataFrame(
        {
            "firm": [f"F-{i:03d}" for i in range(60)],
            "town": [("Luque", "Pilar", "Ypane")[i % 3] for i in range(60)],
            "street": [f"S{i % 12}" for i in range(60)],
            "jobs": stream.integers(1, 40, 60),
        }
    )


def test_a_stranger_repeats_the_draw_with_the_standard_library_alone(firms):
    draw = sampling.draw_stratified(firms, unit="firm", strata="town", n=12, seed="número 48213")
    chosen = []
    for town in sorted({row["town"] for row in firms.to_dicts()}):
        units = [row["firm"] for row in firms.to_dicts() if row["town"] == town]
        key = "número 48213".encode()
        ranked = sorted(units, key=lambda u: hmac.new(key, f"unit\x1f{u}".encode(), hashlib.sha256).digest())
        chosen += sorted(ranked[:4])
    assert draw.sample["firm"].to_list() == chosen
    lines = sorted(f"{row['firm']}\t{row['town']}\n" for row in firms.to_dicts())
    assert draw.certificate.list_digest == hashlib.sha256("".join(lines).encode()).hexdigest()


DRAWS = {
    "draw_simple": {"n": 7, "n_reserves": 3},
    "draw_stratified": {"strata": ["town"], "n": {"Luque": 2, "Pilar": 3, "Ypane": 0}},
    "draw_systematic": {"n": 9, "order_by": "jobs"},
    "draw_pps": {"n": 8, "size": "jobs", "strata": "town"},
    "draw_clusters": {"cluster": "street", "n_clusters": 4, "take": 3},
}


@pytest.mark.parametrize("name", DRAWS)
def test_certificates_travel_and_verify(firms, name):
    draw = getattr(sampling, name)(firms, unit="firm", seed=17, **DRAWS[name])
    certificate = sampling.Certificate.from_json(draw.certificate.to_json())
    assert certificate == draw.certificate
    assert certificate.verify(firms.sample(fraction=1.0, shuffle=True, seed=4)).allows
    assert certificate.rerun(firms).sample.equals(draw.sample)
    fewer = certificate.verify(firms.head(58))
    assert not fewer.allows and "58 units now, 60 then" in fewer.say()
    forged = sampling.Certificate(**{**vars(certificate), "result_digest": "0" * 64})
    assert "units drawn differ" in forged.verify(firms).say()
    assert str(draw.sample.height) in certificate.say()


def test_reserves_come_next_in_rank(firms):
    short = sampling.draw_simple(firms, unit="firm", n=5, seed="x", n_reserves=2)
    longer = sampling.draw_simple(firms, unit="firm", n=7, seed="x")
    assert set(longer.sample["firm"]) == set(short.sample["firm"]) | set(short.reserves["firm"])


def test_every_firm_has_its_chance_over_many_seeds(firms):
    runs = 1500
    simple, pps, two_stage = Counter(), Counter(), Counter()
    for seed in range(runs):
        simple.update(sampling.draw_simple(firms, unit="firm", n=6, seed=seed).sample["firm"])
        if seed < 800:
            pps.update(sampling.draw_pps(firms, unit="firm", size="jobs", n=6, seed=seed).sample["firm"])
            two_stage.update(
                sampling.draw_clusters(
                    firms, unit="firm", cluster="street", n_clusters=3, take=2, seed=seed
                ).sample["firm"]
            )
    shares = np.array([simple[f] / runs for f in firms["firm"]])
    assert abs(shares - 0.1).max() < 4.5 * (0.1 * 0.9 / runs) ** 0.5
    wanted = 6 * firms["jobs"].to_numpy() / firms["jobs"].sum()
    shares = np.array([pps[f] / 800 for f in firms["firm"]])
    assert (abs(shares - wanted) < 4.5 * np.sqrt(wanted * (1 - wanted) / 800) + 1e-9).all()
    shares = np.array([two_stage[f] / 800 for f in firms["firm"]])
    assert abs(shares - 3 / 12 * 2 / 5).max() < 4.5 * (0.1 * 0.9 / 800) ** 0.5


def test_draws_feed_estimation_without_bias(firms):
    truth = firms["jobs"].sum()
    values = {"stratified": [], "pps": [], "clusters": []}
    for seed in range(300):
        sample = sampling.draw_stratified(firms, unit="firm", strata="town", n=12, seed=seed).sample
        design = sampling.SurveyDesign(sample, strata="town", weights="sampling_weight", fpc="population")
        values["stratified"].append(design.total("jobs").value)
        sample = sampling.draw_clusters(
            firms, unit="firm", cluster="street", n_clusters=4, take=3, seed=seed
        ).sample
        design = sampling.SurveyDesign(
            sample, psu=["street", "firm"], weights="sampling_weight", fpc=["population", "population_in_psu"]
        )
        values["clusters"].append(design.total("jobs").value)
        sample = sampling.draw_pps(firms, unit="firm", size="jobs", n=12, seed=seed).sample
        values["pps"].append(float((sample["sampling_weight"] * sample["jobs"]).sum()))
    for name, found in values.items():
        error = np.std(found) / len(found) ** 0.5
        assert abs(np.mean(found) - truth) <= 4 * error + 1e-6, name
    # With size itself as answer, chances proportional to size know the total exactly.
    assert np.std(values["pps"]) < 1e-9


def test_systematic_draws_spread_over_the_order(firms):
    sample = sampling.draw_systematic(firms, unit="firm", n=6, seed=2, order_by="jobs").sample
    ranks = firms.sort("jobs", "firm").with_row_index("rank").join(sample, on="firm")["rank"].sort()
    assert all(9 <= gap <= 11 for gap in ranks.diff().drop_nulls())


def test_firms_larger_than_the_step_are_taken_for_certain():
    firms = pl.DataFrame({"firm": ["a", "b", "c", "d"], "jobs": [1000, 3, 2, 1]})
    sample = sampling.draw_pps(firms, unit="firm", size="jobs", n=2, seed=1).sample
    assert dict(sample.select("firm", "inclusion_share").rows())["a"] == 1.0
    assert sample.height == 2
    assert "population" not in sample.columns


@pytest.mark.parametrize(
    ("change", "more", "says"),
    [
        ({}, {"n": 61}, "the list has 60 units, fewer than the 61 to draw"),
        ({}, {"n": -1}, "is not a whole number"),
        ({}, {"n": True}, "is not a whole number"),
        ({}, {"n": 3, "seed": " "}, "seed is empty"),
        ({"firm": pl.lit("F")}, {"n": 3}, "stands twice"),
        ({"firm": pl.lit(1.5)}, {"n": 3}, "Identifiers are text or whole numbers"),
        ({"sampling_weight": pl.lit(1)}, {"n": 3}, "would be overwritten"),
    ],
)
def test_refusals(firms, change, more, says):
    with pytest.raises(BadInput, match=says):
        sampling.draw_simple(firms.with_columns(**change), unit="firm", **({"seed": 1} | more))


def test_refusals_of_strata_and_sizes(firms):
    with pytest.raises(BadInput, match="has no number to draw"):
        sampling.draw_stratified(firms, unit="firm", strata="town", n={"Luque": 1}, seed=1)
    with pytest.raises(BadInput, match="is not on the list"):
        sampling.draw_stratified(
            firms, unit="firm", strata="town", n={"Luque": 1, "Pilar": 1, "Ypane": 1, "Lima": 1}, seed=1
        )
    with pytest.raises(BadInput, match="A size is zero or more"):
        sampling.draw_pps(firms.with_columns(jobs=-1), unit="firm", size="jobs", n=2, seed=1)
    with pytest.raises(BadInput, match="A cluster has one size"):
        sampling.draw_clusters(firms, unit="firm", cluster="street", n_clusters=2, size="jobs", seed=1)
    with pytest.raises(BadInput, match="cannot be read"):
        sampling.Certificate.from_json("{}")


def test_coverage_of_products_and_sizes():
    firms = pl.DataFrame(
        {
            "firm": range(8),
            "makes": ["bags", "bags gloves", "gloves", "soles", "bags", "soles bags", "gloves", "wallets"],
            "size": ["micro", "small", "micro", "small", "micro", "micro", "small", "small"],
        }
    ).with_columns(pl.col("makes").str.split(" "))
    found = sampling.choose_covering(firms, unit="firm", product="makes", size="size", seed="s")
    assert found.n_short == 0 and found.coverage["is_covered"].all()
    # Plain search: no smaller set of firms sees every cell.
    import itertools

    cells = {f: {(p, s) for p in m} for f, m, s in firms.rows()}
    everything = set().union(*cells.values())
    fewest = next(
        k
        for k in range(1, 9)
        if any(set().union(*(cells[f] for f in c)) == everything for c in itertools.combinations(cells, k))
    )
    assert len(found.firms) == fewest
    again = sampling.choose_covering(firms.reverse(), unit="firm", product="makes", size="size", seed="s")
    assert again.firms == found.firms
    two = sampling.choose_covering(
        firms, unit="firm", product="makes", size="size", seed="s", least=2, taken=[0]
    )
    table = two.coverage
    assert (table["n_sampled"] >= table.select(pl.min_horizontal(2, "n_listed")).to_series()).all()
    partial = sampling.choose_covering(firms, unit="firm", product="makes", size="size", seed="s", n_most=1)
    assert len(partial.firms) == 1 and partial.n_short > 0
    with pytest.raises(BadInput, match="not on the list"):
        sampling.product_size_coverage(firms, [99], unit="firm", product="makes", size="size")
    with pytest.raises(BadInput, match="is missing"):
        sampling.product_size_coverage(
            firms.with_columns(size=pl.lit(None, pl.String)), [1], unit="firm", product="makes", size="size"
        )
