"""When an activity was done against when it was planned: early, in time, late or overdue, by how many days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from nanduti.methods.values import Reason, counted, mark

from ._widths import first_days, last_days
from .dates import When
from .plan_lines import Against, Outcome, PlanLine
from .status import status_at

TimeState = Literal["early", "on_time", "late", "overdue", "not_due", "cancelled", "suspended", "unsaid"]
#: The states in which it is known when it was done, and so whether that was in time.
IN_TIME_OR_NOT = frozenset({"early", "on_time", "late"})

#: Reason code → sentence, for what :func:`status_at` does not say.
REASONS: dict[str, str] = {
    "suspended": mark("It was suspended."),
    "early": mark("It was done {done}, {days} days before {start}, its first planned day."),
    "early_by_one": mark("It was done {done}, one day before {start}, its first planned day."),
    "on_time": mark("It was done {done}, within its planned days from {start} to {last_day}."),
    "on_the_day": mark("It was done {done}, as planned."),
    "by_the_day": mark("It was done {done}, by {last_day} as planned."),
    "late": mark("It was done {done}, {days} days after {last_day}, its last planned day."),
    "late_by_one": mark("It was done {done}, one day after {last_day}, its last planned day."),
    "early_by_spans": mark(
        "It was done {done}: {days} days earlier than planned, from first day to first day."
    ),
    "late_by_spans": mark("It was done {done}: {days} days later than planned, from last day to last day."),
    "no_planned_end": mark("It was done {done}; the plan names no end."),
    "too_coarse": mark("It was done {done}, which may lie before, within or after its planned days."),
    "done_no_day": mark("It was reported as completed; the day is not known."),
    "one_date": mark(
        "Its list was reported as of {reported_on} and gives the date done; the date planned is not known."
    ),
    "late_wide": mark("The dates are not known to the day: it may be {least} to {most} days late."),
    "early_wide": mark("The dates are not known to the day: it may be {least} to {most} days early."),
    "between": mark(
        "The dates are not known to the day: it may be up to {early} early or up to {late} late."
    ),
    "late_at_most": mark("The dates are not known to the day: it may be up to {late} late."),
    "early_at_most": mark("The dates are not known to the day: it may be up to {early} early."),
    "late_at_least": mark("The dates are not known to the day: it may be {late} late or more."),
}
#: The same as reasons without details, made once for the many activities of which nothing is known.
BARE = {code: Reason(code, sentence) for code, sentence in REASONS.items()}
ON = mark("on {day}")
BY = mark("by {last}")
SPAN = mark("between {first} and {last}")


@dataclass(frozen=True)
class TimeVariance:
    """When it was done against when it was planned, at a day.

    Attributes:
        state: early (before the first planned day), on_time (within the interval), late (after its last day), overdue
            (past its last day and nothing reported), not_due, cancelled, suspended, or unsaid.
        reason: why, as a sentence.
        days: signed days: above 0 after the last planned day (late, overdue), below 0 before the first (early), 0
            within; ``None`` where the state has none. Of a completion known as an interval too, from last day to last
            day (early: from first to first), as a plan is moved.
        least, most: between which days the variance lies, since a coarse date hides on which of its days something was
            planned or done: least ≤ days ≤ most. Both equal ``days`` where both dates are known to the day. They may
            stand where ``days`` cannot be said; ``None`` on a side that nothing bounds.
        is_due: whether the last planned day lies before the day asked; ``None`` where that cannot be said.
        is_done: whether it counts as done by then, with or without a known day.
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

    @property
    def width(self) -> Reason | None:
        """What the precision of the dates leaves open, as a sentence; ``None`` where they leave nothing open."""
        least, most = self.least, self.most
        if least is None or least == most:
            return None
        if most is None:
            return _reason("late_at_least", late=_days(max(least, 0)))
        if least > 0:
            return _reason("late_wide", least=least, most=most)
        if most < 0:
            return _reason("early_wide", least=-most, most=-least)
        if not least:
            return _reason("late_at_most", late=_days(most))
        if not most:
            return _reason("early_at_most", early=_days(-least))
        return _reason("between", early=_days(-least), late=_days(most))


@dataclass(frozen=True)
class Done:
    """That an activity counts as done, and between which days; both ``None`` where the day is not known."""

    first: date | None
    last: date | None
    reason: Reason | None = None


def time_variance(
    line: PlanLine, outcome: Outcome, *, as_of: date, against: Against = "plan"
) -> TimeVariance:
    """When an activity was done against when it was planned, at the end of a day.

    A day that lies after ``as_of`` is not known yet and counts as nothing reported. Where the date of a list reports
    what happened, it is compared with an earlier state of the plan as an interval; with itself, nothing can be said.

    >>> from nanduti.methods.planning import parse_when
    >>> line, day = PlanLine("leather:15", when=parse_when("April 2009")), date(2011, 7, 31)
    >>> late = time_variance(line, Outcome(done_on=date(2009, 5, 2)), as_of=day)
    >>> late.state, late.days, (late.least, late.most)
    ('late', 2, (2, 31))
    >>> time_variance(line, Outcome(), as_of=day).state
    'overdue'
    >>> listed = Outcome(listed=parse_when("Jun-09"), reported_on=day)
    >>> late = time_variance(line, listed, as_of=day, against="baseline")
    >>> late.state, late.days, late.width.say()
    ('late', 61, 'The dates are not known to the day: it may be 32 to 90 days late.')
    """
    if outcome.state == "cancelled":
        return TimeVariance("cancelled", status_at(line.when, as_of=as_of, cancelled=True).reason)
    if outcome.state == "suspended":
        return TimeVariance("suspended", _reason("suspended"))
    done = done_by(outcome, as_of=as_of, against=against)
    if done is None:
        return _not_done(line, as_of)
    when = line.when
    if done.reason is not None:
        return TimeVariance("unsaid", done.reason, is_due=_is_due(when, done, as_of), is_done=True)
    if not isinstance(when, When):
        return TimeVariance("unsaid", status_at(when, as_of=as_of).reason, is_done=True)
    return _compared(when, done, as_of)


