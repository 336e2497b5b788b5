"""What forming circles answers: circles, who waits and why, and how good it is proven to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from nanduti.methods.solving import Clash
from nanduti.methods.values import BadInput, Reason, counted, mark, read_out

from .assessing import Breach, Contribution
from .brief import Brief


@dataclass(frozen=True)
class Seat:
    """A firm in a circle, with the points that it brings, criterion by criterion."""

    firm: str
    contributions: tuple[Contribution, ...]

    @property
    def points(self) -> int:
        """The sum of its contributions."""
        return sum(c.points for c in self.contributions)


@dataclass(frozen=True)
class Circle:
    """A circle: its name, the option it meets under, its seats, and what it brings as a whole.

    ``common`` holds what all its firms share under rules of that kind (meeting times, languages).
    """

    name: str
    option: str
    seats: tuple[Seat, ...]
    contributions: tuple[Contribution, ...] = ()
    common: dict[str, tuple] = field(default_factory=dict)

    @property
    def firms(self) -> tuple[str, ...]:
        """Identifiers of its firms."""
        return tuple(s.firm for s in self.seats)

    @property
    def points(self) -> int:
        """Points of its seats and its own."""
        return sum(s.points for s in self.seats) + sum(c.points for c in self.contributions)


@dataclass(frozen=True)
class Waiting:
    """A firm without a circle, and why: reasons that can be read out."""

    firm: str
    reasons: tuple[Reason, ...]

    def say(self) -> str:
        """The reasons as one paragraph, in English."""
        return read_out(self.reasons)


@dataclass(frozen=True)
class CirclePlan:
    """Circles that break no hard rule, with a proof of how good they are.

    Attributes:
        circles: the circles, by name.
        waiting: firms left out, each with reasons.
        points: points earned, losses for waiting firms taken off.
        bound: no plan under the same rules can have more points.
        gap: how far the bound lies above, as a share of the points; ``None`` where the points are not above 0.
        status: ``optimal``, ``within`` (the gap is proven), ``heuristic`` (no bound in the time given) or ``none``
            (no plan obeys every rule: see ``clash``).
        stopped_by: ``gap`` or ``time``. Stopped by time, another machine may find another plan.
        clash: the smallest set of rules that cannot be kept at once, where there is no plan or no circle.
        history: seconds, points and bound whenever one of them improved.
        seed: of the search.
        breaches: empty; filled only for plans that people change by hand.
    """

    circles: tuple[Circle, ...]
    waiting: tuple[Waiting, ...]
    points: int
    bound: float
    gap: float | None
    status: str
    stopped_by: str
    seed: int
    clash: Clash | None = None
    history: tuple[tuple[float, float | None, float], ...] = ()
    breaches: tuple[Breach, ...] = ()
    brief: Brief | None = field(default=None, repr=False, compare=False)

    @cached_property
    def circle_of(self) -> dict[str, str]:
        """The circle of each firm that has one."""
        return {f: c.name for c in self.circles for f in c.firms}

    def circle(self, name: str) -> Circle:
        """The circle of that name."""
        for c in self.circles:
            if c.name == name:
                return c
        raise BadInput(
            place=f"circle {name!r}",
            problem="is not in the plan",
            remedy=f"Circles are {', '.join(c.name for c in self.circles) or 'none'}.",
        )

    def table(self) -> pl.DataFrame:
        """One row for each firm: circle, option, points and each criterion; null where it waits."""
        rows = []
        for c in self.circles:
            for s in c.seats:
                parts = {p.code: p.points if p.is_known else None for p in s.contributions}
                rows.append(
                    {"firm": s.firm, "circle": c.name, "option": c.option, "points": s.points, **parts}
                )
        rows += [{"firm": w.firm} for w in self.waiting]
        schema = {"firm": pl.String, "circle": pl.String, "option": pl.String, "points": pl.Int64}
        codes = [k for r in rows for k in r if k not in schema]
        return pl.DataFrame(rows, schema=schema | dict.fromkeys(codes, pl.Int64)).sort("firm")

    @property
    def sentences(self) -> tuple[Reason, ...]:
        """What there is to say, ready to be translated."""
        if self.status == "none":
            plain = (Reason("none", mark("No plan obeys every rule.")),)
            return self.clash.sentences if self.clash else plain
        details = {
            "circles": len(self.circles),
            "firms": sum(len(c.seats) for c in self.circles),
            "waiting": len(self.waiting),
            "points": f"{self.points:,}",
        }
        text = counted(
            len(self.circles),
            mark("One circle with {firms} firms, {waiting} waiting; {points} points."),
            mark("{circles} circles with {firms} firms, {waiting} waiting; {points} points."),
        )
        return (Reason("plan", text, details), self._proof())

    def _proof(self) -> Reason:
        """How sure it is that there is no better one."""
        if self.status == "heuristic":
            text = mark("How much better another plan could be is not known yet: allow more time.")
            return Reason("heuristic", text)
        if self.status == "optimal":
            return Reason("optimal", mark("No plan under these rules has more."))
        bound = f"{self.bound:,.0f}"
        if self.gap is None:
            return Reason(
                "within", mark("No plan under these rules has more than {bound}."), {"bound": bound}
            )
        text = mark("No plan under these rules has more than {bound} ({gap} above).")
        return Reason("within", text, {"bound": bound, "gap": f"{self.gap:.2%}"})

    def say(self) -> str:
        """The plan in a few sentences, in English."""
        return read_out(self.sentences)
