"""``nanduti check``: what is whole is said to be; what is lost, changed or sealed otherwise is named."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from django.conf import settings
from django.db import DatabaseError

from nanduti.config import checking, cli, soundness
from nanduti.foundation.files import keep_file
from nanduti.foundation.storage import DatabaseBehind
from nanduti.vault.models import Identity, IdentityField

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture(autouse=True)
def kept(example, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    return keep_file(scope=example.scope, name="minutes.pdf", content=b"what was agreed", by="test")


def bad() -> dict[str, list[str]]:
    """What was looked at and found wrong, with what is said of it."""
    return {looked.what: looked.troubles for looked in checking.look() if not looked.is_sound}


def test_what_is_whole_is_said_to_be(capsys):
    assert cli.main(["check"]) == 0
    said = capsys.readouterr().out
    assert "BAD" not in said and "Everything is whole." in said
    assert cli.main(["check", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["is_sound"] and found["last_deed"]
    n = {looked["what"]: looked["n"] for looked in found["looked"]}
    assert n["fields of identities that open"] == IdentityField.objects.count() > 20
    assert n["stored files as they were handed in"] >= 1


def test_nothing_that_was_opened_is_shown(capsys):
    cli.main(["check"])
    said = capsys.readouterr().out
    from nanduti.vault.keeping import open_rows

    names = {v for fields in open_rows(IdentityField.objects.all()).values() for v in fields.values()}
    assert not [name for name in names if len(name) > 6 and name in said]


def test_a_seal_that_does_not_open_is_named_by_pseudonym(capsys):
    row = IdentityField.objects.order_by("pk").first()
    touched = bytes(row.ciphertext)
    row.ciphertext = touched[:-1] + bytes([touched[-1] ^ 1])
    row.save()
    assert [said.split(":")[0] for said in bad()["fields of identities that open"]] == [
        f"{row.identity_id}, {row.field}"
    ]
    assert cli.main(["check"]) == 1
    assert "Something is wrong" in capsys.readouterr().out


def test_files_that_are_lost_or_changed_are_named(kept):
    what, name = "stored files as they were handed in", f"stored file {kept.pk}"
    path = settings.MEDIA_ROOT / kept.content.name
    path.write_bytes(b"what was denied")
    assert bad() == {what: [f"{name}: is not the file that was handed in"]}
    path.write_bytes(b"short")
    assert bad() == {what: [f"{name}: has 5 bytes and not 15"]}
    path.unlink()
    assert bad() == {what: [f"{name}: is not there"]}


def test_a_vault_of_another_moment_is_noticed():
    Identity.objects.create(pk="E-22222222", kind="organisation", kept_at="2026-01-01T00:00:00Z")
    (said,) = bad()["identities whose record is in the register"]
    assert said.startswith("E-22222222") and "same moment" in said


def test_only_a_few_are_named_and_all_counted():
    IdentityField.objects.update(ciphertext=b"")
    looked = next(one for one in checking.look() if one.what == "fields of identities that open")
    assert len(looked.troubles) == checking.NAMED < looked.n_troubles == looked.n


def test_the_look_goes_on_where_a_table_cannot_be_read(monkeypatch):
    def broken():
        raise DatabaseError("database disk image is malformed")

    monkeypatch.setattr(checking, "_answers", broken)
    found = list(checking.look())
    assert [looked.troubles for looked in found if not looked.is_sound] == [
        ["database disk image is malformed"]
    ]
    assert found[-1].what.startswith("pieces of background work")


def test_a_database_that_was_not_set_up_ends_the_look(monkeypatch):
    def behind():
        raise DatabaseBehind(database="default")

    monkeypatch.setattr(soundness, "look_at_databases", behind)
    (only,) = checking.look()
    assert "nanduti setup" in only.troubles[0]


@pytest.mark.only_on("sqlite")
def test_a_reference_that_leads_nowhere_is_named(tmp_path, monkeypatch):
    """As a copy that was put together from two has it."""
    path = tmp_path / "torn.sqlite3"
    with closing(sqlite3.connect(path)) as made:
        made.executescript(
            "CREATE TABLE firm (id INTEGER PRIMARY KEY);"
            "CREATE TABLE visit (id INTEGER PRIMARY KEY, firm_id INTEGER REFERENCES firm (id));"
            "INSERT INTO visit VALUES (7, 3);"
        )
    with closing(sqlite3.connect(path)) as torn:
        cursor = torn.cursor()
        looked = checking.inside(cursor, "torn.sqlite3")
    assert looked.troubles == ["visit, row 7: what it refers to in firm is not there"]
