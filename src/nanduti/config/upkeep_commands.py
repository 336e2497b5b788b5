"""The verbs of the ``nanduti`` command about the installation itself."""

from __future__ import annotations

import argparse

from .verbs import Add


def add_verbs(add: Add) -> None:
    """``move``."""
    move_verb = add("move", move, "Move all records to other databases, such as from SQLite to PostgreSQL.")
    move_verb.add_argument("--to", required=True, metavar="URL", help="empty database for the records")
    move_verb.add_argument("--vault-to", required=True, metavar="URL", help="empty database for the vault")


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
