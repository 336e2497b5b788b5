"""Speed of the twinning room: scope over many agreements, partners among many.

``python benchmarks/methods/twinning.py`` prints a table. Figures are measured, never asserted; no peer does this.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

from nanduti.methods.twinning import (
    KINDS,
    Agreement,
    Candidate,
    Interest,
    preferred_partners,
    prime_movers,
    scope_history,
    scope_of_cooperation,
)

SEED = 20_080_601
DAY = date(2008, 6, 1)


def median_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median wall-clock time of some runs, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(statistics.median(times), 4)


def agreements(n: int) -> list[Agreement]:
    """Seeded agreements over ten years between random kinds."""
    rng = random.Random(SEED)
    found = []
    for i in range(n):
        start = DAY + timedelta(days=rng.randrange(3650))
        kinds = frozenset({rng.choice(KINDS)}), frozenset({rng.choice(KINDS)})
        found.append(Agreement(f"g{i}", *kinds, start, start + timedelta(days=rng.randrange(30, 900))))
    return found


def matrix() -> dict[str, object]:
    """The matrix of a pair with 20 agreements, on one day."""
    signed = agreements(20)
    return {"seconds": median_seconds(lambda: scope_of_cooperation(signed, date(2013, 1, 1)))}


def history() -> dict[str, object]:
    """All changes of a pair with 500 agreements."""
    signed = agreements(500)
    return {
        "seconds": median_seconds(lambda: scope_history(signed), repeats=3),
        "changes": len(scope_history(signed)),
    }


def partners() -> dict[str, object]:
    """One firm against 10,000 possible partners."""
    rng = random.Random(SEED)
    firm = Interest("f", "firm", 0.7, frozenset({"brands"}), "leather")
    sides = [
        Interest(
            f"s{i}",
            rng.choice(["firm", "bdsp", "support_firm"]),
            rng.random(),
            frozenset({rng.choice("abc")}),
            "x",
        )
        for i in range(10_000)
    ]
    return {"seconds": median_seconds(lambda: preferred_partners(firm, sides), repeats=3)}


def movers() -> dict[str, object]:
    """Gate and rank of 2,000 firms."""
    rng = random.Random(SEED)
    firms = [
        Candidate(f"c{i}", "medium", True, rng.random() < 0.8, True, rng.random(), rng.random())
        for i in range(2_000)
    ]
    return {"seconds": median_seconds(lambda: prime_movers(firms), repeats=3)}


CASES = [
    ("scope matrix, 20 agreements", "under 5 ms", matrix),
    ("scope history, 500 agreements", "under 2 s", history),
    ("partners among 10,000", "under 1 s", partners),
    ("prime movers, 2,000 firms", "under 1 s", movers),
]


def main() -> None:
    """Print every case with its aim and figures."""
    for name, aim, run in CASES:
        figures = ", ".join(f"{key} {value}" for key, value in run().items())
        print(f"{name:32} aim: {aim:12} {figures}")


if __name__ == "__main__":
    main()
