"""What an operator gets wrong is said in a sentence with a remedy, before anything is half done."""

from __future__ import annotations

import errno
import os
import sqlite3

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, connections
from django.test import Client
from django.utils import timezone

from nanduti.config import cli, commands, environment, reaching, soundness
from nanduti.foundation import storage
from nanduti.vault import crypto
from nanduti.vault.errors import VaultClosed
from nanduti.vault.keeping import Keeper
from nanduti.vault.models import Identity
from tests.foundation.test_databases import forget

not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
DATABASES = pytest.mark.django_db(databases=["default", "vault"])


# --- the folder and what lies in it


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NANDUTI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_new_home_is_nobody_elses(folder):
    assert environment.home() == folder
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_home_that_is_a_file(folder):
    folder.write_text("")
    with pytest.raises(SystemExit, match=r"it is a file.*NANDUTI_HOME"):
        environment.home()


@not_as_root
def test_a_home_that_may_not_be_written(folder):
    folder.mkdir(mode=0o500)
    with pytest.raises(SystemExit, match="may not write"):
        environment.home()


def test_a_key_is_made_once_and_read_afterwards(folder, monkeypatch):
    monkeypatch.delenv("NANDUTI_VAULT_KEYS", raising=False)
    made = environment.secret("NANDUTI_VAULT_KEYS", "vault.key")
    assert made == environment.secret("NANDUTI_VAULT_KEYS", "vault.key") and len(made) >= crypto.SHORTEST_KEY
    assert (folder / "vault.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "is empty"), (b"\xff\xfe", "holds no text")], ids=["empty", "binary"]
)
def test_a_key_that_was_damaged_is_not_replaced(folder, monkeypatch, content, said):
    monkeypatch.delenv("NANDUTI_VAULT_KEYS", raising=False)
    monkeypatch.setattr(environment.time, "sleep", lambda _seconds: None)
    environment.home()
    (folder / "vault.key").write_bytes(content)
    with pytest.raises(SystemExit, match=said):
        environment.secret("NANDUTI_VAULT_KEYS", "vault.key")
    assert (folder / "vault.key").read_bytes() == content


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://user@host/name", "starts with 'mysql'"),
        ("postgresql://user:pa:ss@host:port/name", "%3A for :"),
        ("postgresql://user@host:70000/name", "below 65536"),
    ],
)
def test_an_address_that_cannot_be_read(url, said):
    with pytest.raises(SystemExit, match=f"DATABASE_URL.*{said}"):
        environment.database_at(url, named="DATABASE_URL")


# --- databases


def test_a_server_that_is_not_there_is_named_at_once(tmp_path):
    nowhere = environment.database_at(f"postgresql://me@/x?host={tmp_path}", named="DATABASE_URL")
    with pytest.raises(storage.DatabaseSilent, match=r"DATABASE_URL: .*No such file"):
        reaching.reach(nowhere, named="DATABASE_URL")


@pytest.mark.only_on("postgresql")
@DATABASES
@pytest.mark.parametrize(
    ("wrong", "said"), [({"NAME": "nowhere"}, "nowhere"), ({"USER": "nobody"}, "nobody")], ids=str
)
def test_so_is_a_database_or_an_account_that_is_not(wrong, said):
    settings = connections["vault"].settings_dict | wrong
    with pytest.raises(storage.DatabaseSilent, match=f"VAULT_DATABASE_URL: .*{said}.*does not exist"):
        reaching.reach(settings, named="VAULT_DATABASE_URL")


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "nanduti.sqlite3"
    path.write_text("something quite different, as long as a page of a database would be")
    with pytest.raises(storage.DatabaseSilent, match=r"nanduti\.sqlite3: file is not a database"):
        reaching.reach(environment.sqlite(path), named="DATABASE_URL")


