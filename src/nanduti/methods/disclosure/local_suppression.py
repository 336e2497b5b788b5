"""Local suppression: blank single key values of the few records that stand out, with as little loss as found.

With ``missing="any"`` a blank matches everything, so blanking one record can only help the others; each
record needs a set of keys whose removal leaves it at least k look-alikes. With ``missing="category"`` a blank
is a value, so records must be blanked in groups with the same pattern.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .keys import Coded, check_columns, check_k, check_rows, class_ids, code_columns, pack
from .matching import Missing, check_missing, frequencies

_MOST_KEYS = 12


@dataclass(frozen=True)
class LocalSuppression:
    """The data with blanks; how many values were blanked per key and in all; the loss; records touched."""

    data: pl.DataFrame
    per_key: dict[str, int]
    n_suppressed: int
    loss: float
    n_records: int


def local_suppression(
    data: pl.DataFrame,
    *,
    keys: Sequence[str],
    k: int,
    importance: Mapping[str, float] | None = None,
    missing: Missing = "any",
    restarts: int = 4,
    seed: int = 0,
    budget: float = 2e9,
) -> LocalSuppression:
    """Blank key values until every record has at least ``k`` look-alikes, spending little.

    ``importance`` is the cost of one blank per key (1 by default): dear keys are kept as long as possible.
    ``missing="any"``: for each record in need, all sets of keys are weighed at once (a count over the patterns
    of disagreement with every other record, then sums over subsets), the cheapest that reaches k is taken,
    ties going to the one that helps most other records in need; afterwards blanks that turned out needless
    are filled again. ``restarts`` further orders are tried and the cheapest result kept. The result is
    feasible for certain and least for each record in turn; least in total it is not proven.

    ``budget`` bounds the comparisons of records; beyond it, recode first.

    Source: the problem: Samarati and Sweeney (1998); the reference heuristic: Templ, Kowarik and Meindl (2015),
    Journal of Statistical Software 67(4).

    >>> d = pl.DataFrame({"trade": ["shoes", "shoes", "wool"], "place": ["A", "A", "A"]})
    >>> r = local_suppression(d, keys=["trade", "place"], k=2)
    >>> r.n_suppressed, r.data["trade"].to_list()
    (1, ['shoes', 'shoes', None])
    """
    n = check_rows(data)
    keys = check_columns(data, keys)
    check_k(k, n)
    check_missing(missing)
    if len(keys) > _MOST_KEYS:
        raise BadInput(
            place="the list of key columns",
            problem=f"has {len(keys)} columns",
            remedy=f"Give at most {_MOST_KEYS}; drop or join the others first.",
        )
    cost = _cost(keys, importance)
    if missing == "any":
        blanks = _blank_any(data, keys, k, cost, restarts, seed, budget)
    else:
        blanks = _blank_category(data, keys, k, cost)
    new = data.with_columns(
        pl.select(pl.when(pl.Series(~blanks[:, j])).then(data[c])).to_series().alias(c)
        for j, c in enumerate(keys)
    )
    per_key = {c: int(blanks[:, j].sum()) for j, c in enumerate(keys)}
    touched = int(blanks.any(axis=1).sum())
    return LocalSuppression(new, per_key, int(blanks.sum()), float(blanks.sum(axis=0) @ cost), touched)


def _cost(keys: list[str], importance: Mapping[str, float] | None) -> np.ndarray:
    given = dict(importance or {})
    unknown = [c for c in given if c not in keys]
    cost = np.array([float(given.get(c, 1.0)) for c in keys])
    if unknown or not (np.isfinite(cost).all() and (cost > 0).all()):
        raise BadInput(
            place="importance",
            problem=f"names '{unknown[0]}', which is no key"
            if unknown
            else "has a value that is not positive",
            remedy="Give a positive number per key.",
        )
    return cost


class _State:
    """Who looks like whom: safe classes as one row each, records in need one by one."""

    def __init__(self, values: np.ndarray, blank: np.ndarray, count: np.ndarray, k: int, n_need: int) -> None:
        self.values, self.blank, self.count, self.k = values, blank, count, k
        self.m = values.shape[1]
        self.need = np.arange(len(values) - n_need, len(values))
        self.added = np.zeros_like(blank)
        self.power = 1 << np.arange(self.m)
        self.f = np.full(len(values), k, dtype=np.int64)
        for r in self.need:
            self.f[r] = self.count[self.masks(r) == 0].sum()

    def masks(self, r: int) -> np.ndarray:
        """For every row the set of keys on which it disagrees with row ``r``, as bits."""
        differ = self.values != self.values[r]
        differ &= ~self.blank
        differ &= ~self.blank[r]
        return differ @ self.power

    def treat(self, r: int, cost_of: np.ndarray) -> None:
        """Blank the cheapest set of keys that gives row ``r`` its k look-alikes."""
        masks = self.masks(r)
        reached = _over_subsets(np.bincount(masks, self.count, minlength=1 << self.m), self.m)
        in_need = self.need[self.f[self.need] < self.k]
        helped = _over_subsets(np.bincount(masks[in_need], minlength=1 << self.m).astype(float), self.m)
        price = np.where(reached >= self.k, cost_of, np.inf)
        best = np.flatnonzero(price == price.min())
        chosen = int(best[np.argmax(helped[best])])
        won = (masks & ~chosen) == 0
        won &= masks != 0
        self.f[won] += 1
        self.f[r] += int(self.count[won].sum())
        bits = (chosen >> np.arange(self.m) & 1).astype(bool) & ~self.blank[r]
        self.blank[r] |= bits
        self.added[r] |= bits

    def restore(self, order: np.ndarray) -> None:
        """Fill blanks again, dearest key first, wherever nobody falls below k."""
        for j in order:
            for r in self.need[self.added[self.need, j]]:
                self.blank[r, j] = False
                lost = self.masks(r) == self.power[j]
                stays = self.f[r] - self.count[lost].sum() >= self.k
                if stays and (self.f[self.need[lost[self.need]]] > self.k).all():
                    self.f[r] -= int(self.count[lost].sum())
                    self.f[self.need[lost[self.need]]] -= 1
                    self.added[r, j] = False
                else:
                    self.blank[r, j] = True


def _over_subsets(counts: np.ndarray, m: int) -> np.ndarray:
    """For every set the sum over its subsets (the zeta transform)."""
    total = counts.copy()
    for j in range(m):
        view = total.reshape(-1, 2, 1 << j)
        view[:, 1] += view[:, 0]
    return total


def _blank_any(
    data: pl.DataFrame, keys: list[str], k: int, cost: np.ndarray, restarts: int, seed: int, budget: float
) -> np.ndarray:
    n, m = data.height, len(keys)
    f, _ = frequencies(data, keys=keys, missing="any")
    blank = np.column_stack([data[c].is_null().to_numpy() for c in keys])
    columns = code_columns(data, keys)
    ids, n_classes = class_ids(pack(columns))
    sizes = np.bincount(ids, minlength=n_classes)
    alone = np.flatnonzero((sizes[ids] < k) & (f < k))  # others are safe, now and for good
    needy = np.zeros(n, dtype=bool)
    needy[alone] = True
    first = np.full(n_classes, -1, dtype=np.int64)
    first[ids[::-1]] = np.arange(n)[::-1]
    rest = np.bincount(ids[~needy], minlength=n_classes)
    safe = np.flatnonzero(rest > 0)
    rows = np.concatenate((first[safe], alone))
    if float(len(alone)) * len(rows) * m > budget:
        raise CannotBeSaid(
            what="A local suppression of small loss",
            why=f"{len(alone)} of {n} records need blanks, which asks for too many comparisons",
            remedy="Use coarser codes or fewer keys first (minimal_recoding), or raise the budget.",
        )
    values = np.column_stack([c.codes[rows] for c in columns]).astype(np.int64)
    count = np.concatenate((rest[safe], np.ones(len(alone), dtype=np.int64)))
    cost_of = _over_sets(cost)
    best: np.ndarray | None = None
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 1])))
    for attempt in range(1 + max(restarts, 0)):
        state = _State(values, blank[rows].copy(), count, k, len(alone))
        order = state.need if attempt == 0 else stream.permutation(state.need)
        for r in order:
            if state.f[r] < k:
                state.treat(int(r), cost_of)
        state.restore(np.argsort(-cost, kind="stable"))
        if best is None or (state.added @ cost).sum() < (best @ cost).sum():
            best = state.added
    blanks = np.zeros((n, m), dtype=bool)
    if len(alone):
        blanks[alone] = best[len(safe) :]
    return blanks


def _over_sets(cost: np.ndarray) -> np.ndarray:
    total = np.zeros(1)
    for c in cost:
        total = np.concatenate((total, total + c))
    return total


def _blank_category(data: pl.DataFrame, keys: list[str], k: int, cost: np.ndarray) -> np.ndarray:
    """Patterns from cheap to dear; each takes the groups of at least k that it makes among those in need."""
    n, m = data.height, len(keys)
    columns = code_columns(data, keys)
    f, _ = frequencies(data, keys=keys)
    waiting = f < k
    blanks = np.zeros((n, m), dtype=bool)
    sets = [s for size in range(1, m + 1) for s in combinations(range(m), size)]
    for chosen in sorted(sets, key=lambda s: (cost[list(s)].sum(), s)):
        rows = np.flatnonzero(waiting)
        if len(rows) < k:
            break
        kept = [j for j in range(m) if j not in chosen]
        ids = (
            class_ids(pack([Coded(columns[j].codes[rows], columns[j].size) for j in kept]))[0] if kept else 0
        )
        ids = np.zeros(len(rows), dtype=np.int64) + ids
        done = rows[np.bincount(ids)[ids] >= k]
        blanks[np.ix_(done, chosen)] = True
        waiting[done] = False
    _borrow(waiting, blanks, columns, k, [*sorted(sets, key=lambda s: (cost[list(s)].sum(), s))])
    left = np.flatnonzero(waiting)
    if len(left):
        blanks[_fill_last(left, blanks, columns, k)] = True
    return blanks


def _borrow(
    waiting: np.ndarray, blanks: np.ndarray, columns: list[Coded], k: int, sets: list[tuple[int, ...]]
) -> None:
    """Groups that stayed below k take records from classes that share their kept keys and can spare some."""
    whole, n = class_ids(pack(columns))
    free = ~waiting & ~blanks.any(axis=1)
    size = np.bincount(whole[free], minlength=n)
    for chosen in sets:
        kept = [j for j in range(len(columns)) if j not in chosen]
        if not kept:
            continue
        ids, _ = class_ids(pack([columns[j] for j in kept]))
        for group in np.unique(ids[waiting]):
            mine = np.flatnonzero(waiting & (ids == group))
            lent: list[int] = []
            for other in np.unique(whole[free & (ids == group)]):
                spare = min(int(size[other]) - k, k - len(mine) - len(lent))
                if spare > 0:
                    lent += np.flatnonzero(free & (whole == other))[:spare].tolist()
            if len(mine) + len(lent) >= k:
                np.subtract.at(size, whole[lent], 1)
                free[lent] = False
                blanks[np.ix_(np.concatenate((mine, lent)).astype(np.int64), chosen)] = True
                waiting[mine] = False


def _fill_last(left: np.ndarray, blanks: np.ndarray, columns: list[Coded], k: int) -> np.ndarray:
    """The last few lose all keys, together with records from classes that can spare them."""
    all_blank = np.flatnonzero(blanks.all(axis=1))
    short = k - len(left) - len(all_blank)
    if short <= 0:
        return left
    columns = [Coded(np.where(blanks[:, j], c.size, c.codes), c.size + 1) for j, c in enumerate(columns)]
    ids, n = class_ids(pack(columns))
    size = np.bincount(ids, minlength=n)
    size[ids[left]] = 0
    donor = int(np.argmax(size))
    # a class that cannot spare them and stay at k goes whole: it has at least k records, more than are short
    take = short if size[donor] - short >= k else int(size[donor])
    return np.concatenate((left, np.flatnonzero(ids == donor)[:take]))
