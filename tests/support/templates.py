"""Migrate once, copy often: each process of a run works on copies of databases that one process migrated.

Migrating takes twenty seconds and a copy a tenth of one. SQLite's migrated files are kept in .cache for later runs,
until a migration or a pinned package changes; PostgreSQL's live as long as the server of the run. With several
processes a further one migrates while they still read the tests:

    python -m tests.support.templates

What many tests begin with and takes seconds to load (an example, say) is a :func:`world`: loaded once in a run, by
whichever process needs it first, and copied for the others.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".cache" / "test-databases"
# Database → tables that hold rows once it is migrated.
_kept: dict[str, set[str]] = {}
_numbers = count(1)


def home() -> Path:
    """The folder of this run."""
    return Path(os.environ["NANDUTI_HOME"])


# --- migrated databases


def use_copies(suffix: str) -> None:
    """Point every database of this process at a copy of its own."""
    from django.db import connections

    make_templates()
    for connection in connections.all():
        name = named(connection, f"{connection.alias}_{suffix}")
        copy(connection, template_of(connection), name)
        connection.settings_dict["NAME"] = name
        _kept[connection.alias] = filled_tables(connection)


def make_templates() -> None:
    """Migrate, unless that was done: on SQLite by an earlier run, on PostgreSQL by another process of this one."""
    from django.db import connections

    for connection in connections.all():
        template = template_of(connection)
        is_file = connection.vendor == "sqlite"
        with one_at_a_time(KEPT if is_file else home()):
            if is_there(connection, template):
                continue
            if is_file:
                remove_outdated()
            migrate(connection, f"{template}_new")
            rename(connection, f"{template}_new", template)


def template_of(connection) -> str:
    """The migrated database that others are copied from."""
    if connection.vendor == "sqlite":
        return str(KEPT / digest() / f"{connection.alias}.sqlite3")
    return f"template_{connection.alias}"


def migrate(connection, name: str) -> None:
    """Make a database as ``nanduti setup`` does; closed at once, since an open one cannot be copied."""
    from django.core.management import call_command

    drop(connection, name)  # of a process that was killed on the way
    if connection.vendor != "sqlite":
        order(connection, f'CREATE DATABASE "{name}"')
    with pointing_at({connection.alias: name}):
        only = ["vault"] if connection.alias == "vault" else []
        call_command("migrate", *only, database=connection.alias, verbosity=0, interactive=False)


def remove_outdated() -> None:
    """Take away what was made by other migrations."""
    for old in KEPT.iterdir():
        if old.is_dir() and old.name != digest():
            shutil.rmtree(old)
    (KEPT / digest()).mkdir(exist_ok=True)


@cache
def digest() -> str:
    """Everything that decides what a migrated database holds."""
    found = hashlib.sha256(sys.version.encode() + Path(__file__).read_bytes())
    paths = [ROOT / "requirements/base.lock", *sorted((ROOT / "src/nanduti").rglob("migrations/*.py"))]
    for path in paths:
        found.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]


# --- loaded databases


@contextlib.contextmanager
def world(name: str, load: Callable[[], None]) -> Iterator[None]:
    """Within it every database of this process is a copy, its own, of those that ``load`` wrote into.

    What is done to the copies goes with them, so a test may commit; afterwards the databases are those of before.
    ``load`` is called outside any transaction, once in a run for each name.
    """
    from django.db import connections

    loaded = {one.alias: named(one, f"world_{name}_{one.alias}") for one in connections.all()}
    number = next(_numbers)  # a name of its own, for what is kept in memory is kept by the database's name
    own = {one.alias: beside(one, f"_{name}_{number}") for one in connections.all()}
    with one_at_a_time(home() / f"world-{name}"):
        if not all(is_there(connections[alias], kept) for alias, kept in loaded.items()):
            make_world(loaded, load)
    for alias, kept in loaded.items():
        copy(connections[alias], kept, own[alias])
    with pointing_at(own):
        yield
    for alias, used in own.items():
        drop(connections[alias], used)


def make_world(loaded: dict[str, str], load: Callable[[], None]) -> None:
    """Load into new databases; they get their names once all is in, for the process may be killed on the way."""
    from django.db import connections

    made = {alias: f"{name}_new" for alias, name in loaded.items()}
    for alias, new in made.items():
        drop(connections[alias], new)
        copy(connections[alias], template_of(connections[alias]), new)
    with pointing_at(made):
        load()
    for alias, new in made.items():
        drop(connections[alias], loaded[alias])
        rename(connections[alias], new, loaded[alias])


@contextlib.contextmanager
def pointing_at(names: dict[str, str]) -> Iterator[None]:
    """Within it the databases of this process are these."""
    from django.db import connections

    before = {alias: connections[alias].settings_dict["NAME"] for alias in names}
    try:
        _point_at(names)
        yield
    finally:
        _point_at(before)


def _point_at(names: dict[str, str]) -> None:
    from django.db import connections

    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


# --- files and databases of a server


def named(connection, name: str) -> str:
    """A database of this run by a short name: a file in its folder, or one of its server."""
    return str(home() / f"{name}.sqlite3") if connection.vendor == "sqlite" else f"test_{name}"


def beside(connection, ending: str) -> str:
    """A name of its own for a further database of this process."""
    name = str(connection.settings_dict["NAME"])
    return (
        f"{name.removesuffix('.sqlite3')}{ending}.sqlite3"
        if connection.vendor == "sqlite"
        else f"{name}{ending}"
    )


def is_there(connection, name: str) -> bool:
    if connection.vendor == "sqlite":
        return Path(name).exists()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def copy(connection, old: str, new: str) -> None:
    """Nobody may be connected with the one that is copied; where somebody copies it just now, wait."""
    if connection.vendor == "sqlite":
        shutil.copy(old, new)
    else:
        with one_at_a_time(home()):
            order(connection, f'CREATE DATABASE "{new}" TEMPLATE "{old}"')


def rename(connection, old: str, new: str) -> None:
    if connection.vendor == "sqlite":
        os.replace(old, new)
    else:
        order(connection, f'ALTER DATABASE "{old}" RENAME TO "{new}"')


def drop(connection, name: str) -> None:
    if connection.vendor == "sqlite":
        for ending in ("", "-wal", "-shm"):
            Path(f"{name}{ending}").unlink(missing_ok=True)
    else:
        order(connection, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def order(connection, statement: str) -> None:
    """Have the server do something about databases, within none of them."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


# --- after a test


def empty(connection) -> None:
    """After a test with transactions of its own: take its rows away, and leave those that migrations wrote.

    Django's flush empties every table, filled or not, then writes content types and permissions anew; that
    takes longer than most tests. It also takes away what migrations wrote, which no installation ever lacks.
    """
    from django.db import transaction

    filled = filled_tables(connection) - _kept[connection.alias]
    whole = transaction.atomic(using=connection.alias)
    with connection.constraint_checks_disabled(), whole, connection.cursor() as cursor:
        for table in filled:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def filled_tables(connection) -> set[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    questions = [
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"
        for table in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(questions))
        return {table for (table,) in cursor.fetchall()}


@contextlib.contextmanager
def one_at_a_time(folder: Path):
    """The first process does it, the others wait for it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    import django

    django.setup()
    make_templates()
