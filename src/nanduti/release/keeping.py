"""How confidential bytes of this room are kept: compressed by their makers, sealed to their place."""

from __future__ import annotations

import secrets

from nanduti.register.sealing import open_sealed, seal

from .gate.ledger import Entry
from .gate.result import Checked, pack, unpack
from .models import DisclosureCheck, NoiseKey, Publication


def seal_result(check: DisclosureCheck, checked: Checked) -> bytes:
    """What a check found, for its row."""
    return seal(pack(checked), bound_to=("release.check", str(check.pk)))


def result_of(check: DisclosureCheck) -> Checked:
    """What a check found."""
    return unpack(open_sealed(check.sealed, bound_to=("release.check", str(check.pk))))


def seal_entry(publication: Publication, entry: bytes) -> bytes:
    """The ledger's page on a publication, for its row."""
    return seal(entry, bound_to=("release.ledger", str(publication.public_id)))


def entry_of(publication: Publication) -> Entry:
    """The ledger's page on a publication."""
    return Entry.unpack(
        open_sealed(publication.ledger, bound_to=("release.ledger", str(publication.public_id)))
    )


def fresh_secret(programme_code: str) -> bytes:
    """A new secret for the noise of a programme, sealed."""
    return seal(secrets.token_bytes(32), bound_to=("release.noise", programme_code))


def secret_of(key: NoiseKey) -> bytes:
    """The secret from which the noise is drawn."""
    return open_sealed(key.sealed, bound_to=("release.noise", key.programme.code))
