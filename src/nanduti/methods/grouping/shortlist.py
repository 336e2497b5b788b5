"""Shortlists: gates, a score, quotas and a number of places; everybody left out is told why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources
from typing import Any

import numpy as np
import polars as pl
import yaml
from scipy import sparse

from nanduti.methods.solving import INFINITY, Clash, ClashingRule, Program, smallest_clash, solve
from nanduti.methods.values import BadInput, Reason, RuleSource, counted, mark

from .reading import identifiers, values_of
from .wording import limits_of, who_is

_FIELDS = {
    "shortlist": ("shortlist", "title", "source", "places", "gates", "score", "quotas", "notes"),
    "gate": ("code", "column", "is", "from", "to", "source"),
    "score": ("code", "column", "weight", "low", "high", "levels"),
    "quota": (
        "code", "column", "is", "from", "to", "least", "most", "least_each", "most_each", "least_share", "source",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Shortlisted:
    """One candidate: chosen or not, rank by score among those who passed the gates, and the reasons."""

    firm: str
    is_chosen: bool
    rank: int | None
    score: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Shortlist:
    """A shortlist.

    Attributes:
        candidates: everybody, those chosen first, then by rank, then those who failed a gate.
        status: ``optimal`` (no list under the same rules has a higher total score) or ``none``.
        clash: quotas that cannot be met at once, where there is no list.
        n_empty: places that stay empty.
    """

    candidates: tuple[Shortlisted, ...]
    status: str
    n_empty: int
    clash: Clash | None = None
    source: RuleSource | None = None

    @property
    def chosen(self) -> tuple[str, ...]:
        """Identifiers of those chosen, best first."""
        return tuple(c.firm for c in self.candidates if c.is_chosen)

    def table(self) -> pl.DataFrame:
        """One row for each candidate with the reasons as text."""
        rows = [
            (c.firm, c.is_chosen, c.rank, c.score, " ".join(r.say() for r in c.reasons))
            for c in self.candidates
        ]
        schema = {
            "firm": pl.String,
            "is_chosen": pl.Boolean,
            "rank": pl.Int64,
            "score": pl.Float64,
            "reasons": pl.String,
        }
        return pl.DataFrame(rows, schema=schema, orient="row")


def shipped_shortlists() -> tuple[str, ...]:
    """Names of the shortlist recipes that come with Nanduti.

    >>> shipped_shortlists()
    ('prime_movers', 'study_tour', 'trainee_units', 'workshops')
    """
    folder = resources.files(__package__) / "shortlists"
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")))


def shortlist(
    firms: pl.DataFrame, recipe: str | Mapping[str, Any], *, places: int | None = None
) -> Shortlist:
    """The best list of at most ``places`` candidates who pass every gate, with every quota met.

    Args:
        firms: ``firm`` and the columns that the recipe speaks of.
        recipe: YAML text, a mapping, or the name of a shipped one. ``gates`` are conditions that must be known to
            hold; ``score`` adds weighted parts, each carried from ``low`` to ``high`` onto 0 to 1 (or by ``levels``:
            value → 0 to 1); ``quotas`` ask ``least``/``most`` of a kind, or ``least_each``/``most_each`` of every value
            of a column.
        places: overrides the number in the recipe.

    The list with the highest total score is found exactly. Equal scores are told apart by identifier, and the candidate
    who loses that way is told so. A part of the score that is not known brings nothing.

    >>> firms = pl.DataFrame({"firm": list("abcd"), "will": [0.9, 0.8, 0.7, None],
    ...                       "material": ["goat", "goat", "cow", "cow"]})
    >>> got = shortlist(firms, {"places": 2, "gates": [{"column": "will", "from": 0.5}],
    ...     "score": [{"column": "will"}], "quotas": [{"column": "material", "least_each": 1}]})
    >>> got.chosen
    ('a', 'c')
    >>> got.candidates[2].reasons[0].say()
    'It gave way so that the quota material could be met.'
    """
    recipe = _read(recipe)
    places = recipe.get("places") if places is None else places
    if isinstance(places, bool) or not isinstance(places, int) or places < 1:
        raise BadInput(place="places", problem=f"is {places!r}", remedy="Give a whole number of 1 or more.")
    names = identifiers(firms, "firm")
    firms = firms.sort("firm")
    failed = _gates(firms, recipe)
    score, unknown = _score(firms, recipe)
    passed = [i for i in range(len(names)) if not failed[i]]
    rules = _quota_rows(firms, recipe, passed)
    taken, clash = _choose(score, passed, min(places, len(passed)), places, rules)
    return _answer(names, passed, failed, score, unknown, taken, clash, places, rules, recipe)


def _read(recipe: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(recipe, str):
        if "\n" not in recipe and ":" not in recipe:
            names = shipped_shortlists()
            if recipe not in names:
                raise BadInput(
                    place=f"shortlist {recipe!r}",
                    problem="is not shipped",
                    remedy=f"Use one of {', '.join(names)}, or give the document.",
                )
            recipe = (resources.files(__package__) / "shortlists" / f"{recipe}.yaml").read_text(
                encoding="utf-8"
            )
        try:
            recipe = yaml.safe_load(recipe)
        except yaml.YAMLError:
            raise BadInput(
                place="the shortlist", problem="is not YAML", remedy="Look at its indents."
            ) from None
    if not isinstance(recipe, Mapping):
        raise BadInput(place="the shortlist", problem="is not a document", remedy="Give named values.")
    _known(recipe, "shortlist", "shortlist")
    for part in ("gates", "score", "quotas"):
        kind = {"gates": "gate", "score": "score", "quotas": "quota"}[part]
        for i, item in enumerate(recipe.get(part) or [], 1):
            place = f"{kind} {i}"
            if not isinstance(item, Mapping) or "column" not in item:
                raise BadInput(place=place, problem="names no column", remedy="Add column: …")
            _known(item, kind, place)
            if kind == "gate" and not {"is", "from", "to"} & set(item):
                raise BadInput(place=place, problem="has no condition", remedy="Add 'is', 'from' or 'to'.")
            limits = {"least", "most", "least_each", "most_each", "least_share"}
            if kind == "quota" and not limits & set(item):
                raise BadInput(
                    place=place, problem="has no limit", remedy=f"Add one of {', '.join(sorted(limits))}."
                )
    return recipe


def _known(item: Mapping[str, Any], kind: str, place: str) -> None:
    for name in item:
        if name not in _FIELDS[kind]:
            near = get_close_matches(str(name), _FIELDS[kind], n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(_FIELDS[kind])}."
            raise BadInput(place=f"{place}, field {name!r}", problem="is not known", remedy=remedy)


def _holds(value: Any, p: Mapping[str, Any]) -> bool | None:
    if value is None:
        return None
    if "is" in p:
        wanted = p["is"] if isinstance(p["is"], list) else [p["is"]]
        return bool(set(wanted) & value) if isinstance(value, frozenset) else value in wanted
    try:
        return bool(p.get("from", -np.inf) <= value <= p.get("to", np.inf))
    except TypeError:
        raise BadInput(
            place=f"column {p['column']!r}",
            problem=f"holds {value!r}, no number",
            remedy="Use 'is', or give numbers.",
        ) from None


def _gates(firms: pl.DataFrame, recipe: Mapping[str, Any]) -> list[list[Reason]]:
    failed: list[list[Reason]] = [[] for _ in range(firms.height)]
    for gate in recipe.get("gates") or []:
        code = str(gate.get("code") or gate["column"])
        for i, value in enumerate(values_of(firms, gate["column"])):
            holds = _holds(value, gate)
            if holds is None:
                sentence = mark("For the gate {gate}, {column} is not known.")
                failed[i].append(
                    Reason(f"{code}_unknown", sentence, {"gate": code, "column": gate["column"]})
                )
            elif not holds:
                sentence = mark("It does not pass the gate {gate}: {column} is {value}.")
                shown = ", ".join(map(str, sorted(value, key=str))) if isinstance(value, frozenset) else value
                failed[i].append(
                    Reason(code, sentence, {"gate": code, "column": gate["column"], "value": shown})
                )
    return failed


def _score(firms: pl.DataFrame, recipe: Mapping[str, Any]) -> tuple[np.ndarray, list[list[str]]]:
    parts = recipe.get("score") or []
    total, weights = np.zeros(firms.height), 0.0
    unknown: list[list[str]] = [[] for _ in range(firms.height)]
    for part in parts:
        weight = float(part.get("weight", 1))
        if not weight >= 0:
            raise BadInput(
                place=f"score {part['column']}", problem="has a negative weight", remedy="Turn low and high."
            )
        weights += weight
        for i, value in enumerate(values_of(firms, part["column"])):
            level = _level(value, part)
            if level is None:
                unknown[i].append(part["column"])
            else:
                total[i] += weight * level
    return (total / weights if weights else total), unknown


def _level(value: Any, part: Mapping[str, Any]) -> float | None:
    if value is None:
        return None
    if "levels" in part:
        return None if value not in part["levels"] else float(part["levels"][value])
    low, high = float(part.get("low", 0)), float(part.get("high", 1))
    if low == high:
        raise BadInput(
            place=f"score {part['column']}", problem="has low equal to high", remedy="Give a range."
        )
    try:
        return float(np.clip((float(value) - low) / (high - low), 0.0, 1.0))
    except (TypeError, ValueError):
        raise BadInput(
            place=f"score {part['column']}",
            problem=f"holds {value!r}, no number",
            remedy="Give levels: {value: 0.5}.",
        ) from None


def _quota_rows(
    firms: pl.DataFrame, recipe: Mapping[str, Any], passed: Sequence[int]
) -> list[tuple[str, np.ndarray, float, float, Reason]]:
    """Code, who counts, least, most and a sentence for each quota; one row for each value of an ``each``."""
    rows = []
    for q in recipe.get("quotas") or []:
        code = str(q.get("code") or q["column"])
        values = values_of(firms, q["column"])
        if {"is", "from", "to"} & set(q):
            who = np.array([bool(_holds(v, q)) for v in values])
            share = q.get("least_share")
            low, high = float(q.get("least", 0)), float(q.get("most", INFINITY))
            wanted = who_is(q)
            if share is not None:
                text = mark("At least {share} of the list have {who}.")
                said = Reason(code, text, {"share": f"{share:.0%}", "who": wanted})
                rows.append((code, who - float(share), 0.0, INFINITY, said))
            if share is None or "least" in q or "most" in q:
                rows.append((code, who.astype(float), low, high, _limits(code, wanted, low, high)))
            continue
        for value in sorted({x for v in values for x in _each(v)}, key=str):
            who = np.array([value in _each(v) for v in values], dtype=float)
            low, high = float(q.get("least_each", 0)), float(q.get("most_each", INFINITY))
            wanted = who_is({"column": q["column"], "is": value})
            rows.append((code, who, low, high, _limits(code, wanted, low, high)))
    return [(c, np.asarray(w, dtype=float)[list(passed)], lo, hi, s) for c, w, lo, hi, s in rows]


def _each(value: Any) -> frozenset:
    return value if isinstance(value, frozenset) else frozenset() if value is None else frozenset({value})


def _limits(code: str, who: Reason, low: float, high: float) -> Reason:
    limits = limits_of({"least": low if low > 0 else None, "most": high if high < INFINITY else None})
    return Reason(code, mark("On the list with {who}: {limits}."), {"limits": limits, "who": who})


def _program(score: np.ndarray, n_places: int, rows: Sequence[tuple]) -> Program:
    n = len(score)
    matrix = np.vstack([np.ones(n), *(r[1] for r in rows)]) if n else np.zeros((1 + len(rows), 0))
    low = np.array([float(n_places), *(r[2] for r in rows)])
    high = np.array([float(n_places), *(r[3] for r in rows)])
    return Program(
        score, sparse.csr_matrix(matrix), low, high, np.zeros(n), np.ones(n), np.ones(n, dtype=bool)
    )


def _choose(
    score: np.ndarray, passed: Sequence[int], n: int, places: int, rows: Sequence[tuple]
) -> tuple[set[int] | None, Clash | None]:
    """The best set, fewer places where quotas leave no other way; positions in the table."""
    own = score[list(passed)]
    # Identifiers part equal scores: the sum of all these crumbs is below the smallest difference that counts.
    crumbs = 1e-7 * (1 - np.arange(len(own)) / max(1, len(own))) / max(1, len(own))
    for fewer in range(n, -1, -1) if len(passed) else []:
        answer = solve(_program(np.round(own, 6) + crumbs, fewer, rows), gap=0.0)
        if answer.values is not None:
            return {passed[k] for k in np.flatnonzero(answer.values > 0.5)}, None
        if not rows:
            break
    if not passed and not any(r[2] > 0 for r in rows):
        return set(), None
    return None, _clash(own, places, rows)


def _clash(own: np.ndarray, places: int, rows: Sequence[tuple]) -> Clash:
    sentences = {f"{r[0]} {k}": ClashingRule(r[4]) for k, r in enumerate(rows)}
    sentences["places"] = ClashingRule(
        Reason(
            "places",
            counted(places, mark("There is one place."), mark("There are {n} places.")),
            {"n": places},
        )
    )

    def can_keep(kept: frozenset[str]) -> bool:
        rest = [r for k, r in enumerate(rows) if f"{r[0]} {k}" in kept]
        p = _program(np.zeros(len(own)), 0, rest)
        high = p.row_high.copy()
        high[0] = float(places) if "places" in kept else INFINITY
        if not len(own):
            return not any(r[2] > 0 for r in rest)
        answer = solve(Program(p.gain, p.rows, p.row_low, high, p.low, p.high, p.whole))
        return answer.values is not None

    codes, proven = smallest_clash(list(sentences), can_keep, deadline=float("inf"))
    return Clash(tuple(sentences[c] for c in codes), proven)


def _answer(names, passed, failed, score, unknown, taken, clash, places, rows, recipe) -> Shortlist:
    order = sorted(passed, key=lambda i: (-round(score[i], 6), names[i]))
    rank = {i: 1 + sum(round(score[j], 6) > round(score[i], 6) for j in passed) for i in order}
    chosen = taken or set()
    last = min((round(score[i], 6) for i in chosen), default=None)
    found = []
    for i in sorted(order, key=lambda i: i not in chosen):
        reasons = [] if i in chosen else _why_left(i, chosen, last, score, passed, rows, places, clash)
        if unknown[i]:
            sentence = mark("Not known and worth nothing in its score: {columns}.")
            reasons.append(Reason("unknown", sentence, {"columns": ", ".join(unknown[i])}))
        found.append(Shortlisted(names[i], i in chosen, rank[i], round(float(score[i]), 6), tuple(reasons)))
    found += [
        Shortlisted(names[i], False, None, None, tuple(failed[i])) for i in range(len(names)) if failed[i]
    ]
    source = recipe.get("source")
    if isinstance(source, Mapping):
        source = RuleSource(str(source.get("document", "")), str(source.get("place", "")))
    elif source is not None:
        source = RuleSource(str(source))
    return Shortlist(tuple(found), "none" if clash else "optimal", places - len(chosen), clash, source)


def _why_left(i, chosen, last, score, passed, rows, places, clash) -> list[Reason]:
    if clash is not None:
        return [Reason("no_list", mark("No list meets every quota."), {})]
    own = round(score[i], 6)
    at = {p: k for k, p in enumerate(passed)}
    if len(chosen) < places:  # only a ceiling can keep it out
        full = [r for r in rows if r[1][at[i]] > 0 and _use(r, chosen, at) + r[1][at[i]] > r[3] + 1e-9]
        names = ", ".join(dict.fromkeys(r[0] for r in full)) or ", ".join(dict.fromkeys(r[0] for r in rows))
        return [Reason("quota_full", mark("The quota {quota} is full."), {"quota": names})]
    if own < last:
        details = {"score": f"{own:.3f}", "last": f"{last:.3f}", "n": len(chosen)}
        return [
            Reason(
                "score",
                counted(
                    len(chosen),
                    mark("The one place went to a higher score, {last}; it has {score}."),
                    mark("The {n} places went to higher scores; the last had {last}, it has {score}."),
                ),
                details,
            )
        ]
    lower = [j for j in chosen if round(score[j], 6) < own]
    if not lower:
        return [Reason("tie", mark("Its score equals that of the last one chosen; identifiers decided."), {})]
    broken = set()
    for j in lower:
        for r in rows:
            use = _use(r, chosen, at) + r[1][at[i]] - r[1][at[j]]
            if not r[2] - 1e-9 <= use <= r[3] + 1e-9:
                broken.add(r[0])
    names = ", ".join(sorted(broken))
    return [Reason("quota", mark("It gave way so that the quota {quota} could be met."), {"quota": names})]


def _use(row: tuple, chosen: set[int], at: Mapping[int, int]) -> float:
    return float(sum(row[1][at[j]] for j in chosen))
