"""Which database a model lives in: the vault's models in ``vault``, everything else never there."""

from __future__ import annotations

from typing import Any

LABEL = "vault"
ALIAS = "vault"


class VaultRouter:
    """Keeps the two databases apart: no table of one stands in the other, no relation crosses."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == LABEL else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == LABEL else None

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        inside = (one._meta.app_label == LABEL, other._meta.app_label == LABEL)
        return None if inside == (False, False) else all(inside)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        if db == ALIAS or app_label == LABEL:
            return db == ALIAS and app_label == LABEL
        return None
