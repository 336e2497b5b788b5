"""Speed of the feasibility room: one study, and thousands of full re-runs.

``python benchmarks/methods/feasibility.py`` prints a table. Figures are measured, never asserted. The peer is the
same model run one study at a time.
"""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from nanduti.methods import feasibility as f

SEED = 19_910_101


def median_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Median wall-clock time of some runs, after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(statistics.median(times), 4)


def factory(months: int = 24, years: int = 20) -> f.Study:
    """A study with monthly construction, twenty years, three loans, graduated tax and COMFAR III stocks."""
    rng = np.random.default_rng(SEED)
    building = {f"{2025 + m // 12}-{m % 12 + 1:02d}": float(rng.uniform(50, 150)) for m in range(months)}
    first = next(iter(building))
    return f.Study(
        name="factory",
        currency="PYG",
        unit=1_000_000,
        horizon=f.Horizon("2025-01", months, years, construction_months=1),
        discounting=f.Discounting(0.12),
        products=tuple(
            f.Product(n, 1000, p, (0.55, 0.75, 0.9, 1.0), finished_days=15)
            for n, p in (("bags", 2.0), ("belts", 1.0), ("shoes", 1.5))
        ),
        investments=(
            f.Investment("hall", building, "civil_works", depreciation=f.Depreciation(life_years=20)),
            f.Investment("machines", {first: 700.0, "2034": 400.0}),
        ),
        costs=tuple(
            f.Cost(f"{c} {k}", 70.0 * k, c, v, coverage_days=d)
            for k in (1, 2, 3)
            for c, v, d in (("raw_materials", 1, 60), ("labour", 0.6, None), ("administration", 0, None))
        ),
        working_capital=f.WorkingCapital("comfar_iii", 9, None, 30, 15, 15),
        equity=(f.Equity("owners", {first: 2200.0}),),
        loans=tuple(f.Loan(f"loan {k}", 0.09, {first: 300.0}, "annuity", 20, 6) for k in range(3)),
        tax=f.Tax((0.0, 100.0, 500.0), (0.1, 0.2, 0.3), 2, 5),
        dividends=f.Dividends({}, 0.3),
    )


def one_study() -> dict[str, object]:
    study = factory()
    return {"seconds": median_seconds(lambda: f.appraise(f.evaluate(study)))}


def risk() -> dict[str, object]:
    """10,000 full re-runs with six correlated numbers; the peer runs 100 of them one by one."""
    study = factory()
    names = [
        "products.*",
        "products.*.use",
        "costs.raw_materials",
        "costs.labour",
        "investments.*",
        "loans.*",
    ]
    uncertain = [f.Uncertain(n) for n in names]
    pair = {("products.*", "costs.raw_materials"): 0.5}

    def work() -> object:
        return f.monte_carlo(study, uncertain, n_runs=10_000, seed=SEED, correlations=pair)

    rng = np.random.default_rng(SEED)

    def one_by_one() -> None:
        for _ in range(100):
            f.evaluate(f.vary(study, {n: float(rng.uniform(0.8, 1.2)) for n in names}))

    seconds = median_seconds(work)
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return {
        "seconds": seconds,
        "peak_mib": round(peak, 1),
        "peer": "one run at a time, scaled from 100",
        "peer_seconds": round(100 * median_seconds(one_by_one, 3), 1),
    }


def tornado() -> dict[str, object]:
    study = factory()
    ranges = {f"costs.{c.name}": (-0.2, 0.2) for c in study.costs}
    return {"seconds": median_seconds(lambda: f.tornado(study, ranges))}


def workbook() -> dict[str, object]:
    study = factory()
    content = f.write_workbook(study)
    return {
        "seconds": median_seconds(lambda: f.read_workbook(content), 3),
        "write_seconds": median_seconds(lambda: f.write_workbook(study), 3),
        "kib": round(len(content) / 1024, 1),
    }


def months() -> dict[str, object]:
    result = f.evaluate(factory())
    year = result.axis.labels[result.axis.first_year]
    return {"seconds": median_seconds(lambda: f.monthly_cash(result, year))}


CASES = [
    ("one study, 24 months of construction + 20 years, appraised", "0.1 s", one_study),
    ("10,000 Monte Carlo re-runs of the whole model", "2 s", risk),
    ("tornado over 9 costs", "0.5 s", tornado),
    ("the study read from a workbook and computed once", "1 s", workbook),
    ("one year month by month", "0.1 s", months),
]


def main() -> None:
    for name, aim, work in CASES:
        print(f"{name} | aim {aim} | {work()}")


if __name__ == "__main__":
    main()
