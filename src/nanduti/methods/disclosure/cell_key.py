"""Cell-key perturbation: small noise that is the same wherever the same cell appears.

Every record has a secret random key; the key of a cell is the sum of the keys of its records (modulo 2^32);
the noise is looked up from the cell's key and its count. The same group of records therefore gets the same noise in
every table, and differences between tables cannot be averaged away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.optimize import linprog

from nanduti.methods.values import BadInput, CannotBeSaid

from .hierarchy import Hierarchy
from .keys import check_columns
from .placing import innermost, lifted, positions
from .table import Table, count_table

_RANGE = 1 << 32


def record_keys(ids: Sequence[object], *, secret: bytes) -> np.ndarray:
    """One key per record, from its id and a secret (keyed BLAKE2b): independent of order, stable over time.

    >>> a = record_keys(["f1", "f2"], secret=b"x"); b = record_keys(["f2", "f1"], secret=b"x")
    >>> bool((a == b[::-1]).all())
    True
    """
    if not secret:
        raise BadInput(
            place="secret", problem="is empty", remedy="Give at least 16 random bytes, kept apart."
        )
    digest = (hashlib.blake2b(str(i).encode(), key=secret[:64], digest_size=4).digest() for i in ids)
    return np.frombuffer(b"".join(digest), dtype="<u4").astype(np.uint64)


@dataclass(frozen=True)
class PerturbationTable:
    """Chances of each noise for each count 0, 1, …, the last row serving all larger counts.

    ``noise`` the values -D … D; ``chance`` rows by count. Every row has mean nought; every row but that of
    count 0 has variance ``variance``; results are never negative and never among 1 … ``js``.
    """

    noise: np.ndarray
    chance: np.ndarray
    variance: float
    js: int

    def look_up(self, count: np.ndarray, key: np.ndarray) -> np.ndarray:
        """The noise of cells with these counts and keys."""
        row = np.minimum(np.asarray(count).astype(np.int64), len(self.chance) - 1)
        cumulated = np.cumsum(self.chance, axis=1)
        draw = np.asarray(key, dtype=np.uint64).astype(float) / _RANGE
        return self.noise[(draw[:, None] >= cumulated[row]).sum(axis=1).clip(max=len(self.noise) - 1)]


def perturbation_table(*, most: int = 5, variance: float = 2.0, js: int = 0) -> PerturbationTable:
    """The noise of largest entropy with mean nought, the given variance and at most ``most`` up or down.

    ``js`` forbids small results: a perturbed count is nought or above ``js``. Zeros stay zeros.

    Source: Marley and Leaver (2011); Giessing (2016), LNCS 9867, for the maximum-entropy form.

    >>> t = perturbation_table(most=3, variance=1.0)
    >>> np.round(t.chance[-1] @ t.noise, 9) + 0.0, np.round(t.chance[-1] @ t.noise**2, 6)
    (np.float64(0.0), np.float64(1.0))
    """
    if int(most) != most or most < 1 or variance <= 0 or js < 0:
        raise BadInput(
            place="the noise", problem=f"has most={most}, variance={variance}, js={js}",
            remedy="Give whole most >= 1, variance > 0 and whole js >= 0.",
        )  # fmt: skip
    noise = np.arange(-most, most + 1)
    rows = [np.where(noise == 0, 1.0, 0.0)]
    for count in range(1, most + js + 1):
        result = count + noise
        allowed = (result == 0) | (result > js)
        rows.append(_largest_entropy(noise, allowed, variance, count))
    return PerturbationTable(noise, np.array(rows), float(variance), int(js))


def _largest_entropy(noise: np.ndarray, allowed: np.ndarray, variance: float, count: int) -> np.ndarray:
    """p ∝ exp(a v + b v²) on the allowed values, a and b by Newton's method on the convex dual."""
    v = noise[allowed].astype(float)
    equal = np.vstack((np.ones_like(v), v))
    ends = [linprog(s * v**2, A_eq=equal, b_eq=[1, 0], bounds=(0, 1)) for s in (1, -1)]
    if not ends[0].success or not ends[0].fun - 1e-9 <= variance <= -ends[1].fun + 1e-9:
        reach = f"{ends[0].fun:.3g} to {-ends[1].fun:.3g}" if ends[0].success else "none"
        raise CannotBeSaid(
            what=f"Noise with variance {variance:g} for cells of {count}",
            why=f"the values allowed there make possible: {reach}",
            remedy="Choose a variance in that range, a larger noise, or a smaller js.",
        )
    scaled = np.column_stack((v, v**2 - variance))
    theta = np.zeros(2)
    for _ in range(200):
        weight = np.exp(scaled @ theta - (scaled @ theta).max())
        p = weight / weight.sum()
        gradient = p @ scaled
        if np.abs(gradient).max() < 1e-13:
            break
        hessian = (scaled * p[:, None]).T @ scaled - np.outer(gradient, gradient)
        step = np.linalg.lstsq(hessian + 1e-14 * np.eye(2), gradient, rcond=None)[0]
        size = 1.0
        here = _dual(scaled, theta)
        while size > 1e-10 and _dual(scaled, theta - size * step) > here:
            size /= 2
        theta = theta - size * step
    p = _exactly(v, p, variance)
    full = np.zeros(len(noise))
    full[allowed] = p
    return full


