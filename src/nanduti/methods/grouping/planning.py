"""From a seating to a plan that explains itself, checked rule by rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nanduti.methods.values import Reason, counted, mark

from .assessing import (
    Breach,
    Sat,
    breaches,
    circle_contributions,
    circle_value,
    common_values,
    firm_contributions,
)
from .brief import Brief
from .columns import Column
from .plan import Circle, CirclePlan, Seat, Waiting


def as_sat(brief: Brief, seating: Sequence[Column]) -> list[Sat]:
    """Columns as circles of firm positions, by option and then by first firm."""
    found = [Sat(c.option, tuple(sorted(f for u in c.units for f in brief.units[u]))) for c in seating]
    return sorted(found, key=lambda s: (s.option, s.firms))


def names_of(brief: Brief, sats: Sequence[Sat]) -> list[str]:
    """A name for each circle: its option, numbered where the option holds several."""
    count: dict[int, int] = {}
    names = []
    for s in sats:
        count[s.option] = count.get(s.option, 0) + 1
        several = brief.copies[s.option] > 1
        names.append(f"{brief.options[s.option]} {count[s.option]}" if several else brief.options[s.option])
    return names


def make_plan(
    brief: Brief, seating: Sequence[Column] | None, *, bound: float, gap: float, seed: int,
    history: tuple = (), hand_made: bool = False,
) -> CirclePlan:  # fmt: skip
    """The plan of a seating. Every hard rule is checked again, apart from the solver.

    Raises:
        ArithmeticError: if the seating breaks a rule, which would be a fault of the search and no plan.
    """
    if seating is None:
        return CirclePlan(
            (), tuple(Waiting(f, ()) for f in brief.firms), 0, bound, None, "none", "gap", seed, brief=brief
        )
    sats = as_sat(brief, seating)
    names = names_of(brief, sats)
    broken = [b for s, n in zip(sats, names, strict=True) for b in breaches(brief, s, n)]
    broken += doubly_seated(brief, sats, names)
    if broken and not hand_made:
        raise ArithmeticError("the search broke a rule: " + "; ".join(b.say() for b in broken))
    circles = tuple(_circle(brief, s, n) for s, n in zip(sats, names, strict=True))
    seated = {f for s in sats for f in s.firms}
    left = [f for f in range(brief.n_firms) if f not in seated]
    points = sum(c.points for c in circles) - (brief.recipe.waiting_points or 0) * len(left)
    waiting = tuple(Waiting(brief.firms[f], waiting_reasons(brief, f, sats, names)) for f in left)
    optimal = bound <= points + 1e-6
    share = (max(bound, points) - points) / points if points > 0 and np.isfinite(bound) else None
    near = optimal or (share is not None and share <= gap)
    return CirclePlan(
        circles, waiting, points, max(bound, points), share, _status(optimal, bound),
        "gap" if near else "time", seed, None, history, tuple(broken), brief,
    )  # fmt: skip


def _status(optimal: bool, bound: float) -> str:
    if optimal:
        return "optimal"
    return "within" if np.isfinite(bound) else "heuristic"


def doubly_seated(brief: Brief, sats: Sequence[Sat], names: Sequence[str]) -> list:
    """Firms that sit twice, and options with more circles than they hold; both would be faults."""
    found, seen = [], {}
    for s, n in zip(sats, names, strict=True):
        for f in s.firms:
            if f in seen:
                reason = Reason("twice", mark("{firm} sits in two circles."), {"firm": brief.firms[f]})
                found.append(Breach("twice", n, (brief.firms[f],), reason))
            seen[f] = n
    for o in range(len(brief.options)):
        if sum(s.option == o for s in sats) > brief.copies[o]:
            reason = Reason(
                "copies", mark("Option {option} holds too many circles."), {"option": brief.options[o]}
            )
            found.append(Breach("copies", None, (), reason))
    return found


def _circle(brief: Brief, sat: Sat, name: str) -> Circle:
    parts = firm_contributions(brief, sat)
    seats = tuple(Seat(brief.firms[f], parts[f]) for f in sat.firms)
    return Circle(
        name, brief.options[sat.option], seats, circle_contributions(brief, sat), common_values(brief, sat)
    )


def waiting_reasons(brief: Brief, firm: int, sats: Sequence[Sat], names: Sequence[str]) -> tuple[Reason, ...]:
    """Why a firm has no circle: no option at all, none of them open, or what its coming would break or cost."""
    refused = {code: mask[firm] for code, mask in brief.refused.items()}
    free = ~np.logical_or.reduce([*refused.values(), np.zeros(len(brief.options), dtype=bool)])
    reasons = []
    if not free.any():
        for code, mask in refused.items():
            if mask.any():
                sentence = mark("The rule {rule} keeps it from {n} of {all} options.")
                details = {"rule": code, "n": int(mask.sum()), "all": len(brief.options)}
                reasons.append(Reason("no_option", sentence, details))
        return tuple(reasons) or (Reason("no_option", mark("There is no option for it."), {}),)
    unit = brief.units[int(brief.unit_of[firm])]
    if len(unit) > 1 and not brief.allowed[brief.unit_of[firm]].any():
        others = ", ".join(brief.firms[f] for f in unit if f != firm)
        sentence = mark("It must sit with {others}, and no option takes them all.")
        return (Reason("together", sentence, {"others": others}),)
    here = [(s, n) for s, n in zip(sats, names, strict=True) if free[s.option]]
    if not here:
        sentence = counted(
            free.sum(),
            mark("No circle was opened at the one option open to it."),
            mark("No circle was opened at any of the {n} options open to it."),
        )
        return (Reason("closed", sentence, {"n": int(free.sum())}),)
    return tuple(_why_not(brief, unit, s, n) for s, n in here)


def _why_not(brief: Brief, unit: tuple[int, ...], sat: Sat, name: str) -> Reason:
    """What would happen if a firm, with those it must sit with, joined a circle as it is."""
    joined = Sat(sat.option, tuple(sorted({*sat.firms, *unit})))
    broken = breaches(brief, joined, name)
    if broken:
        sentence = mark("If it joined {circle}: {why}")
        return Reason(
            "would_break", sentence, {"circle": name, "why": " ".join(b.reason.say() for b in broken)}
        )
    gain = circle_value(brief, joined) - circle_value(brief, sat)
    gain += (brief.recipe.waiting_points or 0) * len(unit)
    sentence = counted(
        abs(gain),
        mark("Circle {circle} could take it for a change of {gain} point; no better plan was found."),
        mark("Circle {circle} could take it for a change of {gain} points; no better plan was found."),
    )
    return Reason("costs", sentence, {"circle": name, "gain": gain})
