"""What can be imported about who works for a programme, and about its reviews in depth."""

from __future__ import annotations

from django.utils.translation import gettext as _

from nanduti.foundation.imports import Column, Context, Row, RowProblem, table
from nanduti.register.models import Person

from ..models import Appointment, Programme, TimeOut
from ..scopes import known_work_scope
from .shared import CLUSTER, PROGRAMME, choices, cluster_of, programme_of


@table(
    "appointments",
    order=180,
    key="programme code",
    columns=[
        PROGRAMME,
        Column("code", required=True, max_length=80),
        Column("kind", "choice", required=True, choices=choices(Appointment.Kind)),
        Column("side", "choice", choices=choices(Appointment.Side)),
        CLUSTER,
        Column("based_in"),
        Column("person"),
        Column("reports_to", max_length=80),
        Column("since", max_length=200),
        Column("until", max_length=200),
        Column("technical", "bool"),
        Column("qualification", max_length=300),
        Column("qualification_es", max_length=300),
        Column("trained", "bool"),
        Column("training", max_length=300),
        Column("training_es", max_length=300),
        Column("knows_other", "bool"),
        Column("share_of_time", "share"),
        Column("workload", "share"),
        Column("note"),
        Column("note_es"),
    ],
)
def load_appointment(row: Row, into: Context) -> None:
    """Who works for a programme in which post, to whom they report, and what shows that they fit."""
    programme, cluster = programme_of(row, into), cluster_of(row, into)
    into.upsert(
        Appointment,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("kind qualification qualification_es training training_es knows_other"),
            **row.pick("share_of_time workload note note_es"),
            "side": row["side"] or Appointment.Side.EMERGING,
            "cluster": cluster,
            "based_in": cluster_of(row, into, "based_in"),
            "person": into.find_if(Person, "person", row["person"]),
            "reports_to": _superior_of(row, programme, into),
            "since_text": row["since"],
            "until_text": row["until"],
            "is_technical": row["technical"],
            "is_trained": row["trained"],
            "scope": known_work_scope(programme, (cluster,), into=into),
        },
    )


def _superior_of(row: Row, programme: Programme, into: Context) -> Appointment | None:
    """The post above, of the same programme; not one that reports to this one."""
    asked = row["reports_to"]
    if not asked:
        return None
    superior = into.seek(Appointment, programme=programme, code=asked)
    if superior is None and asked != row["code"]:
        raise RowProblem(
            "reports_to",
            _("refers to “%(value)s”, and there is no such post") % {"value": asked},
            _("Put the row of the superior above this one, or correct the spelling."),
        )
    walked, at = {row["code"]}, superior
    while at is not None and at.code not in walked:
        walked.add(at.code)
        at = at.reports_to
    if asked == row["code"] or (at is not None and at.code == row["code"]):
        raise RowProblem(
            "reports_to",
            _("makes posts report to each other in a circle, through “%(value)s”") % {"value": asked},
            _("Name a superior who does not report to this post, or leave the cell empty."),
        )
    return superior


@table(
    "time_outs",
    order=180,
    key="programme code",
    columns=[
        PROGRAMME,
        CLUSTER,
        Column("code", required=True, max_length=60),
        Column("occasion", "choice", choices=choices(TimeOut.Occasion)),
        Column("turn", max_length=200),
        Column("planned", max_length=200),
        Column("held", max_length=200),
        Column("findings"),
        Column("findings_es"),
        Column("decision", "choice", choices=choices(TimeOut.Decision)),
        Column("changes"),
        Column("changes_es"),
        Column("lifted", max_length=200),
        Column("solved"),
        Column("solved_es"),
    ],
)
def load_time_out(row: Row, into: Context) -> None:
    """A planned pause for a review in depth: when, what it found, what it changed."""
    programme, cluster = programme_of(row, into), cluster_of(row, into)
    if row["decision"] and not row["held"]:
        raise RowProblem("held", _("is empty beside a decision"), _("Write when the review was held."))
    if row["lifted"] and row["decision"] != TimeOut.Decision.HOLD:
        raise RowProblem(
            "lifted",
            _("is filled, and nothing was put on hold"),
            _("Leave it empty, or write “hold” as the decision."),
        )
    into.upsert(
        TimeOut,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("turn planned held findings findings_es decision changes changes_es lifted"),
            **row.pick("solved solved_es"),
            "occasion": row["occasion"] or TimeOut.Occasion.REGULAR,
            "cluster": cluster,
            "scope": known_work_scope(programme, (cluster,), into=into),
        },
    )
