"""Whom ties join, found or made: for single ones and for many at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.folding import fold
from nanduti.register.models import Cluster, Establishment, Organisation, Person
from nanduti.register.pseudonyms import tidy
from nanduti.register.sealing import lookup

from .models import TieActor

RECORDS: dict[str, type] = {"W-": Establishment, "E-": Organisation, "P-": Person}
FIELDS: dict[type, str] = {Establishment: "establishment", Organisation: "organisation", Person: "person"}
NAMED = "?"


def cluster_of(record: Any) -> Cluster | None:
    """The home cluster of a record of the register, where it has one."""
    return getattr(record, "cluster", None)


def actor_for(*, programme: Programme, record: Any, cluster: Cluster | None = None) -> TieActor:
    """The actor that stands for a record of the register; made on first use. A merged record is the one kept."""
    record = getattr(record, "merged_into", None) or record
    home = cluster_of(record) or cluster
    row, _made = TieActor._base_manager.get_or_create(
        programme=programme,
        **{FIELDS[type(record)]: record},
        defaults={"cluster": home, "scope": lambda: work_scope(programme, home)},
    )
    return row


def named_actor(
    *, programme: Programme, cluster: Cluster | None, nickname: str = "", name: str = ""
) -> TieActor:
    """The actor for somebody who is not in the register: by a nickname of ours, or by the name as it was answered.

    Of the name a keyed digest is kept, so that two who name the same person name one actor within a cluster.
    """
    key = lookup("networks.named", f"{cluster.code if cluster else ''}/{fold(name)}") if name else ""
    rows = TieActor._base_manager.filter(programme=programme)
    found = rows.filter(code=tidy_code(nickname)).first() if nickname else None
    if found is None and key:
        found = rows.filter(named_key=key).order_by("id").first()
    if found is not None:
        return found
    return TieActor._base_manager.create(
        programme=programme,
        cluster=cluster,
        scope=work_scope(programme, cluster),
        code=tidy_code(nickname) if nickname else free_code(programme),
        named_key=key,
        state=TieActor.State.NAMED,
    )


def free_code(programme: Programme) -> str:
    """The next number for somebody who is not known: "?1", "?2" …"""
    taken = set(
        TieActor._base_manager.filter(programme=programme).exclude(code="").values_list("code", flat=True)
    )
    return next(
        code for n in range(len(taken) + 1, len(taken) + 100_000) if (code := f"{NAMED}{n}") not in taken
    )


def tidy_code(nickname: str) -> str:
    """A nickname as it is kept: ``? Dyer`` becomes ``?dyer``."""
    return NAMED + "".join(c for c in fold(nickname.lstrip(NAMED)) if c.isalnum() or c in "-_")[:38]


def records_of(pseudonyms: Iterable[str]) -> dict[str, Any]:
    """The records of the register by pseudonym, one query for each kind."""
    asked = {tidy(p) for p in pseudonyms if p}
    found: dict[str, Any] = {}
    for lead, model in RECORDS.items():
        some = [p for p in asked if p.startswith(lead)]
        for start in range(0, len(some), 900):
            rows = model._base_manager.filter(pseudonym__in=some[start : start + 900])
            if model is Establishment:
                rows = rows.select_related("merged_into__cluster", "cluster", "organisation")
            elif model is Organisation:
                rows = rows.select_related("cluster")
            found |= {row.pseudonym: row for row in rows}
    return found
