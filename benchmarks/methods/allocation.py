"""Speed of the allocation room: an order over 500 firms and 20 products, and facility instances with known optima.

``python benchmarks/methods/allocation.py`` prints a table. Figures are measured, never asserted. The peer for the
order is HiGHS given the whole programme at once; the published optima are those of the Delmaire instances.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from nanduti.methods import allocation as a
from nanduti.methods.allocation.model import build_model
from nanduti.methods.allocation.order import read_order
from nanduti.methods.solving import solve

SEED = 127
#: Facility instances without a proof after a minute.
HARD = (30, 33, 36, 40, 44, 46, 47, 49, 51, 52, 55)
RULES = [
    {"rule": "most_share", "share": 0.12},
    {"rule": "claim_multiple", "times": 2.5},
    {"rule": "least_share", "column": "size", "is": ["micro", "small"], "share": 0.3},
    {"rule": "most_defects", "rate": 0.035},
    {"rule": "most_firms", "firms": 120},
]


def big_order(seed: int = SEED, n_firms: int = 500, n_products: int = 20) -> tuple[pl.DataFrame, ...]:
    """A seeded order: bundles of ten, minimum lots, set-up, hours, defects; about six products for each firm."""
    rng = np.random.default_rng(seed)
    firms = [f"f{i:04d}" for i in range(n_firms)]
    products = [f"p{j:02d}" for j in range(n_products)]
    size = rng.choice(["micro", "small", "medium"], n_firms, p=[0.5, 0.35, 0.15])
    by_size = [rng.uniform(*span, n_firms) for span in ((80, 200), (200, 600), (600, 1500))]
    hours = np.select([size == "micro", size == "small"], by_size[:2], by_size[2])
    minutes = rng.uniform(0.1, 0.5, n_products)
    offers = []
    for i in range(n_firms):
        skill = rng.uniform(0.8, 1.3)
        for j in rng.permutation(n_products)[: rng.integers(3, 10)]:
            offers.append((firms[i], products[j], 12 * minutes[j] * 60 / 10 * skill * rng.uniform(0.85, 1.2) + 3,
                           minutes[j] * skill, rng.uniform(40, 200), rng.uniform(2, 8),
                           float(rng.integers(3, 9) * 10), rng.uniform(0.005, 0.06)))  # fmt: skip
    names = [
        "firm",
        "product",
        "unit_cost",
        "unit_hours",
        "setup_cost",
        "setup_hours",
        "least_lot",
        "defect_rate",
    ]
    quantity = (rng.uniform(0.45, 0.6) * hours.sum() / n_products / minutes / 10).round() * 10 * 0.5
    order = pl.DataFrame({"product": products, "quantity": (quantity / 10).round() * 10, "bundle": [10] * n_products,
                          "standard": minutes})  # fmt: skip
    makers = pl.DataFrame({"firm": firms, "hours": hours, "free_capacity": hours,
                           "performance": rng.uniform(0.5, 1, n_firms), "size": size})  # fmt: skip
    return order, makers, pl.DataFrame(offers, schema=names, orient="row")


def median_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median wall-clock time of some runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(statistics.median(times), 3)


def at_once() -> dict[str, object]:
    order, makers, offers = big_order()
    return {
        "seconds": median_seconds(lambda: a.allocate_order(order, makers, offers, rules=RULES, relaxed=True))
    }


def least_cost() -> dict[str, object]:
    order, makers, offers = big_order()
    start = time.perf_counter()
    found = a.allocate_order(order, makers, offers, rules=RULES, gap=0.005, time_limit=60)
    taken = time.perf_counter() - start
    start = time.perf_counter()
    peer = solve(build_model(read_order(order, makers, offers, RULES)).program, seconds=60, gap=0.005)
    return {
        "seconds": round(taken, 1),
        "proven_gap": f"{found.gap:.3%}",
        "peer": f"HiGHS on the whole programme, gap {(peer.objective - peer.bound) / peer.objective:.3%}",
        "peer_seconds": round(time.perf_counter() - start, 1),
    }


def fair() -> dict[str, object]:
    order, makers, offers = big_order()
    start = time.perf_counter()
    found = a.allocate_order(order, makers, offers, rules=RULES, policy="two_phase", time_limit=40)
    return {"seconds": round(time.perf_counter() - start, 1), "price_of_fairness": f"{found.price_of_fairness:.2%}",
            "jain": round(found.fairness.jain, 3)}  # fmt: skip


def facility_instance(folder: Path, number: int) -> tuple[pl.DataFrame, ...]:
    """One Delmaire instance as an order: a product for each customer, going whole to one firm."""
    numbers = (folder / f"p{number}").read_text().split()
    m, k = int(numbers[0]), int(numbers[1])
    v = np.array(numbers[2:], dtype=float)
    cost = v[2 * m + k : 2 * m + k + m * k].reshape(k, m).T
    firms, products = [f"f{i:03d}" for i in range(m)], [f"p{j:03d}" for j in range(k)]
    order = pl.DataFrame({"product": products, "quantity": v[2 * m : 2 * m + k]})
    makers = pl.DataFrame({"firm": firms, "free_capacity": v[:m], "joining_cost": v[m : 2 * m]})
    offers = pl.DataFrame(
        {"firm": np.repeat(firms, k), "product": np.tile(products, m), "setup_cost": cost.ravel()}
    )
    return order, makers, offers


def reference_folder() -> Path:
    """Where the reference data lie."""
    default = Path(__file__).parents[2].parent / "shared" / "data"
    return Path(os.environ.get("NANDUTI_REFERENCE_DATA", default)) / "sscflp-orlib" / "Lib_1"


def facilities(numbers: Sequence[int] = range(1, 18), seconds: float = 60.0) -> dict[str, object]:
    folder = reference_folder()
    if not folder.is_dir():
        return {"seconds": None, "note": "reference data not there"}
    optima = list(map(int, (folder / "os").read_text().split()))
    met, proven, times, above = 0, 0, [], []
    for n in numbers:
        start = time.perf_counter()
        found = a.allocate_order(
            *facility_instance(folder, n), rules=[{"rule": "single_source"}], gap=0, time_limit=seconds
        )
        times.append(time.perf_counter() - start)
        met += round(found.cost) == optima[n - 1]
        above.append(found.cost / optima[n - 1] - 1)
        proven += found.status == "optimal"
    return {"seconds": round(statistics.median(times), 2), "most": round(max(times), 1),
            "optimum_met": f"{met} of {len(numbers)}", "proven": proven, "most_above": f"{max(above):.2%}"}  # fmt: skip


CASES = [
    ("order over 500 firms × 20 products: relaxation", "0.2 s", at_once),
    ("order over 500 firms × 20 products: gap 0.5 %", "15 s", least_cost),
    ("order over 500 firms × 20 products: two phases", "no aim", fair),
    ("single-source facility instances 1 to 17", "every optimum", facilities),
    ("single-source facility instances that nothing here proves", "no aim", lambda: facilities(HARD, 45.0)),
]


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for name, aim, work in CASES:
        if wanted in name:
            print(f"{name} | aim {aim} | {work()}", flush=True)


if __name__ == "__main__":
    main()
