"""Both databases, made or brought up to date."""

from __future__ import annotations

import contextlib
import stat
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from nanduti.vault.router import ALIAS, LABEL


def bring_up_to_date() -> None:
    """Apply the migrations that are missing; quick where none is."""
    _migrate("default")
    # Nothing of other rooms stands there, so their history need not be played either: half the time of a first start.
    _migrate(ALIAS, LABEL)
    for alias in ("default", ALIAS):
        if connections[alias].vendor == "sqlite":
            keep_private(Path(connections[alias].settings_dict["NAME"]))


def keep_private(database: Path) -> None:
    """Close a file of SQLite to whoever else uses the machine: it holds the sessions of those who are signed in.

    A folder that Nanduti made is closed itself, one that an operator made may not be. What a group may do stays.
    """
    for path in (database, *(database.with_name(database.name + more) for more in ("-wal", "-shm"))):
        with contextlib.suppress(OSError):  # not there, or another user's, who sees to it
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~stat.S_IRWXO)


def _migrate(database: str, *room: str) -> None:
    if is_behind(database, *room):
        call_command("migrate", *room, database=database, verbosity=0, interactive=False)
    else:
        # What rooms do after each migration, such as adding what they ship, they do here too. Django's command would
        # make all models of all migrations first, and compare them with those of the code.
        emit_post_migrate_signal(0, False, database)


def is_behind(database: str, *room: str) -> bool:
    """Whether there is a migration that this database has not seen."""
    executor = MigrationExecutor(connections[database])
    wanted = [leaf for leaf in executor.loader.graph.leaf_nodes() if not room or leaf[0] in room]
    return bool(executor.migration_plan(wanted))


def unknown_migrations(database: str) -> list[str]:
    """Migrations of our rooms that this database has seen and this program does not know."""
    loader = MigrationExecutor(connections[database]).loader
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("nanduti.")}
    known = loader.graph.nodes.keys() | loader.replacements.keys()
    return sorted(".".join(one) for one in loader.applied_migrations if one[0] in ours and one not in known)
