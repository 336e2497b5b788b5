"""The one door to compiled loops: numba where it is installed and the work is worth it.

Every caller has a way without numba that gives the same answer, so that this module may always say no.
Threads are plain Python threads over slices of the rows (the loops release the interpreter's lock), because
numba's own pool cannot be entered by two threads of a web server at once.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

# Below this many elementary steps the arrays of NumPy are done before numba is imported and has compiled.
WORTH_COMPILING = 100_000_000


@functools.cache
def _numba() -> Any:
    try:
        import numba
    except ImportError:
        return None
    return numba


def compiled(loop: Callable[..., Any], *, work: float, any_order: bool = False) -> Callable[..., Any] | None:
    """The loop as machine code, or None where numba is missing or the work is too small to pay for it.

    ``any_order`` lets sums be added up in the order that is quickest (they differ in the last digits).
    """
    if work < WORTH_COMPILING or _numba() is None:
        return None
    return _compile(loop, any_order)


@functools.cache
def _compile(loop: Callable[..., Any], any_order: bool) -> Callable[..., Any]:
    numba = _numba()
    options: dict[str, Any] = {"nogil": True}
    if any_order:
        options["fastmath"] = {"reassoc", "contract"}
    try:
        return numba.njit(cache=True, **options)(loop)
    except RuntimeError:
        # No folder to keep machine code in (a read-only installation): compile once for each process.
        return numba.njit(**options)(loop)


def threads() -> int:
    """How many slices to work on at once."""
    allowed = os.environ.get("NUMBA_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(int(allowed), cores) if allowed and allowed.isdigit() else min(cores, 8))


def sliced(work: Callable[[int, int, int], Any], n: int, weights: np.ndarray | None = None) -> list[Any]:
    """Run ``work(slice number, from, until)`` on slices of about equal weight, and give the answers in order."""
    parts = min(threads(), max(n, 1))
    if weights is None:
        edges = np.linspace(0, n, parts + 1).astype(np.int64)
    else:
        climbed = np.concatenate([[0.0], np.cumsum(weights, dtype=float)])
        edges = np.searchsorted(climbed, np.linspace(0, climbed[-1], parts + 1)).astype(np.int64)
        edges[0], edges[-1] = 0, n
    if parts == 1:
        return [work(0, 0, n)]
    with ThreadPoolExecutor(parts) as pool:
        return list(pool.map(lambda part: work(part, int(edges[part]), int(edges[part + 1])), range(parts)))
