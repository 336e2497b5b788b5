"""The ranking of candidates with its doubt: how often each stands where, what moves it, what would change the lead.

Plain values in, plain values out; the arithmetic stands in ``nanduti.methods.indices``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from nanduti.methods import indices
from nanduti.methods.indices.index_recipe import from_document
from nanduti.methods.values import CannotBeSaid, PersonError, mark

from .weighing import CommitteeWeights, Parameter, Weighing

#: Versions of the ranking that are tried, and the seed they are drawn with.
REPLICATIONS = 10_000
SEED = 20_131
#: Every weight moves by up to this share of itself.
FACTOR = 0.5
#: Where every candidate keeps its rank in more than all but this share of the versions, nothing drives the ranks.
LEAST_MOVED = 0.02


@dataclass(frozen=True)
class Placed:
    """A candidate in the ranking.

    Attributes:
        rank: 1 leads; ``None`` where it is not ranked, with ``reason``.
        score: 0 to 1. lead_share: share of all versions in which it leads. low, high: ranks between which nine
            tenths of the versions put it.
        rank_shares: rank → share of the versions.
        parts: parameter → what it adds to the score (empty where a mean has no additive parts).
    """

    key: str
    rank: int | None
    score: float | None
    n_known: int
    n_missing: int
    reason: str = ""
    reason_details: Mapping[str, Any] = field(default_factory=dict)
    lead_share: float | None = None
    low: float | None = None
    high: float | None = None
    rank_shares: Mapping[int, float] = field(default_factory=dict)
    parts: Mapping[str, float] = field(default_factory=dict)
    normalised: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Tip:
    """A change of one weight that would give the lead to somebody else."""

    parameter: str
    factor: float
    to: str


@dataclass(frozen=True)
class Ranking:
    """Candidates in order, how sure the order is, and what it hangs on.

    Attributes:
        n: versions tried. drivers: what could have been chosen otherwise → share of the movement of ranks that it
            explains alone; empty where nothing moves. tips: nearest changes of a weight that cost the lead.
        idle: parameters that tell no candidate from another, or that nobody scored.
        trouble: why there is no ranking at all.
    """

    placed: tuple[Placed, ...]
    weights: Mapping[str, float]
    n: int = 0
    drivers: Mapping[str, float] = field(default_factory=dict)
    tips: tuple[Tip, ...] = ()
    idle: Mapping[str, str] = field(default_factory=dict)
    trouble: PersonError | None = None
    runner_up_share: float | None = None

    @property
    def ranked(self) -> tuple[Placed, ...]:
        return tuple(p for p in self.placed if p.rank is not None)

    @property
    def leaders(self) -> tuple[Placed, ...]:
        return tuple(p for p in self.ranked if p.rank == 1)


def rank(
    weighing: Weighing,
    scores: Mapping[str, Mapping[str, float | None]],
    *,
    kept_out: Mapping[str, str],
    weightings: Mapping[str, CommitteeWeights],
    chosen: str = "equal",
    aggregation: str = "arithmetic",
    has_veto: bool = True,
    n: int = REPLICATIONS,
    seed: int = SEED,
) -> Ranking:
    """Rank the candidates that may be ranked, and try how far the order hangs on choices.

    Args:
        scores: candidate → parameter → score, ``None`` where nobody could tell.
        kept_out: candidates that do not pass the gate, with the reason in words.
        weightings: see :func:`committee_weights`; all of them are tried, each ± 50 %.
    """
    weights = dict((weightings.get(chosen) or weightings["equal"]).shares)
    out = dict(kept_out)
    if has_veto:
        out |= {key: why for key, why in _vetoed(weighing, scores).items() if key not in out}
    inside = [key for key in scores if key not in out]
    used, idle = _telling(weighing.parameters, [scores[key] for key in inside])
    named = {key: (why, {}) for key, why in out.items()}
    for key in list(inside):
        if not used or _known_share(used, weights, scores[key]) < weighing.least_known_share - 1e-12:
            inside.remove(key)
            named[key] = (_TOO_LITTLE, {"least": round(100 * weighing.least_known_share)})
    aside = tuple(_aside(key, why, scores[key], weighing.parameters) for key, why in named.items())
    if not inside:
        trouble = CannotBeSaid(
            what=mark("A ranking"),
            why=mark("no candidate has passed the gate with enough scores"),
            remedy=mark("Score the candidates, with the evidence for each score."),
        )
        return Ranking(aside, weights, idle=idle, trouble=trouble)
    return _ranked(weighing, used, {k: scores[k] for k in inside}, aside, weights, weightings,
                   aggregation, idle, n, seed)  # fmt: skip


_TOO_LITTLE = mark("too little is known of it: less than {least} % of the weight is scored")


def _vetoed(weighing: Weighing, scores: Mapping[str, Mapping[str, float | None]]) -> dict[str, str]:
    found = {}
    for p in weighing.parameters:
        for key, own in scores.items():
            value = own.get(p.code)
            if p.veto_at_most is not None and value is not None and value <= p.veto_at_most:
                found.setdefault(key, p.veto_reason or p.title)
    return found


def _telling(
    parameters: Sequence[Parameter], rows: Sequence[Mapping[str, float | None]]
) -> tuple[list[Parameter], dict[str, str]]:
    """The parameters with which candidates can be scored, and why the others cannot be used."""
    used, idle = [], {}
    for p in parameters:
        values = {row.get(p.code) for row in rows} - {None}
        if not values:
            idle[p.code] = mark("Nobody has scored it.")
            continue
        if len(values) == 1 and len(rows) > 1:
            idle[p.code] = mark("All candidates have the same value: it tells none from another.")
        if p.low is None and len(values) == 1:
            continue  # a raw value between the least and the most has no scale when all are equal
        used.append(p)
    return used, idle


def _known_share(
    used: Sequence[Parameter], weights: Mapping[str, float], own: Mapping[str, float | None]
) -> float:
    whole = sum(weights[p.code] for p in used)
    return sum(weights[p.code] for p in used if own.get(p.code) is not None) / whole if whole else 0.0


def _aside(
    key: str,
    why: tuple[str, dict[str, Any]],
    own: Mapping[str, float | None],
    parameters: Sequence[Parameter],
) -> Placed:
    known = sum(own.get(p.code) is not None for p in parameters)
    return Placed(key, None, None, known, len(parameters) - known, why[0], why[1])


# Scores run from 1 to 100, so that a geometric mean has no zero to fall on; the order of a plain mean is the same.
_LEAST, _MOST = 1.0, 100.0


def _goalposts(p: Parameter, values: Sequence[float]) -> dict[str, float]:
    low = p.low if p.low is not None else min(values)
    high = p.high if p.high is not None else max(values)
    step = (high - low) / 99
    return {"low": low - step, "high": high} if p.direction > 0 else {"low": low, "high": high + step}


def _recipe(
    used: Sequence[Parameter],
    scores: Mapping[str, Mapping[str, float | None]],
    weights: Mapping[str, float],
    aggregation: str,
) -> tuple[indices.IndexRecipe, pl.DataFrame, indices.Alternatives]:
    """The index as the methods room runs it, its table, and the other ways of bringing scores to one scale."""
    known = {p.code: [v for own in scores.values() if (v := own.get(p.code)) is not None] for p in used}
    fixed = {
        p.code: {"method": "goalposts", **_goalposts(p, known[p.code]), "scale": _MOST, "clip": False}
        for p in used
    }
    flat = {c: fixed[c] for c in fixed if len(set(known[c])) < 2}
    children = [{"code": p.code, "weight": weights[p.code], "direction": p.direction} for p in used]
    document = {
        "recipe": "selection",
        "index": {"code": "selection_index", "children": children},
        "steps": [
            {"normalise": {"method": "goalposts", "each": fixed}},
            {"aggregate": {"method": aggregation, "missing": "available"}},
        ],
    }
    table = pl.DataFrame(
        {"unit": list(scores), **{p.code: [own.get(p.code) for own in scores.values()] for p in used}},
        schema={"unit": pl.String, **{p.code: pl.Float64 for p in used}},
    )
    ways = indices.Alternatives(
        "scale",
        "normalise",
        [
            {"method": "goalposts", "each": fixed},
            {"method": "minmax", "low": _LEAST, "high": _MOST, "each": flat},
            {"method": "rank", "each": {}},
        ],
    )
    return from_document(document), table, ways


def _ranked(
    weighing: Weighing,
    used: Sequence[Parameter],
    scores: Mapping[str, Mapping[str, float | None]],
    aside: tuple[Placed, ...],
    weights: Mapping[str, float],
    weightings: Mapping[str, CommitteeWeights],
    aggregation: str,
    idle: Mapping[str, str],
    n: int,
    seed: int,
) -> Ranking:
    own = {p.code: weights[p.code] for p in used}
    recipe, table, ways = _recipe(used, scores, own, aggregation)
    index = indices.build(recipe, table)
    doubts = _doubts(recipe, used, weightings, ways, n, seed)
    runs = indices.uncertainty(recipe, table, doubts, n=n, seed=seed)
    placed = _placed(index, runs, weighing)
    order = sorted(placed, key=lambda p: (p.rank or 10**6, p.key))
    several = len(scores) > 1
    moved = max((1 - p.rank_shares.get(p.rank or 0, 0.0) for p in order), default=0.0)
    second = next((p for p in order if p.rank and p.rank > 1), None)
    return Ranking(
        placed=(*order, *aside),
        weights=weights,
        n=n,
        drivers=_drivers(recipe, table, doubts, seed) if several and moved >= LEAST_MOVED else {},
        tips=_tips(recipe, table) if several else (),
        idle=idle,
        runner_up_share=runs.beats_share(second.key, order[0].key) if second else None,
    )


def _doubts(
    recipe: indices.IndexRecipe,
    used: Sequence[Parameter],
    weightings: Mapping[str, CommitteeWeights],
    ways: indices.Alternatives,
    n: int,
    seed: int,
) -> list[Any]:
    codes = [p.code for p in used]
    sets = [{c: w.shares[c] for c in codes} for w in weightings.values()]
    sets = [one for one in sets if sum(one.values()) > 0]
    around = indices.around_weightings(
        "weights", recipe.structure, sets, factor=FACTOR, n_sets=max(1, min(n, 2000)), seed=seed
    )
    means = indices.Alternatives("mean", "aggregate", [{"method": "arithmetic"}, {"method": "geometric"}])
    return [around, ways, means]


def _placed(index: indices.CompositeIndex, runs: indices.RankUncertainty, weighing: Weighing) -> list[Placed]:
    results = {row["unit"]: row for row in index.results.rows(named=True)}
    spread = {row["unit"]: row for row in runs.summary().rows(named=True)}
    shares: dict[str, dict[int, float]] = {}
    for unit, place, share in runs.rank_shares().rows():
        shares.setdefault(unit, {})[place] = share
    scaled = {row["unit"]: row for row in index.normalised().rows(named=True)}
    found = []
    for key, row in results.items():
        values = {c: _from_hundred(v) for c, v in scaled[key].items() if c != "unit"}
        known = sum(v is not None for v in values.values())
        found.append(
            Placed(
                key=key, rank=int(row["rank"]), score=_from_hundred(row["score"]), n_known=known,
                n_missing=len(weighing.parameters) - known, lead_share=shares.get(key, {}).get(1, 0.0),
                low=spread[key]["rank_q5"], high=spread[key]["rank_q95"], rank_shares=shares.get(key, {}),
                parts=_parts(index, key), normalised=values,
            )
        )  # fmt: skip
    return found


def _from_hundred(value: float | None) -> float | None:
    return None if value is None else (value - _LEAST) / (_MOST - _LEAST)


def _parts(index: indices.CompositeIndex, key: str) -> dict[str, float]:
    """What each parameter adds; the scale of 1 to 100 is brought back to 0 to 1 share by share."""
    try:
        table = indices.contributions(index, key)
    except CannotBeSaid:
        return {}
    rows = [r for r in table.rows(named=True) if r["value"] is not None]
    whole = sum(r["effective_weight"] for r in rows)
    return {
        r["indicator"]: (r["contribution"] - _LEAST * r["effective_weight"] / whole) / (_MOST - _LEAST)
        for r in rows
        if whole
    }


def _drivers(
    recipe: indices.IndexRecipe, table: pl.DataFrame, doubts: list[Any], seed: int
) -> dict[str, float]:
    found = indices.sensitivity(recipe, table, doubts, n=256, seed=seed, n_resamples=0).frame()
    pairs = [(r["input"], r["total"]) for r in found.rows(named=True) if r["total"] is not None]
    return dict(sorted(pairs, key=lambda pair: -pair[1]))


def _tips(recipe: indices.IndexRecipe, table: pl.DataFrame) -> tuple[Tip, ...]:
    try:
        found = indices.tipping_weights(recipe, table)
    except CannotBeSaid:
        return ()
    rows = found.filter(pl.col("factor").is_not_null()).rows(named=True)
    return tuple(Tip(r["code"], r["factor"], r["overtaken_by"]) for r in rows)
