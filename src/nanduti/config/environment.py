"""What the environment says: where data live, which database, which keys."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

CHECKOUT = Path(__file__).resolve().parents[3]


def home() -> Path:
    """The folder that holds everything a running Nanduti keeps: ``NANDUTI_HOME``, or ``var/`` in a checkout."""
    named = os.environ.get("NANDUTI_HOME")
    if named:
        folder = Path(named).expanduser()
    elif (CHECKOUT / "pyproject.toml").exists():
        folder = CHECKOUT / "var"
    else:
        folder = Path.home() / ".local" / "share" / "nanduti"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret(name: str, file_name: str, n_bytes: int = 48) -> str:
    """A secret from the environment, else from a private file that is made on first use."""
    if os.environ.get(name):
        return os.environ[name]
    path = home() / file_name
    try:
        # O_EXCL: two processes starting together must not each keep a key of their own.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    value = secrets.token_urlsafe(n_bytes)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    return value


def database(name: str, file_name: str) -> dict:
    """Django's settings for one database: ``name`` holds a URL, else an SQLite file in the home folder."""
    url = os.environ.get(name, "")
    if not url:
        return sqlite(home() / file_name)
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise SystemExit(
            f"{name} starts with {parts.scheme!r}; use postgresql://user@host/name or leave it empty."
        )
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(parts.port or options.pop("port", "")),
        # A pool keeps connections open without the trouble of CONN_MAX_AGE among threads.
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8}, **options},
        "CONN_MAX_AGE": 0,
    }


def sqlite(path: Path) -> dict:
    """SQLite as we run it: write-ahead log, writers queue at BEGIN instead of failing at COMMIT."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                # FULL: what was acknowledged survives a power cut, not only a killed process.
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728; PRAGMA cache_size=-32768;"
            ),
        },
    }
