"""What changed between two rounds: ties kept, new and lost, and how much of the network stayed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanduti.methods import networks as methods
from nanduti.methods.networks import Network
from nanduti.methods.values import PersonError

from .measures import network_of
from .ties import Ties

# What became of a tie, in the order in which pages tell of them.
FATES = ("kept", "new", "lost", "unknown")


@dataclass(frozen=True)
class Changed:
    """Two rounds beside each other.

    ``pairs``: (source, target) → a code of :data:`FATES`, over everybody in either round; "unknown" is a tie of the
    earlier round of which the later says nothing. ``change``: the comparison over the actors in both; ``bounds``:
    between which values the Jaccard index lies; ``why_not`` where there is no comparison.
    """

    before: Network
    after: Network
    pairs: dict[tuple[object, object], str]
    change: methods.Change | None
    bounds: tuple[float, float] | None = None
    why_not: PersonError | None = None

    def n(self, fate: str) -> int:
        """How many ties had this fate."""
        return sum(found == fate for found in self.pairs.values())

    @property
    def is_certain(self) -> bool:
        """Whether what is not known leaves the Jaccard index alone."""
        return self.bounds is not None and self.bounds[0] == self.bounds[1]


def changed(before: Ties, after: Ties, kinds: tuple[str, ...]) -> Changed:
    """Compare two rounds of the same kinds of tie."""
    codes = tuple(kinds) or tuple(dict.fromkeys((*before.kinds, *after.kinds)))
    first, second = (network_of(ties, kinds=codes) for ties in (before, after))
    if first.directed != second.directed:
        first, second = first.symmetrised(), second.symmetrised()
    pairs = _fates(first, second)
    try:
        found = methods.compare_waves(first, second)
    except PersonError as error:
        return Changed(first, second, pairs, None, None, error)
    return Changed(first, second, pairs, found, methods.jaccard_bounds(first, second))


def _fates(first: Network, second: Network) -> dict[tuple[object, object], str]:
    """A tie that the other end of an undirected pair told is the same tie."""
    unknown = None if second.is_complete else second.unknown_matrix()
    rows = {actor: row for row, actor in enumerate(second.actors)}
    pairs: dict[tuple[object, object], str] = {}
    for source, target, _strength in first.frame().iter_rows():
        pairs[_key(first, source, target)] = "unknown" if _open(unknown, rows, source, target) else "lost"
    for source, target, _strength in second.frame().iter_rows():
        key = _key(second, source, target)
        pairs[key] = "kept" if key in pairs else "new"
    return pairs


def _key(network: Network, source: object, target: object) -> tuple[object, object]:
    if network.directed or str(source) <= str(target):
        return source, target
    return target, source


def _open(unknown: np.ndarray | None, rows: dict[object, int], source: object, target: object) -> bool:
    """Whether the later round says nothing of the pair; whoever is not in it at all has said nothing either."""
    if source not in rows or target not in rows:
        return True
    return unknown is not None and bool(unknown[rows[source], rows[target]])
