"""Verbs of agreements."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.text import slugify

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit, take_back
from nanduti.foundation.models import User
from nanduti.register.models import Cluster, Organisation

from ..errors import NamedAlready, NotSigned
from ..models import AgreementParty, CooperationAgreement, Programme
from ..rules import check_span


@action("programme.record_agreement", once=True)
def record_agreement(
    *,
    programme: Programme,
    values: dict[str, Any],
    parties: list[dict[str, Any]] | None = None,
    by: User | str,
    at: datetime | None = None,
) -> CooperationAgreement:
    """Write down an agreement with its parties; its state on any day follows from its dates."""
    check_span(values)
    agreement = CooperationAgreement.objects.create(
        programme=programme, scope=programme.scope, code=_free_code(programme, values), **values
    )
    for party in parties or ():
        AgreementParty.objects.create(agreement=agreement, scope=programme.scope, **party)
    note(subject=agreement, kind=agreement.kind, status=agreement.status)
    return agreement


def _free_code(programme: Programme, values: dict[str, Any]) -> str:
    if values.get("code"):
        return values.pop("code")
    hold(programme)
    stem = slugify(values["title"])[:60] or values["kind"]
    taken = set(
        CooperationAgreement._base_manager.filter(programme=programme, code__startswith=stem).values_list(
            "code", flat=True
        )
    )
    return next(c for c in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if c not in taken)


@action("programme.edit_agreement")
def edit_agreement(
    *,
    agreement: CooperationAgreement,
    values: dict[str, Any],
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> CooperationAgreement:
    """Correct an agreement; the second of two editors is told."""
    check_span({**{n: getattr(agreement, n) for n in ("signed", "valid_from", "valid_until")}, **values})
    note(subject=agreement, fields=save_edit(agreement, values, version=version))
    return agreement


@action("programme.add_party", once=True)
def add_party(
    *,
    agreement: CooperationAgreement,
    organisation: Organisation,
    party_type: str,
    cluster: Cluster | None = None,
    is_signatory: bool = True,
    by: User | str,
    at: datetime | None = None,
) -> AgreementParty:
    """Name an organisation that an agreement binds; one that is named already is corrected in its own place."""
    hold(agreement)
    if AgreementParty._base_manager.filter(agreement=agreement, organisation=organisation).exists():
        raise NamedAlready(organisation=organisation)
    party = AgreementParty.objects.create(
        agreement=agreement,
        organisation=organisation,
        party_type=party_type,
        cluster=cluster,
        is_signatory=is_signatory,
        scope=agreement.scope,
    )
    note(subject=agreement, party=organisation.pseudonym)
    return party


@action("programme.edit_party")
def edit_party(
    *, party: AgreementParty, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> AgreementParty:
    """Correct as what, for which cluster and whether a party has signed."""
    fields = save_edit(party, values, version=version)
    note(subject=party, agreement=party.agreement.code, party=party.organisation.pseudonym, fields=fields)
    return party


@action("programme.remove_party")
def remove_party(
    *, record: AgreementParty, reason: str, version: int, by: User | str, at: datetime | None = None
) -> None:
    """Take out a party that was named by mistake; the deed says which it was, and why."""
    note(agreement=record.agreement.code, party=record.organisation.pseudonym)
    take_back(record, version=version, reason=reason)


@action("programme.renew_agreement", once=True)
def renew_agreement(
    *,
    agreement: CooperationAgreement,
    signed: str,
    valid_from: str,
    valid_until: str,
    by: User | str,
    at: datetime | None = None,
) -> CooperationAgreement:
    """A new agreement between the same parties that renews this one."""
    if agreement.status != CooperationAgreement.Status.SIGNED:
        raise NotSigned(agreement=str(agreement))
    values = {
        "kind": agreement.kind,
        "level": agreement.level,
        "title": agreement.title,
        "title_es": agreement.title_es,
        "areas": agreement.areas,
        "areas_es": agreement.areas_es,
        "status": CooperationAgreement.Status.SIGNED,
        "signed": signed,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "renews": agreement,
    }
    check_span(values)
    renewal = CooperationAgreement.objects.create(
        programme=agreement.programme,
        scope=agreement.scope,
        code=_free_code(agreement.programme, dict(values)),
        **values,
    )
    for party in agreement.parties.all():
        AgreementParty.objects.create(
            agreement=renewal,
            scope=agreement.scope,
            organisation=party.organisation,
            cluster=party.cluster,
            party_type=party.party_type,
            is_signatory=party.is_signatory,
        )
    note(subject=renewal, renews=agreement.code)
    return renewal
