"""``nanduti backup``: both databases as they were at one moment, while others write; nothing that opens a seal."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from nanduti.config import backing_up, cli, environment, moving
from nanduti.foundation.models import User
from nanduti.foundation.storage import BackupRefused
from nanduti.register.models import Cluster
from nanduti.vault.keeping import open_rows
from nanduti.vault.models import IdentityField
from tests.support import example, templates

ROOT = Path(__file__).resolve().parents[2]


# --- one moment


@pytest.fixture
def two(tmp_path) -> dict[str, Path]:
    """Two databases with one table, kept as ours are."""
    paths = {name: tmp_path / f"{name}.sqlite3" for name in ("one", "two")}
    for path in paths.values():
        with closing(sqlite3.connect(path)) as made:
            made.execute("PRAGMA journal_mode=WAL")
            made.execute("CREATE TABLE deeds (id INTEGER PRIMARY KEY, padding TEXT)")
            made.executemany("INSERT INTO deeds (padding) VALUES (?)", [["x" * 4000]] * 500)
            made.commit()
    return paths


@contextmanager
def deeds(two: dict[str, Path]) -> Iterator[list[int]]:
    """Somebody writes a row into both in each transaction, all the time; yields what was written so far."""
    is_over, done = threading.Event(), []

    def work() -> None:
        with ExitStack() as stack:
            one, other = (
                stack.enter_context(closing(sqlite3.connect(path, isolation_level=None, timeout=30)))
                for path in two.values()
            )
            while not is_over.is_set():
                one.execute("BEGIN IMMEDIATE")
                one.execute("INSERT INTO deeds (padding) VALUES ('')")
                other.execute("INSERT INTO deeds (padding) VALUES ('')")
                one.execute("COMMIT")
                done.append(1)
                time.sleep(0.001)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield done
    finally:
        is_over.set()
        thread.join(30)


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as file:
        return file.execute("SELECT count(*) FROM deeds").fetchone()[0]


def test_what_belongs_together_is_copied_together_and_nobody_is_kept_waiting(two, tmp_path):
    counts = []
    with deeds(two) as done:
        for n in range(12):
            seen = len(done)
            backing_up.back_up(databases=two, files=tmp_path / "none", to=tmp_path / f"copy{n}")
            one, other = (count(tmp_path / f"copy{n}" / name) for name in two)
            assert one == other >= 500 + seen
            counts.append(one)
    assert counts[-1] > counts[0]  # they went on meanwhile
    assert count(two["one"]) == 500 + len(done)


def test_what_is_written_after_that_moment_is_not_in_the_copy(two, tmp_path):
    with backing_up._same_instant(list(two.values())) as readers:
        with closing(sqlite3.connect(two["one"])) as writer:
            writer.execute("INSERT INTO deeds (padding) VALUES ('later')")
            writer.commit()
        backing_up._copy_database(readers[0], tmp_path / "copy")
    assert count(tmp_path / "copy") == 500 and count(two["one"]) == 501


def test_a_folder_with_something_in_it_is_refused_and_left_alone(two, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "older").write_text("kept")
    with pytest.raises(BackupRefused):
        backing_up.back_up(databases=two, files=tmp_path / "none", to=folder)
    assert [path.name for path in folder.iterdir()] == ["older"]


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(sqlite3.OperationalError):
        backing_up.back_up(
            databases={"one": tmp_path / "nowhere"}, files=tmp_path / "none", to=tmp_path / "copy"
        )
    assert not (tmp_path / "nowhere").exists()


# --- an installation


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True, databases=["default", "vault"])
def test_an_installation_comes_back_from_its_backup_and_its_keys(tmp_path, settings, capsys):
    settings.MEDIA_ROOT = tmp_path / "files"
    (tmp_path / "files/ab").mkdir(parents=True)
    (tmp_path / "files/ab/evidence").write_bytes(b"a page that was scanned")
    copy = tmp_path / "copy"
    with templates.world("example", example.load):
        assert cli.main(["backup", str(copy)]) == 0
        User.objects.create(username="came-later")
        kept = IdentityField.objects.filter(is_current=True)[:5]
        names, n_clusters = open_rows(kept), Cluster._base_manager.count()
    assert "two databases and 1 files" in capsys.readouterr().out
    assert sorted(path.name for path in copy.iterdir()) == ["files", "nanduti.sqlite3", "vault.sqlite3"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in copy.iterdir())

    home = tmp_path / "home"
    shutil.copytree(copy, home)
    assert (home / "files/ab/evidence").read_bytes() == b"a page that was scanned"
    back = {"default": home / "nanduti.sqlite3", "vault": home / "vault.sqlite3"}
    to = {alias: environment.sqlite(path) for alias, path in back.items()}
    with moving.opened(to) as new, moving.in_place(new):
        assert not User.objects.filter(username="came-later").exists()
        assert Cluster._base_manager.count() == n_clusters > 0
        assert open_rows(IdentityField.objects.filter(pk__in=[row.pk for row in kept])) == names != {}

    said = setup(home, key="another-" + "k" * 40)  # a backup without its key is no use, and says so
    assert said.returncode == 1 and "The vault cannot be opened" in said.stderr
    assert setup(home, key=os.environ["NANDUTI_VAULT_KEYS"]).returncode == 0


def setup(home: Path, *, key: str) -> subprocess.CompletedProcess:
    variables = {**os.environ, "NANDUTI_HOME": str(home), "NANDUTI_VAULT_KEYS": key}
    variables["DJANGO_SETTINGS_MODULE"] = "nanduti.config.settings"
    order = [
        sys.executable,
        "-c",
        "import sys; from nanduti.config.cli import main; sys.exit(main(['setup']))",
    ]
    return subprocess.run(order, cwd=ROOT, env=variables, capture_output=True, text=True)


@pytest.mark.only_on("postgresql")
def test_postgresql_is_backed_up_by_its_own_program(tmp_path, capsys):
    assert cli.main(["backup", str(tmp_path / "copy")]) == 2
    assert "pg_dump" in capsys.readouterr().err
    assert not (tmp_path / "copy").exists()
