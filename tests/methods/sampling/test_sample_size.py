"""Sizes of samples: textbook figures, and that they do what they promise."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from nanduti.methods import sampling
from nanduti.methods.values import BadInput, CannotBeSaid


@pytest.mark.parametrize(
    ("population", "n"), [(100, 80), (500, 218), (1000, 278), (5000, 357), (100_000, 383), (None, 385)]
)
def test_the_usual_table_for_five_points(population, n):
    # Krejcie and Morgan (1970), Educational and Psychological Measurement 30, 607–610, to rounding.
    assert abs(sampling.sample_size_proportion(0.05, population=population).n - n) <= 1


def test_response_and_census():
    found = sampling.sample_size_proportion(0.05, population=300, design_effect=2, response_share=0.8)
    assert (found.n, found.n_approach, found.is_census) == (300, 300, True)
    found = sampling.sample_size_mean(2.0, sd=10, response_share=0.5)
    assert (found.n, found.n_approach) == (97, 194)


@pytest.mark.parametrize("take", [1, 5, 25])
def test_clusters_needed_keep_the_promise(take):
    n = sampling.clusters_needed(0.06, take=take, icc=0.08, share=0.4)
    spread = 0.24 * sampling.cluster_design_effect(take, 0.08) / take
    from scipy.stats import t

    assert t.ppf(0.975, n - 1) * math.sqrt(spread / n) <= 0.06
    assert t.ppf(0.975, n - 2) * math.sqrt(spread / (n - 1)) > 0.06
    assert sampling.clusters_needed(0.06, take=take, icc=0.08, share=0.4, population=n) < n


def test_best_take_is_the_cheapest():
    def variance_for(take, budget=10_000):
        clusters = budget / (90 + take)
        return sampling.cluster_design_effect(take, 0.1) / (clusters * take)

    assert min(range(1, 100), key=variance_for) == pytest.approx(
        sampling.best_take(0.1, cost_per_cluster=90, cost_per_unit=1), abs=1
    )


def test_neyman_allocation_beats_all_neighbours():
    sizes, sd = {"a": 300, "b": 500, "c": 80}, {"a": 4.0, "b": 1.0, "c": 9.0}
    found = sampling.allocate(60, sizes, method="neyman", sd=sd)

    def variance(take):
        return sum(sizes[h] ** 2 * sd[h] ** 2 / take[h] for h in sizes)

    for more in sizes:
        for less in sizes:
            if more != less:
                other = found | {more: found[more] + 1, less: found[less] - 1}
                assert variance(found) <= variance(other) + 1e-6


def test_full_strata_pass_their_rest_on():
    assert sampling.allocate(20, {"tiny": 3, "big": 100}, method="equal") == {"tiny": 3, "big": 17}


def test_intraclass_correlation_finds_what_was_put_in():
    stream = np.random.default_rng(1)
    cluster = np.repeat(np.arange(800), 6)
    y = math.sqrt(0.2) * stream.normal(size=800)[cluster] + math.sqrt(0.8) * stream.normal(size=4800)
    found = sampling.intraclass_correlation(pl.DataFrame({"y": y, "c": cluster}), "y", "c")
    assert found == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize(
    "call",
    [
        lambda: sampling.sample_size_proportion(0.0),
        lambda: sampling.sample_size_proportion(0.05, share=1.0),
        lambda: sampling.sample_size_proportion(0.05, response_share=0),
        lambda: sampling.sample_size_proportion(0.05, population=0),
        lambda: sampling.sample_size_mean(1, sd=0),
        lambda: sampling.sample_size_proportion(0.05, level=95),
        lambda: sampling.cluster_design_effect(0, 0.1),
        lambda: sampling.clusters_needed(0.05, 5, 0.1),
        lambda: sampling.clusters_needed(0.05, 5, 0.1, share=0),
        lambda: sampling.clusters_needed(0, 5, 0.1, share=0.5),
        lambda: sampling.best_take(0, cost_per_cluster=1, cost_per_unit=1),
        lambda: sampling.allocate(3, {"a": 2}),
        lambda: sampling.allocate(3, {}),
        lambda: sampling.allocate(5, {"a": 9}, method="best"),
        lambda: sampling.allocate(5, {"a": 9}, method="neyman"),
        lambda: sampling.allocate(5, {"a": 9}, method="neyman", sd={"a": 0}),
    ],
)
def test_refusals(call):
    with pytest.raises(BadInput):
        call()


def test_what_cannot_be_said():
    with pytest.raises(CannotBeSaid, match="at least two clusters"):
        sampling.intraclass_correlation(pl.DataFrame({"y": [1, 2], "c": [1, 1]}), "y", "c")
    with pytest.raises(CannotBeSaid, match="all answers are equal"):
        sampling.intraclass_correlation(pl.DataFrame({"y": [1, 1, 1], "c": [1, 1, 2]}), "y", "c")
    with pytest.raises(CannotBeSaid, match="more than a million"):
        sampling.clusters_needed(1e-7, 5, 0.1, share=0.5)
