"""Random networks against networkx and against definitions written out as loops, with and without compiled loops."""

from __future__ import annotations

import itertools
import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import networks as nw
from nanduti.methods.networks import _wedges


def random_matrix(seed, n=25, density=0.15, valued=False):
    rng = np.random.default_rng(seed)
    m = (rng.random((n, n)) < density) * (rng.integers(1, 6, (n, n)) if valued else 1)
    np.fill_diagonal(m, 0)
    return m.astype(float)


SEEDS = [1, 2, 3]


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_and_paths(seed, both_ways):
    m = random_matrix(seed)
    network, graph = nw.from_matrix(m), nx.DiGraph(m)
    census = nx.triadic_census(graph)
    assert dict(nw.triad_census(network).iter_rows()) == census
    either = nx.Graph(graph.to_undirected())
    assert nw.k_cores(network).tolist() == [nx.core_number(either)[i] for i in range(len(m))]
    local = nx.clustering(either)
    mine = np.nan_to_num(nw.local_clustering(network))
    assert mine == pytest.approx([local[i] for i in range(len(m))])
    between = nx.betweenness_centrality(graph, normalized=False)
    assert nw.betweenness(network) == pytest.approx([between[i] for i in range(len(m))])
    harmonic = nx.harmonic_centrality(graph.reverse())
    assert nw.closeness(network, "reciprocal") * (len(m) - 1) == pytest.approx(
        [harmonic[i] for i in range(len(m))]
    )
    near = nx.closeness_centrality(graph.reverse())
    assert nw.closeness(network, unreachable="wasserman_faust") == pytest.approx(
        [near[i] for i in range(len(m))]
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_undirected_paths(seed, both_ways):
    m = random_matrix(seed, density=0.06)
    m = np.maximum(m, m.T)
    network, graph = nw.from_matrix(m), nx.Graph(m)
    between = nx.betweenness_centrality(graph)
    assert nw.betweenness(network, normalised=True) == pytest.approx([between[i] for i in range(len(m))])
    found = nw.cut_points(network)
    assert {a - 1 for a in found.actors} == set(nx.articulation_points(graph))
    bridges = {frozenset((a - 1, b - 1)) for a, b in found.bridges}
    assert bridges == {frozenset(pair) for pair in nx.bridges(graph)}


@pytest.mark.parametrize("seed", SEEDS)
def test_structural_holes_over_the_whole(seed, both_ways):
    m = random_matrix(seed, valued=True)
    network, graph = nw.from_matrix(m), nx.DiGraph(m)
    theirs = nx.constraint(graph, weight="weight")
    mine = nw.structural_holes(network, "whole")["constraint"]
    for row, value in enumerate(mine):
        if value is not None:
            assert value == pytest.approx(theirs[row])
    # networkx's effective size of directed networks follows another formula; here Burt's, written out.
    z = m + m.T
    for i, value in enumerate(nw.structural_holes(network, "whole")["effective_size"]):
        near = np.flatnonzero(z[i])
        redundant = sum(z[i, q] / z[i].sum() * z[j, q] / z[j].max() for j in near for q in near if q != j)
        assert value == pytest.approx(len(near) - redundant)


@pytest.mark.parametrize("seed", SEEDS)
def test_effective_size_of_undirected_networks(seed, both_ways):
    """Borgatti's short form: contacts less twice the ties among them over their number."""
    m = random_matrix(seed, density=0.1)
    network = nw.from_matrix(np.maximum(m, m.T))
    theirs = nx.effective_size(nx.Graph(np.maximum(m, m.T)))
    for method in ("ego", "whole"):
        for row, value in enumerate(nw.structural_holes(network, method)["effective_size"]):
            assert value == (0 if math.isnan(theirs[row]) else pytest.approx(theirs[row]))


def plain_ego_holes(m):
    """Burt's formulas inside each ego network, cell by cell."""
    z = m + m.T
    n = len(z)
    answer = []
    for i in range(n):
        near = [j for j in range(n) if z[i, j] > 0]
        here = [*near, i]
        p = {a: {b: z[a, b] / sum(z[a, c] for c in here) for b in here} for a in here} if near else {}
        strongest = {a: max(z[a, c] for c in here) for a in here}
        constraint = sum((p[i][j] + sum(p[i][q] * p[q][j] for q in near if q != j)) ** 2 for j in near)
        effective = sum(1 - sum(p[i][q] * z[j, q] / strongest[j] for q in near if q != j) for j in near)
        answer.append((effective, constraint if len(near) > 1 else None))
    return answer


@pytest.mark.parametrize("seed", SEEDS)
def test_structural_holes_inside_ego_networks(seed, both_ways):
    m = random_matrix(seed, n=14, density=0.25, valued=True)
    table = nw.structural_holes(nw.from_matrix(m))
    for (effective, constraint), row in zip(plain_ego_holes(m), table.iter_rows(named=True), strict=True):
        assert row["effective_size"] == pytest.approx(effective)
        assert row["constraint"] == (None if constraint is None else pytest.approx(constraint))


def plain_brokerage(m, group):
    n = len(m)
    counts = np.zeros((n, 6), dtype=int)
    for a, v, b in itertools.permutations(range(n), 3):
        if m[a, v] and m[v, b] and not m[a, b]:
            if group[a] == group[v] == group[b]:
                role = 0
            elif group[a] == group[b]:
                role = 1
            elif group[v] == group[b]:
                role = 2
            elif group[a] == group[v]:
                role = 3
            else:
                role = 4
            counts[v, role] += 1
            counts[v, 5] += 1
    return counts


@pytest.mark.parametrize("seed", SEEDS)
def test_brokerage_by_definition(seed, both_ways):
    m = random_matrix(seed, n=12, density=0.3)
    group = np.random.default_rng(seed).integers(0, 3, 12)
    found = nw.brokerage(nw.from_matrix(m), list(group))
    assert found.actors.drop("actor", "group").to_numpy().tolist() == plain_brokerage(m, group).tolist()


def test_expected_brokerage_is_the_mean_of_random_networks():
    """Thousands of networks with independent ties have the mean and deviation that the formulas give."""
    rng = np.random.default_rng(5)
    group = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2])
    n, share = len(group), 0.35
    drawn = []
    for _ in range(4000):
        m = (rng.random((n, n)) < share).astype(float)
        np.fill_diagonal(m, 0)
        from nanduti.methods.networks.brokerage import brokerage_counts

        drawn.append(brokerage_counts(nw.from_matrix(m, directed=True), group, 3))
    from nanduti.methods.networks.brokerage import _under_chance

    mean, deviation = _under_chance(group, 3, share)
    drawn = np.array(drawn)
    assert np.abs(drawn.mean(axis=0) - mean).max() < 5 * (deviation / math.sqrt(4000)).max()
    assert drawn.std(axis=0) == pytest.approx(deviation, rel=0.08, abs=0.02)


