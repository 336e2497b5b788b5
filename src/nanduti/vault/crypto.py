"""The locks: AES-256-GCM under a ring of keys, and keyed digests for comparing and looking up.

A sealed value is ``version (1 byte) · key id (4) · nonce (12) · ciphertext and tag``. What it belongs to (the
pseudonym and the field) is authenticated with it, so that a ciphertext copied to another row does not open.
The first key of the ring seals; every key opens; :func:`keys_of` derives separate keys for separate uses.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .errors import VaultClosed, VaultTampered

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_ID_BYTES = 4
SHORTEST_KEY = 32


@dataclass(frozen=True)
class Key:
    """One secret of the ring and what is derived from it."""

    id: str
    cipher: AESGCM
    fingerprint: bytes
    lookup: bytes


def keys_of(secret: str) -> Key:
    """Derive the keys of one secret; each use has a key of its own."""
    if len(secret) < SHORTEST_KEY:
        raise ImproperlyConfigured(
            f"Each key in NANDUTI_VAULT_KEYS needs at least {SHORTEST_KEY} characters. On a new installation leave "
            "the variable out, and a key is made; otherwise give the key as it was."
        )

    def derive(use: str, length: int = 32) -> bytes:
        return HKDF(
            algorithm=SHA256(), length=length, salt=None, info=f"nanduti vault {use}".encode()
        ).derive(secret.encode())

    return Key(
        id=derive("key id", KEY_ID_BYTES).hex(),
        cipher=AESGCM(derive("field encryption")),
        fingerprint=derive("fingerprint"),
        lookup=derive("blind index"),
    )


class KeyRing:
    """The keys of an installation: the first seals, all open."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self.keys = [keys_of(secret.strip()) for secret in secrets if secret.strip()]
        if not self.keys:
            raise ImproperlyConfigured("NANDUTI_VAULT_KEYS holds no key. Give the key as it was.")
        self.by_id = {key.id: key for key in self.keys}

    @property
    def ids(self) -> set[str]:
        """Which keys these are, as sealed values name them."""
        return set(self.by_id)

    @property
    def present(self) -> Key:
        return self.keys[0]

    def seal(self, value: bytes, *, bound_to: Sequence[str]) -> bytes:
        """Encrypt under the present key, bound to what the value belongs to."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self.present.cipher.encrypt(nonce, value, _bound(bound_to))
        return VERSION + bytes.fromhex(self.present.id) + nonce + sealed

    def open(self, sealed: bytes, *, bound_to: Sequence[str]) -> bytes:
        """Decrypt with whichever key sealed it; raise where the key is missing or the value was touched."""
        sealed = bytes(sealed)
        head = len(VERSION) + KEY_ID_BYTES
        key_id = key_id_of(sealed)
        nonce = sealed[head : head + NONCE_BYTES]
        if sealed[:1] != VERSION or len(nonce) < NONCE_BYTES:
            raise _tampered(bound_to)
        if key_id not in self.by_id:
            raise VaultClosed(key_id=key_id)
        try:
            return self.by_id[key_id].cipher.decrypt(nonce, sealed[head + NONCE_BYTES :], _bound(bound_to))
        except InvalidTag:
            raise _tampered(bound_to) from None

    def is_present(self, sealed: bytes) -> bool:
        """Whether the present key sealed it."""
        return key_id_of(sealed) == self.present.id

    def fingerprint(self, value: str, *, bound_to: Sequence[str], key: Key | None = None) -> str:
        """Tells whether a value is the one kept, without opening it; says nothing across pseudonyms."""
        return _digest((key or self.present).fingerprint, _bound(bound_to) + b"\0" + value.encode())

    def fingerprints(self, value: str, *, bound_to: Sequence[str]) -> set[str]:
        """The fingerprints under every key of the ring, for values kept before the keys were changed."""
        return {self.fingerprint(value, bound_to=bound_to, key=key) for key in self.keys}

    def lookup(self, field: str, value: str, *, key: Key | None = None) -> str:
        """The blind index of a value that was tidied for comparison."""
        return _digest((key or self.present).lookup, f"{field}\0{value}".encode())

    def lookups(self, field: str, value: str) -> set[str]:
        return {self.lookup(field, value, key=key) for key in self.keys}


def key_id_of(sealed: bytes) -> str:
    """Which key sealed a value."""
    return bytes(sealed)[len(VERSION) : len(VERSION) + KEY_ID_BYTES].hex()


def _bound(parts: Sequence[str]) -> bytes:
    # Lengths first, so that ("ab", "c") and ("a", "bc") differ.
    return b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in parts)


def _digest(key: bytes, message: bytes) -> str:
    return hmac.new(key, message, hashlib.sha256).hexdigest()[:32]


def _tampered(bound_to: Sequence[str]) -> VaultTampered:
    pseudonym, field = [*bound_to, "", ""][:2]
    return VaultTampered(pseudonym=pseudonym, field=field)


@lru_cache(maxsize=8)
def _ring(secrets: tuple[str, ...]) -> KeyRing:
    return KeyRing(secrets)


def ring() -> KeyRing:
    """The ring of this installation."""
    return _ring(tuple(settings.VAULT_KEYS))
