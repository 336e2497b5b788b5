"""Speed of the evaluation room, and how often its tests reject a true null.

``python benchmarks/methods/evaluation.py`` runs the speed cases; ``python benchmarks/methods/evaluation.py
size`` runs the simulations (some minutes; add words of a case's name to run only those). Figures are
measured, never asserted. pyfixest and statsmodels are timed beside where they can be imported.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from nanduti.methods import evaluation

SEED = 20_250_307


def timed(work: Callable[[], object], repeats: int = 5) -> dict[str, object]:
    """Median wall-clock and processor seconds of some runs, after one to warm up.

    On a machine that others use too, the processor time is the steadier figure.
    """
    work()
    wall, processor = [], []
    for _ in range(repeats):
        start, start_cpu = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - start)
        processor.append(time.process_time() - start_cpu)
    return {
        "seconds": round(statistics.median(wall), 4),
        "cpu_seconds": round(statistics.median(processor), 4),
    }


def peak_mib(work: Callable[[], object]) -> float:
    """Memory held at the worst moment beyond what stood before, as far as NumPy and Python tell."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(peak / 2**20, 1)


def stratified_firms(n: int = 5_000) -> tuple[pl.DataFrame, evaluation.Assignment]:
    """5,000 firms in 60 places and 20 sectors, drawn by lot within 1,184 strata."""
    rng = np.random.default_rng(SEED)
    firms = pl.DataFrame(
        {
            "id": [f"F{i:05d}" for i in range(n)],
            "place": rng.integers(0, 60, n),
            "sector": rng.integers(0, 20, n),
            "stratum_of": rng.permutation(np.arange(n) % 1184),
            "before": rng.normal(size=n),
        }
    )
    drawn = evaluation.randomize(
        firms, unit="id", arms=["control", "mentor"], strata="stratum_of", seed="bench"
    )
    after = firms.with_columns(y=pl.col("before") * 0.5 + pl.Series(rng.normal(size=n)))
    return after, drawn


def randomisation_inference(statistic: str, effects: tuple[str, ...] | None) -> dict[str, object]:
    """10,000 draws with both sets of fixed effects, or with the 1,184 strata as effects."""
    data, drawn = stratified_firms()

    def work() -> object:
        return evaluation.randomization_test(
            data, drawn, y="y", controls=["before"], fixed_effects=effects, statistic=statistic, draws=10_000
        )

    out = timed(work, 3) | {"peak_mib": peak_mib(work)}
    if importlib.util.find_spec("pyfixest") and statistic == "coefficient" and effects:
        out |= _pyfixest_ritest(data, drawn)
    return out


def _pyfixest_ritest(data: pl.DataFrame, drawn: evaluation.Assignment) -> dict[str, object]:
    import pandas
    import pyfixest

    columns = {name: data[name].to_numpy() for name in ("y", "before", "place", "sector")}
    table = pandas.DataFrame(columns | {"arm": drawn.arm_codes[drawn.rows_of(data["id"])].astype(float)})
    fit = pyfixest.feols("y ~ arm + before | place+sector", table)
    start = time.perf_counter()
    start_cpu = time.process_time()
    fit.ritest("arm", reps=500, type="randomization-c", rng=np.random.default_rng(1))
    seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    return {
        "peer": f"pyfixest {pyfixest.__version__}, default algorithm, 500 draws × 20 (no strata, shares lost)",
        "peer_seconds": round(20 * seconds, 1),
        "peer_cpu_seconds": round(20 * cpu, 1),
    }


def balance() -> dict[str, object]:
    """50 covariates, 5,000 firms, 3 arms, 60 strata effects, 400 clusters."""
    rng = np.random.default_rng(SEED)
    n, names = 5_000, [f"x{j}" for j in range(50)]
    data = pl.DataFrame(rng.normal(size=(n, 50)), schema=names).with_columns(
        arm=pl.Series(rng.integers(0, 3, n)), place=pl.Series(rng.integers(0, 60, n)),
        group=pl.Series(rng.integers(0, 400, n)),
    )  # fmt: skip

    def work() -> evaluation.BalanceTable:
        return evaluation.balance_table(data, names, group="arm", fixed_effects="place", grouped_by="group")

    return timed(work) | {"peak_mib": peak_mib(work)} | _statsmodels_balance(data, names)


def _statsmodels_balance(data: pl.DataFrame, names: list[str]) -> dict[str, object]:
    if not importlib.util.find_spec("statsmodels"):
        return {}
    import statsmodels.api as sm

    start, start_cpu = time.perf_counter(), time.process_time()
    for arm in (1, 2):
        part = data.filter(pl.col("arm").is_in([0, arm]))
        x = np.column_stack([part["arm"] == arm, *[part["place"] == p for p in range(60)]]).astype(float)
        for name in names:
            sm.OLS(part[name].to_numpy(), x).fit(
                cov_type="cluster", cov_kwds={"groups": part["group"].to_numpy()}
            )
    seconds, cpu = round(time.perf_counter() - start, 2), round(time.process_time() - start_cpu, 2)
    return {"peer": "statsmodels", "peer_seconds": seconds, "peer_cpu_seconds": cpu}


