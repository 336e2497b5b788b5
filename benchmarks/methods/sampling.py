"""Speed of the sampling room, and how often its intervals cover the truth in simulation.

``python benchmarks/methods/sampling.py`` runs the speed cases; add ``coverage`` for the simulations (some
minutes). Figures are measured, never asserted.
"""

from __future__ import annotations

import importlib.util
import math
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from nanduti.methods import sampling

SEED = 20_250_307


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


def million(words: bool = False) -> pl.DataFrame:
    """A million rows in 100 strata and 20,000 PSUs, with four groups."""
    stream = np.random.default_rng(SEED)
    psu = stream.integers(0, 20_000, 1_000_000)
    frame = pl.DataFrame(
        {
            "psu": psu,
            "stratum": psu % 100,
            "w": stream.uniform(1, 3, len(psu)),
            "y": stream.normal(size=len(psu)) + psu % 7,
            "group": stream.integers(0, 4, len(psu)),
        }
    )
    if words:
        frame = frame.with_columns(
            psu=pl.format("district-{}", "psu"), stratum=pl.format("region-{}", "stratum")
        )
    return frame


def _design(frame: pl.DataFrame) -> sampling.SurveyDesign:
    return sampling.SurveyDesign(frame, strata="stratum", psu="psu", weights="w")


def _mean_and_total(frame: pl.DataFrame) -> tuple[float | None, float | None]:
    design = _design(frame)
    return design.mean("y").se, design.total("y").se


def mean_and_total() -> dict[str, object]:
    """Mean and total of a million rows, the design built anew, beside svy where it is installed."""
    frame = million()
    ours = lambda: _mean_and_total(frame)  # noqa: E731
    return {"seconds": median_seconds(ours), "peak_mib": peak_mib(ours), **_peer(frame, ours())}


def _peer(frame: pl.DataFrame, ours: tuple[float | None, float | None]) -> dict[str, object]:
    if importlib.util.find_spec("svy") is None:
        return {"peer": "svy (not installed)"}
    import svy

    def theirs() -> tuple[float, float]:
        sample = svy.Sample(frame, svy.Design(stratum="stratum", psu="psu", wgt="w"))
        return sample.estimation.mean("y").estimates[0].se, sample.estimation.total("y").estimates[0].se

    seconds, errors = median_seconds(theirs, 3), theirs()
    apart = max(abs(a / b - 1) for a, b in zip(ours, errors, strict=True) if a is not None)
    return {"peer": f"svy {svy.__version__}", "peer_seconds": seconds, "largest_relative_difference": apart}


def mean_and_total_words() -> dict[str, object]:
    """The same from text columns."""
    frame = million(words=True)
    return {"seconds": median_seconds(lambda: _mean_and_total(frame))}


def by_groups() -> dict[str, object]:
    """Mean by four groups, the design built anew."""
    frame = million()
    return {"seconds": median_seconds(lambda: _design(frame).by("y", "group"))}


def bootstrap_weights() -> dict[str, object]:
    """500 bootstrap replicates of 2,000 PSUs and a mean of 100,000 rows."""
    frame = million().head(100_000).with_columns(pl.col("psu") % 2000)
    frame = frame.with_columns(stratum=pl.col("psu") % 100)
    design = _design(frame)
    return {
        "seconds": median_seconds(
            lambda: design.replicate_weights("bootstrap", replicates=500, seed=1).mean("y"), 3
        )
    }


def draw_stratified() -> dict[str, object]:
    """3,000 of 100,000 units drawn in 72 strata, with certificate."""
    units = pl.DataFrame({"unit": range(100_000), "stratum": [i % 72 for i in range(100_000)]})
    return {
        "seconds": median_seconds(
            lambda: sampling.draw_stratified(units, unit="unit", strata="stratum", n=3000, seed="s"), 3
        )
    }


def gile_estimate() -> dict[str, object]:
    """Gile's estimate with 500 bootstrap replicates, 500 respondents of 1,000."""
    ties, holds = known_network(1000, SEED)
    people = recruit(ties, np.random.default_rng(SEED), n=500, n_seeds=10)
    recruited = as_recruitment(people, holds, ties)
    return {
        "seconds": median_seconds(
            lambda: sampling.rds_estimates(recruited, "holds", "SS", population=1000, seed=1), 3
        )
    }


# --- simulations ---------------------------------------------------------------------------------------


