"""Sharing an order: least cost, fairest, or fair at a stated price, each with its proof."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.solving import INFINITY, Answer, Clash, Program, smallest_clash, solve
from nanduti.methods.values import BadInput, Reason, counted, mark, read_out

from ._seeking import least_cost, seconds_left
from .apportionment import fill
from .fairness import Fairness, fairness
from .model import Model, build_model, in_group, rule_sentences, with_gain, with_rows
from .order import Order, read_order

POLICIES = ("least_cost", "max_min", "proportional", "two_phase")


@dataclass(frozen=True)
class FirmShare:
    """What one firm makes of an order.

    Attributes:
        pieces: product → pieces.
        work: in common units; claim: what it could rightly ask; target: its part if all were shared by claims alone.
        cost: what its part costs, with set-up and joining.
        why_not_more, why_not_less: reasons that can be read out.
    """

    firm: str
    pieces: Mapping[str, float]
    work: float
    claim: float
    target: float
    cost: float
    why_not_more: tuple[Reason, ...]
    why_not_less: tuple[Reason, ...]

    @property
    def sentences(self) -> tuple[Reason, ...]:
        """What there is to say, ready to be translated."""
        details = {
            "firm": self.firm,
            "made": ", ".join(f"{q:g} {p}" for p, q in self.pieces.items()),
            "claim": f"{self.claim:,.0f}",
            "part": f"{self.target:,.0f}",
        }
        some = mark("{firm}: {made} (claim {claim}, fair part {part}).")
        none = mark("{firm}: nothing (claim {claim}, fair part {part}).")
        found = [Reason("share", some if details["made"] else none, details)]
        if self.why_not_more:
            found += [Reason("why_not_more", mark("Why not more:")), *self.why_not_more]
        if self.why_not_less:
            found += [Reason("why_not_less", mark("Why not less:")), *self.why_not_less]
        return tuple(found)

    def say(self) -> str:
        """The share as the agent reads it out, in English."""
        return read_out(self.sentences)


@dataclass(frozen=True)
class Allocation:
    """An order shared among firms.

    Attributes:
        shares: every firm, also those with nothing.
        cost: of the whole.
        bound: no split under the same rules and policy can cost less.
        gap: how far the cost lies above the bound, as a share of the cost.
        status: ``optimal``, ``within`` (the gap is proven), ``heuristic`` (feasible, no bound for this policy in time),
            ``relaxed`` (fractional: an estimate, not a plan), or ``none``.
        shortfall: product → pieces that cannot be made whatever is done, where ``status`` is ``none``.
        clash: the smallest set of rules that cannot be kept at once, where ``status`` is ``none``.
        least_cost: cost of the cheapest split found under the rules, for the price of fairness; ``None`` if not asked.
        fairness: how evenly claims were met; ``None`` where nobody has a claim.
        fair_gap: how much fairer a split could be at most under the policy: as a share of the whole work that falls
            short of its part (``two_phase``, ``proportional``), or of the claims (``max_min``); ``None`` for
            ``least_cost``.
        stopped_by: ``gap`` or ``time``.
    """

    policy: str
    shares: tuple[FirmShare, ...]
    cost: float
    bound: float
    gap: float | None
    status: str
    shortfall: Mapping[str, float] = field(default_factory=dict)
    clash: Clash | None = None
    least_cost: float | None = None
    fairness: Fairness | None = None
    stopped_by: str = "gap"
    fair_gap: float | None = None
    order: Order | None = field(default=None, repr=False, compare=False)

    def share(self, firm: str) -> FirmShare:
        """The share of one firm."""
        for s in self.shares:
            if s.firm == firm:
                return s
        raise BadInput(place=f"firm {firm!r}", problem="is not among the makers", remedy="Correct the name.")

    @property
    def price_of_fairness(self) -> float | None:
        """What the policy costs beyond the cheapest split, as a share of it; ``None`` if that was not asked."""
        return None if not self.least_cost else self.cost / self.least_cost - 1

    def table(self) -> pl.DataFrame:
        """One row for each firm and product that it makes."""
        rows = [(s.firm, p, q) for s in self.shares for p, q in s.pieces.items()]
        return pl.DataFrame(
            rows, schema={"firm": pl.String, "product": pl.String, "pieces": pl.Float64}, orient="row"
        )

    @property
    def sentences(self) -> tuple[Reason, ...]:
        """What there is to say, ready to be translated."""
        if self.status == "none":
            plain = (Reason("none", mark("No split keeps every rule.")),)
            short = ", ".join(f"{q:g} {p}" for p, q in self.shortfall.items())
            at_best = Reason("short", mark("At best {short} cannot be made."), {"short": short})
            return (*(self.clash.sentences if self.clash else plain), *([at_best] if short else []))
        n = sum(bool(s.pieces) for s in self.shares)
        head = Reason(
            "split",
            counted(
                n,
                mark("One firm makes the whole order for {cost}."),
                mark("{n} firms share the order for {cost}."),
            ),
            {"n": n, "cost": f"{self.cost:,.2f}"},
        )
        fair = self.price_of_fairness
        price = Reason("fairness", mark("Fairness costs {price}."), {"price": f"{fair or 0:.2%}"})
        return (head, self._proof(), *([] if fair is None else [price]))

    def _proof(self) -> Reason:
        """How sure it is that there is no better one."""
        if self.status == "relaxed":
            return Reason("relaxed", mark("An estimate: lots are not whole yet."))
        if self.status != "optimal" and self.gap is None:
            return Reason("unproven", mark("Without a proven bound."))
        is_cheapest = self.policy == "least_cost"
        if self.status == "optimal":
            cheapest = mark("No split under these rules costs less.")
            return Reason(
                "optimal", cheapest if is_cheapest else mark("No split as fair as this one costs less.")
            )
        cheapest = mark("No split under these rules costs over {gap} less.")
        fairest = mark("No split as fair as this one costs over {gap} less.")
        return Reason("within", cheapest if is_cheapest else fairest, {"gap": f"{self.gap:.2%}"})

    def say(self) -> str:
        """The allocation in a few sentences, in English."""
        return read_out(self.sentences)


def allocate_order(
    order: pl.DataFrame,
    makers: pl.DataFrame,
    offers: pl.DataFrame,
    *,
    rules: str | list | Mapping[str, Any] | None = None,
    policy: str = "least_cost",
    tolerance: float = 0.03,
    time_limit: float = 20.0,
    gap: float = 0.005,
    relaxed: bool = False,
) -> Allocation:
    """Share an order among firms under every rule.

    Args:
        order: ``product``, ``quantity``; also ``bundle`` (pieces per bundle, 1) and ``standard`` (common units of work per
            piece, 1).
        makers: ``firm``; also ``hours`` to the deadline, ``free_capacity`` (in common units), ``performance`` (0 to 1),
            ``credit`` (common units owed from earlier orders), ``joining_cost``, ``refused``, and columns that rules speak of.
        offers: ``firm``, ``product``; also ``unit_cost``, ``unit_hours``, ``setup_cost``, ``setup_hours``, ``least_lot``,
            ``most``, ``defect_rate`` (expected share). A firm without an offer makes none of the product.
        rules: see :func:`read_rules`.
        policy: ``least_cost``; ``max_min`` (the smallest satisfaction of a claim as large as can be, then least cost);
            ``proportional`` (as near as can be to sharing by claims alone, then least cost); ``two_phase`` (least cost, then
            as near to sharing by claims as can be for at most ``tolerance`` more).
        time_limit: seconds; gap: share of the cost at which the search ends.
        relaxed: answer at once with the linear relaxation, an estimate with fractional lots.

    Returns:
        the allocation; where the rules cannot be kept, ``status`` is ``none``, ``clash`` names the smallest set of rules
        that clash, and ``shortfall`` what cannot be made at best.

    >>> order = pl.DataFrame({"product": ["polo"], "quantity": [100]})
    >>> makers = pl.DataFrame({"firm": ["luz", "sol"], "free_capacity": [80, 80]})
    >>> offers = pl.DataFrame({"firm": ["luz", "sol"], "product": ["polo"] * 2, "unit_cost": [2.0, 3.0]})
    >>> a = allocate_order(order, makers, offers)
    >>> a.table().rows(), a.cost, a.status
    ([('luz', 'polo', 80.0), ('sol', 'polo', 20.0)], 220.0, 'optimal')
    >>> print(allocate_order(order.with_columns(quantity=200), makers, offers).say())
    These rules cannot be kept at once: (1) All 200 pieces are made. (2) No firm makes more than its free capacity (160 in all). At best 40 polo cannot be made.
    """  # noqa: E501
    if policy not in POLICIES:
        raise BadInput(
            place=f"policy {policy!r}", problem="is not known", remedy=f"Use {', '.join(POLICIES)}."
        )
    for name, value in (("tolerance", tolerance), ("gap", gap)):
        if not 0 <= value <= 1:
            raise BadInput(place=f"{name} {value}", problem="is not a share", remedy="Give 0.03 for 3 %.")
    if not time_limit > 0:
        raise BadInput(place=f"time limit {time_limit}", problem="is not above zero", remedy="Give seconds.")
    data = read_order(order, makers, offers, rules)
    return allocate(data, policy=policy, tolerance=tolerance, time_limit=time_limit, gap=gap, relaxed=relaxed)


def allocate(
    order: Order, *, policy: str, tolerance: float, time_limit: float, gap: float, relaxed: bool = False
) -> Allocation:
    """The same for an order that has been read."""
    deadline = time.perf_counter() + time_limit
    model = build_model(order)
    if relaxed:
        answer = solve(model.program, relax=True, seconds=time_limit)
        if answer.values is None:
            return infeasible(order, policy, deadline)
        return _allocation(model, answer.values, policy, -answer.bound, "relaxed", None)
    cheapest = least_cost(
        model, deadline=deadline if policy == "least_cost" else _part(deadline, 0.5), gap=gap
    )
    if cheapest.values is None:
        return infeasible(order, policy, max(deadline, time.perf_counter() + 5), late=not cheapest.infeasible)
    if policy == "least_cost":
        return _proven(model, cheapest, policy, gap)
    least = float(model.costs() @ cheapest.values)
    chosen, bound, fair_gap = _fair(model, cheapest, policy, tolerance, deadline, gap)
    return replace(_proven(model, chosen, policy, gap, least=least, bound=bound), fair_gap=fair_gap)


def _part(deadline: float, share: float) -> float:
    now = time.perf_counter()
    return now + max(0.1, (deadline - now) * share)


def targets(order: Order) -> np.ndarray:
    """The part of each firm if work were shared by free capacity × performance, with what is owed added."""
    base = np.where(order.refused, 0.0, order.base_claims)
    size = float(base.sum())
    parts = base * (order.total_work / size) + order.credit if size > 0 else base
    parts = np.where(base > 0, np.maximum(0.0, parts), 0.0)  # what is owed counts one for one
    weights = {f: _fraction(p) for f, p in zip(order.firms, parts, strict=True)}
    room = {f: _fraction(c) for f, c in zip(order.firms, order.capacity, strict=True) if np.isfinite(c)}
    shares = fill(_fraction(order.total_work), weights, room)
    return np.array([float(shares[f]) for f in order.firms])


def _fraction(value: float) -> Fraction:
    return Fraction(float(value)).limit_denominator(10**9)


def _fair(
    model: Model, cheapest: Answer, policy: str, tolerance: float, deadline: float, gap: float
) -> tuple[Answer, float, float | None]:
    """Phase one of fairness (or two of ``two_phase``), then least cost at that fairness; the bound is on cost."""
    fair = _max_min(model) if policy == "max_min" else _near_target(model)
    cost = model.costs()
    if policy == "two_phase":
        limit = float(cost @ cheapest.values) * (1 + tolerance) + 1e-6
        fair = with_rows(fair, sparse.csr_matrix(cost), np.array([-INFINITY]), np.array([limit]))
    start = (np.arange(model.t.start), cheapest.values[: model.t.start])
    first = solve(fair, seconds=seconds_left(deadline) * 0.6, gap=gap, start=start)
    if first.values is None:
        return cheapest, -np.inf, None
    least_fair = first.objective - 1e-6 * max(1.0, abs(first.objective))
    held = with_rows(fair, sparse.csr_matrix(fair.gain), np.array([least_fair]), np.array([INFINITY]))
    aim = with_gain(held, -cost)
    second = solve(aim, seconds=seconds_left(deadline), gap=gap, start=(np.arange(len(cost)), first.values))
    scale = model.order.total_work if policy != "max_min" else 1.0
    fair_gap = (
        max(0.0, first.bound - first.objective) / scale if scale > 0 and np.isfinite(first.bound) else None
    )
    if second.values is None:
        return first, -np.inf, fair_gap
    return second, -second.bound, fair_gap


def _max_min(model: Model) -> Program:
    """Maximise t with work ≥ t × claim for every firm that has a claim; t sits in the first fairness variable."""
    o, p = model.order, model.program
    can = np.zeros(len(o.firms), dtype=bool)
    can[o.firm_of[p.high[model.b] > 0]] = True
    claims = np.where(can, o.claims, 0.0)
    rows = model.work().tolil()
    rows[:, model.t.start] = -claims[:, None]
    keep = claims > 0
    high, gain = p.high.copy(), np.zeros(len(p.gain))
    high[model.t.start], gain[model.t.start] = 1e6, 1.0
    low = np.zeros(int(keep.sum()))
    eased = Program(gain, p.rows, p.row_low, p.row_high, p.low, high, p.whole)
    return with_rows(eased, rows.tocsr()[keep], low, np.full(len(low), INFINITY))


def _near_target(model: Model) -> Program:
    """Minimise what firms fall short of their part by claims; what one has above, others have below."""
    o, p = model.order, model.program
    rows = model.work().tolil()
    rows[np.arange(len(o.firms)), np.arange(model.t.start, model.t.stop)] = 1.0
    high, gain = p.high.copy(), np.zeros(len(p.gain))
    high[model.t] = INFINITY
    gain[model.t] = -1.0
    eased = Program(gain, p.rows, p.row_low, p.row_high, p.low, high, p.whole)
    return with_rows(eased, rows.tocsr(), targets(o), np.full(len(o.firms), INFINITY))


def _proven(
    model: Model,
    answer: Answer,
    policy: str,
    gap: float,
    *,
    least: float | None = None,
    bound: float | None = None,
) -> Allocation:
    cost = float(model.costs() @ answer.values)
    bound = -answer.bound if bound is None else bound
    share = (
        (cost - bound) / cost if np.isfinite(bound) and cost > 0 else (0.0 if cost <= bound + 1e-9 else None)
    )
    share = None if share is None else max(0.0, share)
    status = "heuristic" if share is None else "optimal" if share <= 1e-7 else "within"
    stopped = "gap" if share is not None and share <= gap else "time"
    return _allocation(model, answer.values, policy, min(bound, cost), status, share, least, stopped)


def _allocation(
    model: Model, values: np.ndarray, policy: str, bound: float, status: str, share: float | None,
    least: float | None = None, stopped: str = "gap",
) -> Allocation:  # fmt: skip
    o = model.order
    pieces = model.pieces(values if status == "relaxed" else np.round(values))
    cost = float(model.costs() @ (values if status == "relaxed" else _rounded(model, values)))
    shares = explain_shares(o, model, pieces)
    claims = {f: float(c) for f, c in zip(o.firms, o.claims, strict=True)}
    even = None
    if any(claims.values()):
        even = fairness({s.firm: s.work for s in shares}, claims)
    return Allocation(policy, shares, cost, bound, share, status, {}, None, least, even, stopped, order=o)


def _rounded(model: Model, values: np.ndarray) -> np.ndarray:
    """Whole bundles and flags, with nothing paid for an offer or a firm that makes nothing."""
    v = np.round(values)
    v[model.z] = np.minimum(v[model.z], v[model.b] > 0)
    takes = np.zeros(len(model.order.firms))
    np.maximum.at(takes, model.order.firm_of, v[model.z])
    v[model.u] = takes
    return v


def explain_shares(o: Order, model: Model, pieces: np.ndarray) -> tuple[FirmShare, ...]:
    """Every firm's share with what keeps it from more and from less."""
    claims, parts = o.claims, targets(o)
    standard = o.standard[o.product_of]
    found = []
    for i, firm in enumerate(o.firms):
        own = np.flatnonzero(o.firm_of == i)
        made = own[pieces[own] > 1e-9]
        work = float((pieces * standard)[own].sum())
        cost = float(
            (pieces * o.unit_cost)[made].sum()
            + o.setup_cost[made].sum()
            + (o.joining[i] if len(made) else 0.0)
        )
        more, less = _why(o, i, own, made, pieces, work, claims[i], parts[i])
        listed = {o.products[o.product_of[j]]: float(pieces[j]) for j in made}
        found.append(FirmShare(firm, listed, work, float(claims[i]), float(parts[i]), cost, more, less))
    return tuple(found)


