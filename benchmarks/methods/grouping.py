"""Speed of the grouping room: 300 and 1,000 firms into circles with every rule, and a school class into teams.

``python benchmarks/methods/grouping.py`` prints a table. Figures are measured, never asserted. The peer is HiGHS
given the whole programme at once for the same time.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import polars as pl

from nanduti.methods import grouping as g
from nanduti.methods.grouping.brief import make_brief
from nanduti.methods.grouping.columns import Columns, links_of
from nanduti.methods.grouping.whole import build_whole
from nanduti.methods.solving import solve

SEED = 56
RECIPE = {
    "recipe": "bench",
    "circle": {"least": 12, "most": 20},
    "waiting": {"points": 0},
    "rules": [
        {"rule": "reach", "km": 45},
        {"rule": "theme", "column": "product"},
        {"rule": "quota", "code": "mentors", "column": "skill", "from": 4, "least": 3},
        {"rule": "quota", "code": "mentees", "column": "skill", "to": 2, "least": 4},
        {"rule": "quota", "code": "women", "column": "women_led", "is": True, "least_share": 0.2},
        {"rule": "quota", "code": "micro", "column": "micro", "is": True, "least_share": 0.35},
    ],
    "criteria": [
        {"criterion": "theme", "column": "product", "points": 700},
        {"criterion": "travel", "reach_km": 45, "points": 300},
    ],
}


def region(
    seed: int, n: int = 300, themes: int = 10, venues: int = 6, side: float = 70.0
) -> dict[str, object]:
    """A seeded list: skills, women-led, micro, products own or complementary, conflicts, pairs that stay together."""
    rng = np.random.default_rng([seed, SEED])
    at, halls = rng.uniform(0, side, (n, 2)), rng.uniform(0.15 * side, 0.85 * side, (venues, 2))
    product = rng.integers(0, themes, n)
    names = [f"f{k:04d}" for k in range(n)]
    firms = pl.DataFrame({
        "firm": names, "product": [f"t{p}" for p in product], "x_km": at[:, 0], "y_km": at[:, 1],
        "skill": rng.choice([1, 2, 3, 4, 5], n, p=[0.15, 0.25, 0.3, 0.2, 0.1]),
        "women_led": rng.random(n) < 0.34, "micro": rng.random(n) < 0.55,
    })  # fmt: skip
    options = pl.DataFrame([
        {"option": f"t{t} v{v}", "theme": f"t{t}", "x_km": halls[v, 0], "y_km": halls[v, 1]}
        for t in range(themes) for v in range(venues)
    ])  # fmt: skip
    apart: set[tuple[int, int]] = set()
    while len(apart) < 310 * n // 300:
        a, b = sorted(rng.integers(0, n, 2).tolist())
        if a != b:
            apart.add((a, b))
    together: list[tuple[int, int]] = []
    while len(together) < 8:
        a, b = sorted(rng.integers(0, n, 2).tolist())
        near = a != b and product[a] == product[b] and np.hypot(*(at[a] - at[b])) < 30
        if near and (a, b) not in apart and not {a, b} & {f for pair in together for f in pair}:
            together.append((a, b))
    closeness = {f"t{t}": {f"t{(t + 1) % themes}": 0.6, f"t{(t + 3) % themes}": 0.6} for t in range(themes)}
    recipe = RECIPE | {
        "rules": [r | {"closeness": closeness} if r["rule"] == "theme" else r for r in RECIPE["rules"]],
        "criteria": [
            c | {"closeness": closeness} if c["criterion"] == "theme" else c for c in RECIPE["criteria"]
        ],
    }
    pairs = {"apart": sorted(apart), "together": together}
    named = {k: [(names[a], names[b]) for a, b in v] for k, v in pairs.items()}
    return {"firms": firms, "options": options, "recipe": recipe, **named}


def circles(
    seed: int, n: int, seconds: float, gap: float, *, peer: bool = True, **size: int
) -> dict[str, object]:
    brief = region(seed, n, **size)
    start, cpu = time.perf_counter(), time.process_time()
    plan = g.form_circles(**brief, time_limit=seconds, gap=gap)
    taken = time.perf_counter() - start
    figures = {
        "seconds": round(taken, 1),
        "cpu_seconds": round(
            time.process_time() - cpu, 1
        ),  # one thread: what it would take on a machine of its own
        "first_answer": round(plan.history[0][0], 2),
        "proven_gap": f"{plan.gap:.2%}",
        "points": plan.points,
        "circles": len(plan.circles),
        "waiting": len(plan.waiting),
    }
    if peer:
        firms, options, recipe = (brief.pop(k) for k in ("firms", "options", "recipe"))
        read = make_brief(firms, options, recipe, **brief)
        program = build_whole(read, [], Columns(read, links_of(read)).waiting_cost).program
        start, cpu = time.perf_counter(), time.process_time()
        answer = solve(program, seconds=seconds, gap=gap)
        gap_there = (
            (answer.bound - answer.objective) / answer.objective
            if answer.values is not None
            else float("inf")
        )
        figures |= {
            "peer": f"HiGHS at once, gap {gap_there:.2%}",
            "peer_seconds": round(time.perf_counter() - start, 1),
        }
    return figures


def teams() -> dict[str, object]:
    """32 people into eight equal teams by times and level: equal circles, which a plain programme cannot part."""
    rng = np.random.default_rng(SEED)
    firms = pl.DataFrame({
        "firm": [f"s{k:02d}" for k in range(32)], "level": rng.integers(1, 5, 32),
        "free": [[f"h{h}" for h in np.flatnonzero(rng.random(40) < 0.55)] for _ in range(32)],
    })  # fmt: skip
    recipe = {
        "circle": {"least": 4, "most": 4},
        "rules": [{"rule": "common", "column": "free", "least": 4}],
        "criteria": [{"criterion": "variety", "column": "level", "points": 10}],
    }
    start = time.perf_counter()
    plan = g.form_circles(firms, None, recipe, gap=0, time_limit=60)
    return {"seconds": round(time.perf_counter() - start, 1), "status": plan.status, "points": plan.points}


CASES = [
    *((f"300 firms into circles, gap 1 %, seed {s}", "30 s, first answer 2 s",
       lambda s=s: circles(s, 300, 60.0, 0.01)) for s in (1, 2, 3)),
    ("300 firms into circles, gap 0.5 %, seed 1", "120 s", lambda: circles(1, 300, 120.0, 0.005, peer=False)),
    ("1,000 firms into circles, gap 2 %", "120 s",
     lambda: circles(1, 1000, 120.0, 0.02, peer=False, themes=12, venues=12)),
    ("32 people into eight equal teams, optimum", "no aim", teams),
]  # fmt: skip


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for name, aim, work in CASES:
        if wanted in name:
            print(f"{name} | aim {aim} | {work()}", flush=True)


if __name__ == "__main__":
    main()
