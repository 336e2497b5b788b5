"""The 600-run sensitivity analysis of the ASEM example, replayed run by run."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from nanduti.methods import indices


@pytest.fixture(scope="module")
def doubts(asem):
    noisy = asem("noisy_weights_100").partition_by("rep", maintain_order=True)
    sets = [dict(zip(one["iCode"], one["Weight"], strict=True)) for one in noisy]
    return [
        indices.Alternatives("Winmax", "treat", [{"max_points": k} for k in range(1, 6)]),
        indices.Alternatives(
            "Normalisation",
            "normalise",
            [{"method": "minmax", "low": 1, "high": 100}, {"method": "zscore", "mean": 10, "deviation": 2}],
        ),
        indices.WeightSets("Weights", sets),
        indices.Alternatives("Aggregation", "aggregate", [{"method": "arithmetic"}, {"method": "geometric"}]),
    ]


@pytest.fixture(scope="module")
def design(asem):
    return asem("sa_design_600").select(
        (pl.col("winmax") - 1).alias("Winmax"),
        (pl.col("normalisation") == "n_zscore").cast(pl.Int64).alias("Normalisation"),
        (pl.col("weight_set") - 1).alias("Weights"),
        (pl.col("aggregation") == "a_gmean").cast(pl.Int64).alias("Aggregation"),
    )


@pytest.fixture(scope="module")
def replayed(asem_recipe, asem_data, doubts, design):
    return indices.replay(asem_recipe, asem_data, doubts, design)


def test_all_600_times_51_ranks_are_equal(asem, replayed):
    theirs = asem("sa_ranks_600")
    assert list(replayed.units) == theirs["uCode"].to_list()
    assert replayed.nominal.tolist() == theirs["Nominal"].to_list()
    runs = theirs.select(f"r_{k}" for k in range(1, 601)).to_numpy().T
    assert (replayed.ranks == runs).all()


def test_sensitivity_indices(asem, replayed):
    """The reference's intervals are random bootstrap draws of its own and are met only roughly."""
    found = indices.sensitivity_of(replayed, n=100, n_resamples=500, seed=1, centred=False)
    theirs = asem("sa_sensitivity")
    assert np.abs(found.shift.first[:, 0] - theirs["Si"].to_numpy()).max() < 1e-14
    assert np.abs(found.shift.total[:, 0] - theirs["STi"].to_numpy()).max() < 1e-14
    frame = found.frame()
    assert np.abs(frame["first_high"].to_numpy() - theirs["Si_q95"].to_numpy()).max() < 0.15
    assert found.unit_frame().height == 51 * 4


def test_rank_statistics(asem, replayed):
    """The reference summarises the first 2 x 100 runs, the two base samples."""
    mine = indices.sensitivity_of(replayed, n=100).uncertainty.summary()
    theirs = asem("ua_rankstats")
    pairs = {"nominal_rank": "Nominal", "mean_rank": "Mean", "median_rank": "Median"}
    for one, other in (pairs | {"rank_q5": "Q5", "rank_q95": "Q95"}).items():
        assert np.abs(mine[one].to_numpy() - theirs[other].to_numpy()).max() < 1e-12


def test_sobol_estimates_on_a_fixed_design(asem):
    runs = asem("sobol_design_ishigami_N256_d3")["y"].to_numpy()
    found = indices.sobol_indices(runs, n=256, names=["V1", "V2", "V3"])
    theirs = asem("sobol_estimates_ishigami_N256_d3")
    assert np.abs(found.first[:, 0] - theirs["Si"].to_numpy()).max() < 1e-14
    assert np.abs(found.total[:, 0] - theirs["STi"].to_numpy()).max() < 1e-14


def test_sobol_indices_of_a_function_with_a_known_answer():
    """Ishigami and Homma (1990): S = .3139 .4424 0, total = .5576 .4424 .2437."""
    rng = np.random.default_rng(2)
    u = indices.radial_design(8192, 3, rng)
    x = np.pi * (2 * u - 1)
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    found = indices.sobol_indices(y, n=8192, names="abc")
    assert found.first[:, 0] == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert found.total[:, 0] == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)


def test_centring_aims_at_the_same_and_is_less_noisy():
    rng = np.random.default_rng(8)
    found = {True: [], False: []}
    for _ in range(60):
        u = indices.radial_design(64, 2, rng, "uniform")
        y = 30 + 2 * u[:, 0] + u[:, 1]
        for centred, kept in found.items():
            kept.append(indices.sobol_indices(y, n=64, names="ab", centred=centred).first[0, 0])
    assert np.mean(found[True]) == pytest.approx(0.8, abs=0.05)
    assert np.std(found[True]) < np.std(found[False]) / 5


def test_one_run_by_the_slow_way(asem_recipe, asem_data, doubts, design, replayed):
    """The engine against rebuilding the whole index for a few runs."""
    names = [d.name for d in doubts]
    for run in (0, 123, 599):
        row = dict(zip(names, (int(v) for v in design.row(run)), strict=True))
        changes = {d.step: d.options[row[d.name]] for d in doubts if isinstance(d, indices.Alternatives)}
        slow = indices.build(asem_recipe.changed(changes, weights=doubts[2].sets[row["Weights"]]), asem_data)
        assert slow.results["score"].to_numpy() == pytest.approx(replayed.scores[run], rel=1e-12)
        assert slow.results["rank"].to_list() == replayed.ranks[run].tolist()
