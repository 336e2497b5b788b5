"""The variances of a plan summed: only over activities for which both sides are known, and always with "n of N"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from nanduti.methods.values import Money, RuleSource, Share

from .plan_lines import Against, Outcome, PlanLine
from .variance import ActivityVariance

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
    """
    raise NotImplementedError


def earned_value(
    pairs: Iterable[tuple[PlanLine, Outcome]], *, as_of: date, against: Against = "plan"
) -> tuple[EarnedValue, ...]:
    """Earned value at a day, one answer for each currency of the planned costs.

    Left out, and so in ``n_all`` only: an activity without a planned cost or a planned last day, cancelled ones, and
    done ones whose cost in the end is unknown or in another currency.
    """
    raise NotImplementedError
