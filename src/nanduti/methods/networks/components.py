"""Parts of a network: components, cut points and bridges, cores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import rustworkx
from scipy import sparse
from scipy.sparse import csgraph

from nanduti.methods.values import BadInput, mark

from . import _fast, _loops
from .graph import Network


@dataclass(frozen=True)
class Components:
    """Parts within which everybody can reach everybody.

    Attributes:
        of: the part of each actor, parts numbered from 1 by falling size (ties by their first actor).
        sizes: actors in each part.
        method: "weak" (direction apart) or "strong".
        fragmentation: share of the pairs that lie in different parts.
        heterogeneity: one less the sum of squared shares of the parts (Blau).
        ratio: (parts − 1)/(actors − 1), 0 in one piece and 1 all alone.
    """

    of: np.ndarray
    sizes: tuple[int, ...]
    method: str
    fragmentation: float
    heterogeneity: float
    ratio: float

    @property
    def n(self) -> int:
        """Number of parts."""
        return len(self.sizes)


def components(network: Network, method: str = "weak") -> Components:
    """The parts a network falls into.

    Args:
        network: a network.
        method: "weak" takes ties in either direction, "strong" asks for paths both ways.

    >>> from nanduti.methods.networks import from_matrix
    >>> found = components(from_matrix([[0, 1, 0], [0, 0, 0], [0, 0, 0]]))
    >>> found.sizes, found.of.tolist(), round(found.fragmentation, 3)
    ((2, 1), [1, 1, 2], 0.667)
    """
    if method not in ("weak", "strong"):
        raise BadInput(
            place=f"method {method!r}", problem=mark("is not a kind of component"), remedy="weak, strong"
        )
    n = network.n
    if not n:
        return Components(np.zeros(0, dtype=np.int64), (), method, float("nan"), float("nan"), float("nan"))
    of = relabelled(csgraph.connected_components(network.pattern, connection=method)[1])
    sizes = np.bincount(of)[1:]
    pairs = n * (n - 1)
    return Components(
        of=of,
        sizes=tuple(int(size) for size in sizes),
        method=method,
        fragmentation=1 - float((sizes * (sizes - 1)).sum() / pairs) if pairs else float("nan"),
        heterogeneity=1 - float(((sizes / n) ** 2).sum()),
        ratio=(len(sizes) - 1) / (n - 1) if n > 1 else float("nan"),
    )


def relabelled(labels: np.ndarray) -> np.ndarray:
    """Numbers from 1 by falling size, ties by the first member, whatever the labels were.

    >>> import numpy as np
    >>> relabelled(np.array([7, 3, 3, 9])).tolist()
    [2, 1, 1, 3]
    """
    if not len(labels):
        return np.zeros(0, dtype=np.int64)
    _, first, inverse, count = np.unique(
        np.asarray(labels), return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -count))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    return rank[inverse]


def k_cores(network: Network) -> np.ndarray:
    """Core number of each actor: the largest k for which it lies in a part where all have k contacts inside.

    Direction apart. Source: Seidman 1983; algorithm of Batagelj and Zaveršnik 2003.

    >>> from nanduti.methods.networks import from_matrix
    >>> k_cores(from_matrix([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]])).tolist()
    [2, 2, 2, 1]
    """
    either = network.either
    loop = _fast.compiled(_loops.cores, work=200 * either.nnz)
    if loop is not None:
        core = np.zeros(network.n, dtype=np.int64)
        loop(either.indptr, either.indices, core)
        return core
    found = rustworkx.core_number(_rustworkx(either))
    return np.array([found[row] for row in range(network.n)], dtype=np.int64)


@dataclass(frozen=True)
class CutPoints:
    """Actors and ties whose loss would split a part of the network.

    Attributes:
        actors: names of the cut points, in the order of the network.
        bridges: pairs of actors joined by a tie that has no way around.
    """

    actors: tuple[object, ...]
    bridges: tuple[tuple[object, object], ...]


def cut_points(network: Network) -> CutPoints:
    """Who and which ties hold parts of the network together alone, direction apart.

    >>> from nanduti.methods.networks import from_matrix
    >>> cut_points(from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]], ["Ana", "Beto", "Celia"]))
    CutPoints(actors=('Beto',), bridges=(('Ana', 'Beto'), ('Beto', 'Celia')))
    """
    either = network.either
    loop = _fast.compiled(_loops.cut, work=200 * either.nnz)
    if loop is not None:
        is_cut, bridge = np.zeros(network.n, dtype=bool), np.zeros(either.nnz, dtype=bool)
        loop(either.indptr, either.indices, is_cut, bridge)
        source = np.repeat(np.arange(network.n), np.diff(either.indptr))[bridge]
        target = either.indices[bridge]
        pairs = sorted(zip(np.minimum(source, target).tolist(), np.maximum(source, target).tolist()))
        return _named(network, np.flatnonzero(is_cut).tolist(), pairs)
    graph = _rustworkx(either)
    rows = sorted(rustworkx.articulation_points(graph))
    bridges = sorted((min(pair), max(pair)) for pair in rustworkx.bridges(graph))
    return _named(network, rows, bridges)


def _named(network: Network, rows: list[int], bridges: list[tuple[int, int]]) -> CutPoints:
    return CutPoints(
        tuple(network.actors[row] for row in rows),
        tuple((network.actors[a], network.actors[b]) for a, b in bridges),
    )


def core_table(network: Network) -> pl.DataFrame:
    """How many actors lie in each core, from the innermost outwards.

    >>> from nanduti.methods.networks import from_matrix
    >>> core_table(from_matrix([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]])).rows()
    [(2, 3), (1, 4)]
    """
    number = k_cores(network)
    levels = np.unique(number)[::-1]
    return pl.DataFrame({"core": levels, "n_actors": [int((number >= level).sum()) for level in levels]})


def _rustworkx(either: sparse.csr_array) -> rustworkx.PyGraph:
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(either.shape[0]))
    upper = sparse.triu(either, 1).tocoo()
    graph.extend_from_edge_list(list(zip(upper.row.tolist(), upper.col.tolist())))
    return graph
