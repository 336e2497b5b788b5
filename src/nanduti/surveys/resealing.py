"""After the vault's keys were changed: everything sealed outside the vault, batch by batch, so that nobody waits."""

from __future__ import annotations

from django_scopes import scopes_disabled

from nanduti.foundation.models import User

from .actions import sealing


def reseal_everything(*, by: User | str) -> tuple[int, int]:
    """Rows and files that were sealed anew. May be broken off and begun again."""
    n_rows = n_files = 0
    with scopes_disabled():
        for kind in sealing.SEALED:
            last: int | None = 0
            while last is not None:
                n, last = sealing.reseal_rows(kind=kind, after=last, by=by)
                n_rows += n
        last = 0
        while last is not None:
            n, last = sealing.reseal_files(after=last, by=by)
            n_files += n
        n_files += sealing.reseal_quarantined_files(by=by)
    return n_rows, n_files
