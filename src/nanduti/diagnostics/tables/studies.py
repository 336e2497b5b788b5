"""What can be imported about studies: themselves, their issues, likely partners, rates of output, challenges."""

from __future__ import annotations

from django.utils.translation import gettext as _

from nanduti.foundation.imports import Column, Context, Row, RowProblem, table
from nanduti.programme.scopes import work_scope
from nanduti.programme.tables import CLUSTER, PROGRAMME, choices, cluster_of, programme_of
from nanduti.register.models import Cluster, Organisation
from nanduti.surveys.models import Instrument

from ..models import (
    Challenge,
    ChallengeState,
    DiagnosticStudy,
    Issue,
    IssueParty,
    OutputRate,
    Prospect,
)

STUDY = Column("study", required=True)


def study_of(row: Row, into: Context) -> DiagnosticStudy:
    """The study that the row names; an agreed one takes nothing more."""
    study = into.find(DiagnosticStudy, "study", row["study"], programme=programme_of(row, into))
    if study.is_agreed:
        raise RowProblem("study", _("is agreed and frozen"), _("Open it again first, with the reason."))
    return study


@table(
    "studies",
    order=300,
    key="programme code",
    columns=[
        PROGRAMME,
        Column("code", required=True, max_length=60),
        Column("cluster", required=True),
        Column("kind", "choice", choices=choices(DiagnosticStudy.Kind)),
        Column("title", required=True, max_length=200),
        Column("title_es", max_length=200),
        Column("purpose"),
        Column("purpose_es"),
        Column("done", max_length=200),
        Column("instrument"),
        Column("indicators", "list"),
        Column("least_per_cell", "int"),
    ],
)
def load_study(row: Row, into: Context) -> None:
    """The diagnostic study of a cluster."""
    programme, cluster = programme_of(row, into), into.find(Cluster, "cluster", row["cluster"])
    found = into.seek(DiagnosticStudy, programme=programme, code=row["code"])
    if found is not None and found.is_agreed:
        raise RowProblem("code", _("is agreed and frozen"), _("Open it again first, with the reason."))
    least = row["least_per_cell"]
    if least is not None and not 1 <= least <= 100:
        raise RowProblem("least_per_cell", _("is not between 1 and 100"), _("One firm is usual."))
    into.upsert(
        DiagnosticStudy,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("title title_es purpose purpose_es done indicators"),
            "cluster": cluster,
            "kind": row["kind"] or DiagnosticStudy.Kind.EMERGING,
            "instrument": into.find_if(Instrument, "instrument", row["instrument"], programme=programme),
            "least_per_cell": least or 1,
            "scope": work_scope(programme, cluster, into=into),
        },
    )


@table(
    "issues",
    order=310,
    key="programme study number",
    columns=[
        PROGRAMME,
        STUDY,
        Column("number", "int", required=True),
        Column("product_group", required=True, max_length=120),
        Column("product_group_es", max_length=120),
        Column("item", "choice", required=True, choices=choices(Issue.Item)),
        Column("label", required=True, max_length=300),
        Column("label_es", max_length=300),
        Column("help_from", max_length=300),
        Column("help_from_es", max_length=300),
        Column("advanced_cluster"),
        Column("n_micro", "int"),
        Column("n_small", "int"),
        Column("n_medium", "int"),
        Column("n_large", "int"),
        Column("severity", "int"),
        Column("in_cluster", "bool"),
        Column("in_country", "bool"),
        Column("by_advanced", "bool"),
        Column("is_for_implementation", "bool"),
        Column("owner", max_length=160),
        Column("chain_check", "choice", choices=choices(Issue.ChainCheck)),
        Column("chain_reason", max_length=300),
        Column("chain_reason_es", max_length=300),
        Column("intermediaries", "list"),
    ],
)
def load_issue(row: Row, into: Context) -> None:
    """What holds back the firms that make one product; intermediaries by the codes of organisations."""
    study = study_of(row, into)
    if row["number"] < 1:
        raise RowProblem("number", _("is not positive"), _("Number the issues from 1."))
    issue = into.upsert(
        Issue,
        key={"study": study, "number": row["number"]},
        values={
            **row.pick(
                "product_group product_group_es item label label_es help_from help_from_es n_micro n_small n_medium "
                "n_large severity in_cluster in_country by_advanced owner chain_reason chain_reason_es"
            ),
            "advanced_cluster": into.find_if(Cluster, "advanced_cluster", row["advanced_cluster"]),
            "is_for_implementation": row["is_for_implementation"] is not False,
            "chain_check": row["chain_check"] or Issue.ChainCheck.UNCHECKED,
            "scope": study.scope,
        },
    )
    for code in row["intermediaries"]:
        organisation = into.find(Organisation, "intermediaries", code)
        if organisation.kind == Organisation.Kind.ENTERPRISE:
            raise RowProblem(
                "intermediaries", _("names a firm"), _("An intermediary is an association or an institution.")
            )
        into.upsert(
            IssueParty,
            key={"issue": issue, "organisation": organisation},
            values={"role": IssueParty.Role.INTERMEDIARY, "scope": study.scope},
            sourced=False,
        )


