"""The simple rule: an order shared by free capacity and past performance, checkable by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import polars as pl

from nanduti.methods.values import BadInput, Reason, RuleSource, mark

from .apportionment import fill
from .reading import Number, codes, column, exact, exact_all, whole

SOURCE = RuleSource("UNIDO cluster development training kit, module Implementation", "box 1")


@dataclass(frozen=True)
class SharedFirm:
    """One firm's part of an order: quantity, exact part before rounding, weight, and what decided."""

    firm: str
    quantity: int
    exact: Fraction
    weight: Fraction
    reason: Reason


@dataclass(frozen=True)
class SharedOrder:
    """An order shared by the simple rule.

    Attributes:
        firms: every firm, by name, also those with nothing.
        unplaced: pieces that no firm can take.
        source: where the rule comes from.
    """

    firms: tuple[SharedFirm, ...]
    unplaced: int
    source: RuleSource = SOURCE

    @property
    def quantities(self) -> dict[str, int]:
        """Quantity of each firm."""
        return {f.firm: f.quantity for f in self.firms}

    def table(self) -> pl.DataFrame:
        """One row for each firm, with the reason as text."""
        rows = [(f.firm, f.quantity, float(f.exact), float(f.weight), f.reason.say()) for f in self.firms]
        schema = {
            "firm": pl.String,
            "quantity": pl.Int64,
            "exact": pl.Float64,
            "weight": pl.Float64,
            "reason": pl.String,
        }
        return pl.DataFrame(rows, schema=schema, orient="row")


