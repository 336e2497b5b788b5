"""The verbs of the ``nanduti`` command about the installation itself."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .verbs import Add, offer_format, print_json


def add_verbs(add: Add) -> None:
    """``backup``, ``check`` and ``move``."""
    backup_verb = add("backup", backup, "Copy everything but the keys, while the server runs (SQLite).")
    backup_verb.add_argument("folder", type=Path, help="a folder that is not there yet")
    check_verb = add("check", check, "Look whether everything that is kept is whole and opens.")
    offer_format(check_verb)
    move_verb = add("move", move, "Move all records to other databases, such as from SQLite to PostgreSQL.")
    move_verb.add_argument("--to", required=True, metavar="URL", help="empty database for the records")
    move_verb.add_argument("--vault-to", required=True, metavar="URL", help="empty database for the vault")


def backup(options: argparse.Namespace) -> int:
    """Both databases as they are at one moment, and the files; to put back, copy them into an empty home."""
    from django.conf import settings

    from . import backing_up, soundness

    if any(not one["ENGINE"].endswith("sqlite3") for one in settings.DATABASES.values()):
        print(
            "PostgreSQL is backed up by its own pg_dump: both databases, and the folder of files after them.",
            file=sys.stderr,
        )
        return 2
    soundness.look()
    names = {"nanduti.sqlite3": "default", "vault.sqlite3": "vault"}  # as a home folder has them
    databases = {name: Path(settings.DATABASES[alias]["NAME"]) for name, alias in names.items()}
    n_files, n_bytes = backing_up.back_up(
        databases=databases, files=Path(settings.MEDIA_ROOT), to=options.folder
    )
    print(
        f"{options.folder}: two databases and {n_files:,} files, {n_bytes / 1_048_576:,.1f} MiB. No key is in it."
    )
    return 0


def check(options: argparse.Namespace) -> int:
    """After a backup was put back: databases, seals, files, each counted; 1 where anything is wrong."""
    from django.utils import timezone

    from . import checking

    in_words = options.format == "text"
    found = []
    for looked in checking.look():
        found.append(looked)
        if in_words:
            print(f"{'ok ' if looked.is_sound else 'BAD'} {looked.n:>10,}  {looked.what}", flush=True)
            for trouble in looked.troubles:
                print(f"                {trouble}")
            if more := looked.n_troubles - len(looked.troubles):
                print(f"                and {more:,} more")
    is_sound = all(looked.is_sound for looked in found)
    last = checking.last_deed() if found[0].is_sound else None
    if not in_words:
        return print_json(
            {"is_sound": is_sound, "last_deed": last, "looked": [looked.as_dict() for looked in found]}
        ) or int(not is_sound)
    if last is not None:
        print(f"The last deed is of {timezone.localtime(last):%Y-%m-%d %H:%M}.")
    print("Everything is whole." if is_sound else "Something is wrong: see the lines that begin with BAD.")
    return int(not is_sound)


def move(options: argparse.Namespace) -> int:
    """Files and keys stay in their folder; the old databases stay as they are."""
    from django.conf import settings

    from . import at_work, environment, moving, reaching

    at_work.have_alone(settings.HOME)
    new = {"default": (options.to, "--to"), "vault": (options.vault_to, "--vault-to")}
    to = {alias: environment.database_at(url, named=named) for alias, (url, named) in new.items()}
    named = {alias: named for alias, (_url, named) in new.items()}
    for alias in new:
        reaching.reach(to[alias], named=named[alias])
    n = moving.move(
        to=to, named=named, say=lambda table, n_rows: print(f"{n_rows:>10,}  {table}", flush=True)
    )
    print(
        f"{n:>10,}  records moved and counted. From now on set DATABASE_URL and VAULT_DATABASE_URL to them."
    )
    return 0
