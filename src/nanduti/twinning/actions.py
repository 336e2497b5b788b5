"""Verbs of a twinning."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold
from nanduti.foundation.fields import check_when
from nanduti.foundation.models import User
from nanduti.methods import twinning as rules
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster

from . import queries
from .errors import ProjectMustNotPay, TaskThere, TooEarly
from .models import AgendaTopic, BusinessInterest, DealTask, Linkage, StepEvidence, Twinning
from .models.linkages import PartyType


@action("twinning.add_evidence", once=True)
def add_evidence(
    *,
    programme: Programme,
    cluster: Cluster | None,
    values: dict[str, Any],
    by: User | str,
    at: datetime | None = None,
) -> StepEvidence:
    """Write down what shows that a gate is passed."""
    check_when(values.get("when_text", ""))
    row = StepEvidence.objects.create(
        programme=programme, cluster=cluster, scope=work_scope(programme, cluster), **values
    )
    note(subject=row, step=row.step, kind=row.evidence_kind)
    return row


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
    for name in ("started", "signed"):
        check_when(values.get(name, ""))
    day = (at or timezone.now()).date()
    cell = queries.scope_on(twinning=twinning, on=day).matrix.cell(values["from_type"], values["to_type"])
    if cell.level != "high" and twinning.programme.rule_setting("scope") == "refuse":
        if not override_reason.strip():
            one, other = (str(PartyType(kind).label) for kind in (cell.emerging, cell.advanced))
            raise TooEarly(day=day, one=one, other=other, reason=cell.reason)
        note(override_reason=override_reason.strip(), rule="scope")
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


@action("twinning.rank_topic")
def rank_topic(
    *, twinning: Twinning, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> AgendaTopic:
    """Put a topic on the agenda of both sides; named again, its places are corrected."""
    topic = values.pop("topic")
    row, _made = AgendaTopic.objects.update_or_create(
        twinning=twinning, topic=topic, defaults={**values, "scope": twinning.scope}
    )
    note(subject=row)
    return row


@action("twinning.state_interest")
def state_interest(
    *, twinning: Twinning, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> BusinessInterest:
    """Write down what a kind of stakeholder of one side hopes to gain; named again, the rest is corrected."""
    key = {name: values.pop(name) for name in ("side", "stakeholder_type", "business_interest")}
    row, _made = BusinessInterest.objects.update_or_create(
        twinning=twinning, **key, defaults={**values, "scope": twinning.scope}
    )
    note(subject=row, side=row.side)
    return row


@action("twinning.plan_task", once=True)
def plan_task(
    *, programme: Programme, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> DealTask:
    """Plan a task on the way to a deal; the programme's money is refused for commercial ones."""
    verdict = rules.developmental_commercial(
        values["phase"], payer=values.get("payer") or None, executor=values.get("executor") or None
    )
    if not verdict.allows and programme.rule_setting("deal_split") == "refuse":
        raise ProjectMustNotPay(verdict=verdict)
    hold(programme)
    if DealTask._base_manager.filter(programme=programme, label=values["label"]).exists():
        raise TaskThere(label=values["label"])
    return DealTask.objects.create(programme=programme, scope=programme.scope, **values)
