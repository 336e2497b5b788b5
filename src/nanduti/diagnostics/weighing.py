"""Weighing candidates: parameters as data, the gate, the committee's weights.

Plain values in, plain values out; the arithmetic stands in ``nanduti.methods.indices``. A candidate is named here by
its key, the number of its entry as text.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import polars as pl
import yaml

from nanduti.foundation.languages import in_tongue
from nanduti.methods import indices
from nanduti.methods.values import BadInput, CannotBeSaid, Reason, RuleSource, Verdict, mark, no, yes

from .errors import RecipeUnreadable
from .yaml_text import yaml_of

N_RUBRIC = 4


def said(entry: Mapping[str, Any], name: str = "title") -> str:
    """A text of a recipe in the reader's language, else as it was first written."""
    return str(in_tongue(entry.get(name) or "", entry.get(f"{name}_es") or ""))


@functools.cache
def _shipped(code: str) -> dict[str, Any]:
    folder = resources.files(__package__) / "recipes" / "selection"
    return yaml.safe_load((folder / f"{code}.yaml").read_text(encoding="utf-8"))


def shipped_recipe(kind: str) -> dict[str, Any]:
    """The recipe that comes with Nanduti for choosing an emerging or an advanced cluster."""
    return dict(_shipped(f"{kind}-cluster"))


def as_text(document: Mapping[str, Any]) -> str:
    """A recipe of selection as YAML, to be edited."""
    return yaml.safe_dump(dict(document), allow_unicode=True, sort_keys=False, width=110)


def from_text(text: str) -> dict[str, Any]:
    """A recipe of selection from YAML.

    Raises:
        RecipeUnreadable: text that is no recipe, with what is wrong.
    """
    document = yaml_of(text)
    try:
        found = read_recipe(document)
        codes = [p.code for p in (*found.gate_evidence, *found.parameters)]
        _require(bool(found.title), mark("it has no title"))
        _require(bool(document.get("sources")), mark("it names no source"))
        _require(bool(found.parameters), mark("it has no parameters"))
        _require(len(set(codes)) == len(codes), mark("two parameters have the same code"))
        _require(
            all(_CODE.fullmatch(c) for c in codes),
            mark("a code is not made of small letters, digits and “_”"),
        )
        _require(all(p.title for p in found.parameters), mark("a parameter has no title"))
        numbers = [n for p in found.parameters for n in (p.weight, p.low, p.high) if n is not None]
        _require(all(math.isfinite(n) for n in numbers), mark("a number is not finite"))
        _require(all(p.weight >= 0 for p in found.parameters), mark("a weight is negative"))
        _require(sum(p.weight for p in found.parameters) > 0, mark("all weights are nil"))
        _require(0 <= found.least_known_share <= 1, mark("“least_known_share” is not between 0 and 1"))
        _require(
            all(p.direction in (1, -1) for p in found.parameters), mark("a direction is neither 1 nor -1")
        )
        _require(
            all(p.low is None or p.high is None or p.low < p.high for p in found.parameters),
            mark("a scale runs back"),
        )
        _require(
            all(len(p.anchors) in (0, N_RUBRIC + 1) for p in found.parameters),
            mark("a rubric has not five steps"),
        )
        if found.gate_rules:
            asked = {e.code for e in indices.readiness(found.gate_rules).evidence}
            _require(
                {p.code for p in found.gate_evidence} == asked,
                mark("the gate asks for other things than its rules"),
            )
        _require(set(found.gate_least) <= set(codes), mark("the gate asks for something that is not scored"))
    except BadInput as error:
        raise RecipeUnreadable.because("{place} {problem}", **error.details) from None
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise RecipeUnreadable.because(
            mark("an entry is not as expected ({said})"), said=str(error)[:120]
        ) from None
    return document


_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise RecipeUnreadable.because(otherwise)


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
    return tuple(str(a) for a in in_tongue(given.get("anchors") or (), given.get("anchors_es") or ()))


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


def ratio_in_words(value: float) -> str:
    """A step of the scale of pairs as people write it: 3, 1/3, 1.

    >>> ratio_in_words(3.0), ratio_in_words(1 / 3), ratio_in_words(1.0)
    ('3', '1/3', '1')
    """
    return f"{value:.0f}" if value >= 1 else f"1/{1 / value:.0f}"