def ordinal() -> dict[str, object]:
    """1,080 answers: 15 firms, 12 rounds, 6 items."""
    rng = np.random.default_rng(SEED)
    firm, time_, item = (
        np.repeat(np.arange(15), 72),
        np.tile(np.repeat(np.arange(12), 6), 15),
        np.tile(range(6), 180),
    )
    lean = rng.normal(size=15)[firm] + 0.1 * time_ + 0.5 * rng.normal(size=6)[item] + rng.logistic(size=1080)
    data = pl.DataFrame(
        {"firm": firm, "round": time_, "item": [f"i{k}" for k in item], "y": np.digitize(lean, [-1, 0, 1, 2])}
    )

    def work() -> object:
        return evaluation.ordinal_mixed_model(data, y="y", x=["round", "item"], unit="firm")

    return timed(work) | {"peak_mib": peak_mib(work)}


def lottery() -> dict[str, object]:
    """100,000 firms, 72 strata, three arms."""
    rng = np.random.default_rng(SEED)
    firms = pl.DataFrame({"id": [f"F{i:06d}" for i in range(100_000)], "s": rng.integers(0, 72, 100_000)})

    def work() -> object:
        return evaluation.randomize(firms, unit="id", arms=["a", "b", "c"], strata="s", seed="bench")

    return timed(work, 3) | {"peak_mib": peak_mib(work)}


def experiment() -> dict[str, object]:
    """ANCOVA with design-based p-value and interval, 4,999 draws, 1,184 strata effects."""
    data, drawn = stratified_firms()

    def work() -> object:
        return evaluation.ancova(data, drawn, y="y", baseline="before")

    return timed(work, 3) | {"peak_mib": peak_mib(work)}


def wild() -> dict[str, object]:
    """Wild cluster bootstrap with interval, 9,999 draws, 5,000 rows, 40 clusters."""
    rng = np.random.default_rng(SEED)
    group = rng.integers(0, 40, 5_000)
    data = pl.DataFrame({"g": group, "t": (group % 2).astype(float), "x": rng.normal(size=5_000)})
    data = data.with_columns(y=pl.Series(rng.normal(size=40)[group] + rng.normal(size=5_000)))
    fit = evaluation.ols(data, y="y", x=["t", "x"], grouped_by="g")
    return timed(lambda: evaluation.wild_bootstrap(fit, "t"), 3)


def families() -> dict[str, object]:
    """Romano-Wolf over 10 outcomes, 4,999 draws, 1,000 firms."""
    rng = np.random.default_rng(SEED)
    data = pl.DataFrame({"id": range(1_000)} | {f"y{j}": rng.normal(size=1_000) for j in range(10)})
    drawn = evaluation.randomize(data, unit="id", arms=["a", "b"], seed="bench")
    names = [f"y{j}" for j in range(10)]
    return timed(lambda: evaluation.romano_wolf(data, drawn, names), 3)


CASES = [
    (
        "randomisation inference, coefficient, 10,000 draws, 5,000 firms, 2 effects, 1,184 strata",
        "≤ 4 s on one core, < 100 MiB",
        lambda: randomisation_inference("coefficient", ("place", "sector")),
    ),
    (
        "the same, robust t with interval",
        "≤ 4 s on one core, < 100 MiB",
        lambda: randomisation_inference("t", ("place", "sector")),
    ),
    (
        "the same, 1,184 strata as effects",
        "≤ 4 s on one core, < 100 MiB",
        lambda: randomisation_inference("t", None),
    ),
    ("balance, 50 covariates x 3 arms, 5,000 firms", "≤ 0.1 s", balance),
    ("ordinal mixed model, 1,080 answers", "≤ 1 s", ordinal),
    ("lottery, 100,000 firms, 72 strata, 3 arms", "≤ 1 s", lottery),
    ("ancova, 5,000 firms, 1,184 strata, 4,999 draws", "≤ 4 s", experiment),
    ("wild bootstrap, 40 clusters, 9,999 draws, interval", "≤ 1 s", wild),
    ("Romano-Wolf, 10 outcomes, 1,000 firms, 4,999 draws", "≤ 10 s", families),
]


# --- simulated truth: how often a 5 % test rejects a true null


def _worlds(runs: int) -> Iterator[tuple[int, np.random.Generator]]:
    for k in range(runs):
        yield k, np.random.default_rng([SEED, k])


