"""Contradictions in recipes: rules that can never apply, because of themselves or because of the rules before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from nanduti.methods.values import CannotBeSaid

from .readiness_rules import Outcome, Readiness
from .rubrics import Rubric

#: Combinations of answers that are tried at most.
MOST_COMBINATIONS = 2_000_000


@dataclass(frozen=True)
class Contradiction:
    """Why a rule can never apply.

    Attributes:
        rule: code of the outcome, flag, band or dimension.
        kind: ``impossible`` (a condition of its own that no answer meets), ``at_odds`` (two of its own conditions
            exclude each other), ``hidden`` (rules before it take every case), ``outside`` (a limit beyond the scale).
        about: what its conditions ask for, or what lies outside.
        by: the rules before it that take every case.
    """

    rule: str
    kind: str
    about: tuple[str, ...] = ()
    by: tuple[str, ...] = ()


def contradictions(rules: Readiness | Rubric) -> tuple[Contradiction, ...]:
    """The rules of a recipe that can never apply, in the order of the recipe.

    Readiness rules are tried on every combination of answers that could make a difference: the ends of each scale, the
    limits that any rule names, and a value between each two of them.

    Raises:
        CannotBeSaid: more combinations than can be tried.

    >>> from nanduti.methods import indices
    >>> r = indices.parse_readiness('''
    ... readiness: two
    ... sources: [{document: here}]
    ... evidence: [{code: trust, question: How much, low: 0, high: 4}]
    ... outcomes:
    ...   - {code: wait, title: Wait, decision: flag, any_of: [{code: trust, at_most: 3, says: little}]}
    ...   - {code: stop, title: Stop, decision: no, any_of: [{code: trust, at_most: 1, says: none}]}
    ...   - {code: go, title: Go, decision: yes}
    ... ''')
    >>> contradictions(r)
    (Contradiction(rule='stop', kind='hidden', about=('trust',), by=('wait',)),)
    """
    return _of_rubric(rules) if isinstance(rules, Rubric) else _of_readiness(rules)


# --- readiness rules


def _of_readiness(rules: Readiness) -> tuple[Contradiction, ...]:
    scales = {e.code: (e.low, e.high) for e in rules.evidence}
    found = [c for outcome in rules.outcomes if (c := _alone(outcome, scales)) is not None]
    wrong = {c.rule for c in found}
    hidden = [c for c in _hidden(rules, scales) if c.rule not in wrong]
    order = [o.code for o in rules.outcomes]
    return tuple(sorted([*found, *hidden], key=lambda c: order.index(c.rule)))


def _span(condition: Mapping[str, Any], scale: tuple[float, float]) -> tuple[float, float]:
    return (
        max(float(condition.get("at_least", scale[0])), scale[0]),
        min(float(condition.get("at_most", scale[1])), scale[1]),
    )


def _alone(outcome: Outcome, scales: Mapping[str, tuple[float, float]]) -> Contradiction | None:
    """A contradiction within one outcome."""
    spans = [(c["code"], *_span(c, scales[c["code"]])) for c in outcome.all_of]
    empty = tuple(code for code, low, high in spans if low > high)
    if empty:
        return Contradiction(outcome.code, "impossible", empty)
    together: dict[str, tuple[float, float]] = {}
    for code, low, high in spans:
        before = together.get(code, scales[code])
        together[code] = (max(before[0], low), min(before[1], high))
        if together[code][0] > together[code][1]:
            return Contradiction(outcome.code, "at_odds", (code,))
    ways = [_span(c, scales[c["code"]]) for c in outcome.any_of]
    if ways and all(low > high for low, high in ways):
        return Contradiction(outcome.code, "impossible", tuple(c["code"] for c in outcome.any_of))
    return None


def _hidden(rules: Readiness, scales: Mapping[str, tuple[float, float]]) -> list[Contradiction]:
    asked = {c["code"] for o in rules.outcomes for c in (*o.any_of, *o.all_of)}
    codes = [e.code for e in rules.evidence if e.code in asked]
    values = [_telling_values(rules, code, scales[code]) for code in codes]
    n = int(np.prod([len(v) for v in values])) if values else 1
    if n > MOST_COMBINATIONS:
        raise CannotBeSaid(
            what="Whether every rule can apply",
            why=f"{n} combinations of answers would have to be tried",
            remedy="Ask for fewer things, or name fewer limits.",
        )
    grids = np.meshgrid(*values, indexing="ij") if values else []
    answers = {code: grid.ravel() for code, grid in zip(codes, grids, strict=True)}
    free, found = np.ones(n, dtype=bool), []
    takers = np.full(n, -1)
    for place, outcome in enumerate(rules.outcomes):
        applies = _applies(outcome, answers, n)
        if not (applies & free).any():
            by = sorted({int(t) for t in takers[applies]} - {-1})
            about = dict.fromkeys(c["code"] for c in (*outcome.any_of, *outcome.all_of))
            earlier = tuple(rules.outcomes[t].code for t in by)
            found.append(Contradiction(outcome.code, "hidden", tuple(about), earlier))
        takers[applies & free] = place
        free &= ~applies
    return found


def _telling_values(rules: Readiness, code: str, scale: tuple[float, float]) -> np.ndarray:
    limits = {
        float(c[name])
        for o in rules.outcomes
        for c in (*o.any_of, *o.all_of)
        if c["code"] == code
        for name in ("at_least", "at_most")
        if name in c
    }
    inside = sorted({*scale, *(v for v in limits if scale[0] <= v <= scale[1])})
    return np.array(sorted({*inside, *((a + b) / 2 for a, b in pairwise(inside))}))


def _applies(outcome: Outcome, answers: Mapping[str, np.ndarray], n: int) -> np.ndarray:
    every = np.ones(n, dtype=bool)
    for condition in outcome.all_of:
        every &= _holds(condition, answers[condition["code"]])
    if not outcome.any_of:
        return every
    some = np.zeros(n, dtype=bool)
    for condition in outcome.any_of:
        some |= _holds(condition, answers[condition["code"]])
    return every & some


def _holds(condition: Mapping[str, Any], values: np.ndarray) -> np.ndarray:
    low, high = condition.get("at_least", -np.inf), condition.get("at_most", np.inf)
    return (values >= float(low)) & (values <= float(high))


# --- rubrics


def _of_rubric(rubric: Rubric) -> tuple[Contradiction, ...]:
    """Bands and targets beyond 0 to 100, and flags whose conditions exclude each other."""
    found = [Contradiction(b.code, "outside", ("from",)) for b in rubric.bands if b.start > 100]
    found += [
        Contradiction(d.code, "outside", ("target",))
        for d in rubric.dimensions
        if d.target is not None and not 0 <= d.target <= 100
    ]
    for flag in rubric.flags:
        odds = _flag_at_odds(flag.when)
        if odds:
            found.append(Contradiction(flag.code, "at_odds", (odds,)))
    return tuple(found)


def _flag_at_odds(conditions: Sequence[Mapping[str, Any]]) -> str:
    """The code on which conditions that must all hold exclude each other; scores run from 0 to 100."""
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    for c in conditions:
        code = str(c["code"])
        low[code] = max(low.get(code, 0.0), float(c.get("at_least", 0.0)))
        high[code] = min(high.get(code, np.inf), float(c.get("below", np.inf)))
        if low[code] > 100 or low[code] >= high[code]:
            return code
    return ""
