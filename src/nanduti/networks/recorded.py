"""Ties that stand in records below: agreements, memberships of associations, and business networks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanduti.foundation.access import Access
from nanduti.programme.models import AgreementParty, CooperationAgreement, Coverage, Programme
from nanduti.register.models import AssociationMembership

from . import sources
from .models import NetworkMember


def agreements(
    *, programme: Programme, clusters: Sequence[int] | None, access: Access | None
) -> pl.DataFrame:
    """Who has signed an agreement with whom, while it is in force."""
    signed = CooperationAgreement.Status.SIGNED
    rows = AgreementParty._base_manager.filter(
        agreement__programme=programme, agreement__status=signed, is_signatory=True
    )
    if access is not None:
        rows = rows.filter(agreement__scope__in=access.scopes_with("read"))
    values = rows.values_list(
        "agreement_id", "organisation__pseudonym", "cluster_id", "organisation__cluster_id",
        "agreement__valid_from_start", "agreement__signed_start", "agreement__valid_until_end", "agreement__code",
    )  # fmt: skip
    groups: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for pk, *rest in values:
        groups[pk].append(tuple(rest))
    return sources.framed(
        row
        for parties in groups.values()
        if _touches(parties, clusters)
        for row in sources.each_with_each(
            [p[0] for p in parties], "agreement", parties[0][3] or parties[0][4], parties[0][5], parties[0][6]
        )
    )


def _touches(parties: Iterable[tuple[Any, ...]], clusters: Sequence[int] | None) -> bool:
    return clusters is None or any(p[1] in clusters or p[2] in clusters for p in parties)


def memberships(
    *, programme: Programme, clusters: Sequence[int] | None, access: Access | None
) -> pl.DataFrame:
    """Who is a member of which association; told in confidence, as the register classifies it."""
    if clusters is None:
        clusters = list(
            Coverage._base_manager.filter(programme=programme).values_list("cluster_id", flat=True).distinct()
        )
    rows = AssociationMembership._base_manager.filter(
        Q(member__cluster__in=clusters) | Q(association__cluster__in=clusters)
    )
    if access is not None:
        rows = rows.filter(scope__in=access.scopes_with("read_sensitive"))
    values = rows.values_list(
        "member__pseudonym", "association__pseudonym", "since_on", "until_on", "source__title"
    )
    return sources.framed(
        (member, body, "member_of", since, until, cited or "") for member, body, since, until, cited in values
    )


def business_networks(
    *, programme: Programme, clusters: Sequence[int] | None, access: Access | None
) -> pl.DataFrame:
    """Who stands in one business network with whom."""
    rows = NetworkMember._base_manager.filter(network__programme=programme, person__isnull=True)
    if clusters is not None:
        rows = rows.filter(network__cluster__in=clusters)
    if access is not None:
        rows = rows.filter(scope__in=access.scopes_with("read"))
    values = rows.values_list(
        "network_id",
        "establishment__pseudonym",
        "organisation__pseudonym",
        "since_on",
        "until_on",
        "network__name",
    )
    groups: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for pk, site, firm, since, until, name in values:
        groups[pk].append((site or firm, since, until, name))
    return sources.framed(row for members in groups.values() for row in _together(members))


def _together(members: list[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Two members are tied from when the later joined until the earlier left."""
    if len(members) > sources.MOST_TOGETHER:
        return
    ordered = sorted(members, key=lambda m: m[0])
    for place, (one, since_one, until_one, name) in enumerate(ordered):
        for two, since_two, until_two, _name in ordered[place + 1 :]:
            since = max(filter(None, [since_one, since_two]), default=None)
            until = min(filter(None, [until_one, until_two]), default=None)
            if one != two and not (since and until and until <= since):
                yield (one, two, "same_network", since, until, name)


def connect() -> None:
    """Let these records show as ties."""
    sources.offer(sources.TieSource("agreements", _("Agreements"), ("agreement",), agreements))
    sources.offer(sources.TieSource("memberships", _("Memberships"), ("member_of",), memberships))
    sources.offer(
        sources.TieSource("business_networks", _("Business networks"), ("same_network",), business_networks)
    )
