"""Somebody outside who wants to know about single firms, has read everything that is open, and can reckon.

The attacker knows nothing of how tables were protected. What was published is a set of sums over firms of every
kind (each combination of codes); a linear programme tells the least and the most firms of a kind that are possible.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import linprog

TOTAL = "_total"
FEW = 3


@dataclass(frozen=True)
class Found:
    """What the attacker is sure of: so many firms of a kind, fewer than three."""

    cell: dict[str, str]
    n: int


@dataclass(frozen=True)
class Read:
    """A published table as it was read: dimension names, and code → figure (``None``: hidden)."""

    dims: tuple[str, ...]
    cells: dict[tuple[str, ...], float | None]


def read(content: bytes) -> Read:
    """A published CSV."""
    lines = list(csv.reader(io.StringIO(content.decode())))
    dims = tuple(lines[0][:-1])
    return Read(dims, {tuple(row[:-1]): float(row[-1]) if row[-1] else None for row in lines[1:]})


def reckon(tables: list[Read]) -> list[Found]:
    """Every cell with one or two firms that follows from all tables together."""
    codes: dict[str, list[str]] = {}
    for table in tables:
        for at, dim in enumerate(table.dims):
            known = codes.setdefault(dim, [])
            known += [c[at] for c in table.cells if c[at] != TOTAL and c[at] not in known]
    names = list(codes)
    kinds = list(product(*codes.values()))
    equal, values, targets = [], [], []
    for table in tables:
        for cell, value in table.cells.items():
            asked = dict(zip(table.dims, cell))
            row = np.array(
                [all(asked.get(d, TOTAL) in (TOTAL, kind[i]) for i, d in enumerate(names)) for kind in kinds],
                float,
            )
            if value is None:
                targets.append((asked, row))
            else:
                equal.append(row)
                values.append(value)
    return [
        found for asked, row in targets if (found := _sure(asked, row, np.array(equal), np.array(values)))
    ]


def _sure(asked: dict[str, str], row: np.ndarray, equal: np.ndarray, values: np.ndarray) -> Found | None:
    least = linprog(row, A_eq=equal, b_eq=values, bounds=(0, None))
    most = linprog(-row, A_eq=equal, b_eq=values, bounds=(0, None))
    assert least.success and most.success, "the tables contradict each other"
    low, high = int(np.ceil(least.fun - 1e-6)), int(np.floor(-most.fun + 1e-6))
    return Found(asked, low) if low == high and 0 < low < FEW else None


def compare(before: Read, after: Read) -> list[Found]:
    """Cells shown in both that differ by one or two: whoever came or left is found by subtraction."""
    found = []
    for cell, value in after.cells.items():
        earlier = before.cells.get(cell)
        if value is None or earlier is None:
            continue
        n = int(abs(value - earlier))
        if 0 < n < FEW:
            found.append(Found(dict(zip(after.dims, cell)), n))
    return found
