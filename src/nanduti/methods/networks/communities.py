"""Communities: parts more tied inside than to each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse import csgraph

from nanduti.methods.values import BadInput, Reason, mark

from . import _modular, _paths
from .components import relabelled
from .graph import Network

METHODS = ("leiden", "louvain", "label_propagation", "girvan_newman")


@dataclass(frozen=True)
class Communities:
    """A division of the actors.

    Attributes:
        of: the community of each actor, numbered from 1 by falling size.
        sizes: actors in each.
        modularity: Newman's Q of the division, ties made undirected; not a number without ties.
        method: how it was found.
        status: always "heuristic": finding the best division is hard, and others may be as good.
        seed: what drew the random choices.
        stability: share of the pairs of actors on which other seeds agree, pairs weighed alike (None if not asked).
        notes: sentences.
    """

    of: np.ndarray
    sizes: tuple[int, ...]
    modularity: float
    method: str
    status: str
    seed: int
    stability: float | None
    notes: tuple[Reason, ...]

    @property
    def n(self) -> int:
        """Number of communities."""
        return len(self.sizes)


def communities(
    network: Network,
    method: str = "leiden",
    *,
    resolution: float = 1.0,
    weighted: bool = True,
    seed: int = 1,
    starts: int = 20,
    check_seeds: int = 0,
) -> Communities:
    """Divide the actors so that ties run inside communities rather than between them.

    Ties are made undirected by the stronger direction. The best of several starts by modularity is kept. A community
    that falls into pieces is given as its pieces. The answer does not depend on the order in which actors are listed,
    only on their names and ties, and every method ends.

    Args:
        network: a network.
        method: "leiden" (Traag and others 2019), "louvain" (Blondel and others 2008), "label_propagation" (Raghavan
            and others 2007), or "girvan_newman" (2002; only up to 200 actors).
        resolution: more than 1 gives smaller communities, less larger ones (not for the last two methods).
        weighted: let strengths count.
        seed: draws the random choices.
        starts: how many times to try at most; large networks are tried less often, from 20,000 ties on once.
        check_seeds: divide again with this many other seeds and say how far they agree.

    >>> from nanduti.methods.networks import from_matrix
    >>> two = [[0, 1, 1, 0, 0], [1, 0, 1, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 0]]
    >>> found = communities(from_matrix(two))
    >>> found.of.tolist(), round(found.modularity, 3)
    ([1, 1, 1, 2, 2], 0.375)
    """
    if method not in METHODS:
        raise BadInput(
            place=f"method {method!r}",
            problem=mark("is not a way to find communities"),
            remedy=", ".join(METHODS),
        )
    if not resolution > 0 or starts < 1:
        raise BadInput(
            place=mark("resolution or starts"),
            problem=mark("is not positive"),
            remedy=mark("Give a resolution above 0 and at least one start."),
        )
    matrix = network.symmetrised().ties if weighted else network.either
    # Looked at in an order of their names, actors are divided alike however they are listed.
    order = np.array(
        sorted(range(network.n), key=[str(actor) for actor in network.actors].__getitem__), dtype=np.int64
    )
    place = np.argsort(order)
    listed = sparse.csr_array(matrix[order][:, order])
    listed.sort_indices()

    def divide(seed: int, starts: int) -> np.ndarray:
        return relabelled(_best(listed, method, resolution, seed, starts)[place])

    of = divide(seed, starts)
    stability = None
    if check_seeds:
        others = [divide(seed + 1 + k, 1) for k in range(check_seeds)]
        stability = float(np.mean([agreement(of, other) for other in others]))
    notes = () if network.n_arcs else (Reason("no_ties", mark("There are no ties: everybody stands alone.")),)
    return Communities(
        of=of,
        sizes=tuple(int(size) for size in np.bincount(of)[1:]) if len(of) else (),
        modularity=_modularity(matrix, of),
        method=method,
        status="heuristic",
        seed=seed,
        stability=stability,
        notes=notes,
    )


def modularity(network: Network, groups: object, *, resolution: float = 1.0, weighted: bool = True) -> float:
    """Newman's modularity of a division: the share of ties inside less the share chance would put there.

    A directed network uses out- and in-degrees (Leicht and Newman 2008), an undirected one degrees.

    >>> from nanduti.methods.networks import from_matrix
    >>> modularity(from_matrix([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]), [1, 1, 2, 2])
    0.5
    """
    group, _ = network.codes(groups)  # type: ignore[arg-type]
    return _modularity(network.ties if weighted else network.pattern, group, resolution)


def _modularity(matrix: sparse.csr_array, group: np.ndarray, resolution: float = 1.0) -> float:
    total = matrix.sum()
    if not total:
        return float("nan")
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    inside = matrix.data[group[rows] == group[matrix.indices]].sum() / total
    out = np.bincount(group, weights=np.asarray(matrix.sum(axis=1)).ravel())
    into = np.bincount(group, weights=np.asarray(matrix.sum(axis=0)).ravel())
    return float(inside - resolution * (out * into).sum() / total**2)


def agreement(first: np.ndarray, second: np.ndarray) -> float:
    """Share of the pairs of actors that two divisions treat alike, together or apart (Rand 1971).

    >>> import numpy as np
    >>> agreement(np.array([1, 1, 2]), np.array([5, 5, 5]))
    0.3333333333333333
    """
    n = len(first)
    if n < 2:
        return 1.0
    a = np.unique(first, return_inverse=True)[1]
    b = np.unique(second, return_inverse=True)[1]
    joint = np.bincount(a * (b.max() + 1) + b).astype(float)

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1)).sum() / 2)

    all_pairs = n * (n - 1) / 2
    together, one, two = (
        pairs(joint),
        pairs(np.bincount(a).astype(float)),
        pairs(np.bincount(b).astype(float)),
    )
    return (all_pairs + 2 * together - one - two) / all_pairs


def _best(matrix: sparse.csr_array, method: str, resolution: float, seed: int, starts: int) -> np.ndarray:
    if not matrix.nnz:
        return np.arange(1, matrix.shape[0] + 1)
    if method == "girvan_newman":
        return _girvan_newman(matrix)
    # In large networks the starts hardly differ and one is enough.
    tries = min(starts, max(1, _modular.ENTRIES_OF_STARTS // matrix.nnz))
    rng = np.random.default_rng([seed, 6])
    best, quality = None, -np.inf
    for _ in range(tries):
        if method == "label_propagation":
            found = _label_propagation(matrix, rng)
        else:
            found = _modular.divided(matrix, resolution, rng, refined=method == "leiden")
        labels = _split(matrix, found)
        worth = _modularity(matrix, labels, resolution)
        if best is None or worth > quality + 1e-12:
            best, quality = labels, worth
    return best


def _label_propagation(matrix: sparse.csr_array, rng: np.random.Generator, most: int = 100) -> np.ndarray:
    """Everybody takes the label most of its partners have, in random order, until nobody changes."""
    n = matrix.shape[0]
    label = np.arange(n)
    ptr, ind, data = matrix.indptr, matrix.indices, matrix.data
    for _ in range(most):
        changed = False
        for i in rng.permutation(n):
            begin, end = ptr[i], ptr[i + 1]
            if begin == end:
                continue
            names, place = np.unique(label[ind[begin:end]], return_inverse=True)
            votes = np.bincount(place, weights=data[begin:end])
            leading = names[votes >= votes.max() - 1e-12]
            if label[i] not in leading:
                label[i] = leading[rng.integers(len(leading))]
                changed = True
        if not changed:
            break
    return label


def _split(matrix: sparse.csr_array, labels: np.ndarray) -> np.ndarray:
    """The pieces of communities that do not hang together."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    inside = labels[rows] == labels[matrix.indices]
    kept = sparse.csr_array((matrix.data[inside], (rows[inside], matrix.indices[inside])), shape=matrix.shape)
    return csgraph.connected_components(kept, directed=False)[1]


