"""Who may search and decide, what was found, what was decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.foundation.models import Scope
from nanduti.vault import looking
from nanduti.vault import queries as vault
from nanduti.vault.fields import FIELDS, Field

from .. import queries
from ..errors import NoNamesGranted
from ..merging import pointing_at_establishments
from ..models import (
    Cluster,
    DuplicateDecision,
    DuplicatePair,
    DuplicateSearch,
    Establishment,
    Position,
    Stakeholder,
)

# What of an identity is compared; an e-mail is often that of an accountant who serves many.
COMPARED = frozenset(
    {Field.NAME, Field.CONTACT_PERSON, Field.PHONE, Field.ADDRESS, Field.LATITUDE, Field.LONGITUDE, Field.TAX_NUMBER}
)  # fmt: skip


# --- rights


def may_judge(access: Access, scope: Scope) -> bool:
    """Whether the viewer decides about doubles there: the custodian, or whoever edits the register."""
    if not access.may("read_sensitive", scope):
        return False
    return access.may("reveal", scope) or queries.may_edit(access, scope)


def fields_compared(
    *, access: Access, clusters: Collection[Cluster], at: datetime | None = None
) -> dict[int, frozenset[str]]:
    """By scope, what may be compared for this viewer today; only clusters in which there is anything."""
    mine = [c.scope_id for c in clusters if may_judge(access, c.scope)]
    if not mine:
        return {}
    shown = looking.fields_that_show(access=access, scope_ids=mine, at=at or timezone.now())
    found = {scope_id: frozenset(str(f) for f in fields & COMPARED) for scope_id, fields in shown.items()}
    return {scope_id: fields for scope_id, fields in found.items() if fields}


def cluster_to_judge(*, access: Access, code: str) -> tuple[Cluster, frozenset[str]]:
    """The cluster and the fields that the viewer may have compared in it; refused to everybody else."""
    cluster = queries.cluster_by_code(access=access, code=code)
    if not may_judge(access, cluster.scope):
        raise NotAllowed(capability="edit_register")
    fields = fields_compared(access=access, clusters=[cluster]).get(cluster.scope_id)
    if not fields:
        raise NoNamesGranted()
    return cluster, fields


def clusters_to_judge(*, access: Access) -> list[tuple[Cluster, frozenset[str]]]:
    """Every cluster in which the viewer may search and decide, with the fields to compare."""
    clusters = list(queries.clusters(access=access))
    fields = fields_compared(access=access, clusters=clusters)
    return [(c, fields[c.scope_id]) for c in clusters if c.scope_id in fields]


# --- what was found


def newest_searches(*, clusters: Iterable[tuple[Cluster, frozenset[str]]]) -> dict[int, DuplicateSearch]:
    """By cluster the search whose result the viewer may read: the one that compared most, then the newest.

    Points tell of every field that was compared. Who may not see one of them therefore does not read the result:
    whoever enters a guessed telephone could otherwise learn whose it is.
    """
    fields = {cluster.pk: allowed for cluster, allowed in clusters}
    found: dict[int, DuplicateSearch] = {}
    rows = DuplicateSearch.objects.filter(cluster__in=fields, ended_at__isnull=False)
    for row in rows.order_by("-ended_at", "-id"):
        best = found.get(row.cluster_id)
        is_mine = set(row.fields) <= fields[row.cluster_id]
        if is_mine and (best is None or len(row.fields) > len(best.fields)):
            found[row.cluster_id] = row
    return found


def running_search(*, cluster: Cluster) -> DuplicateSearch | None:
    """The search that is under way in a cluster, if there is one."""
    rows = DuplicateSearch.objects.filter(cluster=cluster, ended_at__isnull=True).select_related("job")
    return next(
        (row for row in rows.order_by("-id")[:20] if row.job is not None and not row.job.is_over), None
    )


def last_failure(*, cluster: Cluster) -> DuplicateSearch | None:
    """The newest search of a cluster, if it came to no end."""
    row = DuplicateSearch.objects.filter(cluster=cluster).select_related("job").order_by("-id").first()
    return row if row and row.ended_at is None and row.job is not None and row.job.is_over else None


def open_pairs(*, searches: Collection[DuplicateSearch]) -> QuerySet[DuplicatePair]:
    """The pairs of these searches about which nobody has said "same" or "different"; the best first."""
    decided = DuplicateDecision.objects.filter(
        one=OuterRef("one"), other=OuterRef("other"), undone_at__isnull=True
    )
    return (
        DuplicatePair.objects.filter(
            search__in=[s.pk for s in searches],
            one__merged_into__isnull=True,
            other__merged_into__isnull=True,
        )
        .filter(~Exists(decided.filter(decision=DuplicateDecision.Decision.DIFFERENT)))
        .annotate(is_unsure=Exists(decided.filter(decision=DuplicateDecision.Decision.NOT_SURE)))
        .select_related("one__organisation", "other__organisation", "one__place", "other__place", "scope")
        .order_by("-score", "id")
    )


def n_open(*, searches: Collection[DuplicateSearch]) -> dict[int, int]:
    """How many pairs wait for a decision, by search."""
    if not searches:
        return {}
    rows = open_pairs(searches=searches).order_by().values_list("search").annotate(n=Count("pk"))
    return dict(rows)


def pair_by_pk(*, access: Access, pk: int) -> DuplicatePair:
    """A pair whose search compared nothing that the viewer may not see, or :class:`NotFound`."""
    found = (
        DuplicatePair.objects.filter(pk=pk, one__merged_into__isnull=True, other__merged_into__isnull=True)
        .select_related(
            "search__cluster__scope", "one__organisation", "other__organisation", "one__place", "other__place"
        )
        .first()
    )
    if found is not None:
        cluster = found.search.cluster
        allowed = fields_compared(access=access, clusters=[cluster]).get(cluster.scope_id, frozenset())
        if set(found.search.fields) <= allowed and allowed:
            return found
    raise NotFound(kind=_("pair"), code_given=str(pk))


# --- what was decided


def standing() -> Q:
    """Decisions that hold: neither taken back, nor of a merge that was."""
    return Q(undone_at__isnull=True) & (Q(merge__isnull=True) | Q(merge__undone_at__isnull=True))


def decisions_of(*, cluster: Cluster) -> QuerySet[DuplicateDecision]:
    """What was decided in a cluster, newest first."""
    return DuplicateDecision.objects.filter(scope=cluster.scope).select_related(
        "one__organisation", "other__organisation", "merge__kept", "merge__absorbed", "scope"
    )


def decision_by_pk(*, access: Access, pk: int) -> DuplicateDecision:
    """A decision in a cluster in which the viewer decides too, or :class:`NotFound`."""
    found = DuplicateDecision.objects.filter(pk=pk).select_related(
        "one__organisation", "other__organisation", "one__cluster", "merge__kept", "merge__absorbed", "scope"
    ).first()  # fmt: skip
    if found is not None and found.one.cluster is not None:
        cluster = queries.clusters(access=access).filter(scope=found.scope).first()
        if cluster is not None and fields_compared(access=access, clusters=[cluster]):
            return found
    raise NotFound(kind=_("decision"), code_given=str(pk))


def to_take_over(*, kept: Establishment, absorbed: Establishment) -> list[str]:
    """The fields that the vault keeps of the absorbed record and not of the kept one."""
    held = vault.kept_fields(pseudonyms=[kept.pseudonym, absorbed.pseudonym])
    missing = set(held.get(absorbed.pseudonym, ())) - set(held.get(kept.pseudonym, ()))
    return [field for field in FIELDS if field in missing]


# --- what each record has


@dataclass(frozen=True)
class Holding:
    """How many records of a kind hang on each of two establishments."""

    label: str
    one: int
    other: int


def holdings(*, one: Establishment, other: Establishment) -> list[Holding]:
    """What hangs on two establishments, from any room, as far as the scopes of the moment show it."""
    found = []
    for relation in pointing_at_establishments():
        name, model = relation.field.name, relation.related_model
        rows = model._default_manager.filter(**{f"{name}__in": [one.pk, other.pk]}).order_by()
        counts = dict(rows.values_list(name).annotate(n=Count("pk")))
        if counts:
            label = str(model._meta.verbose_name_plural)
            found.append(
                Holding(label[:1].upper() + label[1:], counts.get(one.pk, 0), counts.get(other.pk, 0))
            )
    if one.organisation_id != other.organisation_id:
        firms = [one.organisation_id, other.organisation_id]
        for label, model in ((_("Roles of the enterprise"), Stakeholder), (_("Posts held in it"), Position)):
            rows = model.objects.filter(organisation__in=firms).order_by()
            counts = dict(rows.values_list("organisation").annotate(n=Count("pk")))
            if counts:
                found.append(Holding(label, counts.get(firms[0], 0), counts.get(firms[1], 0)))
    return sorted(found, key=lambda h: -(h.one + h.other))
