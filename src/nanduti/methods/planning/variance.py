"""By how much what happened to an activity differs from what was planned: in time, money, people and results.

A plan of activities names who does what by when, at whose cost, and what it is to move; a variance sets beside it what
became of it. Each of the five answers can fail on its own and then says why. Unknown is never zero: what nobody has
reported has no variance.

Which plan is meant is the caller's choice (the plan now in force, or the baseline as it was first agreed) and stands on
the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from nanduti.methods.values import Money, Reason, RuleSource

from .plan_lines import Against, Outcome, PlanLine, Target

SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", "step 6; step 8")
TimeState = Literal["early", "on_time", "late", "overdue", "not_due", "cancelled", "suspended", "unsaid"]
#: The states in which it is known when it was done, and so whether that was in time.
DONE = frozenset({"early", "on_time", "late"})


@dataclass(frozen=True)
class TimeVariance:
    """When it was done against when it was planned, at a day.

    Attributes:
        state: early (before the first planned day), on_time (within the interval), late (after its last day), overdue
            (past its last day and nothing reported), not_due, cancelled, suspended, or unsaid.
        days: signed days: above 0 after the last planned day (late, overdue), below 0 before the first (early), 0
            within; ``None`` where the state has none.
        least, most: between which days the variance lies, since a coarse date hides on which of its days something was
            planned or done: least ≤ days ≤ most. Both equal ``days`` where both dates are known to the day. They may
            stand where ``days`` cannot be said; ``None`` on a side that nothing bounds.
        is_due: whether the last planned day was over by the day asked; ``None`` where that cannot be said.
        is_done: whether it counts as done by then, with or without a known day.
        reason: why, as a sentence.
    """

    state: TimeState
    reason: Reason
    days: int | None = None
    least: int | None = None
    most: int | None = None
    is_due: bool | None = None
    is_done: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether the precision of a date leaves more than one number of days."""
        return self.least != self.most


@dataclass(frozen=True)
class MoneyVariance:
    """What was spent or given against what was planned, in one currency.

    Attributes:
        state: over, under, equal; so_far while the activity is not over; unsaid.
        planned, actual: the two sides, as known; ``None``: not known, or not one sum.
        difference: actual − planned; above 0 is more than planned. ``None`` where the state is so_far or unsaid.
        ratio: difference ÷ planned (0.1 = 10 % more); ``None`` too where the plan is zero.
        reason: why, as a sentence.
    """

    state: Literal["over", "under", "equal", "so_far", "unsaid"]
    reason: Reason
    planned: Money | None = None
    actual: Money | None = None
    difference: Money | None = None
    ratio: float | None = None


@dataclass(frozen=True)
class CountVariance:
    """How many came against how many were expected, in one unit.

    Attributes:
        state: more, fewer, equal; so_far while the activity is not over; unsaid.
        planned, actual, unit: the two sides and what they are counted in.
        difference: actual − planned; ``None`` where the state is so_far or unsaid.
        ratio: difference ÷ planned; ``None`` too where none was expected.
        reason: why, as a sentence.
    """

    state: Literal["more", "fewer", "equal", "so_far", "unsaid"]
    reason: Reason
    planned: int | None = None
    actual: int | None = None
    unit: str = ""
    difference: int | None = None
    ratio: float | None = None


@dataclass(frozen=True)
class TargetVariance:
    """What an indicator reached against its target.

    Attributes:
        state: met (as good as the target or better), missed, or unsaid.
        planned, actual: target and what was reached.
        difference: actual − planned, whichever way is better; ``None`` where a side is not known.
        ratio: difference ÷ \\|planned\\|; ``None`` too where the target is zero.
        reason: why, as a sentence.
    """

    state: Literal["met", "missed", "unsaid"]
    reason: Reason
    planned: float | None = None
    actual: float | None = None
    difference: float | None = None
    ratio: float | None = None


@dataclass(frozen=True)
class ActivityVariance:
    """All five variances of one activity, and against which plan they were taken.

    Attributes:
        key: names the activity.
        against: "plan": execution against the plan now in force; "baseline": against the plan as first agreed.
        as_of: the day at whose end it was asked.
        time, cost, local_share, participants, target: the five answers.
    """

    key: str
    against: Against
    as_of: date
    time: TimeVariance
    cost: MoneyVariance
    local_share: MoneyVariance
    participants: CountVariance
    target: TargetVariance


def time_variance(
    line: PlanLine, outcome: Outcome, *, as_of: date, against: Against = "plan"
) -> TimeVariance:
    """When an activity was done against when it was planned, at the end of a day.

    A day that lies after ``as_of`` is not known yet and counts as nothing reported. Where the date of a list reports
    what happened, it is compared with the baseline as an interval; against itself, nothing can be said.
    """
    raise NotImplementedError


def money_variance(
    planned: Money | None, actual: Money | None, *, is_over: bool = True, rate: Decimal | None = None
) -> MoneyVariance:
    """What was spent against what was planned.

    Args:
        planned, actual: the two sums; ``None``: not known.
        is_over: whether the activity is over, so that nothing more will be spent.
        rate: how many units of the currency of ``planned`` one unit of that of ``actual`` is worth, where somebody has
            stated it; without it two currencies cannot be compared.
    """
    raise NotImplementedError


def share_variance(
    promised: tuple[Money | None, ...], given: tuple[Money | None, ...], *, is_over: bool = True
) -> MoneyVariance:
    """What stakeholders gave against what they promised; nothing is said where one entry has no value."""
    raise NotImplementedError


def count_variance(
    planned: int | None, actual: int | None, *, unit: str, is_over: bool = True
) -> CountVariance:
    """How many came against how many were expected, both in one unit."""
    raise NotImplementedError


def target_variance(target: Target | None, reached: float | None) -> TargetVariance:
    """What was reached against a target, with its direction."""
    raise NotImplementedError


def activity_variance(
    line: PlanLine, outcome: Outcome, *, as_of: date, against: Against = "plan"
) -> ActivityVariance:
    """All variances of one activity at the end of a day.

    Args:
        line: what the plan says that is compared with: the plan in force, or the baseline.
        outcome: what became of it.
        as_of: the cut-off day.
        against: which of the two ``line`` is, said again on the answer.
    """
    raise NotImplementedError
