"""Intervals for measures of one network, by drawing its actors again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanduti.methods.values import BadInput, mark

from . import _wedges
from .counting import at_least
from .graph import Network

CELLS = 4_000_000  # of the table of one batch of draws


@dataclass(frozen=True)
class Interval:
    """A measure with its resampled standard error and percentile interval.

    Attributes:
        value: in the network as it is.
        se: standard deviation over the draws.
        lowest, highest: percentiles.
        level: share of the draws between them.
        n_draws: draws in which the measure could be said.
    """

    value: float
    se: float
    lowest: float
    highest: float
    level: float
    n_draws: int


def vertex_bootstrap(
    network: Network,
    *,
    groups: np.ndarray | None = None,
    draws: int = 500,
    level: float = 0.9,
    seed: int = 1,
) -> dict[str, Interval]:
    """Intervals of density, mean strength, reciprocity, transitivity and E-I index by drawing actors with replacement.

    Each draw takes as many actors as there are, some of them several times; the pair of an actor with itself gets a
    pair drawn from the whole network. The interval says how much the figure hangs on who happens to be in the network,
    not on errors of answers.

    Args:
        network: a network of three actors or more; unknown pairs are taken for no tie.
        groups: group number of each actor, for the E-I index.
        draws: how many.
        level: share of the draws inside the interval.
        seed: draws them.

    Source: Snijders and Borgatti, *Connections* 22, 1999.

    >>> import numpy as np
    >>> from nanduti.methods.networks import from_matrix
    >>> ring = from_matrix(np.roll(np.eye(10), 1, axis=1))
    >>> found = vertex_bootstrap(ring, draws=100)["density"]
    >>> round(found.value, 3), found.lowest < found.value < found.highest
    (0.111, True)
    """
    at_least(network, 3, mark("An interval"))
    if draws < 2 or not 0 < level < 1:
        raise BadInput(
            place=mark("draws or level"),
            problem=mark("leave nothing to say"),
            remedy=mark("Ask for 200 draws or more and a level such as 0.9."),
        )
    rng = np.random.default_rng([seed, 10])
    n = network.n
    closed = _closed(network)
    drawn = [_figures(network, np.ones((1, n)), groups, closed)]
    batch = max(1, CELLS // n)
    for begin in range(0, draws, batch):
        chosen = rng.multinomial(n, np.full(n, 1 / n), size=min(batch, draws - begin)).astype(float)
        drawn.append(_figures(network, chosen, groups, closed))
    figures = {name: np.concatenate([part[name] for part in drawn]) for name in drawn[0]}
    tail = (1 - level) / 2
    answer = {}
    for name, drawn in figures.items():
        found = drawn[1:][~np.isnan(drawn[1:])]
        if np.isnan(drawn[0]) or len(found) < 2:
            continue
        low, high = np.quantile(found, [tail, 1 - tail])
        answer[name] = Interval(
            float(drawn[0]), float(found.std(ddof=1)), float(low), float(high), level, len(found)
        )
    return answer


def _figures(
    network: Network, counts: np.ndarray, groups: np.ndarray | None, closed: np.ndarray
) -> dict[str, np.ndarray]:
    """Every measure for every row of counts; ones are the network itself."""
    n = network.n
    pairs = n * (n - 1.0)
    doubles = (counts * (counts - 1)).sum(axis=1)
    tied = _quadratic(network.pattern, counts)
    strength = _quadratic(network.ties, counts)
    mutual = _quadratic(network.mutual, counts)
    share = network.n_arcs / pairs
    mean = network.ties.sum() / pairs
    with np.errstate(divide="ignore", invalid="ignore"):
        figures = {
            "density": (tied + doubles * share) / pairs,
            "mean_strength": (strength + doubles * mean) / pairs,
            "arc_reciprocity": np.where(tied > 0, mutual / tied, np.nan),
            "transitivity": _transitivity(network, counts, closed),
        }
        if groups is not None:
            either = network.either.tocoo()
            same = (groups[either.row] == groups[either.col]).astype(float)
            inside = _listed(either.row, either.col, same, counts)
            total = _listed(either.row, either.col, np.ones_like(same), counts)
            figures["ei_index"] = np.where(total > 0, (total - 2 * inside) / total, np.nan)
    return figures


def _quadratic(matrix: object, counts: np.ndarray) -> np.ndarray:
    return np.einsum("di,di->d", counts, (matrix @ counts.T).T)  # type: ignore[operator]


def _listed(rows: np.ndarray, columns: np.ndarray, weights: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.array([(weights * count[rows] * count[columns]).sum() for count in counts])


def _closed(network: Network) -> np.ndarray:
    """All i→j→k that are closed by i→k (three rows)."""
    pattern = network.pattern
    triples = [np.zeros((3, 0), dtype=np.int64)]
    for first, second, closing, rows in _wedges.chunks(pattern):
        shut = closing >= 0
        triples.append(np.stack([rows[shut], pattern.indices[first[shut]], pattern.indices[second[shut]]]))
    return np.concatenate(triples, axis=1)


def _transitivity(network: Network, counts: np.ndarray, closed: np.ndarray) -> np.ndarray:
    """Closed over all two-paths, each path counted as often as its three actors were drawn together."""
    pattern = network.pattern
    out, into = (pattern @ counts.T).T, (pattern.T @ counts.T).T
    # i → j → k with i ≠ k; an actor drawn twice cannot stand at both ends.
    back = (network.mutual @ (counts**2).T).T
    paths = (counts * (into * out - back)).sum(axis=1)
    i, j, k = closed
    shut = np.array([(count[i] * count[j] * count[k]).sum() for count in counts])
    return np.where(paths > 0, shut / paths, np.nan)
