"""The JJ format: how tau-ARGUS and its kin write a suppression problem as text."""

from __future__ import annotations

import re

import numpy as np
from scipy import sparse

from nanduti.methods.values import BadInput

from .problem import FIXED, OPEN, PRIMARY, Problem

_STATUS = {"s": OPEN, "u": PRIMARY, "z": FIXED}
_TERM = re.compile(r"(\d+)\s*\(\s*([-+0-9.eE]+)\s*\)")


def read_jj(text: str) -> Problem:
    """A problem from JJ text: per cell index, value, cost, status, bounds and protection; then the equations.

    Status u is primary, s open, z must be shown. A sliding protection above the sum of the two others raises
    the upward one (which asks for more, never for less).

    Source: tau-ARGUS user's manual, "JJ-format" (Hundepool et al. 2014).

    >>> cells = "0 5 5 s 0 9 0 0 0\\n1 2 2 u 0 9 1 1 0\\n2 3 3 s 0 9 0 0 0\\n"
    >>> p = read_jj("0\\n3\\n" + cells + "1\\n0 3 : 0 (-1) 1 (1) 2 (1)\\n")
    >>> p.n_cells, p.primary.tolist()
    (3, [1])
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    try:
        n = int(lines[1])
        cells = [line.split() for line in lines[2 : 2 + n]]
        numbers = np.array([[float(x) for x in (c[1], c[2], *c[4:9])] for c in cells])
        status = np.array([_STATUS[c[3].lower()] for c in cells])
        order = [int(c[0]) for c in cells]
        n_equations = int(lines[2 + n])
        rows = lines[3 + n : 3 + n + n_equations]
    except (IndexError, ValueError, KeyError) as error:
        raise BadInput(
            place="the JJ text",
            problem=f"cannot be read ({error})",
            remedy="Give nine fields per cell, then the number of equations and one line for each.",
        ) from error
    if order != list(range(n)) or len(rows) != n_equations:
        raise BadInput(
            place="the JJ text",
            problem="does not number its cells 0, 1, 2 … or ends too early",
            remedy="Write all cells in order and all equations.",
        )
    value, cost, lower, upper, need_down, need_up, sliding = numbers.T
    need_up = np.maximum(need_up, sliding - need_down)
    primary = status == PRIMARY
    return Problem(
        value, cost, status, lower, upper, np.where(primary, need_up, 0.0), np.where(primary, need_down, 0.0),
        _equations(rows, n),
    )  # fmt: skip


def _equations(rows: list[str], n: int) -> sparse.csr_matrix:
    at, column, weight, wanted = [], [], [], np.zeros(len(rows))
    for i, line in enumerate(rows):
        head, _, body = line.partition(":")
        wanted[i] = float(head.split()[0])
        for cell, factor in _TERM.findall(body):
            at.append(i)
            column.append(int(cell))
            weight.append(float(factor))
    if wanted.any():
        raise BadInput(
            place=f"equation {int(np.flatnonzero(wanted)[0])} of the JJ text",
            problem="has a right-hand side that is not nought",
            remedy="Write every sum with its total on the left, as total (-1) part (1) …",
        )
    if column and max(column) >= n:
        raise BadInput(
            place="the JJ text",
            problem=f"names cell {max(column)} of {n}",
            remedy="Number the cells from 0.",
        )
    return sparse.csr_matrix((weight, (at, column)), shape=(len(rows), n))


def write_jj(problem: Problem) -> str:
    """The problem as JJ text, readable by :func:`read_jj` and by tau-ARGUS.

    >>> p = read_jj("0\\n2\\n0 5 5 s 0 9 0 0 0\\n1 5 2 u 0 9 1 1 0\\n1\\n0 2 : 0 (-1) 1 (1)\\n")
    >>> write_jj(p).splitlines()[3]
    '1 5 2 u 0 9 1.0 1.0 0'
    """
    letter = {v: k for k, v in _STATUS.items()}
    lines = ["0", str(problem.n_cells)]
    for i in range(problem.n_cells):
        lines.append(
            f"{i} {problem.value[i]:.15g} {problem.cost[i]:.15g} {letter[int(problem.status[i])]} "
            f"{problem.lower[i]:.15g} {problem.upper[i]:.15g} "
            f"{float(problem.need_down[i])!r} {float(problem.need_up[i])!r} 0"
        )
    m = problem.equations
    lines.append(str(m.shape[0]))
    for r in range(m.shape[0]):
        span = slice(m.indptr[r], m.indptr[r + 1])
        terms = " ".join(f"{c} ({w:g})" for c, w in zip(m.indices[span], m.data[span]))
        lines.append(f"0 {span.stop - span.start} : {terms} ")
    return "\n".join(lines) + "\n"
