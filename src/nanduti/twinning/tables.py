"""What can be imported about twinnings."""

from __future__ import annotations

from django.utils.translation import gettext as _

from nanduti.foundation.imports import Column, Context, Row, RowProblem, table
from nanduti.programme.scopes import known_work_scope, work_scope
from nanduti.programme.tables import CLUSTER, CURRENCY, PROGRAMME, choices, cluster_of, programme_of
from nanduti.register.models import Cluster, Organisation, SizeBand

from .models import AgendaTopic, BusinessInterest, DealTask, Linkage, Requirement, StepEvidence, Twinning
from .models.linkages import PartyType
from .models.twinnings import Priority


@table(
    "twinnings",
    order=300,
    key="programme code",
    columns=[
        PROGRAMME,
        Column("code", required=True, max_length=130),
        Column("emerging", required=True),
        Column("advanced", required=True),
        Column("started", max_length=200),
        Column("ended", max_length=200),
        Column("outcome"),
        Column("outcome_es"),
    ],
)
def load_twinning(row: Row, into: Context) -> None:
    """An emerging and an advanced cluster that a programme brings together."""
    programme = programme_of(row, into)
    if row["emerging"] == row["advanced"]:
        raise RowProblem(
            "advanced", _("is the same cluster as the emerging one"), _("Name two different clusters.")
        )
    emerging = into.find(Cluster, "emerging", row["emerging"])
    into.upsert(
        Twinning,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("started ended outcome outcome_es"),
            "emerging": emerging,
            "advanced": into.find(Cluster, "advanced", row["advanced"]),
            "scope": work_scope(programme, emerging, into=into),
        },
    )


@table(
    "agenda",
    order=310,
    key="twinning topic",
    columns=[
        Column("twinning", required=True),
        Column("topic", required=True, max_length=200),
        Column("topic_es", max_length=200),
        Column("priority_emerging", "choice", choices=choices(Priority)),
        Column("priority_advanced", "choice", choices=choices(Priority)),
    ],
)
def load_agenda_topic(row: Row, into: Context) -> None:
    """A topic of cooperation and how high it stands on the agenda of each side."""
    twinning = into.find(Twinning, "twinning", row["twinning"])
    into.upsert(
        AgendaTopic,
        key={"twinning": twinning, "topic": row["topic"]},
        values={**row.pick("topic_es priority_emerging priority_advanced"), "scope": twinning.scope},
    )


@table(
    "interests",
    order=310,
    columns=[
        Column("twinning", required=True),
        Column("side", "choice", required=True, choices=choices(BusinessInterest.Side)),
        Column("stakeholder_type", required=True, max_length=40),
        Column("business_interest", required=True, max_length=300),
        Column("business_interest_es", max_length=300),
        Column("end_market", max_length=120),
        Column("value_chain_position", max_length=120),
        Column("gain", "share"),
    ],
)
def load_interest(row: Row, into: Context) -> None:
    """What a kind of stakeholder of one side hopes to gain, and to whom it sells."""
    twinning = into.find(Twinning, "twinning", row["twinning"])
    into.upsert(
        BusinessInterest,
        key={"twinning": twinning, **row.pick("side stakeholder_type business_interest")},
        values={
            **row.pick("business_interest_es end_market value_chain_position gain"),
            "scope": twinning.scope,
        },
    )


