"""What a seating is worth and which rules it breaks, reckoned plainly, firm by firm and circle by circle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nanduti.methods.values import Reason, RuleSource, counted, mark

from .brief import Brief

SEATS = "size"


@dataclass(frozen=True)
class Contribution:
    """What one criterion brings: ``points`` of ``most``; ``is_known`` is false where the figure is missing."""

    code: str
    points: int
    most: int
    is_known: bool = True


@dataclass(frozen=True)
class Breach:
    """A hard rule that is broken: by which circle and firms, in words, with the source of the rule."""

    code: str
    circle: str | None
    firms: tuple[str, ...]
    reason: Reason
    source: RuleSource | None = None

    @property
    def sentence(self) -> Reason:
        """The breach with the source where it has one, ready to be translated."""
        if not self.source:
            return self.reason
        return Reason(self.code, "{breach} ({source})", {"breach": self.reason, "source": self.source})

    def say(self) -> str:
        """The breach as a sentence, in English."""
        return self.sentence.say()


@dataclass(frozen=True)
class Sat:
    """A circle as positions: its option and the firms in it."""

    option: int
    firms: tuple[int, ...]


def firm_contributions(brief: Brief, circle: Sat) -> dict[int, tuple[Contribution, ...]]:
    """The points that each firm of a circle brings, criterion by criterion."""
    found: dict[int, list[Contribution]] = {f: [] for f in circle.firms}
    simple = {c.code: i for i, c in enumerate(brief.simple)}
    for c in brief.recipe.criteria:
        if c.code in simple:
            i = simple[c.code]
            for f in circle.firms:
                points, known = brief.earned[i, f, circle.option], brief.known[i, f, circle.option]
                found[f].append(Contribution(c.code, int(points), c.points, bool(known)))
        elif c.kind == "linked":
            for f in circle.firms:
                won = any((min(f, g), max(f, g)) in brief.ties for g in circle.firms)
                found[f].append(Contribution(c.code, c.points * won, c.points))
        elif c.kind == "same":
            values = brief.values[c.parameters["column"]]
            main = main_value(values, circle.firms)
            for f in circle.firms:
                won = main is not None and has(values[f], main)
                found[f].append(Contribution(c.code, c.points * won, c.points, values[f] is not None))
    return {f: tuple(parts) for f, parts in found.items()}


def circle_contributions(brief: Brief, circle: Sat) -> tuple[Contribution, ...]:
    """What the circle brings as a whole: variety, and what soft quotas cost."""
    found = []
    for c in brief.recipe.criteria:
        if c.kind == "variety":
            values = brief.values[c.parameters["column"]]
            different = {x for f in circle.firms for x in _as_set(values[f])}
            most = c.parameters.get("most")
            n = len(different) if most is None else min(len(different), most)
            known = all(values[f] is not None for f in circle.firms)
            found.append(Contribution(c.code, c.points * n, c.points * (most or len(different)), known))
    for quota in brief.quotas:
        if not quota.rule.is_hard:
            short = sum(amount for _, amount in shortfalls(brief, quota, circle.firms))
            found.append(Contribution(quota.rule.code, -quota.rule.points * short, 0))
    return tuple(found)


def shortfalls(brief: Brief, quota, firms: tuple[int, ...]) -> list[tuple[str, int]]:
    """By how many whole firms a quota is missed, limit by limit."""
    p, n = quota.rule.parameters, len(firms)
    sure, possible = int(quota.sure[list(firms)].sum()), int(quota.possible[list(firms)].sum())
    if quota.rule.kind == "not_alone":
        least = p.get("least", 2)
        return [("least", least - sure)] if 0 < sure < least else []
    found = []
    for name, gap in (
        ("least", (p.get("least") or 0) - sure),
        ("least_share", (p.get("least_share") or 0) * n - sure),
        ("most", possible - (p["most"] if p.get("most") is not None else n)),
        ("most_share", possible - (p["most_share"] if p.get("most_share") is not None else 1) * n),
    ):
        if gap > 1e-6:
            found.append((name, int(np.ceil(gap - 1e-6))))
    return found


def breaches(brief: Brief, circle: Sat, name: str) -> list[Breach]:
    """Every hard rule that one circle breaks; an empty list if none."""
    found = _size_breaches(brief, circle, name) + _seat_breaches(brief, circle, name)
    found += _pair_breaches(brief, circle, name)
    for quota in brief.quotas:
        if quota.rule.is_hard:
            for limit, short in shortfalls(brief, quota, circle.firms):
                details = {"circle": name, "rule": quota.rule.code, "short": short, "limit": limit}
                sentence = mark("Circle {circle} misses the rule {rule} ({limit}) by {short}.")
                found.append(
                    Breach(quota.rule.code, name, (), Reason("quota", sentence, details), quota.rule.source)
                )
    for rule, values in brief.means:
        known = values[list(circle.firms)]
        known = known[~np.isnan(known)]
        low, high = rule.parameters.get("least"), rule.parameters.get("most")
        if len(known) and not (
            (low is None or known.mean() >= low - 1e-9) and (high is None or known.mean() <= high + 1e-9)
        ):
            details = {"circle": name, "rule": rule.code, "mean": round(float(known.mean()), 4)}
            sentence = mark("Circle {circle} has a mean of {mean} against the rule {rule}.")
            found.append(Breach(rule.code, name, (), Reason("mean", sentence, details), rule.source))
    return found + _common_breaches(brief, circle, name)


def _size_breaches(brief: Brief, circle: Sat, name: str) -> list[Breach]:
    n, least, most = len(circle.firms), brief.recipe.least, brief.recipe.most
    if least <= n <= most:
        return []
    sentence = counted(
        n,
        mark("Circle {circle} has one firm; {least} to {most} are asked for."),
        mark("Circle {circle} has {n} firms; {least} to {most} are asked for."),
    )
    details = {"circle": name, "n": n, "least": least, "most": most}
    return [Breach("size", name, (), Reason("size", sentence, details), brief.recipe.source)]


def _seat_breaches(brief: Brief, circle: Sat, name: str) -> list[Breach]:
    found = []
    sources = {r.code: r.source for r in brief.recipe.rules}
    for code, refused in brief.refused.items():
        for f in circle.firms:
            if refused[f, circle.option]:
                firm = brief.firms[f]
                sentence = mark("{firm} may not sit in circle {circle} by the rule {rule}.")
                reason = Reason("seat", sentence, {"firm": firm, "circle": name, "rule": code})
                found.append(Breach(code, name, (firm,), reason, sources.get(code)))
    return found


def _pair_breaches(brief: Brief, circle: Sat, name: str) -> list[Breach]:
    found, seats = [], set(circle.firms)
    for a, b in brief.apart:
        if a in seats and b in seats:
            pair = (brief.firms[a], brief.firms[b])
            sentence = mark("{first} and {second} must not sit together.")
            reason = Reason("apart", sentence, {"first": pair[0], "second": pair[1]})
            found.append(Breach("apart", name, pair, reason))
    for a, b in brief.together:
        if (a in seats) != (b in seats):
            pair = (brief.firms[a], brief.firms[b])
            sentence = mark("{first} and {second} must sit together.")
            reason = Reason("together", sentence, {"first": pair[0], "second": pair[1]})
            found.append(Breach("together", name, pair, reason))
    for rule, classes in brief.rivals:
        for members in classes:
            here = tuple(brief.firms[f] for f in members if f in seats)
            if len(here) > rule.parameters.get("most", 1):
                sentence = mark("{firms} are rivals by the rule {rule}.")
                reason = Reason("rivals", sentence, {"firms": ", ".join(here), "rule": rule.code})
                found.append(Breach(rule.code, name, here, reason, rule.source))
    return found


def common_values(brief: Brief, circle: Sat) -> dict[str, tuple]:
    """What all firms of a circle have in common, for each rule of that kind (times, languages)."""
    found = {}
    for rule, own, there in brief.commons:
        shared = frozenset.intersection(*(own[f] for f in circle.firms)) if circle.firms else frozenset()
        if there[circle.option] is not None:
            shared &= there[circle.option]
        found[rule.code] = tuple(sorted(shared, key=str))
    return found


def _common_breaches(brief: Brief, circle: Sat, name: str) -> list[Breach]:
    found = []
    shared = common_values(brief, circle)
    for rule, _, _ in brief.commons:
        need = rule.parameters.get("least", 1)
        if len(shared[rule.code]) < need:
            sentence = mark("Circle {circle} shares {n} of {need} needed under the rule {rule}.")
            details = {"circle": name, "n": len(shared[rule.code]), "need": need, "rule": rule.code}
            found.append(Breach(rule.code, name, (), Reason("common", sentence, details), rule.source))
    return found


def main_value(values: tuple, firms: tuple[int, ...]):
    """The value that most firms of a circle have; the first by name among equals, ``None`` if none is known."""
    count: Mapping = {}
    for f in firms:
        for x in _as_set(values[f]):
            count[x] = count.get(x, 0) + 1
    return min(count, key=lambda x: (-count[x], str(x)), default=None)


def has(value, wanted) -> bool:
    """Whether a cell, single or many, holds a value."""
    return wanted in value if isinstance(value, frozenset) else value == wanted


def _as_set(value) -> frozenset:
    if value is None:
        return frozenset()
    return value if isinstance(value, frozenset) else frozenset({value})


def circle_value(brief: Brief, circle: Sat) -> int:
    """Points of a circle: its firms and itself."""
    firms = sum(c.points for parts in firm_contributions(brief, circle).values() for c in parts)
    return firms + sum(c.points for c in circle_contributions(brief, circle))