def market_coverage(
    days: int, share: float, icc: float, stalls: int = 25, runs: int = 2000
) -> dict[str, object]:
    """Coverage of the 95 % interval of a share from market days whose true shares follow a beta law."""
    stream = np.random.default_rng(SEED)
    a, b = share * (1 - icc) / icc, (1 - share) * (1 - icc) / icc
    inside = told = 0
    for _ in range(runs):
        found = stream.binomial(stalls, stream.beta(a, b, days))
        visits = pl.DataFrame({"day": range(days), "found": found, "looked": [stalls] * days})
        low, high = sampling.market_share(visits, visit="day", suspect="found", checked="looked").interval
        told += low is not None
        inside += low is not None and high is not None and low <= share <= high
    return {"coverage": inside / runs, "told": told / runs}


def few_clusters_coverage(
    clusters: int, correction: str | None, runs: int = 2000, uneven: bool = True
) -> dict[str, object]:
    """Coverage of the 95 % interval of a mean, clusters of very different size, ICC 0.15."""
    stream = np.random.default_rng(SEED)
    inside = 0
    for _ in range(runs):
        size = np.maximum(2, stream.poisson(stream.gamma(2, 7.5, clusters) if uneven else 15, clusters))
        cluster = np.repeat(np.arange(clusters), size)
        y = math.sqrt(0.15) * stream.normal(size=clusters)[cluster] + math.sqrt(0.85) * stream.normal(
            size=len(cluster)
        )
        design = sampling.SurveyDesign(pl.DataFrame({"c": cluster, "y": y}), psu="c", weights=1.0)
        low, high = design.mean("y", correction=correction).interval
        inside += low is not None and high is not None and low <= 0 <= high
    return {"coverage": inside / runs}


def known_network(n: int, seed: int, share: float = 0.2) -> tuple[list[np.ndarray], np.ndarray]:
    """A network of n firms in which a share holds a property, knows more peers and prefers its like."""
    stream = np.random.default_rng(seed)
    holds = np.arange(n) < round(share * n)
    pull = stream.gamma(4, 1 / 4, n) * np.where(holds, 1.7, 1.0)
    like = np.where(holds[:, None] == holds[None, :], 1.0, 0.35)
    chance = np.outer(pull, pull) * like
    chance *= 7 * n / chance.sum()
    met = np.triu(stream.random((n, n)) < chance, 1)
    met |= met.T
    return [np.flatnonzero(row) for row in met], holds


def reference_network(name: str) -> tuple[list[np.ndarray], np.ndarray] | None:
    """A known population of the RDS reference data, if that folder is at hand."""
    home = Path(__file__).resolve().parents[2]
    root = Path(os.environ.get("NANDUTI_REFERENCE_DATA", home.parent / "shared" / "data")) / "rds-reference"
    if not root.exists():
        return None
    nodes = pl.read_csv(root / f"{name}_population_nodes.csv")
    ties = pl.read_csv(root / f"{name}_population_ties.csv")
    place = {v: i for i, v in enumerate(nodes["vertex.names"].to_list())}
    peers: list[list[int]] = [[] for _ in place]
    for a, b in ties.rows():
        peers[place[a]].append(place[b])
        peers[place[b]].append(place[a])
    return [np.array(p, dtype=np.int64) for p in peers], nodes["disease"].to_numpy() == 1


def recruit(
    ties: list[np.ndarray],
    stream: np.random.Generator,
    *,
    n: int,
    n_seeds: int,
    coupons: int = 2,
    seeds_from: np.ndarray | None = None,
) -> list[tuple[int, int]]:
    """Chains of recruitment on a network: (unit, recruiter or −1), in the order of entry."""
    can = np.array([len(t) > 0 for t in ties])
    start = np.flatnonzero(can if seeds_from is None else can & seeds_from)
    queue = [(int(s), -1) for s in stream.choice(start, n_seeds, replace=False)]
    used = {s for s, _ in queue}
    at = 0
    while len(queue) < n:
        if at == len(queue):
            fresh = int(stream.choice([i for i in np.flatnonzero(can) if i not in used]))
            queue.append((fresh, -1))
            used.add(fresh)
            continue
        one = queue[at][0]
        at += 1
        free = [int(t) for t in ties[one] if int(t) not in used]
        for peer in stream.permutation(free)[:coupons]:
            if len(queue) < n:
                queue.append((int(peer), one))
                used.add(int(peer))
    return queue


