"""Speed of the guarantees room: loss distributions and courses of a fund.

``python benchmarks/methods/guarantees.py`` prints a table. Figures are measured, never asserted; the peer is a
plain loop over courses.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from nanduti.methods import guarantees as g

SEED = 20_051_231
TERMS = g.Terms(fee=0.02, claim_rate=0.03, recovery_share=0.4, operating_cost=0.01, yield_rate=0.05)


def median_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median wall-clock time of some runs, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(statistics.median(times), 4)


def one_factor() -> dict[str, object]:
    def work() -> object:
        return g.loss_distribution(
            n_guarantees=2000, default_probability=0.03, loss_per_default=1.0, correlation=0.15
        ).quantile(0.999)

    return {"seconds": median_seconds(work)}


def courses() -> dict[str, object]:
    """10,000 courses of ten years over 500 unequal guarantees; the peer loops over 100 of them."""
    sizes = np.random.default_rng(SEED).lognormal(2, 1, 500)

    def work() -> object:
        return g.simulate_fund(
            TERMS, own_funds=sizes.sum() / 8, exposures=sizes, years=10, seed=SEED, correlation=0.15
        )

    rng = np.random.default_rng(SEED)

    def plain() -> None:
        for _ in range(100):
            held = sizes.sum() / 8
            for _ in range(10):
                lost = sum(s for s in sizes if rng.random() < 0.03)
                held = held * 1.05 + 0.01 * sizes.sum() - 0.6 * lost

    return {
        "seconds": median_seconds(work, 3),
        "peer": "plain loop, scaled from 100 courses",
        "peer_seconds": round(100 * median_seconds(plain, 3), 1),
    }


def unequal() -> dict[str, object]:
    """Exact losses of 500 unequal guarantees in 141 states of the economy."""
    sizes = np.random.default_rng(SEED).lognormal(2, 1, 500)
    return {"seconds": median_seconds(lambda: g.portfolio_losses(sizes, [0.03] * 500, correlation=0.2), 3)}


CASES = [
    ("one-factor loss distribution, 2,000 guarantees", "0.5 s", one_factor),
    ("loss distribution of 500 unequal guarantees", "2 s", unequal),
    ("10,000 courses of ten years, 500 unequal guarantees", "2 s", courses),
]


def main() -> None:
    for name, aim, work in CASES:
        print(f"{name} | aim {aim} | {work()}")


if __name__ == "__main__":
    main()