def plain_transitivity(m):
    n = len(m)
    paths = closed = cyclic = 0
    for i, j, k in itertools.permutations(range(n), 3):
        if m[i, j] and m[j, k]:
            paths += 1
            closed += bool(m[i, k])
            cyclic += bool(m[k, i])
    return paths, closed, cyclic


@given(st.integers(0, 10_000), st.integers(2, 9), st.floats(0, 1))
@settings(max_examples=40)
def test_transitivity_by_definition(seed, n, density):
    m = random_matrix(seed, n, density)
    found = nw.transitivity(nw.from_matrix(m, directed=True))
    assert (found.n_paths, found.n_closed, found.n_cyclic) == plain_transitivity(m)


@pytest.mark.parametrize("seed", SEEDS)
def test_chunks_of_rows_give_the_same(seed, monkeypatch):
    m = nw.from_matrix(random_matrix(seed, n=40))
    whole = nw.triad_census(m), nw.structural_holes(m)
    monkeypatch.setattr(_wedges, "CELLS", 120)
    monkeypatch.setattr(_wedges, "WEDGES", 50)
    assert nw.triad_census(m).equals(whole[0])
    assert nw.structural_holes(m).equals(whole[1])


@pytest.mark.parametrize("seed", SEEDS)
def test_pagerank_and_eigenvector(seed):
    m = random_matrix(seed, n=40, density=0.1)
    rank = nx.pagerank(nx.DiGraph(m), tol=1e-12, max_iter=5000)
    assert nw.pagerank(nw.from_matrix(m)) == pytest.approx([rank[i] for i in range(40)], abs=1e-9)
    s = np.maximum(m, m.T)
    vectors = np.linalg.eigh(s)[1]
    found = nw.eigenvector(nw.from_matrix(s), disconnected="principal")
    assert found == pytest.approx(np.abs(vectors[:, -1]), abs=1e-8)


