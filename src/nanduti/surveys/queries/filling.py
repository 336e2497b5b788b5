"""Which form somebody fills in a browser, and on whose behalf."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from nanduti.foundation.models import User
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster

from ..models import Enumerator, Instrument, InstrumentVersion

State = InstrumentVersion.State


def newest_version(*, instrument: Instrument) -> InstrumentVersion | None:
    """The version that is filled now: the newest that is published; ``None`` where there is none."""
    return instrument.versions.filter(state=State.PUBLISHED).order_by("-pk").first()


def open_instruments(*, programme: Programme, enumerator: Enumerator | None = None) -> QuerySet[Instrument]:
    """The instruments that take answers, and among them those that an enumerator was given."""
    rows = Instrument.objects.filter(
        programme=programme, is_open=True, versions__state=State.PUBLISHED
    ).distinct()
    chosen = list(enumerator.instruments.values_list("pk", flat=True)) if enumerator else []
    return (rows.filter(pk__in=chosen) if chosen else rows).order_by("title", "pk")


def enumerator_of(*, user: User, programme: Programme, cluster: Cluster | None) -> Enumerator | None:
    """Under which enumerator somebody who signed in collects: the one that was enrolled for the account.

    Of several the one for this cluster, then one for the whole programme.
    """
    rows = Enumerator.objects.select_related("programme__scope", "scope").filter(
        user=user, programme=programme
    )
    found = list(rows.filter(Q(cluster=cluster) | Q(cluster__isnull=True)).order_by("pk"))
    found.sort(
        key=lambda row: (row.revoked_at is not None, row.cluster_id != (cluster.pk if cluster else None))
    )
    return found[0] if found else None


def may_collect(enumerator: Enumerator) -> bool:
    """Neither taken back nor over."""
    is_over = enumerator.expires_at is not None and enumerator.expires_at <= timezone.now()
    return enumerator.revoked_at is None and not is_over


def free_code(*, programme: Programme, wanted: str) -> str:
    """A code that no enumerator of the programme has yet."""
    taken = set(
        Enumerator.objects.filter(programme=programme, code__startswith=wanted).values_list("code", flat=True)
    )
    codes = (f"{wanted}-{n}" for n in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(code for code in codes if code not in taken)
