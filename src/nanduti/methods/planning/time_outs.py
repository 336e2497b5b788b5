"""Scheduled time-outs: pauses for a review in depth, set beside elections and other turns of policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, flag, mark, no, yes

SOURCE = RuleSource("Lowe (2003), Overcoming the Challenges of Cooperation", "case lessons, (iii)")


def time_out_verdict(
    as_of: date,
    *,
    scheduled: Sequence[date],
    held: Sequence[date] = (),
    turns: Sequence[date] = (),
    on_hold: bool = False,
    tolerance_days: int = 30,
    window_days: int = 180,
) -> Verdict:
    """Whether the programme may go on, or a review is due first.

    The source ties time-outs to elections and political shifts and knows a programme put on hold until a
    solution was found; the day counts are Nanduti's proposal.

    Args:
        as_of: the day of the question.
        scheduled, held: days on which reviews were planned and were held.
        turns: days of elections or changes of government or board.
        on_hold: whether a review decided to pause the programme until something is solved.
        tolerance_days: how late a review may be held and still answer for its schedule.
        window_days: within how many days of a turn, before or after, a review should lie.

    Returns:
        no while on hold; flag for a review that is overdue or a turn without a review; else yes.

    >>> v = time_out_verdict(date(2003, 9, 1), scheduled=[date(2003, 6, 1)], turns=[date(2003, 7, 6)])
    >>> v.decision, [r.code for r in v.reasons]
    ('flag', ['overdue', 'turn_unreviewed'])
    """
    if tolerance_days < 0 or window_days < 0:
        raise BadInput(place="the day counts", problem="are negative", remedy="Use zero or more days.")
    if on_hold:
        sentence = mark("A review has put the programme on hold.")
        return no(
            Reason("on_hold", sentence),
            source=SOURCE,
            remedy=mark("Record what was solved, then lift the hold."),
        )
    past = sorted(day for day in held if day <= as_of)
    reasons = _overdue(as_of, scheduled, past, tolerance_days) + _unreviewed(as_of, turns, past, window_days)
    if reasons:
        return flag(
            *reasons, source=SOURCE, remedy=mark("Hold a review in depth and record what it changes.")
        )
    return yes(Reason("reviewed", mark("No review is due.")), source=SOURCE)


def hold_verdict(
    start: date | None, end: date | None, *, on_hold_since: date | None, lifted_on: date | None = None
) -> Verdict:
    """Whether something may take place while a programme is, or was, on hold.

    Args:
        start, end: its first day and the day after its last; ``None`` where not known or open.
        on_hold_since: the day of the review that put the programme on hold; ``None``: it never was.
        lifted_on: the first day on which work went on; ``None``: not yet.

    Returns:
        no for what would begin during the hold or could (its days are not known); flag for what began before and
        would run on into it; else yes.

    >>> hold_verdict(date(2010, 5, 1), None, on_hold_since=date(2010, 3, 1)).decision
    'no'
    >>> hold_verdict(date(2010, 5, 1), None, on_hold_since=date(2010, 3, 1), lifted_on=date(2010, 4, 1)).decision
    'yes'
    """
    over = lifted_on is not None and start is not None and start >= lifted_on
    before = on_hold_since is not None and end is not None and end <= on_hold_since
    if on_hold_since is None or over or before:
        return yes(Reason("no_hold", mark("No hold stands in its way.")), source=SOURCE)
    details = {"day": on_hold_since}
    if start is not None and start < on_hold_since:
        text = mark("It would run on into the hold that began on {day}.")
        return flag(Reason("runs_into_hold", text, details), source=SOURCE)
    text = mark("A review put the programme on hold on {day}.")
    remedy = mark("Record what was solved and lift the hold, or let it begin afterwards.")
    return no(Reason("on_hold", text, details), source=SOURCE, remedy=remedy)


def _overdue(as_of: date, scheduled: Sequence[date], held: list[date], tolerance_days: int) -> list[Reason]:
    """Each held review answers for one scheduled day, in order."""
    slack = timedelta(days=tolerance_days)
    free, missing = list(held), []
    for day in sorted(scheduled):
        match = next((h for h in free if abs(h - day) <= slack), None)
        if match is not None:
            free.remove(match)
        elif day + slack < as_of:
            missing.append(day)
    sentence = mark("The review of {day} has not been held.")
    return [Reason("overdue", sentence, {"day": day}) for day in missing]


def _unreviewed(as_of: date, turns: Sequence[date], held: list[date], window_days: int) -> list[Reason]:
    window = timedelta(days=window_days)
    sentence = mark("No review stands within {days} days of the turn of {day}.")
    near = [day for day in sorted(turns) if abs(day - as_of) <= window or day < as_of]
    return [
        Reason("turn_unreviewed", sentence, {"days": window_days, "day": day})
        for day in near
        if not any(abs(h - day) <= window for h in held)
    ]
