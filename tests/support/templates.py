"""Migrate once, copy often: each process of a run works on copies of databases that one process migrated.

Migrating takes ten seconds and a copy a tenth of one. SQLite's migrated files are kept in .cache for later runs,
until a migration or a pinned package changes; PostgreSQL's live as long as the server of the run.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".cache" / "test-databases"
# Database → tables that hold rows once it is migrated.
_kept: dict[str, set[str]] = {}


def use_copies(suffix: str) -> None:
    """Point every database of this process at a copy of its own."""
    from django.db import connections

    for connection in connections.all():
        if connection.vendor == "sqlite":
            name = str(Path(os.environ["NANDUTI_HOME"]) / f"{connection.alias}-{suffix}.sqlite3")
            copy_file(connection, name)
        else:
            name = f"test_{connection.alias}_{suffix}"
            copy_in_server(connection, name)
        connection.settings_dict["NAME"] = name
        _kept[connection.alias] = filled_tables(connection)


def copy_file(connection, name: str) -> None:
    with one_at_a_time(KEPT):
        template = KEPT / digest() / f"{connection.alias}.sqlite3"
        if not template.exists():
            for old in KEPT.iterdir():
                if old.is_dir() and old != template.parent:
                    shutil.rmtree(old)
            template.parent.mkdir(exist_ok=True)
            migrate(connection, f"{template}.new")
            os.replace(f"{template}.new", template)
        shutil.copy(template, name)


def copy_in_server(connection, name: str) -> None:
    template = f"template_{connection.alias}"
    with one_at_a_time(Path(os.environ["NANDUTI_HOME"])):
        if not exists(connection, template):
            migrate(connection, f"{template}_new")
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'ALTER DATABASE "{template}_new" RENAME TO "{template}"')
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


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


def exists(connection, name: str) -> bool:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cursor.fetchone() is not None


def migrate(connection, name: str) -> None:
    """Django's own way to make a test database; closed at once, since an open one cannot be copied."""
    connection.settings_dict["TEST"]["NAME"] = name
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        connection.close()


def digest() -> str:
    """Everything that decides what a migrated database holds."""
    found = hashlib.sha256(sys.version.encode())
    paths = [ROOT / "requirements/base.lock", *sorted((ROOT / "src/nanduti").rglob("migrations/*.py"))]
    for path in paths:
        found.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]


@contextlib.contextmanager
def one_at_a_time(folder: Path):
    """The first process migrates, the others wait for it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
