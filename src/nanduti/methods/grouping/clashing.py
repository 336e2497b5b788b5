"""The smallest set of rules of a brief that cannot be kept at once, and every rule as a sentence."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nanduti.methods.solving import INFINITY, Clash, ClashingRule, Program, smallest_clash, solve
from nanduti.methods.values import Reason, counted, joined, mark

from .brief import Brief
from .columns import Link
from .whole import build_whole
from .wording import either, limits_of, who_is

EXACT_UP_TO = 60  # firms; above, the relaxation is asked first


def find_clash(brief: Brief, links: Sequence[Link], *, deadline: float) -> Clash:
    """Why no plan obeys every rule, or why not even one circle can be formed.

    Rules are looked at as wholes (all quotas of one code, all pairs apart), so that the answer is a sentence.
    """
    sentences = rule_sentences(brief, links)
    everything = frozenset(sentences)

    def oracle(relax: bool) -> Callable[[frozenset[str]], bool | None]:
        def can_keep(kept: frozenset[str]) -> bool | None:
            eased = brief.without_rules(everything - kept)
            left = [k for k in links if k.code in kept]
            seconds = max(0.2, min(5.0, deadline - time.perf_counter()))
            return is_possible(eased, left, seconds=seconds, relax=relax)

        return can_keep

    if brief.n_firms > EXACT_UP_TO:
        # What the relaxation cannot keep nobody can; that is found fast, and only its being smallest is not proven.
        codes, _ = smallest_clash(list(sentences), oracle(True), deadline=deadline)
        if codes:
            return Clash(tuple(sentences[c] for c in codes), len(codes) == 1)
    codes, proven = smallest_clash(list(sentences), oracle(False), deadline=deadline)
    return Clash(tuple(sentences[c] for c in codes), proven)


def is_possible(brief: Brief, links: Sequence[Link], *, seconds: float, relax: bool = False) -> bool | None:
    """Whether some plan with at least one circle obeys every rule; ``None`` if that was not found out.

    With ``relax`` only a "no" is an answer about plans: fractional seats are allowed.
    """
    copies = np.minimum(brief.copies, len(brief.units))
    one = Link(
        "one_circle",
        np.zeros(brief.shape),
        np.ones(len(brief.options)),
        1.0,
        INFINITY,
    )
    brief = replace(brief, copies=copies)
    whole = build_whole(brief, [*links, one], np.zeros(len(brief.units)), tight=False)
    if not whole.blocks:
        return False
    p = whole.program
    high = p.high.copy()
    high[-len(brief.units) :] = brief.may_wait.astype(float)
    program = Program(np.zeros(len(p.gain)), p.rows, p.row_low, p.row_high, p.low, high, p.whole)
    answer = solve(program, seconds=seconds, relax=relax)
    if answer.infeasible:
        return False
    return True if answer.values is not None else None


def rule_sentences(brief: Brief, links: Sequence[Link]) -> dict[str, ClashingRule]:
    """Every rule of a brief as a sentence, by its code."""
    r = brief.recipe
    size = Reason("size", mark("A circle has {least} to {most} firms."), {"least": r.least, "most": r.most})
    found = [ClashingRule(size, r.source)]
    if brief.must_place.any():
        n = int(brief.must_place.sum())
        text = counted(n, mark("1 firm may not be left waiting."), mark("{n} firms may not be left waiting."))
        found.append(ClashingRule(Reason("placed", text, {"n": n})))
    for code, one, several, pairs in (
        ("apart", mark("1 pair of firms must not sit together{pairs}."),
         mark("{n} pairs of firms must not sit together{pairs}."), brief.apart),
        ("together", mark("1 pair of firms must sit together{pairs}."),
         mark("{n} pairs of firms must sit together{pairs}."), brief.together),
    ):  # fmt: skip
        if pairs:
            text = counted(len(pairs), one, several)
            found.append(ClashingRule(Reason(code, text, {"n": len(pairs), "pairs": _pairs(brief, pairs)})))
    for code, one, several in (
        ("lock", mark("1 firm is kept at one option by decision."),
         mark("{n} firms are kept at one option by decision.")),
        ("veto", mark("1 firm is kept from an option by decision."),
         mark("{n} firms are kept from an option by decision.")),
    ):  # fmt: skip
        if code in brief.refused:
            n = int(brief.refused[code].any(axis=1).sum())
            found.append(ClashingRule(Reason(code, counted(n, one, several), {"n": n})))
    found += [ClashingRule(_of_link(link)) for link in links]
    for rule in r.rules:
        if rule.is_hard and rule.kind != "even_sizes":
            found.append(ClashingRule(_of_rule(rule.code, rule.kind, rule.parameters), rule.source))
    return {c.code: c for c in found}


def _pairs(brief: Brief, pairs: Sequence[tuple[int, int]]) -> Reason | str:
    if len(pairs) > 3:
        return ""
    text = mark("{first} and {second}")
    named = [Reason("pair", text, {"first": brief.firms[a], "second": brief.firms[b]}) for a, b in pairs]
    return Reason("pairs", " ({pairs})", {"pairs": joined(named, "{first}; {second}")})


def _of_link(link: Link) -> Reason:
    bounds = {"least": link.low, "most": link.high}
    limits = limits_of({name: None if abs(n) == INFINITY else f"{n:g}" for name, n in bounds.items()})
    if link.code == "circles":
        return Reason(link.code, mark("Number of circles: {limits}."), {"limits": limits})
    text = mark("Seats shared with the plan {plan}: {limits}.")
    return Reason(link.code, text, {"limits": limits, "plan": link.code})


def _of_rule(code: str, kind: str, p: Mapping[str, Any]) -> Reason:
    if kind == "quota":
        text = mark("Firms with {who} in each circle: {limits}.")
        return Reason(code, text, {"limits": limits_of(p), "who": who_is(p)})
    if kind == "not_alone":
        if "is" not in p:
            text = mark("No circle has one alone of those whose {column} is in the range.")
            return Reason(code, text, {"column": p["column"]})
        text = mark("No circle has one alone of those whose {column} is {value}.")
        return Reason(code, text, {"column": p["column"], "value": either(p["is"])})
    if kind == "mean":
        text = mark("The mean of {column} in a circle lies from {least} to {most}.")
        return Reason(code, text, {"least": "…", "most": "…", **p})
    if kind == "rivals":
        columns = [p["columns"]] if isinstance(p["columns"], str) else p["columns"]
        most = p.get("most", 1)
        one = mark("No two firms of a circle share {columns}.")
        text = counted(most, one, mark("At most {most} firms of a circle share {columns}."))
        return Reason(code, text, {"most": most, "columns": joined(columns, mark("{first} and {second}"))})
    if kind == "reach":
        return Reason(code, mark("No firm travels more than {km} km."), {"km": p["km"]})
    if kind == "theme":
        text = mark("The {column} of a firm is the circle's own or complementary.")
        return Reason(code, text, {"column": p["column"]})
    text = mark("All firms of a circle have at least {least} {column} in common.")
    return Reason(code, text, {"least": 1, **p})
