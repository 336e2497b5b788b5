"""After a failure in the run: what was made stays, what is left goes to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from nanduti.methods.values import BadInput

from .allocating import Allocation, allocate
from .model import in_group
from .order import Order


@dataclass(frozen=True)
class Repair:
    """A repaired allocation.

    Attributes:
        extra: who takes over what, with cost, bound and status of that part alone.
        pieces: firm → product → pieces, delivered and still to be made, after the repair.
        lost: product → pieces that had been given to the firms that failed and were not delivered.
    """

    extra: Allocation
    pieces: Mapping[str, Mapping[str, float]]
    lost: Mapping[str, float]


def reallocate(
    allocation: Allocation,
    failures: Mapping[str, Mapping[str, float]],
    *,
    policy: str = "least_cost",
    time_limit: float = 10.0,
    gap: float = 0.005,
) -> Repair:
    """Give what failing firms leave undone to the others, who keep what they have.

    Args:
        allocation: as :func:`allocate_order` returned it.
        failures: firm → product → pieces it has delivered ({} for none); it makes no more.

    Set-up that was paid for is not paid again, and a lot that has been begun has no minimum. Floors, ceilings and
    defects are looked at over the whole order.

    >>> import polars as pl
    >>> from nanduti.methods.allocation import allocate_order
    >>> order = pl.DataFrame({"product": ["polo"], "quantity": [100]})
    >>> makers = pl.DataFrame({"firm": ["luz", "sol"], "free_capacity": [80, 80]})
    >>> offers = pl.DataFrame({"firm": ["luz", "sol"], "product": ["polo"] * 2, "unit_cost": [2.0, 3.0]})
    >>> r = reallocate(allocate_order(order, makers, offers), {"luz": {"polo": 50}})
    >>> r.lost, r.pieces, r.extra.cost
    ({'polo': 30.0}, {'luz': {'polo': 50.0}, 'sol': {'polo': 50.0}}, 90.0)
    """
    o = allocation.order
    if o is None or allocation.status in ("none", "relaxed"):
        raise BadInput(
            place="the allocation", problem="is no plan to repair", remedy="Share the order first."
        )
    given = {s.firm: dict(s.pieces) for s in allocation.shares}
    pieces, lost = _after(o, given, failures)
    left = _rest(o, pieces, lost, failures)
    extra = allocate(left, policy=policy, tolerance=0.03, time_limit=time_limit, gap=gap)
    for s in extra.shares:
        for p, q in s.pieces.items():
            pieces[s.firm][p] = pieces[s.firm].get(p, 0.0) + q
    return Repair(extra, {f: p for f, p in pieces.items() if p}, lost)


def _after(
    o: Order, given: Mapping[str, dict[str, float]], failures: Mapping[str, Mapping[str, float]]
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    pieces = {f: dict(p) for f, p in given.items()}
    lost = dict.fromkeys(o.products, 0.0)
    for firm, delivered in failures.items():
        if firm not in given:
            raise BadInput(
                place=f"firm {firm!r}", problem="is not among the makers", remedy="Correct the name."
            )
        for p, q in delivered.items():
            if not 0 <= q <= given[firm].get(p, 0.0) + 1e-9:
                raise BadInput(
                    place=f"{firm}, delivered {p!r}",
                    problem=f"is {q:g} of {given[firm].get(p, 0.0):g} given to it",
                    remedy="Enter what was delivered of its part.",
                )
        for p, q in given[firm].items():
            lost[p] += q - delivered.get(p, 0.0)
        pieces[firm] = {p: float(q) for p, q in delivered.items() if q > 0}
    return pieces, {p: q for p, q in lost.items() if q > 0}


def _rest(
    o: Order,
    pieces: Mapping[str, Mapping[str, float]],
    lost: Mapping[str, float],
    failures: Mapping[str, object],
) -> Order:
    """The order of what is left: smaller quantities, less room, rules over the whole order turned into the rest."""
    begun = np.array(
        [pieces[o.firms[i]].get(o.products[p], 0.0) for i, p in zip(o.firm_of, o.product_of, strict=True)]
    )
    running = begun > 0
    hours, work, joined = o.hours.copy(), np.zeros(len(o.firms)), np.zeros(len(o.firms), dtype=bool)
    np.subtract.at(hours, o.firm_of, begun * o.unit_hours + running * o.setup_hours)
    np.add.at(work, o.firm_of, begun * o.standard[o.product_of])
    np.logical_or.at(joined, o.firm_of, running)
    refused = o.refused | np.array([f in failures for f in o.firms])
    quantity = np.array([lost.get(p, 0.0) for p in o.products])
    bundle = np.where(np.abs(quantity / o.bundle - np.round(quantity / o.bundle)) > 1e-9, 1.0, o.bundle)
    return replace(
        o, quantity=quantity, bundle=bundle, hours=np.maximum(0.0, hours),
        capacity=_room(o, work), refused=refused, joining=np.where(joined, 0.0, o.joining),
        setup_cost=np.where(running, 0.0, o.setup_cost), setup_hours=np.where(running, 0.0, o.setup_hours),
        least_lot=np.where(running, 0.0, o.least_lot), most=np.maximum(0.0, o.most - begun),
        rules=_rules_left(o, work, begun, quantity),
    )  # fmt: skip


def _room(o: Order, work: np.ndarray) -> np.ndarray:
    """Free capacity that is left, with ceilings of the whole order drawn in."""
    room = o.capacity.copy()
    for r in o.rules:
        if r.kind == "most_share":
            room = np.minimum(room, r.parameters["share"] * o.total_work)
        elif r.kind == "claim_multiple":
            room = np.minimum(room, r.parameters["times"] * o.claims)
    return np.maximum(0.0, room - work)


def _rules_left(o: Order, work: np.ndarray, begun: np.ndarray, quantity: np.ndarray) -> tuple:
    left = []
    total = float(quantity @ o.standard)
    for r in o.rules:
        if r.kind == "least_share" and total > 0:
            missing = r.parameters["share"] * o.total_work - float(work[in_group(o, r)].sum())
            share = min(1.0, max(0.0, missing / total))
            left.append(replace(r, parameters={**r.parameters, "share": share}))
        elif r.kind == "most_defects" and total > 0:
            left.append(
                replace(r, parameters={"rate": _defects_left(o, r.parameters["rate"], begun, quantity)})
            )
        elif r.kind == "single_source":
            left.append(r)
    return tuple(left)


def _defects_left(o: Order, rate: float, begun: np.ndarray, quantity: np.ndarray) -> float:
    """The rate that the rest may have so that no product passes its ceiling over the whole order."""
    allowed = []
    for p in range(len(o.products)):
        if quantity[p] > 0:
            own = o.product_of == p
            room = rate * (quantity[p] + begun[own].sum()) - float((begun * o.defects)[own].sum())
            allowed.append(room / quantity[p])
    return float(min(1.0, max(0.0, min(allowed, default=rate))))
