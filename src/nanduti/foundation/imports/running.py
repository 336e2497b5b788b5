"""Preview, import and undo: whole or not at all."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import scopes_disabled

from ..access import Access
from ..audit import action, note
from ..errors import ImportRefused, UndoRefused
from ..models import ImportBatch, ImportChange, Scope, User
from .context import Change, Context, LoadBroken, _plain
from .reading import Sheet
from .spec import TABLES, Row, RowProblem, Table

KEPT_ERRORS = 500
KEPT_CHANGES = 300
KEPT_AT_ONCE = 5_000

Say = Callable[[int, int, str], None]


def _silence(done: int, total: int, message: str) -> None:
    return None


def digest_of(sheets: Iterable[Sheet]) -> str:
    """The same rows give the same digest, whatever file they came in."""
    seen = hashlib.sha256()
    for sheet in sorted(sheets, key=lambda s: (s.table, s.file)):
        seen.update(repr((sheet.table, sheet.header, sheet.rows)).encode())
    return seen.hexdigest()


class _Undone(Exception):
    """Leaves the transaction of a preview without keeping anything."""


def preview_sheets(
    sheets: list[Sheet], *, access: Access | None, by: User | str, say: Say = _silence
) -> dict[str, Any]:
    """What an import would change, found by doing it and taking it back."""
    report: dict[str, Any] = {}
    try:
        with transaction.atomic(), transaction.atomic(using="vault"):
            run = _load(sheets, access=access, by=by, say=say)
            report = run.report()
            raise _Undone
    except _Undone:
        return report


@action("foundation.import_tables", using="vault")
def import_sheets(
    *,
    sheets: list[Sheet],
    name: str,
    access: Access | None,
    by: User | str,
    at: datetime | None = None,
    scope: Scope | None = None,
    say: Say = _silence,
    batch: ImportBatch | None = None,
) -> ImportBatch:
    """Import all rows of all sheets, or none: any error raises :class:`ImportRefused` with the whole report."""
    run = _load(sheets, access=access, by=by, say=say)
    report = run.report()
    if report["errors"]:
        first = report["errors"][0]
        raise ImportRefused(
            n_errors=report["n_errors"],
            first=f"{', '.join(filter(None, [first['place'], first['column']]))}: {first['problem']}.",
            report=report,
        )
    batch = batch or ImportBatch(scope=scope, name=name, by=by if isinstance(by, User) else None)
    batch.digest, batch.state = digest_of(sheets), ImportBatch.State.DONE
    fill_report(batch, report)
    batch.save()
    _keep_changes(batch, run.context.changes)
    note(subject=batch, scope=scope, created=batch.n_created, changed=batch.n_changed)
    return batch


def fill_report(batch: ImportBatch, report: dict[str, Any]) -> None:
    """Put what an import (or its preview) did into its record."""
    batch.tables = report["tables"]
    batch.report = {**batch.report, "changes": report["changes"], "errors": report["errors"]}
    batch.n_created, batch.n_changed = report["n_created"], report["n_changed"]
    batch.n_unchanged, batch.n_errors = report["n_unchanged"], report["n_errors"]


class _Run:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.errors: list[dict[str, Any]] = []
        self.n_errors = 0
        self.tables: dict[str, Counter[str]] = {}

    def fail(self, place: str, table: str, problem: RowProblem) -> None:
        self.n_errors += 1
        if len(self.errors) < KEPT_ERRORS:
            self.errors.append(
                {
                    "place": place,
                    "table": table,
                    "column": problem.column,
                    "problem": problem.problem,
                    "remedy": problem.remedy,
                }
            )

    def report(self) -> dict[str, Any]:
        kinds = Counter(change.kind for change in self.context.changes)
        return {
            "tables": {name: dict(counts) for name, counts in self.tables.items()},
            "n_created": kinds["created"],
            "n_changed": kinds["changed"],
            "n_unchanged": self.context.n_unchanged,
            "n_errors": self.n_errors,
            "errors": self.errors,
            "changes": [_say_change(c) for c in self.context.changes[:KEPT_CHANGES]],
        }


def _say_change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "record": str(change.instance._meta.verbose_name),
        "place": change.place,
        "fields": {name: [change.before[name], change.after[name]] for name in change.after},
    }


def _load(sheets: list[Sheet], *, access: Access | None, by: User | str, say: Say) -> _Run:
    context = Context(access=access, by=by)
    run = _Run(context)
    total = sum(len(sheet.rows) for sheet in sheets)
    done = 0
    with scopes_disabled():
        try:
            for sheet in sorted(sheets, key=lambda s: (TABLES[s.table].order, s.table, s.file)):
                _load_sheet(run, sheet, lambda n, start=done, sheet=sheet: say(start + n, total, sheet.table))
                done += len(sheet.rows)
            if not run.n_errors:
                context.flush()
        except LoadBroken as broken:
            run.fail(broken.place, "", RowProblem("", broken.problem, _("Correct the value.")))
        for finish in context.after_commit:
            transaction.on_commit(finish)
    say(total, total, "")
    return run


def _load_sheet(run: _Run, sheet: Sheet, say: Callable[[int], None]) -> None:
    table = TABLES[sheet.table]
    seen: dict[tuple, int] = {}
    counts = run.tables.setdefault(table.name, Counter())
    for position, (number, raw) in enumerate(sheet.rows):
        place = f"{sheet.file}, {_('row')} {number}"
        n_changes, n_unchanged = len(run.context.changes), run.context.n_unchanged
        try:
            row = _clean(run, table, place, raw)
            if row is None:
                continue
            _refuse_double(table, row, seen, number)
            run.context.row = row
            table.load(row, run.context)
        except RowProblem as problem:
            run.fail(place, table.name, problem)
        new = run.context.changes[n_changes:]
        counts["rows"] += 1
        counts["created"] += sum(c.kind == "created" for c in new)
        counts["changed"] += sum(c.kind == "changed" for c in new)
        counts["unchanged"] += run.context.n_unchanged - n_unchanged
        if position % 200 == 0:
            say(position)


def _clean(run: _Run, table: Table, place: str, raw: dict[str, str]) -> Row | None:
    values, is_clean = {}, True
    for column in table.columns:
        try:
            values[column.name] = column.read(raw.get(column.name) or "")
        except RowProblem as problem:
            is_clean = False
            run.fail(place, table.name, problem)
    return Row(place, values) if is_clean else None


def _refuse_double(table: Table, row: Row, seen: dict[tuple, int], number: int) -> None:
    if not table.key:
        return
    key = tuple(str(row[name]) for name in table.key)
    if key in seen:
        raise RowProblem(
            ", ".join(table.key),
            _("“%(value)s” stands already in row %(row)d") % {"value": " / ".join(key), "row": seen[key]},
            _("Keep one of the two rows, or give one of them another code."),
        )
    seen[key] = number


def _keep_changes(batch: ImportBatch, changes: list[Change]) -> None:
    """Write down each change; in pieces, so that a large import does not stand in memory a second time."""
    for first in range(0, len(changes), KEPT_AT_ONCE):
        rows = [
            ImportChange(
                batch=batch,
                position=position,
                model=change.instance._meta.label_lower,
                record_id=change.instance.pk,
                kind=change.kind,
                place=change.place[:120],
                before=change.before,
                after=change.after or _snapshot(change.instance),
            )
            for position, change in enumerate(changes[first : first + KEPT_AT_ONCE], start=first)
        ]
        ImportChange.objects.bulk_create(rows, batch_size=500)


def _snapshot(instance: models.Model) -> dict[str, Any]:
    skipped = {"id", "created_at", "changed_at"}
    return {
        f.name: _plain(f.value_from_object(instance))
        for f in instance._meta.concrete_fields
        if f.name not in skipped
    }


# --- undo


@action("foundation.undo_import", using="vault")
def undo_import(*, batch: ImportBatch, by: User | str, at: datetime | None = None) -> ImportBatch:
    """Take an import back as a whole: created records go, changed ones get their old values.

    Refuses, naming the first record, where something was changed or came to depend on them afterwards.
    """
    with scopes_disabled():
        won = ImportBatch.objects.filter(pk=batch.pk, state=ImportBatch.State.DONE).update(
            state=ImportBatch.State.UNDONE, undone_at=at or timezone.now()
        )
        if not won:
            raise UndoRefused(n=0, first=_("it has been undone already"))
        changes = list(batch.changes.order_by("-position"))
        _restore([c for c in changes if c.kind == ImportChange.Kind.CHANGED])
        _remove([c for c in changes if c.kind == ImportChange.Kind.CREATED])
    batch.refresh_from_db()
    return batch


def _restore(changes: list[ImportChange]) -> None:
    for change in changes:
        model = apps.get_model(change.model)
        instance = model._base_manager.filter(pk=change.record_id).first()
        if instance is None or any(
            _plain(_field(model, name).value_from_object(instance)) != value
            for name, value in change.after.items()
        ):
            raise UndoRefused(n=1, first=f"{model._meta.verbose_name} ({change.place})")
        for name, value in change.before.items():
            field = _field(model, name)
            setattr(instance, field.attname, value if field.is_relation else field.to_python(value))
        if hasattr(instance, "version"):
            instance.version += 1
        instance.save()


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _remove(changes: list[ImportChange]) -> None:
    """Delete created records in chunks of one model, last created first."""
    created = {(c.model, c.record_id) for c in changes}
    place = {(c.model, c.record_id): c.place for c in changes}
    for chunk in _chunks(changes):
        model = apps.get_model(chunk[0].model)
        rows = list(model._base_manager.filter(pk__in=[c.record_id for c in chunk]))
        expected = {c.record_id: c.after for c in chunk}
        for row in rows:
            if _touched(row, expected[row.pk]):
                raise UndoRefused(n=1, first=f"{model._meta.verbose_name} ({place[chunk[0].model, row.pk]})")
        collector = Collector(using="default")
        try:
            collector.collect(rows)
        except (ProtectedError, RestrictedError) as error:
            blocking = next(iter(getattr(error, "protected_objects", None) or error.restricted_objects))
            raise UndoRefused(n=1, first=f"{blocking._meta.verbose_name} #{blocking.pk}") from None
        # What needs no look at each row waits in querysets of its own.
        for found in (*collector.data.values(), *collector.fast_deletes):
            for instance in found:
                if (instance._meta.label_lower, instance.pk) not in created:
                    raise UndoRefused(n=1, first=f"{instance._meta.verbose_name} #{instance.pk}")
        collector.delete()


def _touched(row: models.Model, after: dict[str, Any]) -> bool:
    return any(_plain(_field(type(row), n).value_from_object(row)) != v for n, v in after.items())


def _chunks(changes: list[ImportChange], size: int = 500) -> Iterable[list[ImportChange]]:
    chunk: list[ImportChange] = []
    for change in changes:
        if chunk and (change.model != chunk[0].model or len(chunk) >= size):
            yield chunk
            chunk = []
        chunk.append(change)
    if chunk:
        yield chunk
