"""What changed between two rounds: ties kept, new and lost, and how much of the network stayed."""

from __future__ import annotations

from dataclasses import dataclass

from nanduti.methods import networks as methods
from nanduti.methods.networks import Network
from nanduti.methods.values import PersonError

from .measures import network_of
from .ties import Ties


@dataclass(frozen=True)
class Changed:
    """Two rounds beside each other.

    ``pairs``: (source, target) → "kept", "new" or "lost"; over everybody in either round, also those only in one.
    ``change``: the comparison over the actors in both; ``why_not`` where there is none.
    """

    before: Network
    after: Network
    pairs: dict[tuple[object, object], str]
    change: methods.Change | None
    why_not: PersonError | None = None


def changed(before: Ties, after: Ties, kinds: tuple[str, ...]) -> Changed:
    """Compare the rounds as one network each, of the same kinds.

    Records are left out: they belong to no round, and would be kept by definition.
    """
    codes = tuple(kinds) or tuple(dict.fromkeys((*before.kinds, *after.kinds)))
    first, second = (network_of(ties, kinds=codes) for ties in (before, after))
    if first.directed != second.directed:
        first, second = first.symmetrised(), second.symmetrised()
    pairs: dict[tuple[object, object], str] = {}
    for source, target, _strength in first.frame().iter_rows():
        pairs[source, target] = "lost"
    for source, target, _strength in second.frame().iter_rows():
        pairs[source, target] = "kept" if (source, target) in pairs else "new"
    try:
        found = methods.compare_waves(first, second)
    except PersonError as error:
        return Changed(first, second, pairs, None, error)
    return Changed(first, second, pairs, found)
