"""Fairness of proposals: rotation, caps and turns for those served least; and lists that are not all alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, Reason, RuleSource, Share, counted, mark


@dataclass(frozen=True)
class Invitations:
    """Who is invited to answer which need.

    Attributes:
        frame: ``need``, ``turn`` (1 is the first), ``offer``, ``score``, ``rank`` in the list before,
            ``invited_before``.
        passed_over: (need, offer) → why somebody who ranks higher was not invited.
        times: offer → invitations after this round, all who stand in a list included.
        points_given_up: what the best lists of the same length have more, as a share of their points.
        evenness_before, evenness_after: Jain's index of ``times`` among all who stand in a list, 1 if all alike.
    """

    frame: pl.DataFrame
    passed_over: Mapping[tuple[str, str], Reason]
    times: Mapping[str, int]
    points_given_up: Share | None
    evenness_before: float | None
    evenness_after: float | None


_CAP = mark("{offer} has had {n} invitations, the most that are allowed.")
_CAP_OF_ONE = mark("{offer} has had one invitation, the most that is allowed.")
_TURN = mark("{offer} has been invited {n} times before; others as good had fewer turns.")
_TURN_AFTER_ONE = mark("{offer} has been invited once before; others as good had no turn yet.")


def invite(
    ranked: pl.DataFrame,
    *,
    quotes: int = 10,
    most: int | None = None,
    band: float = 0.0,
    invited_before: Mapping[str, int] | None = None,
) -> Invitations:
    """Invite the best of each list, while turns go round.

    Offers whose score lies within ``band`` of the best not yet invited count as equally good; among them the one
    with the fewest invitations so far goes first, then the better score, then the identifier. Needs are served in
    the order of their identifiers, and every invitation counts for the needs that follow.

    Args:
        ranked: ``need``, ``offer``, ``score`` (as ``rank_matches`` gives them).
        quotes: how many to invite for each need (ten is what quotation platforms close at).
        most: the most invitations anybody gets in all, earlier ones included.
        band: in the unit of the score.
        invited_before: offer → invitations so far.

    >>> ranked = pl.DataFrame({"need": ["n1"] * 3, "offer": ["a", "b", "c"], "score": [90, 88, 50]})
    >>> turn = invite(ranked, quotes=2, band=5, invited_before={"a": 4})
    >>> turn.frame["offer"].to_list(), turn.times
    (['b', 'a'], {'a': 5, 'b': 1, 'c': 0})
    """
    for name in ("need", "offer", "score"):
        if name not in ranked.columns or ranked[name].null_count():
            raise BadInput(
                place=f"ranked: column {name!r}",
                problem=mark("is missing or has empty cells"),
                remedy=mark("Give need, offer and score."),
            )
    if quotes < 1 or band < 0 or (most is not None and most < 0):
        raise BadInput(
            place=f"quotes={quotes}, band={band}, most={most}",
            problem=mark("cannot be: quotes are 1 or more, the others not negative"),
            remedy=mark("Correct the numbers."),
        )
    table = ranked.select(pl.col("need", "offer").cast(pl.String), "score")
    before = {o: int((invited_before or {}).get(o, 0)) for o in table["offer"].unique().sort()}
    times, rows, passed = dict(before), [], {}
    given, best = 0.0, 0.0
    for need in table["need"].unique().sort():
        listed = sorted(
            table.filter(pl.col("need") == need).select("score", "offer").rows(), key=lambda x: (-x[0], x[1])
        )
        chosen, skipped = _one_round(listed, quotes, most, band, times)
        for turn, (score, offer, rank) in enumerate(chosen, 1):
            rows.append((need, turn, offer, score, rank, times[offer]))
        for offer, reason in skipped.items():
            passed[need, offer] = reason
        for _, offer, _ in chosen:
            times[offer] += 1
        given += sum(score for score, _, _ in chosen)
        best += sum(score for score, _ in listed[: len(chosen)])
    schema = {
        "need": pl.String,
        "turn": pl.Int64,
        "offer": pl.String,
        "score": table["score"].dtype,
        "rank": pl.Int64,
    }
    frame = pl.DataFrame(rows, schema={**schema, "invited_before": pl.Int64}, orient="row")
    lost = Share(min(1.0, max(0.0, 1 - given / best))) if best > 0 else None
    return Invitations(
        frame, passed, times, lost, evenness(list(before.values())), evenness(list(times.values()))
    )


def _one_round(
    listed: list[tuple[float, str]], quotes: int, most: int | None, band: float, times: Mapping[str, int]
) -> tuple[list[tuple[float, str, int]], dict[str, Reason]]:
    open_ = [(score, offer, rank) for rank, (score, offer) in enumerate(listed, 1)]
    full = [x for x in open_ if most is not None and times[x[1]] >= most]
    open_ = [x for x in open_ if most is None or times[x[1]] < most]
    chosen: list[tuple[float, str, int]] = []
    while open_ and len(chosen) < quotes:
        near = [x for x in open_ if x[0] >= open_[0][0] - band]
        pick = min(near, key=lambda x: (times[x[1]], -x[0], x[1]))
        chosen.append(pick)
        open_.remove(pick)
    last = max((rank for _, _, rank in chosen), default=0)
    skipped = {
        o: Reason("cap", counted(times[o], _CAP_OF_ONE, _CAP), {"offer": o, "n": times[o]})
        for _, o, _rank in full
    }
    skipped.update({
        o: Reason("turn", counted(times[o], _TURN_AFTER_ONE, _TURN), {"offer": o, "n": times[o]})
        for _, o, rank in open_ if rank < last
    })  # fmt: skip
    return chosen, skipped


def evenness(values: list[float] | np.ndarray) -> float | None:
    """Jain's index, (Σx)²/(n·Σx²): 1 if all have the same, 1/n if one has everything; ``None`` without anything.

    Source: R. Jain, D. Chiu and W. Hawe (1984), DEC research report TR-301.

    >>> evenness([1, 1, 1, 1]), evenness([4, 0, 0, 0]), evenness([0, 0]) is None
    (1.0, 0.25, True)
    """
    x = np.asarray(values, dtype=float)
    if x.size and (not np.isfinite(x).all() or (x < 0).any()):
        raise BadInput(
            place=mark("the values"),
            problem=mark("are negative or missing"),
            remedy=mark("Give counts, 0 or more."),
        )
    return float(x.sum() ** 2 / (x.size * (x**2).sum())) if x.size and x.any() else None


#: Where the greedy trade-off between fit and novelty comes from.
MMR_SOURCE = RuleSource(
    "J. Carbonell and J. Goldstein (1998), SIGIR", "maximal marginal relevance, equation 1"
)


def diversify(
    ranked: pl.DataFrame,
    *,
    k: int,
    by: list[str],
    weight: float = 0.7,
    most_alike: Mapping[str, int] | None = None,
) -> pl.DataFrame:
    """A list of ``k`` that are good and not all alike: maximal marginal relevance.

    Step by step the one is taken with the greatest ``weight × fit − (1 − weight) × likeness``; fit is the score over
    the best, likeness the largest share of the columns ``by`` that it has in common with one already taken (an empty
    cell is like nothing). ``most_alike`` caps how many may share a value: ``{"city": 2}``.

    Returns the chosen rows with ``place``, ``rank_before`` and ``like`` (the likeness met).

    >>> listed = pl.DataFrame({"offer": ["a", "b", "c"], "score": [90, 89, 80], "city": ["Pilar", "Pilar", "Ita"]})
    >>> diversify(listed, k=2, by=["city"], weight=0.7).select("offer", "like").rows()
    [('a', 0.0), ('c', 0.0)]
    """
    caps = dict(most_alike or {})
    missing = [c for c in ("offer", "score", *by, *caps) if c not in ranked.columns]
    if missing or not by or k < 1 or not 0 <= weight <= 1:
        raise BadInput(
            place=f"column {missing[0]!r}" if missing else f"k={k}, by={by}, weight={weight}",
            problem=mark("is missing or cannot be"),
            remedy=mark("Give offer, score and the columns to compare; k from 1, weight from 0 to 1."),
        )
    table = ranked.sort(["score", "offer"], descending=[True, False]).with_row_index("rank_before", offset=1)
    best = float(table["score"].max() or 0) or 1.0
    columns = [table[c].to_list() for c in by]
    capped = {c: table[c].to_list() for c in caps}
    like = np.zeros(table.height)
    fit = table["score"].to_numpy().astype(float) / best
    taken: list[tuple[int, float]] = []
    used: dict[tuple[str, object], int] = {}
    left = list(range(table.height))
    while left and len(taken) < k:
        allowed = [
            i
            for i in left
            if all(v[i] is None or used.get((c, v[i]), 0) < caps[c] for c, v in capped.items())
        ]
        if not allowed:
            break
        pick = max(allowed, key=lambda i: (weight * fit[i] - (1 - weight) * like[i], -i))
        taken.append((pick, float(like[pick])))
        left.remove(pick)
        for c, v in capped.items():
            used[c, v[pick]] = used.get((c, v[pick]), 0) + 1
        for i in left:
            same = sum(v[i] is not None and v[i] == v[pick] for v in columns)
            like[i] = max(like[i], same / len(by))
    chosen = table[[i for i, _ in taken]]
    return chosen.with_columns(
        pl.Series("place", range(1, len(taken) + 1), dtype=pl.Int64),
        pl.Series("like", [x for _, x in taken], dtype=pl.Float64),
    )
