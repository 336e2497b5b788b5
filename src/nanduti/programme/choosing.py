"""What a form of a programme offers: its own clusters and organisations, and its partners abroad by public names."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from nanduti.register.models import Cluster, Organisation

from . import queries
from .models import Programme


def clusters_at_hand(*, programme: Programme, also: Iterable[int | None] = ()) -> QuerySet[Cluster]:
    """The clusters that a programme covers, considers, or has agreements with, wherever they lie.

    A partner abroad lies outside the scopes of those who work in the programme; it is named, and nothing of its
    register is shown.
    """
    ids = {row.pk for row in queries.clusters(programme=programme)}
    ids |= {*queries.partner_cluster_ids(programme=programme), *(pk for pk in also if pk)}
    return Cluster._base_manager.filter(pk__in=ids).order_by("name")


def organisations_at_hand(*, programme: Programme, also: Iterable[int | None] = ()) -> QuerySet[Organisation]:
    """The organisations within the scopes of the moment, and those of partner clusters that are shown by name.

    ``also``: those that a record names already, so that saving the rest of it does not lose them.
    """
    abroad = [row.pk for row in clusters_at_hand(programme=programme)]
    public = Q(is_public=True) & (Q(cluster__in=abroad) | Q(roles__cluster__in=abroad))
    seen = Q(pk__in=Organisation.objects.values("pk"))
    rows = Organisation._base_manager.filter(seen | public | Q(pk__in=[pk for pk in also if pk]))
    return rows.distinct().order_by("sort_text")
