"""The list that each phone is given: only what its enumerator may see, and no row that would spoil the others.

A phone gives up the whole update, in silence, if one row lacks its name, label or version (openrosa.md 6.5); so
every row is made by one function that cannot leave one out.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from nanduti.foundation.access import access_of
from nanduti.foundation.kept import kept
from nanduti.register.names import names_for, scopes_named
from nanduti.register.sealing import open_sealed

from ..lists import provide
from ..models import Entity, EntityList, Enumerator, SampleUnit
from .applying import is_property
from .mirroring import origin_of, refresh, stamp_of

HEAD = ("name", "label", "__version")
_refreshed: dict[int, str] = {}


class Lists:
    """The provider that the door asks; see :mod:`..lists`."""

    def token(self, entity_list: EntityList, enumerator: Enumerator | None) -> str:
        """What the list is made of, for this enumerator: the same token, the same bytes."""
        up_to_date(entity_list)
        return "-".join(
            [
                str(entity_list.pk),
                str(entity_list.changed),
                _reach(entity_list, enumerator),
                _names_shown(enumerator) if origin_of(entity_list) else "",
            ]
        )

    def csv(self, entity_list: EntityList, enumerator: Enumerator | None) -> bytes:
        """The rows, in the order in which they were made."""
        up_to_date(entity_list)
        names = [p["name"] for p in entity_list.properties if is_property(p["name"])]
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([*HEAD, *names])
        labels = _labels(entity_list, enumerator)
        for uuid, number, pseudonym, data, sealed in _rows(entity_list, enumerator):
            label, secret = _opened(sealed, entity_list, uuid)
            shown = _line(labels.get(pseudonym) or label) or pseudonym or str(uuid)
            values = {**data, **secret}
            writer.writerow([str(uuid), shown, number, *(_line(values.get(name, "")) for name in names)])
        return file.getvalue().encode()

    def deleted(
        self, entity_list: EntityList, enumerator: Enumerator | None, ids: Sequence[str]
    ) -> Mapping[str, bool]:
        """Gone, or no longer this enumerator's. What is not known here has not been sent yet: it stays."""
        keys = {text: text.removeprefix("uuid:").lower() for text in ids}
        fine = [key for key in keys.values() if _is_uuid(key)]
        known = {str(u) for u in Entity._base_manager.filter(entity_list=entity_list, uuid__in=fine).values_list(
            "uuid", flat=True)}  # fmt: skip
        there = {
            str(u)
            for u in _visible(entity_list, enumerator).filter(uuid__in=fine).values_list("uuid", flat=True)
        }
        return {text: key in known and key not in there for text, key in keys.items()}


def up_to_date(entity_list: EntityList) -> None:
    """Bring a list of the register up to date if the register may have changed since this process did so last."""
    if origin_of(entity_list) is None:
        return
    stamp = kept(("entity list", entity_list.pk), lambda: stamp_of(entity_list))
    if _refreshed.get(entity_list.pk) != stamp:
        refresh(entity_list)
        _refreshed[entity_list.pk] = stamp
        entity_list.refresh_from_db(fields=["changed", "properties"])


def _visible(entity_list: EntityList, enumerator: Enumerator | None) -> QuerySet[Entity]:
    rows = Entity._base_manager.filter(entity_list=entity_list, deleted_at__isnull=True)
    if enumerator is not None and enumerator.cluster_id:
        rows = rows.filter(Q(cluster__isnull=True) | Q(cluster=enumerator.cluster_id))
    if entity_list.filter.get("assigned"):
        mine = SampleUnit._base_manager.filter(enumerator=enumerator).values("establishment__pseudonym")
        rows = rows.filter(pseudonym__in=mine) if enumerator is not None else rows.none()
    return rows


def _rows(entity_list: EntityList, enumerator: Enumerator | None) -> Iterator[tuple[Any, ...]]:
    fields = ("uuid", "number", "pseudonym", "data", "sealed")
    yield from (
        _visible(entity_list, enumerator).order_by("id").values_list(*fields).iterator(chunk_size=5_000)
    )


def _opened(sealed: bytes | None, entity_list: EntityList, uuid: Any) -> tuple[str, dict[str, str]]:
    if not sealed:
        return "", {}
    secret = json.loads(open_sealed(sealed, bound_to=("entity", f"{entity_list.pk}/{uuid}")))
    return secret.get("label", ""), secret.get("data", {})


def _line(text: Any) -> str:
    """One line: phones read a list line by line, and a label of blanks is no label."""
    text = str(text)
    if not text.isprintable():  # seldom, and a look at every character takes most of a long list's time
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def _is_uuid(text: str) -> bool:
    import uuid

    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


# --- who sees what


def _reach(entity_list: EntityList, enumerator: Enumerator | None) -> str:
    if enumerator is None:
        return "all"
    mine = f"c{enumerator.cluster_id or ''}"
    if not entity_list.filter.get("assigned"):
        return mine
    units = SampleUnit._base_manager.filter(enumerator=enumerator).order_by("pk").values_list("pk", flat=True)
    return f"{mine}u{hash(tuple(units)) & 0xFFFFFFFF:x}"


def _names_shown(enumerator: Enumerator | None, at: datetime | None = None) -> str:
    """Which names the enumerator's account may see today: when that ends, the phone fetches the list anew."""
    if enumerator is None or not enumerator.user_id:
        return ""
    at = at or timezone.now()
    access = access_of(enumerator.user, on=timezone.localdate(at))
    return ".".join(str(pk) for pk in sorted(scopes_named(access=access, at=at)))


def _labels(entity_list: EntityList, enumerator: Enumerator | None) -> dict[str, str]:
    """Names instead of pseudonyms, where the enumerator's account was granted them; each is a reveal."""
    if enumerator is None or not _names_shown(enumerator) or origin_of(entity_list) is None:
        return {}
    access = access_of(enumerator.user, on=timezone.localdate())
    pseudonyms = list(
        _visible(entity_list, enumerator).exclude(pseudonym="").values_list("pseudonym", flat=True)
    )
    return names_for(access=access, pseudonyms=pseudonyms)


def connect() -> None:
    """Let the door ask here."""
    provide(Lists())
