"""Who plays the same part: structural and regular equivalence, and blocks of equivalent actors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.cluster import hierarchy
from scipy.spatial import distance

from nanduti.methods.values import BadInput, mark

from .components import relabelled
from .counting import at_least
from .graph import Network


def structural_equivalence(network: Network, method: str = "euclidean") -> np.ndarray:
    """How differently two actors are tied to the same others, for all pairs.

    Compared are outgoing and incoming ties to third actors, and the tie between the two with its return, counted once.

    Args:
        network: a network; unknown pairs are taken for no tie.
        method: "euclidean" distance, "correlation" (a likeness from −1 to 1; not a number for an actor without
            variation), "matching" (share of cells alike).

    Source: Burt 1976; Lorrain and White 1971; UCINET's profile distance for campnet.

    >>> from nanduti.methods.networks import from_matrix
    >>> structural_equivalence(from_matrix([[0, 0, 1], [0, 0, 1], [0, 0, 0]])).round(3)[0].tolist()
    [0.0, 0.0, 1.414]
    """
    at_least(network, 2, mark("Equivalence"))
    network.fits(mark("Equivalence"), most=3000)
    x = network.matrix()
    if method == "euclidean":
        return np.sqrt(np.maximum(_squares(x), 0.0))
    if method == "matching":
        cells = 2 * (network.n - 2) + 1
        alike = 1 - _squares((x > 0).astype(float)) / cells
        np.fill_diagonal(alike, 1.0)
        return alike
    if method == "correlation":
        return _correlations(x)
    raise BadInput(
        place=f"method {method!r}",
        problem=mark("is not a measure of equivalence"),
        remedy="euclidean, correlation, matching",
    )


def _squares(x: np.ndarray) -> np.ndarray:
    """Sums of squared differences over third actors in both directions, and of the pair's own tie once."""
    total = np.zeros_like(x)
    for rows in (x, x.T):
        square = (rows**2).sum(axis=1)
        total += square[:, None] + square[None, :] - 2 * rows @ rows.T
        # Take out columns i and j: the diagonal is empty, so these are the pair's own cells squared.
        total -= rows**2 + (rows.T) ** 2
    total += (x - x.T) ** 2
    np.fill_diagonal(total, 0.0)
    return total


def _correlations(x: np.ndarray) -> np.ndarray:
    """Correlation over third actors in both directions and the pair's own tie and its return."""
    n = len(x)
    count = 2 * (n - 2) + 2.0
    s1 = x.sum(axis=1)[:, None] + x.sum(axis=0)[:, None] - x - x.T
    s2 = (x**2).sum(axis=1)[:, None] + (x**2).sum(axis=0)[:, None] - x**2 - (x**2).T
    # Own cells: i has x_ij and x_ji, j has x_ji and x_ij.
    sum_i, square_i = s1 + x + x.T, s2 + x**2 + (x**2).T
    sum_j, square_j = s1.T + x + x.T, s2.T + x**2 + (x**2).T
    cross = x @ x.T + x.T @ x + 2 * x * x.T
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt((count * square_i - sum_i**2) * (count * square_j - sum_j**2))
        found = (count * cross - sum_i * sum_j) / spread
    found[~(spread > 1e-9)] = math.nan
    np.fill_diagonal(found, 1.0)
    return found


def regular_equivalence(network: Network, *, iterations: int = 3) -> np.ndarray:
    """How far two actors are tied to actors who are alike in turn (REGE), from 0 to 1, for all pairs.

    Two buyers of different workshops are regularly equivalent if the workshops are.

    Args:
        network: a network of at most 300 actors.
        iterations: rounds of comparing partners' partners.

    Source: White and Reitz 1983; Borgatti and Everett, *Social Networks* 15, 1993; three rounds as UCINET.

    >>> from nanduti.methods.networks import from_matrix
    >>> tree = from_matrix([[0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]])
    >>> regular_equivalence(tree).round(2)[0].tolist()
    [1.0, 1.0, 0.0, 0.0]
    """
    at_least(network, 2, mark("Equivalence"))
    network.fits(mark("Regular equivalence"), most=300)
    x = network.matrix()
    near = [[np.flatnonzero(ties[i]) for i in range(network.n)] for ties in (x, x.T)]
    alike = np.ones_like(x)
    for _ in range(iterations):
        following = np.ones_like(x)
        for i in range(network.n):
            for j in range(i):
                following[i, j] = following[j, i] = _rege(x, alike, near, i, j)
        alike = following
    return alike


