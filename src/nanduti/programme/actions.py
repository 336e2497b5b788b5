"""Verbs of a programme."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.fields import check_when, read_when
from nanduti.foundation.models import User
from nanduti.methods import planning
from nanduti.register.models import Cluster, Organisation

from .errors import NotSigned, PeriodReversed, ReasonMissing
from .models import (
    AgreementParty,
    Candidate,
    CooperationAgreement,
    Meeting,
    Programme,
    Resolution,
    Statement,
)


def _check_span(values: dict[str, Any]) -> None:
    for name in ("signed", "valid_from", "valid_until"):
        check_when(values.get(name, ""))
    since, until = read_when(values.get("valid_from", "")), read_when(values.get("valid_until", ""))
    if not (isinstance(since, planning.When) and isinstance(until, planning.When)):
        return
    if since.start and until.end and until.end <= since.start:
        raise PeriodReversed(since=since.start, until=until.period.last_day)


@action("programme.record_agreement")
def record_agreement(
    *,
    programme: Programme,
    values: dict[str, Any],
    parties: list[dict[str, Any]] | None = None,
    by: User | str,
    at: datetime | None = None,
) -> CooperationAgreement:
    """Write down an agreement with its parties; its state on any day follows from its dates."""
    _check_span(values)
    agreement = CooperationAgreement.objects.create(
        programme=programme, scope=programme.scope, code=_free_code(programme, values), **values
    )
    for party in parties or ():
        AgreementParty.objects.create(agreement=agreement, scope=programme.scope, **party)
    note(subject=agreement, kind=agreement.kind, status=agreement.status)
    return agreement


def _free_code(programme: Programme, values: dict[str, Any]) -> str:
    from django.utils.text import slugify

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
    _check_span({**{n: getattr(agreement, n) for n in ("signed", "valid_from", "valid_until")}, **values})
    note(subject=agreement, fields=save_edit(agreement, values, version=version))
    return agreement


@action("programme.add_party")
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
    """Name an organisation that an agreement binds; named again, its role is corrected."""
    party, _made = AgreementParty.objects.update_or_create(
        agreement=agreement,
        organisation=organisation,
        defaults={
            "party_type": party_type,
            "cluster": cluster,
            "is_signatory": is_signatory,
            "scope": agreement.scope,
        },
    )
    note(subject=agreement, party=organisation.pseudonym)
    return party


@action("programme.renew_agreement")
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
    _check_span(values)
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


@action("programme.record_resolution")
def record_resolution(
    *, meeting: Meeting, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> Resolution:
    """What a committee decided, who sees to it, until when."""
    check_when(values.get("due", ""))
    hold(meeting.committee)
    n = Resolution.objects.filter(committee=meeting.committee).count() + 1
    taken = set(Resolution._base_manager.filter(committee=meeting.committee).values_list("code", flat=True))
    code = next(c for c in (f"r{i}" for i in range(n, n + 10_000)) if c not in taken)
    return Resolution.objects.create(
        committee=meeting.committee, meeting=meeting, scope=meeting.scope, code=code, **values
    )


@action("programme.complete_resolution")
def complete_resolution(
    *, resolution: Resolution, done: str, version: int, by: User | str, at: datetime | None = None
) -> Resolution:
    """Say when a decision was carried out; left empty, it was today."""
    day = done or (at or timezone.now()).date().isoformat()
    check_when(day)
    note(subject=resolution, fields=save_edit(resolution, {"done": day}, version=version))
    return resolution


@action("programme.judge_candidate")
def judge_candidate(
    *,
    candidate: Candidate,
    stage: str,
    reason: str,
    reason_es: str = "",
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Candidate:
    """Move a candidate along or drop it, with the reason."""
    values = {"stage": stage, "reason": reason, "reason_es": reason_es}
    note(subject=candidate, stage=stage, fields=save_edit(candidate, values, version=version))
    return candidate


@action("programme.declare_principal")
def declare_principal(
    *,
    programme: Programme,
    principal: str,
    reason: str,
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Programme:
    """Say whose business interest comes first, the emerging or the advanced cluster's, and why."""
    if not reason.strip():
        raise ReasonMissing()
    fields = save_edit(programme, {"principal": principal}, version=version)
    note(subject=programme, principal=principal, override_reason=reason.strip(), fields=fields)
    return programme


@action("programme.settle_statement")
def settle_statement(
    *, statement: Statement, settled: str, reason: str, by: User | str, at: datetime | None = None
) -> Statement:
    """Decide what becomes of a contradiction: the record is right, the statement is, or both are, and why."""
    if not reason.strip():
        raise ReasonMissing()
    statement.settled, statement.settled_reason = settled, reason.strip()
    statement.settled_as = f"{at:%Y-%m-%d}" if at else ""
    statement.save(update_fields=["settled", "settled_reason", "settled_as", "changed_at"])
    note(subject=statement, settled=settled)
    return statement


@action("programme.set_rule")
def set_rule(
    *, programme: Programme, rule: str, setting: str, version: int, by: User | str, at: datetime | None = None
) -> Programme:
    """Let a rule refuse, warn, or be put aside in this programme."""
    rules = {**programme.rules, rule: setting}
    note(
        subject=programme,
        rule=rule,
        setting=setting,
        fields=save_edit(programme, {"rules": rules}, version=version),
    )
    return programme
