"""Questions about enumerators."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, CharField, Count, Max, Q, QuerySet, Value, When

from nanduti.foundation.errors import NotFound
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster

from ..models import Enumerator, Submission


def enumerators(
    *, programme: Programme, at: datetime, cluster: Cluster | None = None
) -> QuerySet[Enumerator]:
    """Who asks, whether the key holds, and what each has sent."""
    rows = Enumerator.objects.filter(programme=programme).select_related("cluster", "scope")
    if cluster is not None:
        rows = rows.filter(Q(cluster=cluster) | Q(cluster=None))
    return rows.annotate(
        state=Case(
            When(revoked_at__isnull=False, then=Value("revoked")),
            When(expires_at__lte=at, then=Value("ended")),
            default=Value("in_force"),
            output_field=CharField(),
        )
    )


def counts(*, enumerator_ids: list[int]) -> dict[int, tuple[int, datetime]]:
    """How much each has sent, and when last: asked for a page of them at once."""
    rows = (
        Submission.objects.filter(enumerator__in=enumerator_ids, is_trial=False)
        .values("enumerator")
        .annotate(n=Count("pk"), last=Max("received_at"))
        .order_by()
    )
    return {row["enumerator"]: (row["n"], row["last"]) for row in rows}


def enumerator(*, programme: Programme, code: str, at: datetime) -> Enumerator:
    """One of them; raises ``NotFound``."""
    row = enumerators(programme=programme, at=at).filter(code=code).first()
    if row is None:
        raise NotFound(kind="enumerator", code_given=code)
    return row


def by_instrument(*, enumerator: Enumerator) -> list[dict]:
    """What one has sent: how many of each instrument, the first and the last."""
    return list(
        Submission.objects.filter(enumerator=enumerator, is_trial=False)
        .values("form_id", "instrument__title", "instrument__title_es")
        .annotate(n=Count("pk"), last=Max("received_at"))
        .order_by("-n")[:200]
    )