def share_order(
    quantity: int,
    makers: pl.DataFrame,
    *,
    capacity_power: int = 1,
    performance_power: int = 1,
    least_lot: int = 0,
    most_share: Number | None = None,
    bundle: int = 1,
    credit: Mapping[str, Number] | None = None,
) -> SharedOrder:
    """Share an order in proportion to free capacity times past performance.

    ``w = capacity^a · performance^b``, each gets ``min(capacity, Q·w/Σw)``, what is left over goes to the others
    in the same proportion until all is placed or all are full. Whole pieces by largest remainder.

    Args:
        quantity: pieces of the order.
        makers: ``firm``, ``free_capacity`` (pieces until the deadline), ``performance`` (0 to 1, 1 if missing).
        least_lot: a firm whose part would be smaller gets nothing; the one with the smallest part goes first.
        most_share: no firm gets more than this share of the order.
        bundle: pieces are handed out in bundles of this many.
        credit: pieces owed to a firm from earlier orders (a debt is negative). They are added to its part of this
            order by weight, and the sum, not below nought, becomes its weight.

    Source: UNIDO, module Implementation, box 1 (production capacity, past performance records); the formula is
    Nanduti's proposal, row 127 of the systems.

    >>> makers = pl.DataFrame({"firm": list("abc"), "free_capacity": [600, 500, 300], "performance": [0.9, 0.8, 0.5]})
    >>> share_order(1000, makers).quantities
    {'a': 495, 'b': 367, 'c': 138}
    >>> over = share_order(2000, makers)
    >>> over.quantities, over.unplaced, over.firms[0].reason.say()
    ({'a': 600, 'b': 500, 'c': 300}, 600, 'Its free capacity of 600 is full.')
    """
    quantity, bundle = whole(quantity, "quantity"), whole(bundle, "bundle", 1)
    least_lot = whole(least_lot, "least lot")
    limit = None if most_share is None else exact(most_share, "most share") * quantity
    if limit is not None and limit > quantity:
        raise BadInput(place=f"most share {most_share}", problem="is above 1", remedy="Give 0.12 for 12 %.")
    capacity, weights = _weights(makers, capacity_power, performance_power)
    weights = _with_credit(weights, capacity, quantity, credit or {})
    room = {f: c if limit is None else min(c, Fraction(floor(limit))) for f, c in capacity.items()}
    bundles = {f: Fraction(floor(r / bundle)) for f, r in room.items()}
    lot = -(-least_lot // bundle)
    lifted: list[str] = []
    target, given, out = _hand_out(quantity // bundle, weights, bundles, lot, lifted)
    for f in sorted(weights, key=lambda f: (-weights[f], f)):
        # What the others cannot take may make a minimum lot for a firm whose part was too small.
        if sum(given.values()) < quantity // bundle and out.get(f) == "lot" and bundles[f] >= lot:
            trial = _hand_out(quantity // bundle, weights, bundles, lot, [*lifted, f])
            if sum(trial[1].values()) > sum(given.values()):
                lifted.append(f)
                target, given, out = trial
    firms = []
    for f in weights:
        got = given.get(f, 0) * bundle
        reason = _reason(f, got, out.get(f), capacity, limit, least_lot, bundles[f] * bundle)
        firms.append(SharedFirm(f, int(got), target.get(f, Fraction(0)) * bundle, weights[f], reason))
    return SharedOrder(tuple(firms), quantity - sum(f.quantity for f in firms))


def _hand_out(
    total: int, weights: Mapping[str, Fraction], most: Mapping[str, Fraction], lot: int, lifted: Sequence[str]
) -> tuple[dict[str, Fraction], dict[str, int], dict[str, str]]:
    """Exact parts, whole bundles, and who is left out why; those ``lifted`` get the minimum lot first."""
    out = {f: "no_weight" for f, w in weights.items() if w == 0}
    rest = max(0, total - lot * len(lifted))
    while True:
        able = {f: w for f, w in weights.items() if f not in out and f not in lifted}
        target = fill(Fraction(rest), able, {f: most[f] for f in able})
        given = _round(target, rest, most)
        small = [f for f in able if given[f] < lot]
        if not small:
            break
        out[min(small, key=lambda f: (target[f], f))] = "lot"
    first = dict.fromkeys(lifted, lot) if total >= lot * len(lifted) else {}
    return target | {f: Fraction(n) for f, n in first.items()}, given | first, out


def _weights(makers: pl.DataFrame, a: int, b: int) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    for name, power in (("capacity power", a), ("performance power", b)):
        whole(power, name)
    codes(makers, "firm", "makers")
    makers = makers.sort("firm")
    names = makers["firm"].to_list()
    room = column(makers, "free_capacity", place="makers")
    past = column(makers, "performance", default=1.0, most=1.0, place="makers")
    capacity = {f: exact(float(c), f"free capacity of {f!r}") for f, c in zip(names, room, strict=True)}
    weights = {
        f: capacity[f] ** a * exact(float(p), f"performance of {f!r}") ** b
        for f, p in zip(names, past, strict=True)
    }
    return capacity, {f: w if capacity[f] > 0 else Fraction(0) for f, w in weights.items()}


def _with_credit(
    weights: Mapping[str, Fraction],
    capacity: Mapping[str, Fraction],
    quantity: int,
    credit: Mapping[str, Number],
) -> dict[str, Fraction]:
    """Weights in which what is owed counts piece for piece against this order's parts."""
    owed = exact_all(credit, "credit", least=None)
    for f in owed:
        if f not in weights:
            raise BadInput(place=f"credit of {f!r}", problem="is of no maker", remedy="Correct the name.")
    size = sum(weights.values())
    if not owed or not size:
        return dict(weights)
    parts = {f: quantity * w / size + owed.get(f, 0) for f, w in weights.items()}
    return {f: max(Fraction(0), p) if capacity[f] > 0 else Fraction(0) for f, p in parts.items()}


def _round(target: Mapping[str, Fraction], total: int, most: Mapping[str, Fraction]) -> dict[str, int]:
    """Whole bundles by largest remainder, nobody above the room there is."""
    given = {f: floor(t) for f, t in target.items()}
    left = min(total, int(sum(most[f] for f in target))) - sum(given.values())
    for f in sorted(target, key=lambda f: (-(target[f] - given[f]), f)):
        if left > 0 and given[f] < most[f] and target[f] > given[f]:
            given[f] += 1
            left -= 1
    return given


def _reason(
    firm: str, got: int, out: str | None, capacity: Mapping[str, Fraction], limit: Fraction | None, least_lot: int,
    room: Fraction,
) -> Reason:  # fmt: skip
    if out == "no_weight":
        sentence = mark("It has no free capacity, or no performance and nothing owed to it.")
        return Reason("no_weight", sentence, {})
    if out == "lot":
        return Reason(
            "lot", mark("Its part would be below the minimum lot of {least}."), {"least": least_lot}
        )
    if limit is not None and got >= floor(limit) and limit < capacity[firm]:
        return Reason("most_share", mark("No firm may have more than {most}."), {"most": floor(limit)})
    if got >= room:
        return Reason(
            "full", mark("Its free capacity of {room} is full."), {"room": f"{float(capacity[firm]):g}"}
        )
    return Reason("weight", mark("By its weight: free capacity times performance."), {})


def performance(
    on_time: int,
    deliveries: int,
    accepted: int,
    inspected: int,
    *,
    network_mean: Number = 0.8,
    strength: Number = 5,
) -> float:
    """Past performance from 0 to 1: the mean of on-time share and acceptance share, each drawn towards the network's.

    ``(good + strength·mean)/(all + strength)``: with few deliveries the network's mean speaks, with many the
    firm's own record. A new firm gets the network's mean.

    >>> performance(9, 10, 90, 100, network_mean=0.8, strength=5)
    0.880952
    >>> performance(0, 0, 0, 0, network_mean=0.75)
    0.75
    """
    shares = []
    for good, n, what in ((on_time, deliveries, "deliveries"), (accepted, inspected, "pieces inspected")):
        good, n = whole(good, f"good {what}"), whole(n, what)
        if good > n:
            raise BadInput(place=what, problem=f"has {good} good of {n}", remedy="Correct the record.")
        mean, k = exact(network_mean, "network mean"), exact(strength, "strength")
        if mean > 1:
            raise BadInput(place=f"network mean {network_mean}", problem="is above 1", remedy="Give a share.")
        shares.append((good + k * mean) / (n + k) if n + k else mean)
    return round(float(sum(shares) / 2), 6)
