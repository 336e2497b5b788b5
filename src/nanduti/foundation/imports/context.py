"""What a loader works with: find what a row refers to, create or change what it describes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.utils.translation import gettext as _

from ..access import Access
from ..models import Scope, ScopeReach, SourceDocument
from .spec import Row, RowProblem

M = TypeVar("M", bound=models.Model)

# Above this many rows a table's keys are looked up one by one instead of being held in memory.
HELD_ROWS = 60_000
QUEUE_ROWS = 1_000


class LoadBroken(Exception):
    """The database refuses rows that were waiting to be written: the place of the first, and why. Loading ends."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place, self.problem = place, problem


class Change:
    """One record that the import creates or changes."""

    def __init__(self, instance: models.Model, kind: str, before: dict, after: dict, place: str) -> None:
        self.instance, self.kind, self.before, self.after, self.place = instance, kind, before, after, place


class Context:
    """The state of one import run. ``access=None`` means the operator of the installation, who may all."""

    def __init__(self, *, access: Access | None = None, by: Any = "import") -> None:
        self.access, self.by = access, by
        self.row = Row("", {})
        self.changes: list[Change] = []
        self.n_unchanged = 0
        # Of each kind of record the first two that rows stood for, new or not: whether there is more than one.
        self.named: dict[type[models.Model], list[models.Model]] = {}
        self.new_scopes: set[int] = set()
        self.after_commit: list[Callable[[], None]] = []
        self._queue: dict[type[models.Model], list[models.Model]] = {}
        self._held: dict[tuple, dict[tuple, models.Model] | None] = {}
        self._fresh: dict[tuple, dict[tuple, models.Model]] = {}
        self._made: set[int] = set()  # identities of objects that ``changes`` keeps alive
        self._sources: dict[str, SourceDocument] = {}

    # --- finding

    def find(self, model: type[M], column: str, value: Any, *, by: str = "code", **more: Any) -> M:
        """The record that a cell refers to; a missing one is a problem of that cell."""
        found = self.seek(model, **{by: value}, **more)
        if found is None:
            raise RowProblem(
                column,
                _("refers to “%(value)s”, and there is no such %(kind)s")
                % {"value": value, "kind": model._meta.verbose_name},
                _("Add it to its own table first, or correct the spelling."),
            )
        return found

    def find_if(self, model: type[M], column: str, value: Any, **more: Any) -> M | None:
        """As :meth:`find`; an empty cell is ``None``."""
        return self.find(model, column, value, **more) if value else None

    def seek(self, model: type[M], **key: Any) -> M | None:
        """The record with this key, among those stored and those of this import; ``None`` if there is none."""
        names = tuple(sorted(key))
        fresh = self._fresh_by(model, names).get(tuple(self._part(key[name]) for name in names))
        if fresh is not None:
            return fresh  # type: ignore[return-value]
        if any(isinstance(value, models.Model) and value.pk is None for value in key.values()):
            return None  # nothing stored can refer to a record that is not stored yet
        held = self._hold(model, names)
        if held is not None:
            return held.get(tuple(_plain(key[name]) for name in names))  # type: ignore[return-value]
        self.flush(model)
        return model._base_manager.filter(**key).first()

    def _fresh_by(self, model: type[models.Model], names: tuple[str, ...]) -> dict[tuple, models.Model]:
        """The records that this import has created, by these fields; references by the object itself.

        An object is the same before and after it is written, a number is not: so rows can refer to rows of the
        same import without each of them being written at once.
        """
        if (model, names) not in self._fresh:
            made = [c.instance for c in self.changes if c.kind == "created" and type(c.instance) is model]
            self._fresh[model, names] = {self._fresh_key(row, names): row for row in made}
        return self._fresh[model, names]

    def _fresh_key(self, instance: models.Model, names: tuple[str, ...]) -> tuple:
        fields = (instance._meta.get_field(name) for name in names)
        return tuple(
            self._part(getattr(instance, f.name))
            if f.is_relation and f.is_cached(instance)
            else f.value_from_object(instance)
            if f.is_relation
            else _plain(f.value_from_object(instance))
            for f in fields
        )

    def _part(self, value: Any) -> Any:
        """A part of a key: what this import has made by the object itself, all else as it compares."""
        return ("made", id(value)) if id(value) in self._made else _plain(value)

    def _hold(self, model: type[models.Model], names: tuple[str, ...]) -> dict[tuple, models.Model] | None:
        if (model, names) not in self._held:
            self.flush(model)
            rows = model._base_manager.all()
            small = rows.count() <= HELD_ROWS
            self._held[model, names] = {_key_of(row, names): row for row in rows} if small else None
        return self._held[model, names]

    def is_new(self, instance: models.Model) -> bool:
        """Whether this import has made the record."""
        return id(instance) in self._made

    # --- changing

    def upsert(
        self, model: type[M], *, key: dict[str, Any], values: dict[str, Any], sourced: bool = True
    ) -> M:
        """The record with this key, holding these values: created, changed, or left alone."""
        made = self._upsert(model, key, values, sourced)
        named = self.named.setdefault(model, [])
        if len(named) < 2 and made not in named:
            named.append(made)
        return made

    def _upsert(self, model: type[M], key: dict[str, Any], values: dict[str, Any], sourced: bool) -> M:
        values = {**values, **(self._source_values(model) if sourced else {})}
        found = self.seek(model, **key)
        if found is None:
            instance = model(**{**key, **values})
            self._check_rights(instance)
            self._validate(instance, set(key) | set(values))
            return self._create(instance)
        self._check_rights(found)
        if values.get("scope", getattr(found, "scope", None)) != getattr(found, "scope", None):
            self._check_scope(values["scope"])  # it would move there
        return self._change(found, {n: v for n, v in values.items() if n not in key})

    def _create(self, instance: M) -> M:
        model = type(instance)
        if self._refers_to_later_row(instance):
            self.flush()
        queue = self._queue.setdefault(model, [])
        queue.append(instance)
        self._made.add(id(instance))
        self._remember(instance)
        self.changes.append(Change(instance, "created", {}, {}, self.row.place))
        if len(queue) >= QUEUE_ROWS or isinstance(instance, Scope):
            self.flush()
        return instance

    def _refers_to_later_row(self, instance: models.Model) -> bool:
        """Whether the queue would write this row before a row that it refers to."""
        order = list(self._queue)
        mine = order.index(type(instance)) if type(instance) in order else len(order)
        for field in instance._meta.concrete_fields:
            value = field.is_relation and field.is_cached(instance) and getattr(instance, field.name)
            if value and value.pk is None and type(value) in order and order.index(type(value)) >= mine:
                return True
        return False

    def _change(self, found: M, values: dict[str, Any]) -> M:
        before = {name: _plain(getattr(found, name)) for name in values}
        old = {name: getattr(found, name) for name in values}
        for name, value in values.items():
            setattr(found, name, value)
        self._validate(found, set(values))
        changed = [name for name in values if before[name] != _plain(getattr(found, name))]
        if not changed:
            self.n_unchanged += 1
            return found
        if found.pk is None:
            place = next(c.place for c in self.changes if c.instance is found)
            for name, value in old.items():
                setattr(found, name, value)
            raise RowProblem(
                ", ".join(changed),
                _("says something else than %s about the same record") % place,
                _("Keep one of the two rows."),
            )
        self.flush()
        if hasattr(found, "version"):
            found.version += 1
        try:
            with transaction.atomic():
                found.save()
        except (IntegrityError, DataError):
            raise self._clash_of(found, ", ".join(changed)) from None
        self.changes.append(
            Change(
                found,
                "changed",
                {name: before[name] for name in changed},
                {name: _plain(getattr(found, name)) for name in changed},
                self.row.place,
            )
        )
        return found

    def _remember(self, instance: models.Model) -> None:
        for (model, names), fresh in self._fresh.items():
            if model is type(instance):
                fresh[self._fresh_key(instance, names)] = instance

    def flush(self, model: type[models.Model] | None = None) -> None:
        """Write what waits. Tables wait in the order of their first row, so that references exist."""
        if model is not None and not self._queue.get(model):
            return
        # The order of the tables is kept, so that a row goes on waiting behind the rows that it refers to.
        waiting, self._queue = self._queue, {kind: [] for kind in self._queue}
        for kind, instances in waiting.items():
            if not instances:
                continue
            try:
                with transaction.atomic():
                    kind._base_manager.bulk_create(instances, batch_size=500)
            except (IntegrityError, DataError):
                raise self._clash(instances) from None
            if kind is Scope:
                self.new_scopes.update(i.pk for i in instances)

    def _clash_of(self, found: models.Model, column: str) -> RowProblem:
        try:
            found.validate_constraints()
        except ValidationError as error:
            return RowProblem(column, " ".join(error.messages).rstrip("."), _("Correct the value."))
        return RowProblem(column, _("does not fit together with what is there"), _("Correct the value."))

    def _clash(self, instances: list[models.Model]) -> LoadBroken:
        """Which of the rows the database refuses, found by asking about each; only after it has refused them all."""
        places = {id(change.instance): change.place for change in self.changes}
        seen: set[tuple] = set()
        for instance in instances:
            try:
                instance.validate_constraints()
            except ValidationError as error:
                return LoadBroken(places[id(instance)], " ".join(error.messages).rstrip("."))
            for names in _unique_together(type(instance)):
                key = (names, *_key_of(instance, names))
                if key in seen:
                    return LoadBroken(places[id(instance)], _("stands twice: %s") % ", ".join(names))
                seen.add(key)
        return LoadBroken(self.row.place, _("does not fit together with what is there"))

    # --- checking

    def _validate(self, instance: models.Model, names: set[str]) -> None:
        for field in instance._meta.concrete_fields:
            if field.name not in names or field.is_relation:
                continue
            try:
                field.clean(getattr(instance, field.attname), instance)
            except ValidationError as error:
                raise RowProblem(
                    field.name, " ".join(error.messages).rstrip("."), _("Correct the value.")
                ) from None

    def _check_rights(self, instance: models.Model) -> None:
        if isinstance(instance, ScopeReach):
            # Who gains and who is reached into: both must be theirs, or an import could open any door.
            for scope in (instance.wide, instance.narrow):
                self._check_scope(scope)
        else:
            self._check_scope(getattr(instance, "scope", None))

    def _check_scope(self, scope: Scope | None) -> None:
        if self.access is None:
            return
        if scope is None:
            allowed = self.access.may("import")
        elif scope.pk is None or scope.pk in self.new_scopes:
            allowed = "administrator" in self.access.roles
        else:
            allowed = self.access.may("import", scope)
        if not allowed:
            raise RowProblem(
                "scope",
                _("belongs to a programme or cluster for which you may not import"),
                _("Ask its coordinator to import this row, or to give you the right."),
            )

    def _source_values(self, model: type[models.Model]) -> dict[str, Any]:
        if not any(f.name == "source_place" for f in model._meta.concrete_fields) or "source" not in self.row:
            return {}
        return {
            "source": self.find_if(SourceDocument, "source", self.row["source"]),
            "source_place": self.row["source_place"] or "",
        }


def _key_of(instance: models.Model, names: tuple[str, ...]) -> tuple:
    """The values of fields as keys compare them; references by number, without loading what they refer to."""
    return tuple(_plain(instance._meta.get_field(name).value_from_object(instance)) for name in names)


def _unique_together(model: type[models.Model]) -> list[tuple[str, ...]]:
    constraints = [c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
    alone = [(f.name,) for f in model._meta.concrete_fields if f.unique and not f.primary_key]
    return [tuple(c.fields) for c in constraints if c.fields and not c.condition] + alone


def _plain(value: Any) -> Any:
    """A value as JSON can keep it and as keys can be compared: references by identity or number."""
    if isinstance(value, models.Model):
        return value.pk if value.pk is not None else f"new:{id(value)}"
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
