"""Questions about a programme: who covers what, what was decided, which agreements hold on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from nanduti.foundation.access import Access
from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import Grant, ScopeReach
from nanduti.methods import planning
from nanduti.methods.values import Verdict
from nanduti.register.models import Cluster, Organisation

from .errors import AmbiguousCluster
from .models import (
    AgreementParty,
    Candidate,
    Component,
    CooperationAgreement,
    Coverage,
    DivisionOfLabour,
    FundingCondition,
    Meeting,
    Programme,
    Resolution,
    Statement,
)


def programmes() -> QuerySet[Programme]:
    """The programmes that can be seen within the scopes of the moment."""
    return Programme.objects.select_related("scope", "source")


def readable_programmes(*, access: Access) -> QuerySet[Programme]:
    """The programmes that the reader may read; a firm owner or an enumerator has other ways in."""
    return programmes().filter(scope__in=access.scopes_with("read"))


def programme_by_code(*, code: str) -> Programme:
    """The programme with that code, or :class:`NotFound`."""
    # PostgreSQL takes no zero byte in a text, so nothing has a code that holds one.
    found = None if "\x00" in code else programmes().filter(code=code).first()
    if found is None:
        raise NotFound(kind="programme", code_given=code)
    return found


def clusters(*, programme: Programme) -> list[Cluster]:
    """The clusters that a programme covers, in the order of coverage; one query."""
    seen: dict[int, Cluster] = {}
    rows = coverage(programme=programme).select_related(None).select_related("cluster")
    for row in rows.only("cluster", "short_code"):
        row.cluster.short_code = row.short_code or row.cluster.code  # type: ignore[attr-defined]
        seen.setdefault(row.cluster_id, row.cluster)
    return list(seen.values())


def cluster_by_code(*, programme: Programme, code: str) -> Cluster:
    """The cluster that a code names within a programme: its code, its short code there, or a part of its code.

    "leather" names "chennai-leather" in a programme where that is the cluster's short code.
    """
    covered = clusters(programme=programme)
    for names in (
        lambda c: c.code == code,
        lambda c: c.short_code == code,  # type: ignore[attr-defined]
        lambda c: code in c.code.split("-"),
    ):
        found = [c for c in covered if names(c)]
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            raise AmbiguousCluster(code_given=code, codes=", ".join(c.code for c in found))
    partners = Cluster._base_manager.filter(pk__in=partner_cluster_ids(programme=programme))
    partner = None if "\x00" in code else partners.filter(code=code).first()
    if partner is None:
        raise NotFound(kind="cluster", code_given=code)
    return partner


def partner_cluster_ids(*, programme: Programme) -> list[int]:
    """Clusters that a programme deals with without covering them: those of its agreements and candidates."""
    ids = set(_clusters_of_parties(programme).values_list("cluster_id", flat=True))
    ids |= set(Candidate.objects.filter(programme=programme).values_list("cluster_id", flat=True))
    return sorted(ids)


def _clusters_of_parties(programme: Programme) -> QuerySet[AgreementParty]:
    """The clusters for which somebody is a party to an agreement."""
    rows = AgreementParty.objects.filter(agreement__programme=programme, cluster__isnull=False)
    return rows.values("cluster")


def reported_to(*, programme: Programme) -> date | None:
    """The latest day to which lists of the programme report; ``None`` while they are kept from day to day.

    Rooms above know the lists; they say so with :func:`tell_reported_to`.
    """
    days = [ask(programme) for ask in _reported]
    return max((day for day in days if day), default=None)


_reported: list[Callable[[Programme], date | None]] = []


def tell_reported_to(ask: Callable[[Programme], date | None]) -> None:
    """Offer a question that :func:`reported_to` asks."""
    if ask not in _reported:
        _reported.append(ask)


def coverage(*, programme: Programme) -> QuerySet[Coverage]:
    """Which component runs in which cluster (the paper's table 1)."""
    return (
        Coverage.objects.filter(programme=programme)
        .select_related("cluster__place", "cluster__scope", "component", "source")
        .order_by("id")
    )


@dataclass(frozen=True)
class CoverageMatrix:
    """Clusters by components with the year since when; ``dilution`` is the share of empty cells."""

    clusters: list[Cluster]
    components: list[str]
    names: dict[str, str]
    cells: dict[tuple[int, str], Coverage]

    @property
    def convergence(self) -> Verdict:
        """Whether every component runs in every cluster, with what each cluster lacks."""
        covered = {
            str(cluster): [self.names[code] for code in self.components if (cluster.pk, code) in self.cells]
            for cluster in self.clusters
        }
        return planning.convergence_verdict(list(self.names.values()), covered)

    @property
    def dilution(self) -> float | None:
        """How much of the intended convergence is missing: the share of cells without a tick."""
        n = len(self.clusters) * len(self.components)
        return 1 - len(self.cells) / n if n else None


def coverage_matrix(*, programme: Programme) -> CoverageMatrix:
    """The coverage as a matrix; two queries."""
    rows = list(coverage(programme=programme))
    components = programme.components.all()
    return CoverageMatrix(
        clusters=list({row.cluster_id: row.cluster for row in rows}.values()),
        components=[c.code for c in components],
        names={c.code: str(c) for c in components},
        cells={(row.cluster_id, row.component.code): row for row in rows},
    )


def components(*, programme: Programme) -> QuerySet[Component]:
    """The parts of a programme, each with ``n_clusters``: in how many clusters it runs."""
    n = Count("coverage__cluster", distinct=True)
    rows = Component.objects.filter(programme=programme).select_related("source")
    return rows.annotate(n_clusters=n).order_by("id")


def clusters_to_take_in(*, programme: Programme, access: Access) -> QuerySet[Cluster]:
    """The clusters that a programme does not cover and may: those the reader may bring records into, and nobody's."""
    reached = ScopeReach.objects.filter(narrow=OuterRef("scope"))
    granted = Grant.objects.filter(scope=OuterRef("scope"))
    bodies = Organisation._base_manager.filter(scope=OuterRef("scope"))
    nobodys = ~Exists(reached) & ~Exists(granted) & ~Exists(bodies)
    covered = Coverage._base_manager.filter(programme=programme).values("cluster")
    rows = Cluster._base_manager.filter(Q(scope__in=access.scopes_with("import")) | Q(nobodys))
    return rows.exclude(pk__in=covered).order_by("name")


def clusters_to_cover(*, programme: Programme, access: Access) -> list[Cluster]:
    """The clusters that a programme covers, and those selected that it may take in."""
    selected = Candidate.objects.filter(programme=programme, stage=Candidate.Stage.SELECTED)
    new = clusters_to_take_in(programme=programme, access=access).filter(pk__in=selected.values("cluster"))
    # A partner abroad is selected too; no component runs there, and it signs agreements.
    new = new.exclude(pk__in=_clusters_of_parties(programme))
    return [*clusters(programme=programme), *new]


def agreements(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[CooperationAgreement]:
    """The agreements with their parties; two queries."""
    parties = AgreementParty.objects.select_related("organisation", "cluster")
    rows = (
        CooperationAgreement.objects.filter(programme=programme)
        .select_related("source", "renews", "implementing_partner")
        .prefetch_related(Prefetch("parties", queryset=parties), "renewals")
    )
    if cluster:
        rows = rows.filter(pk__in=AgreementParty.objects.filter(cluster=cluster).values("agreement_id"))
    return rows


def agreements_about_to_lapse(
    rows: Iterable[CooperationAgreement], *, on: date, within_days: int = 90
) -> list[CooperationAgreement]:
    """Agreements in force that will lapse soon and have no renewal."""
    return [
        row
        for row in rows
        if row.state_on(on) == "in_force"
        and row.lapses_on is not None
        and (row.lapses_on - on).days <= within_days
        and not row.renewals.all()
    ]


def resolutions(*, programme: Programme) -> QuerySet[Resolution]:
    """What the committees decided."""
    return Resolution.objects.filter(committee__programme=programme).select_related(
        "committee", "meeting", "owner", "source"
    )


def overdue_resolutions(*, programme: Programme, on: date) -> list[Resolution]:
    """Decisions whose day has passed without being done."""
    return [row for row in resolutions(programme=programme) if row.state_on(on) == "overdue"]


def meetings(*, programme: Programme) -> QuerySet[Meeting]:
    """The sittings of the committees."""
    return Meeting.objects.filter(committee__programme=programme).select_related("committee", "source")


def candidates(*, programme: Programme) -> QuerySet[Candidate]:
    """The clusters that were considered, with how far each came and why."""
    return Candidate.objects.filter(programme=programme).select_related("cluster__place", "source")


def funding_conditions(*, programme: Programme) -> QuerySet[FundingCondition]:
    """Who pays which share on which condition."""
    return FundingCondition.objects.filter(programme=programme).select_related("funder", "source")


def labour_division(*, programme: Programme) -> QuerySet[DivisionOfLabour]:
    """Which kind of institution may do which task."""
    return DivisionOfLabour.objects.filter(programme=programme).select_related("source")


def statements(*, programme: Programme) -> QuerySet[Statement]:
    """What documents say about records elsewhere than in the records' own rows."""
    return Statement.objects.filter(programme=programme).select_related("source")
