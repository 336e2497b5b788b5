"""``nanduti move``: every row arrives as it was, or the new databases are as empty as before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from nanduti.config import at_work, cli, databases, environment, moving, rows
from nanduti.foundation.models import Scope, User
from nanduti.foundation.storage import (
    DatabaseBehind,
    DatabaseInUse,
    DatabaseOfAnotherVersion,
    DatabaseTaken,
    RowRefused,
)
from nanduti.vault.keeping import open_rows
from nanduti.vault.models import IdentityField
from tests.support import example, templates

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "vault"])
NAMED = {"default": "--to", "vault": "--vault-to"}
_numbers = count(1)


@pytest.fixture
def new(tmp_path):
    """``new("postgresql")``: settings of two databases that were set up and are not used yet."""
    made: list[tuple[str, str]] = []

    def new(kind: str) -> dict[str, dict[str, Any]]:
        if kind == "sqlite":
            return {alias: files(tmp_path / f"new{next(_numbers)}", alias) for alias in NAMED}
        settings = {}
        for alias in NAMED:
            name = f"test_new_{alias}_{folder_of(tmp_path)}_{next(_numbers)}"
            templates.copy(connections[alias], templates.template_of(connections[alias]), name)
            made.append((alias, name))
            settings[alias] = {**connections[alias].settings_dict, "NAME": name}
        return settings

    yield new
    for alias, name in made:
        templates.drop(connections[alias], name)


def files(folder: Path, alias: str) -> dict[str, Any]:
    """A file of its own, set up already where a run on SQLite has set one up before; else moving will."""
    folder.mkdir(exist_ok=True)
    path, kept = folder / f"{alias}.sqlite3", templates.KEPT / templates.digest() / f"{alias}.sqlite3"
    if kept.exists():
        shutil.copy(kept, path)
    return environment.sqlite(path)


def folder_of(tmp_path) -> str:
    return "".join(c for c in tmp_path.parent.name if c.isalnum())


@contextmanager
def asked(to: dict[str, dict[str, Any]]) -> Iterator[None]:
    """Within it these are the databases of the test."""
    with moving.opened(to) as new, moving.in_place(new):
        yield


def move(to: dict[str, dict[str, Any]]) -> tuple[int, dict[str, int]]:
    said: dict[str, int] = {}
    n = moving.move(to=to, named=NAMED, say=said.__setitem__)
    return n, said


def everything() -> dict[str, list[list[Any]]]:
    """Every row of every table as its columns hold it; texts of JSON by what they mean."""
    found = {}
    for alias in NAMED:
        for model in moving.Way(alias, "", connections[alias], connections[alias]).models():
            at = [
                n
                for n, field in enumerate(model._meta.local_concrete_fields)
                if field.get_internal_type() == "JSONField"
            ]
            held = [list(row) for row in rows.read(model, connections[alias])]
            for row in held:
                for n in at:
                    row[n] = json.loads(row[n])
            found[model._meta.label] = held
    return found


def test_every_row_arrives_as_it_was_and_the_old_ones_stay(new):
    """There and, on PostgreSQL, back again: so both ways of writing hand on all that both ways of reading found."""
    with templates.world("example", example.load):
        before = everything()
        kept = IdentityField.objects.filter(is_current=True)[:5]
        names = open_rows(kept)
        there = new("sqlite")
        # Made while the run's own databases are those of the process: there they are made.
        back = new("postgresql") if connections["default"].vendor == "postgresql" else None
        n, said = move(there)
        assert everything() == before
        with asked(there):
            assert {connections[alias].vendor for alias in NAMED} == {"sqlite"}
            assert everything() == before
            if back is not None:
                move(back)
                with asked(back):
                    assert {connections[alias].vendor for alias in NAMED} == {"postgresql"}
                    assert everything() == before
                    assert open_rows(IdentityField.objects.filter(pk__in=[row.pk for row in kept])) == names
    assert n == sum(said.values()) == sum(map(len, before.values()))
    assert len(names) > 0 and said["register_person"] == len(before["register.Person"]) > 0


def test_a_number_that_was_given_out_is_given_out_to_nobody_else(new):
    """The vault names accounts by number: whoever comes later must not stand for one that was removed."""
    User.objects.create(username="stays")
    gone = User.objects.create(username="goes")
    number = gone.pk
    gone.delete()
    to = new(connections["default"].vendor)
    move(to)
    with asked(to):
        assert User.objects.create(username="comes later").pk > number


def test_a_table_that_never_held_anything_begins_with_one(new):
    before = Scope.objects.count()
    to = new(connections["default"].vendor)
    move(to)
    with asked(to):
        assert Scope.objects.count() == before
        assert Scope.objects.create(kind="programme", code="first").pk >= 1


def test_a_database_that_somebody_used_is_refused(new):
    to = new(connections["default"].vendor)
    with asked(to):
        databases.bring_up_to_date()
        User.objects.create(username="somebody")
    with pytest.raises(DatabaseTaken) as refused:
        move(to)
    assert refused.value.details == {"named": "--to", "table": "foundation_user"}


def test_so_is_one_that_holds_tables_of_others(new):
    to = new("sqlite")
    with asked(to), connections["vault"].cursor() as cursor:
        cursor.execute("CREATE TABLE recipes (id integer)")
    with pytest.raises(DatabaseTaken) as refused:
        move(to)
    assert refused.value.details == {"named": "--vault-to", "table": "recipes"}


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("name", ["too long " * 20, "with \0 inside"], ids=["long", "nul"])
def test_what_the_new_one_cannot_hold_is_named_and_nothing_is_moved(new, name):
    """SQLite keeps texts of any length."""
    small, to = new("sqlite"), new("postgresql")
    with asked(small):
        databases.bring_up_to_date()
        User.objects.create(username="plain")
        odd = User.objects.create(username=name)
        with pytest.raises(RowRefused) as refused:
            move(to)
        assert User.objects.count() == 2
        assert (refused.value.details["table"], refused.value.details["row"]) == ("foundation_user", odd.pk)
        assert name[:15] not in str(refused.value)
        with asked(to):
            assert not User.objects.exists()
        odd.delete()
        move(to)
        with asked(to):
            assert User.objects.get().username == "plain"


def test_one_that_waits_for_migrations_is_refused(new):
    from tests.foundation.test_databases import forget

    forget("default", "release")
    try:
        with pytest.raises(DatabaseBehind):
            move(new("sqlite"))
    finally:
        databases.call_command("migrate", "release", database="default", fake=True, verbosity=0)


def test_so_is_one_that_a_newer_version_has_changed(new):
    from django.db.migrations.recorder import MigrationRecorder

    later = MigrationRecorder(connections["default"]).migration_qs.create(app="release", name="9999_later")
    try:
        with pytest.raises(DatabaseOfAnotherVersion) as refused:
            move(new("sqlite"))
    finally:
        later.delete()
    assert refused.value.details["migration"] == "release.9999_later"


@pytest.mark.only_on("postgresql")
def test_others_that_are_connected_must_leave_first(new):
    import psycopg

    settings = connections["default"].settings_dict
    where = {"dbname": settings["NAME"], "user": settings["USER"], "host": settings["HOST"]}
    with closing(psycopg.connect(**where)), pytest.raises(DatabaseInUse):
        move(new("sqlite"))


def address(settings: dict[str, Any]) -> str:
    return f"sqlite://{settings['NAME']}"


def test_a_server_at_work_must_stop_first(tmp_path, settings, capsys, new):
    settings.HOME = tmp_path
    to = new("sqlite")
    order = ["move", "--to", address(to["default"]), "--vault-to", address(to["vault"])]
    at_work.say_so(tmp_path)
    try:
        assert cli.main(order) == 1
        assert "still at work" in capsys.readouterr().err
    finally:
        at_work.let_go()
    User.objects.create(username="mover")
    try:
        assert cli.main(order) == 0
    finally:
        at_work.let_go()
    assert "1  foundation_user" in capsys.readouterr().out
    with asked(to):
        assert User.objects.get().username == "mover"
