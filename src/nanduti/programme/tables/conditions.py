"""What can be imported about funding conditions and the division of labour."""

from __future__ import annotations

from django.utils.translation import gettext as _

from nanduti.foundation.imports import Column, Context, Row, RowProblem, table
from nanduti.register.models import Organisation

from .. import funding, labour
from ..models import DivisionOfLabour, FundingCondition
from .shared import PROGRAMME, choices, programme_of


@table(
    "funding_conditions",
    order=170,
    key="programme code",
    columns=[
        PROGRAMME,
        Column("code", required=True),
        Column("kind", "choice", choices=choices(FundingCondition.Kind)),
        Column("funder", required=True),
        Column("share", "share"),
        Column("condition"),
        Column("condition_es"),
        Column("opens", "list"),
        Column("verified", "bool"),
        Column("verified_on", "date"),
        Column("verified_note"),
    ],
)
def load_funding_condition(row: Row, into: Context) -> None:
    """What a funder pays, on which condition, and which records (documents, minutes, profiles) it opens."""
    programme = programme_of(row, into)
    unknown = [code for code in row["opens"] if code not in funding.records()]
    if unknown:
        raise RowProblem(
            "opens",
            _("“%s” is not a kind of record") % unknown[0][:60],
            _("Use these: %s.") % ", ".join(funding.records()),
        )
    into.upsert(
        FundingCondition,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("share condition condition_es opens verified_on verified_note"),
            "kind": row["kind"] or FundingCondition.Kind.SHARE,
            "funder": into.find(Organisation, "funder", row["funder"]),
            "is_verified": row["verified"],
            "scope": programme.scope,
        },
    )


@table(
    "labour_division",
    order=170,
    key="programme institution_kind task",
    columns=[
        PROGRAMME,
        Column("institution_kind", required=True, max_length=40),
        Column("task_code", "choice", choices=tuple(labour.tasks())),
        Column("task", required=True, max_length=200),
        Column("task_es", max_length=200),
        Column("verdict", "choice", required=True, choices=choices(DivisionOfLabour.May)),
        Column("reason", required=True),
        Column("reason_es"),
    ],
)
def load_labour_division(row: Row, into: Context) -> None:
    """Which kind of institution may do which task; a task with a code is obeyed where activities are planned."""
    programme = programme_of(row, into)
    into.upsert(
        DivisionOfLabour,
        key={"programme": programme, "institution_kind": row["institution_kind"], "task": row["task"]},
        values={**row.pick("task_code task_es verdict reason reason_es"), "scope": programme.scope},
    )
