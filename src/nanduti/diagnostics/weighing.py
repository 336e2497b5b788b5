"""Weighing candidates: parameters as data, the gate, the committee's weights, and the ranking with its doubt.

Plain values in, plain values out; the arithmetic stands in ``nanduti.methods.indices``. A candidate is named here by
its key, the number of its entry as text.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import polars as pl
import yaml
from django.utils.translation import get_language

from nanduti.methods import indices
from nanduti.methods.values import CannotBeSaid, PersonError, Reason, RuleSource, Verdict, mark, no, yes

#: Versions of the ranking that are tried, and the seed they are drawn with.
REPLICATIONS = 10_000
SEED = 20_131
#: Every weight moves by up to this share of itself.
FACTOR = 0.5
N_RUBRIC = 4


def said(entry: Mapping[str, Any], name: str = "title") -> str:
    """A text of a recipe in the reader's language, else as it was first written."""
    if (get_language() or "").startswith("es"):
        return str(entry.get(f"{name}_es") or entry.get(name) or "")
    return str(entry.get(name) or entry.get(f"{name}_es") or "")


@functools.cache
def _shipped(code: str) -> dict[str, Any]:
    folder = resources.files(__package__) / "recipes" / "selection"
    return yaml.safe_load((folder / f"{code}.yaml").read_text(encoding="utf-8"))


def shipped_recipe(kind: str) -> dict[str, Any]:
    """The recipe that comes with Nanduti for choosing an emerging or an advanced cluster."""
    return dict(_shipped(f"{kind}-cluster"))


@dataclass(frozen=True)
class Parameter:
    """One thing that candidates are looked at for, and how it is scored.

    Attributes:
        low, high: ends of the scale; ``None`` for a raw value that is scored between the least and the most
            among the candidates.
        anchors: what each step of a rubric from 0 to 4 means.
        direction: 1 more is better, -1 less is better.
        veto_at_most: a score so low keeps a candidate out, whatever else it has.
    """

    code: str
    title: str
    help: str = ""
    weight: float = 1.0
    low: float | None = 0.0
    high: float | None = float(N_RUBRIC)
    anchors: tuple[str, ...] = ()
    direction: int = 1
    unit: str = ""
    veto_at_most: float | None = None
    veto_reason: str = ""

    @property
    def is_rubric(self) -> bool:
        return bool(self.anchors)

    def anchor(self, value: float | None) -> str:
        """The words of a rubric step; empty for what is unknown or raw."""
        if value is None or not self.anchors or value != int(value) or not 0 <= value < len(self.anchors):
            return ""
        return self.anchors[int(value)]


@dataclass(frozen=True)
class Weighing:
    """A recipe of selection, read in the reader's language."""

    title: str
    version: str
    source: str
    parameters: tuple[Parameter, ...]
    gate_title: str
    gate_rules: str
    gate_least: Mapping[str, float]
    gate_says: str
    gate_remedy: str
    gate_evidence: tuple[Parameter, ...]
    least_known_share: float

    def parameter(self, code: str) -> Parameter | None:
        """One parameter, or one piece of evidence at the gate, by code."""
        return next((p for p in (*self.gate_evidence, *self.parameters) if p.code == code), None)


def read_recipe(document: Mapping[str, Any]) -> Weighing:
    """A recipe of selection in the reader's language."""
    gate = document.get("gate") or {}
    sources = [RuleSource(s["document"], s.get("place", "")) for s in document.get("sources", ())]
    return Weighing(
        title=said(document),
        version=str(document.get("version", "1")),
        source="; ".join(str(s) for s in sources),
        parameters=tuple(_parameter(p) for p in document["parameters"]),
        gate_title=said(gate),
        gate_rules=str(gate.get("rules", "")),
        gate_least={k: float(v) for k, v in (gate.get("least") or {}).items()},
        gate_says=said(gate, "says"),
        gate_remedy=said(gate, "remedy"),
        gate_evidence=tuple(_parameter(p) for p in gate.get("evidence", ())),
        least_known_share=float(document.get("least_known_share", 0.5)),
    )


