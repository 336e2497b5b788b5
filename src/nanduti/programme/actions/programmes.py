"""Verbs of the programme as a whole: its rules and declarations, candidates, and what documents state."""

from __future__ import annotations

from datetime import datetime

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import save_edit
from nanduti.foundation.models import User

from ..errors import ReasonMissing
from ..models import Candidate, Programme, Statement


@action("programme.declare_principal")
def declare_principal(
    *,
    programme: Programme,
    principal: str,
    reason: str,
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Programme:
    """Say whose business interest comes first, the emerging or the advanced cluster's, and why."""
    if not reason.strip():
        raise ReasonMissing()
    fields = save_edit(programme, {"principal": principal}, version=version)
    note(subject=programme, principal=principal, override_reason=reason.strip(), fields=fields)
    return programme


@action("programme.set_rule")
def set_rule(
    *,
    programme: Programme,
    rule: str,
    setting: str,
    reason: str = "",
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Programme:
    """Let a rule refuse, warn, or be put aside in this programme, and keep why."""
    rules = {**programme.rules, rule: setting}
    note(
        subject=programme,
        why=reason.strip(),
        rule=rule,
        setting=setting,
        fields=save_edit(programme, {"rules": rules}, version=version),
    )
    return programme


@action("programme.judge_candidate")
def judge_candidate(
    *,
    candidate: Candidate,
    stage: str,
    reason: str,
    reason_es: str = "",
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Candidate:
    """Move a candidate along or drop it, with the reason."""
    values = {"stage": stage, "reason": reason, "reason_es": reason_es}
    note(subject=candidate, stage=stage, fields=save_edit(candidate, values, version=version))
    return candidate


@action("programme.settle_statement")
def settle_statement(
    *, statement: Statement, settled: str, reason: str, by: User | str, at: datetime | None = None
) -> Statement:
    """Decide what becomes of a contradiction: the record is right, the statement is, or both are, and why."""
    if not reason.strip():
        raise ReasonMissing()
    statement.settled, statement.settled_reason = settled, reason.strip()
    statement.settled_as = f"{at:%Y-%m-%d}" if at else ""
    statement.save(update_fields=["settled", "settled_reason", "settled_as", "changed_at"])
    note(subject=statement, settled=settled)
    return statement
