"""Cheaper patterns by local search: do without one hidden cell, send its proofs another way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from .certificate import Cover, Deviation
from .problem import PRIMARY

_FORBIDDEN = 1e30


class Router(Protocol):
    """Finds a cheap deviation for one task under given prices; ``work`` is what one search counts."""

    work: float

    def route(self, cell: int, sign: int, need: float, price: np.ndarray) -> tuple[float, Deviation] | None:
        """Cost and deviation, or None."""


@dataclass
class Budget:
    """How much work may be spent: ``most`` units, about a small linear programme each; optionally a clock.

    The arithmetic knows no time of its own. Whoever has a clock passes ``clock`` (a callable that returns
    seconds) and ``seconds``; without one the same budget gives the same answer on every machine.

    >>> b = Budget(2)
    >>> b.spend(), b.spend(), b.spend()
    (True, True, False)
    """

    most: float
    clock: Callable[[], float] | None = None
    seconds: float = float("inf")
    spent: float = 0.0
    _start: float = field(default=0.0, repr=False)

    def __post_init__(self) -> None:
        self._start = self.clock() if self.clock else 0.0

    def spend(self, amount: float = 1.0) -> bool:
        """Count the work; False once the budget is used up."""
        if self.is_over:
            return False
        self.spent += amount
        return True

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return self.spent >= self.most or (self.clock is not None and self.left <= 0)

    @property
    def left(self) -> float:
        """Seconds left on the injected clock; infinite without one."""
        return self.seconds - (self.clock() - self._start) if self.clock else float("inf")

    @property
    def work_left(self) -> float:
        """Units of work left."""
        return max(self.most - self.spent, 0.0)

    def part(self, share: float) -> Budget:
        """A budget that may use ``share`` of what is left of this one (its work must be added back)."""
        return Budget(self.work_left * share, self.clock, self.left * share if self.clock else float("inf"))


class Search:
    """A cover that is made cheaper move by move; every state on the way is a certified pattern."""

    def __init__(self, cover: Cover, router: Router, budget: Budget) -> None:
        self.cover, self.router, self.budget = cover, router, budget
        problem = cover.problem
        self.need = cover.need
        self.weight = np.where(problem.status == PRIMARY, 0.0, problem.cost).astype(float)

    def price(self) -> np.ndarray:
        """What hiding each cell would cost now: nought where it is hidden anyway."""
        return np.where(self.cover.used > 0, 0.0, self.weight)

    def drop_needless(self, number: int) -> bool:
        """Forget a deviation that proves nothing alone."""
        if number in self.cover.deviations and not self.cover.sole(number):
            self.cover.drop(number)
            return True
        return False

    def without(self, cell: int) -> bool:
        """Try to show a secondary cell again: re-route what runs through it if that costs less."""
        cover = self.cover
        users = sorted(cover.users[cell])
        if not users:
            return False
        before = cover.cost
        gone = [(i, cover.drop(i)) for i in users]
        tasks = sorted({t for _, d in gone for t in self._proven_by(d) if not cover.is_proven(t)},
                       key=lambda t: (self.need[t], t))  # fmt: skip
        price = self.price()
        price[cell] = _FORBIDDEN
        added: list[int] = []
        spent = 0.0
        limit = before - cover.cost
        for task in tasks:
            if cover.is_proven(task):
                continue
            found = self._routed(task, price)
            if found is None:
                break
            price[found[1].cells] = 0.0
            added.append(cover.add(found[1]))
            spent = cover.cost - (before - limit)
            if spent > limit - 1e-9 * max(limit, 1.0):
                break
        if all(cover.is_proven(t) for t in tasks) and cover.cost < before - 1e-9 * max(before, 1.0):
            return True
        for i in added:
            cover.drop(i)
        for _, d in gone:
            cover.add(d)
        return False

    def _routed(self, task: tuple[int, int], price: np.ndarray) -> tuple[float, Deviation] | None:
        """The cheapest way to prove a task; ``None`` where there is none or the budget is over."""
        if not self.budget.spend(self.router.work):
            return None
        return self.router.route(task[0], task[1], self.need[task], price)

    def _proven_by(self, d: Deviation) -> list[tuple[int, int]]:
        found = []
        for cell, change in zip(d.cells.tolist(), d.change.tolist()):
            task = (cell, 1 if change > 0 else -1)
            if task in self.need and abs(change) >= self.need[task] * (1.0 - 1e-9):
                found.append(task)
        return found

    def sweep(self, cells: np.ndarray) -> bool:
        """One pass over secondary cells; True if anything got cheaper."""
        better = False
        for cell in cells.tolist():
            if self.budget.is_over:
                break
            if self.cover.used[cell] > 0 and self.weight[cell] > 0:
                better |= self.without(cell)
        return better

    def run(self) -> None:
        """Sweep from the dearest cell down until nothing helps or the budget is over."""
        while not self.budget.is_over:
            for number in sorted(self.cover.deviations, key=lambda i: -len(self.cover.deviations[i].cells)):
                self.drop_needless(number)
            hidden = np.flatnonzero((self.cover.used > 0) & (self.weight > 0))
            if not self.sweep(hidden[np.argsort(-self.weight[hidden], kind="stable")]):
                break

    def shake(self, stream: np.random.Generator, size: int) -> bool:
        """Re-route everything that runs through a few hidden cells at jittered prices; keep what is no dearer."""
        cover = self.cover
        hidden = np.flatnonzero((cover.used > 0) & (self.weight > 0))
        if not len(hidden):
            return False
        saved, before = dict(cover.deviations), cover.cost
        chosen = self._neighbours(stream, hidden, size)
        for number in sorted({i for c in chosen for i in cover.users[c]}):
            cover.drop(number)
        tasks = [t for t in self.need if not cover.is_proven(t)]
        stream.shuffle(tasks)
        jitter = self.weight * stream.uniform(0.6, 1.6, len(self.weight))
        price = np.where(cover.used > 0, 0.0, jitter)
        price[chosen[0]] = _FORBIDDEN
        touched: set[int] = set()
        for task in tasks:
            if cover.is_proven(task):
                continue
            found = self._routed(task, price)
            if found is None:
                cover.restore(saved)
                return False
            price[found[1].cells] = 0.0
            touched.update(found[1].cells.tolist())
            cover.add(found[1])
        again = np.array(sorted(touched), dtype=np.int64)
        while cover.cost <= 1.1 * before and self.sweep(
            again[np.argsort(-self.weight[again], kind="stable")]
        ):
            pass
        if cover.cost > before + 1e-9 * max(before, 1.0):
            cover.restore(saved)
            return False
        return cover.cost < before - 1e-9 * max(before, 1.0)

    def _neighbours(self, stream: np.random.Generator, hidden: np.ndarray, size: int) -> list[int]:
        """A random hidden cell and others that share proofs with it."""
        first = int(stream.choice(hidden))
        near = {
            c for i in self.cover.users[first] for c in self.cover.deviations[i].cells.tolist()
            if self.weight[c] > 0 and c != first
        }  # fmt: skip
        pool = sorted(near) if len(near) >= size else sorted(near | set(hidden.tolist()) - {first})
        more = stream.choice(pool, min(size - 1, len(pool)), replace=False).tolist() if pool else []
        return [first, *more]

    def anneal(self, seed: int) -> None:
        """Shake until nothing came of twenty shakes per hidden cell in a row, or the budget is over."""
        patience = max(200, 20 * int(((self.cover.used > 0) & (self.weight > 0)).sum()))
        stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 4])))
        idle = 0
        while not self.budget.is_over and idle < patience:
            idle = 0 if self.shake(stream, int(stream.integers(1, 5))) else idle + 1
