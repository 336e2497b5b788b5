"""Every measure of records against a plain twin: loops, definitions, brute force."""

from collections import Counter
from itertools import combinations, product
from math import exp, factorial, log

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from nanduti.methods import disclosure

rows = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.integers(0, 2),
        st.sampled_from(["x", "y", None]),
        st.integers(0, 3),
        st.sampled_from("pqr"),
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip
KEYS = ["t", "n", "m"]


def frame(records) -> pl.DataFrame:
    return pl.DataFrame(
        records,
        schema={"t": pl.String, "n": pl.Int64, "m": pl.String, "s": pl.Int64, "u": pl.String},
        orient="row",
    )


def classes(data: pl.DataFrame, sensitive: str) -> dict[tuple, list]:
    found: dict[tuple, list] = {}
    for r in data.iter_rows(named=True):
        found.setdefault(tuple(r[k] for k in KEYS), []).append(r[sensitive])
    return found


def twin_recursive_l(values: list, c: float) -> int:
    counts = sorted(Counter(values).values(), reverse=True)
    return max([0] + [i + 1 for i in range(len(counts)) if counts[0] < c * sum(counts[i:])])


def emd(p: dict, q: dict, distance) -> float:
    """The earth mover's distance as the transport problem that it is."""
    values = sorted(q)
    m = len(values)
    cost = [distance(a, b) for a in values for b in values]
    rows_, right = [], []
    for i in range(m):
        rows_.append([1.0 if a == i else 0.0 for a in range(m) for _ in range(m)])
        right.append(p.get(values[i], 0.0))
    for j in range(m):
        rows_.append([1.0 if b == j else 0.0 for _ in range(m) for b in range(m)])
        right.append(q[values[j]])
    return linprog(cost, A_eq=rows_, b_eq=right).fun


@settings(max_examples=60, deadline=None)
@given(rows)
def test_all_measures_agree_with_the_definitions(records):
    data = frame(records)
    groups = classes(data, "u")
    sizes = [len(v) for v in groups.values()]
    assert disclosure.k_anonymity(data, keys=KEYS) == min(sizes)
    assert disclosure.n_violating(data, keys=KEYS, k=3) == sum(s for s in sizes if s < 3)
    assert disclosure.class_sizes(data, keys=KEYS).tolist() == [
        len(groups[tuple(r[k] for k in KEYS)]) for r in data.iter_rows(named=True)
    ]
    assert sorted(disclosure.equivalence_classes(data, keys=KEYS)["n_records"].to_list()) == sorted(sizes)
    assert disclosure.sample_uniques(data, keys=KEYS).height == sizes.count(1)
    found = disclosure.l_diversity(data, keys=KEYS, sensitive="u")
    assert found == min(len(set(v)) for v in groups.values())
    entropy = min(
        exp(-sum(n / len(v) * log(n / len(v)) for n in Counter(v).values())) for v in groups.values()
    )
    assert disclosure.l_diversity(data, keys=KEYS, sensitive="u", kind="entropy") == pytest.approx(entropy)
    for c in (0.7, 2.0, 5.0):
        expected = min(twin_recursive_l(v, c) for v in groups.values())
        assert disclosure.l_diversity(data, keys=KEYS, sensitive="u", kind="recursive", c=c) == expected
    worst = max(max(Counter(v).values()) / len(v) for v in groups.values())
    assert disclosure.alpha_k(data, keys=KEYS, sensitive="u") == (pytest.approx(worst), min(sizes))


@settings(max_examples=40, deadline=None)
@given(rows)
def test_t_is_the_earth_movers_distance(records):
    data = frame(records)
    overall = Counter(data["s"].to_list())
    q = {v: n / data.height for v, n in overall.items()}
    place = {v: i for i, v in enumerate(sorted(q))}
    span = max(len(q) - 1, 1)
    ordered, equal = [], []
    for values in classes(data, "s").values():
        p = {v: n / len(values) for v, n in Counter(values).items()}
        ordered.append(emd(p, q, lambda a, b: abs(place[a] - place[b]) / span))
        equal.append(emd(p, q, lambda a, b: float(a != b)))
    assert disclosure.t_closeness(data, keys=KEYS, sensitive="s") == pytest.approx(max(ordered), abs=1e-9)
    assert disclosure.t_closeness(data, keys=KEYS, sensitive="s", distance="equal") == pytest.approx(
        max(equal), abs=1e-9
    )


