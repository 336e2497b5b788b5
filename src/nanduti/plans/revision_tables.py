"""What can be imported about plans as they were agreed earlier: a row for each revision, one for each of its lines."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from nanduti.foundation.imports import Column, Context, Row, RowProblem, table
from nanduti.programme.tables import CURRENCY

from .models import ActionPlan, Activity, Revision, RevisionLine
from .tables import INDICATOR, activity_of, agreed_of, check_cost


@table(
    "revisions",
    order=232,
    key="plan revision",
    columns=[
        Column("plan", required=True),
        Column("revision", "int", required=True),
        Column("agreed_on", max_length=200),
        Column("reason"),
        Column("reason_es"),
        Column("agreed_by", max_length=300),
        Column("participants", "int"),
    ],
)
def load_revision(row: Row, into: Context) -> None:
    """A plan as it was agreed on a day: 0 is the baseline, each later one has a reason."""
    plan = into.find(ActionPlan, "plan", row["plan"])
    if row["revision"] and not row["reason"]:
        raise RowProblem(
            "reason", _("is empty"), _("Write why the plan was changed; only a baseline (0) needs no reason.")
        )
    into.upsert(
        Revision,
        key={"plan": plan, "number": row["revision"]},
        values={
            **row.pick("agreed_on reason reason_es agreed_by"),
            "n_participants": row["participants"],
            "scope": plan.scope,
        },
    )


@table(
    "revision_lines",
    order=234,
    key="plan revision number",
    columns=[
        Column("plan", required=True),
        Column("revision", "int", required=True),
        Column("number", "int", required=True),
        Column("label", max_length=300),
        Column("label_es", max_length=300),
        Column("date_text", max_length=200),
        Column("cost", "decimal"),
        CURRENCY,
        Column("payer", max_length=120),
        Column("n_participants", "int"),
        Column("participant_unit", max_length=20),
        Column("owner"),
        *INDICATOR,
        Column("dropped", "bool"),
    ],
)
def load_revision_line(row: Row, into: Context) -> None:
    """What a revision of a plan says of one activity; without a label it is called as it is now."""
    activity = activity_of(row, into)
    revision = into.find(
        Revision, "revision", row["revision"], by="number", plan=into.find(ActionPlan, "plan", row["plan"])
    )
    check_cost(row)
    values = _said(row, into, activity, revision)
    key = {"revision": revision, "activity": activity}
    found = into.seek(RevisionLine, **key)
    if found is None and not into.is_new(revision):
        raise RowProblem(
            "number",
            _("would be added to a revision that is kept already"),
            _("A revision stays as it was agreed. Undo the import that brought it, or import a new one."),
        )
    if found is not None and any(getattr(found, name) != value for name, value in values.items()):
        raise RowProblem(
            "number",
            _("says something else than the revision that is kept already"),
            _("A revision stays as it was agreed. Undo the import that brought it, or import a new one."),
        )
    into.upsert(RevisionLine, key=key, values=values)


def _said(row: Row, into: Context, activity: Activity, revision: Revision) -> dict[str, Any]:
    """The fields of a line."""
    agreed = agreed_of(row, into, activity.plan)
    return {
        **row.pick("date_text cost payer n_participants participant_unit"),
        **agreed,
        "label": row["label"] or activity.label,
        "label_es": row["label_es"] or ("" if row["label"] else activity.label_es),
        "currency": row["currency"] if row["cost"] is not None else "",
        "better": agreed["better"] or Activity.Better.MORE,
        "is_dropped": row["dropped"] is True,
        "scope": revision.scope,
    }
