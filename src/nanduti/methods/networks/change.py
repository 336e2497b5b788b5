"""What changed between two rounds: ties made, kept and lost, who gained, and how stable it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.values import Reason, mark

from .counting import at_least
from .errors import NotComparable, some
from .graph import Network
from .qap import QapCorrelation, qap_correlation


@dataclass(frozen=True)
class Change:
    """Two rounds compared over the actors present in both and the pairs known in both.

    Attributes:
        joined, left: actors only in the later or only in the earlier round.
        n_actors: actors in both.
        kept, made, lost: ties in both, only in the later, only in the earlier round.
        never: known pairs without a tie in either.
        n_unknown: ordered pairs not known in one of the rounds, left out.
        jaccard: kept over kept + made + lost (None without ties). Below 0.3 two rounds are hard to read as one
            network changing.
        turnover: made + lost over the ties of both rounds (None without ties).
        stability: kept over the ties of the earlier round (None without ties).
        density_before, density_after: over the pairs known in both.
        reciprocity_before, reciprocity_after: share of ties returned (None without ties).
        dyads: three by three, states of pairs (null, asymmetric, mutual) before (rows) and after (columns).
        strength: among kept ties: ``stronger``, ``weaker``, ``same`` counts and ``mean_change``.
        actors: one row for each actor in both: ties out and in before and after, ``gained`` (change of both together),
            ``made``, ``lost``, ``kept``.
        qap: correlation of the rounds with its test (None where it cannot be said or was not asked for).
        notes: sentences.
    """

    joined: tuple[object, ...]
    left: tuple[object, ...]
    n_actors: int
    kept: int
    made: int
    lost: int
    never: int
    n_unknown: int
    jaccard: float | None
    turnover: float | None
    stability: float | None
    density_before: float | None
    density_after: float | None
    reciprocity_before: float | None
    reciprocity_after: float | None
    dyads: np.ndarray
    strength: dict[str, float | int | None]
    actors: pl.DataFrame
    qap: QapCorrelation | None
    notes: tuple[Reason, ...]

    def ties(self) -> pl.DataFrame:
        """How many ties are kept, made and lost, as a table."""
        return pl.DataFrame({"change": ["kept", "made", "lost"], "n": [self.kept, self.made, self.lost]})


def compare_waves(before: Network, after: Network, *, permutations: int = 0, seed: int = 1) -> Change:
    """Compare two rounds of the same kind of tie.

    Only actors present in both rounds and pairs known in both are compared: an actor who joins brings ties that are
    new to the network without any having been made, and one who did not answer has not lost any. Ties of an
    undirected network count once.

    Args:
        before, after: the earlier and the later round, both directed or both undirected.
        permutations: test the correlation of the rounds by shuffling this many times.
        seed: draws the shuffles.

    Raises:
        NotComparable: no actor is in both, or one is directed and the other is not.

    Source: Snijders, van de Bunt and Steglich 2010 for the Jaccard index between waves.

    >>> from nanduti.methods.networks import from_matrix
    >>> first = from_matrix([[0, 1, 1], [0, 0, 0], [0, 0, 0]])
    >>> second = from_matrix([[0, 1, 0], [1, 0, 0], [0, 0, 0]], directed=True)
    >>> found = compare_waves(first, second)
    >>> found.kept, found.made, found.lost, round(found.jaccard, 3)
    (1, 1, 1, 0.333)
    """
    if before.directed != after.directed:
        raise NotComparable(what=mark("A directed and an undirected network"), some="→ ≠ –")
    there, then = set(after.actors), set(before.actors)
    common = [actor for actor in before.actors if actor in there]
    here = set(common)
    if not common:
        raise NotComparable(what=mark("Two rounds"), some=some(before.actors))
    first, second = before.part(common), after.part(common)
    at_least(first, 2, mark("A comparison"))
    open_pairs, n_unknown = _unknown(first, second)
    one, two = _known_ties(first, open_pairs), _known_ties(second, open_pairs)
    times = 1 if before.directed else 2
    kept_matrix = one.multiply(two).tocsr()
    kept = kept_matrix.nnz // times
    n_one, n_two = one.nnz // times, two.nnz // times
    made, lost = n_two - kept, n_one - kept
    pairs = (len(common) * (len(common) - 1) - n_unknown) // times
    return Change(
        joined=tuple(actor for actor in after.actors if actor not in then),
        left=tuple(actor for actor in before.actors if actor not in here),
        n_actors=len(common),
        kept=kept,
        made=made,
        lost=lost,
        never=pairs - kept - made - lost,
        n_unknown=n_unknown,
        jaccard=kept / (kept + made + lost) if kept + made + lost else None,
        turnover=(made + lost) / (n_one + n_two) if n_one + n_two else None,
        stability=kept / n_one if n_one else None,
        density_before=n_one / pairs if pairs else None,
        density_after=n_two / pairs if pairs else None,
        reciprocity_before=_returned(one),
        reciprocity_after=_returned(two),
        dyads=_dyads(one, two, open_pairs, len(common)),
        strength=_strength(first, second, kept_matrix, times),
        actors=_actors(first, one, two, kept_matrix),
        qap=_tested(first, second, permutations, seed),
        notes=_notes(before, after, n_unknown),
    )


def _unknown(first: Network, second: Network) -> tuple[np.ndarray | None, int]:
    if first.is_complete and second.is_complete:
        return None, 0
    unknown = first.unknown_matrix() | second.unknown_matrix()
    return unknown, int(unknown.sum())


def _known_ties(network: Network, unknown: np.ndarray | None) -> sparse.csr_array:
    if unknown is None:
        return network.pattern
    tied = network.pattern.tocoo()
    known = ~unknown[tied.row, tied.col]
    return sparse.csr_array((tied.data[known], (tied.row[known], tied.col[known])), shape=tied.shape)


def _returned(ties: sparse.csr_array) -> float | None:
    return ties.multiply(ties.T).nnz / ties.nnz if ties.nnz else None


def _dyads(one: sparse.csr_array, two: sparse.csr_array, unknown: np.ndarray | None, n: int) -> np.ndarray:
    """Unordered pairs by their state before and after."""
    states = [sparse.triu(ties + ties.T, 1).tocsr() for ties in (one, two)]
    joint = (states[0] * 3 + states[1]).tocoo()
    if unknown is None:
        pairs = n * (n - 1) // 2
        code = joint.data.astype(np.int64)
    else:
        open_pair = np.triu(unknown | unknown.T, 1)
        pairs = n * (n - 1) // 2 - int(open_pair.sum())
        code = joint.data.astype(np.int64)[~open_pair[joint.row, joint.col]]
    table = np.bincount(code, minlength=9)
    table[0] = pairs - table[1:].sum()
    return table.reshape(3, 3)


def _strength(
    first: Network, second: Network, kept: sparse.csr_array, times: int
) -> dict[str, float | int | None]:
    cells = kept.tocoo()
    if not cells.nnz:
        return {"stronger": 0, "weaker": 0, "same": 0, "mean_change": None}
    difference = np.asarray(second.ties[cells.row, cells.col] - first.ties[cells.row, cells.col]).ravel()
    return {
        "stronger": int((difference > 0).sum()) // times,
        "weaker": int((difference < 0).sum()) // times,
        "same": int((difference == 0).sum()) // times,
        "mean_change": float(difference.mean()),
    }


def _actors(
    network: Network, one: sparse.csr_array, two: sparse.csr_array, kept: sparse.csr_array
) -> pl.DataFrame:
    def out(ties: sparse.csr_array) -> np.ndarray:
        return np.asarray(ties.sum(axis=1)).ravel().astype(np.int64)

    def into(ties: sparse.csr_array) -> np.ndarray:
        return np.asarray(ties.sum(axis=0)).ravel().astype(np.int64)

    def both(ties: sparse.csr_array) -> np.ndarray:
        return out(ties) + into(ties) if network.directed else out(ties)

    stayed = (kept > 0).astype(np.int64).tocsr()
    return network.table(
        out_before=out(one),
        out_after=out(two),
        in_before=into(one),
        in_after=into(two),
        kept=both(stayed),
        made=both(two) - both(stayed),
        lost=both(one) - both(stayed),
        gained=both(two) - both(one),
    ).sort(["gained", "actor"], descending=[True, False])


def _tested(first: Network, second: Network, permutations: int, seed: int) -> QapCorrelation | None:
    if not permutations or first.n < 3:
        return None
    constant = any(ties.n_arcs in (0, ties.n * (ties.n - 1)) and ties.is_binary for ties in (first, second))
    if constant:
        return None
    return qap_correlation(first, second, permutations=permutations, seed=seed)


def _notes(before: Network, after: Network, n_unknown: int) -> tuple[Reason, ...]:
    notes = before.notes + after.notes
    if n_unknown:
        notes += (
            Reason(
                "unknown_left_out",
                mark("Ordered pairs that are not known in one of the rounds and were left out: {n}."),
                {"n": n_unknown},
            ),
        )
    return notes


def on_common_actors(*networks: Network) -> tuple[Network, ...]:
    """The same networks, each cut to the actors that are in all of them, in the order of the first.

    >>> from nanduti.methods.networks import from_matrix
    >>> a = from_matrix([[0, 1], [0, 0]], ["Ana", "Beto"])
    >>> b = from_matrix([[0, 1], [0, 0]], ["Beto", "Celia"])
    >>> [network.actors for network in on_common_actors(a, b)]
    [('Beto',), ('Beto',)]
    """
    shared = set(networks[0].actors).intersection(*(network.actors for network in networks[1:]))
    order = [actor for actor in networks[0].actors if actor in shared]
    return tuple(replace(network.part(order)) for network in networks)


def jaccard_bounds(before: Network, after: Network) -> tuple[float, float] | None:
    """Between which values the Jaccard index of two rounds lies, whatever is true of the pairs that are not known.

    Over the actors in both rounds. Lowest: every pair not known in one round has changed. Highest: every such pair that
    is tied in the other round, or not known there either, is kept, and all others never had a tie. Both are equal where
    all is known; None where no tie can have been there in either round.

    >>> import numpy as np
    >>> from nanduti.methods.networks import from_matrix
    >>> first = from_matrix(np.array([[0, 1, 1], [0, 0, 0], [0, 0, 0]]), directed=True)
    >>> second = from_matrix(np.array([[0, 1, np.nan], [0, 0, 0], [0, 0, 0]]), directed=True)
    >>> jaccard_bounds(first, second)
    (0.5, 1.0)
    """
    first, second = on_common_actors(before, after)
    tied = [network.matrix() > 0 for network in (first, second)]
    unknown = [network.unknown_matrix() & ~there for network, there in zip((first, second), tied)]
    pairs = ~np.eye(first.n, dtype=bool) if first.directed else np.triu(np.ones((first.n, first.n), bool), 1)
    settled = pairs & ~unknown[0] & ~unknown[1]
    kept = int((settled & tied[0] & tied[1]).sum())
    changed = int((settled & (tied[0] ^ tied[1])).sum())
    unsettled = pairs & (unknown[0] | unknown[1])
    may_be_kept = int((unsettled & (tied[0] | tied[1] | (unknown[0] & unknown[1]))).sum())
    if not kept + changed + int(unsettled.sum()):
        return None
    lowest = kept / (kept + changed + int(unsettled.sum()))
    at_most = kept + changed + may_be_kept
    return lowest, (kept + may_be_kept) / at_most if at_most else 0.0


def stability_test(change: Change) -> float | None:
    """How many more ties are kept than if the later ties were thrown at random: kept over expected.

    None where nothing is expected.

    >>> from nanduti.methods.networks import from_matrix
    >>> one = from_matrix([[0, 1, 0], [0, 0, 0], [0, 0, 0]])
    >>> stability_test(compare_waves(one, one))
    6.0
    """
    pairs = change.kept + change.made + change.lost + change.never
    expected = (change.kept + change.lost) * (change.kept + change.made) / pairs if pairs else 0.0
    return change.kept / expected if expected else None
