"""Speed of the networks room, beside igraph and networkx where they are installed.

``python benchmarks/methods/networks.py`` prints a table. Figures are measured, never asserted. igraph is copyleft and
never installed by this project: put it into an environment of your own to see its column.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from functools import cache

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods import networks as nw
from nanduti.methods.networks.brokerage import brokerage_counts
from nanduti.methods.networks.graph import tidy

SEED = 20_051_231


def median_seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Median wall-clock time of some runs, after one to warm up (which compiles, if anything is compiled)."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return round(statistics.median(times), 4)


def peak_mib() -> float:
    """Most memory this process ever had."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0)


@cache
def planted(n: int, n_ties: int, n_communities: int) -> tuple[nw.Network, np.ndarray]:
    """Planted communities, skewed popularity, a quarter of the ties returned besides those by chance."""
    rng = np.random.default_rng(SEED)
    community = rng.integers(0, n_communities, n)
    order = np.argsort(community, kind="stable")
    start = np.searchsorted(community[order], np.arange(n_communities + 1))
    climbed = np.concatenate([[0], np.cumsum((rng.pareto(2.0, n) + 0.2)[order])])
    m = int(n_ties / 1.2)
    source = rng.integers(0, n, m)
    inside = rng.random(m) < 0.8
    low = np.where(inside, climbed[start[community[source]]], 0)
    high = np.where(inside, climbed[start[community[source] + 1]], climbed[-1])
    drawn = np.searchsorted(climbed, low + rng.random(m) * (high - low), side="right") - 1
    target = order[np.clip(drawn, 0, n - 1)]
    back = rng.random(m) < 0.25
    i, j = np.concatenate([source, target[back]]), np.concatenate([target, source[back]])
    ties = tidy(sparse.coo_array((np.ones(len(i)), (i, j)), shape=(n, n)))
    ties.data[:] = 1
    return nw.Network(tuple(range(n)), ties), community


def fresh(network: nw.Network) -> nw.Network:
    """The same network with nothing worked out yet."""
    return nw.Network(network.actors, network.ties)


def igraph_of(network: nw.Network):
    """The network in igraph, or None."""
    try:
        import igraph
    except ImportError:
        return None
    coo = network.ties.tocoo()
    return igraph.Graph(n=network.n, edges=np.column_stack([coo.row, coo.col]), directed=True)


def report_1000() -> dict[str, object]:
    """Cohesion, brokerage, structural holes and communities of 1,000 actors."""
    network, community = planted(1_000, 7_200, 20)

    def work() -> None:
        n = fresh(network)
        nw.cohesion(n)
        nw.brokerage(n, community % 8)
        nw.structural_holes(n)
        nw.communities(n)

    start = time.perf_counter()
    work()
    first = time.perf_counter() - start
    return {"seconds": median_seconds(work), "first_seconds": round(first, 3)}


def map_2000() -> dict[str, object]:
    """A cluster of 2,000 firms and 20,000 ties: built from a table, measured, drawn."""
    rng = np.random.default_rng(SEED)
    n = 2_000
    network, community = planted(n, 20_000, 25)
    coo = network.ties.tocoo()
    names = np.array([f"F{k:05}" for k in range(n)])
    ties = pl.DataFrame(
        {
            "source": names[coo.row],
            "target": names[coo.col],
            "strength": rng.integers(1, 6, len(coo.row)).astype(float),
        }
    )
    actors = pl.DataFrame({"actor": names, "place": community % 8})

    def work() -> None:
        built = nw.build(ties, actors)
        nw.cohesion(built)
        nw.centralities(built)
        nw.structural_holes(built)
        nw.brokerage(built, "place")
        nw.communities(built)
        nw.layout(built)

    start = time.perf_counter()
    work()
    return {
        "first_seconds": round(time.perf_counter() - start, 2),
        "seconds": median_seconds(work),
        "ties": len(ties),
        "peak_mib": peak_mib(),
    }


