"""Keys of phones: how they look, and what is kept of them."""

from __future__ import annotations

import hashlib
import re
import secrets

TOKEN = re.compile(r"[A-Za-z0-9_-]{32,64}")  # keys of drafts are longer


def fresh_token() -> str:
    """A key for the path of an address: 192 bits."""
    return secrets.token_urlsafe(24)


def fresh_password() -> str:
    """Sixteen letters and digits that are not taken for one another when read aloud or typed on a phone."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def digest_of(token: str) -> str:
    """What is kept of a key: it is found by it and cannot be told from it."""
    return hashlib.sha256(token.encode()).hexdigest()


def realm_of(programme_code: str) -> str:
    """The realm of Digest; a programme's passwords hold for it alone."""
    return f"nanduti-{programme_code}"


def digest_secret(*, username: str, programme_code: str, password: str) -> str:
    """What Digest needs in place of a password."""
    said = f"{username}:{realm_of(programme_code)}:{password}"
    return hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()
