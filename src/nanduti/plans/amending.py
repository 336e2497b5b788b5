"""Verbs that put right what was written down: who took part, how a vision is worded, what was a mistake altogether."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, require_free, save_edit, take_back
from nanduti.foundation.models import User
from nanduti.programme.rules import obey

from . import agents, visions
from .errors import MoreThanASlip
from .models import ActionPlan, Contribution, Milestone, Participation, Vision

# What must stay for a correction to be one: this share of the words, or of the letters where the text is short enough
# that one wrong word is many. Ours: a cautious reading of "slip of the pen", for no source draws the line.
WORDS_STAY, LETTERS_STAY, SHORT = 0.7, 0.85, 300

Mistaken = Participation | Contribution | Milestone


@action("plans.edit_participation")
def edit_participation(
    *,
    participation: Participation,
    values: dict[str, Any],
    version: int,
    override_reason: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Participation:
    """Correct who took part, or how many; the agent is not the one who provides here either."""
    require_free(participation)
    judged = ("role", "organisation")
    if any(values[name] != getattr(participation, name) for name in judged):
        activity = participation.activity
        verdict = agents.participation_verdict(
            activity=activity, role=values["role"], organisation=values["organisation"]
        )
        obey(activity.plan.programme, agents.RULE, verdict, override_reason)
    note(subject=participation, fields=save_edit(participation, values, version=version))
    return participation


@action("plans.edit_plan")
def edit_plan(
    *, plan: ActionPlan, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> ActionPlan:
    """Correct what a plan is called; its code stays, since addresses and citations name it."""
    note(subject=plan, fields=save_edit(plan, values, version=version))
    return plan


@action("plans.take_back")
def take_back_record(
    *, record: Mistaken, reason: str, version: int, by: User | str, at: datetime | None = None
) -> Mistaken:
    """Take back what was written down of a plan by mistake; the deed keeps what it said openly, and why it went."""
    take_back(record, version=version, reason=reason)
    return record


@action("plans.correct_wording")
def correct_wording(
    *,
    vision: Vision,
    values: dict[str, str],
    reason: str,
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Vision:
    """Correct a slip in how a vision is worded: the stakeholders meant this, so it is no other vision.

    ``values``: ``text`` and ``text_es``. Each row that confirmed the same wording says the same from now on; the deed
    keeps both wordings and the reason.

    Raises:
        MoreThanASlip: so much differs that the stakeholders have to agree on it.
        EditedMeanwhile: somebody was faster.
    """
    hold(vision.programme)
    former = {name: getattr(vision, name) for name in values}
    for name, text in values.items():
        if former[name] and not is_slip(former[name], text):
            raise MoreThanASlip()
    rows = [row for row in visions.same_wording(vision) if row.pk != vision.pk]
    fields = save_edit(vision, values, version=version)
    for row in rows:
        save_edit(row, values, version=row.version)
    note(subject=vision, fields=fields, reason=reason.strip(), n_rows=1 + len(rows))
    note(**{f"before_{name}": former[name] for name in fields})
    return vision


def is_slip(before: str, after: str) -> bool:
    """Whether another wording says the same with a slip put right: most of it stays, in its order.

    >>> is_slip("Leather that sels in Europe", "Leather that sells in Europe")
    True
    >>> is_slip("Leather that sells in Europe", "A clean river by 2015")
    False
    """
    if _stays(before.split(), after.split()) >= WORDS_STAY:
        return True
    return max(len(before), len(after)) <= SHORT and _stays(before, after) >= LETTERS_STAY


def _stays(before: Sequence[str], after: Sequence[str]) -> float:
    return difflib.SequenceMatcher(None, before, after, autojunk=False).ratio()
