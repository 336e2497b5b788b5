"""Where actors are drawn: worked out once for the same network, and near where they were drawn in the round before.

Up to :data:`DRAWN_AT_ONCE` actors while the reader waits; more in the background, kept as a run that anybody who sees
the same network finds again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from nanduti.foundation.models import Run
from nanduti.methods.networks import Layout, Network, layout

from .remembered import digest_of, remembered

DRAWN_AT_ONCE = 3_000
# Beyond this even a picture from the background is no picture.
DRAWN_AT_MOST = 10_000
RECIPE = "networks.drawing"


def drawn(network: Network, *, before: Sequence[Network] = ()) -> Layout:
    """A place for each actor. ``before``: the networks of earlier rounds, the earliest first."""
    previous: Layout | None = None
    chain = ""
    for one in (*before, network):
        chain = hashlib.sha256(f"{chain}/{digest_of(one)}".encode()).hexdigest()
        former = previous
        previous = remembered(("drawing", chain), lambda one=one, former=former: layout(one, previous=former))
    return previous if previous is not None else layout(network)


def drawn_before(network: Network) -> Layout | None:
    """The drawing that was made in the background, if there is one."""
    run = Run.objects.filter(recipe=RECIPE, input_digest=digest_of(network)).order_by("-id").first()
    if run is None:
        return None
    places = run.result.get("places", {})
    if any(str(actor) not in places for actor in network.actors):
        return None
    positions = np.array([places[str(actor)] for actor in network.actors], dtype=float)
    return Layout(network.actors, positions, float(run.result.get("stress", 0.0)), None)


def as_result(made: Layout) -> dict[str, object]:
    """A drawing as a run keeps it: by pseudonym."""
    places = {
        str(a): [round(x, 4), round(y, 4)]
        for a, (x, y) in zip(made.actors, made.positions.tolist(), strict=True)
    }
    return {"places": places, "stress": made.stress}
