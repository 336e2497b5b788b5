"""The shared vision of a cluster: whether it is time to look at it again, and what serves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from nanduti.methods.values import BadInput, Reason, RuleSource, Share, Verdict, counted, flag, mark, yes

from ._date_atoms import months_later

SOURCE = RuleSource("UNIDO cluster development training kit, module Implementation", "box 4")


def revalidation_due(agreed_last_day: date | None, every_months: int | None) -> date | None:
    """The day on which a vision is to be looked at again; ``None`` where no interval or no day is known.

    Args:
        agreed_last_day: the last day on which it may have been agreed ("2009": 31 December 2009), so that nobody is
            called late who may not be.
        every_months: the interval that the people who agreed it have set, in months; ``None``: none was set.

    >>> revalidation_due(date(2009, 1, 31), 13)
    datetime.date(2010, 2, 28)
    """
    if every_months is not None and not 1 <= every_months <= 600:
        raise BadInput(
            place=f"{every_months} months", problem="is not an interval", remedy="Use 1 to 600 months."
        )
    if agreed_last_day is None or every_months is None:
        return None
    if agreed_last_day.year + every_months // 12 + 1 >= date.max.year:
        return date.max
    month = months_later(agreed_last_day.replace(day=1), every_months)
    last = months_later(month, 1) - timedelta(days=1)
    return month.replace(day=min(agreed_last_day.day, last.day))


def vision_verdict(agreed_last_day: date | None, every_months: int | None, *, on: date) -> Verdict:
    """Whether the vision is to be looked at again by a day.

    The source asks for it "from time to time" and names no interval; without one that the programme has set, nothing
    is ever due.

    Returns:
        yes (in time, or no interval set), flag (due, or its age cannot be said).

    >>> vision_verdict(date(2009, 6, 30), 12, on=date(2010, 6, 29)).decision
    'yes'
    >>> vision_verdict(date(2009, 6, 30), 12, on=date(2010, 6, 30)).say()
    'The vision was to be looked at again by 2010-06-30. (UNIDO cluster development training kit, module Implementation, box 4)'
    """  # noqa: E501
    if agreed_last_day is None:
        return flag(
            Reason("no_date", mark("No day is written down on which the vision was agreed.")),
            source=SOURCE,
            remedy=mark("Ask who was there, or agree it anew and write the day down."),
        )
    due = revalidation_due(agreed_last_day, every_months)
    if due is None:
        sentence = mark("Nothing says when the vision is to be looked at again.")
        return yes(Reason("no_interval", sentence), source=SOURCE)
    if on >= due:
        return flag(
            Reason("due", mark("The vision was to be looked at again by {due}."), {"due": due}),
            source=SOURCE,
            remedy=mark("Bring the stakeholders together: does it still hold, and what do they want first?"),
        )
    return yes(
        Reason("in_time", mark("The vision is to be looked at again by {due}."), {"due": due}), source=SOURCE
    )


@dataclass(frozen=True)
class VisionFocus:
    """How much of what is done serves a priority of the vision; ``None`` and the reason where it cannot be said."""

    share: Share | None
    n_unlinked: int
    reason: Reason


def vision_focus(
    n_activities: int, n_linked: int, *, has_vision: bool = True, has_priorities: bool = True
) -> VisionFocus:
    """The share of activities that serve a priority of the vision.

    The principle ("resources should be focused on the development priorities agreed upon") is the source's, the
    measure Nanduti's.

    Args:
        n_activities: those that were not cancelled.
        n_linked: those among them that serve a priority of the vision that holds.
        has_vision: whether a vision holds; without one there is nothing to serve.
        has_priorities: whether anybody has said what its priorities are; until then nothing can be counted as none.

    >>> vision_focus(20, 15).share, vision_focus(20, 15).n_unlinked
    (Share(0.75), 5)
    >>> vision_focus(20, 0, has_vision=False).share is None
    True
    """
    if not 0 <= n_linked <= n_activities:
        raise BadInput(
            place=f"{n_linked} of {n_activities} activities",
            problem="is not a part of a whole",
            remedy="Count the part within the whole.",
        )
    if not has_vision:
        return VisionFocus(None, n_activities, Reason("no_vision", mark("No vision is written down.")))
    if not has_priorities and not n_linked:
        said = mark("Nobody has said yet which objectives are priorities of the vision.")
        return VisionFocus(None, n_activities, Reason("no_priorities", said))
    if not n_activities:
        return VisionFocus(None, 0, Reason("nothing_planned", mark("No activity is planned.")))
    sentence = counted(
        n_linked,
        mark("{part} of {whole} activities serves a priority of the vision."),
        mark("{part} of {whole} activities serve a priority of the vision."),
    )
    return VisionFocus(
        Share(n_linked / n_activities),
        n_activities - n_linked,
        Reason("focus", sentence, {"part": n_linked, "whole": n_activities}),
    )
