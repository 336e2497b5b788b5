"""The smallest set of rules of a brief that cannot be kept at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from nanduti.methods.solving import INFINITY, Clash, ClashingRule, Program, smallest_clash, solve

from .brief import Brief
from .columns import Link
from .whole import build_whole

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
    found = [ClashingRule("size", f"A circle has {r.least} to {r.most} firms.", r.source)]
    if brief.must_place.any():
        n = int(brief.must_place.sum())
        found.append(ClashingRule("placed", f"{n} firms may not be left waiting."))
    if brief.apart:
        found.append(
            ClashingRule(
                "apart",
                f"{len(brief.apart)} pairs of firms must not sit together{_pairs(brief, brief.apart)}.",
            )
        )
    if brief.together:
        found.append(
            ClashingRule(
                "together",
                f"{len(brief.together)} pairs of firms must sit together{_pairs(brief, brief.together)}.",
            )
        )
    for code in ("lock", "veto"):
        if code in brief.refused:
            n = int(brief.refused[code].any(axis=1).sum())
            word = "kept at one option" if code == "lock" else "kept from an option"
            found.append(ClashingRule(code, f"{n} firms are {word} by decision."))
    for link in links:
        found.append(ClashingRule(link.code, _link_sentence(link)))
    for rule in r.rules:
        if rule.is_hard and rule.kind != "even_sizes":
            found.append(ClashingRule(rule.code, _sentence(rule.kind, rule.parameters), rule.source))
    return {c.code: c for c in found}


def _pairs(brief: Brief, pairs: Sequence[tuple[int, int]]) -> str:
    if len(pairs) > 3:
        return ""
    return " (" + "; ".join(f"{brief.firms[a]} and {brief.firms[b]}" for a, b in pairs) + ")"


def _link_sentence(link: Link) -> str:
    low = f"at least {link.low:g}" if link.low > -INFINITY else ""
    high = f"at most {link.high:g}" if link.high < INFINITY else ""
    what = "circles are formed" if link.code == "circles" else f"seats are shared with the plan {link.code}"
    return f"{' and '.join(x for x in (low, high) if x).capitalize()} {what}."


def _words(value: object) -> str:
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


def _sentence(kind: str, p) -> str:
    if kind == "quota":
        limits = [
            f"{word} {p[name]:.0%}" if "share" in name else f"{word} {p[name]}"
            for name in ("least", "least_share", "most", "most_share")
            for word in ["at least" if "least" in name else "at most"]
            if p.get(name) is not None
        ]  # fmt: skip
        who = (
            f"{p['column']} is {_words(p['is'])}"
            if "is" in p
            else f"{p['column']} from {p.get('from', '…')} to {p.get('to', '…')}"
        )
        return f"In each circle {' and '.join(limits)} have {who}."
    if kind == "not_alone":
        return (
            f"No circle has one alone of those whose {p['column']} is {_words(p.get('is', 'in the range'))}."
        )
    if kind == "mean":
        return (
            f"The mean of {p['column']} in a circle lies from {p.get('least', '…')} to {p.get('most', '…')}."
        )
    if kind == "rivals":
        columns = p["columns"] if isinstance(p["columns"], str) else " and ".join(p["columns"])
        return f"At most {p.get('most', 1)} firm(s) of a circle share {columns}."
    if kind == "reach":
        return f"No firm travels more than {p['km']} km."
    if kind == "theme":
        return f"The {p['column']} of a firm is the circle's own or complementary."
    return f"All firms of a circle have at least {p.get('least', 1)} {p['column']} in common."
