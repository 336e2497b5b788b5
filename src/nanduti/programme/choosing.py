"""Which clusters a form of a programme offers: its own and its partners abroad, and none of other programmes."""

from __future__ import annotations

from django.db.models import QuerySet

from nanduti.register.models import Cluster

from . import queries
from .models import Programme


def clusters_at_hand(*, programme: Programme) -> QuerySet[Cluster]:
    """The clusters that a programme covers, considers, or has agreements with, wherever they lie.

    A partner abroad lies outside the scopes of those who work in the programme; it is named, and nothing of its
    register is shown.
    """
    ids = {row.pk for row in queries.clusters(programme=programme)}
    ids |= set(queries.partner_cluster_ids(programme=programme))
    return Cluster._base_manager.filter(pk__in=ids).order_by("name")
