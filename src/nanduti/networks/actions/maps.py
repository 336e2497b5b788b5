"""Verbs of large maps: they are worked out in the background and kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import nanduti
from nanduti.foundation import work
from nanduti.foundation.audit import action, note
from nanduti.foundation.models import Job, Run, Scope, User
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster

from ..drawing import RECIPE


@action("networks.order_drawing")
def order_drawing(
    *,
    programme: Programme,
    cluster: Cluster | None,
    wave: str,
    kinds: list[str],
    by: User,
    at: datetime | None = None,
) -> Job:
    """Have a large map drawn and measured in the background; asked for twice, it is one and the same work."""
    arguments = {
        "programme_id": programme.pk, "cluster_id": cluster.pk if cluster else None, "wave": wave, "kinds": kinds,
        "by_id": by.pk,
    }  # fmt: skip
    waiting = Job.objects.filter(
        kind="networks.draw", state__in=(Job.State.QUEUED, Job.State.RUNNING), arguments=arguments
    ).first()
    note(subject=programme)
    return waiting or work.enqueue("networks.draw", by=by, scope=programme.scope, **arguments)


@action("networks.keep_drawing")
def keep_drawing(
    *, scope: Scope, digest: str, result: dict[str, Any], by: User | str, at: datetime | None = None
) -> Run:
    """Keep the drawing and the measures of one network, to be found again by whoever sees the same network."""
    return Run.objects.create(
        scope=scope, recipe=RECIPE, recipe_version="1", input_digest=digest, package_version=nanduti.__version__,
        result=result, by=by if isinstance(by, User) else None, started_at=at,
    )  # fmt: skip
