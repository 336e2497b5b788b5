"""The S-curve of a plan: how much was to be done by each day, and how much was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from nanduti.methods.values import Money

from .plan_lines import Against, Outcome, PlanLine

Step = Literal["month", "day"]


@dataclass(frozen=True)
class CurvePoint:
    """Activities to be done, and done, by the end of a day.

    Attributes:
        on: the day: the last of a month, or a day on which something changes.
        planned_least, planned_most: to be done by then for sure, and at most, since coarse dates hide their day.
        done_least, done_most: the same of those done; ``None`` after the day asked, which is not zero.
    """

    on: date
    planned_least: int
    planned_most: int
    done_least: int | None
    done_most: int | None


@dataclass(frozen=True)
class PlanCurve:
    """The S-curve of a plan in numbers of activities.

    Attributes:
        against, as_of: which plan, and the day to which what was done is known.
        points: in the order of the days; empty where no date can be said.
        n: activities in the plan. Dropped ones are left out, and cancelled ones from the plan in force.
        n_planned: those with a planned last day, which are in the planned curve.
        n_done: those that count as done by ``as_of``.
        n_done_dated: those of them whose day is known, which are in the curve of what was done.
    """

    against: Against
    as_of: date
    points: tuple[CurvePoint, ...]
    n: int
    n_planned: int
    n_done: int
    n_done_dated: int


@dataclass(frozen=True)
class MoneyPoint:
    """Money to be spent, and spent, on activities by the end of a day; ``spent`` is ``None`` after the day asked."""

    on: date
    planned: Money
    spent: Money | None


@dataclass(frozen=True)
class MoneyCurve:
    """The S-curve of a plan in one currency: an activity counts whole on its last planned day and on its day done.

    Attributes:
        currency: ISO 4217.
        points: in the order of the days.
        n: activities in the plan.
        n_planned: those with a planned cost in this currency and a planned last day.
        n_spent: those done on a known day with a known cost in this currency.
    """

    currency: str
    points: tuple[MoneyPoint, ...]
    n: int
    n_planned: int
    n_spent: int


def plan_curve(
    pairs: Iterable[tuple[PlanLine, Outcome]], *, as_of: date, against: Against = "plan", step: Step = "month"
) -> PlanCurve:
    """The S-curve in numbers of activities, by month or by the days on which something changes."""
    raise NotImplementedError


def money_curves(
    pairs: Iterable[tuple[PlanLine, Outcome]], *, as_of: date, against: Against = "plan", step: Step = "month"
) -> tuple[MoneyCurve, ...]:
    """The S-curves in money, one for each currency, by its code."""
    raise NotImplementedError
