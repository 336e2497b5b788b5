"""Verbs of funding conditions and of the division of labour."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.models import User
from nanduti.methods.values import Money

from .. import codes
from ..errors import LaidDownAlready, ReasonMissing, SeenLater
from ..models import DivisionOfLabour, FundingCondition, Programme

# What was seen was seen of the condition as it stood: another text or other records ask anew.
ASKS_ANEW = {"condition", "condition_es", "opens", "funder"}
UNSEEN = {"is_verified": None, "verified_on": None, "verified_note": "", "verified_by": None}


@action("programme.lay_down_condition", once=True)
def lay_down_condition(
    *, programme: Programme, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> FundingCondition:
    """Write down who pays which share, and what must be kept in return."""
    hold(programme)
    taken = set(FundingCondition._base_manager.filter(programme=programme).values_list("code", flat=True))
    stem = slugify(values.get("condition") or str(values["funder"]))[:40].strip("-") or "condition"
    code = next(c for c in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if c not in taken)
    row = FundingCondition.objects.create(programme=programme, scope=programme.scope, code=code, **values)
    note(subject=row, funder=row.funder.pseudonym)
    return row


@action("programme.edit_condition")
def edit_condition(
    *,
    condition: FundingCondition,
    values: dict[str, Any],
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> FundingCondition:
    """Correct a condition; where it asks for something else, what was seen of it before counts no more."""
    changed = {name for name in ASKS_ANEW & set(values) if getattr(condition, name) != values[name]}
    if changed and condition.is_verified is not None:
        values = {**values, **UNSEEN}
    note(subject=condition, fields=save_edit(condition, values, version=version))
    return condition


@action("programme.see_condition")
def see_condition(
    *,
    condition: FundingCondition,
    is_kept: bool,
    seen_on: date | None,
    what: str,
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> FundingCondition:
    """Write down that somebody looked whether a condition is kept: on which day (else today), and what was seen."""
    today = timezone.localdate(at) if at else timezone.localdate()
    if not what.strip():
        raise ReasonMissing()
    if seen_on and seen_on > today:
        raise SeenLater(day=seen_on)
    values = {
        "is_verified": is_kept,
        "verified_on": seen_on or today,
        "verified_note": what.strip(),
        "verified_by": by if isinstance(by, User) else None,
    }
    note(subject=condition, is_kept=is_kept, fields=save_edit(condition, values, version=version))
    return condition


@action("programme.set_start_cost")
def set_start_cost(
    *, programme: Programme, cost: Money | None, version: int, by: User | str, at: datetime | None = None
) -> Programme:
    """Say what the start of the programme costs: the whole that the funders' shares are parts of."""
    values = {"start_cost": cost.amount if cost else None, "start_currency": cost.currency if cost else ""}
    note(subject=programme, fields=save_edit(programme, values, version=version))
    return programme


@action("programme.divide_labour", once=True)
def divide_labour(
    *, programme: Programme, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> DivisionOfLabour:
    """Lay down whether a kind of institution may do a task, and why."""
    hold(programme)
    _refuse_second(programme, values)
    row = DivisionOfLabour.objects.create(programme=programme, scope=programme.scope, **values)
    note(subject=row, institution=row.institution_kind, task=row.task_code, verdict=row.verdict)
    return row


@action("programme.edit_labour")
def edit_labour(
    *,
    line: DivisionOfLabour,
    values: dict[str, Any],
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> DivisionOfLabour:
    """Correct a line of the division of labour."""
    hold(line.programme)
    _refuse_second(line.programme, values, besides=line)
    note(subject=line, fields=save_edit(line, values, version=version))
    return line


def _refuse_second(
    programme: Programme, values: dict[str, Any], besides: DivisionOfLabour | None = None
) -> None:
    """One line for a kind of institution and a task, in its code as in its words."""
    rows = DivisionOfLabour._base_manager.filter(
        programme=programme, institution_kind=values["institution_kind"]
    ).exclude(pk=besides.pk if besides else None)
    by_code = rows.exclude(task_code="").filter(task_code=values["task_code"])
    if by_code.exists() or rows.filter(task=values["task"]).exists():
        kind = codes.said(codes.INSTITUTIONS, values["institution_kind"])
        raise LaidDownAlready(institution=kind, task=values["task"])
