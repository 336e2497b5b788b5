"""Whole circles as columns: the relaxation whose bound proves how good a seating is.

The brief falls apart by options: only "no firm sits twice" and a few counts tie them together. Dantzig and
Wolfe (Operations Research 8, 1960) price that tie, so that each option is asked alone for its best circle at the
present prices. What the options answer at any prices bounds every seating from above (Lagrange), and the
circles they answer with are the material of good seatings.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from nanduti.methods.solving import INFINITY, Program, hand_over, new_model, solve

from .blocks import Block, build_block
from .brief import Brief


@dataclass(frozen=True)
class Link:
    """A rule over all circles: ``low ≤ Σ seat[f, o]·x + Σ circle[o]·y ≤ high``, f a firm; ``code`` names it."""

    code: str
    seat: np.ndarray
    circle: np.ndarray
    low: float
    high: float

    def of_units(self, brief: Brief) -> np.ndarray:
        """Units × options: the coefficients of units."""
        return np.array([self.seat[list(u)].sum(axis=0) for u in brief.units]).reshape(
            len(brief.units), len(brief.options)
        )


@dataclass(frozen=True)
class Column:
    """A circle that obeys every rule of one circle: option, units, points."""

    option: int
    units: tuple[int, ...]
    value: int


def links_of(brief: Brief) -> list[Link]:
    """The count of circles, where the recipe limits it."""
    r, (n, m) = brief.recipe, brief.shape
    if r.least_circles is None and r.most_circles is None:
        return []
    low = -INFINITY if not r.least_circles else float(r.least_circles)
    high = INFINITY if r.most_circles is None else float(r.most_circles)
    return [Link("circles", np.zeros((n, m)), np.ones(m), low, high)]


class Columns:
    """The pool of circles, its relaxation, and the bound that was proven with it."""

    def __init__(self, brief: Brief, links: list[Link], seed: int = 0) -> None:
        self.brief, self.links, self.seed = brief, links, seed
        self.link_seats = [link.of_units(brief) for link in links]
        options = np.flatnonzero((brief.copies > 0) & brief.allowed.any(axis=0))
        self.blocks: dict[int, Block] = {int(o): build_block(brief, int(o)) for o in options}
        self.tight: dict[int, Block] = {}  # blocks of the whole programme, built once
        self.pool: list[Column] = []
        self.known: set[tuple[int, tuple[int, ...]]] = set()
        self.bound = np.inf
        self.prices: tuple[np.ndarray, np.ndarray] | None = None
        self.waiting_cost = self._waiting_cost()
        self._start_master()

    def _waiting_cost(self) -> np.ndarray:
        """What leaving a unit out costs; far more than anything can be worth where it must be placed."""
        b = self.brief
        most = sum(np.abs(p.program.gain).sum() * b.copies[o] for o, p in self.blocks.items())
        self.far = float(1000 + most)
        waiting = (b.recipe.waiting_points or 0) * b.unit_size
        return np.where(b.may_wait, waiting, self.far * b.unit_size).astype(float)

    # --- the relaxation over the pool

    def _start_master(self) -> None:
        n, m = len(self.brief.units), len(self.brief.options)
        self.n_rows = n + m + len(self.links)
        short = [k for k, link in enumerate(self.links) if link.low > 0]
        rows = np.concatenate((np.arange(n), [n + m + k for k in short])).astype(int)
        matrix = sparse.csr_matrix(
            (np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(self.n_rows, len(rows))
        )
        gain = np.concatenate((-self.waiting_cost, np.full(len(short), -self.far)))
        low = np.concatenate((np.ones(n), np.full(m, -INFINITY), [link.low for link in self.links]))
        high = np.concatenate((np.ones(n), self.brief.copies, [link.high for link in self.links]))
        caps = np.concatenate((np.ones(n), np.full(len(short), INFINITY)))
        self.frame = Program(
            gain, matrix, low, high, np.zeros(len(gain)), caps, np.zeros(len(gain), dtype=bool)
        )
        self.master = new_model(seed=self.seed, presolve="off", solver="simplex")
        hand_over(self.master, self.frame)

    def entries(self, column: Column) -> tuple[np.ndarray, np.ndarray]:
        """Rows and coefficients of a circle in the relaxation."""
        n, m = len(self.brief.units), len(self.brief.options)
        index, value = [*column.units, n + column.option], [1.0] * (len(column.units) + 1)
        for k, link in enumerate(self.links):
            c = self.link_seats[k][list(column.units), column.option].sum() + link.circle[column.option]
            if c:
                index.append(n + m + k)
                value.append(float(c))
        return np.array(index, dtype=np.int32), np.array(value)

    def add(self, column: Column) -> bool:
        """Put a circle into the pool; false if it is there already."""
        key = (column.option, column.units)
        if key in self.known:
            return False
        self.known.add(key)
        self.pool.append(column)
        index, value = self.entries(column)
        self.master.addCol(float(column.value), 0.0, INFINITY, len(index), index, value)
        return True

    def relax(self) -> tuple[float, np.ndarray, np.ndarray]:
        """Value of the relaxation over the pool, with the prices of units and of links."""
        self.master.run()
        dual = np.array(self.master.getSolution().row_dual)
        n, m = len(self.brief.units), len(self.brief.options)
        self.weights = np.array(self.master.getSolution().col_value)[self.frame.gain.size :]
        self.reduced = np.array(self.master.getSolution().col_dual)[self.frame.gain.size :]
        return self.master.getInfo().objective_function_value, dual[:n], dual[n + m :]

    # --- asking the options

    def best_circle(
        self, option: int, price: np.ndarray, link_price: np.ndarray, *, without: np.ndarray | None = None,
        seconds: float = INFINITY,
    ) -> tuple[float, Column | None]:  # fmt: skip
        """The best circle of an option at given prices: an upper limit of its net worth, and the circle."""
        block = self.blocks[option]
        off = price[block.units].copy()
        fixed = 0.0
        for p, link, seat in zip(link_price, self.links, self.link_seats, strict=True):
            off += p * seat[block.units, option]
            fixed += p * link.circle[option]
        program = block.opened(-off, -fixed)
        if without is not None:
            high = program.high.copy()
            high[: block.y][without[block.units]] = 0.0
            program = Program(
                program.gain,
                program.rows,
                program.row_low,
                program.row_high,
                program.low,
                high,
                program.whole,
            )
        answer = solve(program, seconds=seconds, seed=self.seed)
        if answer.values is None:
            return (-np.inf if answer.infeasible else np.inf), None
        sits = answer.values[: block.y] > 0.5
        value = answer.objective + off[sits].sum() + fixed
        return answer.bound, Column(option, tuple(int(u) for u in block.units[sits]), round(value))

    def price_out(
        self, price: np.ndarray, link_price: np.ndarray, deadline: float
    ) -> tuple[float, list[Column]] | None:
        """Ask every option once: the bound at these prices and the circles found; ``None`` if time ran out."""
        link_price = np.array([_signed(p, k) for p, k in zip(link_price, self.links, strict=True)])
        bound = price.sum() + np.maximum(0.0, -self.waiting_cost - price).sum()
        for p, link in zip(link_price, self.links, strict=True):
            bound += p * (link.high if p > 0 else link.low) if p else 0.0
        found = []
        for option in self.blocks:
            left = deadline - time.perf_counter()
            if left <= 0:
                return None
            worth, column = self.best_circle(option, price, link_price, seconds=left)
            bound += self.brief.copies[option] * max(0.0, worth)
            if column is not None:
                found.append(column)
                found += self._more(option, column, price, link_price, deadline)
        return bound, found

    def _more(
        self, option: int, first: Column, price: np.ndarray, link_price: np.ndarray, deadline: float
    ) -> list[Column]:
        """For an option with several circles, more of them that share no firm with those before."""
        found, gone = [], np.zeros(len(self.brief.units), dtype=bool)
        column: Column | None = first
        for _ in range(int(min(self.brief.copies[option], 8)) - 1):
            gone[list(column.units)] = True
            left = deadline - time.perf_counter()
            if left <= 0:
                break
            _, column = self.best_circle(option, price, link_price, without=gone, seconds=left)
            if column is None:
                break
            found.append(column)
        return found

    # --- seatings from the pool

    def choose(
        self,
        *,
        seconds: float,
        start: list[Column] | None,
        most: int = 4000,
        nodes: int = 2000,
        gap: float = 0.0,
    ) -> list[Column] | None:
        """The best seating made of circles of the pool; ``None`` if none obeys every rule."""
        if not self.pool:
            return None
        self.relax()
        keep = set(np.argsort(-self.reduced, kind="stable")[:most].tolist())
        for column in start or []:
            self.add(column)
            keep.add(self._place(column))
        chosen = sorted(keep)
        program = self._whole_program(chosen)
        first = self._as_start(chosen, start) if start else None
        answer = solve(program, seconds=seconds, nodes=nodes, start=first, seed=self.seed, gap=gap)
        if answer.values is None or answer.objective < -self.far / 2:
            return None
        taken = answer.values[self.frame.gain.size :] > 0.5
        return [self.pool[k] for k, t in zip(chosen, taken, strict=True) if t]

    def _place(self, column: Column) -> int:
        return next(
            k for k, c in enumerate(self.pool) if (c.option, c.units) == (column.option, column.units)
        )

    def _whole_program(self, chosen: list[int]) -> Program:
        parts = [self.entries(self.pool[k]) for k in chosen]
        index = np.concatenate([p[0] for p in parts])
        value = np.concatenate([p[1] for p in parts])
        start = np.concatenate(([0], np.cumsum([len(p[0]) for p in parts])))
        new = sparse.csc_matrix((value, index, start), shape=(self.n_rows, len(chosen)))
        f = self.frame
        gain = np.concatenate((f.gain, [float(self.pool[k].value) for k in chosen]))
        high = np.concatenate((f.high, [float(self.brief.copies[self.pool[k].option]) for k in chosen]))
        high[f.gain.size :] = np.minimum(high[f.gain.size :], 1.0)
        whole = np.concatenate((np.zeros(f.gain.size, dtype=bool), np.ones(len(chosen), dtype=bool)))
        rows = sparse.csr_matrix(sparse.hstack((f.rows, new)))
        return Program(gain, rows, f.row_low, f.row_high, np.zeros(len(gain)), high, whole)

    def _as_start(self, chosen: list[int], seating: list[Column]) -> tuple[np.ndarray, np.ndarray]:
        n, base = len(self.brief.units), self.frame.gain.size
        values = np.zeros(base + len(chosen))
        values[:n] = 1.0
        taken = {(c.option, c.units) for c in seating}
        for k, at in enumerate(chosen):
            column = self.pool[at]
            if (column.option, column.units) in taken:
                values[base + k] = 1.0
                values[list(column.units)] = 0.0
        return np.arange(len(values)), values

    def obeys_links(self, seating: list[Column]) -> bool:
        """Whether a seating keeps the rules over all circles, and nobody waits who must not."""
        sits = np.zeros(len(self.brief.units), dtype=bool)
        for column in seating:
            sits[list(column.units)] = True
        used = self.link_use(seating)
        within = all(k.low - 1e-9 <= u <= k.high + 1e-9 for k, u in zip(self.links, used, strict=True))
        return within and bool((sits | self.brief.may_wait).all())

    def link_use(self, seating: list[Column]) -> list[float]:
        """How much of each rule over all circles a seating uses."""
        return [
            float(sum(seat[list(c.units), c.option].sum() + link.circle[c.option] for c in seating))
            for link, seat in zip(self.links, self.link_seats, strict=True)
        ]

    def worth(self, seating: list[Column]) -> int:
        """Points of a seating, losses for waiting taken off."""
        sits = np.zeros(len(self.brief.units), dtype=bool)
        for column in seating:
            sits[list(column.units)] = True
        return sum(c.value for c in seating) - round(float(self.waiting_cost[~sits].sum()))


def _signed(price: float, link: Link) -> float:
    """A price with the sign that its limits allow, so that the bound holds."""
    if price > 0 and link.high == INFINITY:
        return 0.0
    if price < 0 and link.low == -INFINITY:
        return 0.0
    return float(price)


def improve_bound(
    columns: Columns,
    *,
    deadline: float,
    enough: Callable[[], bool],
    price: np.ndarray | None = None,
    every: Callable[[int], None] = lambda n: None,
    smoothing: float = 0.6,
) -> bool:
    """Ask the options again and again until the bound meets the relaxation; true if it did.

    Prices are smoothed towards the best ones so far (Wentges, International Transactions in Operational
    Research 4, 1997), which calms their swings.
    """
    n_links = len(columns.links)
    best = (price, np.zeros(n_links)) if price is not None else None
    weight, rounds = smoothing, 0
    while time.perf_counter() < deadline and not enough():
        value, unit_price, link_price = columns.relax()
        if columns.bound <= value + 1e-6 * max(1.0, abs(value)):
            return True
        asked = (unit_price, link_price)
        if best is not None and rounds == 0:
            asked = best
        elif best is not None and weight > 0:
            asked = tuple(weight * b + (1 - weight) * a for b, a in zip(best, asked, strict=True))
        answer = columns.price_out(*asked, deadline)
        if answer is None:
            return False
        bound, found = answer
        if bound < columns.bound - 1e-9:
            columns.bound, best = bound, asked
            columns.prices = asked
        new = sum(columns.add(c) for c in found)
        rounds += 1
        every(rounds)
        if not new:
            if weight == 0:
                return True
            weight = 0.0 if weight < 0.1 else weight / 2
        else:
            weight = smoothing
    return False
