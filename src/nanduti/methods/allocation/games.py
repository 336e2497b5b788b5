"""Joint costs and who bears what: Shapley value, nucleolus, core."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import comb

import numpy as np

from nanduti.methods.solving import INFINITY, Program, solve
from nanduti.methods.values import BadInput, CannotBeSaid

MOST_PLAYERS = 16
MOST_FOR_NUCLEOLUS = 12
Cost = Callable[[frozenset[str]], float] | Mapping[frozenset[str], float]


def cost_table(players: Sequence[str], cost: Cost, *, most: int = MOST_PLAYERS) -> np.ndarray:
    """Cost of every group, by bit mask (bit k is the k-th player by name)."""
    names = sorted(players)
    if len(set(names)) < len(names) or not names:
        raise BadInput(place="players", problem="are none, or one stands twice", remedy="Name each once.")
    if len(names) > most:
        raise CannotBeSaid(
            what="The exact share",
            why=f"{len(names)} players make too many groups",
            remedy=f"Use {most} or fewer.",
        )
    ask = cost if callable(cost) else cost.__getitem__
    table = np.zeros(1 << len(names))
    for mask in range(1, len(table)):
        group = frozenset(n for k, n in enumerate(names) if mask >> k & 1)
        try:
            table[mask] = float(ask(group))
        except KeyError:
            raise BadInput(
                place=f"group {', '.join(sorted(group))}",
                problem="has no cost",
                remedy="Give the cost of every group.",
            ) from None
    if not np.isfinite(table).all():
        raise BadInput(place="costs", problem="hold one that is not finite", remedy="Give numbers.")
    return table


def shapley(players: Sequence[str], cost: Cost) -> dict[str, float]:
    """Each player's mean extra cost over all orders of joining.

    Source: L. S. Shapley, "A value for n-person games" (1953). Exact, for at most 16 players.

    >>> runway = {"small": 1.0, "middle": 2.0, "large": 4.0}
    >>> {k: round(v, 4) for k, v in shapley(list(runway), lambda s: max(runway[p] for p in s)).items()}
    {'large': 2.8333, 'middle': 0.8333, 'small': 0.3333}
    """
    table, names = cost_table(players, cost), sorted(players)
    n = len(names)
    masks = np.arange(len(table))
    size = np.array([int(m).bit_count() for m in masks])
    weight = np.array([1.0 / (n * comb(n - 1, s)) if s < n else 0.0 for s in range(n + 1)])
    found = {}
    for k, name in enumerate(names):
        without = masks[(masks >> k & 1) == 0]
        found[name] = float(((table[without | 1 << k] - table[without]) * weight[size[without]]).sum())
    return found


def nucleolus(players: Sequence[str], cost: Cost) -> dict[str, float]:
    """The shares with which the group that gains least by staying gains as much as can be, then the next, and so on.

    Groups' gains are their own cost less what their members bear; nobody is kept from bearing a negative
    cost (prenucleolus,
    which for subadditive costs is the nucleolus). Source: D. Schmeidler, *SIAM Journal on Applied
    Mathematics* 17 (1969); the sequence of linear programmes is Kopelowitz's and Maschler's. At most 12 players.

    >>> runway = {"small": 1.0, "middle": 2.0, "large": 4.0}
    >>> {k: round(v, 4) for k, v in nucleolus(list(runway), lambda s: max(runway[p] for p in s)).items()}
    {'large': 2.75, 'middle': 0.75, 'small': 0.5}
    """
    table, names = cost_table(players, cost, most=MOST_FOR_NUCLEOLUS), sorted(players)
    n = len(names)
    masks = np.arange(1, len(table) - 1)
    member = ((masks[:, None] >> np.arange(n)) & 1).astype(float)
    fixed_rows, fixed_value = [np.ones(n)], [table[-1]]
    open_ = np.ones(len(masks), dtype=bool)
    shares = np.full(n, table[-1] / n)
    while np.linalg.matrix_rank(np.array(fixed_rows)) < n and open_.any():
        # Maximise e with x(S) + e <= c(S) on open groups and x(S) fixed on the others.
        rows = np.vstack((np.column_stack((member[open_], np.ones(open_.sum()))),
                          np.column_stack((np.array(fixed_rows), np.zeros(len(fixed_rows))))))  # fmt: skip
        high = np.concatenate((table[masks[open_]], fixed_value))
        low = np.concatenate((np.full(int(open_.sum()), -INFINITY), fixed_value))
        bound = float(np.abs(table).max() + 1) * 4 * n
        gain = np.append(np.zeros(n), 1.0)
        answer = solve(
            Program(
                gain,
                rows,
                low,
                high,
                np.full(n + 1, -bound),
                np.full(n + 1, bound),
                np.zeros(n + 1, dtype=bool),
            ),
            relax=True,
        )
        shares, e = answer.values[:n], answer.values[n]
        tight = np.flatnonzero(open_)[np.abs(answer.prices[: int(open_.sum())]) > 1e-9]
        for k in tight:
            fixed_rows.append(member[k])
            fixed_value.append(table[masks[k]] - e)
        open_[tight] = False
        if not len(tight):
            break
        basis = np.array(fixed_rows)
        open_ &= np.array([np.linalg.matrix_rank(np.vstack((basis, member[k]))) > np.linalg.matrix_rank(basis)
                           if open_[k] else False for k in range(len(masks))])  # fmt: skip
    return {name: float(s) for name, s in zip(names, shares, strict=True)}


def objection(
    players: Sequence[str], cost: Cost, shares: Mapping[str, float]
) -> tuple[tuple[str, ...], float] | None:
    """The group that would save most by leaving, and how much; ``None`` if no group would (the shares lie in the core).

    Source: D. B. Gillies (1959) for the core.

    >>> objection(["a", "b"], lambda s: {1: 5.0, 2: 8.0}[len(s)], {"a": 6.0, "b": 2.0})
    (('a',), 1.0)
    """
    table, names = cost_table(players, cost), sorted(players)
    if set(shares) != set(names):
        raise BadInput(place="shares", problem="are not those of the players", remedy="Give one for each.")
    best, worst = None, 1e-9
    for size in range(1, len(names)):
        for group in combinations(range(len(names)), size):
            saved = sum(shares[names[k]] for k in group) - table[sum(1 << k for k in group)]
            if saved > worst + 1e-12:
                best, worst = tuple(names[k] for k in group), saved
    return None if best is None else (best, float(worst))
