"""The S-curve of a plan: how much was to be done by each day, and how much was."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Literal

from nanduti.methods.values import Money, Period
from nanduti.methods.values.guards import one_of

from ._widths import last_days
from .plan_lines import Against, Outcome, PlanLine
from .variance_time import done_by, is_planned, planned_when

Step = Literal["month", "day"]
#: Beyond so many months only those in which something changes are points: one mistyped year (0209) makes 21,600.
MOST_MONTHS = 600


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
    """The S-curve in numbers of activities, by month or by the days on which something changes.

    It ends with the last month (day) of the plan or of what was done; ``as_of`` is a point of its own where it lies
    before that end. An activity without a sayable date is in neither curve and counted beside.

    >>> from nanduti.methods.planning import parse_when
    >>> texts = {"April 2009": date(2009, 4, 2), "May 2009": date(2009, 6, 5), "June 2009": None}
    >>> pairs = [(PlanLine(t, when=parse_when(t)), Outcome(done_on=day)) for t, day in texts.items()]
    >>> curve = plan_curve(pairs, as_of=date(2009, 6, 10))
    >>> for p in curve.points:
    ...     print(p.on, p.planned_least, p.planned_most, p.done_least)
    2009-04-30 1 1 1
    2009-05-31 2 2 1
    2009-06-10 2 3 2
    2009-06-30 3 3 None
    """
    one_of(step, ("month", "day"), "step")
    dated = [_Dated.of(*pair, as_of, against) for pair in pairs if is_planned(*pair, against=against)]
    planned = [one.planned for one in dated if one.planned is not None]
    done = [one.done for one in dated if one.done is not None]
    planned_least, planned_most = sorted(last for _, last in planned), sorted(first for first, _ in planned)
    done_least, done_most = sorted(last for _, last in done), sorted(first for first, _ in done)
    days = {*planned_least, *planned_most, *done_least, *done_most}
    return PlanCurve(
        against=against,
        as_of=as_of,
        points=tuple(
            CurvePoint(
                on=on,
                planned_least=bisect_right(planned_least, on),
                planned_most=bisect_right(planned_most, on),
                done_least=bisect_right(done_least, on) if on <= as_of else None,
                done_most=bisect_right(done_most, on) if on <= as_of else None,
            )
            for on in _grid(days, as_of, step)
        ),
        n=len(dated),
        n_planned=len(planned),
        n_done=sum(one.is_done for one in dated),
        n_done_dated=len(done),
    )


def money_curves(
    pairs: Iterable[tuple[PlanLine, Outcome]], *, as_of: date, against: Against = "plan", step: Step = "month"
) -> tuple[MoneyCurve, ...]:
    """The S-curves in money, one for each currency, by its code.

    >>> from nanduti.methods.planning import parse_when
    >>> line = PlanLine("1", when=parse_when("April 2009"), cost=Money(900, "EUR"))
    >>> done = Outcome(done_on=date(2009, 5, 2), spent=Money(950, "EUR"))
    >>> (curve,) = money_curves([(line, done)], as_of=date(2011, 7, 31))
    >>> [(str(p.on), p.planned.amount, p.spent.amount) for p in curve.points]
    [('2009-04-30', Decimal('900'), Decimal('0')), ('2009-05-31', Decimal('900'), Decimal('950'))]
    """
    one_of(step, ("month", "day"), "step")
    listed = [pair for pair in pairs if is_planned(*pair, against=against)]
    planned: dict[str, list[tuple[date, Decimal]]] = {}
    spent: dict[str, list[tuple[date, Decimal]]] = {}
    for line, outcome in listed:
        dated = _Dated.of(line, outcome, as_of, against)
        if dated.planned is not None:
            _put(planned, dated.planned[1], line.cost)
        if dated.done is not None:
            _put(spent, dated.done[1], outcome.spent)
    return tuple(
        _money_curve(currency, planned.get(currency, []), spent.get(currency, []), len(listed), as_of, step)
        for currency in sorted({*planned, *spent})
    )


@dataclass(frozen=True)
class _Dated:
    """Between which days an activity was to be done and was done, as far as can be said."""

    planned: tuple[date, date] | None
    done: tuple[date, date] | None
    is_done: bool

    @classmethod
    def of(cls, line: PlanLine, outcome: Outcome, as_of: date, against: Against) -> _Dated:
        when = planned_when(line, outcome, against=against)
        done = done_by(outcome, as_of=as_of, against=against)
        span = (done.first, done.last) if done is not None else (None, None)
        if done is not None and done.reason is not None and done.reason.code == "one_date":
            # Its list says when it was done; only the plan is not known.
            span = last_days(outcome.listed)  # type: ignore[arg-type]
        last = last_days(when) if when is not None and not when.is_open else (None, None)
        return cls(_both(last), _both(span), done is not None)


def _both(days: tuple[date | None, date | None]) -> tuple[date, date] | None:
    """First and last day; the last twice where nothing bounds the first; ``None`` where there is none."""
    first, last = days
    return None if last is None else (first or last, last)


def _put(found: dict[str, list[tuple[date, Decimal]]], on: date, money: Money | None) -> None:
    if money is not None and money.price_year is None:
        found.setdefault(money.currency, []).append((on, money.amount))


def _money_curve(
    currency: str,
    planned: Sequence[tuple[date, Decimal]],
    spent: Sequence[tuple[date, Decimal]],
    n: int,
    as_of: date,
    step: Step,
) -> MoneyCurve:
    grid = _grid({on for on, _ in (*planned, *spent)}, as_of, step)
    to_spend, gone = _cumulated(planned, grid), _cumulated(spent, grid)
    points = tuple(
        MoneyPoint(on, Money(to_spend[k], currency), Money(gone[k], currency) if on <= as_of else None)
        for k, on in enumerate(grid)
    )
    return MoneyCurve(currency, points, n, len(planned), len(spent))


def _cumulated(amounts: Sequence[tuple[date, Decimal]], grid: Sequence[date]) -> list[Decimal]:
    ordered = sorted(amounts)
    days = [on for on, _ in ordered]
    sums = [Decimal(0), *accumulate(amount for _, amount in ordered)]
    return [sums[bisect_right(days, on)] for on in grid]


def _grid(days: set[date], as_of: date, step: Step) -> list[date]:
    """The days of the points: month ends from the first to the last day, or these days; with the day asked between."""
    if not days:
        return []
    points = set(days) if step == "day" else _month_ends(days)
    if min(days) <= as_of < max(points):
        points.add(as_of)
    return sorted(points)


def _month_ends(days: set[date]) -> set[date]:
    """The last days of all months from the first to the last; of those only in which something changes, if too many."""
    changing = {day.year * 12 + day.month - 1 for day in days}
    months = range(min(changing), max(changing) + 1)
    return {_month_end(*divmod(count, 12)) for count in (months if len(months) <= MOST_MONTHS else changing)}


def _month_end(year: int, month: int) -> date:
    """The last day of a month, counted from 0."""
    if (year, month) == (date.max.year, 11):
        return date.max
    return Period(None, date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)).last_day  # type: ignore[return-value]
