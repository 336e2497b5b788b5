"""A copy of an installation on SQLite, made while people and phones go on working with it.

Copying the files of a database that is written to yields one that cannot be opened, or can and lacks what was written
last. Here both databases are looked at in the same instant, in which nobody writes, and copied as they were then; the
files of people follow, so that none is missing that a record names. The keys are left out: whoever finds the copy can
read no identity in it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from nanduti.foundation.storage import BackupDamaged, BackupRefused

PATIENCE_SECONDS = 30.0
GAP_SECONDS = 0.0005


def back_up(*, databases: Mapping[str, Path], files: Path, to: Path) -> tuple[int, int]:
    """Copy everything but the keys into a new folder.

    Args:
        databases: the files of the databases, by the names that the copies get; the records before the vault, as
            whoever writes to both locks them.
        files: the folder of files that people handed in.
        to: a folder that is not there yet, or is empty.

    Returns:
        How many files of people were copied, and how many bytes the copy has.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise BackupRefused(folder=to)
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _same_instant(list(databases.values())) as sources:
        for name, source in zip(databases, sources, strict=True):
            _copy_database(source, to / name)
    n_files = _copy_files(files, to / "files") if files.is_dir() else 0
    return n_files, sum(path.stat().st_size for path in to.rglob("*") if path.is_file())


@contextmanager
def _same_instant(paths: list[Path]) -> Iterator[list[sqlite3.Connection]]:
    """Readers of databases as all of them were at one moment; writers wait only until each has begun to read."""
    with ExitStack() as stack:
        readers = [stack.enter_context(closing(_connect(path))) for path in paths]
        with ExitStack() as held:
            for path in paths:
                _hold(held.enter_context(closing(_connect(path, patience=0))))
            for reader in readers:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield readers


def _hold(database: sqlite3.Connection) -> None:
    """Take the lock of writers. SQLite asks for it ten times a second, and a busy server leaves shorter gaps."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            database.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(GAP_SECONDS)


def _connect(path: Path, *, patience: float = PATIENCE_SECONDS) -> sqlite3.Connection:
    # By URI, so that a database that is not there is not made.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=patience, isolation_level=None
    )


def _copy_database(source: sqlite3.Connection, to: Path) -> None:
    with closing(sqlite3.connect(to)) as copy:
        source.backup(copy)
        # One file that opens anywhere: on a disk that cannot be written to as well.
        copy.execute("PRAGMA journal_mode=DELETE")
        (said,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    to.chmod(0o600)
    if said != "ok":
        raise BackupDamaged(name=to.name, said=said)


def _copy_files(files: Path, to: Path) -> int:
    """Every file that is there; one that is taken away meanwhile is needed by no record of the copy's moment."""
    n = 0
    for folder, _folders, names in os.walk(files):
        target = to / Path(folder).relative_to(files)
        target.mkdir(mode=0o700, exist_ok=True)
        for name in names:
            try:
                shutil.copy2(Path(folder) / name, target / name)
                n += 1
            except FileNotFoundError:
                continue
    return n
