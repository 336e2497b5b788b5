"""Verbs of a twinning."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from nanduti.foundation import files
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit, take_back
from nanduti.foundation.fields import check_when
from nanduti.foundation.models import User
from nanduti.methods import twinning as rules
from nanduti.programme.models import Programme
from nanduti.programme.rules import check_span
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster

from . import queries
from .errors import NameTaken, ProjectMustNotPay, TaskThere, TooEarly, TwinningThere, TwoClustersNeeded
from .models import AgendaTopic, BusinessInterest, DealTask, Linkage, Requirement, StepEvidence, Twinning
from .models.linkages import PartyType


@action("twinning.begin_twinning", once=True)
def begin_twinning(
    *, programme: Programme, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> Twinning:
    """Name two clusters that are to learn from and trade with each other."""
    emerging, advanced = values["emerging"], values["advanced"]
    if emerging == advanced:
        raise TwoClustersNeeded(cluster=emerging)
    check_when(values.get("started", ""))
    hold(programme)
    there = Twinning._base_manager.filter(programme=programme)
    if there.filter(emerging=emerging, advanced=advanced).exists():
        raise TwinningThere(emerging=emerging, advanced=advanced)
    stem, taken = f"{emerging.code[:60]}-{advanced.code[:60]}", set(there.values_list("code", flat=True))
    code = next(c for c in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if c not in taken)
    row = Twinning.objects.create(
        programme=programme, scope=work_scope(programme, emerging), code=code, **values
    )
    note(subject=row, emerging=emerging.code, advanced=advanced.code)
    return row


@action("twinning.edit_twinning")
def edit_twinning(
    *, twinning: Twinning, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Twinning:
    """Correct when a twinning began and ended, and what came of it."""
    check_span(values, "started", "ended")
    note(subject=twinning, fields=save_edit(twinning, values, version=version))
    return twinning


@action("twinning.add_evidence", once=True)
def add_evidence(
    *,
    programme: Programme,
    cluster: Cluster | None,
    values: dict[str, Any],
    by: User | str,
    at: datetime | None = None,
) -> StepEvidence:
    """Write down what shows that a gate is passed; ``values["file"]`` may bring a document, as name and bytes."""
    check_when(values.get("when_text", ""))
    scope, handed = work_scope(programme, cluster), values.get("file")
    file = files.keep_file(scope=scope, name=handed[0], content=handed[1], by=by) if handed else None
    row = StepEvidence.objects.create(
        programme=programme, cluster=cluster, scope=scope, **{**values, "file": file}
    )
    note(subject=row, step=row.step, kind=row.evidence_kind)
    return row


@action("twinning.edit_evidence")
def edit_evidence(
    *,
    evidence: StepEvidence,
    values: dict[str, Any],
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> StepEvidence:
    """Correct a piece of evidence; ``values["file"]`` brings another document, as name and bytes, or ``None`` for none.

    Without ``file`` the document stays. One that is replaced or taken away is destroyed: it may be the wrong one.
    """
    check_when(values.get("when_text", ""))
    former = evidence.file
    if "file" in values:
        handed = values["file"]
        kept = handed and files.keep_file(scope=evidence.scope, name=handed[0], content=handed[1], by=by)
        values = {**values, "file": kept}
    note(subject=evidence, step=evidence.step, fields=save_edit(evidence, values, version=version))
    if former is not None and evidence.file_id != former.pk:
        files.forget_file(former)
    return evidence


@action("twinning.record_linkage", once=True)
def record_linkage(
    *,
    twinning: Twinning,
    values: dict[str, Any],
    override_reason: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Linkage:
    """Write down a linkage, if the scope of cooperation is open for the kinds of its parties."""
    _check_linkage(twinning, values, override_reason, at)
    hold(twinning.programme)
    taken = set(Linkage._base_manager.filter(programme=twinning.programme).values_list("code", flat=True))
    code = next(c for c in (f"l{n}" for n in range(len(taken) + 1, 10**6)) if c not in taken)
    row = Linkage.objects.create(
        programme=twinning.programme,
        scope=twinning.scope,
        code=code,
        from_cluster=twinning.emerging,
        to_cluster=twinning.advanced,
        **values,
    )
    note(subject=row, kind=row.kind, stage=row.stage)
    return row


def _check_linkage(
    twinning: Twinning, values: dict[str, Any], override_reason: str, at: datetime | None
) -> None:
    """Refuse dates that cannot be read, and kinds of parties between whom the scope is not open yet."""
    for name in ("started", "signed"):
        check_when(values.get(name, ""))
    day = (at or timezone.now()).date()
    cell = queries.scope_on(twinning=twinning, on=day).matrix.cell(values["from_type"], values["to_type"])
    if cell.level != "high" and twinning.programme.rule_setting("scope") == "refuse":
        if not override_reason.strip():
            one, other = (str(PartyType(kind).label) for kind in (cell.emerging, cell.advanced))
            raise TooEarly(day=day, one=one, other=other, reason=cell.reason)
        note(override_reason=override_reason.strip(), rule="scope")


@action("twinning.edit_linkage")
def edit_linkage(
    *,
    linkage: Linkage,
    values: dict[str, Any],
    version: int,
    override_reason: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Linkage:
    """Correct a linkage, or say how far it has come; other parties must be open to each other as new ones must."""
    kinds = ("from_type", "to_type")
    twinning = Twinning._base_manager.filter(
        programme=linkage.programme_id, emerging=linkage.from_cluster, advanced=linkage.to_cluster
    ).first()
    if twinning is not None and any(values[kind] != getattr(linkage, kind) for kind in kinds):
        _check_linkage(twinning, values, override_reason, at)
    for name in ("started", "signed"):
        check_when(values.get(name, ""))
    note(subject=linkage, stage=values["stage"], fields=save_edit(linkage, values, version=version))
    return linkage


@action("twinning.rank_topic", once=True)
def rank_topic(
    *, twinning: Twinning, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> AgendaTopic:
    """Put a topic on the agenda of both sides; one that stands there already is corrected in its own place."""
    hold(twinning)
    _refuse_second(AgendaTopic, twinning, values, "topic")
    row = AgendaTopic.objects.create(twinning=twinning, scope=twinning.scope, **values)
    note(subject=row)
    return row


def _refuse_second(
    model: type[AgendaTopic | BusinessInterest | Requirement],
    twinning: Twinning,
    values: dict[str, Any],
    *key: str,
    besides: int | None = None,
) -> None:
    """Refuse what another row of the twinning says already; its label is the last name of the key."""
    same = model._base_manager.filter(twinning=twinning, **{name: values[name] for name in key})
    if same.exclude(pk=besides).exists():
        raise NameTaken(label=values[key[-1]])


@action("twinning.edit_topic")
def edit_topic(
    *, topic: AgendaTopic, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> AgendaTopic:
    """Correct a topic and its place on each side's agenda."""
    hold(topic.twinning)
    _refuse_second(AgendaTopic, topic.twinning, values, "topic", besides=topic.pk)
    note(subject=topic, fields=save_edit(topic, values, version=version))
    return topic


