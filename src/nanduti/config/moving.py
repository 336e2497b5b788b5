"""From one pair of databases to another: every row of every room, and nothing is opened or sealed on the way.

Rows are read as their columns hold them, not as models: what is sealed stays under its seal, and what says when it
was changed goes on saying it. The old pair is only read, while nobody may write there; the new pair is written in one
transaction each, which ends when all rows have been counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.db.utils import ConnectionHandler, load_backend

from nanduti.foundation.storage import (
    DatabaseInUse,
    DatabaseTaken,
    RowsMissing,
)

from . import databases, rows, soundness

# What a database holds that was just set up; the rows of the old one come in their place.
SHIPPED = frozenset({"django_migrations", "django_content_type", "auth_permission", "vault_purpose"})

# Told of each table that has rows, once they are over: its name and how many.
Say = Callable[[str, int], None]


@dataclass(frozen=True)
class Way:
    """From which database to which, and what the new one is called in what we say."""

    alias: str
    named: str
    old: BaseDatabaseWrapper
    new: BaseDatabaseWrapper

    def models(self) -> list[type[Model]]:
        """Everything that has a table there, the tables between two models included."""
        everything = apps.get_models(include_auto_created=True)
        return [model for model in everything if router.allow_migrate_model(self.alias, model)]


def move(*, to: Mapping[str, dict[str, Any]], named: Mapping[str, str], say: Say) -> int:
    """Bring everything into empty databases; how many rows. What fails leaves them as empty as they were.

    Args:
        to: Django's settings of the new databases, by alias.
        named: what to call each of them in a refusal, by alias.
        say: hears how far it is.
    """
    for alias in to:
        # Only where it is of the version that runs here does a row mean the same in the new one.
        soundness.is_up_to_date(alias)
    with opened(to) as new:
        ways = [Way(alias, named[alias], connections[alias], new[alias]) for alias in to]
        for way in ways:
            _refuse_taken(way)
        with in_place(new):
            databases.bring_up_to_date()
        with ExitStack() as whole:
            for way in ways:
                whole.enter_context(_held(way))
                whole.enter_context(_written_as_a_whole(way.new))
            return sum(_move_rows(way, say) for way in ways)


# --- what must be true before


def _refuse_taken(way: Way) -> None:
    """What was moved must not mix with anything: the new database is empty, or set up and not used yet."""
    ours = {model._meta.db_table for model in way.models()} | SHIPPED
    with way.new.cursor() as cursor:
        for table in sorted(way.new.introspection.table_names(cursor)):
            if table not in ours:
                raise DatabaseTaken(named=way.named, table=table)
            if table not in SHIPPED and rows.has_any(table, way.new):
                raise DatabaseTaken(named=way.named, table=table)


@contextmanager
def _held(way: Way) -> Iterator[None]:
    """The old database as it is at this moment: nobody writes there until we are through."""
    # On SQLite a transaction of ours begins with the lock that writers take.
    with transaction.atomic(using=way.alias):
        if way.old.vendor == "postgresql":
            _hold_tables(way)
        yield


def _hold_tables(way: Way) -> None:
    with way.old.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        (n_others,) = cursor.fetchone()
        if n_others:
            raise DatabaseInUse(n=n_others)
        tables = ", ".join(way.old.ops.quote_name(model._meta.db_table) for model in way.models())
        cursor.execute(f"LOCK TABLE {tables} IN SHARE MODE")


# --- moving


def _move_rows(way: Way, say: Say) -> int:
    """Empty the tables of what was shipped, fill them, count, and let keys go on where they were."""
    with way.new.cursor() as cursor:
        for table in sorted(SHIPPED & {model._meta.db_table for model in way.models()}):
            cursor.execute(f"DELETE FROM {way.new.ops.quote_name(table)}")
    n_all = 0
    for model in way.models():
        rows.copy(model, way.old, way.new)
        n = rows.count(model, way.old)
        if rows.count(model, way.new) != n:
            raise RowsMissing(table=model._meta.db_table, n=n, n_there=rows.count(model, way.new))
        rows.carry_numbering(model, way.old, way.new)
        if n:
            say(model._meta.db_table, n)
        n_all += n
    way.new.check_constraints()  # now, while everything can still be taken back
    return n_all


@contextmanager
def _written_as_a_whole(new: BaseDatabaseWrapper) -> Iterator[None]:
    """What is written there within it stays once all of it is there, or not at all."""
    new.set_autocommit(False)
    try:
        yield
        new.commit()
    except BaseException:
        new.rollback()
        raise
    finally:
        new.set_autocommit(True)


# --- the new databases, beside the old ones and in their place


@contextmanager
def opened(to: Mapping[str, dict[str, Any]]) -> Iterator[dict[str, BaseDatabaseWrapper]]:
    """Connections with databases that are not those of this installation, by alias."""
    plain = {}
    for alias, settings in to.items():
        # Django keeps pools by alias: that of the old database would be taken for the new one.
        options = {name: value for name, value in settings.get("OPTIONS", {}).items() if name != "pool"}
        plain[alias] = {**settings, "OPTIONS": options}
    complete = ConnectionHandler({"default": {}, **plain}).settings
    new = {
        alias: load_backend(settings["ENGINE"]).DatabaseWrapper(complete[alias], alias)
        for alias, settings in plain.items()
    }
    try:
        yield new
    finally:
        for connection in new.values():
            connection.close()


@contextmanager
def in_place(new: Mapping[str, BaseDatabaseWrapper]) -> Iterator[None]:
    """Within it they are the databases of this process, to be set up or asked like any others."""
    before = {alias: connections[alias] for alias in new}
    try:
        for alias, connection in new.items():
            connections[alias] = connection
        yield
    finally:
        for alias, connection in before.items():
            connections[alias] = connection