def test_pagerank_of_many_actors_is_not_uniform():
    """A tolerance multiplied by the number of actors would stop at the start (as two packages do)."""
    n = 200_000
    from scipy import sparse

    from nanduti.methods.networks.graph import Network, tidy

    ring = sparse.coo_array((np.ones(n), (np.arange(n), np.zeros(n, dtype=int))), shape=(n, n))
    rank = nw.pagerank(Network(tuple(range(n)), tidy(ring)))
    assert rank[0] > 0.4


@pytest.mark.parametrize("seed", SEEDS)
def test_modularity_against_networkx(seed):
    m = random_matrix(seed, valued=True)
    group = np.random.default_rng(seed).integers(0, 4, len(m))
    parts = [set(np.flatnonzero(group == g).tolist()) for g in np.unique(group)]
    expected = nx.community.modularity(nx.DiGraph(m), parts, weight="weight")
    assert nw.modularity(nw.from_matrix(m), list(group)) == pytest.approx(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_assortativity_against_networkx(seed):
    m = random_matrix(seed)
    graph = nx.DiGraph(m)
    rng = np.random.default_rng(seed)
    size = rng.normal(size=len(m))
    nx.set_node_attributes(graph, dict(enumerate(size)), "size")
    assert nw.assortativity(nw.from_matrix(m), list(size)) == pytest.approx(
        nx.numeric_assortativity_coefficient(graph, "size")
    )
    place = [str(p) for p in rng.integers(0, 3, len(m))]
    nx.set_node_attributes(graph, dict(enumerate(place)), "place")
    assert nw.assortativity(nw.from_matrix(m), place) == pytest.approx(
        nx.attribute_assortativity_coefficient(graph, "place")
    )


@pytest.mark.parametrize("between", [None, 0.0, 0.5, 1.0])
def test_core_of_small_networks_is_the_best_of_all(between):
    m = random_matrix(4, n=9, density=0.35)
    found = nw.core_periphery(nw.from_matrix(m), between=between)
    best = -math.inf
    off = ~np.eye(9, dtype=bool)
    for bits in range(1, 2**9 - 1):
        core = np.array([bits >> k & 1 for k in range(9)], dtype=bool)
        ideal = np.full((9, 9), math.nan if between is None else between)
        ideal[np.ix_(core, core)], ideal[np.ix_(~core, ~core)] = 1, 0
        used = off & ~np.isnan(ideal)
        if ideal[used].std() > 0 and m[used].std() > 0:
            best = max(best, np.corrcoef(ideal[used], m[used])[0, 1])
    assert found.fit == pytest.approx(best)


@pytest.mark.parametrize("method", nw.communities.__globals__["METHODS"])
def test_communities_hang_together_and_repeat(method):
    m = random_matrix(6, n=40, density=0.08)
    network = nw.from_matrix(m)
    first, again = nw.communities(network, method, seed=3), nw.communities(network, method, seed=3)
    assert first.of.tolist() == again.of.tolist()
    assert first.modularity == pytest.approx(
        nw.modularity(network.symmetrised(), first.of.tolist()), abs=1e-12
    )
    for community in range(1, first.n + 1):
        part = network.rows(np.flatnonzero(first.of == community))
        assert nw.components(part).n == 1


def test_without_a_place_to_keep_machine_code_it_is_compiled_anyway(monkeypatch):
    """A read-only installation: numba refuses to cache, the loop is compiled for the process."""
    from nanduti.methods.networks import _fast

    asked = []

    class Refusing:
        @staticmethod
        def njit(**options):
            asked.append(options)
            if options.get("cache"):
                raise RuntimeError("cannot cache function: no locator available")
            return lambda loop: loop

    monkeypatch.setattr(_fast, "_numba", lambda: Refusing)
    _fast._compile.cache_clear()
    try:
        loop = _fast.compiled(len, work=1e12)
        assert loop("abc") == 3 and "cache" not in asked[-1]
    finally:
        _fast._compile.cache_clear()
