"""Verbs of business networks: they are founded, joined and left, and take steps towards a lasting form."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.text import slugify

from nanduti.foundation.access import Access
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.models import User
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster
from nanduti.register.pseudonyms import tidy

from ..actors import FIELDS, records_of
from ..errors import NoEvidence, NotAMember, TieToNobody
from ..models import BusinessNetwork, FormalisationStep, NetworkMember


@action("networks.found_network", once=True)
def found_network(
    *, programme: Programme, cluster: Cluster | None, values: dict[str, Any], by: User | str,
    at: datetime | None = None,
) -> BusinessNetwork:  # fmt: skip
    """Write down that a group of firms with a common aim has formed."""
    hold(programme)
    taken = set(BusinessNetwork._base_manager.filter(programme=programme).values_list("code", flat=True))
    stem = slugify(values["name"])[:60] or "network"
    code = next(c for c in (stem, *(f"{stem}-{i}" for i in range(2, 10_000))) if c not in taken)
    return BusinessNetwork._base_manager.create(
        programme=programme, cluster=cluster, scope=work_scope(programme, cluster), code=code, **values
    )


@action("networks.edit_network")
def edit_network(
    *, network: BusinessNetwork, values: dict[str, Any], version: int, by: User | str,
    at: datetime | None = None,
) -> BusinessNetwork:  # fmt: skip
    """Correct what is said of a business network; the second of two editors is told."""
    note(subject=network, fields=save_edit(network, values, version=version))
    return network


@action("networks.join_network", once=True)
def join_network(
    *,
    network: BusinessNetwork,
    pseudonym: str,
    role: str = NetworkMember.Role.MEMBER,
    since_on: date | None = None,
    access: Access | None = None,
    by: User | str,
    at: datetime | None = None,
) -> NetworkMember:
    """Write down that a firm, or another body, belongs to the network."""
    record = records_of([pseudonym]).get(tidy(pseudonym))
    if record is None or (access is not None and not access.may("read", record.scope_id)):
        raise TieToNobody(named=pseudonym[:40])
    record = getattr(record, "merged_into", None) or record
    hold(network)
    field = FIELDS[type(record)]
    if NetworkMember._base_manager.filter(network=network, until_on__isnull=True, **{field: record}).exists():
        raise NotAMember(named=record.pseudonym, network=str(network))
    row = NetworkMember._base_manager.create(
        network=network, scope=network.scope, role=role, since_on=since_on, **{field: record}
    )
    note(subject=network, role=role)
    return row


@action("networks.leave_network")
def leave_network(
    *, member: NetworkMember, until_on: date, version: int, by: User | str, at: datetime | None = None
) -> NetworkMember:
    """Write down that a member has left; that it was one stays on record."""
    note(subject=member.network, fields=save_edit(member, {"until_on": until_on}, version=version))
    return member


@action("networks.evidence_step")
def evidence_step(
    *,
    network: BusinessNetwork,
    step: str,
    values: dict[str, Any],
    version: int | None = None,
    by: User | str,
    at: datetime | None = None,
) -> FormalisationStep:
    """Write down what shows that the network has taken a step; said again, the newer evidence stands.

    ``version``: that of the evidence which the writer saw, 0 where there was none; the second of two writers is told.
    """
    if not values.get("evidence", "").strip():
        raise NoEvidence()
    hold(network)
    row, is_made = FormalisationStep._base_manager.get_or_create(
        network=network, step=step, defaults={**values, "scope": network.scope}
    )
    if not is_made:
        save_edit(row, values, version=row.version if version is None else version)
    note(subject=network, step=step)
    return row


@action("networks.take_back_step")
def take_back_step(*, step: FormalisationStep, by: User | str, at: datetime | None = None) -> BusinessNetwork:
    """Take back a step whose evidence did not hold."""
    network = step.network
    note(subject=network, step=step.step)
    step.delete()
    return network
