"""Every estimator again, slowly and obviously."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from scipy import stats
from scipy.optimize import linprog

from nanduti.methods import indices

RNG = np.random.default_rng(20)


def table(values: np.ndarray) -> pl.DataFrame:
    n, k = values.shape
    return pl.DataFrame(
        {"unit": [f"u{i:03d}" for i in range(n)]} | {f"x{j:02d}": values[:, j] for j in range(k)}
    ).fill_nan(None)


def test_skewness_and_kurtosis_against_scipy():
    x = RNG.lognormal(size=40)
    assert indices.skewness(x) == pytest.approx(stats.skew(x, bias=False), rel=1e-12)
    assert indices.kurtosis(x) == pytest.approx(stats.kurtosis(x, bias=False), rel=1e-12)


def plain_winsorise(x: list[float], most: int) -> list[float]:
    """One value at a time, in plain Python."""
    x, original, moved = list(x), list(x), 0
    while moved < most:
        skew, kurtosis = stats.skew(x, bias=False), stats.kurtosis(x, bias=False)
        if abs(skew) < 2 or kurtosis < 3.5:
            break
        end = max(x) if skew >= 0 else min(x)
        others = [v for v in x if v != end]
        following = max(others) if skew >= 0 else min(others)
        x = [following if v == end else v for v in x]
        moved = sum(a != b for a, b in zip(x, original, strict=True))
    return x


@pytest.mark.parametrize("seed", range(8))
def test_winsorisation(seed):
    rng = np.random.default_rng(seed)
    x = np.round(rng.lognormal(0, 1.4, 30), 2) * (1 if seed % 2 else -1)
    assert indices.winsorise(x).tolist() == plain_winsorise(x.tolist(), 5)


def test_treatment_falls_back_to_the_original_and_transforms():
    x = np.concatenate([RNG.normal(size=60), np.geomspace(50, 5000, 12)])
    done = indices.treat(table(x[:, None]))
    assert done.details["transformation"].item() == "log"
    low, wide = x.min(), np.ptp(x)
    assert done.data["x00"].to_numpy() == pytest.approx([math.log(v - low + 0.01 * wide) for v in x])


def test_scores_by_rank():
    x = RNG.integers(0, 6, 25).astype(float)
    rank = [1 + sum(other < v for other in x) for v in x]
    assert indices.normalise_rank(x).tolist() == rank
    assert indices.normalise_borda(x).tolist() == [r - 1 for r in rank]
    assert indices.normalise_percentile(x).tolist() == pytest.approx([(r - 1) / 24 for r in rank])
    assert indices.ranks(x).tolist() == [1 + sum(other > v for other in x) for v in x]


def test_linear_scores():
    x = RNG.normal(10, 3, 20)
    assert indices.normalise_minmax(x, 1, 100) == pytest.approx(
        [1 + 99 * (v - min(x)) / (max(x) - min(x)) for v in x]
    )
    mean = sum(x) / 20
    deviation = math.sqrt(sum((v - mean) ** 2 for v in x) / 19)
    assert indices.normalise_zscore(x, 50, 10) == pytest.approx([50 + 10 * (v - mean) / deviation for v in x])


@pytest.mark.parametrize("method", ["arithmetic", "geometric", "harmonic"])
def test_means(method):
    x, w = RNG.uniform(1, 9, (5, 4)), RNG.uniform(0.1, 2, 4)
    plain = {
        "arithmetic": lambda r: sum(a * b for a, b in zip(r, w, strict=True)) / sum(w),
        "geometric": lambda r: math.prod(a**b for a, b in zip(r, w, strict=True)) ** (1 / sum(w)),
        "harmonic": lambda r: sum(w) / sum(b / a for a, b in zip(r, w, strict=True)),
    }[method]
    assert indices.mean_of(x, w, method) == pytest.approx([plain(row) for row in x])


def plain_tree_score(structure, code, row, kind):
    children = structure.children(code)
    if not children:
        return row[code]
    w = [structure[c].weight for c in children]
    x = [plain_tree_score(structure, c, row, kind) for c in children]
    if kind == "geometric":
        return math.exp(sum(a * math.log(b) for a, b in zip(w, x, strict=True)) / sum(w))
    return sum(a * b for a, b in zip(w, x, strict=True)) / sum(w)


TREE = {
    "code": "I",
    "children": [
        {"code": "p", "weight": 2, "children": [{"code": "x00", "weight": 3}, {"code": "x01"}]},
        {"code": "q", "children": [{"code": "x02"}, {"code": "x03", "weight": 0.5}, {"code": "x04"}]},
    ],
}


@pytest.mark.parametrize("kind", ["arithmetic", "geometric"])
def test_a_tree_of_means(kind):
    structure = indices.Structure.of(TREE)
    data = table(RNG.uniform(1, 100, (6, 5)))
    mine = indices.aggregate(data, structure, method=kind)
    plain = [plain_tree_score(structure, "I", row, kind) for row in data.iter_rows(named=True)]
    assert mine["I"].to_list() == pytest.approx(plain)


def test_outranking_and_copeland():
    x, w = RNG.integers(0, 4, (14, 12)).astype(float), RNG.uniform(0.2, 1, 12)
    share = w / w.sum()
    n = len(x)
    matrix, score = np.zeros((n, n)), np.zeros(n)
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            for q in range(12):
                matrix[i, j] += share[q] * (1 if x[i, q] > x[j, q] else 0.5 if x[i, q] == x[j, q] else 0)
            score[i] += 1 if matrix[i, j] > 0.5 + 1e-9 else -1 if matrix[i, j] < 0.5 - 1e-9 else 0
    assert indices.outranking_matrix(table(x), weights=w.tolist()).drop("unit").to_numpy() == pytest.approx(
        matrix
    )
    assert indices.copeland(table(x), weights=w.tolist())["score"].to_list() == score.tolist()


def test_copeland_over_many_blocks_and_more_than_ten_indicators():
    x = RNG.integers(0, 50, (700, 13)).astype(float)
    w = RNG.uniform(size=13)
    lead = sum(w[q] * np.sign(x[:, None, q] - x[None, :, q]) for q in range(13))
    plain = np.where(np.abs(lead) < 1e-9, 0, np.sign(lead)).sum(axis=1)
    assert indices.copeland(table(x), weights=w.tolist(), threads=1)["score"].to_list() == plain.tolist()


def test_a_veto_turns_a_won_duel_into_a_drawn_one():
    x = np.array([[9.0, 9.0, 0.0], [5.0, 5.0, 5.0], [4.0, 4.0, 4.0]])
    free = indices.copeland(table(x))["score"].to_list()
    held = indices.copeland(table(x), veto={"x02": 4.5})["score"].to_list()
    assert free == [2.0, 0.0, -2.0]
    assert held == [1.0, 1.0, -2.0]
    assert indices.outranking_matrix(table(x), veto={"x02": 4.5})["u001"][0] == 0.0


def test_cronbach_by_its_definition():
    x = RNG.normal(size=(30, 4)) + RNG.normal(size=(30, 1))
    variances = [np.var(x[:, j], ddof=1) for j in range(4)]
    plain = 4 / 3 * (1 - sum(variances) / np.var(x.sum(axis=1), ddof=1))
    assert indices.cronbach_alpha(table(x), standardised=False) == pytest.approx(plain)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    plain = 4 / 3 * (1 - 4 / np.var(z.sum(axis=1)))
    assert indices.cronbach_alpha(table(x), standardised=True) == pytest.approx(plain)


def test_varimax_by_trying_all_angles():
    x = RNG.normal(size=(9, 2))
    z = x / np.sqrt((x**2).sum(axis=1, keepdims=True))

    def simplicity(a: np.ndarray) -> float:
        return float(((a**2).var(axis=0)).sum())

    best = 0.0
    for angle in np.linspace(0, np.pi / 2, 20_001):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        best = max(best, simplicity(z @ turn))
    rotated = indices.varimax(x) / np.sqrt((x**2).sum(axis=1, keepdims=True))
    assert simplicity(rotated) >= best - 1e-9


def test_ahp_by_power_iteration():
    w = np.array([0.5, 0.3, 0.2])
    noise = np.array([[1, 1.2, 0.9], [1 / 1.2, 1, 1.1], [1 / 0.9, 1 / 1.1, 1]])
    matrix = w[:, None] / w[None, :] * noise
    x = np.ones(3)
    for _ in range(200):
        x = matrix @ x
        x = x / x.sum()
    found = indices.weights_ahp(matrix, ["a", "b", "c"])
    assert list(found.weights.values()) == pytest.approx(x)
    assert found.lambda_max == pytest.approx((matrix @ x / x).mean())


def test_entropy_and_critic():
    x = RNG.uniform(0, 5, (12, 3))
    spread = []
    for j in range(3):
        p = x[:, j] / sum(x[:, j])
        spread.append(1 + sum(v * math.log(v) for v in p if v > 0) / math.log(12))
    mine = indices.weights_entropy(table(x))
    assert list(mine.values()) == pytest.approx([s / sum(spread) for s in spread])
    z = (x - x.min(axis=0)) / np.ptp(x, axis=0)
    content = [
        np.std(z[:, j], ddof=1) * sum(1 - np.corrcoef(z[:, j], z[:, k])[0, 1] for k in range(3))
        for j in range(3)
    ]
    assert list(indices.weights_critic(table(x)).values()) == pytest.approx(
        [c / sum(content) for c in content]
    )


@pytest.mark.parametrize("bounds", [(0.8, 1.2), (0.3, 2.5), None])
def test_benefit_of_the_doubt_one_programme_per_unit(bounds):
    y = RNG.uniform(0, 1, (40, 5))
    low, high = (0.0, 5.0) if bounds is None else bounds
    eye, mean = np.eye(5), np.full((5, 5), 1 / 5)
    rows = np.vstack([y, low * mean - eye, eye - high * mean])
    limits = np.r_[np.ones(40), np.zeros(10)]
    plain = [-linprog(-y[i], A_ub=rows, b_ub=limits, method="highs").fun for i in range(40)]
    options = {"unrestricted": True} if bounds is None else {"around_mean": bounds}
    found = indices.benefit_of_the_doubt(table(y), **options)
    assert found.scores["score"].to_list() == pytest.approx(plain, abs=1e-8)
    shares = found.weights.drop("unit").to_numpy()
    assert shares.sum(axis=1) == pytest.approx(np.ones(40))
    reached = (shares @ y.T).max(axis=1)
    own = (shares * y).sum(axis=1)
    assert own / reached == pytest.approx(plain, abs=1e-7)


def test_uncertainty_one_replication_at_a_time():
    """The engine against building the index anew for each replication, groups of mixed kinds included."""
    data = table(RNG.lognormal(size=(9, 5)))
    text = {"method": "minmax", "low": 1, "high": 100}
    for aggregate in (
        {"method": "arithmetic"},
        {"method": "geometric", "by_node": {"I": "arithmetic"}},
        {"method": "harmonic"},
        {"method": "copeland"},
        {"method": "arithmetic", "by_node": {"I": "copeland"}},
    ):
        recipe = indices.IndexRecipe(
            "r",
            "r",
            "1",
            indices.Structure.of(TREE),
            (indices.Step("normalise", text), indices.Step("aggregate", aggregate)),
        )
        doubts = [
            indices.Alternatives(
                "scale", "normalise", [{}, {"method": "zscore", "mean": 50, "deviation": 5}]
            ),
            indices.WeightRange("q", 0.5, 3.0),
            indices.Omission("left out", [None, "x00", "x03", "p"]),
            indices.WeightSets("experts", [{"x01": 4.0}, {"x01": 0.5, "x04": 2.0}]),
        ]
        found = indices.uncertainty(recipe, data, doubts, n=25, seed=3)
        for run, row in enumerate(found.design.iter_rows(named=True)):
            weights = {"q": 0.5 + row["weight of q"] * 2.5}
            weights |= doubts[3].sets[int(row["experts"])]
            gone = doubts[2].codes[int(row["left out"])]
            without = [gone] if gone else []
            kept = {k: v for k, v in weights.items() if k not in without and not (gone == "p" and k == "x01")}
            changed = recipe.changed({"normalise": doubts[0].options[int(row["scale"])]}, without=without)
            slow = indices.build(changed.changed(weights=kept), data).results
            assert slow["score"].to_list() == pytest.approx(found.scores[run].tolist(), rel=1e-9)


def test_rank_statistics_against_numpy():
    data = table(RNG.uniform(size=(12, 5)))
    recipe = indices.parse(SMALL)
    found = indices.uncertainty(recipe, data, [indices.WeightNoise("w", {1: 0.9, 2: 0.9})], n=313, seed=5)
    summary = found.summary(quantiles=(0.05, 0.37, 0.95))
    for q, column in ((0.5, "median_rank"), (0.05, "rank_q5"), (0.37, "rank_q37"), (0.95, "rank_q95")):
        assert summary[column].to_list() == pytest.approx(np.quantile(found.ranks, q, axis=0).tolist())
    assert summary["mean_rank"].to_list() == pytest.approx(found.ranks.mean(axis=0).tolist())


SMALL = """
recipe: small
index:
  code: I
  children:
    - {code: p, weight: 2, children: [{code: x00, weight: 3}, {code: x01}]}
    - {code: q, children: [{code: x02}, {code: x03, weight: 0.5}, {code: x04, direction: -1}]}
