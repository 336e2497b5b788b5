"""Speed of the upgrading room on tables of a national programme.

``python benchmarks/methods/upgrading.py`` prints a table. Figures are measured, never asserted. The peer is the same
reckoning in plain Python loops.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import polars as pl

from nanduti.methods import upgrading as u

SEED = 2013
FIRMS = 10_000


def median_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median wall-clock time of some runs, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(statistics.median(times), 4)


def priorities() -> dict[str, object]:
    """100,000 gaps of 10,000 firms on ten criteria."""
    rng = np.random.default_rng(SEED)
    n = FIRMS * 10
    table = pl.DataFrame(
        {
            "firm": [f"f{k // 10}" for k in range(n)],
            "criterion": [f"c{k % 10}" for k in range(n)],
            "gap": rng.uniform(0, 50, n),
            "willingness": rng.uniform(0, 1, n),
        }
    )

    def plain() -> dict[str, float]:
        out: dict[str, float] = {}
        for row in table.iter_rows(named=True):
            out[row["criterion"]] = out.get(row["criterion"], 0.0) + row["gap"] * row["willingness"]
        return out

    return {
        "seconds": median_seconds(lambda: u.group_priorities(table)),
        "peer": "plain loop, sums only",
        "peer_seconds": median_seconds(plain, 3),
    }


def causes() -> dict[str, object]:
    """100,000 causes in Pareto order."""
    rng = np.random.default_rng(SEED)
    table = pl.DataFrame({"cause": [f"c{k}" for k in range(100_000)], "loss": rng.exponential(size=100_000)})
    return {"seconds": median_seconds(lambda: u.pareto(table))}


def review() -> dict[str, object]:
    """A review of 500 firms, six figures, twelve months."""
    rng = np.random.default_rng(SEED)
    rows = [
        (f"f{f}", f"2010-{m:02d}", f"k{k}", float(rng.normal(50, 10)))
        for f in range(500)
        for m in range(1, 13)
        for k in range(6)
    ]
    table = pl.DataFrame(rows, schema=["firm", "month", "figure", "value"], orient="row")
    directions = {f"k{k}": 1 for k in range(6)}
    return {
        "seconds": median_seconds(lambda: u.monthly_review(table, month="2010-12", directions=directions), 3)
    }


def ambassadors() -> dict[str, object]:
    """200 firms, 20 modules."""
    rng = np.random.default_rng(SEED)
    scores = {f"m{i}": {f"f{j}": float(rng.uniform(0, 100)) for j in range(200)} for i in range(20)}
    return {"seconds": median_seconds(lambda: u.brand_ambassadors(scores))}


CASES = [
    ("priorities over 100,000 gaps", "0.5 s", priorities),
    ("Pareto of 100,000 causes", "0.5 s", causes),
    ("monthly review, 500 firms x 6 figures x 12 months", "2 s", review),
    ("ambassadors, 200 firms x 20 modules", "0.1 s", ambassadors),
]


def main() -> None:
    for name, aim, work in CASES:
        print(f"{name} | aim {aim} | {work()}")


if __name__ == "__main__":
    main()