def beside_igraph(n: int, n_ties: int, n_communities: int, repeats: int) -> dict[str, object]:
    """Shared measures in seconds, with igraph's in brackets."""
    network, community = planted(n, n_ties, n_communities)
    peer = igraph_of(network)
    flat = peer.as_undirected(mode="collapse") if peer is not None else None
    sources = 200
    rows: list[tuple[str, Callable[[nw.Network], object], Callable[[], object] | None]] = [
        ("reciprocity", nw.reciprocity, lambda: peer.reciprocity()),
        ("transitivity, closed and cyclic, local", nw.transitivity, lambda: flat.transitivity_undirected()),
        ("local clustering", nw.local_clustering, lambda: flat.transitivity_local_undirected()),
        ("triad census", nw.triad_census, lambda: peer.triad_census()),
        ("k-core", nw.k_cores, lambda: flat.coreness()),
        ("weak components", nw.components, lambda: peer.connected_components(mode="weak")),
        ("PageRank", nw.pagerank, lambda: peer.pagerank()),
        ("betweenness from 200", lambda x: nw.betweenness(x, sources=sources),
         lambda: peer.betweenness(sources=list(range(sources)))),
        ("constraint, whole, all columns", lambda x: nw.structural_holes(x, "whole"), lambda: peer.constraint()),
        ("constraint, ego networks", nw.structural_holes, None),
        ("brokerage counts", lambda x: brokerage_counts(x, community % 10, 10), None),
        ("cut points", nw.cut_points, lambda: flat.articulation_points()),
        ("eigenvector", nw.eigenvector, lambda: flat.eigenvector_centrality()),
        ("Leiden", lambda x: nw.communities(x, starts=1),
         lambda: flat.community_leiden(objective_function="modularity", n_iterations=2)),
        ("Louvain", lambda x: nw.communities(x, "louvain", starts=1), lambda: flat.community_multilevel()),
    ]  # fmt: skip
    figures: dict[str, object] = {}
    for name, own, theirs in rows:
        told = f"{median_seconds(lambda own=own: own(fresh(network)), repeats)}"
        if peer is not None and theirs is not None:
            told += f" (igraph {median_seconds(theirs, repeats)})"
        figures[name] = told
    figures["peak_mib"] = peak_mib()
    return figures


def qap_300() -> dict[str, object]:
    rng = np.random.default_rng(SEED)
    x, y = rng.normal(size=(300, 300)), rng.normal(size=(300, 300))
    ties = [(m > 1.3).astype(float) for m in (x, y)]

    def plain() -> None:
        off = ~np.eye(300, dtype=bool)
        for _ in range(50):
            order = rng.permutation(300)
            np.corrcoef(x[np.ix_(order, order)][off], y[off])

    return {
        "seconds": median_seconds(lambda: nw.qap_correlation(x, y)),
        "seconds_of_ties": median_seconds(lambda: nw.qap_correlation(*ties)),
        "peer": "numpy, scaled from 50 shuffles",
        "peer_seconds": round(100 * median_seconds(plain), 2),
    }


def mrqap_300() -> dict[str, object]:
    rng = np.random.default_rng(SEED)
    y = rng.normal(size=(300, 300))
    others = {str(k): rng.normal(size=(300, 300)) for k in range(4)}
    return {"seconds": median_seconds(lambda: nw.mrqap(y, others))}


def one_million() -> dict[str, object]:
    network, community = planted(1_000_000, 7_300_000, 5_000)
    figures: dict[str, object] = {}
    for name, own in (
        ("reciprocity", nw.reciprocity),
        ("transitivity", nw.transitivity),
        ("triad census", nw.triad_census),
        ("k-core", nw.k_cores),
        ("structural holes, ego", nw.structural_holes),
        ("brokerage counts", lambda x: brokerage_counts(x, community % 10, 10)),
        ("PageRank", nw.pagerank),
        ("Louvain", lambda x: nw.communities(x, "louvain", starts=1)),
        ("Leiden", lambda x: nw.communities(x, starts=1)),
    ):
        start = time.perf_counter()
        own(fresh(network))
        figures[name] = round(time.perf_counter() - start, 2)
    figures["peak_mib"] = peak_mib()
    return figures


CASES = [
    ("report of 1,000 actors, 7,200 ties", "1 s (5 s without numba)", report_1000),
    ("map of 2,000 firms, 20,000 ties: built, measured, drawn", "3 s", map_2000),
    ("QAP, 5,000 shuffles, n = 300", "0.2 s", qap_300),
    ("MRQAP, 4 predictors, 2,000 shuffles each, n = 300", "2 s", mrqap_300),
    (
        "shared measures, 100,000 actors, 700,000 ties",
        "2 times igraph; constraint 3 times faster",
        lambda: beside_igraph(100_000, 734_000, 500, 3),
    ),
]
LARGE = [("1,000,000 actors, 7,300,000 ties", "60 s, 4 GB", one_million)]


def main() -> None:
    for name, aim, work in CASES + (LARGE if "--large" in sys.argv else []):
        print(f"{name} | aim {aim} | {work()}", flush=True)


if __name__ == "__main__":
    main()
