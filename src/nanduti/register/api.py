"""The register for machines: the same rows, the same names and the same rights as the pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from . import partnering, queries
from .models import Cluster, Organisation, ProfileFact, Stakeholder
from .names import names_for

router = Router(tags=["register"])
MOST_AT_ONCE = 200


class Trouble(Schema):
    """What went wrong: a stable code, a title, a sentence and a remedy."""

    code: str
    title: str
    sentence: str
    remedy: str


TROUBLE: dict[int, Any] = {401: Trouble, 403: Trouble, 404: Trouble, 422: Any}


class OrganisationOut(Schema):
    """An organisation; ``name`` is its pseudonym unless it is public or you were granted its name."""

    pseudonym: str
    name: str
    kind: str
    is_public: bool
    country: str
    place: str | None
    cluster: str | None
    size_band: str


class OrganisationsOut(Schema):
    """A page of organisations; ``next_after`` asks for the following one."""

    organisations: list[OrganisationOut]
    next_after: str | None


class FactOut(Schema):
    """One statement with its source; several may contradict each other."""

    attribute: str
    label: str
    label_es: str
    value: Decimal | None
    value_text: str
    unit: str
    qualifier: str
    as_of: str
    source: str


class EstablishmentOut(Schema):
    """A workshop, by pseudonym, at the level of its city."""

    pseudonym: str
    place: str | None
    activity: str
    size_band: str
    n_workers: int | None


class RoleOut(Schema):
    """A role toward a cluster."""

    role: str
    cluster: str | None
    since: str
    until: str
    sector: str
    is_new_partner: bool | None


class PartnerOut(RoleOut):
    """A role of a partner; ``sector_fits`` is false where the kind of the organisation speaks against the sector."""

    pseudonym: str
    name: str
    kind: str
    sector_fits: bool


class OrganisationDetail(OrganisationOut):
    """An organisation with its roles, establishments and facts."""

    roles: list[RoleOut]
    establishments: list[EstablishmentOut]
    facts: list[FactOut]


class ClusterOut(Schema):
    """A cluster."""

    code: str
    name: str
    name_es: str
    trade: str
    place: str | None


class ClusterDetail(ClusterOut):
    """A cluster with its totals and facts."""

    n_organisations: int
    n_establishments: int
    n_workers_known: int
    by_kind: dict[str, int]
    facts: list[FactOut]


class Asked(Schema):
    """Filters of the list."""

    q: str = ""
    kind: str = ""
    cluster: str = ""
    place: str = ""
    size_band: str = ""
    role: str = ""
    limit: int = 100
    after: str = ""


@router.get("register/organisations", response={200: OrganisationsOut, **TROUBLE})
def list_organisations(  # type: ignore[no-untyped-def]
    request: HttpRequest, response: HttpResponse, asked: Query[Asked]
):
    """Organisations within your roles, public ones by name, then by pseudonym."""
    response["Cache-Control"] = "private, no-store"
    given = {name: value.replace("\x00", "")[:200] for name, value in asked.dict(exclude={"limit"}).items()}
    after = given.pop("after")
    rows = queries.search_register(access=request.access, text=given.pop("q"), **given)
    limit = min(max(asked.limit, 1), MOST_AT_ONCE)
    keys = list(_following(rows, after).values_list("pk", flat=True)[: limit + 1])
    found = {row.pk: row for row in rows.order_by().filter(pk__in=keys)}
    shown = [found[key] for key in keys[:limit] if key in found]
    names = names_for(access=request.access, pseudonyms=[o.pseudonym for o in shown])
    return {
        "organisations": [_organisation(o, names[o.pseudonym]) for o in shown],
        "next_after": shown[-1].pseudonym if len(keys) > limit else None,
    }


def _following(rows: QuerySet[Organisation], pseudonym: str) -> QuerySet[Organisation]:
    """The rows after the one with this pseudonym, in the order of the list."""
    last = rows.filter(pseudonym=pseudonym).values_list("sort_text", "pk").first() if pseudonym else None
    if last is None:
        return rows if not pseudonym else rows.none()
    return rows.filter(Q(sort_text__gt=last[0]) | Q(sort_text=last[0], pk__gt=last[1]))


def _role(row: Stakeholder) -> dict[str, Any]:
    return {
        "role": row.role,
        "cluster": row.cluster.code if row.cluster else None,
        "since": row.since_text,
        "until": row.until_text,
        "sector": row.sector,
        "is_new_partner": row.is_new_partner,
    }


@router.get("register/organisations/{pseudonym}", response={200: OrganisationDetail, **TROUBLE})
def show_organisation(request: HttpRequest, response: HttpResponse, pseudonym: str):  # type: ignore[no-untyped-def]
    """One organisation with its roles, establishments and facts."""
    response["Cache-Control"] = "private, no-store"
    found = queries.organisation_by_pseudonym(access=request.access, pseudonym=pseudonym.replace("\x00", ""))
    data = queries.actor_page(access=request.access, organisation=found)
    return {
        **_organisation(found, data.name),
        "roles": [_role(r) for r in data.roles],
        "establishments": [
            {
                "pseudonym": s.pseudonym,
                "place": s.place.code if s.place else None,
                "activity": s.activity,
                "size_band": s.size_band,
                "n_workers": s.n_workers,
            }
            for s in data.establishments
        ],
        "facts": [_fact(f) for f in data.facts],
    }


@router.get("register/partners", response={200: list[PartnerOut], **TROUBLE})
def list_partners(request: HttpRequest, response: HttpResponse):  # type: ignore[no-untyped-def]
    """Partners within your roles, each role in a row: sector, role, and whether such a partner is new."""
    response["Cache-Control"] = "private, no-store"
    rows = list(partnering.partners(access=request.access).order_by("organisation__sort_text", "id"))
    names = names_for(access=request.access, pseudonyms={r.organisation.pseudonym for r in rows})
    return [
        {
            "pseudonym": r.organisation.pseudonym,
            "name": names.get(r.organisation.pseudonym, r.organisation.pseudonym),
            "kind": r.organisation.kind,
            "sector_fits": not partnering.is_doubtful(kind=r.organisation.kind, sector=r.sector),
            **_role(r),
        }
        for r in rows
    ]


@router.get("register/clusters", response={200: list[ClusterOut], **TROUBLE})
def list_clusters(request: HttpRequest):  # type: ignore[no-untyped-def]
    """The clusters whose register your roles reach."""
    return [_cluster(c) for c in queries.clusters(access=request.access)[:1000]]


@router.get("register/clusters/{code}", response={200: ClusterDetail, **TROUBLE})
def show_cluster(request: HttpRequest, code: str):  # type: ignore[no-untyped-def]
    """A cluster with its totals and what sources say of it."""
    found = queries.cluster_by_code(access=request.access, code=code.replace("\x00", ""))
    totals = queries.cluster_totals(cluster=found)
    return {
        **_cluster(found),
        "n_organisations": totals.n_organisations,
        "n_establishments": totals.n_establishments,
        "n_workers_known": totals.n_workers,
        "by_kind": dict(totals.by_kind),
        "facts": [_fact(f) for f in queries.facts_about(cluster=found)],
    }


def _organisation(found: Organisation, name: str) -> dict[str, Any]:
    return {
        "pseudonym": found.pseudonym,
        "name": name,
        "kind": found.kind,
        "is_public": found.is_public,
        "country": found.country_code,
        "place": found.place.code if found.place else None,
        "cluster": found.cluster.code if found.cluster else None,
        "size_band": found.size_band,
    }


def _cluster(found: Cluster) -> dict[str, Any]:
    return {
        "code": found.code,
        "name": found.name,
        "name_es": found.name_es,
        "trade": found.trade,
        "place": found.place.code if found.place else None,
    }


def _fact(fact: ProfileFact) -> dict[str, Any]:
    return {
        "attribute": fact.attribute,
        "label": fact.label,
        "label_es": fact.label_es,
        "value": fact.value,
        "value_text": fact.value_text,
        "unit": fact.unit,
        "qualifier": fact.qualifier,
        "as_of": fact.as_of,
        "source": fact.cite(),
    }
