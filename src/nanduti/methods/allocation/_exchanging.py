"""Whole products moved and exchanged between firms, for orders of which each product goes whole to one firm."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from nanduti.methods.solving import Answer

from .model import Model

#: What cannot be done costs this: no order comes near.
NEVER = 1e15
#: Entries of a table of changes beyond which a step takes too long, and steps without anything better to wait.
LARGEST, PATIENCE = 4_000_000, 100


@dataclass(frozen=True)
class _Table:
    """Firm × product costs and loads; what a firm costs that takes part; its ceilings, one for each kind of load."""

    cost: np.ndarray
    joining: np.ndarray
    loads: np.ndarray
    ceilings: np.ndarray


def _table(model: Model) -> _Table:
    o, p = model.order, model.program
    need = o.quantity
    cost = np.full((len(o.firms), len(o.products)), NEVER)
    can = p.high[model.z] > 0.5
    cost[o.firm_of[can], o.product_of[can]] = -p.gain[model.z][can]
    work = np.broadcast_to(need * o.standard, cost.shape)
    hours = np.zeros(cost.shape)
    hours[o.firm_of, o.product_of] = o.unit_hours * need[o.product_of] + o.setup_hours
    loads, ceilings = [work], [np.where(np.isfinite(o.capacity), o.capacity, NEVER)]
    if np.isfinite(o.hours).any():
        loads.append(hours)
        ceilings.append(np.where(np.isfinite(o.hours), o.hours, NEVER))
    return _Table(cost, np.asarray(o.joining, dtype=float), np.stack(loads), np.stack(ceilings))


class _Split:
    """Who makes which product now, with the loads of firms and how many products each makes."""

    def __init__(self, table: _Table, holder: np.ndarray) -> None:
        self.t, self.holder = table, holder.copy()
        n, self.products = len(table.joining), np.arange(len(holder))
        loads = [np.bincount(holder, weights=x[holder, self.products], minlength=n) for x in table.loads]
        self.load, self.count = np.stack(loads), np.bincount(holder, minlength=n)

    def cost(self) -> float:
        parts = self.t.cost[self.holder, self.products]
        return float(parts.sum() + self.t.joining[self.count > 0].sum())

    def beyond(self) -> float:
        """How much work lies beyond ceilings."""
        return float(_over(self.load, self.t.ceilings).sum())

    def moves(self, price: float) -> np.ndarray:
        """Firm × product: what changes if the product moves to the firm, with a price on what is beyond ceilings."""
        t, h, products = self.t, self.holder, self.products
        now = _over(self.load, t.ceilings)
        into = _over(self.load[:, :, None] + t.loads, t.ceilings[:, :, None]) - now[:, None]
        out = _over(self.load[:, h] - t.loads[:, h, products], t.ceilings[:, h]) - now[h]
        change = t.cost - t.cost[h, products] + price * (into + out)
        change += np.where(self.count == 0, t.joining, 0.0)[:, None]
        change -= np.where(self.count[h] == 1, t.joining[h], 0.0)
        change[h, products] = NEVER
        return change

    def exchanges(self, price: float) -> np.ndarray:
        """Product × product: what changes if two products change places."""
        t, h, products = self.t, self.holder, self.products
        without = self.load[:, h] - t.loads[:, h, products]
        with_other = without[:, :, None] + t.loads[:, h, :]  # the firm of j with k in place of j
        over = _over(with_other, t.ceilings[:, h][:, :, None]) - _over(self.load, t.ceilings)[h][:, None]
        half = t.cost[h, :] - t.cost[h, products][:, None] + price * over
        change = half + half.T
        change[h[:, None] == h[None, :]] = NEVER
        return change

    def move(self, product: int, firm: int) -> None:
        old = self.holder[product]
        self.load[:, old] -= self.t.loads[:, old, product]
        self.load[:, firm] += self.t.loads[:, firm, product]
        self.count[old] -= 1
        self.count[firm] += 1
        self.holder[product] = firm


def _over(load: np.ndarray, ceilings: np.ndarray) -> np.ndarray:
    return np.maximum(0.0, load - ceilings).sum(axis=0)


def improve(
    model: Model, start: Answer, *, deadline: float, bound: float, gap: float, seed: int = 0
) -> Answer:
    """A split at least as good as ``start`` by moving and exchanging products (a tabu search with oscillation).

    The way leads also through splits beyond ceilings, at a price that rises while they last. Whatever else an order
    asks (floors, numbers of firms) is not steered by: a split counts only where it keeps every row of the
    programme. Where nothing gets better for a while, a firm is closed by lot and another one let in. Ends at the
    deadline or where the bound is met.
    """
    n, n_firms = len(model.order.products), len(model.order.firms)
    if n * max(n, n_firms) > LARGEST:
        return start
    rng, table, best = np.random.default_rng(seed), _table(model), start
    split = _Split(
        table, np.argmin(table.cost, axis=0) if start.values is None else _holder(model, start.values)
    )
    price = float(np.median(table.cost[table.cost < NEVER])) / max(1.0, float(np.median(table.loads[0])))
    banned = np.zeros((n_firms, n), dtype=np.int64)
    stale = step = 0
    while time.perf_counter() < deadline and best.objective < bound - gap * abs(bound) - 1e-6:
        step, stale = step + 1, stale + 1
        for product, firm in _best_change(split, price, banned > step):
            banned[split.holder[product], product] = step + int(rng.integers(n // 6 + 2, n // 3 + 4))
            split.move(product, firm)
        beyond = split.beyond()
        price = min(1e9, price * 1.08) if beyond > 1e-9 else max(1e-6, price / 1.08)
        if beyond <= 1e-9 and split.cost() < -best.objective - 1e-6:
            values = _values(model, split.holder)
            if _kept(model, values):
                best, stale = Answer(values, float(model.program.gain @ values), start.bound, False), 0
        if stale > PATIENCE and n_firms > 1:
            stale = 0
            if best.values is not None and rng.random() < 0.7:
                split = _Split(table, _holder(model, best.values))
            banned[_close_one(split, rng), :] = step + PATIENCE // 3
    return best


def _best_change(split: _Split, price: float, banned: np.ndarray) -> list[tuple[int, int]]:
    """The move or exchange that costs least (it may cost something), as products and the firms they go to."""
    moves, exchanges = split.moves(price), split.exchanges(price)
    moves[banned] += NEVER / 1e3
    held = banned[split.holder, :]
    exchanges[held | held.T] += NEVER / 1e3
    firm, product = map(int, np.unravel_index(int(np.argmin(moves)), moves.shape))
    j, k = map(int, np.unravel_index(int(np.argmin(exchanges)), exchanges.shape))
    if exchanges[j, k] < moves[firm, product]:
        return [(j, int(split.holder[k])), (k, int(split.holder[j]))]
    return [(product, firm)]


def _close_one(split: _Split, rng: np.random.Generator) -> int:
    """Close a firm by lot; what it made goes to the others or to one that made nothing. Returns the firm."""
    inside, outside = np.flatnonzero(split.count > 0), np.flatnonzero(split.count == 0)
    closed = int(rng.choice(inside))
    firms = inside[inside != closed]
    if len(outside):
        firms = np.append(firms, int(rng.choice(outside)))
    for product in np.flatnonzero(split.holder == closed):
        costs = split.t.cost[firms, product] * rng.uniform(0.9, 1.1, len(firms))
        split.move(int(product), int(firms[np.argmin(costs)]))
    return closed


def _holder(model: Model, values: np.ndarray) -> np.ndarray:
    o, made = model.order, values[model.z] > 0.5
    holder = np.zeros(len(o.products), dtype=np.int64)
    holder[o.product_of[made]] = o.firm_of[made]
    return holder


def _values(model: Model, holder: np.ndarray) -> np.ndarray:
    o = model.order
    values = np.zeros(len(model.program.gain))
    chosen = holder[o.product_of] == o.firm_of
    values[model.z] = chosen
    values[model.b] = chosen * (o.quantity / o.bundle)[o.product_of]
    values[model.u.start + np.unique(holder)] = 1.0
    return values


def _kept(model: Model, values: np.ndarray) -> bool:
    p = model.program
    rows = p.rows @ values
    slack = 1e-6 * np.maximum(1.0, np.abs(rows))
    inside = (values >= p.low - 1e-9) & (values <= p.high + 1e-9)
    return bool(inside.all() and (rows >= p.row_low - slack).all() and (rows <= p.row_high + slack).all())