def _rege(x: np.ndarray, alike: np.ndarray, near: list[list[np.ndarray]], i: int, j: int) -> float:
    """Best matches of the partners of each in the other, outgoing and incoming ties apart, over the most possible."""
    found, possible = 0.0, 0.0
    for direction, ties in enumerate((x, x.T)):
        for a, b in ((i, j), (j, i)):
            k, m = near[direction][a], near[direction][b]
            if not len(k):
                continue
            if not len(m):
                possible += float(ties[a, k].sum())
                continue
            own, other = ties[a, k][:, None], ties[b, m][None, :]
            worth = alike[np.ix_(k, m)] * np.minimum(own, other)
            best = worth.argmax(axis=1)
            rows = np.arange(len(k))
            found += float(worth[rows, best].sum())
            possible += float(np.maximum(own, other)[rows, best].sum())
    return found / possible if possible else 1.0


@dataclass(frozen=True)
class Roles:
    """Actors in blocks that are tied alike.

    Attributes:
        of: the block of each actor, from 1 by falling size.
        densities: ties over pairs from block to block (not a number where there is no pair).
        image: 1 where that is above the density of the network.
        fit: correlation of the ties with the density of their blocks.
        cophenetic: correlation of the distances with the levels at which the clustering joins.
        levels: the levels of the clustering, ascending.
    """

    of: np.ndarray
    densities: np.ndarray
    image: np.ndarray
    fit: float
    cophenetic: float
    levels: np.ndarray


def roles(network: Network, n_blocks: int, *, method: str = "structural") -> Roles:
    """Put actors that are tied alike into blocks and show how the blocks are tied.

    Average-linkage clustering of profile distances ("structural") or of one less regular equivalence ("regular").

    Args:
        network: a network.
        n_blocks: how many blocks at most.
        method: "structural" or "regular".

    Source: White, Boorman and Breiger 1976; Borgatti, Everett and Johnson, chapter 12.

    >>> from nanduti.methods.networks import from_matrix
    >>> found = roles(from_matrix([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]]), 2)
    >>> found.of.tolist(), found.image.tolist()
    ([1, 1, 2, 2], [[0, 1], [0, 0]])
    """
    at_least(network, 2, mark("A set of roles"))
    if not 1 <= n_blocks <= network.n:
        raise BadInput(
            place="n_blocks",
            problem=mark("is not between 1 and the number of actors"),
            remedy=mark("Ask for two to ten blocks."),
        )
    if method == "structural":
        apart = structural_equivalence(network)
    elif method == "regular":
        apart = 1 - regular_equivalence(network)
    else:
        raise BadInput(
            place=f"method {method!r}",
            problem=mark("is not a kind of equivalence"),
            remedy="structural, regular",
        )
    condensed = distance.squareform(apart, checks=False)
    tree = hierarchy.average(condensed)
    of = relabelled(hierarchy.fcluster(tree, n_blocks, criterion="maxclust"))
    densities, fit = block_densities(network, of)
    overall = network.n_arcs / (network.n * (network.n - 1))
    joined = hierarchy.cophenet(tree)
    varied = condensed.std() > 0 and joined.std() > 0
    return Roles(
        of=of,
        densities=densities,
        image=(np.nan_to_num(densities) > overall).astype(np.int64),
        fit=fit,
        cophenetic=float(np.corrcoef(condensed, joined)[0, 1]) if varied else math.nan,
        levels=np.unique(np.round(tree[:, 2], 9)),
    )


def block_densities(network: Network, of: np.ndarray) -> tuple[np.ndarray, float]:
    """Mean tie from block to block, and the correlation of ties with that (over the pairs of two actors).

    >>> import numpy as np
    >>> from nanduti.methods.networks import from_matrix
    >>> block_densities(from_matrix([[0, 1, 0], [1, 0, 0], [0, 0, 0]]), np.array([1, 1, 2]))[1]
    1.0
    """
    labels, code = np.unique(of, return_inverse=True)
    x = network.matrix()
    member = np.eye(len(labels))[code]
    size = member.sum(axis=0)
    pairs = np.outer(size, size) - np.diag(size)
    total = member.T @ x @ member
    densities = np.divide(total, pairs, out=np.full(pairs.shape, math.nan), where=pairs > 0)
    off = ~np.eye(network.n, dtype=bool)
    expected = densities[code][:, code][off]
    varied = expected.std() > 0 and x[off].std() > 0
    return densities, float(np.corrcoef(x[off], expected)[0, 1]) if varied else math.nan


def role_table(network: Network, found: Roles) -> pl.DataFrame:
    """Actor and block.

    >>> from nanduti.methods.networks import from_matrix
    >>> network = from_matrix([[0, 1], [0, 0]], ["Ana", "Beto"])
    >>> role_table(network, roles(network, 2)).rows()
    [('Ana', 1), ('Beto', 2)]
    """
    return network.table(block=found.of)
