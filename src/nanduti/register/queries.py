"""Questions to the register. Every answer stays within the scopes of the moment and of the viewer's roles."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.foundation.models import Scope
from nanduti.foundation.scope_ids import ScopeIds
from nanduti.vault import queries as vault
from nanduti.vault.queries import Right

from .folding import fold
from .models import (
    AssociationMembership,
    Cluster,
    ClusterMembership,
    Establishment,
    EstablishmentMerge,
    Organisation,
    Person,
    Place,
    Position,
    ProfileFact,
    Stakeholder,
)
from .models.shared import SHARED_CODE
from .names import names_for, organisations_named, public_names
from .pseudonyms import ESTABLISHMENT, ORGANISATION, PERSON, tidy
from .subjects import Actor, subject_of

__all__ = ["names_for", "organisations_named", "public_names"]

# Who may read the register at all: enumerators and agents who visit, and everybody with "read".
READING = ("read", "collect")


# --- rights


def readable_scopes(access: Access) -> ScopeIds:
    """The scopes whose register the viewer may read."""
    return ScopeIds(s for s in access.scope_ids if any(access.may(capability, s) for capability in READING))


def may_edit(access: Access, scope: Scope) -> bool:
    """Whether the viewer may change the register there; bodies of no cluster are everybody's, so only coordinators."""
    if scope.code == SHARED_CODE:
        return access.may("edit_programme") and access.may("edit_register")
    return access.may("edit_register", scope)


def require_edit(access: Access, scope: Scope) -> None:
    """Raise :class:`NotAllowed` unless :func:`may_edit`."""
    if not may_edit(access, scope):
        raise NotAllowed(capability="edit_register")


def _mine(access: Access) -> Q:
    """What a firm owner sees without reading the register: the own firm."""
    own = access.user.organisation_pseudonym if access.user else ""
    return Q(pseudonym=own, scope__in=access.scopes_with("read_own")) if own else Q(pk__in=[])


# --- organisations


def organisations(*, access: Access) -> QuerySet[Organisation]:
    """The organisations that the viewer may see."""
    return (
        Organisation.objects.filter(Q(scope__in=readable_scopes(access)) | _mine(access))
        .select_related("place", "cluster", "scope")
        .order_by("sort_text", "id")
    )


def search_register(
    *,
    access: Access,
    text: str = "",
    kind: str = "",
    cluster: str = "",
    place: str = "",
    size_band: str = "",
    role: str = "",
) -> QuerySet[Organisation]:
    """Organisations by words, kind, home cluster, place, size and role.

    Words are looked for in public names, pseudonyms, places and clusters; and in kept names only where the
    viewer may see every name of the scope anyway.
    """
    rows = organisations(access=access)
    exact = {"kind": kind, "cluster__code": cluster, "place__code": place, "size_band": size_band}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if role:
        rows = rows.filter(pk__in=Stakeholder.objects.filter(role=role).values("organisation"))
    words = fold(text).split()[:8]
    if not words:
        return rows
    in_text = Q()
    for word in words:
        in_text &= Q(search_text__contains=word)
    named = organisations_named(access=access, text=text)
    return rows.filter(in_text | Q(pk__in=named)) if named else rows.filter(in_text)


def organisation_by_pseudonym(*, access: Access, pseudonym: str) -> Organisation:
    """The organisation, or :class:`NotFound`: whether it exists elsewhere is not told."""
    found = organisations(access=access).filter(pseudonym=tidy(pseudonym)).first()
    if found is None:
        raise NotFound(kind=_("organisation"), code_given=pseudonym[:20])
    return found


# --- establishments and people


def establishments(*, access: Access) -> QuerySet[Establishment]:
    """The establishments that the viewer may see, without those merged into another."""
    own = access.user.organisation_pseudonym if access.user else ""
    mine = Q(organisation__pseudonym=own, scope__in=access.scopes_with("read_own")) if own else Q(pk__in=[])
    return (
        Establishment.objects.filter(Q(scope__in=readable_scopes(access)) | mine)
        .select_related("organisation", "place", "cluster", "scope")
        .order_by("pseudonym")
    )


def establishment_by_pseudonym(*, access: Access, pseudonym: str) -> Establishment:
    """The establishment, merged ones too, or :class:`NotFound`."""
    found = establishments(access=access).filter(pseudonym=tidy(pseudonym)).first()
    if found is None:
        raise NotFound(kind=_("establishment"), code_given=pseudonym[:20])
    return found


