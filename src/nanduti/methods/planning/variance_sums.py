"""The variances of a plan summed: only over activities for which both sides are known, and always with "n of N"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from nanduti.methods.values import BadInput, Money, RuleSource, Share, mark

from .plan_lines import Against, Outcome, PlanLine
from .variance import ActivityVariance, CountVariance, MoneyVariance
from .variance_time import IN_TIME_OR_NOT, done_by, is_planned, planned_when

EARNED_VALUE_SOURCE = RuleSource(
    "Project Management Institute (2011), Practice Standard for Earned Value Management"
)


@dataclass(frozen=True)
class MoneySum:
    """Planned and actual money over the activities for which both are known, in one currency.

    Attributes:
        currency: ISO 4217.
        n: the activities summed.
        n_all: all activities asked, whatever is known of them.
        planned, actual, difference: sums; difference = actual − planned.
        ratio: difference ÷ planned; ``None`` where the plan is zero.
    """

    currency: str
    n: int
    n_all: int
    planned: Money
    actual: Money
    difference: Money
    ratio: float | None


@dataclass(frozen=True)
class CountSum:
    """Expected and actual participants over the activities for which both are known, in one unit."""

    unit: str
    n: int
    n_all: int
    planned: int
    actual: int
    difference: int
    ratio: float | None


@dataclass(frozen=True)
class PlanVariance:
    """The variances of many activities summed: of a plan, a cluster, a programme.

    Attributes:
        against: which plan was compared with; ``None`` where there is no activity.
        as_of: the day; ``None`` where there is no activity.
        n: all activities.
        n_by_state: state of :class:`TimeVariance` → count, zero counts left out.
        n_due: activities whose last planned day was over and of which it is known whether they were done in time or are
            overdue.
        on_time_share: early or on time ÷ ``n_due``; ``None`` where nothing was due.
        n_done: activities that count as done, with or without a known day.
        median_days_late: of those late or overdue; ``None`` where there is none.
        median_days_late_least, median_days_late_most: the same of the least and of the most days that each may be,
            since a month hides its day; ``None`` too where nothing bounds one of them.
        costs, local_shares: one for each currency, by its code.
        participants: one for each unit, by its name.
        n_met, n_missed: targets.
    """

    against: Against | None
    as_of: date | None
    n: int
    n_by_state: dict[str, int]
    n_due: int
    on_time_share: Share | None
    n_done: int
    median_days_late: float | None
    median_days_late_least: float | None
    median_days_late_most: float | None
    costs: tuple[MoneySum, ...]
    local_shares: tuple[MoneySum, ...]
    participants: tuple[CountSum, ...]
    n_met: int
    n_missed: int


@dataclass(frozen=True)
class EarnedValue:
    """Earned value at a day in one currency, over the activities of which all that it needs is known.

    An activity earns its planned cost when it is done and nothing before (the fixed formula 0/100), since nobody
    reports per cents of an activity here.

    Attributes:
        currency: ISO 4217.
        n, n_all: activities in the figures, and all activities asked.
        planned_value: PV, planned cost of what was to be done by the day.
        earned_value: EV, planned cost of what was done by the day.
        actual_cost: AC, what that cost.
        budget: BAC, planned cost of all activities in the figures.
        schedule_variance: SV = EV − PV, in money; below 0 is behind.
        cost_variance: CV = EV − AC; below 0 is dearer than planned. Mind the sign: :class:`MoneyVariance` has it round.
        schedule_index: SPI = EV ÷ PV; ``None`` where nothing was due.
        cost_index: CPI = EV ÷ AC; ``None`` where nothing was spent.
    """

    currency: str
    n: int
    n_all: int
    planned_value: Money
    earned_value: Money
    actual_cost: Money
    budget: Money
    schedule_variance: Money
    cost_variance: Money
    schedule_index: float | None
    cost_index: float | None


def plan_variance(rows: Iterable[ActivityVariance]) -> PlanVariance:
    """Sum the variances of activities; all taken at one day and against one plan.

    Raises BadInput where they are of several days or against several plans.

    >>> from nanduti.methods.planning import activity_variance, parse_when
    >>> day = date(2011, 7, 31)
    >>> lines = [PlanLine(str(n), when=parse_when("April 2009"), cost=Money(900, "EUR")) for n in range(3)]
    >>> became = [Outcome(done_on=date(2009, 4, 20), spent=Money(950, "EUR")), Outcome(), Outcome(state="closed")]
    >>> found = plan_variance(activity_variance(line, o, as_of=day) for line, o in zip(lines, became))
    >>> found.n_by_state, found.on_time_share
    ({'on_time': 1, 'overdue': 1, 'unsaid': 1}, Share(0.5))
    >>> cost = found.costs[0]
    >>> (cost.n, cost.n_all), cost.difference.amount
    ((1, 3), Decimal('50'))
    """
    listed = list(rows)
    asked = {(row.against, row.as_of) for row in listed}
    if len(asked) > 1:
        raise BadInput(
            place="the variances",
            problem=mark("are of several days or against several plans"),
            remedy=mark("Ask all activities at one day and against one plan."),
        )
    against, as_of = asked.pop() if asked else (None, None)
    times = [row.time for row in listed]
    counts = Counter(time.state for time in times)
    due = [time for time in times if time.is_due and time.state in IN_TIME_OR_NOT | {"overdue"}]
    late = [time for time in times if time.state in {"late", "overdue"}]
    targets = Counter(row.target.state for row in listed)
    return PlanVariance(
        against=against,
        as_of=as_of,
        n=len(listed),
        n_by_state={state: counts[state] for state in sorted(counts)},
        n_due=len(due),
        on_time_share=Share.of(sum(time.state in {"early", "on_time"} for time in due), len(due)),
        n_done=sum(time.is_done for time in times),
        median_days_late=_median([time.days for time in late]),
        median_days_late_least=_median([time.least for time in late]),
        median_days_late_most=_median([time.most for time in late]),
        costs=_money_sums([row.cost for row in listed]),
        local_shares=_money_sums([row.local_share for row in listed]),
        participants=_count_sums([row.participants for row in listed]),
        n_met=targets["met"],
        n_missed=targets["missed"],
    )


def _median(days: Sequence[int | None]) -> float | None:
    known = [n for n in days if n is not None]
    return median(known) if known and len(known) == len(days) else None


def _money_sums(found: Sequence[MoneyVariance]) -> tuple[MoneySum, ...]:
    sums: dict[str, list[Decimal]] = {}
    for one in found:
        # Prices of another year than the day's are no part of a sum with those of the day.
        if one.difference is None or one.difference.price_year is not None:
            continue
        held = sums.setdefault(one.difference.currency, [Decimal(0), Decimal(0), Decimal(0)])
        held[0] += 1
        held[1] += one.planned.amount  # type: ignore[union-attr]
        held[2] += one.difference.amount
    return tuple(_money_sum(currency, len(found), *sums[currency]) for currency in sorted(sums))


def _money_sum(currency: str, n_all: int, n: Decimal, planned: Decimal, difference: Decimal) -> MoneySum:
    return MoneySum(
        currency=currency,
        n=int(n),
        n_all=n_all,
        planned=Money(planned, currency),
        actual=Money(planned + difference, currency),
        difference=Money(difference, currency),
        ratio=float(difference / planned) if planned else None,
    )


def _count_sums(found: Sequence[CountVariance]) -> tuple[CountSum, ...]:
    sums: dict[str, list[int]] = {}
    for one in found:
        if one.difference is not None:
            held = sums.setdefault(one.unit, [0, 0, 0])
            held[0] += 1
            held[1] += one.planned or 0
            held[2] += one.difference
    return tuple(
        CountSum(unit, n, len(found), planned, planned + more, more, more / planned if planned else None)
        for unit, (n, planned, more) in sorted(sums.items())
    )


def earned_value(
    pairs: Iterable[tuple[PlanLine, Outcome]], *, as_of: date, against: Against = "plan"
) -> tuple[EarnedValue, ...]:
    """Earned value at a day, one answer for each currency of the planned costs.

    Left out, and so in ``n_all`` only: an activity without a planned cost or a planned last day (also where its only
    date is the report of its list), and a done one whose cost in the end is unknown or in another currency. Cancelled
    ones are out of the plan in force and stay in an earlier one, of which they earn nothing.

    >>> from nanduti.methods.planning import parse_when
    >>> line = PlanLine("1", when=parse_when("10 March 2009"), cost=Money(20, "EUR"))
    >>> done = Outcome(done_on=date(2009, 3, 9), spent=Money(25, "EUR"))
    >>> found = earned_value([(line, done)], as_of=date(2009, 3, 31))[0]
    >>> found.cost_variance.amount, found.cost_index
    (Decimal('-5'), 0.8)
    """
    listed = [(line, outcome) for line, outcome in pairs if is_planned(line, outcome, against=against)]
    sums: dict[str, _Earned] = {}
    for line, outcome in listed:
        when = planned_when(line, outcome, against=against)
        last_day = when.period.last_day if when is not None and not when.is_open else None
        if line.cost is None or line.cost.price_year is not None or last_day is None:
            continue
        is_done = done_by(outcome, as_of=as_of, against=against) is not None
        if is_done and not _same_money(line.cost, outcome.spent):
            continue
        sums.setdefault(line.cost.currency, _Earned()).add(line, outcome, last_day <= as_of, is_done)
    return tuple(sums[currency].value(currency, len(listed)) for currency in sorted(sums))


@dataclass
class _Earned:
    """The sums of one currency while they are made."""

    n: int = 0
    budget: Decimal = Decimal(0)
    planned: Decimal = Decimal(0)
    earned: Decimal = Decimal(0)
    actual: Decimal = Decimal(0)

    def add(self, line: PlanLine, outcome: Outcome, is_due: bool, is_done: bool) -> None:
        cost = line.cost.amount  # type: ignore[union-attr]
        self.n += 1
        self.budget += cost
        if is_due:
            self.planned += cost
        if is_done:
            self.earned += cost
            self.actual += outcome.spent.amount  # type: ignore[union-attr]

    def value(self, currency: str, n_all: int) -> EarnedValue:
        return EarnedValue(
            currency=currency,
            n=self.n,
            n_all=n_all,
            planned_value=Money(self.planned, currency),
            earned_value=Money(self.earned, currency),
            actual_cost=Money(self.actual, currency),
            budget=Money(self.budget, currency),
            schedule_variance=Money(self.earned - self.planned, currency),
            cost_variance=Money(self.earned - self.actual, currency),
            schedule_index=float(self.earned / self.planned) if self.planned else None,
            cost_index=float(self.earned / self.actual) if self.actual else None,
        )


def _same_money(one: Money, other: Money | None) -> bool:
    return other is not None and (one.currency, one.price_year) == (other.currency, other.price_year)
