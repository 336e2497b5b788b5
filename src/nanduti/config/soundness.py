"""What must be true before anybody works here: databases that answer and are up to date, keys that open the vault."""

from __future__ import annotations

from nanduti.foundation.storage import DatabaseBehind, DatabaseOfAnotherVersion
from nanduti.vault.router import ALIAS

from . import databases, reaching


def look() -> None:
    """Raises for the first thing that is not as it should be."""
    look_at_databases()
    look_at_keys()


def look_at_databases() -> None:
    """Both answer, and have seen the migrations of this version and no others."""
    reaching.reach_all()
    for alias in ("default", ALIAS):
        is_up_to_date(alias)


def is_up_to_date(alias: str) -> None:
    """Raises where the database is of an older version, or of a newer one."""
    if databases.is_behind(alias, *([ALIAS] if alias == ALIAS else [])):
        raise DatabaseBehind(database=alias)
    if unknown := databases.unknown_migrations(alias):
        raise DatabaseOfAnotherVersion(database=alias, migration=unknown[0])


def look_at_keys() -> None:
    """Whoever lost the key would go on with a new one, and see too late that nothing opens any more."""
    from nanduti.surveys.models import Envelope
    from nanduti.vault import crypto
    from nanduti.vault.errors import VaultClosed
    from nanduti.vault.models import IdentityField, KeptUploadPart

    used = {
        *IdentityField.objects.order_by().values_list("key_id", flat=True).distinct(),
        *KeptUploadPart.objects.order_by().values_list("key_id", flat=True).distinct(),
    }
    # What was collected is sealed with the same keys; looking at the last of it costs nothing.
    last = Envelope.objects.order_by("-pk").values_list("sealed", flat=True).first()
    if last is not None:
        used.add(crypto.key_id_of(last))
    if missing := sorted(used - crypto.ring().ids):
        raise VaultClosed(key_id=missing[0])