def as_recruitment(
    people: list[tuple[int, int]], holds: np.ndarray, ties: list[np.ndarray]
) -> sampling.Recruitment:
    """The chains as the room takes them."""
    table = pl.DataFrame(
        {
            "id": [f"u{u}" for u, _ in people],
            "by": [None if r < 0 else f"u{r}" for _, r in people],
            "knows": [len(ties[u]) for u, _ in people],
            "holds": [bool(holds[u]) for u, _ in people],
        },
        schema_overrides={"by": pl.String},
    )
    return sampling.recruitment(table, id="id", recruiter="by", degree="knows")


def rds_coverage(
    network: tuple[list[np.ndarray], np.ndarray],
    n: int,
    n_seeds: int,
    *,
    method: str = "SS",
    population: int | None = None,
    biased_seeds: bool = False,
    runs: int = 1000,
) -> dict[str, object]:
    """Coverage, bias and error of an RDS estimate on a known network."""
    ties, holds = network
    stream, truth = np.random.default_rng(SEED), float(holds.mean())
    inside, values, errors = 0, [], []
    for run in range(runs):
        people = recruit(ties, stream, n=n, n_seeds=n_seeds, seeds_from=holds if biased_seeds else None)
        found = sampling.rds_estimates(
            as_recruitment(people, holds, ties),
            "holds",
            method,
            population=population,
            replicates=200,
            seed=run,
        )
        row = found.of("true") if "true" in found.table["category"].to_list() else found.of("True")
        values.append(row["estimate"])
        errors.append(row["se"])
        inside += bool(row["low"] is not None and row["low"] <= truth <= row["high"])  # type: ignore[operator]
    return {
        "coverage": inside / runs,
        "bias": round(float(np.mean(values)) - truth, 4),
        "sd": round(float(np.std(values)), 4),
        "mean_se": round(float(np.mean([e for e in errors if e is not None])), 4),
    }


CASES = [
    ("mean and total, 1 M rows, 100 strata, 20,000 PSUs", "≤ 0.3 s, 5 × the best peer", mean_and_total),
    ("the same from text columns", "≤ 0.3 s", mean_and_total_words),
    ("mean by 4 groups, 1 M rows", "≤ 0.6 s", by_groups),
    ("bootstrap, 500 replicates, 100,000 rows", "≤ 1 s", bootstrap_weights),
    ("stratified draw from 100,000 with certificate", "≤ 1 s", draw_stratified),
    ("Gile's estimate with interval, 500 of 1,000", "≤ 0.5 s", gile_estimate),
]


def coverage_cases() -> list[tuple[str, Callable[[], dict[str, object]]]]:
    """The simulations, by name."""
    cases: list[tuple[str, Callable[[], dict[str, object]]]] = []
    for share, icc in ((0.3, 0.10), (0.1, 0.15)):
        for days in (8, 16):
            cases.append(
                (
                    f"market share {share}, icc {icc}, {days} days",
                    lambda d=days, s=share, i=icc: market_coverage(d, s, i),
                )
            )
    for clusters in (6, 10, 20):
        for correction in (None, "bell_mccaffrey", "cr2"):
            cases.append(
                (
                    f"mean, {clusters} uneven clusters, {correction}",
                    lambda c=clusters, k=correction: few_clusters_coverage(c, k),
                )
            )
    networks = [("made, 1,000 firms", known_network(1000, SEED), 1000)]
    for name, size in (("fauxmadrona", 1000), ("fauxsycamore", 715)):
        found = reference_network(name)
        if found is not None:
            networks.append((name, found, size))
    for name, network, size in networks:
        for n, seeds, biased in ((500, 10, False), (500, 10, True), (250, 10, False), (150, 6, False)):
            told = f"RDS, {name}, {n} respondents, {seeds} seeds" + (", seeds all holders" if biased else "")
            cases.append(
                (
                    told,
                    lambda w=network, n=n, s=seeds, p=size, b=biased: rds_coverage(
                        w, n, s, population=p, biased_seeds=b
                    ),
                )
            )
    big = known_network(6000, SEED)
    cases.append(
        (
            "RDS-II, made, 300 of 6,000 firms, population unknown",
            lambda: rds_coverage(big, 300, 10, method="II"),
        )
    )
    return cases


def main() -> None:
    """Print the speed table, or with ``coverage`` (and words of a name) the simulations."""
    out = sys.stdout.write
    if "coverage" not in sys.argv[1:]:
        for name, aim, work in CASES:
            out(f"{name} | {aim} | {work()}\n")
        return
    for told, simulate in coverage_cases():
        if all(word in told for word in sys.argv[1:] if word != "coverage"):
            out(f"{told} | {simulate()}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
