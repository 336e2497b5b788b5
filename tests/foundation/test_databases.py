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
