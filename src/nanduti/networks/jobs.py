"""Background work of networks: maps too large to be drawn while somebody waits."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nanduti.foundation.access import access_of
from nanduti.foundation.models import User
from nanduti.foundation.work import Progress, job
from nanduti.methods import networks as methods
from nanduti.methods.values import CannotBeSaid
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster

from . import drawing
from .actions.maps import keep_drawing
from .queries.kinds import kinds_of
from .queries.latest import ALL, RECORDS
from .queries.measures import as_result, network_of
from .queries.ties import tie_frame
from .remembered import digest_of


@job("networks.draw")
def draw(
    progress: Progress, *, programme_id: int, cluster_id: int | None, wave: str, kinds: list[str], by_id: int
) -> dict[str, Any]:
    """Draw and measure by the rights that whoever asked holds when it runs; done again, it keeps the same."""
    programme = Programme._base_manager.select_related("scope").get(pk=programme_id)
    cluster = Cluster._base_manager.filter(pk=cluster_id).first() if cluster_id else None
    by = User.objects.get(pk=by_id)
    progress.say(0, 3, _("reading the ties"))
    records = [code for code, kind in kinds_of(programme).items() if kind.is_record]
    ties = tie_frame(
        programme=programme,
        cluster=cluster,
        access=access_of(by, on=timezone.localdate()),
        wave=None if wave in ("", ALL, RECORDS) else wave,
        kinds=records if wave == RECORDS else None,
    )
    network = network_of(ties, kinds=kinds)
    result: dict[str, Any] = {}
    progress.say(1, 3, _("drawing"))
    if network.n <= drawing.DRAWN_AT_MOST:
        result |= drawing.as_result(methods.layout(network))
    progress.say(2, 3, _("measuring"))
    try:
        result["statements"] = as_result(methods.associativity(network, draws=50, seed=1).statements)
    except CannotBeSaid:
        result["statements"] = []
    keep_drawing(scope=programme.scope, digest=digest_of(network), result=result, by=by)
    progress.say(3, 3)
    return {"url": reverse("networks:map", args=[programme.code]), "n": network.n}