@DATABASES
def test_a_database_that_was_not_set_up_is_told_from_a_mistake_of_ours(monkeypatch, capsys):
    monkeypatch.setattr(commands, "messages", wants("a table that is not there"))
    with pytest.raises(DatabaseError):
        cli.main(["messages"])  # up to date: then it is our mistake, and says so with all it has
    forget("default", "release")
    assert cli.main(["messages"]) == 1
    said = capsys.readouterr().err
    assert "not set up for this version" in said and "nanduti setup" in said


def wants(table: str):
    def verb(_options) -> int:
        with connections["vault"].cursor() as cursor:
            cursor.execute(f'SELECT 1 FROM "{table}"')
        return 0

    return verb


# --- keys


@DATABASES
def test_a_lost_key_is_told_before_anybody_works_with_another(settings):
    person = Identity.objects.create(pseudonym="p-one", kind="person", kept_at="2026-01-05T10:00Z")
    soundness.look_at_keys()
    former = settings.VAULT_KEYS
    Keeper(None, "test", timezone.now()).row(person.pk, "name", "Example Person").save()
    soundness.look_at_keys()
    settings.VAULT_KEYS = ["another-" + "k" * 40]
    with pytest.raises(VaultClosed, match=crypto.KeyRing(former).present.id):
        soundness.look_at_keys()
    settings.VAULT_KEYS = [*settings.VAULT_KEYS, *former]
    soundness.look_at_keys()


def test_a_key_that_would_not_protect(settings, monkeypatch, capsys):
    def verb(_options) -> int:
        settings.VAULT_KEYS = ["short"]
        crypto.ring()
        return 0

    monkeypatch.setattr(commands, "messages", verb)
    assert cli.main(["messages"]) == 1
    assert "at least 32 characters" in capsys.readouterr().err
    settings.VAULT_KEYS = [""]
    with pytest.raises(ImproperlyConfigured, match="no key"):
        crypto.ring()


# --- while the site is used


TROUBLES = [
    (OperationalError("database or disk is full"), "disk_full", 507, "No queda espacio"),
    (OSError(errno.ENOSPC, "No space left on device"), "disk_full", 507, "No queda espacio"),
    (OperationalError("database is locked"), "database_busy", 503, "Otros están escribiendo"),
    (OperationalError("attempt to write a readonly database"), "database_silent", 503, "no responde"),
    (OperationalError("couldn't get a connection after 30.00 sec"), "database_silent", 503, "no responde"),
]


@pytest.mark.parametrize(("error", "code", "status", "title"), TROUBLES, ids=lambda one: str(one)[:20])
def test_trouble_with_the_disk_or_the_database_is_said_on_a_page_that_needs_neither(
    monkeypatch, error, code, status, title
):
    def broken(_session):
        raise error

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", broken)
    client = Client(raise_request_exception=False, headers={"Accept-Language": "es"})
    client.cookies[session_cookie()] = "x" * 32
    answer = client.get("/")
    assert answer.status_code == status
    assert '<html lang="es">' in answer.text and title in answer.text
    assert client.get("/api/programmes").json()["code"] == f"foundation.{code}"


def session_cookie() -> str:
    from django.conf import settings

    return settings.SESSION_COOKIE_NAME


def test_a_mistake_of_ours_is_not_taken_for_trouble():
    assert storage.meant_by(OperationalError("no such column: name")) is None
    assert storage.meant_by(OSError(errno.EACCES, "Permission denied")) is None
    assert storage.meant_by(ValueError("disk is full")) is None
    assert storage.meant_by(None) is None


def test_a_full_file_of_sqlite_is_known_by_what_it_says(tmp_path):
    """The words are SQLite's own; here it says them."""
    small = sqlite3.connect(tmp_path / "small.sqlite3")
    small.execute("PRAGMA max_page_count = 2")
    small.execute("CREATE TABLE notes (text)")
    with pytest.raises(sqlite3.OperationalError) as full:
        small.execute("INSERT INTO notes VALUES (?)", ["x" * 100_000])
    small.close()
    assert isinstance(storage.meant_by(OperationalError(str(full.value))), storage.DiskFull)
