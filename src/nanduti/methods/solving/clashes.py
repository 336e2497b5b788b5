"""Which rules cannot be kept at once: the smallest such set, in sentences that can be translated."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from nanduti.methods.values import Reason, RuleSource, mark, read_out


@dataclass(frozen=True)
class ClashingRule:
    """One of the rules of a clash, as a sentence with its source."""

    reason: Reason
    source: RuleSource | None = None

    @property
    def code(self) -> str:
        """The code of the rule."""
        return self.reason.code

    def __str__(self) -> str:
        return self.reason.say() + (f" ({self.source})" if self.source else "")


@dataclass(frozen=True)
class Clash:
    """Rules that cannot all be kept. Lift any one of them and the others can, unless there is a second clash.

    Attributes:
        rules: the clashing rules; empty if it was not found in time.
        is_smallest: proven that no smaller set of rules clashes.
    """

    rules: tuple[ClashingRule, ...]
    is_smallest: bool

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the clashing rules."""
        return tuple(r.code for r in self.rules)

    @property
    def sentences(self) -> tuple[Reason, ...]:
        """What there is to say, ready to be translated."""
        if not self.rules:
            text = mark("The rules cannot all be kept; which of them clash was not found in the time given.")
            return (Reason("not_found", text),)
        one, several = mark("This rule cannot be kept:"), mark("These rules cannot be kept at once:")
        listed = [
            Reason(
                rule.code,
                "({number}) {rule} ({source})" if rule.source else "({number}) {rule}",
                {"number": number, "rule": rule.reason, "source": rule.source},
            )
            for number, rule in enumerate(self.rules, 1)
        ]
        return (Reason("clash", one if len(self.rules) == 1 else several), *listed)

    def say(self) -> str:
        """The clash as a paragraph, in English."""
        return read_out(self.sentences)


def smallest_clash(
    codes: Sequence[str], can_keep: Callable[[frozenset[str]], bool | None], *, deadline: float
) -> tuple[tuple[str, ...], bool]:
    """The smallest set of rules that cannot be kept at once, and whether that is proven.

    Hitting sets (Ignatiev, Previti, Liffiton, Marques-Silva, "Smallest MUS extraction with minimal hitting set
    dualization", CP 2015): every set of rules whose lifting helps must be met by the clash, so that the smallest
    set that meets all known ones is tried first.

    Args:
        can_keep: whether a set of rules can be kept; ``None`` if that was not found out.

    >>> rules = ["a", "b", "c"]
    >>> smallest_clash(rules, lambda kept: not {"a", "c"} <= kept, deadline=float("inf"))
    (('a', 'c'), True)
    """
    helps: list[frozenset[str]] = []
    everything = frozenset(codes)
    if can_keep(everything) is not False:
        return (), False
    proven = True
    while time.perf_counter() < deadline:
        tried = _smallest_hitting_set(sorted(codes), helps)
        answer = can_keep(tried)
        if answer is False:
            return tuple(c for c in codes if c in tried), proven
        proven = proven and answer is True
        kept = set(tried)
        for code in codes:  # grow to a largest set that can be kept
            if code not in kept and can_keep(frozenset(kept | {code})) is True:
                kept.add(code)
        lifted = everything - kept
        if not lifted or lifted in helps:
            break
        helps.append(lifted)
    return _irreducible(codes, can_keep), False


def _smallest_hitting_set(codes: Sequence[str], sets: Sequence[frozenset[str]]) -> frozenset[str]:
    for size in range(len(codes) + 1):
        for chosen in combinations(codes, size):
            if all(s & set(chosen) for s in sets):
                return frozenset(chosen)
    return frozenset(codes)


def _irreducible(codes: Sequence[str], can_keep: Callable[[frozenset[str]], bool | None]) -> tuple[str, ...]:
    """Rules dropped one by one as long as the rest still clashes."""
    kept = list(codes)
    for code in codes:
        if can_keep(frozenset(c for c in kept if c != code)) is False:
            kept.remove(code)
    return tuple(kept)