@table(
    "requirements",
    order=310,
    key="twinning side direction label",
    columns=[
        Column("twinning", required=True),
        Column("side", "choice", required=True, choices=choices(BusinessInterest.Side)),
        Column("direction", "choice", required=True, choices=choices(Requirement.Direction)),
        Column("kind", "choice", required=True, choices=choices(Linkage.Kind)),
        Column("stakeholder_type", "choice", required=True, choices=choices(Requirement.Who)),
        Column("organisation"),
        Column("label", required=True, max_length=200),
        Column("label_es", max_length=200),
        Column("product", max_length=120),
        Column("product_es", max_length=120),
        Column("sizes", "list"),
        Column("technology", max_length=200),
        Column("technology_es", max_length=200),
        Column("conditions", max_length=300),
        Column("conditions_es", max_length=300),
        Column("end_market", max_length=120),
        Column("state", "choice", choices=choices(Requirement.State)),
        Column("stated", max_length=200),
    ],
)
def load_requirement(row: Row, into: Context) -> None:
    """What somebody on one side of a twinning needs or can offer."""
    twinning = into.find(Twinning, "twinning", row["twinning"])
    unknown = [band for band in row["sizes"] or [] if band not in SizeBand.values]
    if unknown:
        raise RowProblem(
            "sizes", _("names a size that is not known"), _("Use micro, small, medium and large.")
        )
    into.upsert(
        Requirement,
        key={"twinning": twinning, **row.pick("side direction label")},
        values={
            **row.pick("kind stakeholder_type label_es product product_es technology technology_es"),
            **row.pick("conditions conditions_es end_market stated"),
            "sizes": " ".join(row["sizes"] or []),
            "state": row["state"] or Requirement.State.OPEN,
            "organisation": into.find_if(Organisation, "organisation", row["organisation"]),
            "scope": twinning.scope,
        },
    )


@table(
    "tasks",
    order=310,
    key="programme label",
    columns=[
        PROGRAMME,
        Column("label", required=True, max_length=200),
        Column("label_es", max_length=200),
        Column("phase", "choice", required=True, choices=choices(DealTask.Phase)),
        Column("payer", max_length=60),
        Column("executor", max_length=60),
    ],
)
def load_task(row: Row, into: Context) -> None:
    """A task on the way to a deal, developmental or commercial."""
    programme = programme_of(row, into)
    into.upsert(
        DealTask,
        key={"programme": programme, "label": row["label"]},
        values={**row.pick("label_es phase payer executor"), "scope": programme.scope},
    )


@table(
    "linkages",
    order=320,
    key="programme code",
    columns=[
        PROGRAMME,
        Column("code", required=True, max_length=80),
        Column("kind", "choice", required=True, choices=choices(Linkage.Kind)),
        Column("from_organisation"),
        Column("from_cluster"),
        Column("from_type", "choice", required=True, choices=choices(PartyType)),
        Column("to_organisation"),
        Column("to_cluster"),
        Column("to_type", "choice", required=True, choices=choices(PartyType)),
        Column("stage", "choice", required=True, choices=choices(Linkage.Stage)),
        Column("started", max_length=200),
        Column("signed", max_length=200),
        Column("amount", "decimal"),
        CURRENCY,
        Column("label", required=True, max_length=300),
        Column("label_es", max_length=300),
    ],
)
def load_linkage(row: Row, into: Context) -> None:
    """A working connection between parties of two clusters."""
    programme = programme_of(row, into)
    if row["amount"] is not None and not row["currency"]:
        raise RowProblem(
            "currency", _("is empty beside an amount"), _("Write the currency, such as EUR or INR.")
        )
    from_cluster, to_cluster = cluster_of(row, into, "from_cluster"), cluster_of(row, into, "to_cluster")
    into.upsert(
        Linkage,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("kind from_type to_type stage started signed amount currency label label_es"),
            "from_organisation": into.find_if(Organisation, "from_organisation", row["from_organisation"]),
            "from_cluster": from_cluster,
            "to_organisation": into.find_if(Organisation, "to_organisation", row["to_organisation"]),
            "to_cluster": to_cluster,
            "scope": known_work_scope(programme, (from_cluster, to_cluster), into=into),
        },
    )


@table(
    "step_evidence",
    order=330,
    columns=[
        PROGRAMME,
        CLUSTER,
        Column("step", "int", required=True),
        Column("evidence_kind", required=True, max_length=60),
        Column("label", required=True, max_length=300),
        Column("label_es", max_length=300),
        Column("when_text", max_length=200),
        Column("record_kind", max_length=40),
        Column("record", max_length=120),
    ],
)
def load_step_evidence(row: Row, into: Context) -> None:
    """What shows that the gate of a step is passed for a cluster."""
    programme, cluster = programme_of(row, into), cluster_of(row, into)
    into.upsert(
        StepEvidence,
        key={"programme": programme, "cluster": cluster, **row.pick("step evidence_kind label")},
        values={
            **row.pick("label_es when_text record_kind record"),
            "scope": work_scope(programme, cluster, into=into),
        },
    )
