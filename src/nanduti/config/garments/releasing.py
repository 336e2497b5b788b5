"""What leaves the example: asked for by one, approved by two others, published; and results that were returned."""

from __future__ import annotations

from typing import Any

from nanduti.foundation.models import Job, User
from nanduti.foundation.work import run_waiting
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster
from nanduti.release.actions import decisions, requests, returning
from nanduti.release.models import Publication, ReleaseRequest, Returning
from nanduti.release.queries.requests import standing
from nanduti.surveys.models import Wave

from .diagnosing import told
from .field import CENSUS, said_at

# Who asks may not decide.
ASKS, DECIDE = "cda-garments", ("coordinator", "committee")


def ask_and_decide(programme: Programme) -> None:
    """Each request is checked; those that two people said yes to are published, the others wait."""
    for row in told("releases")["requests"]:
        request = ReleaseRequest.objects.filter(programme=programme, code=row["code"]).first()
        request = request or _ask(programme, row)
        if request.is_open and not standing(request).counts:
            requests.start_check(request=request, by=_user(ASKS))
            do_waiting()
        if row["decided"] == "yes":
            _decide(request)


def _user(name: str) -> User:
    return User.objects.get(username=name)


def _ask(programme: Programme, row: dict[str, Any]) -> ReleaseRequest:
    names = ("code", "title", "title_es", "kind", "audience", "purpose", "material")
    return requests.request_release(
        programme=programme,
        values={name: row[name] for name in names},
        by=_user(ASKS),
        at=said_at("2023-09-08"),
    )


def _decide(request: ReleaseRequest) -> None:
    request.refresh_from_db()
    now = standing(request)
    decided = {approval.by_id for approval in now.approvals}
    for name in DECIDE:
        user = _user(name)
        if request.is_open and user.pk not in decided and now.check is not None:
            decisions.approve_release(request=request, digest=now.check.digest, by=user)
            request.refresh_from_db()
    do_waiting()


def do_waiting() -> None:
    """Have background work done: here, where nobody else does it."""
    if Job.objects.filter(state=Job.State.QUEUED).exists():
        run_waiting()


def returnings_missing(programme_code: str) -> bool:
    """Whether a meeting of the example has not been written down yet."""
    wanted = {row["cluster"] for row in told("releases")["returned"]}
    rows = Returning.objects.filter(programme__code=programme_code, cluster__code__in=wanted)
    return rows.values("cluster").distinct().count() < len(wanted)


def record_returnings(programme: Programme, by: User) -> None:
    """The meetings where results were discussed; one town still waits for its own."""
    wave = Wave.objects.select_related("instrument").get(
        instrument__programme=programme, instrument__library_code=CENSUS, code="census-2023"
    )
    sheets = Publication.objects.filter(programme=programme, kind=ReleaseRequest.Kind.SHEET).first()
    for row in told("releases")["returned"]:
        cluster = Cluster.objects.select_related("scope").get(code=row["cluster"])
        if Returning.objects.filter(wave=wave, cluster=cluster).exists():
            continue
        values = {k: v for k, v in row.items() if k != "cluster"} | {"publication": sheets}
        returning.record_returning(
            programme=programme, instrument=wave.instrument, wave=wave, cluster=cluster, values=values, by=by
        )