@table(
    "prospects",
    order=320,
    key="programme study name",
    columns=[
        PROGRAMME,
        STUDY,
        Column("name", required=True, max_length=160),
        Column("name_es", max_length=160),
        Column("party_kind", "choice", required=True, choices=choices(Prospect.Kind)),
        Column("organisation"),
        Column("need", max_length=300),
        Column("need_es", max_length=300),
        Column("areas", max_length=300),
        Column("areas_es", max_length=300),
        Column("willingness", "share"),
        Column("conditions", max_length=300),
        Column("conditions_es", max_length=300),
        Column("is_intermediary", "bool"),
    ],
)
def load_prospect(row: Row, into: Context) -> None:
    """Somebody in an advanced cluster who may want to twin."""
    study = study_of(row, into)
    into.upsert(
        Prospect,
        key={"study": study, "name": row["name"]},
        values={
            **row.pick("name_es party_kind need need_es areas areas_es conditions conditions_es"),
            "organisation": into.find_if(Organisation, "organisation", row["organisation"]),
            "willingness": None if row["willingness"] is None else float(row["willingness"]),
            "is_intermediary": row["is_intermediary"] is True,
            "scope": study.scope,
        },
    )


@table(
    "output_rates",
    order=330,
    key="programme study process who",
    columns=[
        PROGRAMME,
        STUDY,
        Column("process", required=True, max_length=120),
        Column("process_es", max_length=120),
        Column("is_own", "bool", required=True),
        Column("who", required=True, max_length=120),
        Column("who_es", max_length=120),
        Column("output_low", "decimal", required=True),
        Column("output_high", "decimal"),
        Column("unit", required=True, max_length=40),
        Column("unit_es", max_length=40),
        Column("workers_low", "decimal", required=True),
        Column("workers_high", "decimal"),
        Column("days", "decimal"),
    ],
)
def load_rate(row: Row, into: Context) -> None:
    """How much so many people make in so many days, here or elsewhere."""
    study = study_of(row, into)
    for name in ("output", "workers"):
        low, high = row[f"{name}_low"], row[f"{name}_high"]
        if low < 0 or (high is not None and high < low):
            raise RowProblem(
                f"{name}_high", _("is less than the lower figure"), _("Put the lower one first.")
            )
    days = row["days"] if row["days"] is not None else 1
    if row["workers_low"] <= 0 or days <= 0:
        raise RowProblem(
            "workers_low", _("is not above zero"), _("Enter how many people, and in how many days.")
        )
    into.upsert(
        OutputRate,
        key={"study": study, "process": row["process"], "who": row["who"]},
        values={
            **row.pick(
                "process_es is_own who_es output_low output_high unit unit_es workers_low workers_high"
            ),
            "days": days,
            "scope": study.scope,
        },
    )


@table(
    "challenges",
    order=340,
    key="programme number",
    columns=[
        PROGRAMME,
        CLUSTER,
        Column("number", "int", required=True),
        Column("kind", "choice", required=True, choices=choices(Challenge.Kind)),
        Column("label", required=True, max_length=300),
        Column("label_es", max_length=300),
        Column("seen", max_length=200),
        Column("hypothesis"),
        Column("hypothesis_es"),
        Column("evidence"),
        Column("evidence_es"),
        Column("learning_question"),
        Column("learning_question_es"),
        Column("state", "choice", choices=choices(ChallengeState)),
    ],
)
def load_challenge(row: Row, into: Context) -> None:
    """What a programme set out to change, or met on the way."""
    programme, cluster = programme_of(row, into), cluster_of(row, into)
    if row["number"] < 1:
        raise RowProblem("number", _("is not positive"), _("Number the challenges from 1."))
    into.upsert(
        Challenge,
        key={"programme": programme, "number": row["number"]},
        values={
            **row.pick(
                "kind label label_es seen hypothesis hypothesis_es evidence evidence_es learning_question "
                "learning_question_es"
            ),
            "cluster": cluster,
            "state": row["state"] or ChallengeState.OPEN,
            "scope": work_scope(programme, cluster, into=into),
        },
    )