def people(*, access: Access) -> QuerySet[Person]:
    """The people that the viewer may see: posts tell much, so this needs the right to sensitive records."""
    own = access.user.person_pseudonym if access.user else ""
    mine = Q(pseudonym=own, scope__in=access.scope_ids) if own else Q(pk__in=[])
    posts = Position.objects.select_related("organisation", "source").order_by("-since_on", "id")
    return (
        Person.objects.filter(Q(scope__in=access.scopes_with("read_sensitive")) | mine)
        .select_related("scope")
        .prefetch_related(Prefetch("positions", queryset=posts))
        .order_by("pseudonym")
    )


def person_by_pseudonym(*, access: Access, pseudonym: str) -> Person:
    """The person, or :class:`NotFound`."""
    found = people(access=access).filter(pseudonym=tidy(pseudonym)).first()
    if found is None:
        raise NotFound(kind=_("person"), code_given=pseudonym[:20])
    return found


def actor_by_pseudonym(*, access: Access, pseudonym: str) -> Actor:
    """Whoever the pseudonym stands for, by its prefix."""
    asked = tidy(pseudonym)
    finders = {
        ORGANISATION: organisation_by_pseudonym,
        ESTABLISHMENT: establishment_by_pseudonym,
        PERSON: person_by_pseudonym,
    }
    finder = finders.get(asked.partition("-")[0])
    if finder is None:
        raise NotFound(kind=_("record"), code_given=pseudonym[:20])
    return finder(access=access, pseudonym=asked)


# --- the actor's page


@dataclass
class ActorPage:
    """All that the page of an organisation says, already loaded."""

    organisation: Organisation
    name: str
    is_named: bool
    rights: list[Right]
    kept: list[str]
    roles: list[Stakeholder]
    memberships: list[ClusterMembership]
    associations: list[AssociationMembership]
    members: int
    establishments: list[Establishment]
    site_names: dict[str, str]
    facts: list[ProfileFact]
    positions: list[Position] = field(default_factory=list)

    @property
    def may_see(self) -> list[str]:
        """The kept fields that the viewer holds a right to."""
        granted = {code for right in self.rights for code in right.fields}
        return [code for code in self.kept if code in granted]


def actor_page(*, access: Access, organisation: Organisation) -> ActorPage:
    """What the page of an organisation shows; a bounded number of queries whatever its size."""
    sites = list(
        establishments(access=access).filter(organisation=organisation, merged_into__isnull=True)[:200]
    )
    pseudonyms = [organisation.pseudonym, *(s.pseudonym for s in sites)]
    names = names_for(access=access, pseudonyms=pseudonyms)
    subject = subject_of(organisation)
    rights = vault.rights(access=access, subjects=[subject], on=timezone.localdate())[subject.pseudonym]
    is_insider = access.may("read_sensitive", organisation.scope)
    return ActorPage(
        organisation=organisation,
        name=names[organisation.pseudonym],
        is_named=names[organisation.pseudonym] != organisation.pseudonym,
        rights=rights,
        kept=vault.kept_fields(pseudonyms=[organisation.pseudonym]).get(organisation.pseudonym, []),
        roles=list(organisation.roles.select_related("cluster", "source").order_by("since_on", "id")),
        memberships=list(
            organisation.cluster_memberships.select_related("cluster", "source").order_by("since_on", "id")
        ),
        associations=_associations(organisation) if is_insider else [],
        members=organisation.members.filter(until_on__isnull=True).count(),
        establishments=sites,
        site_names=names,
        facts=facts_about(organisation=organisation),
        positions=_positions(organisation) if is_insider else [],
    )


def _associations(organisation: Organisation) -> list[AssociationMembership]:
    rows = organisation.association_memberships.select_related("association")
    return list(rows.order_by("since_on", "id"))


def _positions(organisation: Organisation) -> list[Position]:
    return list(organisation.positions.select_related("person", "source").order_by("-since_on", "id")[:50])


def facts_about(**subject: object) -> list[ProfileFact]:
    """The facts about one subject, those on the same attribute together, newest first."""
    return list(
        ProfileFact.objects.filter(**subject)
        .select_related("source")
        .order_by("attribute", "-as_of_start", "id")[:500]
    )


