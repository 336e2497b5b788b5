"""What can be imported about a programme."""

from __future__ import annotations

from django.utils.translation import gettext as _

from nanduti.foundation.imports import Column, Context, Row, RowProblem, table
from nanduti.foundation.models import Scope
from nanduti.register.models import Cluster, Organisation

from ..models import (
    AgreementParty,
    Candidate,
    Component,
    CooperationAgreement,
    Coverage,
    Programme,
    Statement,
)
from ..scopes import work_scope
from .shared import CLUSTER, CURRENCY, PROGRAMME, choices, cluster_of, programme_of


@table(
    "programme",
    order=100,
    key="code",
    columns=[
        Column("code", required=True, max_length=60),
        Column("title", required=True, max_length=200),
        Column("title_es", max_length=200),
        Column("started", max_length=200),
        Column("ended", max_length=200),
        Column("principal", "choice", choices=choices(Programme.Principal)),
        Column("summary"),
        Column("summary_es"),
        Column("synthetic", "bool"),
        Column("start_cost", "decimal"),
        Column("start_currency", max_length=3),
    ],
)
def load_programme(row: Row, into: Context) -> None:
    """A programme: the scope of all its work."""
    _check_cost(row)
    scope = into.upsert(
        Scope,
        key={"kind": Scope.Kind.PROGRAMME, "code": row["code"]},
        values={"title": row["title"]},
        sourced=False,
    )
    into.upsert(
        Programme,
        key={"code": row["code"]},
        values={
            **row.pick("title title_es started ended summary summary_es start_cost start_currency"),
            "principal": row["principal"] or Programme.Principal.EMERGING,
            "is_synthetic": bool(row["synthetic"]),
            "scope": scope,
        },
    )


def _check_cost(row: Row) -> None:
    if row["start_cost"] is None:
        return
    if row["start_cost"] <= 0:
        raise RowProblem("start_cost", _("is not above zero"), _("Leave it empty if nobody knows it."))
    code = row["start_currency"]
    if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        problem = _("is no currency") if code else _("is empty beside a cost")
        raise RowProblem("start_currency", problem, _("Write the currency, such as EUR or INR."))


@table(
    "components",
    order=110,
    key="programme code",
    columns=[
        PROGRAMME,
        Column("code", required=True, max_length=20),
        Column("name", required=True, max_length=120),
        Column("name_es", max_length=120),
        Column("aim"),
        Column("aim_es"),
    ],
)
def load_component(row: Row, into: Context) -> None:
    """A part of a programme that may or may not apply to a cluster."""
    programme = programme_of(row, into)
    into.upsert(
        Component,
        key={"programme": programme, "code": row["code"]},
        values={**row.pick("name name_es aim aim_es"), "scope": programme.scope},
    )


@table(
    "coverage",
    order=120,
    key="programme component cluster",
    columns=[
        PROGRAMME,
        Column("component", required=True),
        Column("cluster", required=True),
        Column("since", "int"),
        Column("note"),
        Column("note_es"),
        Column("short_code", max_length=40),
    ],
)
def load_coverage(row: Row, into: Context) -> None:
    """That a component of a programme runs in a cluster."""
    programme, cluster = programme_of(row, into), into.find(Cluster, "cluster", row["cluster"])
    component = into.find(Component, "component", row["component"], programme=programme)
    into.upsert(
        Coverage,
        key={"component": component, "cluster": cluster},
        values={
            **row.pick("since note note_es short_code"),
            "programme": programme,
            "scope": work_scope(programme, cluster, into=into),
        },
    )


@table(
    "candidates",
    order=150,
    key="programme cluster",
    columns=[
        PROGRAMME,
        Column("cluster", required=True),
        Column("sector"),
        Column("stage", "choice", required=True, choices=choices(Candidate.Stage)),
        Column("reason"),
        Column("reason_es"),
        Column("rank", "int"),
    ],
)
def load_candidate(row: Row, into: Context) -> None:
    """A cluster that was considered, how far it came, and why."""
    programme = programme_of(row, into)
    if not row["reason"] and row["stage"] != Candidate.Stage.LONG_LIST:
        raise RowProblem(
            "reason", _("is empty"), _("Say why the cluster came so far, or why it was dropped.")
        )
    into.upsert(
        Candidate,
        key={"programme": programme, "cluster": into.find(Cluster, "cluster", row["cluster"])},
        values={**row.pick("sector stage reason reason_es rank"), "scope": programme.scope},
    )


