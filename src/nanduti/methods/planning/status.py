"""What an activity's date text makes of its status at a cut-off day.

The annexes of the India–Italy programme are headed with a status date (July 2011) and give one date per
activity. Such a list reports: what lies before its own date is taken as done, what lies after is planned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from nanduti.methods.values import Period, PersonError, Reason, counted, mark

from .dates import EndBeforeStart, UnreadableDate, When

Status = Literal["pipeline", "implementation", "closed", "cancelled", "unknown"]

#: Reason code → sentence.
REASONS: dict[str, str] = {
    "cancelled": mark("It was cancelled."),
    "completed": mark("It was reported as completed."),
    "completed_on": mark("It was reported as completed on {day}."),
    "reported_done": mark(
        "It ended by {last_day}, which is not after the status date {reported_on} of its list."
    ),
    "not_started": mark("It starts on {start}, after {as_of}."),
    "under_way": mark("{as_of} lies between its first day {start} and its last day {last_day}."),
    "deadline_ahead": mark("It is to end by {last_day}; when it starts is not said."),
    "going_on": mark("It is said to be going on."),
    "going_on_since": mark("It is said to be going on since {start}."),
    "overdue": mark(
        "It was to end by {last_day}, {days} days before {as_of}, and no completion is reported."
    ),
    "overdue_by_one": mark(
        "It was to end by {last_day}, one day before {as_of}, and no completion is reported."
    ),
    "no_end": mark("It was to start after {start}; no end and no completion is known."),
    "no_date": mark("It has no date."),
    "unreadable": mark("Its date “{text}” cannot be read: {why}."),
    "backward": mark("Its date “{text}” ends on {last_day}, before it starts on {first_day}."),
    "refused": mark("Its date “{text}” cannot be used."),
}


@dataclass(frozen=True)
class ActivityStatus:
    """Status at a day, whether late, and why.

    ``status`` follows the activity status list of IATI (pipeline, implementation, closed, cancelled), with
    ``unknown`` where the date does not say.
    """

    status: Status
    is_late: bool
    reason: Reason
    days_late: int | None = None


def status_at(
    when: When | PersonError | None,
    *,
    as_of: date,
    reported_on: date | None = None,
    completed: bool | date | None = None,
    cancelled: bool | date = False,
) -> ActivityStatus:
    """The status of an activity at the end of a day.

    Args:
        when: its date as understood, the error it gave, or ``None`` if it has none.
        as_of: the cut-off day; the status is that at the end of this day.
        reported_on: the status date of the list it stands in. A date that ended by then counts as completed
            as reported; a later one is planned. Without it every date is a plan.
        completed: a completion report: the day, ``True`` (day unknown), or ``False`` for "was not done",
            which overrides the list. ``None``: nothing was reported beside the list.
        cancelled: whether it was cancelled, or on which day.

    >>> from nanduti.methods.planning import parse_when
    >>> july = date(2011, 7, 31)
    >>> status_at(parse_when("Jun-09"), as_of=july, reported_on=july).status
    'closed'
    >>> status_at(parse_when("Nov-11"), as_of=july, reported_on=july).status
    'pipeline'
    >>> late = status_at(parse_when("Nov-11"), as_of=date(2012, 1, 15), reported_on=july)
    >>> late.status, late.is_late, late.days_late
    ('implementation', True, 46)
    """
    if cancelled is True or (isinstance(cancelled, date) and cancelled <= as_of):
        return _said("cancelled", "cancelled")
    if completed is True:
        return _said("closed", "completed")
    if isinstance(completed, date) and completed <= as_of:
        return _said("closed", "completed_on", day=completed)
    if not isinstance(when, When):
        return _without_date(when)
    if when.is_open:
        return _open(when, as_of)
    trust_list = None if completed is False or isinstance(completed, date) else reported_on
    return _dated(when.period, as_of, trust_list)


def _said(status: Status, code: str, **details: object) -> ActivityStatus:
    return ActivityStatus(status, False, Reason(code, REASONS[code], details))


def _without_date(when: PersonError | None) -> ActivityStatus:
    if when is None or (isinstance(when, UnreadableDate) and when.reason == "empty"):
        return _said("unknown", "no_date")
    details = when.details
    if isinstance(when, EndBeforeStart):
        days = {"last_day": details["last_day"], "first_day": details["first_day"]}
        return _said("unknown", "backward", text=details["text"], **days)
    if "problem_template" not in details:
        return _said("unknown", "refused", text=details.get("text", ""))
    return _said(
        "unknown",
        "unreadable",
        text=details["text"],
        why=details["problem"],
        # So that whoever shows the reason can say it in another language.
        why_template=details["problem_template"],
        why_details=details["problem_details"],
    )


def _open(when: When, as_of: date) -> ActivityStatus:
    if when.start is None:
        return _said("implementation", "going_on")
    if when.start > as_of:
        return _said("pipeline", "not_started", start=when.start, as_of=as_of)
    return _said("implementation", "going_on_since", start=when.start)


def _dated(period: Period, as_of: date, reported_on: date | None) -> ActivityStatus:
    start, last_day = period.start, period.last_day
    if start is not None and start > as_of:
        return _said("pipeline", "not_started", start=start, as_of=as_of)
    if last_day is None:
        return _said("unknown", "no_end", start=start)
    if reported_on is not None and last_day <= min(reported_on, as_of):
        return _said("closed", "reported_done", last_day=last_day, reported_on=reported_on)
    if last_day < as_of:
        return _overdue(last_day, as_of)
    if start is None:
        return _said("implementation", "deadline_ahead", last_day=last_day)
    return _said("implementation", "under_way", as_of=as_of, start=start, last_day=last_day)


def _overdue(last_day: date, as_of: date) -> ActivityStatus:
    days = (as_of - last_day).days
    details = {"last_day": last_day, "days": days, "as_of": as_of}
    sentence = counted(days, REASONS["overdue_by_one"], REASONS["overdue"])
    return ActivityStatus("implementation", True, Reason("overdue", sentence, details), days)