def _why(
    o: Order,
    i: int,
    own: np.ndarray,
    made: np.ndarray,
    pieces: np.ndarray,
    work: float,
    claim: float,
    part: float,
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    more: list[Reason] = []
    if o.refused[i]:
        more.append(Reason("refused", mark("It refused the order."), {}))
    elif not len(own):
        more.append(Reason("no_offer", mark("It offers none of the products."), {}))
    else:
        more += _ceilings(o, i, own, made, pieces, work, claim)
        if not more:
            lots = o.least_lot[own]
            sentence = mark("Others make it for less, or the rest would be below its minimum lot of {lot}.")
            plain = mark("Others make it for less.")
            more.append(Reason("cost", sentence if lots.max() > 0 else plain, {"lot": f"{lots.max():g}"}))
    less = []
    if len(made):
        if o.credit[i] > 0:
            less.append(
                Reason(
                    "owed", mark("{owed} are owed to it from earlier orders."), {"owed": f"{o.credit[i]:g}"}
                )
            )
        for r in o.rules:
            if r.kind == "least_share" and in_group(o, r)[i]:
                sentence = mark("It counts for the floor {rule}.")
                less.append(Reason("floor", sentence, {"rule": r.code}))
        if work <= part + 1e-9:
            less.append(Reason("claim", mark("It has no more than its part by claims."), {}))
        if not less:
            less.append(Reason("cost", mark("Elsewhere it would cost more or break a rule."), {}))
    return tuple(more), tuple(less)


def _ceilings(
    o: Order, i: int, own: np.ndarray, made: np.ndarray, pieces: np.ndarray, work: float, claim: float
) -> list[Reason]:
    """Limits that leave no room for one more bundle of anything the firm offers."""
    step = float((o.bundle * o.standard)[o.product_of[own]].min())
    used = float((pieces * o.unit_hours)[own].sum() + o.setup_hours[made].sum())
    found = []
    quickest = float((o.unit_hours * o.bundle[o.product_of])[own].min())
    if np.isfinite(o.hours[i]) and used + quickest > o.hours[i] + 1e-9:
        sentence = counted(o.hours[i], mark("Its one hour is full."), mark("Its {hours} hours are full."))
        found.append(Reason("hours", sentence, {"hours": f"{o.hours[i]:g}"}))
    if np.isfinite(o.capacity[i]) and work + step > o.capacity[i] + 1e-9:
        found.append(
            Reason("capacity", mark("Its free capacity of {room} is full."), {"room": f"{o.capacity[i]:g}"})
        )
    for r in o.rules:
        if r.kind == "most_share" and work + step > r.parameters["share"] * o.total_work + 1e-9:
            sentence = mark("No firm may have more than {share} of the work.")
            found.append(Reason(r.code, sentence, {"share": f"{r.parameters['share']:.0%}"}))
        if r.kind == "claim_multiple" and work + step > r.parameters["times"] * claim + 1e-9:
            times = r.parameters["times"]
            more, own = (
                mark("No firm may have more than {times} times its claim."),
                mark("No firm may have more than its claim."),
            )
            found.append(Reason(r.code, counted(times, own, more), {"times": f"{times:g}"}))
    if len(made) == len(own) and (pieces[own] + o.bundle[o.product_of[own]] > o.most[own] + 1e-9).all():
        found.append(Reason("most", mark("It makes as much as it offers."), {}))
    return found


def infeasible(order: Order, policy: str, deadline: float, *, late: bool = False) -> Allocation:
    """Why an order cannot be shared under its rules, and what could be made of it at best."""
    sentences = rule_sentences(order)
    everything = frozenset(sentences)

    def can_keep(kept: frozenset[str]) -> bool | None:
        if "quantity" not in kept and not any(
            r.kind in ("least_share", "least_firms", "single_source") for r in order.rules
        ):
            return True
        model = build_model(order, lifted=everything - kept, shortfall="quantity" not in kept)
        plain = with_gain(model.program, np.zeros(len(model.program.gain)))
        answer = solve(plain, seconds=max(0.2, min(5.0, deadline - time.perf_counter())))
        return False if answer.infeasible else True if answer.values is not None else None

    codes, proven = smallest_clash(list(sentences), can_keep, deadline=deadline)
    clash = Clash(tuple(sentences[c] for c in codes), proven)
    model = build_model(order, shortfall=True)
    gain = np.zeros(len(model.program.gain))
    gain[model.s] = -order.bundle * order.standard
    best = solve(with_gain(model.program, gain), seconds=max(1.0, deadline - time.perf_counter()), gap=1e-4)
    short = {}
    if best.values is not None:
        missing = np.round(best.values[model.s]) * order.bundle
        short = {p: float(q) for p, q in zip(order.products, missing, strict=True) if q > 0}
    shares = explain_shares(order, model, np.zeros(len(order.firm_of)))
    return Allocation(
        policy,
        shares,
        0.0,
        np.inf,
        None,
        "none",
        short,
        clash,
        None,
        None,
        "time" if late else "gap",
        order=order,
    )
