"""Tasks of a joint order divided equitably: production and logistics that cannot be split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.solving import INFINITY, Program, solve
from nanduti.methods.values import BadInput, CannotBeSaid

from .fairness import Envy, envy
from .reading import codes, column


@dataclass(frozen=True)
class DividedTasks:
    """Tasks divided among firms.

    Attributes:
        bundles: firm → its tasks.
        loads: firm → the burden of its tasks, in its own reckoning.
        relative: load ÷ entitlement; as even as can be under ``least_maximum``.
        bound: no division has a smaller largest relative load.
        status: ``optimal``, ``within`` (of the bound) or ``heuristic``.
        envy: who would rather have another's tasks, where all are entitled alike; ``None`` otherwise.
    """

    bundles: Mapping[str, tuple[str, ...]]
    loads: Mapping[str, float]
    relative: Mapping[str, float]
    bound: float
    status: str
    envy: Envy | None


def divide_tasks(
    burdens: pl.DataFrame,
    *,
    entitlements: Mapping[str, float] | None = None,
    method: str = "least_maximum",
    time_limit: float = 10.0,
) -> DividedTasks:
    """Divide tasks so that nobody carries much more than its part.

    Args:
        burdens: one row for each task: ``task``, and one column for each firm with the hours (or cost) the
            task would take it; null where the firm cannot do it.
        entitlements: part of the burden each firm should carry (capacity, share of the income); equal by default.
        method: ``least_maximum`` (the largest load relative to its part as small as can be, then the least
            burden in all);
            ``longest_first`` (each task, longest first, to the firm that stays lowest; R. L. Graham, 1969);
            ``round_robin``
            (firms in turn take the task that is lightest for them; for equal entitlements without envy
            beyond one task).

    Source: row 155 of the systems, Lowe (2003): tasks of a joint order divided equitably; methods as named.

    >>> burdens = pl.DataFrame({"task": ["cut", "sew", "pack", "truck"], "luz": [3, 3, 2, 2], "sol": [3, 3, 2, 2]})
    >>> d = divide_tasks(burdens)
    >>> d.loads, d.status, d.envy.is_ef1
    ({'luz': 5.0, 'sol': 5.0}, 'optimal', True)
    """
    tasks = codes(burdens, "task", "burdens")
    firms = sorted(c for c in burdens.columns if c != "task")
    if not firms:
        raise BadInput(place="burdens", problem="have no firm", remedy="Add one column for each firm.")
    burdens = burdens.sort("task")
    tasks = burdens["task"].to_list()
    hours = np.column_stack([_hours(burdens, f) for f in firms])
    for k in np.flatnonzero(np.isnan(hours).all(axis=1)):
        raise CannotBeSaid(what="A division", why=f"nobody can do {tasks[k]!r}", remedy="Find a firm for it.")
    parts = _parts(firms, entitlements)
    if method == "least_maximum":
        owner, bound, status = _least_maximum(hours, parts, time_limit)
    elif method in ("longest_first", "round_robin"):
        owner = _longest_first(hours, parts) if method == "longest_first" else _round_robin(hours)
        bound, status = _easy_bound(hours, parts), "heuristic"
    else:
        raise BadInput(
            place=f"method {method!r}",
            problem="is not known",
            remedy="Use least_maximum, longest_first or round_robin.",
        )
    return _divided(tasks, firms, hours, parts, owner, bound, status)


def _hours(burdens: pl.DataFrame, firm: str) -> np.ndarray:
    filled = burdens.select(pl.col(firm).cast(pl.Float64, strict=False).fill_null(-1.0).alias(firm))
    values = column(filled, firm, least=None, place="burdens")
    if (burdens[firm].is_not_null().to_numpy() & ((values < 0) | ~np.isfinite(values))).any():
        raise BadInput(
            place=f"burdens of {firm!r}", problem="hold a negative one", remedy="Give hours, or null."
        )
    return np.where(values < 0, np.nan, values)


def _parts(firms: Sequence[str], entitlements: Mapping[str, float] | None) -> np.ndarray:
    if entitlements is None:
        return np.full(len(firms), 1.0 / len(firms))
    if set(entitlements) != set(firms):
        raise BadInput(
            place="entitlements", problem="are not those of the firms", remedy="Give one for each firm."
        )
    parts = np.array([float(entitlements[f]) for f in firms])
    if not (np.isfinite(parts).all() and (parts > 0).all()):
        raise BadInput(
            place="entitlements", problem="are not all above zero", remedy="Leave out who carries nothing."
        )
    return parts / parts.sum()


def _easy_bound(hours: np.ndarray, parts: np.ndarray) -> float:
    """Every task costs at least what it costs who does it lightest, over all parts together, and each task whole."""
    lightest = np.nanmin(hours, axis=1)
    single = np.nanmin(hours / parts, axis=1).max(initial=0.0)
    return float(max(lightest.sum(), single))


def _least_maximum(hours: np.ndarray, parts: np.ndarray, seconds: float) -> tuple[np.ndarray, float, str]:
    n, m = hours.shape
    if n == 0:
        return np.zeros(0, dtype=int), 0.0, "optimal"
    cost = np.nan_to_num(hours)
    i = np.concatenate((np.repeat(np.arange(n), m), n + np.tile(np.arange(m), n), n + np.arange(m)))
    j = np.concatenate((np.arange(n * m), np.arange(n * m), np.full(m, n * m)))
    c = np.concatenate((np.ones(n * m), cost.ravel(), -parts))
    rows = sparse.csr_matrix((c, (i, j)), shape=(n + m, n * m + 1))
    low = np.concatenate((np.ones(n), np.full(m, -INFINITY)))
    high = np.concatenate((np.ones(n), np.zeros(m)))
    top = np.concatenate(((~np.isnan(hours)).astype(float).ravel(), [INFINITY]))
    whole = np.append(np.ones(n * m, dtype=bool), False)
    gain = np.append(np.zeros(n * m), -1.0)
    program = Program(gain, rows, low, high, np.zeros(n * m + 1), top, whole)
    owner = _longest_first(hours, parts)
    start = np.zeros(n * m)
    start[np.arange(n) * m + owner] = 1.0
    first = solve(program, seconds=seconds, start=(np.arange(n * m), start))
    if first.values is None:
        return owner, _easy_bound(hours, parts), "heuristic"
    worst = -first.objective
    bound = max(-first.bound, _easy_bound(hours, parts))
    capped = top.copy()
    capped[-1] = worst * (1 + 1e-9) + 1e-9
    second = solve(
        Program(np.append(-cost.ravel(), 0.0), rows, low, high, np.zeros(n * m + 1), capped, whole),
        seconds=seconds, start=(np.arange(n * m + 1), first.values),
    )  # fmt: skip
    values = first.values if second.values is None else second.values
    status = "optimal" if worst <= bound * (1 + 1e-6) + 1e-9 else "within"
    return values[: n * m].reshape(n, m).argmax(axis=1), float(min(bound, worst)), status


def _longest_first(hours: np.ndarray, parts: np.ndarray) -> np.ndarray:
    owner, load = np.zeros(len(hours), dtype=int), np.zeros(len(parts))
    for t in np.argsort(-np.nanmin(hours, axis=1), kind="stable"):
        after = (load + np.where(np.isnan(hours[t]), np.inf, hours[t])) / parts
        owner[t] = int(np.argmin(after))
        load[owner[t]] += hours[t, owner[t]]
    return owner


def _round_robin(hours: np.ndarray) -> np.ndarray:
    n, m = hours.shape
    owner, left = np.full(n, -1), list(range(n))
    # For tasks the turn that is cut short comes first, so that who picks last carries no task more (Aziz et al. 2022).
    turn = (m - n % m) % m
    while left:
        f = turn % m
        able = [t for t in left if not np.isnan(hours[t, f])]
        if able:
            t = min(able, key=lambda t: (hours[t, f], t))
            owner[t] = f
            left.remove(t)
        turn += 1
    return owner


def _divided(tasks, firms, hours, parts, owner, bound, status) -> DividedTasks:
    bundles = {f: tuple(tasks[t] for t in np.flatnonzero(owner == i)) for i, f in enumerate(firms)}
    loads = {f: float(np.nansum(hours[owner == i, i])) for i, f in enumerate(firms)}
    relative = {f: loads[f] / (parts[i] * len(parts)) for i, f in enumerate(firms)}
    even = None
    if np.allclose(parts, parts[0]) and not np.isnan(hours).any():
        even = envy(
            {f: hours[:, i].tolist() for i, f in enumerate(firms)},
            {f: np.flatnonzero(owner == i).tolist() for i, f in enumerate(firms)}, kind="tasks",
        )  # fmt: skip
    scale = 1.0 / len(parts)
    return DividedTasks(bundles, loads, relative, bound * scale, status, even)
