"""Speed and memory of the disclosure room.

``python benchmarks/methods/disclosure.py`` runs every case and prints a table; a word restricts it to the cases whose
name holds the word. Inputs are made here from fixed seeds; figures are measured, never asserted. Peer figures stand
where a peer was measured on the same kind of input; the docs page says where and when.
"""

from __future__ import annotations

import gzip
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from nanduti.methods import disclosure
from nanduti.methods.disclosure import Budget, Hierarchy

SEED = 20261121
DATA = Path(__file__).parents[2] / "tests" / "methods" / "disclosure" / "data"
KEYS = [f"key{i}" for i in range(6)]


def resident() -> int:
    """Memory of this process in bytes, where the system tells (Linux); else nought."""
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if told.exists() else 0


def timed(work: Callable[[], object], repeats: int = 3) -> dict[str, object]:
    """Median seconds, best seconds, processor seconds of the best run, and the memory grown at the peak."""
    base, peak, stop = resident(), [0], threading.Event()

    def watch() -> None:
        while not stop.is_set():
            peak[0] = max(peak[0], resident())
            time.sleep(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    stop.set()
    watcher.join()
    return {
        "seconds": round(statistics.median(walls), 3),
        "best_seconds": round(min(walls), 3),
        "cpu_seconds": round(min(cpus), 3),
        "peak_mib": round(max(peak[0] - base, 0) / 2**20, 1) if base else None,
    }


def register(n: int) -> pl.DataFrame:
    """A synthetic register: six text keys with skewed codes (12.6 million combinations), two sensitive columns."""
    rng = np.random.default_rng(SEED)
    columns = {}
    for i, (size, skew) in enumerate(zip((300, 6, 7, 10, 10, 10), (1.5, 2, 2.5, 3, 3, 3.5))):
        codes = pl.Series([f"v{i}_{j:03d}" for j in range(size)])
        columns[f"key{i}"] = codes.gather(((rng.random(n) ** skew) * size).astype(np.int64))
    columns["pay"] = pl.Series(rng.integers(0, 10, n))
    columns["debt"] = pl.Series(["a", "b", "c", "d"]).gather(rng.integers(0, 4, n))
    columns["w"] = pl.Series(rng.integers(1, 40, n).astype(float))
    return pl.DataFrame(columns)


def counts(
    shape: tuple[int, ...] | None, seed: int = 1, hierarchies: list | None = None
) -> disclosure.Problem:
    """A table of counts: 1 to 3 primary, zeros shown, one unit of protection, at most doubled (at least 5)."""
    hs = hierarchies or [Hierarchy.flat([f"{i:03d}" for i in range(s)]) for s in shape]
    value = np.floor(np.random.default_rng(seed).lognormal(2.5, 1.3, [len(h.leaves) for h in hs]))
    for d, h in enumerate(hs):
        value = np.moveaxis(np.tensordot(h.sums, value, axes=(1, d)), 0, d)
    value = value.reshape(-1)
    status = np.where(
        (value >= 1) & (value <= 3),
        disclosure.PRIMARY,
        np.where(value == 0, disclosure.FIXED, disclosure.OPEN),
    )
    need = (status == disclosure.PRIMARY) * 1.0
    return disclosure.Problem(
        value, value, status, np.zeros(len(value)), np.maximum(2 * value, 5), need, need,
        disclosure.grid_equations(hs), tuple(hs),
    )  # fmt: skip


def deep() -> disclosure.Problem:
    """10,080 cells in three dimensions, one with four levels, one with three."""
    tree = {}
    for i in range(20):
        tree[f"g{i // 5}"] = "Total"
        tree.setdefault(f"s{i // 2}", f"g{i // 5}")
        tree[f"c{i:02d}"] = f"s{i // 2}"
    middle = {f"m{i // 4}": "Total" for i in range(12)} | {f"t{i:02d}": f"m{i // 4}" for i in range(12)}
    hs = [Hierarchy.from_parents(tree), Hierarchy.from_parents(middle), Hierarchy.flat(range(17))]
    return counts(None, 2, hs)


def random_table(name: str) -> disclosure.Problem:
    """A problem of the tests' data folder."""
    frame = pl.read_csv(DATA / f"table_{name}.csv")
    dims = [c for c in frame.columns if c != "freq"]
    base = np.zeros([frame[c].n_unique() for c in dims])
    for row in frame.iter_rows(named=True):
        base[tuple(int(row[c]) - 1 for c in dims)] = int(row["freq"])
    hs = [Hierarchy.flat([f"{i:02d}" for i in range(s)]) for s in base.shape]
    for d, h in enumerate(hs):
        base = np.moveaxis(np.tensordot(h.sums, base, axes=(1, d)), 0, d)
    value = base.reshape(-1)
    status = np.where(
        (value >= 1) & (value <= 3),
        disclosure.PRIMARY,
        np.where(value == 0, disclosure.FIXED, disclosure.OPEN),
    )
    need = (status == disclosure.PRIMARY) * 1.0
    return disclosure.Problem(
        value, value, status, np.zeros(len(value)), np.maximum(2 * value, 5), need, need,
        disclosure.grid_equations(hs), tuple(hs),
    )  # fmt: skip


def jj(name: str) -> disclosure.Problem:
    """A JJ problem of the tests' data folder."""
    return disclosure.read_jj(gzip.decompress((DATA / f"{name}.jj.gz").read_bytes()).decode())


def _k() -> dict:
    data = register(10_000_000)
    return {
        **timed(lambda: disclosure.k_anonymity(data, keys=KEYS)),
        "peer": "pyCANON 1.3.5",
        "peer_seconds": 32.2,
    }


def _gate() -> dict:
    data = register(10_000_000)
    return {
        **timed(lambda: disclosure.measures(data, keys=KEYS, sensitive=["pay", "debt"])),
        "peer": "pyCANON 1.3.5, l alone",
        "peer_seconds": "> 300",
    }


def _gate_1m() -> dict:
    data = register(1_000_000)
    return timed(lambda: disclosure.measures(data, keys=KEYS, sensitive=["pay", "debt"]))


def _risk() -> dict:
    data = register(1_000_000)
    return {
        **timed(lambda: disclosure.individual_risk(data, keys=KEYS, weights="w").global_risk),
        "peer": "sdcMicro 5.8.1 freqCalc",
        "peer_seconds": 1.82,
    }


def _mdav() -> dict:
    data = pl.DataFrame(np.random.default_rng(SEED).lognormal(size=(1080, 13)))
    return {
        **timed(lambda: disclosure.microaggregate(data, columns=data.columns, k=3)),
        "peer": "sdcMicro 5.8.1 (C++)",
        "peer_seconds": 0.016,
    }


def _first(make: Callable[[], disclosure.Problem]) -> Callable[[], dict]:
    def run() -> dict:
        problem = make()
        found = disclosure.suppress(problem, method="hypercube")
        return {
            **timed(lambda: disclosure.suppress(problem, method="hypercube")),
            "cells": problem.n_cells,
            "primary": len(problem.primary),
            "cost": found.cost,
            "certified": found.check().holds,
        }

    return run


def _within(make: Callable[[], disclosure.Problem], seconds: float, **more: object) -> Callable[[], dict]:
    def run() -> dict:
        problem = make()
        start = time.perf_counter()
        found = disclosure.suppress(problem, budget=Budget(1e9, time.perf_counter, seconds))
        return {
            "seconds": round(time.perf_counter() - start, 2),
            "cells": problem.n_cells,
            "primary": len(problem.primary),
            "cost": found.cost,
            "bound": found.lower_bound,
            "optimal": found.is_optimal,
            "certified": found.check().holds,
            **more,
        }

    return run


def _certificate() -> dict:
    problem = counts((20, 20, 20))
    found = disclosure.suppress(problem, method="hypercube")
    return {**timed(found.check), "cells": problem.n_cells, "primary": len(problem.primary)}


def _attack() -> dict:
    problem = counts((20, 20, 20))
    found = disclosure.suppress(problem, method="hypercube")
    attacked = disclosure.audit(problem, found.suppressed)
    return {
        **timed(lambda: disclosure.audit(problem, found.suppressed)),
        "cells": problem.n_cells,
        "primary": len(problem.primary),
        "programmes": attacked.n_programmes,
        "safe": attacked.is_safe,
        "exact": bool(attacked.cells["is_exact"].all()),
    }


CASES: list[tuple[str, str, Callable[[], dict]]] = [
    ("k-anonymity, 10 M rows x 6 text keys", "<= 1 s", _k),
    ("full gate, 10 M rows: k, l, entropy, recursive, t for two", "<= 2 s, < 1 GB", _gate),
    ("full gate, 1 M rows", "0.15 s hoped for", _gate_1m),
    ("individual and global risk, 1 M rows", "0.3 s hoped for", _risk),
    ("MDAV, 1,080 x 13, k = 3", "as sdcMicro", _mdav),
    ("certified first pattern, 20x20x20 counts", "<= 1 s", _first(lambda: counts((20, 20, 20)))),
    ("certified first pattern, 10,080 cells with hierarchies", "<= 1 s", _first(deep)),
    (
        "20x20x20 counts, ten seconds",
        "well below the first pattern",
        _within(lambda: counts((20, 20, 20)), 10),
    ),
    (
        "5x5x5 (216 cells), five seconds",
        "proven or gap",
        _within(lambda: random_table("r3_5x5x5"), 5, best_known=261),
    ),
    (
        "20x20 (441 cells), five seconds",
        "proven or gap",
        _within(lambda: random_table("r2_20x20"), 5, best_known=41),
    ),
    ("S1 (378 cells), five seconds", "proven or gap", _within(lambda: jj("S1_6x7x9"), 5, best_known=3068)),
    ("A (378 cells), five seconds", "proven or gap", _within(lambda: jj("A_6x7x9"), 5, best_known=6659)),
    ("A (378 cells), twenty seconds", "best known", _within(lambda: jj("A_6x7x9"), 20, best_known=6659)),
    (
        "8x8x8 (729 cells), five seconds",
        "near best known",
        _within(lambda: random_table("r3_8x8x8"), 5, best_known=608),
    ),
    ("certificate check, 9,261 cells", "<= 0.1 s", _certificate),
    ("attack by linear programmes, 9,261 cells, all intervals exact", "<= 10 s", _attack),
]


def main() -> None:
    """Print the table of the cases whose names hold all words of the command line."""
    out = sys.stdout.write
    out(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    for name, aim, work in CASES:
        if all(word in name for word in sys.argv[1:]):
            out(f"{name} | {aim} | {work()}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
