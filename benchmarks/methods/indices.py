"""Speed of the indices room, against plain ways of doing the same and against peers where installed.

``python benchmarks/methods/indices.py`` prints the table. Figures are measured, never asserted. Peers (SALib,
pymcdm) are used when they can be imported and left out otherwise.
"""

from __future__ import annotations

import gzip
import importlib.util
import io
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import linprog

from nanduti.methods import indices

SEED = 20_250_318
_ASEM = Path(__file__).resolve().parents[2] / "tests" / "methods" / "indices" / "data" / "asem"


def median_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median wall-clock time of some runs, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(statistics.median(times), 4)


def peak_mib(work: Callable[[], object]) -> float:
    """Memory held at the worst moment beyond what stood before, as far as NumPy and Python tell."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / 2**20, 1)


def small_index(n_units: int = 50) -> tuple[indices.IndexRecipe, pl.DataFrame, list[object]]:
    """50 units x 30 indicators x 3 levels with twelve doubts, as measured for the peers."""
    stream = np.random.default_rng(SEED)
    codes = [f"i{j:02d}" for j in range(30)]
    data = pl.DataFrame(
        {"unit": [f"u{i:05d}" for i in range(n_units)]}
        | {code: stream.lognormal(0, 1, n_units) for code in codes}
    )
    pillars = [
        {"code": f"p{k}", "children": [{"code": c} for c in codes[5 * k : 5 * k + 5]]} for k in range(6)
    ]
    halves = [{"code": "s0", "children": pillars[:3]}, {"code": "s1", "children": pillars[3:]}]
    steps = (
        indices.Step("treat", {"max_points": 5}),
        indices.Step("normalise", {"method": "minmax", "low": 1, "high": 100}),
        indices.Step("aggregate", {"method": "arithmetic"}),
    )
    recipe = indices.IndexRecipe(
        "bench", "bench", "1", indices.Structure.of({"code": "I", "children": halves}), steps
    )
    scales = [
        {"method": "minmax", "low": 1, "high": 100},
        {"method": "zscore", "mean": 50, "deviation": 8},
        {"method": "rank"},
    ]
    doubts: list[object] = [
        indices.Alternatives("cap", "treat", [{"max_points": k} for k in (0, 2, 5)]),
        indices.Alternatives("scale", "normalise", scales),
        indices.Alternatives("mean", "aggregate", [{"method": "arithmetic"}, {"method": "geometric"}]),
        indices.Omission("left out", [None, *codes]),
    ]
    doubts += [indices.WeightRange(c, 0.5, 1.5) for c in (*(f"p{k}" for k in range(6)), "s0", "s1")]
    return recipe, data, doubts


def uncertainty(n: int = 10_000, n_units: int = 50) -> dict[str, object]:
    """Ranks and their quantiles over many versions of an index; the peer rebuilds the index for each."""
    recipe, data, doubts = small_index(n_units)

    def work() -> object:
        return indices.uncertainty(recipe, data, doubts, n=n, seed=1).summary()

    figures: dict[str, object] = {"seconds": median_seconds(work), "peak_mib": peak_mib(work)}
    if n_units == 50:
        start = time.perf_counter()
        for _ in range(20):
            indices.build(recipe, data)
        figures["peer"] = "the whole index built anew per version (extrapolated)"
        figures["peer_seconds"] = round((time.perf_counter() - start) / 20 * n, 1)
    return figures


def _asem(name: str) -> pl.DataFrame:
    text = gzip.decompress((_ASEM / f"{name}.csv.gz").read_bytes())
    return pl.read_csv(io.BytesIO(text), null_values=["NA", ""], infer_schema_length=None)


def replay() -> dict[str, object]:
    """COINr's 600 runs of 51 units and 49 indicators; how many of the 30,600 ranks are equal."""
    meta = _asem("asem_imeta").filter(pl.col("Type").is_in(["Indicator", "Aggregate"]))
    names = {"weight": "Weight", "direction": "Direction", "denominator": "Denominator"}
    structure = indices.Structure.from_frame(meta, code="iCode", parent="Parent", **names)
    sizes = _asem("asem_idata").select("uCode", "Area", "Energy", "GDP", "Population", "EurAsia_group")
    data = _asem("step_raw").join(sizes, on="uCode", how="left", maintain_order="left")
    steps = (
        indices.Step("denominate"),
        indices.Step("impute", {"method": "group_mean", "group": "EurAsia_group"}),
        indices.Step("screen", {"least_share": 0.9}),
        indices.Step("treat", {"max_points": 5}),
        indices.Step("normalise", {"method": "minmax", "low": 0, "high": 100}),
        indices.Step("aggregate"),
    )
    recipe = indices.IndexRecipe("asem", "ASEM", "1", structure, steps, unit="uCode")
    noisy = _asem("noisy_weights_100").partition_by("rep", maintain_order=True)
    scales = [{"method": "minmax", "low": 1, "high": 100}, {"method": "zscore", "mean": 10, "deviation": 2}]
    doubts = [
        indices.Alternatives("winmax", "treat", [{"max_points": k} for k in range(1, 6)]),
        indices.Alternatives("normalisation", "normalise", scales),
        indices.WeightSets("weights", [dict(zip(d["iCode"], d["Weight"], strict=True)) for d in noisy]),
        indices.Alternatives("aggregation", "aggregate", [{"method": "arithmetic"}, {"method": "geometric"}]),
    ]
    design = _asem("sa_design_600").select(
        pl.col("winmax") - 1,
        (pl.col("normalisation") == "n_zscore").cast(pl.Int64),
        (pl.col("weight_set") - 1).alias("weights"),
        (pl.col("aggregation") == "a_gmean").cast(pl.Int64),
    )

    def work() -> indices.RankUncertainty:
        return indices.replay(recipe, data, doubts, design)

    theirs = _asem("sa_ranks_600").select(f"r_{k}" for k in range(1, 601)).to_numpy().T
    return {
        "seconds": median_seconds(work),
        "equal_ranks": f"{int((work().ranks == theirs).sum())} of {theirs.size}",
        "peer": "COINr 1.1.14 (measured before, R 4.2.2)",
        "peer_seconds": 78.0,
    }