def _parameter(given: Mapping[str, Any]) -> Parameter:
    veto = given.get("veto") or {}
    is_raw = given.get("measure") == "value"
    return Parameter(
        code=given["code"],
        title=said(given),
        help=said(given, "help"),
        weight=float(given.get("weight", 1.0)),
        low=given.get("low", None if is_raw else 0.0),
        high=given.get("high", None if is_raw else float(N_RUBRIC)),
        anchors=_anchors(given),
        direction=int(given.get("direction", 1)),
        unit=str(given.get("unit", "")),
        veto_at_most=None if "at_most" not in veto else float(veto["at_most"]),
        veto_reason=said(veto, "reason"),
    )


def _anchors(given: Mapping[str, Any]) -> tuple[str, ...]:
    spanish = (get_language() or "").startswith("es")
    chosen = given.get("anchors_es") if spanish else None
    return tuple(str(a) for a in (chosen or given.get("anchors") or ()))


# --- the gate


def gate_verdict(
    weighing: Weighing, scores: Mapping[str, float | None], source: RuleSource
) -> Verdict | None:
    """Whether a candidate may be ranked; ``None`` while what the gate asks for is not known."""
    if weighing.gate_rules:
        asked = {p.code: scores.get(p.code) for p in weighing.gate_evidence}
        try:
            return indices.decide(indices.readiness(weighing.gate_rules), asked).verdict
        except CannotBeSaid:
            return None
    for code, least in weighing.gate_least.items():
        value = scores.get(code)
        if value is None:
            return None
        if value < least:
            return no(Reason("gate", weighing.gate_says), source=source, remedy=weighing.gate_remedy)
    return yes(Reason("gate", mark("What the gate asks for is there.")), source=source)


# --- weights


@dataclass(frozen=True)
class CommitteeWeights:
    """One way in which the committee weighs: shares that add up to 1, how far members differ, who gave them.

    Attributes:
        spread: parameter → standard deviation of the members' shares; empty for fewer than two members.
        draws: the shares of each member.
    """

    method: str
    shares: Mapping[str, float]
    n_members: int = 0
    spread: Mapping[str, float | None] = field(default_factory=dict)
    draws: tuple[Mapping[str, float], ...] = ()


def committee_weights(
    weighing: Weighing, budgets: Sequence[Mapping[str, float]], pairs: Sequence[Mapping[str, float]]
) -> dict[str, CommitteeWeights]:
    """The weightings there are: the recipe's own, the members' points, the members' pairs."""
    codes = [p.code for p in weighing.parameters]
    own = indices.weights_given({p.code: p.weight for p in weighing.parameters})
    found = {"equal": CommitteeWeights("equal", own)}
    if budgets:
        found["budget"] = _of_members("budget", [{c: float(b.get(c, 0)) for c in codes} for b in budgets])
    if pairs:
        shares = [pair_weights(codes, given).weights for given in pairs]
        found["pairs"] = _of_members("pairs", [{c: 100 * s[c] for c in codes} for s in shares])
    return found


def _of_members(method: str, points: Sequence[Mapping[str, float]]) -> CommitteeWeights:
    table = pl.DataFrame([{"expert": str(n), **one} for n, one in enumerate(points)])
    found = indices.weights_budget_allocation(table)
    return CommitteeWeights(method, found.weights, len(points), found.spread, tuple(found.draws.values()))


def pair_weights(codes: Sequence[str], given: Mapping[str, float]) -> indices.Ahp:
    """Weights from one member's pairs ("a:b" → how many times more a matters), however consistent they are."""
    return indices.weights_ahp(pair_matrix(codes, given), codes, note="judged by the page that asks")


def pair_matrix(codes: Sequence[str], given: Mapping[str, float]) -> Any:
    """The square table of one member's pairs."""
    judgments = {tuple(key.split(":", 1)): float(value) for key, value in given.items()}
    return indices.pairwise_matrix(judgments, codes)  # type: ignore[arg-type]


# --- the ranking


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
    from nanduti.methods.indices.index_recipe import from_document

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
    second = next((p for p in order if p.rank and p.rank > 1), None)
    return Ranking(
        placed=(*order, *aside),
        weights=weights,
        n=n,
        drivers=_drivers(recipe, table, doubts, seed) if several else {},
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


def ratio_in_words(value: float) -> str:
    """A step of the scale of pairs as people write it: 3, 1/3, 1.

    >>> ratio_in_words(3.0), ratio_in_words(1 / 3), ratio_in_words(1.0)
    ('3', '1/3', '1')
    """
    return f"{value:.0f}" if value >= 1 else f"1/{1 / value:.0f}"
