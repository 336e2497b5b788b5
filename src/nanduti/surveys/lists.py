"""What phones are given of entity lists. The door serves them; who makes them says so here.

A provider tells, for a list and for whoever asks: a token that changes with what would be given, the rows as CSV,
and which of some entities are gone. Until one is set, lists are given without rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from .models import EntityList, Enumerator


class Provider(Protocol):
    """Makes the lists."""

    def token(self, entity_list: EntityList, enumerator: Enumerator | None) -> str:
        """Changes if and only if what this enumerator is given changes."""

    def csv(self, entity_list: EntityList, enumerator: Enumerator | None) -> bytes | Iterable[bytes]:
        """The rows, with ``name``, ``label`` and ``__version`` in every one."""

    def deleted(
        self, entity_list: EntityList, enumerator: Enumerator | None, ids: Sequence[str]
    ) -> Mapping[str, bool]:
        """For each id whether the phone should forget it."""


class Headings:
    """The provider until there is one: headings and no rows."""

    def token(self, entity_list: EntityList, enumerator: Enumerator | None) -> str:
        return f"{entity_list.pk}-{entity_list.changed}"

    def csv(self, entity_list: EntityList, enumerator: Enumerator | None) -> bytes:
        names = ["name", "label", "__version", *(p["name"] for p in entity_list.properties)]
        return (",".join(names) + "\r\n").encode()

    def deleted(
        self, entity_list: EntityList, enumerator: Enumerator | None, ids: Sequence[str]
    ) -> dict[str, bool]:
        return dict.fromkeys(ids, False)


_provider: Provider = Headings()


def provide(provider: Provider) -> None:
    """Say who makes the lists."""
    global _provider
    _provider = provider


def provider() -> Provider:
    """Who makes the lists."""
    return _provider