def done_by(outcome: Outcome, *, as_of: date, against: Against) -> Done | None:
    """Whether an activity counts as done by a day, and when; ``None`` where it does not.

    The rules are those of :func:`status_at`.
    """
    if outcome.state in {"cancelled", "suspended"}:
        return None
    if outcome.done_on is not None:
        known = outcome.done_on <= as_of
        return Done(outcome.done_on, outcome.done_on) if known else None
    if is_report(outcome) and outcome.listed.period.last_day <= as_of:  # type: ignore[union-attr,operator]
        if against == "plan":
            return Done(None, None, _reason("one_date", reported_on=outcome.reported_on))
        return Done(*last_days(outcome.listed))  # type: ignore[arg-type]
    return Done(None, None, _reason("done_no_day")) if outcome.state == "closed" else None


def is_report(outcome: Outcome) -> bool:
    """Whether the listed date says what happened: it ended by the status date of its list."""
    listed, reported_on = outcome.listed, outcome.reported_on
    if outcome.done_on is not None or reported_on is None or not isinstance(listed, When) or listed.is_open:
        return False
    return listed.period.last_day is not None and listed.period.last_day <= reported_on


def planned_when(line: PlanLine, outcome: Outcome, *, against: Against) -> When | None:
    """The planned interval, where one is known; ``None`` also where the plan's only date is the report of its list."""
    is_plan = against != "plan" or not is_report(outcome)
    return line.when if is_plan and isinstance(line.when, When) else None


def is_planned(line: PlanLine, outcome: Outcome, *, against: Against) -> bool:
    """Whether an activity is in the plan meant: not dropped, and not cancelled where the plan in force is meant."""
    return not line.is_dropped and not (against == "plan" and outcome.state == "cancelled")


def _not_done(line: PlanLine, as_of: date) -> TimeVariance:
    status = status_at(line.when, as_of=as_of)
    if not isinstance(line.when, When) or status.status == "unknown":
        return TimeVariance("unsaid", status.reason)
    if not status.is_late:
        return TimeVariance("not_due", status.reason, is_due=False)
    days = status.days_late
    most = _most_late(line.when, as_of)
    return TimeVariance("overdue", status.reason, days, days, most, is_due=True)


def _compared(when: When, done: Done, as_of: date) -> TimeVariance:
    start, last_day = when.period.start, when.period.last_day
    first, last = done.first, done.last
    due = _is_due(when, done, as_of)
    details = {"done": _said(done), "start": start, "last_day": last_day}
    least = None if first is None else _least_late(when, first)
    most = _most_late(when, last)  # type: ignore[arg-type]
    if start is not None and last is not None and last < start:
        early = (start - (first or last)).days
        reason = _counted(done, "early", early, **details)
        return TimeVariance("early", reason, -early, least, most, due, True)
    if last_day is None or when.is_open:
        return TimeVariance("unsaid", _reason("no_planned_end", **details), is_done=True)
    if first is not None and first > last_day:
        late = ((last or first) - last_day).days
        return TimeVariance("late", _counted(done, "late", late, **details), late, least, most, due, True)
    starts_within = start is None or (first is not None and first >= start)
    if starts_within and last is not None and last <= last_day:
        return TimeVariance("on_time", _in_time(when, details), 0, least, most, due, True)
    return TimeVariance("unsaid", _reason("too_coarse", **details), None, least, most, due, True)


def _least_late(when: When, day: date) -> int:
    """The least signed days by which a day may miss the plan: it began as late, and ended as late, as may be."""
    _, last_start = first_days(when)
    last_day = when.period.last_day
    if last_start is not None and day < last_start:
        return (day - last_start).days
    return (day - last_day).days if last_day is not None and day > last_day else 0


def _most_late(when: When, day: date) -> int | None:
    """The most: it began as early, and ended as early, as may be; ``None`` where nothing bounds that."""
    start = when.period.start
    earliest, last_day = last_days(when)
    if start is not None and day < start:
        return (day - start).days
    if earliest is None:
        return None if last_day is not None else 0
    return max(0, (day - earliest).days)


def _is_due(when: object, done: Done, as_of: date) -> bool | None:
    if not isinstance(when, When) or when.is_open or (done.reason and done.reason.code == "one_date"):
        return None
    last_day = when.period.last_day
    return None if last_day is None else last_day < as_of


def _in_time(when: When, details: dict[str, object]) -> Reason:
    if when.period.start is None:
        return _reason("by_the_day", **details)
    return _reason("on_the_day" if when.period.n_days == 1 else "on_time", **details)


def _said(done: Done) -> Reason:
    if done.first == done.last:
        return Reason("on", ON, {"day": done.last})
    if done.first is None:
        return Reason("by", BY, {"last": done.last})
    return Reason("span", SPAN, {"first": done.first, "last": done.last})


def _days(n: int) -> Reason:
    return Reason("days", counted(n, mark("one day"), mark("{n} days")), {"n": n})


def _counted(done: Done, code: str, days: int, /, **details: object) -> Reason:
    if done.first is not None and done.first != done.last:
        sentence = REASONS[f"{code}_by_spans"]
    else:
        sentence = counted(days, REASONS[f"{code}_by_one"], REASONS[code])
    return Reason(code, sentence, {**details, "days": days})


def _reason(code: str, **details: object) -> Reason:
    return Reason(code, REASONS[code], details) if details else BARE[code]
