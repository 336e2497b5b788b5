"""Brokerage between groups: who carries contact from where to where."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import Reason, mark

from . import _wedges
from .counting import at_least, unknown_note
from .graph import Network

ROLES = ("coordinator", "itinerant", "gatekeeper", "representative", "liaison")


@dataclass(frozen=True)
class Brokerage:
    """Gould and Fernandez's counts.

    Attributes:
        actors: one row for each actor: ``actor``, ``group``, the five roles and ``total``.
        expected: the same columns: the mean of each count were ties thrown at random with the network's density,
            group sizes as they are.
        z: the same columns: counts less expected over the standard deviation of that model; null where it is 0.
        totals: one row for each role and the total: ``role``, ``n``, ``expected``, ``sd`` and ``p`` under shuffled
            groups (null without permutations).
        notes: what was done to the data, as sentences.
    """

    actors: pl.DataFrame
    expected: pl.DataFrame
    z: pl.DataFrame
    totals: pl.DataFrame
    notes: tuple[Reason, ...]


def brokerage(
    network: Network,
    groups: str | Mapping[object, object] | Sequence[object],
    *,
    permutations: int = 0,
    seed: int = 1,
) -> Brokerage:
    """Count how often each actor stands between two others without a direct tie, by the groups of the three.

    Ordered pairs a → broker → b, a and b different, no tie from a to b. Gatekeeper is outsider → broker → own group,
    representative own group → broker → outsider; older manuals have the two the other way round. Itinerant broker is
    also called consultant.

    Args:
        network: a network; an undirected one counts each pair in both orders.
        groups: an attribute, a mapping from actor to group, or one group for each actor.
        permutations: shuffle the groups among the actors this many times, to see which totals chance would give.
        seed: shuffles them.

    Raises:
        MissingGroups: somebody has no group.

    Source: Gould and Fernandez, *Sociological Methodology* 19, 1989; expected counts and deviations from its model of
    independent ties.

    >>> from nanduti.methods.networks import from_matrix
    >>> line = from_matrix([[0, 1, 0], [0, 0, 1], [0, 0, 0]], ["Ana", "Beto", "Celia"])
    >>> brokerage(line, ["A", "A", "B"]).actors.row(1)
    ('Beto', 'A', 0, 0, 0, 1, 0, 1)
    """
    at_least(network, 2, mark("Brokerage"))
    group, labels = network.codes(groups)
    counts = brokerage_counts(network, group, len(labels))
    names = pl.Series([labels[code] for code in group])
    chance = network.n_arcs / network.n_known if network.n_known else math.nan
    means, deviations = _under_chance(group, len(labels), chance)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(deviations > 0, (counts - means) / deviations, math.nan)
    totals, spread, p = _shuffled(network, group, len(labels), counts, permutations, seed)
    return Brokerage(
        actors=_frame(network, names, counts),
        expected=_frame(network, names, means),
        z=_frame(network, names, z).fill_nan(None),
        totals=pl.DataFrame(
            {
                "role": [*ROLES, "total"],
                "n": counts.sum(axis=0),
                "expected": totals,
                "sd": spread,
                "p": p,
            }
        ),
        notes=network.notes + unknown_note(network),
    )


def brokerage_counts(network: Network, group: np.ndarray, n_groups: int) -> np.ndarray:
    """The five roles and the total for each actor (actors × 6)."""
    n = network.n
    pattern = network.pattern
    rows = np.repeat(np.arange(n), np.diff(pattern.indptr))
    both = network.mutual

    def by_group(actors: np.ndarray, partners: np.ndarray) -> np.ndarray:
        cells = np.bincount(actors * n_groups + group[partners], minlength=n * n_groups)
        return cells.reshape(n, n_groups)

    to_group = by_group(rows, pattern.indices)
    from_group = by_group(pattern.indices.astype(np.int64), rows)
    back = by_group(np.repeat(np.arange(n), np.diff(both.indptr)), both.indices)
    own = np.arange(n)
    ins, outs, paths = from_group.sum(axis=1), to_group.sum(axis=1), from_group * to_group
    in_own, out_own, back_own = from_group[own, group], to_group[own, group], back[own, group]
    coordinator = in_own * out_own - back_own
    same = paths.sum(axis=1) - back.sum(axis=1)
    itinerant = same - coordinator
    gatekeeper = (ins - in_own) * out_own
    representative = in_own * (outs - out_own)
    total = ins * outs - back.sum(axis=1)
    liaison = total - coordinator - itinerant - gatekeeper - representative
    roles = np.stack([coordinator, itinerant, gatekeeper, representative, liaison], axis=1)
    roles = roles - _wedges.closed_by_broker(pattern, group)
    return np.concatenate([roles, roles.sum(axis=1, keepdims=True)], axis=1)


def _under_chance(group: np.ndarray, n_groups: int, chance: float) -> tuple[np.ndarray, np.ndarray]:
    """Means and standard deviations were each ordered pair tied with the same chance, independently.

    A count sums y(a,v)·y(v,b)·(1 − y(a,b)) over the pairs (a, b) that make up a role. Two such terms depend on each
    other only where they share a or share b, which gives the covariance p³q³ for each ordered couple of terms.
    """
    size = np.bincount(group, minlength=n_groups).astype(float)
    n = size.sum()
    own = size[group] - 1
    outside = n - size[group]
    squares = (size**2).sum()
    others_squared = squares - size[group] ** 2
    p, q = chance, 1 - chance
    # Couples of terms with the same a: for each a, its partners b taken two at a time, in order.
    coordinator = own * (own - 1)
    couples = 2 * own * (own - 1) * (own - 2)
    cubes = (size**3).sum() - size[group] ** 3
    itinerant = others_squared - outside
    itinerant_couples = 2 * (cubes - 3 * others_squared + 2 * outside)
    crossing = own * outside
    crossing_couples = own * outside * (outside - 1) + outside * own * (own - 1)
    liaison = outside**2 - others_squared
    liaison_couples = 2 * _liaison_couples(size, group)
    total = (n - 1) * (n - 2) * np.ones(len(group))
    total_couples = 2 * (n - 1) * (n - 2) * (n - 3) * np.ones(len(group))
    terms = np.stack([coordinator, itinerant, crossing, crossing, liaison, total], axis=1)
    shared = np.stack(
        [couples, itinerant_couples, crossing_couples, crossing_couples, liaison_couples, total_couples],
        axis=1,
    )
    mean = terms * p**2 * q
    variance = terms * p**2 * q * (1 - p**2 * q) + shared * p**3 * q**3
    return mean, np.sqrt(np.maximum(variance, 0))


def _liaison_couples(size: np.ndarray, group: np.ndarray) -> np.ndarray:
    """For each actor, Σ over outsiders a of m(m − 1), with m the outsiders of other groups than a's."""
    n = size.sum()
    answer = np.zeros(len(size))
    for own in range(len(size)):
        left = np.delete(size, own)
        m = n - size[own] - left
        answer[own] = (left * m * (m - 1)).sum()
    return answer[group]


def _shuffled(
    network: Network, group: np.ndarray, n_groups: int, counts: np.ndarray, permutations: int, seed: int
) -> tuple[list[float | None], list[float | None], list[float | None]]:
    """Mean, deviation and two-sided p of the totals when groups are shuffled among the actors."""
    if not permutations:
        return [None] * 6, [None] * 6, [None] * 6
    rng = np.random.default_rng([seed, 3])
    drawn = np.stack(
        [brokerage_counts(network, rng.permutation(group), n_groups).sum(axis=0) for _ in range(permutations)]
    )
    found = counts.sum(axis=0)
    above = (1 + (drawn >= found).sum(axis=0)) / (1 + permutations)
    below = (1 + (drawn <= found).sum(axis=0)) / (1 + permutations)
    p = np.minimum(1.0, 2 * np.minimum(above, below))
    return drawn.mean(axis=0).tolist(), drawn.std(axis=0).tolist(), p.tolist()


def _frame(network: Network, groups: pl.Series, values: np.ndarray) -> pl.DataFrame:
    columns = {role: values[:, place] for place, role in enumerate((*ROLES, "total"))}
    return network.table(group=groups, **columns)
