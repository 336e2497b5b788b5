"""Planned and happened as machines read it: the same answers as on the pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from nanduti.methods import planning
from nanduti.methods.values import Money, Reason
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster

from . import revisions, variance
from .models import ActionPlan


def told(
    *,
    programme: Programme,
    cluster: Cluster | None,
    plan: ActionPlan | None,
    as_of: date,
    against: str,
    sees_money: bool,
    offset: int = 0,
    limit: int | None = None,
) -> dict[str, Any]:
    """The variance of a plan, a cluster or a programme at a day, with its activities; amounts only if ``sees_money``.

    ``against``: "baseline" or "current"; empty for the baseline where there is one.
    """
    asked = against or _usual(programme, cluster, plan)
    rows = variance.asked_activities(programme=programme, cluster=cluster, plan=plan)
    answer = variance.found(rows, as_of=as_of, against=asked)
    shown = answer.rows[offset : None if limit is None else offset + limit]
    return {
        "programme": programme.code,
        "cluster": cluster.code if cluster else None,
        "plan": plan.code if plan else None,
        "against": asked,
        "as_of": as_of.isoformat(),
        **_totals(answer, sees_money),
        "curve": _curve(answer.curve),
        "activities": [
            _activity(one, sees_money)
            for start in range(0, len(shown), 1_000)
            for one in variance.details(programme, shown[start : start + 1_000], as_of=as_of, against=asked)
        ],
        **(_of_plan(plan) if plan else {}),
    }


def _usual(programme: Programme, cluster: Cluster | None, plan: ActionPlan | None) -> str:
    kept = variance.has_baseline(programme=programme, cluster=cluster, plan=plan)
    return "baseline" if kept else "current"


def _totals(answer: variance.Found, sees_money: bool) -> dict[str, Any]:
    total = answer.total
    said = {
        "n": total.n,
        "n_not_in_baseline": answer.n_outside,
        "n_with_one_date": answer.n_one_date,
        "n_by_state": total.n_by_state,
        "n_due": total.n_due,
        "on_time_share": None if total.on_time_share is None else round(float(total.on_time_share), 6),
        "n_done": total.n_done,
        "median_days_late": total.median_days_late,
        "median_days_late_least": total.median_days_late_least,
        "median_days_late_most": total.median_days_late_most,
        "participants": [
            _fields(one, "unit n n_all planned actual difference ratio") for one in total.participants
        ],
    }
    if not sees_money:
        return said
    money = "currency n n_all planned actual difference ratio"
    earned = (
        "currency n n_all planned_value earned_value actual_cost budget schedule_variance cost_variance "
        "schedule_index cost_index"
    )
    return said | {
        "costs": [_fields(one, money) for one in total.costs],
        "local_shares": [_fields(one, money) for one in total.local_shares],
        "targets": {"met": total.n_met, "missed": total.n_missed},
        "earned_value": [_fields(one, earned) for one in answer.earned],
    }  # fmt: skip


def _curve(told: planning.PlanCurve) -> dict[str, Any]:
    return {
        **_fields(told, "n n_planned n_done n_done_dated"),
        "points": [_fields(p, "on planned_least planned_most done_least done_most") for p in told.points],
    }


def _activity(one: variance.Detail, sees_money: bool) -> dict[str, Any]:
    said, activity, when = one.said, one.activity, one.side.line.when
    is_read = isinstance(when, planning.When)
    row = {
        "plan": activity.plan.code,
        "number": activity.number,
        "label": activity.label,
        "label_es": activity.label_es,
        "cluster": activity.cluster.code if activity.cluster else None,
        "owner": activity.owner.pseudonym if activity.owner else None,
        "planned": {
            "start": _plain(when.start) if is_read else None,
            "last_day": _plain(when.period.last_day) if is_read else None,
            "precision": when.precision if is_read else None,
        },
        "done_on": _plain(one.side.outcome.done_on),
        "time": {
            **_fields(said.time, "state days least most is_due is_done"),
            "reason": _reason(said.time.reason),
        },
        "participants": _side(said.participants, "state unit planned actual difference ratio"),
    }
    if not sees_money:
        return row
    parts = "state planned actual difference ratio"
    return row | {
        "cost": _side(said.cost, parts),
        "local_share": _side(said.local_share, parts),
        "target": _side(said.target, parts),
    }  # fmt: skip


def _side(said: Any, names: str) -> dict[str, Any]:
    return {**_fields(said, names), "reason": _reason(said.reason)}


def _of_plan(plan: ActionPlan) -> dict[str, Any]:
    """The revisions of the plan, and how many activities were changed since the last one."""
    rows = list(revisions.of_plan(plan))
    counts = revisions.changed_since(plan, rows[-1]) if rows else None
    return {
        "revisions": [
            {
                "number": row.number,
                "agreed_on": row.agreed_on,
                "reason": row.reason,
                "reason_es": row.reason_es,
                "n_activities": row.n_lines,  # type: ignore[attr-defined]
            }
            for row in rows
        ],
        "n_changed_since": None if counts is None else counts.n,
    }


def _fields(said: Any, names: str) -> dict[str, Any]:
    return {name: _plain(getattr(said, name)) for name in names.split()}


def _reason(reason: Reason) -> dict[str, str]:
    return {"code": reason.code, "sentence": reason.say()}


def _plain(value: Any) -> Any:
    """A value as JSON has it: money as a text with its currency, so that no digit is lost."""
    if isinstance(value, Money):
        return {"amount": str(value.amount), "currency": value.currency}
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, float):
        return round(value, 6)
    return value.isoformat() if isinstance(value, date) else value


def lines(said: dict[str, Any]) -> Iterable[str]:
    """The same as a table for a terminal."""
    states = ", ".join(f"{state} {n}" for state, n in said["n_by_state"].items())
    yield f"against {said['against']}, as of {said['as_of']}: {said['n']} activities ({states})"
    for row in said["activities"]:
        days = "" if row["time"]["days"] is None else f"{row['time']['days']:+d}"
        last = row["planned"]["last_day"] or "?"
        yield f"{row['plan']}:{row['number']:<4} {row['time']['state']:10} {days:>5} {last:10} {row['label']}"