def _dual(scaled: np.ndarray, theta: np.ndarray) -> float:
    z = scaled @ theta
    return float(z.max() + np.log(np.exp(z - z.max()).sum()))


def _exactly(v: np.ndarray, p: np.ndarray, variance: float) -> np.ndarray:
    """At the edge of what is possible the dual runs off to infinity; end on the edge exactly."""
    if abs(p @ v) < 1e-9 and abs(p @ v**2 - variance) < 1e-9:
        return p
    edge = linprog(
        np.zeros_like(v), A_eq=np.vstack((np.ones_like(v), v, v**2)), b_eq=[1, 0, variance], bounds=(0, 1)
    )
    return edge.x


@dataclass(frozen=True)
class Perturbed:
    """The perturbed counts beside the table they came from; ``noise`` stays in the house."""

    table: Table
    value: np.ndarray
    noise: np.ndarray


def cell_key(
    data: pl.DataFrame,
    *,
    dims: Sequence[str],
    key: str,
    hierarchies: dict[str, Hierarchy] | None = None,
    table: PerturbationTable | None = None,
) -> Perturbed:
    """Counts with cell-key noise. ``key`` is the column of record keys (see :func:`record_keys`).

    Every cell is perturbed on its own, totals too: parts need not add up to totals, and should not be forced to.

    Source: Fraser and Wooton (2005), UNECE work session on confidentiality; Thompson, Broadfoot and Elazar (2013).

    >>> d = pl.DataFrame({"town": ["A"] * 9 + ["B"] * 6})
    >>> d = d.with_columns(k=record_keys(range(15), secret=b"kept apart"))
    >>> p = cell_key(d, dims=["town"], key="k")
    >>> bool((np.abs(p.noise) <= 5).all())
    True
    """
    check_columns(data, [key], "record key")
    if data[key].null_count() or not data[key].dtype.is_integer():
        raise BadInput(
            place=f"column '{key}'",
            problem="is not a whole number everywhere",
            remedy="Make the keys with record_keys.",
        )
    made = count_table(data, dims=dims, hierarchies=hierarchies)
    keys = data[key].cast(pl.UInt64).to_numpy() % np.uint64(_RANGE)
    total = np.zeros(made.n_cells, dtype=np.uint64)
    at = [positions(data[d], h) for d, h in zip(made.dims, made.hierarchies)]
    np.add.at(total, innermost(at, made.hierarchies), keys)
    total = lifted(total, made.hierarchies)
    used = table or perturbation_table()
    noise = used.look_up(made.value, total % np.uint64(_RANGE))
    return Perturbed(made, made.value + noise, noise)
