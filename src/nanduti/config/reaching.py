"""Whether a database answers, and what it says where it does not: a pool of connections only says that it waited."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nanduti.foundation.storage import DatabaseSilent

PATIENCE_SECONDS = 10


def reach_all() -> None:
    """The databases of this installation answer; raises :class:`DatabaseSilent` for the first that does not."""
    from django.conf import settings

    for alias, variable in (("default", "DATABASE_URL"), ("vault", "VAULT_DATABASE_URL")):
        reach(settings.DATABASES[alias], named=variable)


def reach(settings: Mapping[str, Any], *, named: str) -> None:
    """The database of these settings answers; ``named`` says where its address stands."""
    if settings["ENGINE"].endswith("sqlite3"):
        _reach_file(str(settings["NAME"]))
    else:
        _reach_server(settings, named)


def _reach_file(path: str) -> None:
    import sqlite3

    try:
        with sqlite3.connect(path) as file:
            file.execute("SELECT count(*) FROM sqlite_master")
        file.close()
    except sqlite3.Error as error:
        raise DatabaseSilent(named=path, said=error) from None


def _reach_server(settings: Mapping[str, Any], named: str) -> None:
    import psycopg

    options = {name: value for name, value in settings["OPTIONS"].items() if name != "pool"}
    asked = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    where = {name: str(settings[key]) for name, key in asked.items() if settings[key]}
    try:
        psycopg.connect(**{"connect_timeout": PATIENCE_SECONDS, **where, **options}).close()
    except psycopg.Error as error:
        raise DatabaseSilent(named=named, said=_plain(error)) from None


def _plain(error: Exception) -> str:
    """What the server said, in one line, without what the library puts before it."""
    said = str(error).strip().splitlines()[0]
    return re.sub(r"^connection (failed|is bad): (.*?(FATAL|ERROR): +)?", "", said).rstrip(".")
