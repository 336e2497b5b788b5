"""Many firms at once, as a day's field work brings them: one transaction, one witness, few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from nanduti.foundation.audit import action, note
from nanduti.foundation.models import User
from nanduti.vault.fields import SubjectKind
from nanduti.vault.keeping import Keeper

from .actions import VAULT, _scope_of, _with_band
from .models import Cluster, ClusterMembership, Establishment, Organisation
from .pseudonyms import ESTABLISHMENT, ORGANISATION, Mint


@dataclass(frozen=True)
class NewFirm:
    """An enterprise with the one place it works at: what is open about it, and what goes to the vault."""

    cluster: Cluster | None
    values: dict[str, Any] = field(default_factory=dict)
    identity: dict[str, str] = field(default_factory=dict)


@action("register.register_firms", using=VAULT)
def register_firms(
    *, firms: Sequence[NewFirm], by: User | str, at: datetime | None = None
) -> list[Establishment]:
    """Enter enterprises with one establishment each, in the order given; identities go to the vault."""
    at = at or timezone.now()
    organisations = _organisations(firms)
    establishments = _establishments(firms, organisations)
    _memberships(organisations, at)
    keeper = Keeper(
        by_id=by.pk if isinstance(by, User) else None,
        by_label=by.username if isinstance(by, User) else str(by),
        at=at,
    )
    waiting: list[models.Model] = []
    for firm, organisation, establishment in zip(firms, organisations, establishments, strict=True):
        known = {name: value for name, value in firm.identity.items() if value}
        if known:
            waiting += keeper.new_rows(establishment.pseudonym, SubjectKind.ESTABLISHMENT, known)
        if known.get("name"):
            named = {"name": known["name"]}
            waiting += keeper.new_rows(organisation.pseudonym, SubjectKind.ORGANISATION, named)
    _write(waiting)
    note(
        scope=establishments[0].scope if establishments else None,
        n=len(establishments),
        first=establishments[0].pseudonym if establishments else "",
    )
    return establishments


def _organisations(firms: Sequence[NewFirm]) -> list[Organisation]:
    mint = _mint(Organisation, ORGANISATION, len(firms))
    rows = [
        Organisation(
            kind=Organisation.Kind.ENTERPRISE,
            cluster=firm.cluster,
            place=firm.values.get("place"),
            size_band=_with_band(firm.values).get("size_band", ""),
            scope=_scope_of(firm.cluster),
            pseudonym=mint.next(),
            source=firm.values.get("source"),
            source_place=firm.values.get("source_place", ""),
            identity_version=int(bool(firm.identity.get("name"))),
        )
        for firm in firms
    ]
    for row in rows:
        row.index_text()  # bulk_create calls no save()
    return Organisation._base_manager.bulk_create(rows)


def _establishments(firms: Sequence[NewFirm], organisations: list[Organisation]) -> list[Establishment]:
    mint = _mint(Establishment, ESTABLISHMENT, len(firms))
    rows = [
        Establishment(
            **_with_band(firm.values),
            organisation=organisation,
            cluster=firm.cluster,
            scope=organisation.scope,
            pseudonym=mint.next(),
            identity_version=int(bool(firm.identity)),
        )
        for firm, organisation in zip(firms, organisations, strict=True)
    ]
    return Establishment._base_manager.bulk_create(rows)


def _memberships(organisations: list[Organisation], at: datetime) -> None:
    ClusterMembership._base_manager.bulk_create(
        ClusterMembership(
            organisation=row, cluster=row.cluster, scope=row.scope, since_on=timezone.localdate(at)
        )
        for row in organisations
        if row.cluster is not None
    )


def _mint(model: type[models.Model], prefix: str, n: int) -> Mint:
    def taken(drawn: list[str]) -> Any:
        return model._base_manager.filter(pseudonym__in=drawn).values_list("pseudonym", flat=True)

    return Mint(prefix, taken, batch=max(n, 8))


def _write(rows: list[models.Model]) -> None:
    """Identities before their fields, whatever the order in which they were made."""
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    for model, some in by_model.items():
        model._base_manager.bulk_create(some)
