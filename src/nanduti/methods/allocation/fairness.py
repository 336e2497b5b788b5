"""How fair a split is: who got how much of the claim, who may envy whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nanduti.methods.values import BadInput, CannotBeSaid

from .reading import Number, exact_all


@dataclass(frozen=True)
class Fairness:
    """Measures over satisfaction, what each got divided by the claim.

    Attributes:
        satisfaction: got ÷ claim for each with a claim.
        least, most: the lowest and the highest; ``worst`` names who has the lowest.
        jain: Jain's index, (Σx)²/(n·Σx²): 1 if all are equal, 1/n if one has all; ``None`` if nobody got anything.
        gini: Gini's coefficient of satisfaction, 0 if all are equal; ``None`` if nobody got anything.
        envy: the largest amount by which one would gain in satisfaction by having another's satisfaction.
        n_without_claim: those with no claim, who are in none of the measures.
    """

    satisfaction: Mapping[str, float]
    least: float
    most: float
    worst: str
    jain: float | None
    gini: float | None
    envy: float
    n_without_claim: int


def fairness(got: Mapping[str, Number], claims: Mapping[str, Number]) -> Fairness:
    """How evenly claims were met.

    Source: R. Jain, D.-M. Chiu, W. Hawe, DEC-TR-301 (1984); C. Gini (1912).

    >>> f = fairness({"a": 50, "b": 25, "c": 0}, {"a": 50, "b": 50, "c": 50})
    >>> f.satisfaction, f.worst, round(f.jain, 3), round(f.gini, 3)
    ({'a': 1.0, 'b': 0.5, 'c': 0.0}, 'c', 0.6, 0.444)
    """
    owed, had = exact_all(claims, "claim"), exact_all(got, "what was got")
    for name in had:
        if name not in owed:
            raise BadInput(
                place=f"what {name!r} got",
                problem="stands against no claim",
                remedy="Give its claim, 0 if none.",
            )
    ratio = {k: float(had.get(k, 0) / c) for k, c in owed.items() if c > 0}
    if not ratio:
        raise CannotBeSaid(what="Fairness", why="nobody has a claim", remedy="Say who may ask for what.")
    x = np.array(list(ratio.values()))
    total = x.sum()
    return Fairness(
        ratio, float(x.min()), float(x.max()), min(ratio, key=lambda k: (ratio[k], k)),
        float(total**2 / (len(x) * (x**2).sum())) if total > 0 else None,
        float(np.abs(np.subtract.outer(x, x)).sum() / (2 * len(x) * total)) if total > 0 else None,
        float(x.max() - x.min()), len(owed) - len(ratio),
    )  # fmt: skip


@dataclass(frozen=True)
class Envy:
    """Fairness of handing out things (or tasks) that cannot be split.

    Attributes:
        is_envy_free: nobody prefers another's bundle.
        is_ef1: nobody would, were one thing (the best for goods; the own worst for tasks) taken away.
        is_efx: nobody would, whichever one thing were taken away.
        is_proportional: everybody has at least (for tasks at most) the entitled share in their own eyes.
        largest: the largest envy, in the valuation of who feels it; ``who`` envies ``whom``.
    """

    is_envy_free: bool
    is_ef1: bool
    is_efx: bool
    is_proportional: bool
    largest: float
    who: str | None
    whom: str | None


def envy(
    values: Mapping[str, Sequence[float]], bundles: Mapping[str, Sequence[int]], *, kind: str = "goods"
) -> Envy:
    """Envy between equals over things that cannot be split, by each one's own valuation.

    Args:
        values: for each person the worth (``goods``) or burden (``tasks``) of every thing, nought or more.
        bundles: for each person the positions of the things it has.
        kind: ``goods`` or ``tasks``.

    Source: D. Foley (1967); E. Budish, *Journal of Political Economy* 119 (2011) for EF1; I. Caragiannis et al. (2019)
    for EFX, here with things of no worth counted too. Tasks after H. Aziz et al. (2022).

    >>> envy({"a": [6, 4, 1], "b": [5, 5, 5]}, {"a": [0], "b": [1, 2]}).is_envy_free
    True
    >>> e = envy({"a": [3, 3, 3], "b": [3, 3, 3]}, {"a": [0], "b": [1, 2]})
    >>> e.is_envy_free, e.is_ef1, e.largest
    (False, True, 3.0)
    """
    if kind not in ("goods", "tasks"):
        raise BadInput(place=f"kind {kind!r}", problem="is not known", remedy="Use goods or tasks.")
    _check_bundles(values, bundles)
    free = ef1 = efx = proportional = True
    largest, pair = 0.0, (None, None)
    for who, own in sorted(values.items()):
        mine = [float(own[t]) for t in bundles[who]]
        share = sum(map(float, own)) / len(values)
        proportional &= sum(mine) >= share - 1e-9 if kind == "goods" else sum(mine) <= share + 1e-9
        for whom in sorted(values):
            if whom == who:
                continue
            theirs = [float(own[t]) for t in bundles[whom]]
            gap = sum(theirs) - sum(mine) if kind == "goods" else sum(mine) - sum(theirs)
            removable = theirs if kind == "goods" else mine
            if gap > largest + 1e-12:
                largest, pair = gap, (who, whom)
            free &= gap <= 1e-9
            ef1 &= gap <= max(removable, default=0.0) + 1e-9
            efx &= gap <= min(removable, default=0.0) + 1e-9
    return Envy(free, ef1, efx, proportional, largest, *pair)


def _check_bundles(values: Mapping[str, Sequence[float]], bundles: Mapping[str, Sequence[int]]) -> None:
    if not values:
        raise CannotBeSaid(what="Envy", why="there is nobody", remedy="Name the firms.")
    sizes = {len(v) for v in values.values()}
    if len(sizes) > 1:
        raise BadInput(
            place="values", problem="speak of different numbers of things", remedy="Value every thing."
        )
    if set(bundles) != set(values):
        raise BadInput(
            place="bundles",
            problem="are not those of the same people",
            remedy="Give one for each, () if empty.",
        )
    listed = [t for b in bundles.values() for t in b]
    if len(set(listed)) < len(listed) or any(not 0 <= t < next(iter(sizes)) for t in listed):
        raise BadInput(
            place="bundles",
            problem="hold a thing twice, or one that is not there",
            remedy="Give positions from 0.",
        )
    for name, own in values.items():
        if not all(np.isfinite(x) and x >= 0 for x in own):
            raise BadInput(
                place=f"values of {name!r}",
                problem="hold a negative or missing one",
                remedy="Give 0 or more.",
            )
