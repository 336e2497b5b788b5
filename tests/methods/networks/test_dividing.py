"""Leiden and Louvain: they end, what they divide hangs together, and little modularity is left lying about."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse import csgraph

from nanduti.methods import networks as nw
from nanduti.methods.networks import _modular, _moving

from .conftest import actors, ties


def tied(n: int, n_ties: int, seed: int, spread: float = 0.0) -> sparse.csr_array:
    """A symmetric network by lot; strengths over ``spread`` powers of ten, or 1."""
    rng = np.random.default_rng(seed)
    i, j = rng.integers(0, n, (2, n_ties))
    full = np.zeros((n, n))
    full[i, j] = 10.0 ** rng.uniform(-spread, 0, n_ties) if spread else 1.0
    np.fill_diagonal(full, 0)
    return sparse.csr_array(np.maximum(full, full.T))


def hangs_together(matrix: sparse.csr_array, label: np.ndarray) -> bool:
    """Whether every community is in one piece, looked at as they were found, before any splitting."""
    return all(
        csgraph.connected_components(matrix[rows][:, rows], directed=False)[0] == 1
        for rows in (np.flatnonzero(label == c) for c in np.unique(label))
    )


def divided(matrix, seed=1, resolution=1.0, *, refined=True):
    return _modular.divided(matrix, resolution, np.random.default_rng(seed), refined=refined)


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(2, 60), density=st.floats(0.5, 6), seed=st.integers(0, 10**6), spread=st.sampled_from([0, 1, 8, 15]),
    resolution=st.sampled_from([0.1, 1.0, 7.5]),
)  # fmt: skip
def test_ends_and_hangs_together_whatever_the_strengths(n, density, seed, spread, resolution):
    matrix = tied(n, int(n * density) + 1, seed, spread)
    if matrix.nnz:
        label = divided(matrix, seed, resolution)
        assert len(label) == n and hangs_together(matrix, label)


@pytest.mark.parametrize(
    "graph",
    [nx.grid_2d_graph(9, 11), nx.gnp_random_graph(300, 0.01, seed=2), nx.gnp_random_graph(300, 0.01, seed=4)],
    ids=["grid", "thin 2", "thin 4"],
)
def test_ends_where_a_refinement_in_seven_digits_did_not(graph):
    """On these networks Leiden of scikit-network 0.33.5 did not come back, tried with forty seeds in a process each."""
    matrix = sparse.csr_array(nx.to_scipy_sparse_array(graph, dtype=float))
    for seed in range(10):
        assert hangs_together(matrix, divided(matrix, seed))


def test_no_node_is_looked_at_more_often_than_allowed():
    """What ends it even if arithmetic were at fault: here any move counts as a gain."""
    matrix = tied(40, 100, 3)
    n, strength = 40, matrix.sum(axis=1).tolist()
    looked = _moving.settle(
        matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist(), strength, list(range(n)),
        list(strength), [1] * n, list(range(n)), [True] * n, [0.0] * n, [0] * n, [0] * n, 1 / sum(strength), -1e9, 500,
    )  # fmt: skip
    assert looked == 500


@pytest.mark.parametrize("refined", [True, False])
@pytest.mark.parametrize("spread", [0, 3])
def test_compiled_or_not_the_division_is_the_same(monkeypatch, refined, spread):
    pytest.importorskip("numba", reason="the extra `fast` is not installed")
    for seed in range(4):
        matrix = tied(150, 600, seed, spread)
        monkeypatch.setattr(_modular._fast, "WORTH_COMPILING", 0)
        compiled = divided(matrix, seed, refined=refined)
        monkeypatch.setattr(_modular._fast, "_numba", lambda: None)
        assert divided(matrix, seed, refined=refined).tolist() == compiled.tolist()
        monkeypatch.undo()


@pytest.mark.parametrize("seed", range(5))
def test_nobody_would_gain_by_moving(seed):
    """To another community, or into one of its own."""
    network = nw.from_matrix(tied(60, 200, seed).toarray())
    found = nw.communities(network, seed=seed)
    for actor in range(network.n):
        for other in range(1, found.n + 2):
            moved = found.of.copy()
            moved[actor] = other
            assert nw.modularity(network, moved.tolist()) <= found.modularity + 1e-9


def divisions(n: int):
    """Every way to divide n actors, each once."""
    for label in itertools.product(range(n), repeat=n):
        if all(c <= max(label[:k], default=-1) + 1 for k, c in enumerate(label)):
            yield list(label)


@pytest.mark.parametrize("seed", range(6))
def test_of_a_few_actors_the_best_of_all_divisions_is_found(seed):
    network = nw.from_matrix(tied(6, 10, seed, spread=1).toarray())
    best = max(nw.modularity(network, label) for label in divisions(6))
    assert nw.communities(network, seed=seed).modularity == pytest.approx(best)


@pytest.mark.parametrize(
    ("name", "optimum"), [("karate_club_graph", 0.41979), ("les_miserables_graph", 0.56001)]
)
def test_the_proven_optimum_of_known_networks_is_met(name, optimum):
    """Largest modularity without strengths, proven: Aloise and others, Physical Review E 82, 2010."""
    graph = getattr(nx, name)()
    network = nw.from_matrix(nx.to_numpy_array(graph, weight=None))
    assert nw.communities(network).modularity == pytest.approx(optimum, abs=5e-6)


def layers(name: str) -> dict[str, nw.Network]:
    """The kinds of tie of a reference network, in its first wave."""
    listed = ties(name)
    if "rank_1" in listed.columns:
        listed = listed.rename({"rank_1": "strength"}).filter(pl.col("strength").is_not_null())
    if "time" in listed.columns:
        listed = listed.filter(pl.col("time") == 1)
    if "kind" not in listed.columns:
        return {name: nw.build(listed, actors(name))}
    return nw.build_layers(listed, actors(name))


@pytest.mark.parametrize("name", ["campnet", "coleman", "freeman", "kapferer", "krackhardt", "padgett"])
def test_not_worse_than_louvain_of_two_makers(name):
    """Every kind of tie of the reference networks: within 0.002 of networkx's best of ten starts, and of our own."""
    for kind, network in layers(name).items():
        found = nw.communities(network).modularity
        graph, community = nx.Graph(network.symmetrised().ties.toarray()), nx.community
        starts = [community.louvain_communities(graph, seed=seed) for seed in range(10)]
        assert found >= max(community.modularity(graph, start) for start in starts) - 0.002, kind
        assert found >= nw.communities(network, "louvain").modularity - 0.002, kind


@pytest.mark.parametrize("method", ["leiden", "louvain", "label_propagation"])
def test_the_order_in_which_actors_are_listed_does_not_matter(method):
    names = [f"firm {k:02d}" for k in range(50)]
    network = nw.from_matrix(tied(50, 140, 8, spread=1).toarray(), names)
    found = nw.communities(network, method)
    shuffled = [names[k] for k in np.random.default_rng(1).permutation(50)]
    again = nw.communities(network.part(shuffled), method)
    alike = {frozenset(np.array(names)[found.of == c]) for c in range(1, found.n + 1)}
    assert {frozenset(np.array(shuffled)[again.of == c]) for c in range(1, again.n + 1)} == alike


def test_resolution_says_how_large_communities_are():
    network = nw.from_matrix(tied(80, 300, 2).toarray())
    few, some, many = (nw.communities(network, resolution=r).n for r in (0.2, 1.0, 5.0))
    assert few < some < many