def fact_by_id(*, access: Access, pk: int) -> ProfileFact:
    """The fact of that number, or :class:`NotFound`."""
    rows = ProfileFact.objects.filter(scope__in=readable_scopes(access)).select_related(
        "scope", "source", "cluster", "organisation", "establishment"
    )
    found = rows.filter(pk=pk).first() if pk < 2**31 else None
    if found is None:
        raise NotFound(kind=_("profile fact"), code_given=str(pk)[:20])
    return found


def requests_waiting(*, access: Access) -> QuerySet[vault.ContactRequest]:
    """The contact requests that wait for this custodian, oldest first."""
    return vault.waiting(access=access)


# --- clusters and places


def clusters(*, access: Access) -> QuerySet[Cluster]:
    """The clusters whose register the viewer may read."""
    return (
        Cluster.objects.filter(scope__in=readable_scopes(access))
        .select_related("place", "scope")
        .order_by("name")
    )


def cluster_by_code(*, access: Access, code: str) -> Cluster:
    """The cluster, or :class:`NotFound`."""
    found = clusters(access=access).select_related("source", "place__parent").filter(code=code).first()
    if found is None:
        raise NotFound(kind=_("cluster"), code_given=code[:80])
    return found


@dataclass(frozen=True)
class ClusterTotals:
    """How many there are in a cluster: of each kind and size, and how many work there as far as is known."""

    n_organisations: int
    n_establishments: int
    n_workers: int
    n_without_workers: int
    by_kind: list[tuple[str, int]]
    by_size: list[tuple[str, int]]
    by_place: list[tuple[Place, int]]


def cluster_totals(*, cluster: Cluster) -> ClusterTotals:
    """The totals of a cluster's register; five queries."""
    members = Organisation.objects.filter(cluster=cluster)
    sites = Establishment.objects.filter(cluster=cluster, merged_into__isnull=True)
    by_kind = list(members.order_by().values_list("kind").annotate(n=Count("id")).order_by("-n", "kind"))
    sums = sites.aggregate(n=Count("id"), known=Count("n_workers"), workers=Sum("n_workers"))
    return ClusterTotals(
        n_organisations=sum(n for _kind, n in by_kind),
        n_establishments=sums["n"],
        n_workers=sums["workers"] or 0,
        n_without_workers=sums["n"] - sums["known"],
        by_kind=by_kind,
        by_size=list(sites.order_by().values_list("size_band").annotate(n=Count("id")).order_by("-n")),
        by_place=_by_place(members, sites),
    )


def _by_place(members: QuerySet, sites: QuerySet) -> list[tuple[Place, int]]:
    """Establishments by place; where none are registered, organisations by place."""
    counts = {pk: n for pk, n in sites.order_by().values_list("place").annotate(n=Count("id")) if pk}
    if not counts:
        counts = {pk: n for pk, n in members.order_by().values_list("place").annotate(n=Count("id")) if pk}
    places = Place.objects.in_bulk(list(counts))
    return sorted(((places[pk], n) for pk, n in counts.items()), key=lambda pair: (-pair[1], pair[0].name))


def places_with_organisations(*, access: Access) -> list[tuple[str, str]]:
    """Code and name of places, for filters."""
    return list(Place.objects.order_by("name").values_list("code", "name")[:500])


def merges_of(*, establishment: Establishment) -> list[EstablishmentMerge]:
    """The merges into this establishment, newest first, those taken back too."""
    return list(establishment.merges.select_related("absorbed"))


def scopes_to_edit(*, access: Access) -> list[Cluster]:
    """The clusters in whose register the viewer may write."""
    return [c for c in clusters(access=access) if may_edit(access, c.scope)]


# So many bodies are named on the page of a cluster; the list of partners holds them all.
NAMED = 60


def who_does_what(*, cluster: Cluster) -> dict[str, list[Stakeholder]]:
    """Who plays which role in a cluster, wherever it sits; by role, the leading association first, firms left out."""
    rows = Stakeholder.objects.filter(cluster=cluster).exclude(role=Stakeholder.Role.FIRM)
    rows = rows.select_related("organisation", "source").order_by("organisation__sort_text", "since_on", "id")
    found: dict[str, list[Stakeholder]] = {role: [] for role in Stakeholder.Role.values}
    for row in rows[:NAMED]:
        found[row.role].append(row)
    return {role: some for role, some in found.items() if some}
