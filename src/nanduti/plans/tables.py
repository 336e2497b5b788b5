"""What can be imported about plans and activities."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from nanduti.foundation.imports import Column, Context, Row, RowProblem, table
from nanduti.indicators.models import Indicator
from nanduti.programme.scopes import work_scope
from nanduti.programme.tables import CLUSTER, CURRENCY, PROGRAMME, choices, cluster_of, programme_of
from nanduti.register.models import Organisation

from .kinds import KINDS
from .models import (
    ActionPlan,
    Activity,
    ActivityRole,
    Contribution,
    Milestone,
    Objective,
    Participation,
    Vision,
)


@table(
    "visions",
    order=200,
    columns=[
        PROGRAMME,
        CLUSTER,
        Column("text", required=True),
        Column("text_es"),
        Column("agreed_on"),
        Column("participants", "int"),
        Column("took_part"),
        Column("outcome", "choice", choices=tuple(code for code in Vision.Outcome.values if code)),
        Column("every_months", "int"),
        Column("note"),
    ],
)
def load_vision(row: Row, into: Context) -> None:
    """The picture of the future that a cluster shares; once more for each time that it was looked at again."""
    programme, cluster = programme_of(row, into), cluster_of(row, into)
    key = {"programme": programme, "cluster": cluster, "text": row["text"], "outcome": row["outcome"] or ""}
    if row["outcome"]:
        if not row["agreed_on"]:
            raise RowProblem(
                "agreed_on",
                _("is empty though the vision was looked at again"),
                _("Write when, as exactly as it is known: “May 2009” is enough."),
            )
        key["agreed_on"] = row["agreed_on"]  # the same wording may be confirmed many times
    if row["every_months"] is not None and not 1 <= row["every_months"] <= 600:
        raise RowProblem("every_months", _("is not from 1 to 600"), _("Leave it empty for no reminder."))
    into.upsert(
        Vision,
        key=key,
        values={
            **row.pick("text_es agreed_on took_part every_months note"),
            "n_participants": row["participants"],
            "scope": work_scope(programme, cluster, into=into),
        },
    )


@table(
    "plans",
    order=210,
    key="programme code",
    columns=[
        Column("code", required=True, max_length=60),
        PROGRAMME,
        CLUSTER,
        Column("title", required=True, max_length=200),
        Column("title_es", max_length=200),
        Column("status", "choice", choices=choices(ActionPlan.Status)),
        Column("status_as_of", "date"),
        Column("date_order", "choice", choices=choices(ActionPlan.DateOrder)),
        Column("is_numbered", "bool"),
    ],
)
def load_plan(row: Row, into: Context) -> None:
    """What a cluster has agreed to do."""
    programme, cluster = programme_of(row, into), cluster_of(row, into)
    into.upsert(
        ActionPlan,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("title title_es status_as_of date_order"),
            "status": row["status"] or ActionPlan.Status.DRAFT,
            "is_numbered": row["is_numbered"] is not False,
            "cluster": cluster,
            "scope": work_scope(programme, cluster, into=into),
        },
    )


@table(
    "objectives",
    order=220,
    key="plan code",
    columns=[
        Column("plan", required=True),
        Column("code", required=True, max_length=60),
        Column("label", required=True, max_length=200),
        Column("label_es", max_length=200),
        Column("vision"),
    ],
)
def load_objective(row: Row, into: Context) -> None:
    """What a plan is to change; with the wording of the vision, where the stakeholders agreed on it as a priority."""
    plan = into.find(ActionPlan, "plan", row["plan"])
    into.upsert(
        Objective,
        key={"plan": plan, "code": row["code"]},
        values={**row.pick("label label_es"), **_priority_of(row, into, plan), "scope": plan.scope},
    )


def _priority_of(row: Row, into: Context, plan: ActionPlan) -> dict[str, Vision]:
    """The vision of the plan's cluster, else of the programme as a whole, that has this wording.

    A table that says nothing of it leaves what people have said since.
    """
    if not row["vision"]:
        return {}
    named = {"programme": plan.programme, "text": row["vision"]}
    own = into.seek(Vision, cluster=plan.cluster, **named)
    return {
        "vision": own
        or into.find(Vision, "vision", row["vision"], by="text", programme=plan.programme, cluster=None)
    }


INDICATOR = (
    Column("indicator"),
    Column("indicator_text", max_length=200),
    Column("better", "choice", choices=choices(Activity.Better)),
    Column("target", "decimal"),
)


def check_cost(row: Row) -> None:
    """Refuse an amount without its currency."""
    if row["cost"] is not None and not row["currency"]:
        raise RowProblem(
            "currency", _("is empty beside a cost"), _("Write the currency, such as EUR or INR.")
        )


def agreed_of(row: Row, into: Context, plan: ActionPlan) -> dict[str, Any]:
    """Who answers for an activity, and what it is to move how far."""
    for name in ("target", "reached"):
        value = row.get(name)
        if value is not None and abs(value) >= Decimal(10) ** 14:
            raise RowProblem(name, _("is too large"), _("Check the number and its unit."))
    return {
        "owner": into.find_if(Organisation, "owner", row["owner"]),
        "indicator": into.find_if(Indicator, "indicator", row["indicator"], programme=plan.programme),
        **row.pick("indicator_text better target"),
    }


def told(row: Row, values: dict[str, Any]) -> dict[str, Any]:
    """Those of the values that the table tells: one that says nothing of them leaves what people have said since."""
    return {name: value for name, value in values.items() if row[name] not in (None, "")}


@table(
    "activities",
    order=230,
    key="plan number",
    columns=[
        Column("plan", required=True),
        Column("number", "int", required=True),
        Column("label", required=True, max_length=300),
        Column("label_es", max_length=300),
        Column("kind", "choice", required=True, choices=tuple(KINDS)),
        Column("class", "choice", choices=choices(Activity.Class)),
        Column("step", "int"),
        Column("date_text", max_length=200),
        Column("organisers", "list"),
        Column("location", max_length=200),
        Column("objective"),
        Column("joint_benefit", "choice", choices=choices(Activity.Benefit)),
        Column("spillover"),
        Column("n_participants", "int"),
        Column("participant_unit", max_length=20),
        Column("cost", "decimal"),
        CURRENCY,
        Column("payer", max_length=120),
        Column("agent_role", "choice", choices=choices(Activity.AgentRole)),
        Column("done_on", "date"),
        Column("reported_status", "choice", choices=choices(Activity.Status)),
        Column("owner"),
        *INDICATOR,
        Column("reached", "decimal"),
        Column("spent", "decimal"),
    ],
)
def load_activity(row: Row, into: Context) -> None:
    """Anything dated that people of a cluster take part in; the date as people write it."""
    plan = into.find(ActionPlan, "plan", row["plan"])
    check_cost(row)
    if row["spent"] is not None and (row["spent"] < 0 or not row["currency"]):
        raise RowProblem(
            "spent",
            _("is negative or has no currency"),
            _("Write an amount of zero or more, in the currency of the cost."),
        )
    activity = into.upsert(
        Activity,
        key={"plan": plan, "number": row["number"]},
        values={
            **row.pick("label label_es kind step date_text location spillover n_participants"),
            **row.pick("participant_unit cost currency payer agent_role done_on reported_status"),
            "activity_class": row["class"],
            "joint_benefit": row["joint_benefit"] or Activity.Benefit.UNKNOWN,
            "objective": into.find_if(Objective, "objective", row["objective"], plan=plan),
            **told(row, agreed_of(row, into, plan)),
            **told(row, row.pick("reached spent")),
            "cluster": plan.cluster,
            "scope": plan.scope,
        },
    )
    for code in row["organisers"]:
        into.upsert(
            ActivityRole,
            key={
                "activity": activity,
                "organisation": into.find(Organisation, "organisers", code),
                "role": ActivityRole.Role.ORGANISER,
            },
            values={"scope": plan.scope},
        )


def activity_of(row: Row, into: Context) -> Activity:
    """The activity that the row names by plan and number."""
    plan = into.find(ActionPlan, "plan", row["plan"])
    return into.find(Activity, "number", row["number"], by="number", plan=plan)


@table(
    "participations",
    order=240,
    columns=[
        Column("plan", required=True),
        Column("number", "int", required=True),
        Column("organisation"),
        Column("group_label", max_length=120),
        Column("group_label_es", max_length=120),
        Column("role", "choice", required=True, choices=choices(Participation.Role)),
        Column("count", "int"),
        Column("unit", "choice", required=True, choices=choices(Participation.Unit)),
        Column("size_band", max_length=20),
        Column("is_newcomer", "bool"),
        Column("in_group", "bool"),
    ],
)
def load_participation(row: Row, into: Context) -> None:
    """That somebody took part in an activity; a counted group where no list was kept."""
    activity = activity_of(row, into)
    if row["count"] is not None and row["count"] < 1:
        raise RowProblem("count", _("is less than one"), _("Leave the row out where nobody came."))
    into.upsert(
        Participation,
        key={
            "activity": activity,
            "organisation": into.find_if(Organisation, "organisation", row["organisation"]),
            **row.pick("group_label role unit"),
        },
        values={
            **row.pick("group_label_es size_band is_newcomer"),
            "count": row["count"] or 1,
            "is_in_group": bool(row["in_group"]),
            "scope": activity.scope,
        },
    )


@table(
    "contributions",
    order=250,
    columns=[
        Column("plan", required=True),
        Column("number", "int"),
        Column("contributor", required=True),
        Column("kind", "choice", required=True, choices=choices(Contribution.Kind)),
        Column("state", "choice", required=True, choices=choices(Contribution.State)),
        Column("amount", "decimal"),
        CURRENCY,
        Column("basis", max_length=200),
        Column("basis_es", max_length=200),
        Column("given_on", max_length=200),
        Column("local", "bool"),
    ],
)
def load_contribution(row: Row, into: Context) -> None:
    """What a stakeholder promised or gave to an activity (or, without a number, to the whole plan).

    Whether it comes from the cluster itself is told in ``local``; left empty, all but international organisations do.
    """
    plan = into.find(ActionPlan, "plan", row["plan"])
    activity = activity_of(row, into) if row["number"] else None
    if row["amount"] is not None and (row["amount"] < 0 or not row["currency"]):
        raise RowProblem(
            "amount",
            _("is negative or has no currency"),
            _("Write an amount of zero or more with its currency."),
        )
    contributor = into.find(Organisation, "contributor", row["contributor"])
    is_local = row["local"]
    if is_local is None:
        is_local = contributor.kind != Organisation.Kind.INTERNATIONAL
    into.upsert(
        Contribution,
        key={
            "plan": plan,
            "activity": activity,
            "contributor": contributor,
            **row.pick("kind state basis"),
        },
        values={
            **row.pick("amount currency basis_es given_on"),
            "is_local": is_local,
            "scope": plan.scope,
        },
    )


@table(
    "milestones",
    order=260,
    key="programme code",
    columns=[
        PROGRAMME,
        CLUSTER,
        Column("code", required=True, max_length=80),
        Column("kind", "choice", required=True, choices=choices(Milestone.Kind)),
        Column("label", required=True, max_length=300),
        Column("label_es", max_length=300),
        Column("organisation"),
        Column("plan"),
        Column("number", "int"),
        Column("reached_on", max_length=200),
        Column("count", "int"),
        Column("unit", max_length=20),
    ],
)
def load_milestone(row: Row, into: Context) -> None:
    """A dated sign that a programme has got somewhere."""
    programme, cluster = programme_of(row, into), cluster_of(row, into)
    into.upsert(
        Milestone,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("kind label label_es reached_on unit"),
            "count": 1 if row["count"] is None else row["count"],
            "cluster": cluster,
            "organisation": into.find_if(Organisation, "organisation", row["organisation"]),
            "activity": activity_of(row, into) if row["plan"] and row["number"] else None,
            "scope": work_scope(programme, cluster, into=into),
        },
    )