@settings(max_examples=25, deadline=None)
@given(rows)
def test_t_over_a_hierarchy_is_the_earth_movers_distance(records):
    data = frame(records).with_columns(pl.col("s").replace_strict({0: "a1", 1: "a2", 2: "b1", 3: "b2"}))
    parents = {"a1": "a", "a2": "a", "b1": "b", "b2": "b", "a": "all", "b": "all"}
    q = {v: n / data.height for v, n in Counter(data["s"].to_list()).items()}

    def distance(x: str, y: str) -> float:
        return 0.0 if x == y else 0.5 if parents[x] == parents[y] else 1.0

    expected = max(
        emd({v: n / len(g) for v, n in Counter(g).items()}, q, distance) for g in classes(data, "s").values()
    )
    found = disclosure.t_closeness(data, keys=KEYS, sensitive="s", distance="hierarchy", hierarchy=parents)
    assert found == pytest.approx(expected, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(rows)
def test_the_gate_measures_what_the_single_functions_do(records):
    data = frame(records)
    m = disclosure.measures(data, keys=KEYS, sensitive=["s", "u"], c=1.5)
    assert m.k == disclosure.k_anonymity(data, keys=KEYS)
    assert m.n_below[3] == disclosure.n_violating(data, keys=KEYS, k=3)
    assert m.expected_reidentifications == pytest.approx((1 / disclosure.class_sizes(data, keys=KEYS)).sum())
    for s in ("s", "u"):
        one = m.sensitive[s]
        assert one.distinct_l == disclosure.l_diversity(data, keys=KEYS, sensitive=s)
        assert one.recursive_l == disclosure.l_diversity(
            data, keys=KEYS, sensitive=s, kind="recursive", c=1.5
        )
        assert one.recursive_c == disclosure.recursive_bound(data, keys=KEYS, sensitive=s, l=2)
        assert one.t == pytest.approx(disclosure.t_closeness(data, keys=KEYS, sensitive=s), abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(rows)
def test_frequencies_with_blanks_match_pair_by_pair(records):
    data = frame(records)
    w = np.arange(1.0, data.height + 1)
    f, total = disclosure.frequencies(data, keys=KEYS, weights=w, missing="any")
    table = data.select(KEYS).rows()
    for i, a in enumerate(table):
        like = [j for j, b in enumerate(table) if all(x is None or y is None or x == y for x, y in zip(a, b))]
        assert f[i] == len(like)
        assert total[i] == pytest.approx(w[like].sum())


@settings(max_examples=40, deadline=None)
@given(rows)
def test_suda_finds_the_minimal_unique_sets(records):
    data = frame(records)
    table = data.select(KEYS).rows()
    scores = []
    for row in table:
        unique = [
            set(c) for size in range(1, 4) for c in combinations(range(3), size)
            if all(row[j] is not None for j in c) and sum(all(o[j] == row[j] for j in c) for o in table) == 1
        ]  # fmt: skip
        minimal = [c for c in unique if not any(o < c for o in unique)]
        scores.append(float(sum(factorial(3 - len(c)) for c in minimal)))
    found = disclosure.suda2(data, keys=KEYS)
    assert found.score.tolist() == scores
    assert ((found.dis_score > 0) == (found.score > 0)).all()


@pytest.mark.parametrize(("f", "big"), [(1, 4.0), (2, 9.5), (3, 40.0), (7, 7.5), (40, 900.0), (1, 1.00001)])
def test_exact_risk_is_the_mean_of_one_over_a_negative_binomial(f, big):
    n = 60_000
    p = f / big
    total, log_chance = 0.0, f * log(p)
    for size in range(f, n):
        total += exp(log_chance) / size
        log_chance += log(size) - log(size - f + 1) + (log(1 - p) if p < 1 else -np.inf)
    data = pl.DataFrame({"k": ["a"] * f, "w": [big / f] * f})
    risk = disclosure.individual_risk(data, keys=["k"], weights="w", method="exact")
    assert risk.individual[0] == pytest.approx(total, rel=1e-6)
    usual = disclosure.individual_risk(data, keys=["k"], weights="w").individual[0]
    assert usual == pytest.approx(total, rel=1e-6 if f <= 2 else 0.06)


def test_population_uniques_counted_and_expected():
    rng = np.random.default_rng(5)
    population = pl.DataFrame({"a": rng.integers(0, 60, 4000), "b": rng.integers(0, 60, 4000)})
    sample = population[np.sort(rng.choice(4000, 400, replace=False))].with_columns(w=pl.lit(10.0))
    known = disclosure.population_uniques(sample, keys=["a", "b"], population=population)
    twin = Counter(population.rows())
    own = Counter(sample.select("a", "b").rows())
    assert known.n_sample == sum(n == 1 for n in own.values())
    assert known.n_population == sum(twin[c] == 1 for c, n in own.items() if n == 1)
    expected = disclosure.population_uniques(sample, keys=["a", "b"], weights="w")
    assert expected.n_population == pytest.approx(0.1 * known.n_sample)


@settings(max_examples=25, deadline=None)
@given(rows.filter(lambda r: len(r) <= 6), st.integers(2, 3))
def test_local_suppression_reaches_k_and_is_never_better_than_the_best(records, k):
    data = frame(records)
    if data.height < k:
        return
    found = disclosure.local_suppression(data, keys=["t", "n"], k=k, seed=1)
    f, _ = disclosure.frequencies(found.data, keys=["t", "n"], missing="any")
    assert f.min() >= k
    table = data.select("t", "n").rows()
    best = None
    for blanks in product(product((0, 1), repeat=2), repeat=len(table)):
        n = sum(map(sum, blanks))
        if best is not None and n >= best:
            continue
        seen = [tuple(None if b else v for b, v in zip(bs, r)) for bs, r in zip(blanks, table)]
        if all(
            sum(all(x is None or y is None or x == y for x, y in zip(a, b)) for b in seen) >= k for a in seen
        ):
            best = n
    assert best <= found.n_suppressed <= max(2 * best, best + 2)


@settings(max_examples=40, deadline=None)
@given(rows, st.integers(2, 4))
def test_strict_local_suppression_makes_real_classes(records, k):
    data = frame(records)
    if data.height < k:
        return
    found = disclosure.local_suppression(data, keys=KEYS, k=k, missing="category")
    assert disclosure.k_anonymity(found.data, keys=KEYS) >= k


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 40), st.integers(2, 4), st.integers(0, 10_000))
def test_mdav_against_a_loop(n, k, seed):
    x = np.random.default_rng(seed).integers(0, 50, (n, 2)).astype(float)
    left = list(range(n))
    groups = np.full(n, -1)
    number = 0

    def far(point):
        return max(left, key=lambda i: (((x[i] - point) ** 2).sum(), -i))

    def take(point):
        nonlocal left, number
        near = sorted(left, key=lambda i: (((x[i] - point) ** 2).sum(), i))[:k]
        groups[near] = number
        number += 1
        left = [i for i in left if i not in near]

    while len(left) >= 3 * k:
        a = x[far(x[left].mean(axis=0))]
        take(a)
        take(x[far(a)])
    if len(left) >= 2 * k:
        take(x[far(x[left].mean(axis=0))])
    groups[left] = number
    assert disclosure.mdav(x, k).tolist() == groups.tolist()


def test_minimal_recoding_is_the_cheapest_of_all_combinations():
    rng = np.random.default_rng(3)
    data = pl.DataFrame({"a": rng.integers(0, 8, 60), "b": rng.integers(0, 6, 60)})
    ladders = {
        "a": [{i: i // 2 for i in range(8)}, {i: i // 4 for i in range(8)}, dict.fromkeys(range(8), 0)],
        "b": [{i: i // 3 for i in range(6)}, dict.fromkeys(range(6), 0)],
    }
    found = disclosure.minimal_recoding(data, ladders=ladders, k=4)
    costs = []
    for i, j in product(range(4), range(3)):
        new = data
        if i:
            new = disclosure.recode(new, column="a", groups=ladders["a"][i - 1])
        if j:
            new = disclosure.recode(new, column="b", groups=ladders["b"][j - 1])
        if disclosure.k_anonymity(new, keys=["a", "b"]) >= 4:
            costs.append(sum(1 - (new[c].n_unique() - 1) / (data[c].n_unique() - 1) for c in "ab"))
    assert found.loss == pytest.approx(min(costs))
    assert disclosure.k_anonymity(found.data, keys=["a", "b"]) >= 4
