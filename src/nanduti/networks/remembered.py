"""What was worked out of a network, kept in the memory of the process under what the network holds.

A network with the same actors, ties and silence has the same measures and the same drawing, whoever asks and whenever:
nothing kept here can become old, and nothing in it tells more than the network that somebody has read already.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from nanduti.methods.networks import Network

Answer = TypeVar("Answer")

LARGEST = 64

_lock = threading.Lock()
_answers: OrderedDict[tuple[str, ...], Any] = OrderedDict()


def digest_of(network: Network) -> str:
    """Tells one network from another."""
    digest = hashlib.sha256("\x00".join(map(str, network.actors)).encode())
    digest.update(b"directed" if network.directed else b"undirected")
    parts = [network.ties, network.stated, network.unknown_pairs]
    for matrix in parts:
        if matrix is None:
            digest.update(b"none")
            continue
        rows = matrix.tocsr()
        for values in (rows.indptr, rows.indices, rows.data):
            digest.update(np.ascontiguousarray(values).tobytes())
    digest.update(np.ascontiguousarray(network.answered).tobytes())
    return digest.hexdigest()


def remembered(key: tuple[str, ...], make: Callable[[], Answer]) -> Answer:
    """The answer under this key, or the one that ``make`` gives; nobody may change it."""
    with _lock:
        if key in _answers:
            _answers.move_to_end(key)
            return _answers[key]
    answer = make()
    keep(key, answer)
    return answer


def keep(key: tuple[str, ...], answer: Any) -> None:
    """Keep an answer that was worked out elsewhere."""
    with _lock:
        _answers[key] = answer
        _answers.move_to_end(key)
        while len(_answers) > LARGEST:
            _answers.popitem(last=False)


def forget() -> None:
    """Keep nothing."""
    with _lock:
        _answers.clear()
