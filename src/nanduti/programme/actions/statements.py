"""What documents say of records: written down, corrected, taken back. Data quality holds it against the records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit, take_back
from nanduti.foundation.models import Scope, User

from ..models import Programme, Statement


@action("programme.keep_statement", once=True)
def keep_statement(
    *,
    programme: Programme,
    scope: Scope,
    subject_kind: str,
    subject: str,
    values: dict[str, Any],
    by: User | str,
    at: datetime | None = None,
) -> Statement:
    """Write down what a document says of a record, beside what the record says itself."""
    hold(programme)
    taken = set(Statement._base_manager.filter(programme=programme).values_list("code", flat=True))
    code = next(c for c in (f"s{n}" for n in range(len(taken) + 1, 10**6)) if c not in taken)
    row = Statement.objects.create(
        programme=programme, scope=scope, code=code, subject_kind=subject_kind, subject=subject, **values
    )
    note(subject=row, about=subject, attribute=row.attribute)
    return row


@action("programme.edit_statement")
def edit_statement(
    *, statement: Statement, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Statement:
    """Correct what a document says; a contradiction that was settled over other words is open again."""
    if any(values[name] != getattr(statement, name) for name in ("attribute", "value_text", "unit")):
        values = values | {"settled": "", "settled_reason": "", "settled_as": ""}
    note(subject=statement, fields=save_edit(statement, values, version=version))
    return statement


@action("programme.take_back_statement")
def take_back_statement(
    *, record: Statement, reason: str, version: int, by: User | str, at: datetime | None = None
) -> Statement:
    """Take back a statement that was written down by mistake; the deed keeps what it said, and why it went."""
    take_back(record, version=version, reason=reason)
    return record
