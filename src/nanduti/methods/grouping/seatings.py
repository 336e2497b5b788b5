"""Good seatings: one circle after the other, then parts of the seating torn down and rebuilt better."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from nanduti.methods.solving import INFINITY, solve

from .blocks import Block
from .brief import Brief
from .columns import Column, Columns
from .whole import Whole, build_whole


def greedy(columns: Columns, *, price: np.ndarray | None = None, deadline: float = INFINITY) -> list[Column]:
    """Open the circle that gains most, take its firms away, and again, until none gains.

    What an option can gain only falls as firms go, so that an old figure is an upper limit: only the option
    in front is asked again. With ``price``, the worth of seats in the relaxation, a circle is measured by
    what it earns beyond what its firms could earn elsewhere.
    """
    n = len(columns.brief.units)
    gone, copies, seating = np.zeros(n, dtype=bool), columns.brief.copies.copy(), []
    price = -columns.waiting_cost if price is None else price
    none = np.zeros(len(columns.links))
    offers: dict[int, tuple[float, Column | None, int]] = dict.fromkeys(columns.blocks, (np.inf, None, -1))
    most = columns.brief.recipe.most_circles
    while offers and (most is None or len(seating) < most) and time.perf_counter() < deadline:
        option = max(offers, key=lambda o: (offers[o][0], -o))
        worth, column, when = offers[option]
        if column is not None and when == len(seating) and _gain(columns, column) <= 0:
            del offers[option]
            continue
        if when != len(seating):
            worth, column = columns.best_circle(option, price, none, without=gone)
            if column is None:
                del offers[option]
                continue
            offers[option] = (worth, column, len(seating))
            columns.add(column)
            continue
        seating.append(column)
        gone[list(column.units)] = True
        copies[option] -= 1
        if not copies[option]:
            del offers[option]
    return seating


def _gain(columns: Columns, column: Column) -> float:
    return column.value + columns.waiting_cost[list(column.units)].sum()


class Rebuilder:
    """Large-neighbourhood search: some circles are opened up and seated anew as well as possible.

    Source of the idea: P. Shaw, "Using constraint programming and local search methods to solve vehicle
    routing problems", CP 1998.
    """

    def __init__(self, columns: Columns, seating: list[Column], *, seed: int, likely: np.ndarray) -> None:
        self.columns, self.seating = columns, seating
        self.random = np.random.default_rng([seed, 56])
        self.likely = likely
        self.size = min(5, max(1, len(seating)))
        self.brief: Brief = columns.brief
        self.near = _nearness(self.brief)

    def step(self, *, seconds: float, nodes: int = 300) -> int:
        """Rebuild one part; the points gained."""
        before = self.columns.worth(self.seating)
        freed, kept, options, copies = self._choose()
        units = np.ones(len(self.brief.units), dtype=bool)
        for column in kept:
            units[list(column.units)] = False
        whole = build_whole(
            self.brief,
            self._links_left(kept),
            self.columns.waiting_cost,
            options=options,
            units=units,
            copies=copies,
            built=self.columns.tight,
        )
        start = start_values(whole, freed)
        answer = solve(whole.program, seconds=seconds, nodes=nodes, start=start, seed=0)
        self.closed = answer.infeasible or answer.bound <= answer.objective + 0.5
        if answer.values is None:
            self._resize()
            return 0
        new = kept + whole.seating(answer.values)
        gain = self.columns.worth(new) - before
        if gain > 0:
            for column in new:
                self.columns.add(column)
            self.seating = new
        self._resize()
        return max(gain, 0)

    def _resize(self) -> None:
        """Larger parts while they are solved to the end, smaller ones when not."""
        if self.closed and self.size < len(self.seating):
            self.size += 1
        elif not self.closed and self.size > 2:
            self.size -= 1

    def _choose(self) -> tuple[list[Column], list[Column], list[int], np.ndarray]:
        """Circles near to one another, and some closed options near to them."""
        order = list(range(len(self.seating)))
        copies = np.zeros(len(self.brief.options), dtype=int)
        freed: list[int] = []
        if order:
            first = int(self.random.choice(order))
            weight = np.array([self.near[self.seating[first].option, c.option] for c in self.seating]) + 0.02
            weight[first] = 0.0
            freed = [first]
            more = min(self.size - 1, int((weight > 0).sum()))
            if more > 0:
                freed += self.random.choice(order, size=more, replace=False, p=weight / weight.sum()).tolist()
        kept = [c for k, c in enumerate(self.seating) if k not in freed]
        used = (
            np.bincount([c.option for c in kept], minlength=len(copies))
            if kept
            else np.zeros(len(copies), int)
        )
        own = np.bincount([self.seating[k].option for k in freed], minlength=len(copies)) if freed else 0
        room = np.minimum(self.brief.copies - used, own + 2)
        chosen = {self.seating[k].option for k in freed}
        rest = np.array([o for o in self.columns.blocks if room[o] > 0 and o not in chosen], dtype=int)
        if len(rest):
            near = self.near[np.ix_(rest, sorted(chosen))].sum(axis=1) if chosen else np.ones(len(rest))
            weight = (near + 0.02) * (0.1 + self.likely[rest])
            extra = min(len(rest), int(self.random.integers(2, 2 * self.size + 3)))
            chosen |= set(
                self.random.choice(rest, size=extra, replace=False, p=weight / weight.sum()).tolist()
            )
        for o in chosen:
            copies[o] = room[o]
        return [self.seating[k] for k in freed], kept, sorted(int(o) for o in chosen), copies

    def _links_left(self, kept: list[Column]) -> list:
        used = self.columns.link_use(kept)
        return [
            replace(k, low=k.low - u, high=k.high - u) for k, u in zip(self.columns.links, used, strict=True)
        ]


def _nearness(brief: Brief) -> np.ndarray:
    """How many firms two options could both seat, as a share."""
    seats = brief.allowed.astype(float)
    both = seats.T @ seats
    return both / np.maximum(both.diagonal()[:, None], 1.0)


def start_values(whole: Whole, seating: list[Column]) -> tuple[np.ndarray, np.ndarray] | None:
    """A seating as a first solution of a programme: seats and circles; the solver finds the helpers."""
    index, value = [], []
    waits = np.ones(whole.n_units)
    left: dict[int, list[tuple[Block, int]]] = {}
    for block, at in zip(whole.blocks, whole.starts, strict=True):
        left.setdefault(block.option, []).append((block, at))
    circles: dict[int, list[Column]] = {}
    for column in seating:
        circles.setdefault(column.option, []).append(column)
    for option, places in left.items():
        own = circles.pop(option, [])
        if len(own) > len(places):
            return None
        for k, (block, at) in enumerate(places):
            units = own[k].units if k < len(own) else ()
            index.append(at + np.arange(block.y + 1))
            value.append(np.append(np.isin(block.units, units), k < len(own)).astype(float))
            waits[list(units)] = 0.0
    if circles:
        return None
    first = len(whole.program.gain) - whole.n_units
    index.append(first + np.arange(whole.n_units))
    value.append(np.minimum(waits, whole.program.row_low[whole.seat_rows]))
    return np.concatenate(index), np.concatenate(value)


def rebuild(
    rebuilder: Rebuilder,
    *,
    deadline: float,
    enough: Callable[[], bool],
    after: Callable[[], None],
    patience: int = 40,
    step_seconds: float = 2.0,
) -> None:
    """Rebuild parts until it is enough, nothing has been gained for a while, or time is over."""
    idle = 0
    while time.perf_counter() < deadline and not enough() and idle < patience:
        left = deadline - time.perf_counter()
        gain = rebuilder.step(seconds=min(step_seconds, left))
        idle = 0 if gain else idle + 1
        if gain:
            after()