# What tells one hope of a twinning from another.
HOPE = ("side", "stakeholder_type", "business_interest")


@action("twinning.state_interest", once=True)
def state_interest(
    *, twinning: Twinning, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> BusinessInterest:
    """Write down what a kind of stakeholder of one side hopes to gain; the same hope is corrected in its own place."""
    hold(twinning)
    _refuse_second(BusinessInterest, twinning, values, *HOPE)
    row = BusinessInterest.objects.create(twinning=twinning, scope=twinning.scope, **values)
    note(subject=row, side=row.side)
    return row


@action("twinning.edit_interest")
def edit_interest(
    *,
    interest: BusinessInterest,
    values: dict[str, Any],
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> BusinessInterest:
    """Correct what a kind of stakeholder hopes to gain."""
    hold(interest.twinning)
    _refuse_second(BusinessInterest, interest.twinning, values, *HOPE, besides=interest.pk)
    note(subject=interest, side=values["side"], fields=save_edit(interest, values, version=version))
    return interest


# What tells one need or offer of a twinning from another.
WANT = ("side", "direction", "label")


@action("twinning.state_requirement", once=True)
def state_requirement(
    *, twinning: Twinning, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> Requirement:
    """Write down what somebody on one side needs or can offer."""
    check_when(values.get("stated", ""))
    hold(twinning)
    _refuse_second(Requirement, twinning, values, *WANT)
    row = Requirement.objects.create(twinning=twinning, scope=twinning.scope, **values)
    note(subject=row, side=row.side, direction=row.direction)
    return row


@action("twinning.edit_requirement")
def edit_requirement(
    *,
    requirement: Requirement,
    values: dict[str, Any],
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Requirement:
    """Correct a need or an offer, or say that it is met."""
    check_when(values.get("stated", ""))
    hold(requirement.twinning)
    _refuse_second(Requirement, requirement.twinning, values, *WANT, besides=requirement.pk)
    note(subject=requirement, state=values["state"], fields=save_edit(requirement, values, version=version))
    return requirement


@action("twinning.plan_task", once=True)
def plan_task(
    *, programme: Programme, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> DealTask:
    """Plan a task on the way to a deal; the programme's money is refused for commercial ones."""
    _check_task(programme, values)
    hold(programme)
    if DealTask._base_manager.filter(programme=programme, label=values["label"]).exists():
        raise TaskThere(label=values["label"])
    return DealTask.objects.create(programme=programme, scope=programme.scope, **values)


@action("twinning.edit_task")
def edit_task(
    *, task: DealTask, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> DealTask:
    """Correct a task; the programme's money is refused for commercial ones as for new tasks."""
    _check_task(task.programme, values)
    same = DealTask._base_manager.filter(programme=task.programme_id, label=values["label"])
    if same.exclude(pk=task.pk).exists():
        raise TaskThere(label=values["label"])
    note(subject=task, fields=save_edit(task, values, version=version))
    return task


def _check_task(programme: Programme, values: dict[str, Any]) -> None:
    verdict = rules.developmental_commercial(
        values["phase"], payer=values.get("payer") or None, executor=values.get("executor") or None
    )
    if not verdict.allows and programme.rule_setting("deal_split") == "refuse":
        raise ProjectMustNotPay(verdict=verdict)


# What may be taken back by itself; a twinning is the frame of the others and ends on a day instead.
Mistaken = StepEvidence | Linkage | AgendaTopic | BusinessInterest | DealTask | Requirement


@action("twinning.take_back")
def take_back_record(
    *, record: Mistaken, reason: str, version: int, by: User | str, at: datetime | None = None
) -> Mistaken:
    """Take back what was written down of a twinning by mistake; the deed keeps what it said, and why it went."""
    take_back(record, version=version, reason=reason)
    if isinstance(record, StepEvidence) and record.file is not None:
        files.forget_file(record.file)
    return record
