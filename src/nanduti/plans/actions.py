"""Verbs of plans and activities."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.fields import check_when, read_when
from nanduti.foundation.models import User
from nanduti.methods.values import Money, Verdict
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster

from . import agents, labour, queries, revisions, visions
from .errors import (
    NumberTaken,
    ObjectiveElsewhere,
    OverrideNeedsReason,
    PriorityElsewhere,
    RevisionEarlier,
    RevisionEmpty,
    RevisionNeedsReason,
    SpentOtherCurrency,
    VisionEarlier,
    VisionMovedOn,
    VisionWithoutDay,
    WordingTold,
)
from .models import (
    ActionPlan,
    Activity,
    Contribution,
    Milestone,
    Objective,
    Participation,
    Revision,
    RevisionLine,
    Vision,
)


def _obey(programme: Programme, said: list[tuple[str, Verdict]], reason: str) -> None:
    """Refuse what a rule refuses, unless the programme only warns or somebody overrides with a reason."""
    for rule, verdict in said:
        if verdict.allows or programme.rule_setting(rule) in {"off", "warn"}:
            continue
        if not reason.strip():
            raise OverrideNeedsReason(verdict=verdict)
        note(override_reason=reason.strip(), rule=rule)


def _its_own(plan: ActionPlan, values: dict[str, Any]) -> None:
    """Refuse an objective of another plan."""
    objective = values.get("objective")
    if objective is not None and objective.plan_id != plan.pk:
        raise ObjectiveElsewhere(plan=str(plan), objective=str(objective))


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
    _its_own(plan, values)
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
    _its_own(activity.plan, values)
    values = _one_currency(activity, values)
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


def _one_currency(activity: Activity, values: dict[str, Any]) -> dict[str, Any]:
    """The values with the currency that what was spent is written in; refuses another one beside it."""
    if activity.spent is None or "currency" not in values:
        return values
    if values.get("cost") is not None and values["currency"] != activity.currency:
        raise SpentOtherCurrency(planned=values["currency"], spent=activity.currency)
    return {**values, "currency": activity.currency}


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
    came_to: dict[str, Any] | None = None,
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Activity:
    """Say what became of an activity: held (on which day), cancelled, suspended, or open again; what it cost and moved.

    ``came_to``: ``spent`` (``Money`` or ``None``) and ``reached``, a number in the unit of the target; what is left out
    stays as it is.
    """
    values = {"reported_status": status, "done_on": done_on if status == Activity.Status.CLOSED else None}
    values |= _came_to(activity, dict(came_to or {}))
    note(subject=activity, status=status, fields=save_edit(activity, values, version=version))
    return activity


def _came_to(activity: Activity, values: dict[str, Any]) -> dict[str, Any]:
    """What was spent and reached as fields; refuses another currency than that of the planned cost."""
    if "spent" not in values:
        return values
    spent: Money | None = values.pop("spent")
    if spent is None:
        left = "" if activity.cost is None else activity.currency
        return {**values, "spent": None, "currency": left}
    if activity.cost is not None and spent.currency != activity.currency:
        raise SpentOtherCurrency(planned=activity.currency, spent=spent.currency)
    return {**values, "spent": spent.amount, "currency": spent.currency}


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


@action("plans.edit_contribution")
def edit_contribution(
    *,
    contribution: Contribution,
    values: dict[str, Any],
    version: int,
    override_reason: str = "",
    by: User | str,
    at: datetime | None = None,
) -> Contribution:
    """Correct a contribution, or say that a pledge was kept; the agent gives no money or equipment here either."""
    check_when(values.get("given_on", ""))
    is_same = all(values[name] == getattr(contribution, name) for name in ("contributor", "kind"))
    if contribution.activity is not None and not is_same:
        verdict = agents.contribution_verdict(
            activity=contribution.activity, contributor=values["contributor"], kind=values["kind"]
        )
        _guard(contribution.activity, verdict, override_reason)
    note(subject=contribution, state=values["state"], fields=save_edit(contribution, values, version=version))
    return contribution


@action("plans.edit_milestone")
def edit_milestone(
    *, milestone: Milestone, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Milestone:
    """Correct a sign that the programme has got somewhere."""
    check_when(values.get("reached_on", ""))
    note(subject=milestone, fields=save_edit(milestone, values, version=version))
    return milestone


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


def _free(title: str, taken: set[str], else_called: str) -> str:
    """A code that nothing has yet, from how something is called."""
    stem = slugify(title)[:50] or else_called
    return next(c for c in (stem, *(f"{stem}-{i}" for i in range(2, 10_000))) if c not in taken)


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
    hold(programme)
    taken = set(ActionPlan._base_manager.filter(programme=programme).values_list("code", flat=True))
    return ActionPlan.objects.create(
        programme=programme,
        cluster=cluster,
        scope=work_scope(programme, cluster),
        code=_free(title, taken, "plan"),
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


@action("plans.keep_revision", once=True)
def keep_revision(
    *, plan: ActionPlan, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> Revision:
    """Keep a plan whole as it was agreed: the first time as its baseline, later with the reason for the change."""
    check_when(values.get("agreed_on", ""))
    hold(plan)
    last = revisions.last_of(plan)
    if last is not None:
        if not values.get("reason", "").strip():
            raise RevisionNeedsReason(plan=str(plan))
        _check_not_earlier(last, values.get("agreed_on", ""))
    rows = list(revisions.activities_of(plan))
    if not rows:
        raise RevisionEmpty(plan=str(plan))
    number = 0 if last is None else last.number + 1
    revision = Revision.objects.create(plan=plan, scope=plan.scope, number=number, **values)
    RevisionLine.objects.bulk_create(
        (RevisionLine(revision=revision, scope=plan.scope, **revisions.said_now(row)) for row in rows),
        batch_size=1_000,
    )
    note(subject=revision, number=number, n_lines=len(rows))
    return revision


def _check_not_earlier(last: Revision, text: str) -> None:
    """Refuse a day before that on which the plan was last agreed, where both are known."""
    when = read_when(text or "")
    start = getattr(when, "start", None)
    if start is not None and last.agreed_on_start is not None and start < last.agreed_on_start:
        raise RevisionEarlier(given=text, last=last.agreed_on)


@action("plans.correct_revision")
def correct_revision(
    *, revision: Revision, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Revision:
    """Correct how the reason of a revision is worded; what the plan said then stays as it was."""
    if revision.number and not values["reason"].strip():
        raise RevisionNeedsReason(plan=str(revision.plan))
    note(subject=revision, fields=save_edit(revision, values, version=version))
    return revision


@action("plans.name_objective", once=True)
def name_objective(
    *, plan: ActionPlan, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> Objective:
    """Name what a plan is to change, and say whether the stakeholders agreed on it as a priority of the vision."""
    _priority_here(values.get("vision"), plan, values["label"])
    hold(plan)
    taken = set(Objective._base_manager.filter(plan=plan).values_list("code", flat=True))
    row = Objective.objects.create(
        plan=plan, scope=plan.scope, code=_free(values["label"], taken, "objective"), **values
    )
    note(subject=row, code=row.code)
    return row


@action("plans.edit_objective")
def edit_objective(
    *,
    objective: Objective,
    values: dict[str, Any],
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Objective:
    """Correct an objective, or say whether it is a priority of the vision that holds."""
    _priority_here(values.get("vision"), objective.plan, str(objective))
    note(subject=objective, fields=save_edit(objective, values, version=version))
    return objective


def _priority_here(vision: Vision | None, plan: ActionPlan, called: str) -> None:
    """Refuse a priority of another cluster's vision; that of the programme as a whole is everybody's."""
    if vision is None:
        return
    if vision.programme_id != plan.programme_id or vision.cluster_id not in (None, plan.cluster_id):
        raise PriorityElsewhere(objective=called)


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


@action("plans.look_at_vision_again", once=True)
def look_again(
    *,
    vision: Vision,
    values: dict[str, Any],
    priorities: list[Objective],
    by: User | str,
    at: datetime | None = None,
) -> Vision:
    """Write down that stakeholders looked at a vision again: when, who, what they decided, what they want first.

    The wording that held before stays as it is, in its own row. ``priorities``: the objectives that are priorities of
    the vision from now on.
    """
    values = {**values, **_wording(vision, values)}
    hold(vision.programme)
    rows = visions.looked_at(vision)
    if rows[-1].pk != vision.pk:
        raise VisionMovedOn()
    _check_later(vision, values.get("agreed_on", ""))
    for objective in priorities:
        _priority_here(vision, objective.plan, str(objective))
    row = Vision.objects.create(
        programme=vision.programme, cluster=vision.cluster, scope=vision.scope, **values
    )
    kept, dropped = _move_priorities(rows, row, priorities)
    note(subject=row, outcome=row.outcome, before=vision.pk, priorities=kept, dropped=dropped)
    return row


def _wording(vision: Vision, values: dict[str, Any]) -> dict[str, str]:
    """The wording that holds from now on: the same if it was confirmed, another one else."""
    before = {"text": vision.text, "text_es": vision.text_es}
    given = {name: values.get(name) or "" for name in before}
    is_same = not given["text"].strip() or given["text"].split() == before["text"].split()
    if is_same != (values["outcome"] == Vision.Outcome.CONFIRMED):
        raise WordingTold(decision=str(Vision.Outcome(values["outcome"]).label))
    return {"text": before["text"], "text_es": given["text_es"] or before["text_es"]} if is_same else given


def _check_later(vision: Vision, text: str) -> None:
    """Refuse a day that cannot be understood, is missing, or lies before the last one."""
    check_when(text)
    when = read_when(text or "")
    if when is None or when.start is None:
        raise VisionWithoutDay()
    if vision.agreed_on_start is not None and when.start < vision.agreed_on_start:
        raise VisionEarlier(given=text, last=vision.agreed_on)


def _move_priorities(rows: list[Vision], row: Vision, chosen: list[Objective]) -> tuple[list[str], list[str]]:
    """Let the chosen objectives be priorities of the new row; the others lapse with the wording that they belonged to.

    Returns the codes of the chosen ones, and of those that were priorities and are no longer.
    """
    holding = visions.wordings([visions.Standing(tuple(rows), row.agreed_on_start)])
    before = Objective.objects.filter(vision__in=holding).exclude(pk__in=[one.pk for one in chosen])
    dropped = sorted(before.values_list("code", flat=True))
    if row.outcome == Vision.Outcome.CONFIRMED:
        before.update(vision=None, version=F("version") + 1)  # else the wording would keep them
    Objective.objects.filter(pk__in=[one.pk for one in chosen]).update(vision=row, version=F("version") + 1)
    return sorted(one.code for one in chosen), dropped


@action("plans.correct_vision")
def correct_vision(
    *, vision: Vision, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Vision:
    """Correct when a vision was agreed, by whom, or when to look at it again; agreement alone changes its wording."""
    check_when(values.get("agreed_on", ""))
    if vision.outcome and not values.get("agreed_on", vision.agreed_on):
        raise VisionWithoutDay()
    note(subject=vision, fields=save_edit(vision, values, version=version))
    return vision