def _girvan_newman(matrix: sparse.csr_array) -> np.ndarray:
    """Cut the tie with most shortest paths again and again; keep the division with the largest modularity."""
    n = matrix.shape[0]
    if n > 200:
        raise BadInput(
            place=f"{n} actors",
            problem=mark("are too many for this method"),
            remedy=mark("Use leiden."),
        )
    left = (matrix.toarray() > 0).astype(float)
    best, quality, parts = np.zeros(n, dtype=np.int64), -np.inf, 0
    while True:
        current = sparse.csr_array(left)
        count, labels = csgraph.connected_components(current, directed=False)
        if count != parts:
            parts = count
            found = _modularity(matrix, labels)
            if found > quality + 1e-12:
                best, quality = labels, found
        if not left.any():
            return best
        load = _edge_betweenness(left)
        i, j = np.unravel_index(int(np.argmax(np.triu(load))), load.shape)
        left[i, j] = left[j, i] = 0.0


def _edge_betweenness(tied: np.ndarray) -> np.ndarray:
    """Shortest paths over each tie of an undirected network, rounded so that ties of load fall the same way."""
    n = len(tied)
    level = _paths.distances(sparse.csr_array(tied), np.arange(n))
    load = np.zeros((n, n))
    for source in range(n):
        d = level[source]
        paths = np.zeros(n)
        paths[source] = 1
        for step in range(1, d.max() + 1):
            here = np.flatnonzero(d == step)
            before = np.flatnonzero(d == step - 1)
            paths[here] = tied[np.ix_(here, before)] @ paths[before]
        depend = np.zeros(n)
        for step in range(d.max(), 0, -1):
            here, before = np.flatnonzero(d == step), np.flatnonzero(d == step - 1)
            flow = (
                tied[np.ix_(before, here)]
                * paths[before][:, None]
                * ((1 + depend[here]) / paths[here])[None, :]
            )
            load[np.ix_(before, here)] += flow
            depend[before] += flow.sum(axis=1)
    return np.round(load + load.T, 9)


def community_table(network: Network, found: Communities) -> pl.DataFrame:
    """One row for each community: actors, ties inside and out, density inside, its best-connected actor.

    >>> from nanduti.methods.networks import from_matrix
    >>> network = from_matrix([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    >>> community_table(network, communities(network)).select("n_actors", "inside", "outside").rows()
    [(2, 1, 0), (1, 0, 0)]
    """
    either = network.either
    rows = np.repeat(np.arange(network.n), np.diff(either.indptr))
    same = found.of[rows] == found.of[either.indices]
    size = np.array(found.sizes, dtype=np.int64)
    inside = np.bincount(found.of[rows][same], minlength=found.n + 1)[1:] // 2
    outside = np.bincount(found.of[rows][~same], minlength=found.n + 1)[1:]
    pairs = size * (size - 1) // 2
    contacts = np.bincount(rows, weights=same, minlength=network.n)
    hubs = [
        network.actors[int(members[np.argmax(contacts[members])])]
        for members in (np.flatnonzero(found.of == k + 1) for k in range(found.n))
    ]
    return pl.DataFrame(
        {
            "community": np.arange(1, found.n + 1),
            "n_actors": size,
            "inside": inside,
            "outside": outside,
            "density": pl.Series(
                np.divide(inside, pairs, out=np.full(found.n, np.nan), where=pairs > 0)
            ).fill_nan(None),
            "best_connected": hubs,
        }
    )
