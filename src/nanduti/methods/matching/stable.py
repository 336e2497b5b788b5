"""Stable matching: both sides rank each other, and nobody could do better together than as proposed."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, RuleSource, mark

from ._fast import loops

SOURCE = RuleSource("D. Gale and L. S. Shapley (1962), American Mathematical Monthly 69", "sections 2 and 3")


@dataclass(frozen=True)
class StableMatching:
    """Who goes with whom.

    Attributes:
        pairs: ``proposer``, ``receiver``, and the rank of each for the other.
        unmatched: proposers without a place; receivers' free places are in ``free``.
        free: receiver → places left.
        n_blocking: pairs that would rather have each other; 0 by construction (weak stability where there are ties).
        ties_broken: whether some rank was shared, so that another stable answer may exist beside this one.
    """

    pairs: pl.DataFrame
    unmatched: tuple[str, ...]
    free: Mapping[str, int]
    n_blocking: int
    ties_broken: bool
    source: RuleSource = SOURCE

    def partner(self, proposer: str) -> str | None:
        """The receiver of a proposer; ``None`` without one."""
        found = self.pairs.filter(pl.col("proposer") == proposer)["receiver"]
        return found[0] if len(found) else None


@dataclass(frozen=True)
class _Market:
    proposers: list[str]
    receivers: list[str]
    p: np.ndarray
    r: np.ndarray
    p_rank: np.ndarray
    r_rank: np.ndarray
    places: np.ndarray


def preferences(
    proposers: Mapping[str, Sequence[str | Sequence[str]]],
    receivers: Mapping[str, Sequence[str | Sequence[str]]],
) -> pl.DataFrame:
    """Ranked lists of both sides as the frame that the others read. A list inside a list is a tie.

    Only pairs that both sides name are acceptable.

    >>> preferences({"a": ["x", "y"]}, {"x": ["a"], "y": []}).rows()
    [('a', 'x', 1, 1)]
    """
    ahead, back = _ranks(proposers, "proposer"), _ranks(receivers, "receiver")
    rows = [(p, r, k, back[r, p]) for (p, r), k in ahead.items() if (r, p) in back]
    schema = {
        "proposer": pl.String,
        "receiver": pl.String,
        "proposer_rank": pl.Int64,
        "receiver_rank": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _ranks(lists: Mapping[str, Sequence[str | Sequence[str]]], what: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for own, ranked in lists.items():
        rank = 1
        for entry in ranked:
            tied = [entry] if isinstance(entry, str) else list(entry)
            for name in tied:
                if (own, name) in found:
                    raise BadInput(
                        place=f"the list of {what} {own!r}",
                        problem=f"names {name!r} twice",
                        remedy=mark("Name everybody once."),
                    )
                found[own, name] = rank
            rank += len(tied)
    return found


def _market(pairs: pl.DataFrame, capacities: Mapping[str, int] | int) -> _Market:
    needed = ("proposer", "receiver", "proposer_rank", "receiver_rank")
    for name in needed:
        if name not in pairs.columns:
            raise BadInput(
                place=f"pairs: column {name!r}",
                problem=mark("is missing"),
                remedy=mark("Give proposer, receiver and the rank that each gives the other (1 is best)."),
            )
    if pairs.select(pl.any_horizontal(pl.col(*needed).is_null()).any()).item():
        raise BadInput(
            place="pairs",
            problem=mark("hold empty cells"),
            remedy=mark("Leave pairs out that are not acceptable."),
        )
    ids = {}
    for side in ("proposer", "receiver"):
        extra = list(capacities) if side == "receiver" and isinstance(capacities, Mapping) else []
        ids[side] = sorted({*pairs[side].cast(pl.String).unique().to_list(), *extra})
    numbers = [
        pairs[side]
        .cast(pl.String)
        .replace_strict(ids[side], np.arange(len(ids[side])), return_dtype=pl.Int64)
        .to_numpy()
        if pairs.height
        else np.zeros(0, dtype=np.int64)
        for side in ("proposer", "receiver")
    ]
    pair = np.sort(numbers[0] * max(1, len(ids["receiver"])) + numbers[1])
    if (pair[1:] == pair[:-1]).any():
        raise BadInput(
            place="pairs", problem=mark("hold some pair twice"), remedy=mark("Keep one row for each pair.")
        )
    return _Market(
        ids["proposer"], ids["receiver"], *numbers,
        pairs["proposer_rank"].to_numpy().astype(float), pairs["receiver_rank"].to_numpy().astype(float),
        _places(capacities, ids["receiver"]),
    )  # fmt: skip


def _places(capacities: Mapping[str, int] | int, names: list[str]) -> np.ndarray:
    if isinstance(capacities, int):
        capacities = dict.fromkeys(names, capacities)
    places = []
    for name in names:
        n = capacities.get(name, 1)
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0:
            raise BadInput(
                place=f"capacity of {name!r}",
                problem=f"is {n!r}",
                remedy=mark("Give a whole number of places, 0 or more."),
            )
        places.append(int(n))
    return np.array(places, dtype=np.int64)


def deferred_acceptance(
    pairs: pl.DataFrame,
    *,
    capacities: Mapping[str, int] | int = 1,
    proposing: str = "proposer",
    seed: int | None = None,
    compiled: bool | None = None,
) -> StableMatching:
    """Deferred acceptance: one place for each proposer, several for a receiver, ties allowed.

    Args:
        pairs: ``proposer``, ``receiver``, ``proposer_rank`` (the proposer's rank of the receiver, 1 best),
            ``receiver_rank`` (the receiver's of the proposer). Pairs that are not there are not acceptable. Equal
            ranks are ties.
        capacities: receiver → places (1 where not named), or one number for all.
        proposing: the side that proposes gets the best partners it can have in any stable matching: ``"proposer"``,
            or ``"receiver"`` for the other way round (receivers offer their places).
        seed: ties are broken by identifier, or by lot where a seed is given.
        compiled: loops of the extra ``fast``: ``None`` where they are there and the market is large; the same answer.

    Returns:
        A matching without blocking pairs; with ties, weakly stable.

    >>> lists = preferences({"Ana": ["buyer", "mill"], "Beto": ["buyer"]}, {"buyer": ["Ana", "Beto"], "mill": ["Ana"]})
    >>> found = deferred_acceptance(lists)
    >>> found.pairs.select("proposer", "receiver").rows(), found.unmatched
    ([('Ana', 'buyer')], ('Beto',))
    """
    market = _market(pairs, capacities)
    lot = None
    if seed is not None:  # lots are drawn by the order of names, so that the order of rows does not matter
        lot = np.empty(len(market.p), dtype=np.int64)
        lot[np.lexsort((market.r, market.p))] = np.random.default_rng(seed).permutation(len(market.p))
    own, theirs, ties = _strict(market, lot)
    if proposing == "proposer":
        # Below this the plain loop is done before compiled code has been fetched.
        worth = compiled or (compiled is None and len(own) > 50_000)
        kernel = loops(compiled, "_proposing") if worth else None
        chosen = (
            _proposers_compiled(market, own, theirs, kernel)
            if kernel
            else _proposers_propose(market, own, theirs)
        )
    elif proposing == "receiver":
        chosen = _receivers_propose(market, own, theirs)
    else:
        raise BadInput(
            place=f"proposing={proposing!r}",
            problem=mark("is not a side"),
            remedy=mark("Say 'proposer' or 'receiver'."),
        )
    return _result(pairs, market, chosen, ties)


def _strict(market: _Market, lot: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, bool]:
    """Ranks without ties: for each pair its place in the proposer's list and in the receiver's; and whether there
    were ties. Places rise through one list after the other."""
    places, ties = [], False
    for side, rank, other in ((market.p, market.p_rank, market.r), (market.r, market.r_rank, market.p)):
        by = _sorted(side, rank, other if lot is None else lot)
        place = np.empty(len(by), dtype=np.int64)
        place[by] = np.arange(len(by))
        places.append(place)
        ties = ties or bool(((np.diff(side[by]) == 0) & (np.diff(rank[by]) == 0)).any())
    return places[0], places[1], ties


def _sorted(side: np.ndarray, rank: np.ndarray, tie: np.ndarray) -> np.ndarray:
    """Order by side, rank, tie; in one whole number where it fits, which is several times as quick."""
    if not len(side):
        return np.zeros(0, dtype=np.int64)
    low, high = float(rank.min()), float(rank.max())
    n_ranks, n_ties = high - low + 1, int(tie.max()) + 1
    if (rank == np.floor(rank)).all() and (int(side.max()) + 1) * n_ranks * n_ties < 2.0**62:
        return np.argsort((side * int(n_ranks) + (rank - low).astype(np.int64)) * n_ties + tie)
    return np.lexsort((tie, rank, side))


def _proposers_propose(market: _Market, own: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    listed = np.empty(len(own), dtype=np.int64)
    listed[own] = np.arange(len(own))
    start = np.searchsorted(market.p[listed], np.arange(len(market.proposers) + 1)).tolist()
    pair_of, receiver_of, value = listed.tolist(), market.r[listed].tolist(), (-theirs[listed]).tolist()
    proposer_of, places = market.p[listed].tolist(), market.places.tolist()
    held: list[list[tuple[int, int]]] = [[] for _ in places]
    following = start[:-1]
    waiting = list(range(len(market.proposers)))[::-1]
    while waiting:
        who = waiting.pop()
        at, end = following[who], start[who + 1]
        while at < end:
            r, v = receiver_of[at], value[at]
            mine = held[r]
            if len(mine) < places[r]:
                heapq.heappush(mine, (v, at))
                at += 1
                break
            if mine and v > mine[0][0]:
                out = heapq.heapreplace(mine, (v, at))[1]
                waiting.append(proposer_of[out])
                at += 1
                break
            at += 1
        following[who] = at
    return np.array(sorted(pair_of[at] for mine in held for _, at in mine), dtype=np.int64)


def _proposers_compiled(
    market: _Market, own: np.ndarray, theirs: np.ndarray, kernel: ModuleType
) -> np.ndarray:
    """The same by compiled loops: strict preferences have one best answer, so it is the same to the pair."""
    listed = np.empty(len(own), dtype=np.int64)
    listed[own] = np.arange(len(own))
    n = len(market.proposers)
    start = np.searchsorted(market.p[listed], np.arange(n + 1)).astype(np.int64)
    # A receiver never holds more than have it on their list, however many places it says it has.
    room = np.minimum(market.places, np.bincount(market.r, minlength=len(market.places)))
    offset = np.concatenate([[0], np.cumsum(room)]).astype(np.int64)
    size = np.zeros(len(room), dtype=np.int64)
    held_value, held_at = (np.zeros(int(offset[-1]) + 1, dtype=np.int64) for _ in range(2))
    kernel.propose(
        start, market.r[listed].astype(np.int64), market.p[listed].astype(np.int64), -theirs[listed],
        room.astype(np.int64), offset, size, held_value, held_at, start[:-1].copy(), np.arange(n)[::-1].copy(),
    )  # fmt: skip
    kept = np.concatenate(
        [held_at[o : o + k] for o, k in zip(offset[:-1], size, strict=True)] or [held_at[:0]]
    )
    return np.sort(listed[kept])


def _receivers_propose(market: _Market, own: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    listed = np.empty(len(theirs), dtype=np.int64)
    listed[theirs] = np.arange(len(theirs))
    start = np.searchsorted(market.r[listed], np.arange(len(market.receivers) + 1)).tolist()
    pair_of, proposer_of, value = listed.tolist(), market.p[listed].tolist(), own[listed].tolist()
    receiver_of = market.r[listed].tolist()
    free, following = market.places.tolist(), start[:-1]
    held = [-1] * len(market.proposers)
    waiting = [r for r in range(len(free)) if free[r] > 0][::-1]
    while waiting:
        r = waiting.pop()
        while free[r] > 0 and following[r] < start[r + 1]:
            at = following[r]
            following[r] += 1
            p = proposer_of[at]
            if held[p] < 0 or value[at] < value[held[p]]:
                if held[p] >= 0:
                    lost = receiver_of[held[p]]
                    free[lost] += 1
                    waiting.append(lost)
                held[p] = at
                free[r] -= 1
    return np.array(sorted(pair_of[at] for at in held if at >= 0), dtype=np.int64)


def _result(pairs: pl.DataFrame, market: _Market, chosen: np.ndarray, ties: bool) -> StableMatching:
    columns = ("proposer", "receiver", "proposer_rank", "receiver_rank")
    kept = pairs.select(columns)[chosen].sort("proposer", "receiver")
    used = np.bincount(market.r[chosen], minlength=len(market.receivers))
    left = (market.places - used).tolist()
    matched = set(market.p[chosen].tolist())
    return StableMatching(
        kept,
        tuple(name for i, name in enumerate(market.proposers) if i not in matched),
        {name: n for name, n in zip(market.receivers, left, strict=True) if n > 0},
        _blocking(market, chosen).size,
        ties,
    )


def _blocking(market: _Market, chosen: np.ndarray) -> np.ndarray:
    """Pairs where both would strictly rather: the proposer than its receiver, the receiver than its worst or a gap."""
    own = np.full(len(market.proposers), np.inf)
    own[market.p[chosen]] = market.p_rank[chosen]
    worst = np.full(len(market.receivers), -np.inf)
    np.maximum.at(worst, market.r[chosen], market.r_rank[chosen])
    used = np.bincount(market.r[chosen], minlength=len(market.receivers))
    room = used < market.places
    wants = market.p_rank < own[market.p]
    has_place = market.places[market.r] > 0
    taken = room[market.r] | (market.r_rank < worst[market.r])
    return np.flatnonzero(wants & has_place & taken)


def blocking_pairs(
    pairs: pl.DataFrame, matching: pl.DataFrame, *, capacities: Mapping[str, int] | int = 1
) -> pl.DataFrame:
    """Acceptable pairs that would both strictly rather have each other than what ``matching`` gives them.

    Raises:
        BadInput: a matched pair is not acceptable, a proposer stands twice, or a receiver has more than its places.

    >>> lists = preferences({"a": ["x"], "b": ["x"]}, {"x": ["a", "b"]})
    >>> blocking_pairs(lists, pl.DataFrame({"proposer": ["b"], "receiver": ["x"]})).rows()
    [('a', 'x', 1, 1)]
    """
    market = _market(pairs, capacities)
    named = matching.select(pl.col("proposer", "receiver").cast(pl.String))
    numbered = pairs.select(pl.col("proposer", "receiver").cast(pl.String)).with_row_index("pair")
    found = named.join(numbered, on=["proposer", "receiver"], how="left", maintain_order="left")
    if found["pair"].null_count():
        wrong = found.filter(pl.col("pair").is_null()).row(0, named=True)
        raise BadInput(
            place=f"the matching of {wrong['proposer']!r} with {wrong['receiver']!r}",
            problem=mark("is not among the acceptable pairs"),
            remedy=mark("Add the pair with its ranks or take it out of the matching."),
        )
    chosen = found["pair"].to_numpy().astype(np.int64)
    used = np.bincount(market.r[chosen], minlength=len(market.receivers))
    twice = len(np.unique(market.p[chosen])) < len(chosen)
    if twice or (used > market.places).any():
        who = named["proposer"].filter(named["proposer"].is_duplicated()).head(1).to_list()
        over = market.receivers[int(np.argmax(used - market.places))]
        raise BadInput(
            place=f"{who[0] if twice else over!r}",
            problem=mark("stands more often in the matching than there are places"),
            remedy=mark("Correct the matching or the capacities."),
        )
    columns = ("proposer", "receiver", "proposer_rank", "receiver_rank")
    return pairs.select(columns)[_blocking(market, chosen)].sort("proposer", "receiver")
