"""Sealing for rooms above: bytes that may tell who somebody is, kept outside the vault under the vault's keys.

What is sealed is bound to what it belongs to, so that it opens nowhere else. Looking at names stays the affair
of :mod:`.names`; this is for keeping the bytes, and for machines that must read them again.
"""

from __future__ import annotations

from collections.abc import Sequence

from nanduti.vault.crypto import ring


def seal(content: bytes, *, bound_to: Sequence[str]) -> bytes:
    """The bytes under the present key.

    >>> open_sealed(seal(b"Taller", bound_to=("answers", "7")), bound_to=("answers", "7"))
    b'Taller'
    """
    return ring().seal(content, bound_to=bound_to)


def open_sealed(sealed: bytes, *, bound_to: Sequence[str]) -> bytes:
    """The bytes again; raises ``VaultClosed`` where the key is missing, ``VaultTampered`` where they were touched."""
    return ring().open(bytes(sealed), bound_to=bound_to)


def lookup(field: str, value: str) -> str:
    """A keyed digest of a tidied value: equal values meet, nobody without the key can try them out."""
    return ring().lookup(field, value)


def resealed(sealed: bytes, *, bound_to: Sequence[str]) -> bytes | None:
    """The bytes under the present key; ``None`` where they are under it already."""
    if ring().is_present(bytes(sealed)):
        return None
    return seal(open_sealed(sealed, bound_to=bound_to), bound_to=bound_to)
