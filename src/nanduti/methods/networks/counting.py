"""Pairs and triads counted: density, reciprocity, transitivity, the dyad and the triad census."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, Reason, mark

from . import _wedges
from .errors import NoTies, TooFewActors
from .graph import Network

TRIADS = (
    "003", "012", "102", "021D", "021U", "021C", "111D", "111U",
    "030T", "030C", "201", "120D", "120U", "120C", "210", "300",
)  # fmt: skip


@dataclass(frozen=True)
class Density:
    """Ties there are over pairs of which the state is known.

    Attributes:
        value: share of the known ordered pairs that are tied.
        lowest, highest: the same over all pairs, were all that is unknown no tie, or all of it ties.
        mean_strength: mean strength over the known pairs, no tie counting 0.
        sd_strength: standard deviation of that, dividing by the number of pairs as UCINET does.
        n_known, n_unknown: ordered pairs.
    """

    value: float
    lowest: float
    highest: float
    mean_strength: float
    sd_strength: float
    n_known: int
    n_unknown: int


def density(network: Network) -> Density:
    """Share of the pairs that are tied, over the pairs of which it is known.

    Source: Wasserman and Faust, *Social Network Analysis*, 1994, section 4.3; standard deviation dividing by the
    number of pairs as UCINET 6.849 prints it.

    Raises:
        TooFewActors: fewer than two actors have no pairs.

    >>> from nanduti.methods.networks import from_matrix
    >>> round(density(from_matrix([[0, 1, 1], [0, 0, 0], [1, 0, 0]])).value, 3)
    0.5
    """
    at_least(network, 2, mark("Density"))
    pairs = network.n * (network.n - 1)
    known = network.n_known
    mean = network.ties.sum() / known if known else math.nan
    square = (network.ties.data**2).sum() / known if known else math.nan
    return Density(
        value=network.n_arcs / known if known else math.nan,
        lowest=network.n_arcs / pairs,
        highest=(network.n_arcs + network.n_unknown) / pairs,
        mean_strength=float(mean),
        sd_strength=float(math.sqrt(max(square - mean**2, 0.0))) if known else math.nan,
        n_known=known,
        n_unknown=network.n_unknown,
    )


@dataclass(frozen=True)
class Dyads:
    """Unordered pairs: tied both ways, one way, not at all, and not fully known."""

    mutual: int
    asymmetric: int
    null: int
    unknown: int


def dyad_census(network: Network) -> Dyads:
    """Mutual, asymmetric and null dyads among the pairs known in both directions.

    >>> from nanduti.methods.networks import from_matrix
    >>> dyad_census(from_matrix([[0, 1, 1], [1, 0, 0], [0, 0, 0]]))
    Dyads(mutual=1, asymmetric=1, null=1, unknown=0)
    """
    pairs = network.n * (network.n - 1) // 2
    if network.is_complete:
        mutual = network.mutual.nnz // 2
        asymmetric = network.n_arcs - 2 * mutual
        return Dyads(mutual, asymmetric, pairs - mutual - asymmetric, 0)
    unknown = network.unknown_matrix()
    open_pair = np.triu(unknown | unknown.T, 1)
    tied = network.pattern.toarray() > 0
    known = ~open_pair
    mutual = int((np.triu(tied & tied.T, 1) & known).sum())
    asymmetric = int((np.triu(tied ^ tied.T, 1) & known).sum())
    n_open = int(open_pair.sum())
    return Dyads(mutual, asymmetric, pairs - mutual - asymmetric - n_open, n_open)


def reciprocity(network: Network, method: str = "arc") -> float:
    """How far ties are returned, among the pairs known in both directions.

    Args:
        network: a network; an undirected one has reciprocity 1.
        method: "arc" is the share of ties that are returned (2M/(2M+A)), "dyad" the share of tied pairs that
            are tied both ways (M/(M+A)), "index" the first one beyond what density alone would give,
            (arc − density)/(1 − density).

    Raises:
        NoTies: there is nothing to return.

    >>> from nanduti.methods.networks import from_matrix
    >>> network = from_matrix([[0, 1, 1], [1, 0, 0], [0, 0, 0]])
    >>> round(reciprocity(network), 3), round(reciprocity(network, "dyad"), 3)
    (0.667, 0.5)
    """
    dyads = dyad_census(network)
    tied = dyads.mutual + dyads.asymmetric
    if not tied:
        raise NoTies(what=mark("Reciprocity"))
    arc = 2 * dyads.mutual / (2 * dyads.mutual + dyads.asymmetric)
    if method == "arc":
        return arc
    if method == "dyad":
        return dyads.mutual / tied
    if method == "index":
        chance = density(network).value
        return beyond(arc, chance)
    raise BadInput(
        place=f"method {method!r}",
        problem=mark("is not a kind of reciprocity"),
        remedy="arc, dyad, index",
    )


def beyond(found: float, chance: float) -> float:
    """How much of the way from chance to one is gone; not a number where chance is one."""
    return (found - chance) / (1 - chance) if chance < 1 else math.nan


@dataclass(frozen=True)
class Transitivity:
    """Two-paths and what closes them.

    Attributes:
        n_paths: ordered triples with i→j and j→k, i and k different.
        n_closed: those with i→k as well.
        n_cyclic: those with k→i.
        transitivity: closed over paths; not a number without paths.
        cyclicality: cyclic over paths.
        index: transitivity beyond density, (t − d)/(1 − d).
        clustering: mean over actors with two contacts or more of the share of pairs of their contacts who are
            in contact, direction apart (Watts and Strogatz).
    """

    n_paths: int
    n_closed: int
    n_cyclic: int
    transitivity: float
    cyclicality: float
    index: float
    clustering: float


def transitivity(network: Network) -> Transitivity:
    """Whether partners of partners are partners.

    Source: Holland and Leinhardt 1971; Wasserman and Faust 1994, section 6.5; on campnet UCINET prints 60 closed of
    124 paths.

    >>> from nanduti.methods.networks import from_matrix
    >>> found = transitivity(from_matrix([[0, 1, 1], [0, 0, 1], [0, 0, 0]]))
    >>> found.n_paths, found.n_closed, found.transitivity
    (1, 1, 1.0)
    """
    pattern = network.pattern
    n_mutual_arcs = network.mutual.nnz
    paths = _wedges.n_wedges(pattern) - n_mutual_arcs
    threes, cycles = _wedges.transitive_and_cyclic(pattern)
    closed, cyclic = int(threes.sum()), int(cycles.sum())
    share = closed / paths if paths else math.nan
    chance = network.n_arcs / (network.n * (network.n - 1)) if network.n > 1 else math.nan
    local = local_clustering(network)
    some = local[~np.isnan(local)]
    return Transitivity(
        n_paths=paths,
        n_closed=closed,
        n_cyclic=cyclic,
        transitivity=share,
        cyclicality=cyclic / paths if paths else math.nan,
        index=beyond(share, chance),
        clustering=float(some.mean()) if len(some) else math.nan,
    )


def local_clustering(network: Network) -> np.ndarray:
    """Share of the pairs of an actor's contacts who are in contact themselves, direction apart.

    Not a number for an actor with fewer than two contacts. Source: Watts and Strogatz 1998.

    >>> from nanduti.methods.networks import from_matrix
    >>> local_clustering(from_matrix([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]])).round(3)
    array([1.   , 1.   , 0.333,   nan])
    """
    either = network.either
    contacts = np.diff(either.indptr)
    pairs = contacts * (contacts - 1.0)
    return np.divide(
        2.0 * _wedges.triangles(either), pairs, out=np.full(network.n, math.nan), where=pairs > 0
    )


def triad_census(network: Network) -> pl.DataFrame:
    """The sixteen kinds of triad and how many there are of each.

    Closed triads are looked at one by one; those with one or two tied pairs follow from the degrees, because each
    two-path that is not part of a closed triad is a triad of its own.

    Source: Davis and Leinhardt 1972 (M-A-N names); checked against igraph.

    Returns:
        Columns ``triad`` and ``n``, in the usual order.

    >>> from nanduti.methods.networks import from_matrix
    >>> triad_census(from_matrix([[0, 1, 1], [0, 0, 1], [0, 0, 0]])).filter(pl.col("n") > 0).rows()
    [('030T', 1)]
    """
    n = network.n
    either = network.either
    code = np.ones(either.nnz, dtype=np.int64)
    if network.directed:
        both = (network.pattern * 1 + network.pattern.T * 2).tocsr()
        both.sort_indices()
        code = both.data.astype(np.int64)
    else:
        code[:] = 3
    census = dict.fromkeys(TRIADS, 0)
    closed = _wedges.triangle_codes(either, code)
    parts = np.zeros(6, dtype=object)
    dyads_used = np.zeros(2, dtype=object)
    for bits in np.flatnonzero(closed):
        kind, wedge_kinds, used = _closed_kind(int(bits))
        census[kind] += int(closed[bits])
        parts += np.array(wedge_kinds, dtype=object) * int(closed[bits])
        dyads_used += np.array(used, dtype=object) * int(closed[bits])
    open_paths = _paths_by_kind(either, code, n) - parts
    # Mutual-mutual, mutual-out, mutual-in, out-out, out-in, in-in, seen from the middle.
    for kind, place, used in (
        ("201", 0, (2, 0)), ("111U", 1, (1, 1)), ("111D", 2, (1, 1)),
        ("021D", 3, (0, 2)), ("021C", 4, (0, 2)), ("021U", 5, (0, 2)),
    ):  # fmt: skip
        census[kind] = int(open_paths[place])
        dyads_used += np.array(used, dtype=object) * int(open_paths[place])
    mutual = int((code == 3).sum()) // 2
    asymmetric = len(code) // 2 - mutual
    census["102"] = mutual * (n - 2) - int(dyads_used[0]) if n > 2 else 0
    census["012"] = asymmetric * (n - 2) - int(dyads_used[1]) if n > 2 else 0
    census["003"] = math.comb(n, 3) - sum(census.values())
    return pl.DataFrame({"triad": list(TRIADS), "n": [census[kind] for kind in TRIADS]})


def _paths_by_kind(either: object, code: np.ndarray, n: int) -> np.ndarray:
    """Pairs of an actor's dyads by their kinds, summed over actors."""
    rows = np.repeat(np.arange(n), np.diff(either.indptr))  # type: ignore[attr-defined]
    m, o, i = (np.bincount(rows[code == bit], minlength=n).astype(object) for bit in (3, 1, 2))
    pairs = (m * (m - 1) // 2, m * o, m * i, o * (o - 1) // 2, o * i, i * (i - 1) // 2)
    return np.array([int(p.sum()) if n else 0 for p in pairs], dtype=object)


def _closed_kind(bits: int) -> tuple[str, tuple[int, ...], tuple[int, int]]:
    """Name of a closed triad, the two-paths inside it by kind, and its mutual and asymmetric dyads."""
    codes = (bits & 3, (bits >> 2) & 3, (bits >> 4) & 3)  # dyads (i, j), (i, k), (j, k)
    arcs = set()
    for (a, b), value in zip(((0, 1), (0, 2), (1, 2)), codes):
        if value & 1:
            arcs.add((a, b))
        if value & 2:
            arcs.add((b, a))
    mutual = sum(value == 3 for value in codes)
    wedges = [0] * 6
    for middle in range(3):
        a, b = (x for x in range(3) if x != middle)
        kinds = tuple(sorted(_seen(middle, end, arcs) for end in (a, b)))
        wedges[(("M", "M"), ("M", "O"), ("I", "M"), ("O", "O"), ("I", "O"), ("I", "I")).index(kinds)] += 1
    return _name(arcs, mutual), tuple(wedges), (mutual, 3 - mutual)


def _seen(middle: int, end: int, arcs: set[tuple[int, int]]) -> str:
    if (middle, end) in arcs and (end, middle) in arcs:
        return "M"
    return "O" if (middle, end) in arcs else "I"


def _name(arcs: set[tuple[int, int]], mutual: int) -> str:
    if mutual == 3:
        return "300"
    if mutual == 2:
        return "210"
    outs = sorted(sum(a == x for a, _ in arcs) for x in range(3))
    if mutual == 0:
        return "030C" if outs == [1, 1, 1] else "030T"
    # One mutual dyad: the third actor sends to both (D), receives from both (U), or does one of each (C).
    pair = next((a, b) for a, b in arcs if (b, a) in arcs)
    third = ({0, 1, 2} - set(pair)).pop()
    sent = sum(a == third for a, _ in arcs)
    return {2: "120D", 0: "120U", 1: "120C"}[sent]


def at_least(network: Network, least: int, what: str) -> None:
    """Refuse a measure on too few actors."""
    if network.n < least:
        raise TooFewActors(what=what, least=least, n=network.n)


def unknown_note(network: Network) -> tuple[Reason, ...]:
    """The sentence every measure carries that had to take unknown pairs for no tie."""
    if network.is_complete:
        return ()
    return (
        Reason(
            "unknown_as_none",
            mark(
                "Pairs that are not known: {n} of {of}; paths and triads treat them as no tie. "
                "Fill them by a stated rule to see how much hangs on it."
            ),
            {"n": network.n_unknown, "of": network.n * (network.n - 1)},
        ),
    )
