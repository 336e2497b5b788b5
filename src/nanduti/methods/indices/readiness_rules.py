"""Readiness: ordered rules over evidence that end in a verdict which can be read out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nanduti.methods.values import BadInput, CannotBeSaid, Reason, RuleSource, Verdict

from .index_recipe import _check_entries, load_document, shipped_text, sources_of


@dataclass(frozen=True)
class Evidence:
    """One thing to find out before deciding: its code, the question, and the ends of its scale."""

    code: str
    question: str
    low: float
    high: float


@dataclass(frozen=True)
class Outcome:
    """One possible end: when it applies, what it decides, and what then helps.

    Attributes:
        any_of, all_of: conditions such as ``{"code": "tension", "at_least": 3, "says": "…"}``; an outcome
            without conditions always applies and stands last.
        decision: yes, no or flag.
    """

    code: str
    title: str
    decision: str
    any_of: tuple[Mapping[str, Any], ...] = ()
    all_of: tuple[Mapping[str, Any], ...] = ()
    remedy: str = ""


@dataclass(frozen=True)
class Readiness:
    """An ordered list of outcomes; the first that applies is the answer."""

    code: str
    title: str
    version: str
    evidence: tuple[Evidence, ...]
    outcomes: tuple[Outcome, ...]
    sources: tuple[RuleSource, ...]
    notes: str = ""


@dataclass(frozen=True)
class Decided:
    """The outcome that applies, and its verdict with reasons."""

    outcome: str
    title: str
    verdict: Verdict


def readiness(name: str) -> Readiness:
    """Shipped readiness rules by name.

    >>> [o.code for o in readiness("associativity-readiness").outcomes]
    ['leave_alone', 'strengthen_first', 'promote']
    """
    return parse_readiness(shipped_text(name))


def parse_readiness(text: str) -> Readiness:
    """Read readiness rules from YAML."""
    document = load_document(text, "readiness")
    known = {"readiness", "title", "version", "sources", "notes", "evidence", "outcomes"}
    _check_entries(document, known, {"readiness", "evidence", "outcomes", "sources"})
    evidence = tuple(
        Evidence(e["code"], e["question"], float(e["low"]), float(e["high"])) for e in document["evidence"]
    )
    outcomes = tuple(_outcome(o) for o in document["outcomes"])
    codes = {e.code for e in evidence}
    for outcome in outcomes:
        for condition in (*outcome.any_of, *outcome.all_of):
            if condition.get("code") not in codes or "says" not in condition:
                raise BadInput(
                    place=f"outcome {outcome.code!r}",
                    problem=f"has a condition on {condition.get('code')!r} without evidence or words",
                    remedy="Name a piece of evidence and write what it says.",
                )
    if not outcomes or outcomes[-1].any_of or outcomes[-1].all_of:
        raise BadInput(
            place=f"readiness {document['readiness']!r}",
            problem="may end without an answer",
            remedy="Let the last outcome have no conditions.",
        )
    return Readiness(
        str(document["readiness"]),
        str(document.get("title", document["readiness"])),
        str(document.get("version", "1")),
        evidence,
        outcomes,
        sources_of(document),
        str(document.get("notes", "")),
    )


def _outcome(given: Mapping[str, Any]) -> Outcome:
    _check_entries(
        given, {"code", "title", "decision", "any_of", "all_of", "remedy"}, {"code", "title", "decision"}
    )
    if given["decision"] not in ("yes", "no", "flag"):
        # YAML reads an unquoted yes or no as true or false.
        decision = {True: "yes", False: "no"}.get(given["decision"])
        if decision is None:
            raise BadInput(
                place=f"outcome {given['code']!r}", problem="decides nothing", remedy="Use yes, no or flag."
            )
    else:
        decision = given["decision"]
    return Outcome(
        given["code"],
        given["title"],
        str(decision),
        tuple(given.get("any_of", ())),
        tuple(given.get("all_of", ())),
        given.get("remedy", ""),
    )


def decide(rules: Readiness, evidence: Mapping[str, float | None]) -> Decided:
    """The first outcome that applies.

    A condition on something unknown is unknown, not false: if an outcome might apply depending on what is
    not known yet, nothing is decided.

    Raises:
        CannotBeSaid: evidence is missing that the answer hangs on.

    >>> rules = readiness("associativity-readiness")
    >>> d = decide(rules, {"existing_group": 3, "tension": 1, "trust_in_leaders": 3, "social_capital": 3,
    ...                    "interest": 4})
    >>> d.outcome, d.verdict.decision
    ('promote', 'yes')
    """
    _check_evidence(rules, evidence)
    for outcome in rules.outcomes:
        applies, reasons, missing = _applies(outcome, evidence)
        if applies is None:
            questions = {e.code: e.question for e in rules.evidence}
            raise CannotBeSaid(
                what=rules.title,
                why=f"{missing!r} is not known and the outcome {outcome.code!r} hangs on it",
                remedy=f"Find out: {questions[missing]}",
            )
        if applies:
            source = rules.sources[0]
            said = reasons or (Reason(outcome.code, outcome.title + "."),)
            verdict = Verdict(outcome.decision, said, source, outcome.remedy)  # type: ignore[arg-type]
            return Decided(outcome.code, outcome.title, verdict)
    raise AssertionError("the last outcome always applies")


def _applies(
    outcome: Outcome, evidence: Mapping[str, float | None]
) -> tuple[bool | None, tuple[Reason, ...], str]:
    """Three-valued logic: true, false, or unknown with the piece of evidence that is missing."""
    if not outcome.any_of and not outcome.all_of:
        return True, (), ""
    any_held = [(c, _holds(evidence.get(c["code"]), c)) for c in outcome.any_of]
    all_held = [(c, _holds(evidence.get(c["code"]), c)) for c in outcome.all_of]
    some = True if not any_held else _some([h for _, h in any_held])
    every = _every([h for _, h in all_held])
    applies = _every([some, every])
    reasons = tuple(
        Reason(f"{outcome.code}.{c['code']}", c["says"], {"value": evidence[c["code"]]})
        for c, held in (*all_held, *any_held)
        if held
    )
    missing = next((c["code"] for c, held in (*all_held, *any_held) if held is None), "")
    return applies, reasons, missing


def _holds(value: float | None, condition: Mapping[str, Any]) -> bool | None:
    if value is None:
        return None
    if "at_least" not in condition and "at_most" not in condition:
        raise BadInput(
            place=f"condition on {condition['code']!r}",
            problem="says no limit",
            remedy="at_least or at_most.",
        )
    return bool(condition.get("at_least", value) <= value <= condition.get("at_most", value))


def _some(held: list[bool | None]) -> bool | None:
    return True if True in held else None if None in held else False


def _every(held: list[bool | None]) -> bool | None:
    return False if False in held else None if None in held else True


def _check_evidence(rules: Readiness, evidence: Mapping[str, float | None]) -> None:
    known = {e.code: e for e in rules.evidence}
    for code, value in evidence.items():
        if code not in known:
            raise BadInput(
                place=f"evidence {code!r}", problem="is not asked for", remedy=f"Use: {', '.join(known)}."
            )
        if value is not None and not known[code].low <= value <= known[code].high:
            raise BadInput(
                place=f"evidence {code!r}",
                problem=f"is {value}, outside {known[code].low:g} to {known[code].high:g}",
                remedy="Correct it or leave it empty.",
            )
