"""Verbs of a programme."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.text import slugify

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.fields import check_when, read_when
from nanduti.foundation.models import Scope, User
from nanduti.methods import planning
from nanduti.methods.values import Verdict
from nanduti.register.models import Cluster, Organisation

from . import seating, team
from .errors import (
    LiftedTooEarly,
    NotOnHold,
    NotSigned,
    NotYetHeld,
    PeriodReversed,
    ReasonMissing,
    RuleRefuses,
    SeatOfAnother,
)
from .models import (
    AgreementParty,
    Appointment,
    Candidate,
    Committee,
    CooperationAgreement,
    Meeting,
    Presence,
    Programme,
    Resolution,
    Seat,
    Statement,
    TimeOut,
)
from .scopes import work_scope


def _check_span(values: dict[str, Any], first: str = "valid_from", last: str = "valid_until") -> None:
    for name in {"signed", first, last}:
        check_when(values.get(name, ""))
    since, until = read_when(values.get(first, "")), read_when(values.get(last, ""))
    if not (isinstance(since, planning.When) and isinstance(until, planning.When)):
        return
    if since.start and until.end and until.end <= since.start:
        raise PeriodReversed(since=since.start, until=until.period.last_day)


def _obey(programme: Programme, rule: str, verdict: Verdict | None, reason: str) -> str:
    """Refuse what a rule refuses, unless the programme only warns or a reason is given, which is returned."""
    if verdict is None or verdict.allows or programme.rule_setting(rule) in {"off", "warn"}:
        return ""
    if not reason.strip():
        raise RuleRefuses(verdict=verdict)
    note(override_reason=reason.strip(), rule=rule)
    return reason.strip()


def _scope_of_work(programme: Programme, cluster: Cluster | None) -> Scope:
    """Where the programme works, the scope of that work; a partner abroad belongs to the programme as a whole."""
    covered = cluster is not None and programme.coverage.filter(cluster=cluster).exists()
    return work_scope(programme, cluster if covered else None)


def _next_code(model: type[Appointment] | type[TimeOut], programme: Programme, stem: str) -> str:
    """A free code, with the programme held so that nobody takes it meanwhile."""
    hold(programme)
    taken = set(model._base_manager.filter(programme=programme).values_list("code", flat=True))
    return next(c for c in (f"{stem}{n}" for n in range(len(taken) + 1, 10**6)) if c not in taken)


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


@action("programme.record_resolution", once=True)
def record_resolution(
    *,
    meeting: Meeting,
    values: dict[str, Any],
    override_reason: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Resolution:
    """What a committee decided, who sees to it, until when; too few at the meeting cannot decide."""
    check_when(values.get("due", ""))
    _obey(meeting.committee.programme, "quorum", seating.quorum_verdict(meeting), override_reason)
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


@action("programme.found_committee", once=True)
def found_committee(
    *, programme: Programme, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> Committee:
    """Write down a body that steers the programme, or that partners run one of its centres with."""
    hold(programme)
    taken = set(Committee._base_manager.filter(programme=programme).values_list("code", flat=True))
    stem = slugify(values["name"])[:50] or "committee"
    code = next(c for c in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if c not in taken)
    row = Committee.objects.create(programme=programme, scope=programme.scope, code=code, **values)
    note(subject=row, kind=row.kind)
    return row


@action("programme.fill_seat")
def fill_seat(
    *,
    committee: Committee,
    sector: str,
    organisation: Organisation,
    since: str = "",
    until: str = "",
    note_text: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Seat:
    """Say who sits on a body, for which sector, from when to when; named again, the end is corrected."""
    _check_span({"since": since, "until": until}, "since", "until")
    seat, _made = Seat.objects.update_or_create(
        committee=committee,
        sector=sector,
        organisation=organisation,
        since_text=since,
        defaults={"until_text": until, "note": note_text, "scope": committee.scope},
    )
    note(subject=committee, sector=sector, organisation=organisation.pseudonym)
    return seat


@action("programme.record_meeting")
def record_meeting(
    *,
    committee: Committee,
    held_on: str,
    place: str = "",
    note_text: str = "",
    present: list[Seat] | None = None,
    by: User | str,
    at: datetime | None = None,
) -> Meeting:
    """Write down a sitting; with ``present``, who of the seats was there and who was not (``None``: not known)."""
    check_when(held_on)
    hold(committee)
    last = committee.meetings.order_by("-number").values_list("number", flat=True).first()
    meeting = Meeting.objects.create(
        committee=committee,
        scope=committee.scope,
        number=(last or 0) + 1,
        held_on=held_on,
        place=place,
        note=note_text,
    )
    if present is not None:
        _keep_presence(meeting, present)
    note(subject=meeting, number=meeting.number)
    return meeting


@action("programme.record_presence")
def record_presence(
    *, meeting: Meeting, present: list[Seat], by: User | str, at: datetime | None = None
) -> Meeting:
    """Say who of the seats was at a meeting; said again, it is corrected."""
    _keep_presence(meeting, present)
    note(subject=meeting, n_present=len(present))
    return meeting


def _keep_presence(meeting: Meeting, present: list[Seat]) -> None:
    committee = seating.committees(programme=meeting.committee.programme).get(pk=meeting.committee_id)
    seats = seating.seats_on(committee, meeting.held_on_start)
    there = {seat.pk for seat in present}
    for seat in present:
        if seat.committee_id != committee.pk:
            raise SeatOfAnother(seat=str(seat), committee=str(committee))
    Presence.objects.filter(meeting=meeting).delete()
    Presence.objects.bulk_create(
        Presence(meeting=meeting, seat=seat, was_there=seat.pk in there, scope=meeting.scope)
        for seat in {seat.pk: seat for seat in [*seats, *present]}.values()
    )


@action("programme.appoint", once=True)
def appoint(
    *,
    programme: Programme,
    values: dict[str, Any],
    override_reason: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Appointment:
    """Give somebody a post in the programme, if the rule about agents lets them in."""
    _check_span(values, "since_text", "until_text")
    row = Appointment(programme=programme, **values)
    row.override_reason = _obey(programme, "agent", _agent_verdict(row, at), override_reason)
    row.scope = _scope_of_work(programme, row.cluster)
    row.code = _next_code(Appointment, programme, f"{row.kind}-")
    row.save()
    note(subject=row, kind=row.kind, side=row.side)
    return row


@action("programme.edit_appointment")
def edit_appointment(
    *,
    appointment: Appointment,
    values: dict[str, Any],
    override_reason: str = "",
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Appointment:
    """Correct or end an appointment; only what the rule about agents asks is judged anew."""
    _check_span(values, "since_text", "until_text")
    judged = {name: values.get(name, getattr(appointment, name)) for name in team.JUDGED}
    if any(value != getattr(appointment, name) for name, value in judged.items()):
        proposed = Appointment(pk=appointment.pk, programme=appointment.programme, **judged)
        reason = _obey(appointment.programme, "agent", _agent_verdict(proposed, at), override_reason)
        values = {**values, "override_reason": reason}
    scope = _scope_of_work(appointment.programme, values.get("cluster", appointment.cluster))
    values = {**values, "scope": scope}
    note(subject=appointment, fields=save_edit(appointment, values, version=version))
    return appointment


def _agent_verdict(row: Appointment, at: datetime | None) -> Verdict | None:
    programme, day = row.programme, (at or timezone.now()).date()
    rows = list(team.appointments(programme=programme))
    has_partner = bool(team.pairs(programme=programme, on=day))
    return team.agent_verdict(row, rows, on=day, has_partner=has_partner)


@action("programme.plan_time_out", once=True)
def plan_time_out(
    *,
    programme: Programme,
    cluster: Cluster | None,
    values: dict[str, Any],
    by: User | str,
    at: datetime | None = None,
) -> TimeOut:
    """Plan a pause for a review in depth, beside the election or change that it answers to."""
    for name in ("planned", "turn"):
        check_when(values.get(name, ""))
    row = TimeOut(programme=programme, cluster=cluster, **values)
    row.scope = _scope_of_work(programme, cluster)
    row.code = _next_code(TimeOut, programme, "review-")
    row.save()
    note(subject=row, occasion=row.occasion)
    return row


@action("programme.report_time_out")
def report_time_out(
    *, time_out: TimeOut, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> TimeOut:
    """Write down what a review found and decided; it may put the programme on hold."""
    reading = read_when(values.get("held", ""))
    check_when(values.get("held", ""))
    today = (at or timezone.now()).date()
    if isinstance(reading, planning.When) and reading.start and reading.start > today:
        raise NotYetHeld(day=reading.start)
    note(subject=time_out, decision=values["decision"], fields=save_edit(time_out, values, version=version))
    return time_out


@action("programme.lift_hold")
def lift_hold(
    *,
    time_out: TimeOut,
    lifted: str,
    solved: str,
    solved_es: str = "",
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> TimeOut:
    """Let work go on again, and say what was solved; left empty, the day is today."""
    if time_out.decision != TimeOut.Decision.HOLD:
        raise NotOnHold(review=str(time_out))
    if not solved.strip():
        raise ReasonMissing()
    day = lifted or (at or timezone.now()).date().isoformat()
    check_when(day)
    reading = read_when(day)
    begun = time_out.held_start
    if isinstance(reading, planning.When) and begun and reading.end and reading.end <= begun:
        raise LiftedTooEarly(since=begun, until=reading.period.last_day)
    values = {"lifted": day, "solved": solved.strip(), "solved_es": solved_es.strip()}
    note(subject=time_out, fields=save_edit(time_out, values, version=version))
    return time_out
