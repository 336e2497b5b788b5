"""What can be imported into the register. Identifying columns go to the vault and enter no report."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from nanduti.foundation.imports import Column, Context, Row, RowProblem, table
from nanduti.foundation.models import Scope, SourceDocument

from . import sectors
from .importing import QuietColumn, find_quietly, keep_statistics, refuse_telling_code, upsert_named
from .models import (
    Cluster,
    ClusterMembership,
    Establishment,
    Organisation,
    Person,
    Place,
    Position,
    ProfileFact,
    SizeBand,
    Stakeholder,
    shared_scope,
)
from .pseudonyms import ESTABLISHMENT, ORGANISATION, PERSON

CODE = Column("code", required=True, max_length=80)


def _scope_of(cluster: Cluster | None) -> Scope:
    return cluster.scope if cluster else shared_scope()


@table(
    "places",
    order=10,
    key="code",
    columns=[
        CODE,
        Column("name", required=True, max_length=120),
        Column("parent"),
        Column("kind", "choice", required=True, choices=tuple(Place.Kind.values)),
        Column("country_code", max_length=2),
        Column("latitude", "decimal"),
        Column("longitude", "decimal"),
    ],
)
def load_place(row: Row, into: Context) -> None:
    """Countries, regions, cities and industrial estates, each with the point that stands for it on maps."""
    values = row.pick("name kind latitude longitude") | {"country_code": row["country_code"].upper()}
    for name, bound in (("latitude", 90), ("longitude", 180)):
        if values[name] is not None:
            if abs(values[name]) > bound:
                raise RowProblem(
                    name, _("lies outside the earth"), _("Write degrees with a point, such as 13.08.")
                )
            values[name] = round(values[name], 6)
    parent = into.find_if(Place, "parent", row["parent"])
    into.upsert(Place, key={"code": row["code"]}, values={**values, "parent": parent})


@table(
    "clusters",
    order=20,
    key="code",
    columns=[
        CODE,
        Column("name", required=True, max_length=160),
        Column("name_es", max_length=160),
        Column("place"),
        Column("trade", max_length=120),
        Column("trade_es", max_length=120),
        Column("trade_scheme", max_length=40),
        Column("trade_code", max_length=20),
    ],
)
def load_cluster(row: Row, into: Context) -> None:
    """Clusters: firms and institutions of one trade in one place."""
    scope = into.upsert(
        Scope, key={"kind": Scope.Kind.CLUSTER, "code": row["code"]}, values={"title": row["name"]}
    )
    values = row.pick("name name_es trade trade_es trade_scheme trade_code")
    place = into.find_if(Place, "place", row["place"])
    into.upsert(Cluster, key={"code": row["code"]}, values={**values, "place": place, "scope": scope})


@table(
    "organisations",
    order=30,
    key="code",
    columns=[
        CODE,
        Column("name", required=True, max_length=200, is_identifying=True),
        Column("name_es", max_length=200, is_identifying=True),
        QuietColumn("kind", "choice", required=True, choices=tuple(Organisation.Kind.values)),
        QuietColumn("public", "bool", required=True),
        Column("country_code", max_length=2),
        Column("place"),
        Column("cluster"),
        QuietColumn("size_band", "choice", choices=tuple(SizeBand.values)),
        Column("note"),
        Column("note_es"),
    ],
)
def load_organisation(row: Row, into: Context) -> None:
    """Firms, associations, institutions, public bodies; names that are not public go to the vault."""
    cluster = find_quietly(into, Cluster, "cluster", row["cluster"])
    values = row.pick("kind size_band note note_es") | {
        "country_code": row["country_code"].upper(),
        "is_public": row["public"],
        "public_name": row["name"] if row["public"] else "",
        "public_name_es": row["name_es"] if row["public"] else "",
        "place": find_quietly(into, Place, "place", row["place"]),
        "cluster": cluster,
        "scope": _scope_of(cluster),
    }
    if not row["public"]:
        refuse_telling_code(row["code"], row["name"], row["name_es"])
    found = into.seek(Organisation, code=row["code"])
    organisation = upsert_named(
        into,
        Organisation,
        prefix=ORGANISATION,
        kind="organisation",
        code=row["code"],
        values=values,
        identity={} if row["public"] else {"name": row["name"]},
    )
    keep_statistics(into)
    if cluster is not None:
        _join(into, organisation, cluster, is_new=found is None)


def _join(into: Context, organisation: Organisation, cluster: Cluster, *, is_new: bool) -> None:
    if is_new:
        # Nobody new is a member yet, so nothing has to be looked up.
        into._create(
            ClusterMembership(
                organisation=organisation,
                cluster=cluster,
                scope=cluster.scope,
                **into._source_values(ClusterMembership),
            )
        )
        return
    into.upsert(
        ClusterMembership,
        key={"organisation": organisation, "cluster": cluster},
        values={"scope": cluster.scope},
        sourced=False,
    )


@table(
    "establishments",
    order=40,
    key="code",
    columns=[
        CODE,
        Column("organisation", required=True),
        Column("cluster"),
        Column("place"),
        QuietColumn("size_band", "choice", choices=tuple(SizeBand.values)),
        QuietColumn("n_workers", "int"),
        Column("activity", max_length=120),
        Column("name", max_length=200, is_identifying=True),
        Column("phone", max_length=60, is_identifying=True),
        Column("address", max_length=300, is_identifying=True),
        # Texts, not numbers: the sentence about a wrong number would quote it.
        Column("latitude", max_length=24, is_identifying=True),
        Column("longitude", max_length=24, is_identifying=True),
    ],
)
def load_establishment(row: Row, into: Context) -> None:
    """Workshops and works of firms; name, telephone, address and coordinates go to the vault."""
    organisation = find_quietly(into, Organisation, "organisation", row["organisation"])
    cluster = find_quietly(into, Cluster, "cluster", row["cluster"]) or _cluster_of(organisation, into)
    if row["n_workers"] is not None and not 0 <= row["n_workers"] < 10_000_000:
        raise RowProblem("n_workers", _("is not a number of people"), _("Write zero or more."))
    refuse_telling_code(row["code"], row["name"])
    values = row.pick("n_workers activity") | {
        "organisation": organisation,
        "cluster": cluster,
        "scope": cluster.scope if cluster else organisation.scope,
        "place": find_quietly(into, Place, "place", row["place"]),
        "size_band": row["size_band"] or SizeBand.of(row["n_workers"]),
    }
    identity = {"name": row["name"], "phone": row["phone"], "address": row["address"]} | _point(row)
    upsert_named(
        into,
        Establishment,
        prefix=ESTABLISHMENT,
        kind="establishment",
        code=row["code"],
        values=values,
        identity=identity,
    )


def _cluster_of(organisation: Organisation, into: Context) -> Cluster | None:
    """The home cluster, from memory: one of few clusters, asked for by many rows."""
    if organisation.cluster_id is None:
        return organisation.cluster
    return into.seek(Cluster, id=organisation.cluster_id)


def _point(row: Row) -> dict[str, str]:
    """Both coordinates or none, checked without ever quoting them."""
    if bool(row["latitude"]) != bool(row["longitude"]):
        raise RowProblem(
            "latitude" if row["longitude"] else "longitude",
            _("is empty while the other coordinate is filled"),
            _("Fill both or none."),
        )
    return {name: _degrees(name, row[name], bound) for name, bound in (("latitude", 90), ("longitude", 180))}


def _degrees(name: str, text: str, bound: int) -> str:
    if not text:
        return ""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > bound:
        raise RowProblem(
            name, _("is not a coordinate in degrees"), _("Write degrees with a point, such as -25.28.")
        )
    return format(round(value, 6), "f")


@table(
    "people",
    order=50,
    key="code",
    columns=[
        CODE,
        Column("name", max_length=200, is_identifying=True),
        Column("organisation"),
        Column("position", max_length=160),
        Column("position_es", max_length=160),
        Column("since", max_length=200),
        Column("until", max_length=200),
    ],
)
def load_person(row: Row, into: Context) -> None:
    """People with the post they hold; the name goes to the vault."""
    organisation = find_quietly(into, Organisation, "organisation", row["organisation"])
    scope = organisation.scope if organisation else shared_scope()
    refuse_telling_code(row["code"], row["name"])
    person = upsert_named(
        into,
        Person,
        prefix=PERSON,
        kind="person",
        code=row["code"],
        values={"scope": scope},
        identity={"name": row["name"]},
    )
    if organisation or row["position"]:
        into.upsert(
            Position,
            key={"person": person, "organisation": organisation, "title": row["position"]},
            values={
                "scope": scope,
                "title_es": row["position_es"],
                "since_text": row["since"],
                "until_text": row["until"],
            },
        )


@table(
    "stakeholders",
    order=60,
    columns=[
        Column("organisation", required=True),
        Column("cluster"),
        Column("role", "choice", required=True, choices=tuple(Stakeholder.Role.values)),
        Column("since", max_length=200),
        Column("until", max_length=200),
        Column("sector", "choice", choices=sectors.codes()),
        Column("new_partner", "bool"),
        Column("note"),
        Column("note_es"),
    ],
)
def load_stakeholder(row: Row, into: Context) -> None:
    """Roles of organisations toward clusters: who leads, teaches, funds, implements."""
    organisation = into.find(Organisation, "organisation", row["organisation"])
    cluster = into.find_if(Cluster, "cluster", row["cluster"])
    into.upsert(
        Stakeholder,
        key={
            "organisation": organisation,
            "cluster": cluster,
            "role": row["role"],
            "since_text": row["since"],
        },
        values=row.pick("sector note note_es")
        | {"is_new_partner": row["new_partner"]}
        | {"until_text": row["until"], "scope": cluster.scope if cluster else organisation.scope},
    )


@table(
    "profile_facts",
    # After the programmes, which a fact may be about.
    order=300,
    columns=[
        Column("subject_kind", "choice", required=True, choices=tuple(ProfileFact.SubjectKind.values)),
        Column("subject", required=True),
        Column("attribute", required=True, max_length=80),
        Column("attribute_label", max_length=200),
        Column("attribute_label_es", max_length=200),
        Column("value", "decimal"),
        Column("value_text", max_length=300),
        Column("unit", max_length=60),
        Column("qualifier", "choice", choices=tuple(ProfileFact.Qualifier.values)),
        Column("as_of", max_length=200),
    ],
)
def load_profile_fact(row: Row, into: Context) -> None:
    """What sources say about clusters, organisations and programmes; contradicting facts stand side by side."""
    if row["value"] is None and not row["value_text"]:
        raise RowProblem("value", _("is empty, and so is value_text"), _("Fill one of the two."))
    subject, scope = _subject(row, into)
    source = into.find_if(SourceDocument, "source", row["source"])
    # A fact is a statement: what it says is part of what it is, so that another value is another fact.
    key = row.pick("subject_kind attribute value value_text unit as_of") | {
        **subject,
        "scope": scope,
        "qualifier": row["qualifier"] or ProfileFact.Qualifier.EXACTLY,
        "source": source,
        "source_place": row["source_place"],
    }
    labels = {"label": row["attribute_label"], "label_es": row["attribute_label_es"]}
    into.upsert(ProfileFact, key=key, values=labels)


def _subject(row: Row, into: Context) -> tuple[dict[str, Any], Scope]:
    """The references of a fact, exactly one of them filled, and the scope it belongs to."""
    models = {"cluster": Cluster, "organisation": Organisation, "establishment": Establishment}
    kind = row["subject_kind"]
    if kind == ProfileFact.SubjectKind.PROGRAMME:
        scope = into.find(Scope, "subject", row["subject"], kind=Scope.Kind.PROGRAMME)
        return dict.fromkeys(models), scope
    found = into.find(models[kind], "subject", row["subject"])
    return {name: found if name == kind else None for name in models}, found.scope