steps:
  - treat
  - normalise: {method: minmax, low: 1, high: 100}
  - aggregate
"""


def test_sobol_indices_with_loops():
    rng = np.random.default_rng(6)
    n, d = 50, 3
    u = indices.radial_design(n, d, rng, "uniform")
    y = u[:, 0] + 2 * u[:, 1] * u[:, 2]
    a, b = y[:n], y[n : 2 * n]
    variance = np.var(np.r_[a, b], ddof=1)
    found = indices.sobol_indices(y, n=n, names="abc", n_resamples=200, seed=1)
    for j in range(d):
        mixed = y[(2 + j) * n : (3 + j) * n]
        first = sum(b[i] * (mixed[i] - a[i]) for i in range(n)) / n / variance
        total = sum((a[i] - mixed[i]) ** 2 for i in range(n)) / (2 * n) / variance
        assert found.first[j, 0] == pytest.approx(first)
        assert found.total[j, 0] == pytest.approx(total)
    # One bootstrap draw by hand, from the same counts.
    counts = np.random.default_rng(1).multinomial(n, np.full(n, 1 / n), size=200)[0]
    rows = np.repeat(np.arange(n), counts)
    variance = np.var(np.r_[a[rows], b[rows]], ddof=1)
    mixed = y[2 * n : 3 * n]
    assert found.total_draws[0, 0, 0] == pytest.approx(((a - mixed) ** 2)[rows].mean() / 2 / variance)
    assert found.first_draws[0, 0, 0] == pytest.approx((b * (mixed - a))[rows].mean() / variance)


def test_imputation_by_group_and_neighbours():
    x = RNG.normal(size=(10, 3))
    x[2, 0] = x[7, 1] = np.nan
    group = ["a"] * 5 + ["b"] * 5
    data = table(x).with_columns(pl.Series("g", group))
    done = indices.impute(data, method="group_median", group="g").data
    assert done["x00"][2] == pytest.approx(np.median([x[i, 0] for i in (0, 1, 3, 4)]))
    assert done["x01"][7] == pytest.approx(np.median([x[i, 1] for i in (5, 6, 8, 9)]))
    near = indices.impute(table(x), method="nearest", neighbours=2).data
    scale = np.nanstd(x, axis=0)

    def distance(i: int, j: int) -> float:
        both = ~np.isnan(x[i]) & ~np.isnan(x[j])
        return math.sqrt(np.mean(((x[i] - x[j]) / scale)[both] ** 2))

    closest = sorted((i for i in range(10) if i != 2), key=lambda i: distance(2, i))[:2]
    assert near["x00"][2] == pytest.approx(np.mean([x[i, 0] for i in closest]))


def test_expectation_maximisation_in_the_case_with_a_formula():
    """One gappy column beside a complete one: the likelihood fills by regression on the complete pairs."""
    x = RNG.normal(size=(40, 2))
    x[:, 1] += 2 * x[:, 0]
    x[:6, 1] = np.nan
    known = x[6:]
    slope, constant = np.polyfit(known[:, 0], known[:, 1], 1)
    done = indices.impute(table(x), method="em").data["x01"].to_numpy()
    assert done[:6] == pytest.approx(constant + slope * x[:6, 0], abs=1e-6)


def test_panel_takes_the_last_known_value():
    panel = pl.DataFrame(
        {"unit": ["A", "A", "A", "B"], "time": [2016, 2017, 2015, 2017], "x": [1.0, None, 9.0, 4.0]}
    )
    now = pl.DataFrame(
        {"unit": ["A", "B"], "time": [2018, 2018], "x": [None, None]}, schema_overrides={"x": pl.Float64}
    )
    done = indices.impute(now, method="panel", panel=panel)
    assert done.data["x"].to_list() == [1.0, 4.0]
    assert indices.impute(now, method="panel", panel=panel, max_steps=1).data["x"].to_list() == [None, 4.0]
    assert done.filled.height == 2


def test_goalposts_direction_and_targets():
    x = np.array([10.0, 20.0, 40.0])
    down = indices.normalise(table(x[:, None]), method="goalposts", directions={"x00": -1}, low=10, high=40)
    assert down["x00"].to_list() == pytest.approx([1.0, 2 / 3, 0.0])
    target = indices.normalise(
        table(x[:, None]), method="distance_to_target", directions={"x00": -1}, each={"x00": {"target": 10}}
    )
    assert target["x00"].to_list() == pytest.approx([1.0, 2 / 3, 0.0])
    reference = indices.normalise(table(x[:, None]), method="distance_to_reference", reference="u001")
    assert reference["x00"].to_list() == pytest.approx([0.0, 1.0, 3.0])


def test_contributions_add_up_for_every_mean():
    data = table(RNG.uniform(1, 9, (7, 5)))
    for kind in ({"method": "arithmetic"}, {"method": "geometric"}, {"method": "power", "p": -2.0}):
        recipe = indices.parse(SMALL).changed({"treat": None, "aggregate": kind})
        index = indices.build(recipe, data)
        for against in ("u003", "mean"):
            parts = indices.contributions(index, "u000", against=against)
            score = dict(index.results.select("unit", "score").iter_rows())
            if against != "mean":
                expected = score["u000"] - score[against]
                assert parts["contribution"].sum() == pytest.approx(expected, rel=1e-9)
            for row in parts.iter_rows(named=True):
                assert np.sign(row["contribution"]) == np.sign(round(row["value"] - row["reference"], 12))
    index = indices.build(indices.parse(SMALL), data)
    parts = indices.contributions(index, "u000")
    effective = index.structure.effective_weights()
    for row in parts.iter_rows(named=True):
        assert row["contribution"] == pytest.approx(effective[row["indicator"]] * row["value"])


def test_condorcet_ranking_is_the_least_disagreement():
    x = RNG.integers(0, 5, (5, 6)).astype(float)
    support, orders = indices.condorcet_ranking(table(x))
    shares = indices.outranking_matrix(table(x)).drop("unit").to_numpy()
    place = {u: i for i, u in enumerate(table(x)["unit"])}
    for order in orders:
        found = sum(shares[place[a], place[b]] for i, a in enumerate(order) for b in order[i + 1 :])
        assert found == pytest.approx(support)
    for one, other in pairwise(orders[0]):
        swapped = [other if u == one else one if u == other else u for u in orders[0]]
        found = sum(shares[place[a], place[b]] for i, a in enumerate(swapped) for b in swapped[i + 1 :])
        assert found <= support + 1e-9
