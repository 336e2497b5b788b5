"""Writing identities: what is new is sealed, what changed supersedes, what is the same is left alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from .crypto import KeyRing, ring
from .fields import LOOKED_UP, Field
from .models import Identity, IdentityField


def comparable(field: str, value: str) -> str:
    """A value as it is compared in a look-up: digits of a telephone, a name without accents and case."""
    if field == Field.PHONE:
        digits = "".join(c for c in value if c.isdigit())
        # The last nine digits: people write the same number with and without the country's code.
        return digits[-9:]
    plain = "".join(c for c in unicodedata.normalize("NFKD", value) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


@dataclass(frozen=True)
class Keeper:
    """Who keeps, and when."""

    by_id: int | None
    by_label: str
    at: datetime

    def row(self, pseudonym: str, field: str, value: str, *, locks: KeyRing | None = None) -> IdentityField:
        """The sealed row of one value, not yet written."""
        locks = locks or ring()
        bound = (pseudonym, field)
        return IdentityField(
            identity_id=pseudonym,
            field=field,
            ciphertext=locks.seal(value.encode(), bound_to=bound),
            key_id=locks.present.id,
            fingerprint=locks.fingerprint(value, bound_to=bound),
            lookup=locks.lookup(field, comparable(field, value)) if field in LOOKED_UP else "",
            kept_at=self.at,
            kept_by_id=self.by_id,
            kept_by_label=self.by_label,
        )

    def new_rows(self, pseudonym: str, kind: str, values: dict[str, str]) -> list[models.Model]:
        """Everything to write for somebody whom the vault does not know yet."""
        identity = Identity(pseudonym=pseudonym, kind=kind, kept_at=self.at)
        return [identity, *(self.row(pseudonym, f, v) for f, v in values.items() if v)]

    def update(self, pseudonym: str, kind: str, values: dict[str, str]) -> list[str]:
        """Write what differs; an empty value supersedes without a successor. The names of changed fields."""
        changed = differing(pseudonym, values)
        if not changed:
            return []
        Identity.objects.get_or_create(pseudonym=pseudonym, defaults={"kind": kind, "kept_at": self.at})
        IdentityField.objects.filter(identity=pseudonym, field__in=changed, is_current=True).update(
            is_current=False, superseded_at=self.at
        )
        IdentityField.objects.bulk_create(
            [self.row(pseudonym, field, values[field]) for field in changed if values[field]]
        )
        return changed


def differing(pseudonym: str, values: dict[str, str]) -> list[str]:
    """Which of these values differ from what is kept now; nothing is opened for it."""
    kept = dict(
        IdentityField.objects.filter(identity=pseudonym, is_current=True).values_list("field", "fingerprint")
    )
    return [
        field
        for field, value in values.items()
        if (kept.get(field) not in ring().fingerprints(value, bound_to=(pseudonym, field)))
        and (value or field in kept)
    ]


def open_rows(rows: Iterable[IdentityField]) -> dict[str, dict[str, str]]:
    """Unlock rows: pseudonym → field → value. Whoever calls this writes the reveal."""
    opened: dict[str, dict[str, str]] = {}
    for row in rows:
        value = ring().open(row.ciphertext, bound_to=(row.identity_id, row.field)).decode()
        opened.setdefault(row.identity_id, {})[row.field] = value
    return opened
