"""The whole brief as one programme: its relaxation gives first prices, parts of it repair seatings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from nanduti.methods.solving import INFINITY, Answer, Program, solve

from .blocks import Block, build_block
from .brief import Brief
from .columns import Column, Link


@dataclass(frozen=True)
class Whole:
    """Blocks side by side (one for each possible circle), then one waiting variable for each unit."""

    program: Program
    blocks: tuple[Block, ...]
    starts: tuple[int, ...]
    n_units: int
    seat_rows: slice

    def seating(self, values: np.ndarray) -> list[Column]:
        """The circles of a solution, with their points."""
        found = []
        for block, at in zip(self.blocks, self.starts, strict=True):
            part = values[at : at + len(block.program.gain)]
            if part[block.y] > 0.5:
                sits = part[: block.y] > 0.5
                value = round(float(block.program.gain @ part))
                found.append(Column(block.option, tuple(int(u) for u in block.units[sits]), value))
        return found


def build_whole(
    brief: Brief,
    links: Sequence[Link],
    waiting_cost: np.ndarray,
    *,
    options: Sequence[int] | None = None,
    units: np.ndarray | None = None,
    copies: np.ndarray | None = None,
    tight: bool = True,
    built: dict[int, Block] | None = None,
) -> Whole:
    """The programme of some options (all by default), for some units, with as many circles as ``copies`` says.

    ``built`` keeps blocks from one call to the next.
    """
    built = {} if built is None else built
    copies = brief.copies if copies is None else copies
    options = range(len(brief.options)) if options is None else options
    blocks, parts = [], {}
    for o in options:
        if copies[o] > 0 and brief.allowed[:, o].any():
            parts[o] = built.get(o) or build_block(brief, o, tight=tight)
            built[o] = parts[o]
            blocks += [parts[o]] * int(copies[o])
    n = len(brief.units)
    sizes = [len(b.program.gain) for b in blocks]
    starts = np.concatenate(([0], np.cumsum(sizes))).astype(int)
    total = int(starts[-1]) + n
    rows = (
        sparse.block_diag([b.program.rows for b in blocks], format="csr")
        if blocks
        else sparse.csr_matrix((0, 0))
    )
    rows = sparse.hstack((rows, sparse.csr_matrix((rows.shape[0], n))), format="csr")
    low = np.concatenate([*(b.program.row_low for b in blocks), np.ones(n)])
    high = np.concatenate([*(b.program.row_high for b in blocks), np.ones(n)])
    seats = _seats(blocks, starts, n, total)
    extra, e_low, e_high = _links(brief, links, blocks, starts, total)
    equal, q_low, q_high = _alike(blocks, starts, total)
    ub = np.concatenate([*(b.program.high for b in blocks), np.ones(n)])
    if units is not None:  # the others sit in circles that are left as they are
        for block, at in zip(blocks, starts, strict=False):
            ub[at : at + block.y][~units[block.units]] = 0.0
        low[-n:] = high[-n:] = np.where(units, 1.0, 0.0)
    program = Program(
        np.concatenate([*(b.program.gain for b in blocks), -waiting_cost]),
        sparse.vstack((rows, seats, extra, equal), format="csr"),
        np.concatenate((low, e_low, q_low)),
        np.concatenate((high, e_high, q_high)),
        np.zeros(total),
        ub,
        np.concatenate([*(b.program.whole for b in blocks), np.zeros(n, dtype=bool)]),
    )
    first = sum(b.program.rows.shape[0] for b in blocks)
    return Whole(program, tuple(blocks), tuple(int(s) for s in starts[:-1]), n, slice(first, first + n))


def _seats(blocks: Sequence[Block], starts: np.ndarray, n: int, total: int) -> sparse.csr_matrix:
    """Every unit sits once or waits."""
    i = [b.units for b in blocks] + [np.arange(n)]
    j = [at + np.arange(b.y) for b, at in zip(blocks, starts, strict=False)] + [np.arange(total - n, total)]
    i, j = np.concatenate(i), np.concatenate(j)
    return sparse.csr_matrix((np.ones(len(i)), (i, j)), shape=(n, total))


def _links(
    brief: Brief, links: Sequence[Link], blocks: Sequence[Block], starts: np.ndarray, total: int
) -> tuple[sparse.csr_matrix, np.ndarray, np.ndarray]:
    matrix = sparse.lil_matrix((len(links), total))
    for k, link in enumerate(links):
        of_units = link.of_units(brief)
        for b, at in zip(blocks, starts, strict=False):
            seat = of_units[b.units, b.option]
            for x in np.flatnonzero(seat):
                matrix[k, at + x] = seat[x]
            if link.circle[b.option]:
                matrix[k, at + b.y] = link.circle[b.option]
    return matrix.tocsr(), np.array([k.low for k in links]), np.array([k.high for k in links])


def _alike(
    blocks: Sequence[Block], starts: np.ndarray, total: int
) -> tuple[sparse.csr_matrix, np.ndarray, np.ndarray]:
    """Circles of one option open in order: their numbers mean nothing."""
    pairs = [
        (starts[k] + blocks[k].y, starts[k + 1] + blocks[k + 1].y)
        for k in range(len(blocks) - 1)
        if blocks[k] is blocks[k + 1]
    ]
    matrix = sparse.lil_matrix((len(pairs), total))
    for r, (a, b) in enumerate(pairs):
        matrix[r, a], matrix[r, b] = 1.0, -1.0
    return matrix.tocsr(), np.zeros(len(pairs)), np.full(len(pairs), INFINITY)


def near_relaxation(whole: Whole, relaxed: Answer, *, loss: float) -> Program:
    """The programme with only those options that the relaxation opens, and seats that lose little by its prices.

    A kernel as of E. Angelelli, R. Mansini and M. G. Speranza, Computers & Operations Research 37, 2010: it is small
    enough to be solved, and most of what is good lies in it.

    Args:
        whole: the programme.
        relaxed: the answer of its relaxation, with prices.
        loss: points that a seat may lie below its price.
    """
    p = whole.program
    below = p.rows.T @ relaxed.prices - p.gain
    high = p.high.copy()
    for block, at in zip(whole.blocks, whole.starts, strict=True):
        if relaxed.values[at + block.y] <= 1e-6:
            high[at : at + len(block.program.gain)] = 0.0
        else:
            high[at : at + block.y][below[at : at + block.y] > loss] = 0.0
    return replace(p, high=high)


def relaxation_prices(whole: Whole, *, seconds: float) -> tuple[Answer, np.ndarray | None]:
    """The linear relaxation, and the prices of seats in it to begin pricing with."""
    answer = solve(whole.program, relax=True, seconds=seconds)
    if answer.values is None or answer.prices is None:
        return answer, None
    return answer, answer.prices[whole.seat_rows]
