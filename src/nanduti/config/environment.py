"""What the environment says: where data live, which database, which keys."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

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
    try:
        # What is kept here is nobody else's on this machine; a folder that is there already stays as it is.
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError:
        raise _not_usable(folder, "it is a file") from None
    except OSError as error:
        raise _not_usable(folder, error.strerror) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _not_usable(folder, "this user may not write to it")
    return folder


def _not_usable(folder: Path, why: str | None) -> SystemExit:
    return SystemExit(
        f"The folder {folder} cannot be used: {why}. "
        "Let NANDUTI_HOME name a folder that this user may write to."
    )


def secret(name: str, file_name: str, n_bytes: int = 48) -> str:
    """A secret from the environment, else from a private file that is made on first use."""
    if os.environ.get(name):
        return os.environ[name]
    path = home() / file_name
    try:
        # O_EXCL: two processes starting together must not each keep a key of their own.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_secret(path)
    except OSError as error:
        raise SystemExit(
            f"{path} cannot be written: {error.strerror}. "
            f"Let this user write to the folder, or give the secret in {name}."
        ) from None
    value = secrets.token_urlsafe(n_bytes)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    return value


def _read_secret(path: Path) -> str:
    for _attempt in range(20):
        try:
            value = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            said = getattr(error, "strerror", None) or "it holds no text"
            raise SystemExit(
                f"{path} cannot be read: {said}. It must belong to the user who runs Nanduti."
            ) from None
        if value:
            return value
        time.sleep(0.1)  # another process may be about to fill it
    raise SystemExit(f"{path} is empty. Put the former key there, from where you keep a copy.")


def database(name: str, file_name: str) -> dict:
    """Django's settings for one database: ``name`` holds a URL, else an SQLite file in the home folder."""
    url = os.environ.get(name, "")
    return database_at(url, named=name) if url else sqlite(home() / file_name)


def database_at(url: str, *, named: str) -> dict:
    """Django's settings for the database of a URL; ``named`` says in a refusal where the URL stands."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise SystemExit(
            f"{named} starts with {parts.scheme!r}; use postgresql://user@host/name or leave it empty."
        )
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": _port(parts, named) or options.pop("port", ""),
        # A pool keeps connections open without the trouble of CONN_MAX_AGE among threads.
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8}, **options},
        "CONN_MAX_AGE": 0,
    }


def _port(parts: SplitResult, named: str) -> str:
    try:
        return str(parts.port or "")
    except ValueError:
        raise SystemExit(
            f"{named} names a port that is no number below 65536; write postgresql://user@host:5432/name, "
            "and in a password %40 for @, %3A for : and %2F for /."
        ) from None


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