def size_at_share(share: float, shape: str, n: int = 200, runs: int = 2_000) -> dict[str, object]:
    """Single firms, 10 strata, skewed or normal outcomes: re-draws and HC2 side by side."""
    hits = np.zeros(2)
    for k, rng in _worlds(runs):
        y = rng.normal(size=n) if shape == "normal" else rng.lognormal(sigma=1.0, size=n)
        data = pl.DataFrame({"id": range(n), "s": rng.integers(0, 10, n), "y": y})
        drawn = evaluation.randomize(
            data, unit="id", arms={"c": 1 - share, "t": share}, strata="s", seed=f"{share} {k}"
        )
        design = evaluation.randomization_test(data, drawn, y="y", draws=999, seed=k, interval=False).p_value
        robust = evaluation.ancova(data, drawn, y="y", inference="HC2")[0].p_value
        hits += (design <= 0.05, robust <= 0.05)
    return {"re-draws": float(hits[0] / runs), "HC2": float(hits[1] / runs), "runs": runs}


def size_of_design(design: str, runs: int = 2_000) -> dict[str, object]:
    """Pairs, groups, re-randomisation, three arms, several rounds."""
    hits = 0
    for k, rng in _worlds(runs):
        n = 60
        x, g = rng.normal(size=n), np.arange(n) // 4
        noise = rng.normal(size=15)[g] if design == "groups" else 0.0
        data = pl.DataFrame({"id": range(n), "g": g, "x": x, "y": x + noise + rng.normal(size=n)})
        how: dict[str, object] = {"arms": ["c", "t"]}
        if design == "pairs":
            data, how = evaluation.form_pairs(data, unit="id", on=["x"]), how | {"strata": "pair"}
        elif design == "groups":
            how |= {"cluster": "g"}
        elif design == "re-randomised":
            how |= {"rerandomize": evaluation.Rerandomize(["x"], 0.2)}
        elif design == "three arms":
            how = {"arms": ["c", "k", "t"]}
        drawn = evaluation.randomize(data, unit="id", seed=f"{design} {k}", **how)  # type: ignore[arg-type]
        if design == "three arms":  # the other arm works: comparing t with c must not notice
            helped = drawn.arm_codes[drawn.rows_of(data["id"])] == 1
            data = data.with_columns(y=pl.col("y") + pl.Series(helped * 3.0))
        test = evaluation.randomization_test(data, drawn, y="y", arm="t", draws=499, seed=k, interval=False)
        hits += test.p_value <= 0.05
    return {"re-draws": hits / runs, "runs": runs}


def size_of_few_groups(n_groups: int, n_treated: int, runs: int = 2_000) -> dict[str, object]:
    """Groups of 15 firms, ICC 0.15: single-firm errors, CRV1, CR2, wild bootstrap, re-draws."""
    names = ("HC1", "CRV1", "CR2", "wild", "re-draws")
    hits, firms = dict.fromkeys(names, 0), 15
    g = np.repeat(np.arange(n_groups), firms)
    for k, rng in _worlds(runs):
        y = np.sqrt(0.15) * rng.normal(size=n_groups)[g] + np.sqrt(0.85) * rng.normal(size=len(g))
        data = pl.DataFrame({"id": range(len(g)), "g": g, "y": y})
        arms = {"c": f"{n_groups - n_treated}/{n_groups}", "t": f"{n_treated}/{n_groups}"}
        drawn = evaluation.randomize(data, unit="id", arms=arms, cluster="g", seed=f"few {k}")
        t = drawn.arm_codes[drawn.rows_of(data["id"])].astype(float)
        fit = evaluation.ols(data.with_columns(t=pl.Series(t)), y="y", x=["t"], grouped_by="g")
        for kind in names[:3]:
            hits[kind] += fit.table(kind, terms=["t"]).item(0, "p_value") <= 0.05
        hits["wild"] += evaluation.wild_bootstrap(fit, "t", draws=999, seed=k, interval=False).p_value <= 0.05
        test = evaluation.randomization_test(data, drawn, y="y", interval=False)
        hits["re-draws"] += test.p_value <= 0.05
    return {n: h / runs for n, h in hits.items()} | {"smallest_p": round(test.smallest_p, 3), "runs": runs}


