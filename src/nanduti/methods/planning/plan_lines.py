"""What a plan says of one activity, and what became of it: the two sides of every variance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from nanduti.methods.values import BadInput, Money, Period, PersonError, mark
from nanduti.methods.values.guards import figure, one_of

from .dates import UnreadableDate, When, parse_when

#: Which way an indicator is to move; empty where nobody has said.
BETTER = ("more", "less", "")
#: What was reported of an activity; empty where nothing was.
STATES = ("", "closed", "cancelled", "suspended")
#: Which plan what happened is compared with: the one now in force, as first agreed, or as a later revision kept it.
Against = Literal["plan", "baseline", "revision"]


@dataclass(frozen=True)
class Target:
    """What an activity is to move, how far and which way.

    Attributes:
        value: what is aimed at, in the unit of the indicator.
        better: "more" where reaching more than the target is better, "less" where less is; empty: not said.
        indicator: code or words of the indicator, so that two targets are compared only where they are about one thing.
    """

    value: float
    better: str = "more"
    indicator: str = ""

    def __post_init__(self) -> None:
        figure(self.value, "the target")
        one_of(self.better, BETTER, "which way is better")


@dataclass(frozen=True)
class PlanLine:
    """What a plan says of one activity: as it is in force, or as a revision has kept it.

    Attributes:
        key: names the activity, the same in every revision of a plan.
        label: its words.
        when: its planned interval as understood, the error that its text gave, or ``None`` where it has no date.
        cost: what it is to cost; ``None``: nobody has said, which is not zero.
        local_share: what stakeholders of the cluster promised to it, one entry each; ``None`` for one without a value.
            Empty where nothing is known to be promised.
        n_participants: how many are to come, in ``unit``.
        unit: what they are counted in ("persons", "firms", "institutions"); empty: not said.
        owner: who answers for it; empty: nobody is named.
        payer: who pays; empty: nobody is named.
        target: what it is to move.
        is_dropped: whether it is out of the plan by then, and kept in sight.
    """

    key: str
    label: str = ""
    when: When | PersonError | None = None
    cost: Money | None = None
    local_share: tuple[Money | None, ...] = ()
    n_participants: int | None = None
    unit: str = ""
    owner: str = ""
    payer: str = ""
    target: Target | None = None
    is_dropped: bool = False

    def __post_init__(self) -> None:
        for money in (self.cost, *self.local_share):
            _not_negative(money, self.key)
        _whole(self.n_participants, self.key)


@dataclass(frozen=True)
class Outcome:
    """What became of an activity, as far as anybody has reported.

    Attributes:
        done_on: the day on which it was done.
        state: "closed" (done, whether or not the day is known), "cancelled" or "suspended"; empty: nothing reported.
        reported_on: the status date of the list it stands in: an activity whose listed date ended by then counts as
            done as reported, see :func:`status_at`. ``None`` where the plan is kept from day to day.
        listed: the date that such a list gives, which is then what happened and not what was planned.
        spent: what it cost (so far, if it is not over); ``None``: nobody has said, which is not zero.
        local_given: what stakeholders of the cluster gave, one entry each; ``None`` for one without a value.
        came: unit → how many came; a unit that is not named is not known.
        reached: what the indicator of its target stands at.
    """

    done_on: date | None = None
    state: str = ""
    reported_on: date | None = None
    listed: When | PersonError | None = None
    spent: Money | None = None
    local_given: tuple[Money | None, ...] = ()
    came: Mapping[str, int] = field(default_factory=dict)
    reached: float | None = None

    def __post_init__(self) -> None:
        one_of(self.state, STATES, "what was reported")
        for money in (self.spent, *self.local_given):
            _not_negative(money, "")
        for n in self.came.values():
            _whole(n, "")
        if self.reached is not None:
            figure(self.reached, "what was reached")


def stored_when(
    start: date | None,
    end: date | None,
    precision: str,
    *,
    text: str = "",
    day_first: bool | None = None,
) -> When | PersonError | None:
    """A date that was understood before and kept in columns, without reading its text again.

    Args:
        start: the first day; ``None``: open.
        end: the day after the last; ``None``: open.
        precision: the unit; "open" for what is going on, "unreadable" for a text that gave an error (which is read
            once more, for its reason), empty where there is no text.
        text: the text, as it was written.
        day_first: as for :func:`parse_when`.

    >>> when = stored_when(date(2009, 5, 1), date(2009, 6, 1), "month", text="May-09")
    >>> str(when.period.last_day), when.precision
    ('2009-05-31', 'month')
    >>> stored_when(None, None, "") is None
    True
    """
    if not precision:
        return None
    if precision == "unreadable":
        try:
            return parse_when(text, day_first=day_first)
        except UnreadableDate as error:
            return error
    if precision == "open":
        return When(Period(start, None), "mixed", True, (), text)
    return When(Period(start, end), precision, False, (), text)  # type: ignore[arg-type]


def _not_negative(money: Money | None, key: str) -> None:
    if money is not None and money.amount < 0:
        raise BadInput(
            place=f"{key} {money.amount} {money.currency}".strip(),
            problem=mark("is negative"),
            remedy=mark("Enter zero or more."),
        )


def _whole(n: int | None, key: str) -> None:
    if n is not None and (isinstance(n, bool) or not isinstance(n, int) or n < 0):
        raise BadInput(
            place=f"{key} {n!r}".strip(),
            problem=mark("is not a number of participants"),
            remedy=mark("Enter zero or more."),
        )