def sobol() -> dict[str, object]:
    """Sobol indices of the rank of each of 50 units, 7,168 runs, 1,000 bootstrap draws."""
    recipe, data, doubts = small_index()

    def work() -> object:
        return indices.sensitivity(recipe, data, doubts, n=512, seed=1, n_resamples=1000)

    figures: dict[str, object] = {"seconds": median_seconds(work, 3)}
    if importlib.util.find_spec("SALib"):
        from SALib.analyze import sobol as analyse

        problem = {"num_vars": 12, "names": [f"v{j}" for j in range(12)], "bounds": [[0, 1]] * 12}
        y = np.random.default_rng(SEED).random((50, 512 * 14))
        start = time.perf_counter()
        for row in y[:10]:
            analyse.analyze(problem, row, calc_second_order=False, num_resamples=1000, seed=1)
        figures["peer"] = "SALib, analysis alone, one output at a time (10 of 50, extrapolated)"
        figures["peer_seconds"] = round((time.perf_counter() - start) * 5, 2)
    return figures


def benefit_of_the_doubt(n: int = 1000, k: int = 10) -> dict[str, object]:
    """Restricted benefit of the doubt; the peer solves each unit's programme from scratch."""
    y = np.random.default_rng(SEED).uniform(size=(n, k))
    data = pl.DataFrame({"unit": [f"u{i}" for i in range(n)]} | {f"x{j}": y[:, j] for j in range(k)})

    def work() -> object:
        return indices.benefit_of_the_doubt(data, around_mean=(0.5, 2.0))

    figures: dict[str, object] = {"seconds": median_seconds(work, 3)}
    eye, mean = np.eye(k), np.full((k, k), 1 / k)
    rows, limits = np.vstack([y, 0.5 * mean - eye, eye - 2 * mean]), np.r_[np.ones(n), np.zeros(2 * k)]
    start = time.perf_counter()
    for i in range(20):
        linprog(-y[i], A_ub=rows, b_ub=limits, method="highs")
    figures["peer"] = "scipy linprog per unit (20, extrapolated)"
    figures["peer_seconds"] = round((time.perf_counter() - start) / 20 * n, 2)
    return figures


def copeland(n: int = 10_000, k: int = 10) -> dict[str, object]:
    """Weighted Copeland scores; the peer compares whole rows in NumPy."""
    stream = np.random.default_rng(SEED)
    x, w = stream.normal(size=(n, k)).round(2), stream.uniform(size=k)
    data = pl.DataFrame({"unit": [f"u{i}" for i in range(n)]} | {f"x{j}": x[:, j] for j in range(k)})

    def work() -> object:
        return indices.copeland(data, weights=w.tolist())

    figures: dict[str, object] = {"seconds": median_seconds(work, 3), "peak_mib": peak_mib(work)}
    start = time.perf_counter()
    for i in range(400):
        lead = np.sign(x[i] - x) @ w
        np.sign(lead).sum()
    figures["peer"] = "NumPy, one row against all (400 rows, extrapolated)"
    figures["peer_seconds"] = round((time.perf_counter() - start) / 400 * n, 2)
    return figures


def build_one() -> dict[str, object]:
    """One index of 50 units and 30 indicators from the raw table to ranks."""
    recipe, data, _ = small_index()
    return {"seconds": median_seconds(lambda: indices.build(recipe, data), 9)}


CASES = [
    ("uncertainty, 50 x 30 x 3 levels, 10,000 versions with ranks and quantiles", "<= 0.15 s", uncertainty),
    ("uncertainty, the same, 100,000 versions", "<= 1 s", lambda: uncertainty(100_000)),
    ("uncertainty, 1,000 units, 10,000 versions", "<= 3 s", lambda: uncertainty(10_000, 1000)),
    ("COINr's 600 runs replayed", "<= 0.1 s, every rank equal", replay),
    ("Sobol indices of every unit's rank, 7,168 runs, 1,000 draws", "<= 1 s", sobol),
    ("benefit of the doubt, restricted, 1,000 x 10", "<= 0.5 s", benefit_of_the_doubt),
    ("benefit of the doubt, restricted, 10,000 x 10", "<= 5 s", lambda: benefit_of_the_doubt(10_000)),
    ("Copeland, weighted, 10,000 x 10", "<= 1.5 s", copeland),
    ("one index from raw table to ranks, 50 x 30", "", build_one),
]


def main() -> None:
    """Print every case."""
    for name, aim, work in CASES:
        figures = ", ".join(f"{k} {v}" for k, v in work().items())
        sys.stdout.write(f"{name} | aim {aim or 'none'} | {figures}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
