"""Databases are brought up to date: missing migrations are applied, and otherwise next to nothing is done."""

from __future__ import annotations

import pytest
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from nanduti.config import databases
from nanduti.vault.models import Purpose

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def migrated(monkeypatch) -> list[tuple]:
    """What the command was called with."""
    called: list[tuple] = []
    monkeypatch.setattr(
        databases, "call_command", lambda *what, **how: called.append((*what, how["database"]))
    )
    return called


def forget(database: str, room: str) -> None:
    rows = MigrationRecorder(connections[database]).migration_qs.filter(app=room)
    rows.filter(pk=rows.order_by("-pk").first().pk).delete()


def test_what_is_up_to_date_is_not_migrated_but_has_what_rooms_ship(migrated):
    Purpose.objects.all().delete()
    databases.bring_up_to_date()
    assert migrated == [] and Purpose.objects.exists()


def test_a_migration_that_is_missing_is_applied(migrated):
    forget("default", "release")
    databases.bring_up_to_date()
    assert migrated == [("migrate", "default")]


def test_the_vault_waits_for_its_own_migrations_alone(migrated):
    MigrationRecorder(connections["vault"]).migration_qs.exclude(app="vault").delete()
    databases.bring_up_to_date()
    assert migrated == []
    forget("vault", "vault")
    databases.bring_up_to_date()
    assert migrated == [("migrate", "vault", "vault")]


def test_files_of_a_database_are_closed_to_other_users_of_the_machine(tmp_path):
    made = [tmp_path / name for name in ("nanduti.sqlite3", "nanduti.sqlite3-wal")]
    for path in made:
        path.touch()
        path.chmod(0o664)
    databases.keep_private(made[0])
    assert [path.stat().st_mode & 0o777 for path in made] == [0o660, 0o660], "a group keeps what it may"
    assert not (tmp_path / "nanduti.sqlite3-shm").exists(), "nothing is made"


def test_what_is_handed_in_is_closed_to_other_users_of_the_machine(tmp_path, settings):
    from django.core.files.base import ContentFile
    from django.core.files.storage import FileSystemStorage

    storage = FileSystemStorage(location=tmp_path)
    kept = tmp_path / storage.save("ab/abcdef", ContentFile(b"minutes"))
    assert not kept.stat().st_mode & 0o007
    assert not kept.parent.stat().st_mode & 0o007
