"""Where actors are drawn: worked out once for the same network, and near where they were drawn in the round before."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from nanduti.methods.networks import Layout, Network, layout

# Drawings kept in the memory of the process. A drawing depends on the ties alone, so none can become old.
LARGEST = 24

_lock = threading.Lock()
_drawn: OrderedDict[str, Layout] = OrderedDict()


def drawn(network: Network, *, before: Sequence[Network] = ()) -> Layout:
    """A place for each actor. ``before``: the networks of earlier rounds, the earliest first."""
    previous: Layout | None = None
    key = ""
    for one in (*before, network):
        key = _key(one, key)
        found = _kept(key)
        if found is None:
            found = layout(one, previous=previous)
            _keep(key, found)
        previous = found
    return previous if previous is not None else layout(network)


def _key(network: Network, former: str) -> str:
    """Tells one drawing from another: who is in it, who is tied to whom, and the drawing before."""
    digest = hashlib.sha256(former.encode())
    digest.update("\x00".join(map(str, network.actors)).encode())
    digest.update(np.ascontiguousarray(network.either.indptr).tobytes())
    digest.update(np.ascontiguousarray(network.either.indices).tobytes())
    return digest.hexdigest()


def _kept(key: str) -> Layout | None:
    with _lock:
        if key in _drawn:
            _drawn.move_to_end(key)
        return _drawn.get(key)


def _keep(key: str, made: Layout) -> None:
    with _lock:
        _drawn[key] = made
        while len(_drawn) > LARGEST:
            _drawn.popitem(last=False)


def forget() -> None:
    """Keep no drawing."""
    with _lock:
        _drawn.clear()
