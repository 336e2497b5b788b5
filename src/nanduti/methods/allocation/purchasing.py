"""Buying together: price breaks, what the pool pays, and who saves what, to the cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import polars as pl

from nanduti.methods.values import BadInput, Money

from .apportionment import apportion
from .games import MOST_FOR_NUCLEOLUS, MOST_PLAYERS, nucleolus, objection, shapley
from .reading import Number, exact, exact_all

METHODS = ("by_volume", "by_stand_alone", "equal_saving", "shapley", "nucleolus")


@dataclass(frozen=True)
class PriceBreaks:
    """A supplier's prices by quantity.

    Attributes:
        steps: (quantity from which, unit price), the first from 0.
        kind: ``all_units`` (the price of the step reached holds for every unit) or ``incremental`` (each step's price
            for the units within it).
        fixed: cost of every order whatever its size (transport, papers).
        may_buy_more: whether the pool may order up to a step where that costs less in all.
    """

    steps: Sequence[tuple[Number, Number]]
    kind: str = "all_units"
    fixed: Number = 0
    may_buy_more: bool = False

    def __post_init__(self) -> None:
        if self.kind not in ("all_units", "incremental"):
            raise BadInput(
                place=f"kind {self.kind!r}", problem="is not known", remedy="Use all_units or incremental."
            )
        if not self.steps or exact(self.steps[0][0], "first step") != 0:
            raise BadInput(
                place="price steps",
                problem="do not begin at 0",
                remedy="Give the price from quantity 0 first.",
            )
        froms = [exact(s[0], "step") for s in self.steps]
        for _, price in self.steps:
            exact(price, "unit price")
        if froms != sorted(set(froms)):
            raise BadInput(
                place="price steps", problem="are out of order", remedy="List them by rising quantity."
            )
        exact(self.fixed, "fixed cost")

    def cost(self, quantity: Number) -> Fraction:
        """What a quantity costs; nothing for nothing.

        >>> PriceBreaks([(0, 10), (100, 9)]).cost(100), PriceBreaks([(0, 10), (100, 9)], kind="incremental").cost(110)
        (Fraction(900, 1), Fraction(1090, 1))
        """
        q = exact(quantity, "quantity")
        if q == 0:
            return Fraction(0)
        options = [q]
        if self.may_buy_more:
            options += [f for f in (exact(s[0], "step") for s in self.steps) if f > q]
        return exact(self.fixed, "fixed cost") + min(self._plain(x) for x in options)

    def _plain(self, q: Fraction) -> Fraction:
        steps = [(exact(f, "step"), exact(p, "price")) for f, p in self.steps]
        if self.kind == "all_units":
            return q * [p for f, p in steps if f <= q][-1]
        ends = [f for f, _ in steps[1:]] + [None]
        return sum(
            (
                p * ((q if e is None else min(q, e)) - f)
                for (f, p), e in zip(steps, ends, strict=True)
                if q > f
            ),
            Fraction(0),
        )


@dataclass(frozen=True)
class PoolMember:
    """One member of a buying pool: quantity, what it would pay alone, what it pays in the pool, what it saves."""

    name: str
    quantity: float
    alone: Money
    pays: Money
    saves: Money


@dataclass(frozen=True)
class PurchasePool:
    """A purchase made together.

    Attributes:
        members: by name; payments add up to ``total`` to the cent.
        total, alone: what the pool pays, and what its members would pay apart.
        ordered: quantity ordered, more than is needed where a step makes that cheaper.
        objection: the group that would save by buying apart, with how much; ``None`` if none would.
        is_checked: whether every group was looked at (up to 16 members).
    """

    members: tuple[PoolMember, ...]
    total: Money
    alone: Money
    ordered: float
    method: str
    objection: tuple[tuple[str, ...], float] | None
    is_checked: bool

    def table(self) -> pl.DataFrame:
        """One row for each member."""
        rows = [(m.name, m.quantity, m.alone.amount, m.pays.amount, m.saves.amount) for m in self.members]
        schema = {"member": pl.String, "quantity": pl.Float64, "alone": pl.Decimal(18, 2), "pays": pl.Decimal(18, 2),
                  "saves": pl.Decimal(18, 2)}  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")


def purchase_pool(
    volumes: Mapping[str, Number], prices: PriceBreaks, *, currency: str, method: str = "by_volume"
) -> PurchasePool:
    """What each member of a buying pool pays and saves.

    Args:
        volumes: member → quantity.
        prices: the supplier's price breaks.
        method: ``by_volume`` (the pool's unit price for all); ``by_stand_alone`` (in proportion to what each would pay
            alone); ``equal_saving``; ``shapley``; ``nucleolus``. Payments are rounded to the cent by largest remainder.

    Source: row 132 of the systems, Lowe (2003), note 12 (buying clubs); methods as named in :mod:`.games`.

    >>> pool = purchase_pool({"ana": 60, "beto": 40}, PriceBreaks([(0, 10), (100, 9)]), currency="MXN")
    >>> [(m.name, str(m.pays.amount), str(m.saves.amount)) for m in pool.members], pool.objection
    ([('ana', '540.00', '60.00'), ('beto', '360.00', '40.00')], None)
    """
    need = exact_all(volumes, "quantity")
    if method not in METHODS:
        raise BadInput(
            place=f"method {method!r}", problem="is not known", remedy=f"Use {', '.join(METHODS)}."
        )
    if not any(need.values()):
        raise BadInput(place="volumes", problem="are all nought", remedy="Say who needs how much.")
    total = prices.cost(sum(need.values()))
    alone = {k: prices.cost(q) for k, q in need.items()}
    parts = _parts(need, prices, total, alone, method)
    cents = _cents(total, parts)
    single = {k: _round(c) for k, c in alone.items()}
    members = tuple(
        PoolMember(
            k,
            float(need[k]),
            Money(single[k], currency),
            Money(cents[k], currency),
            Money(single[k] - cents[k], currency),
        )
        for k in need
    )
    checked = len(need) <= MOST_PLAYERS
    against = None
    if checked:
        against = objection(
            list(need),
            lambda s: float(prices.cost(sum(need[k] for k in s))),
            {k: float(p) for k, p in parts.items()},
        )
    return PurchasePool(
        members, Money(sum(cents.values()), currency), Money(sum(single.values()), currency),
        float(_ordered(sum(need.values()), prices)), method, against, checked,
    )  # fmt: skip


def _parts(
    need: Mapping[str, Fraction],
    prices: PriceBreaks,
    total: Fraction,
    alone: Mapping[str, Fraction],
    method: str,
) -> dict[str, Fraction]:
    if method == "by_volume":
        size = sum(need.values())
        return {k: total * q / size for k, q in need.items()}
    if method == "by_stand_alone":
        size = sum(alone.values())
        return {k: total * a / size for k, a in alone.items()} if size else dict.fromkeys(need, Fraction(0))
    if method == "equal_saving":
        saved = (sum(alone.values()) - total) / len(need)
        return {k: a - saved for k, a in alone.items()}
    limit = MOST_PLAYERS if method == "shapley" else MOST_FOR_NUCLEOLUS
    game = shapley if method == "shapley" else nucleolus
    if len(need) > limit:
        game(list(need), {})  # says why not
    found = game(list(need), lambda s: float(prices.cost(sum(need[k] for k in s))))
    parts = {k: Fraction(v).limit_denominator(10**9) for k, v in found.items()}
    first = next(iter(parts))
    parts[first] += total - sum(parts.values())
    return parts


def _cents(total: Fraction, parts: Mapping[str, Fraction]) -> dict[str, Decimal]:
    """Parts as cents that add up to the rounded total; a negative part is rounded like the others."""
    goal = round(total * 100)
    floor = {k: (p * 100).__floor__() for k, p in parts.items()}
    left = goal - sum(floor.values())
    order = sorted(parts, key=lambda k: (-(parts[k] * 100 - floor[k]), k))
    for k in order[: max(0, left)]:
        floor[k] += 1
    return {k: Decimal(c).scaleb(-2) for k, c in floor.items()}


def _round(value: Fraction) -> Decimal:
    return Decimal((value * 100 + Fraction(1, 2)).__floor__()).scaleb(-2)


def _ordered(q: Fraction, prices: PriceBreaks) -> Fraction:
    if not prices.may_buy_more:
        return q
    options = [q, *(f for f in (exact(s[0], "step") for s in prices.steps) if f > q)]
    return min(options, key=lambda x: (prices._plain(x), x))


def split_amount(amount: Money, keys: Mapping[str, Number]) -> dict[str, Money]:
    """An amount split by keys to the cent, cents by largest remainder; the parts add up to the amount.

    >>> {k: str(m.amount) for k, m in split_amount(Money("100.00", "PYG"), {"a": 1, "b": 1, "c": 1}).items()}
    {'a': '33.34', 'b': '33.33', 'c': '33.33'}
    """
    cents = exact(amount.amount, "amount", least=None) * 100
    if cents.denominator != 1:
        raise BadInput(
            place=f"amount {amount.amount}", problem="has parts of a cent", remedy="Round it first."
        )
    sign = -1 if cents < 0 else 1
    parts = apportion(abs(int(cents)), keys)
    return {
        k: Money(Decimal(sign * n).scaleb(-2), amount.currency, amount.price_year) for k, n in parts.items()
    }
