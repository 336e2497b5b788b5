"""Verbs of plans and activities."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.fields import check_when
from nanduti.foundation.models import User
from nanduti.methods.values import Verdict
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster

from . import agents, labour, queries
from .errors import NumberTaken, OverrideNeedsReason
from .models import ActionPlan, Activity, Contribution, Milestone, Participation, Vision


def _obey(programme: Programme, said: list[tuple[str, Verdict]], reason: str) -> None:
    """Refuse what a rule refuses, unless the programme only warns or somebody overrides with a reason."""
    for rule, verdict in said:
        if verdict.allows or programme.rule_setting(rule) in {"off", "warn"}:
            continue
        if not reason.strip():
            raise OverrideNeedsReason(verdict=verdict)
        note(override_reason=reason.strip(), rule=rule)


def _guard(activity: Activity, verdict: Verdict | None, reason: str) -> None:
    """Refuse what the agent must leave to others."""
    if verdict is not None:
        _obey(activity.plan.programme, [(agents.RULE, verdict)], reason)


@action("plans.plan_activity", once=True)
def plan_activity(
    *,
    plan: ActionPlan,
    values: dict[str, Any],
    override_reason: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Activity:
    """Put an activity into a plan, if the rules of the programme let it in."""
    check_when(values.get("date_text", ""))
    said = queries.rule_verdicts(programme=plan.programme, cluster=plan.cluster, values=values)
    _obey(plan.programme, said, override_reason)
    hold(plan)
    organisers = values.pop("organisers", None)
    number = values.pop("number", None) or queries.next_number(plan=plan)
    if Activity._base_manager.filter(plan=plan, number=number).exists():
        raise NumberTaken(plan=str(plan), number=number, free=queries.next_number(plan=plan))
    activity = Activity.objects.create(
        plan=plan, cluster=plan.cluster, scope=plan.scope, number=number, **values
    )
    labour.organise(activity, organisers or [])
    note(subject=activity, number=number)
    return activity


@action("plans.edit_activity")
def edit_activity(
    *,
    activity: Activity,
    values: dict[str, Any],
    version: int,
    override_reason: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Activity:
    """Correct an activity; the second of two editors is told."""
    check_when(values.get("date_text", ""))
    programme = activity.plan.programme
    # What came in as it is, from a document, is shown on its page; nobody has to defend it to correct a word.
    as_before = {name: "" for name in agents.JUDGED if values.get(name) == getattr(activity, name)}
    said = queries.rule_verdicts(
        programme=programme,
        cluster=activity.cluster,
        values={"kind": activity.kind, "organisers": labour.organisers(activity), **values, **as_before},
    )
    if all(values.get(name, "") == getattr(activity, name) for name in ("activity_class", "date_text")):
        # Its time was judged when it was planned; correcting a label asks nothing anew.
        said = [(rule, verdict) for rule, verdict in said if rule not in {"sequence", "hold"}]
    if labour.is_as_before(activity, values):
        said = [(rule, verdict) for rule, verdict in said if rule != labour.RULE]
    _obey(programme, said, override_reason)
    note(subject=activity, fields=_save_activity(activity, values, version))
    return activity


def _save_activity(activity: Activity, values: dict[str, Any], version: int) -> list[str]:
    """Save the fields and who organises it; a change of organisers alone counts as an edit too."""
    organisers = values.pop("organisers", None)
    if organisers is None or labour.is_as_before(activity, {"organisers": organisers}):
        return save_edit(activity, values, version=version)
    fields = save_edit(activity, {**values, "changed_at": timezone.now()}, version=version)
    labour.organise(activity, organisers)
    return [*(name for name in fields if name != "changed_at"), "organisers"]


@action("plans.report_activity")
def report_activity(
    *,
    activity: Activity,
    status: str,
    done_on: date | None,
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Activity:
    """Say what became of an activity: held (on which day), cancelled, suspended, or open again."""
    values = {"reported_status": status, "done_on": done_on if status == Activity.Status.CLOSED else None}
    note(subject=activity, status=status, fields=save_edit(activity, values, version=version))
    return activity


@action("plans.record_participation", once=True)
def record_participation(
    *,
    activity: Activity,
    values: dict[str, Any],
    override_reason: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Participation:
    """Write down who took part; the agent is not the one who provides."""
    _guard(
        activity,
        agents.participation_verdict(
            activity=activity,
            role=values.get("role", ""),
            organisation=values.get("organisation"),
            person=values.get("person"),
        ),
        override_reason,
    )
    row = Participation.objects.create(activity=activity, scope=activity.scope, **values)
    note(subject=activity, role=row.role, count=row.count, unit=row.unit)
    return row


@action("plans.record_contribution", once=True)
def record_contribution(
    *,
    activity: Activity,
    values: dict[str, Any],
    override_reason: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Contribution:
    """Write down what a stakeholder promised or gave, and how it was valued; the agent gives no money or equipment."""
    check_when(values.get("given_on", ""))
    verdict = agents.contribution_verdict(
        activity=activity, contributor=values["contributor"], kind=values["kind"]
    )
    _guard(activity, verdict, override_reason)
    row = Contribution.objects.create(plan=activity.plan, activity=activity, scope=activity.scope, **values)
    note(subject=activity, kind=row.kind, state=row.state)
    return row


@action("plans.reach_milestone", once=True)
def reach_milestone(
    *,
    programme: Programme,
    cluster: Cluster | None,
    values: dict[str, Any],
    by: User | str,
    at: datetime | None = None,
) -> Milestone:
    """Write down a sign that the programme has got somewhere."""
    check_when(values.get("reached_on", ""))
    hold(programme)
    n = Milestone._base_manager.filter(programme=programme).count() + 1
    taken = set(Milestone._base_manager.filter(programme=programme).values_list("code", flat=True))
    code = next(c for c in (f"m{i}" for i in range(n, n + 100_000)) if c not in taken)
    return Milestone.objects.create(
        programme=programme, cluster=cluster, scope=work_scope(programme, cluster), code=code, **values
    )


@action("plans.agree_vision", once=True)
def agree_vision(
    *,
    programme: Programme,
    cluster: Cluster | None,
    values: dict[str, Any],
    by: User | str,
    at: datetime | None = None,
) -> Vision:
    """Write down a vision that was agreed; earlier ones stay on record."""
    check_when(values.get("agreed_on", ""))
    return Vision.objects.create(
        programme=programme, cluster=cluster, scope=work_scope(programme, cluster), **values
    )


@action("plans.make_plan", once=True)
def make_plan(
    *,
    programme: Programme,
    cluster: Cluster | None,
    title: str,
    title_es: str = "",
    by: User | str,
    at: datetime | None = None,
) -> ActionPlan:
    """Begin an action plan as a draft."""
    from django.utils.text import slugify

    hold(programme)
    taken = set(ActionPlan._base_manager.filter(programme=programme).values_list("code", flat=True))
    stem = slugify(title)[:50] or "plan"
    code = next(c for c in (stem, *(f"{stem}-{i}" for i in range(2, 10_000))) if c not in taken)
    return ActionPlan.objects.create(
        programme=programme,
        cluster=cluster,
        scope=work_scope(programme, cluster),
        code=code,
        title=title,
        title_es=title_es,
    )


@action("plans.endorse_plan")
def move_plan(
    *, plan: ActionPlan, status: str, version: int, by: User | str, at: datetime | None = None
) -> ActionPlan:
    """Endorse a plan, set it running, or close it."""
    note(subject=plan, status=status, fields=save_edit(plan, {"status": status}, version=version))
    return plan