def one_place_a_side(firms: int, shock: float, runs: int = 500) -> dict[str, object]:
    """One treated and one comparison place, firms counted as independent: what the room refuses to print.

    Firms differ with variance 1, two thirds of it lasting; ``shock`` is the variance of a place's own year.
    """
    hits = printed = 0
    for _, rng in _worlds(runs):
        place, t = np.repeat([0, 1], firms), np.repeat([0, 1], 2 * firms)
        luck = np.sqrt(shock) * rng.normal(size=(2, 2))
        level = np.sqrt(2 / 3) * np.tile(rng.normal(size=2 * firms), 2)
        y = level + np.sqrt(1 / 3) * rng.normal(size=4 * firms) + luck[t, np.tile(place, 2)]
        data = pl.DataFrame(
            {"firm": np.tile(np.arange(2 * firms), 2), "place": np.tile(place, 2), "t": t, "y": y}
        )
        asked = {"y": "y", "treated": "place", "period": "t", "starts": 1, "unit": "firm"}
        naive = evaluation.difference_in_differences(data, grouped_by="firm", **asked).effect
        honest = evaluation.difference_in_differences(data, grouped_by="place", **asked).effect
        hits += naive.p_value is not None and naive.p_value <= 0.05
        printed += honest.p_value is not None
    return {"firm-level rejects": hits / runs, "p-values printed": printed, "runs": runs}


def coverage_of_intervals(n: int, share: float, runs: int = 1_000) -> dict[str, object]:
    """How often the interval of ancova holds a true effect of 0.5."""
    inside = np.zeros(2)
    for k, rng in _worlds(runs):
        x = rng.normal(size=n)
        data = pl.DataFrame({"id": range(n), "x": x, "y": x + rng.gamma(2, 1, n)})
        drawn = evaluation.randomize(data, unit="id", arms={"c": 1 - share, "t": share}, seed=f"cover {k}")
        treated = drawn.arm_codes[drawn.rows_of(data["id"])] == 1
        data = data.with_columns(y=pl.col("y") + pl.Series(treated * 0.5))
        for j, how in enumerate(("design", "HC2")):
            e = evaluation.ancova(data, drawn, y="y", baseline="x", inference=how, draws=499, seed=k)[0]
            inside[j] += e.low is not None and e.high is not None and e.low <= 0.5 <= e.high
    return {"design": float(inside[0] / runs), "HC2": float(inside[1] / runs), "runs": runs}


def size_of_did(n_groups: int, runs: int = 1_000) -> dict[str, object]:
    """Half the groups treated, groups with their own luck each year."""
    hits = 0
    for _, rng in _worlds(runs):
        firms, periods = 8, 3
        g = np.repeat(np.arange(n_groups), firms * periods)
        f = np.repeat(np.arange(n_groups * firms), periods)
        t = np.tile(np.arange(periods), n_groups * firms)
        y = rng.normal(size=n_groups * firms)[f] + 0.3 * rng.normal(size=(n_groups, periods))[g, t]
        data = pl.DataFrame(
            {"g": g, "f": f, "t": t, "y": y + rng.normal(size=len(g)), "d": (g % 2).astype(float)}
        )
        effect = evaluation.difference_in_differences(
            data, y="y", treated="d", period="t", starts=2, grouped_by="g", unit="f"
        ).effect
        hits += effect.p_value is not None and effect.p_value <= 0.05
    return {"rejects": hits / runs, "runs": runs, "method": effect.p_method}


def size_cases() -> list[tuple[str, Callable[[], dict[str, object]]]]:
    """The simulations, by name."""
    cases: list[tuple[str, Callable[[], dict[str, object]]]] = []
    for shape in ("normal", "lognormal"):
        for share in (0.5, 0.25, 0.1):
            cases.append((f"size, share {share}, {shape}", lambda a=share, b=shape: size_at_share(a, b)))
    for design in ("pairs", "groups", "re-randomised", "three arms"):
        cases.append((f"size, {design}", lambda a=design: size_of_design(a)))
    for groups in ((12, 6), (12, 3), (8, 4), (6, 3), (4, 2)):
        told = f"few groups, {groups[0]} of which {groups[1]} treated"
        cases.append((told, lambda a=groups: size_of_few_groups(*a)))
    for firms, shock in ((40, 0.0), (40, 0.02), (40, 0.05), (200, 0.02), (200, 0.05)):
        cases.append(
            (
                f"one place a side, {firms} firms, shock {shock}",
                lambda a=firms, b=shock: one_place_a_side(a, b),
            )
        )
    for n, share in ((40, 0.5), (200, 0.25), (200, 0.1)):
        cases.append(
            (f"coverage, {n} firms, share {share}", lambda a=n, b=share: coverage_of_intervals(a, b))
        )
    for groups in (8, 10, 16, 30):
        cases.append((f"did, {groups} groups", lambda a=groups: size_of_did(a)))
    return cases


def main() -> None:
    """Print the speed table, or with ``size`` (and words of a name) the simulations."""
    out = sys.stdout.write
    if "size" not in sys.argv[1:]:
        for name, aim, work in CASES:
            out(f"{name} | {aim} | {work()}\n")
            sys.stdout.flush()
        return
    wanted = [word for word in sys.argv[1:] if word != "size"]
    for told, simulate in size_cases():
        if all(word in told for word in wanted):
            out(f"{told} | {simulate()}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