@table(
    "agreements",
    order=160,
    key="programme code",
    columns=[
        Column("code", required=True),
        PROGRAMME,
        Column("kind", "choice", required=True, choices=choices(CooperationAgreement.Kind)),
        Column("title", required=True, max_length=200),
        Column("title_es", max_length=200),
        Column("level", "choice", required=True, choices=choices(CooperationAgreement.Level)),
        Column("status", "choice", required=True, choices=choices(CooperationAgreement.Status)),
        Column("signed"),
        Column("valid_from"),
        Column("valid_until"),
        Column("renews"),
        Column("areas"),
        Column("areas_es"),
        Column("implementing_partner"),
        Column("note"),
        Column("note_es"),
        Column("amount", "decimal"),
        CURRENCY,
    ],
)
def load_agreement(row: Row, into: Context) -> None:
    """A memorandum, twinning agreement, letter of intent or deal."""
    programme = programme_of(row, into)
    if row["amount"] is not None and not row["currency"]:
        raise RowProblem(
            "currency", _("is empty beside an amount"), _("Write the currency, such as EUR or INR.")
        )
    into.upsert(
        CooperationAgreement,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("kind title title_es level status signed valid_from valid_until"),
            **row.pick("areas areas_es note note_es amount currency"),
            "renews": into.find_if(CooperationAgreement, "renews", row["renews"], programme=programme),
            "implementing_partner": into.find_if(
                Organisation, "implementing_partner", row["implementing_partner"]
            ),
            "scope": programme.scope,
        },
    )


@table(
    "agreement_parties",
    order=170,
    key="agreement organisation",
    columns=[
        Column("agreement", required=True),
        Column("organisation", required=True),
        CLUSTER,
        Column("party_type", "choice", required=True, choices=choices(AgreementParty.PartyType)),
        Column("is_signatory", "bool"),
    ],
)
def load_agreement_party(row: Row, into: Context) -> None:
    """An organisation that an agreement binds or names."""
    agreement = into.find(CooperationAgreement, "agreement", row["agreement"])
    into.upsert(
        AgreementParty,
        key={
            "agreement": agreement,
            "organisation": into.find(Organisation, "organisation", row["organisation"]),
        },
        values={
            "cluster": cluster_of(row, into),
            "party_type": row["party_type"],
            "is_signatory": row["is_signatory"] is not False,
            "scope": agreement.scope,
        },
    )


@table(
    "statements",
    order=400,
    key="code",
    columns=[
        Column("code", required=True, max_length=80),
        Column("programme"),
        Column("subject_kind", required=True, max_length=40),
        Column("subject", required=True, max_length=120),
        Column("attribute", required=True, max_length=60),
        Column("value_text", required=True, max_length=300),
        Column("unit", max_length=40),
        Column("label", max_length=300),
        Column("label_es", max_length=300),
    ],
)
def load_statement(row: Row, into: Context) -> None:
    """What a document says about a record elsewhere than in the record's own row."""
    programme = into.find_if(Programme, "programme", row["programme"]) or _programme_of(row, into)
    into.upsert(
        Statement,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("subject_kind subject attribute value_text unit label label_es"),
            "scope": programme.scope,
        },
    )


def _programme_of(row: Row, into: Context) -> Programme:
    """For files that do not repeat its code in every row: the one programme that this import is about, else the one
    in which the statement stands already."""
    known = into.named.get(Programme) or list(Programme._base_manager.all()[:2])
    if len(known) != 1:
        known = list(Programme._base_manager.filter(statements__code=row["code"])[:2])
    if len(known) != 1:
        raise RowProblem("programme", _("is empty"), _("Name the programme that the statement belongs to."))
    into.flush()
    return known[0]  # type: ignore[return-value]
