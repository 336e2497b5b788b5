"""What people do with a plan: move a firm, ask why, replace those who drop out, look at other good plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from nanduti.methods.values import BadInput, Reason, counted, joined, mark, read_out

from .assessing import Breach, Contribution, Sat
from .brief import Brief
from .columns import Column, Link, links_of
from .forming import solve_brief
from .plan import CirclePlan
from .planning import make_plan
from .recipe import Criterion


@dataclass(frozen=True)
class Change:
    """What a change to a plan would do.

    Attributes:
        points: points gained (lost, if negative), losses for waiting counted.
        breaches: hard rules that would be broken, which they were not before.
        plan: the changed plan, with its breaches; its bound is still that of the rules.
    """

    points: int
    breaches: tuple[Breach, ...]
    plan: CirclePlan

    @property
    def sentences(self) -> tuple[Reason, ...]:
        """What there is to say, ready to be translated."""
        n = abs(self.points)
        gain = counted(n, mark("This would gain one point."), mark("This would gain {points} points."))
        cost = counted(n, mark("This would cost one point."), mark("This would cost {points} points."))
        text = gain if self.points > 0 else cost if self.points < 0 else mark("This would change no points.")
        head = Reason("points", text, {"points": n})
        if not self.breaches:
            return (head,)
        return (head, Reason("breaks", mark("It would break:")), *(b.sentence for b in self.breaches))

    def say(self) -> str:
        """The change as a sentence or two, in English."""
        return read_out(self.sentences)


def what_if(plan: CirclePlan, move: Mapping[str, str | None]) -> Change:
    """What changes if firms move: to a circle by name, or to the waiting list (``None``). Nothing is sought anew.

    >>> import polars as pl
    >>> from nanduti.methods.grouping import form_circles
    >>> firms = pl.DataFrame({"firm": list("abcd"), "x_km": [0, 1, 9, 10], "y_km": [0] * 4})
    >>> options = pl.DataFrame({"option": ["east", "west"], "x_km": [10, 0], "y_km": [0, 0]})
    >>> plan = form_circles(firms, options, {"circle": {"least": 2, "most": 3}, "criteria": [
    ...     {"criterion": "travel", "points": 100, "reach_km": 10}]}, gap=0)
    >>> print(what_if(plan, {"b": "east"}).say())
    This would cost 80 points. It would break: Circle west has one firm; 2 to 3 are asked for.
    """
    brief = _brief(plan)
    sats = {
        c.name: (brief.options.index(c.option), {brief.position(f) for f in c.firms}) for c in plan.circles
    }
    for firm, target in move.items():
        f = brief.position(firm)
        if target is not None and target not in sats:
            plan.circle(target)
        for _, members in sats.values():
            members.discard(f)
        if target is not None:
            sats[target][1].add(f)
    changed = _by_hand(plan, [Sat(o, tuple(sorted(m))) for o, m in sats.values() if m])
    before = {b.say() for b in plan.breaches}
    new = tuple(b for b in changed.breaches if b.say() not in before)
    return Change(changed.points - plan.points, new, changed)


def _brief(plan: CirclePlan) -> Brief:
    if plan.brief is None:
        raise BadInput(
            place="the plan",
            problem="does not hold its brief",
            remedy="Use a plan as form_circles returned it.",
        )
    return plan.brief


def _by_hand(plan: CirclePlan, sats: list[Sat]) -> CirclePlan:
    brief = _brief(plan)
    at = brief.unit_of
    seating = [Column(s.option, tuple(sorted({int(at[f]) for f in s.firms})), 0) for s in sats]
    exact = all({f for u in c.units for f in brief.units[u]} == set(s.firms) for c, s in zip(seating, sats))
    if not exact:  # someone was taken away from a firm it must sit with: look at firms one by one
        brief = brief.without_rules(["together"])
        seating = [Column(s.option, s.firms, 0) for s in sats]
    changed = make_plan(brief, seating, bound=plan.bound, gap=1.0, seed=plan.seed, hand_made=True)
    if exact:
        return changed
    return _with_together(changed, plan)


def _with_together(changed: CirclePlan, plan: CirclePlan) -> CirclePlan:
    brief, found = _brief(plan), []
    for a, b in brief.together:
        first, second = brief.firms[a], brief.firms[b]
        if changed.circle_of.get(first) != changed.circle_of.get(second):
            sentence = mark("{first} and {second} must sit together.")
            reason = Reason("together", sentence, {"first": first, "second": second})
            found.append(Breach("together", changed.circle_of.get(first), (first, second), reason))
    return replace(changed, breaches=(*changed.breaches, *found), brief=brief)


@dataclass(frozen=True)
class Explanation:
    """Why a firm sits where it does: its points by criterion, and what each other circle would mean."""

    firm: str
    circle: str | None
    contributions: tuple
    elsewhere: tuple[tuple[str, Change], ...]
    waiting: tuple = ()

    @property
    def sentences(self) -> tuple[Reason, ...]:
        """What there is to say, ready to be translated."""
        tails = [
            reason
            for name, change in self.elsewhere
            for reason in (Reason("in_circle", mark("In circle {name}:"), {"name": name}), *change.sentences)
        ]
        if self.circle is None:
            return (Reason("waits", mark("{firm} waits."), {"firm": self.firm}), *self.waiting, *tails)
        details = {
            "firm": self.firm,
            "circle": self.circle,
            "parts": joined(map(_earned, self.contributions)),
        }
        some = mark("{firm} sits in circle {circle}: {parts}.")
        none = mark("{firm} sits in circle {circle}: no criterion.")
        return (Reason("sits", some if self.contributions else none, details), *tails)

    def say(self) -> str:
        """The explanation as the agent reads it out, in English."""
        return read_out(self.sentences)


def _earned(part: Contribution) -> Reason:
    text = "{code} {points}/{most}" if part.is_known else mark("{code} {points}/{most} (not known)")
    return Reason(part.code, text, {"code": part.code, "points": part.points, "most": part.most})


def explain_firm(plan: CirclePlan, firm: str) -> Explanation:
    """Why a firm sits where it sits (or waits), and what moving it to each other circle would gain, cost or break."""
    brief = _brief(plan)
    brief.position(firm)
    own = plan.circle_of.get(firm)
    elsewhere = tuple((c.name, what_if(plan, {firm: c.name})) for c in plan.circles if c.name != own)
    if own is None:
        reasons = next((w.reasons for w in plan.waiting if w.firm == firm), ())
        return Explanation(firm, None, (), elsewhere, reasons)
    seat = next(s for s in plan.circle(own).seats if s.firm == firm)
    return Explanation(firm, own, seat.contributions, elsewhere)


def repair(
    plan: CirclePlan,
    dropouts: Iterable[str],
    *,
    stay_points: int = 50,
    time_limit: float = 20.0,
    gap: float = 0.01,
) -> CirclePlan:
    """A plan without the firms that dropped out, in which the others keep their option unless moving gains more.

    ``stay_points`` is what staying at its option is worth for each firm; it stands as the criterion ``stays``.
    """
    brief = _brief(plan)
    gone = {brief.position(f) for f in dropouts}
    if len(gone) == brief.n_firms:
        raise BadInput(place="dropouts", problem="are all the firms", remedy="Begin with a new list.")
    at = {f: c.option for c in plan.circles for f in c.firms}
    stays = np.zeros((brief.n_firms, len(brief.options)))
    for firm, option in at.items():
        stays[brief.position(firm), brief.options.index(option)] = stay_points
    eased = brief.rewarding(Criterion("stays", "column", stay_points), stays)
    eased = eased.only([k for k in range(brief.n_firms) if k not in gone])
    return solve_brief(eased, links_of(eased), time_limit=time_limit, gap=gap, seed=plan.seed)


def alternatives(
    plan: CirclePlan, n: int = 2, *, least_change: float = 0.2, within: float = 0.05, time_limit: float = 20.0
) -> tuple[CirclePlan, ...]:
    """Other good plans to discuss, each with at least a share of the seats elsewhere than in every plan before.

    Args:
        n: how many at most; fewer come back where there are no more within the limits.
        least_change: share of the seated firms that must sit at another option.
        within: how far below the first plan an alternative's points may lie, as a share.

    Where options hold several equal circles, seats are compared by companions (pairs that sit together).
    """
    brief = _brief(plan)
    if not 0 < least_change <= 1:
        raise BadInput(
            place=f"least change {least_change}", problem="is not a share", remedy="Give 0.2 for 20 %."
        )
    if not plan.circles:
        return ()
    known, found = [plan], []
    for k in range(n):
        if (brief.copies > 1).any():
            new = _other_companions(brief, known, least_change, time_limit, plan.seed + 1 + 10 * k)
        else:
            links = links_of(brief) + [
                _shared(brief, p, f"{i}", least_change) for i, p in enumerate(known, 1)
            ]
            new = solve_brief(brief, links, time_limit=time_limit, gap=max(0.01, within / 2), seed=plan.seed)
        if new is None or not new.circles or new.points < plan.points - within * abs(plan.points):
            break
        known.append(new)
        found.append(new)
    return tuple(found)


def _shared(brief: Brief, plan: CirclePlan, code: str, least_change: float) -> Link:
    seat = np.zeros(brief.shape)
    n = 0
    for c in plan.circles:
        for f in c.firms:
            seat[brief.position(f), brief.options.index(c.option)] += 1
            n += 1
    return Link(code, seat, np.zeros(len(brief.options)), -np.inf, float(np.floor((1 - least_change) * n)))


def difference(first: CirclePlan, second: CirclePlan) -> float | None:
    """How different two plans are: 1 − Jaccard's index of their pairs of companions; ``None`` without any pair.

    >>> empty = CirclePlan((), (), 0, 0, None, "none", "gap", 1)
    >>> difference(empty, empty) is None
    True
    """
    a, b = _companions(first), _companions(second)
    return 1 - len(a & b) / len(a | b) if a | b else None


def _companions(plan: CirclePlan) -> set[tuple[str, str]]:
    return {(f, g) for c in plan.circles for f in c.firms for g in c.firms if f < g}


def _other_companions(
    brief: Brief, known: list[CirclePlan], least: float, time_limit: float, seed: int
) -> CirclePlan | None:
    for trial in range(3):
        new = solve_brief(brief, links_of(brief), time_limit=time_limit / 3, gap=0.02, seed=seed + trial)
        if all((difference(new, p) or 0) >= least for p in known):
            return new
    return None
