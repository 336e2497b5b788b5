"""Planned and happened in words, for the tables and the pictures alike."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from nanduti.interface import words
from nanduti.methods import planning

from .. import variance

# How the states of the arithmetic are told on a page, and which of them make one number at its top.
STATES = {
    "early": pgettext_lazy("variance", "early"),
    "on_time": pgettext_lazy("variance", "in time"),
    "late": pgettext_lazy("variance", "done late"),
    "overdue": pgettext_lazy("variance", "overdue"),
    "not_due": pgettext_lazy("variance", "not yet due"),
    "cancelled": pgettext_lazy("variance", "cancelled"),
    "suspended": pgettext_lazy("variance", "suspended"),
    "unsaid": pgettext_lazy("variance", "cannot be said"),
}
MARKS = {"early": "done", "on_time": "done", "late": "late", "overdue": "overdue"}


def planned_in_words(when: Any) -> str:
    """A planned date, or why there is none."""
    if isinstance(when, planning.When):
        return words.interval(when)
    return _("no date") if when is None else _("no date that can be understood")


def time_in_words(one: variance.Detail) -> str:
    """State and days: "done late, 12 days", or "done late, at least 1 day" where the day done is not known."""
    days = days_in_words(one)
    return f"{STATES[one.said.time.state]}, {days}" if days else str(STATES[one.said.time.state])


def days_in_words(one: variance.Detail) -> str:
    """By how many days it was early or late, from the planned interval to the day on which it was done."""
    told = one.said.time
    if told.state not in {"early", "late", "overdue"} or not told.days:
        return ""
    n = abs(told.days)
    if told.state != "overdue" and one.side.outcome.done_on is None:
        # Known to a month only: from last day to last day.
        said = ngettext("about %(n)s day", "about %(n)s days", n)
    else:
        said = ngettext("%(n)s day", "%(n)s days", n)
    return said % {"n": words.number(n)}
