"""What an improvement costs and brings: payback, audits of energy and resources, shared machines, terms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, mark
from nanduti.methods.values.guards import above_zero, amount, figure, share

from ._checks import columns, not_negative, numeric, once, whole


@dataclass(frozen=True)
class PaybackTime:
    """Years until savings have paid for an improvement; ``None`` with the reason if they never do."""

    years: float | None
    reason: str = ""

    @property
    def months(self) -> float | None:
        """The same in months."""
        return None if self.years is None else 12 * self.years


#: Days of an order beyond which a slip of the pen is more likely than an order.
MOST_DAYS = 3660

NEVER = mark("It never pays for itself.")


def payback_time(
    cost: float, yearly_saving: float, *, rate: float = 0.0, running_cost: float = 0.0
) -> PaybackTime:
    """Simple payback ``cost / net yearly saving``; with a rate the discounted one.

    Discounted, savings at the end of each year: ``n = −ln(1 − C·r/S) / ln(1 + r)``.

    Source: usual measure of energy audits. Solar heating of tanneries: water 1.5 years, air 2.2 years (UNIDO
    2013, *Cluster Twinning*, chapter 2, section 3.6).

    >>> payback_time(3000, 2000).years, round(payback_time(3000, 2000, rate=0.1).years, 2)
    (1.5, 1.7)
    >>> payback_time(3000, 200, rate=0.1).reason
    'It never pays for itself.'
    """
    outlay, saved = amount(cost, "cost"), figure(yearly_saving, "yearly saving")
    net = saved - amount(running_cost, "running cost")
    if outlay == 0:
        return PaybackTime(0.0)
    if net <= 0:
        return PaybackTime(None, NEVER)
    if amount(rate, "rate") == 0:
        return PaybackTime(outlay / net)
    left = 1 - outlay * rate / net
    return PaybackTime(-math.log(left) / math.log1p(rate)) if left > 0 else PaybackTime(None, NEVER)


def audit_measures(data: pl.DataFrame, *, rate: float = 0.0) -> pl.DataFrame:
    """Measures of an energy or resource audit: saving in money, payback, worth, and in which order.

    Args:
        data: ``measure``, ``cost``, ``saved`` (quantity a year, in its own unit), ``price`` (of that unit),
            ``life_years`` and, if there, ``running_cost`` a year. Empty cells are unknown.
        rate: yearly discount rate.

    Returns:
        with ``yearly_saving``, ``payback_years``, ``npv`` (over the life), ``saving_for_each_unit_of_cost``
        (present value of net savings over cost), ``cost_of_saving`` (yearly cost, capital spread over the
        life, for each unit of quantity saved), the largest worth for each unit of cost first, and ``reason``
        where a payback cannot be given.

    Savings of single measures do not simply add up: two measures on one boiler share what is left to save.

    >>> d = pl.DataFrame({"measure": ["solar air", "insulation"], "cost": [2200.0, 300.0],
    ...                   "saved": [610.0, 50.0], "price": [2.0, None], "life_years": [10, 8]})
    >>> audit_measures(d, rate=0.1).select("measure", "yearly_saving", "payback_years", "npv").rows()
    [('solar air', 1220.0, 1.803, 5296.37), ('insulation', None, None, None)]
    """
    columns(data, ("measure", "cost", "saved", "price", "life_years"))
    if "running_cost" not in data.columns:
        data = data.with_columns(running_cost=pl.lit(0.0))
    names = ("cost", "saved", "price", "life_years", "running_cost")
    data = numeric(data, names)
    not_negative(data, names, "measure")
    once(data, ["measure"])
    amount(rate, "rate")
    life, cost = pl.col("life_years"), pl.col("cost")
    spread = life if rate == 0 else (1 - (1 + rate) ** (-life)) / rate
    saving = pl.col("saved") * pl.col("price")
    net = saving - pl.col("running_cost")
    unknown = pl.any_horizontal(pl.col(n).is_null() for n in names)
    data = data.with_columns(
        saving.alias("yearly_saving"),
        pl.when(cost == 0).then(0.0).when(net > 0).then(cost / net).alias("payback_years"),
        (net * spread - cost).alias("npv"),
        pl.when(cost > 0).then(net * spread / cost).alias("saving_for_each_unit_of_cost"),
        pl.when((pl.col("saved") > 0) & (life > 0))
        .then((cost / spread + pl.col("running_cost")) / pl.col("saved"))
        .alias("cost_of_saving"),
        pl.when(unknown).then(pl.lit(mark("A figure is missing.")))
        .when((net <= 0) & (cost > 0)).then(pl.lit(NEVER)).otherwise(pl.lit("")).alias("reason"),
    )  # fmt: skip
    free = pl.when(cost == 0).then(pl.lit(math.inf)).otherwise(pl.col("saving_for_each_unit_of_cost"))
    return data.sort(free, "measure", descending=[True, False], nulls_last=True)


def yearly_quantity(a_day: float, days_a_year: float = 300.0) -> float:
    """A daily saving as a yearly one.

    The solar unit of an autospray saves 26 litres of diesel a day (UNIDO 2013, chapter 2, section 3.6).

    >>> yearly_quantity(26)
    7800.0
    """
    if above_zero(days_a_year, "days a year") > 366:
        raise BadInput(
            place=f"{days_a_year:g} days a year",
            problem=mark("is more than there is"),
            remedy=mark("Count the days worked."),
        )
    return amount(a_day, "saving a day") * days_a_year


@dataclass(frozen=True)
class SharedMachine:
    """Price, use and payback of a machine that one firm buys and others book.

    Attributes:
        utilisation: hours booked over hours open; above 1 is refused.
        break_even_price: price of an hour at which bookings by others carry running cost and capital.
        least_hours: hours others must book at ``price``; ``None`` if no number of hours suffices.
        payback: of the purchase from what others pay, own hours valued at the price outside.
    """

    utilisation: float
    break_even_price: float | None
    least_hours: float | None
    payback: PaybackTime
    reason: str = ""


def shared_machine(
    *,
    cost: float,
    life_years: float,
    open_hours: float,
    own_hours: float,
    others_hours: float,
    price: float,
    cost_per_hour: float,
    fixed_yearly_cost: float = 0.0,
    price_outside: float = 0.0,
    rate: float = 0.0,
) -> SharedMachine:
    """Whether a shared machine pays, at what price, and how full it is.

    Capital is spread over the life (annuity at ``rate``). Own hours count as saved purchases at
    ``price_outside`` (0: they are not counted).

    Source: row 133 of the systems, the pattern printer of Lowe (2003): bought by one firm for more than
    US$ 15,000 and priced with the feedback of the group; the formulas are Nanduti's.

    >>> m = shared_machine(cost=15000, life_years=5, open_hours=2000, own_hours=500, others_hours=700,
    ...                    price=9, cost_per_hour=2, fixed_yearly_cost=500)
    >>> m.utilisation, m.break_even_price, m.least_hours, round(m.payback.years, 2)
    (0.6, 7.0, 500.0, 3.41)
    """
    own, others = amount(own_hours, "own hours"), amount(others_hours, "hours of others")
    if own + others > above_zero(open_hours, "open hours"):
        raise BadInput(
            place=f"{own + others:g} hours booked of {open_hours:g}",
            problem=mark("is more than there is"),
            remedy=mark("Count the hours in which it can be booked."),
        )
    life = above_zero(life_years, "life")
    spread = life if amount(rate, "rate") == 0 else (1 - (1 + rate) ** -life) / rate
    each, asked = amount(cost_per_hour, "cost of an hour"), amount(price, "price")
    fixed = amount(fixed_yearly_cost, "fixed cost") + amount(cost, "cost") / spread
    carried = max(
        0.0, fixed - own * (amount(price_outside, "price outside") - each if price_outside else 0.0)
    )
    needed = each + carried / others if others else None
    hours = carried / (asked - each) if asked > each else (0.0 if carried == 0 else None)
    saving = others * (asked - each) - fixed_yearly_cost
    saving += own * (price_outside - each) if price_outside else 0.0
    reason = ""
    if hours is None:
        reason = mark("The price does not cover the cost of an hour.")
    elif own + hours > open_hours:
        reason = mark("More hours would have to be booked than the machine is open.")
    return SharedMachine((own + others) / open_hours, needed, hours, payback_time(cost, saving), reason)


@dataclass(frozen=True)
class CashNeed:
    """Cash of one order day by day.

    Attributes:
        flows: ``day``, ``flow``, ``balance`` for each day on which money moves (day 0: the order).
        need: the deepest point: working capital for one order.
        need_on: its day.
        days_out: days from the first money out to the day the order has paid for itself; ``None`` if not.
        standing_need: need when such orders follow each other every ``every_days``; ``None`` if not asked.
        profit: what is left of the order.
    """

    flows: pl.DataFrame
    need: float
    need_on: int
    days_out: int | None
    standing_need: float | None
    profit: float


def subcontract_cash(
    *,
    value: float,
    advance_share: float,
    delivery_day: int,
    balance_days: int,
    costs: Sequence[tuple[int, float]],
    every_days: int | None = None,
) -> CashNeed:
    """Working capital that the terms of a subcontract ask of the maker (or the buyer).

    Args:
        value: what the order pays in all.
        advance_share: part paid with the order, on day 0.
        delivery_day: days from order to delivery.
        balance_days: days from delivery to the payment of the rest.
        costs: (day, amount) paid out for materials, wages, subcontracts; days may be negative (a sample).
        every_days: how often such an order comes, for the standing need of overlapping orders.

    Terms told of Guadalajara: sample in a week, order in two to four weeks, part at the order, the rest two
    or three days after delivery; retailers pay brand firms after up to 45 days (Lowe 2003, "Limits").

    >>> c = subcontract_cash(value=1000, advance_share=0.5, delivery_day=21, balance_days=3,
    ...                      costs=[(0, 600), (7, 100), (14, 100), (21, 100)])
    >>> c.need, c.need_on, c.days_out, c.profit
    (400.0, 21, 24, 100.0)
    """
    total, part = amount(value, "value of the order"), share(advance_share, "advance")
    delivery = whole(delivery_day, "days to the delivery", most=MOST_DAYS)
    rest = whole(balance_days, "days to the payment of the rest", most=MOST_DAYS)
    flows: dict[int, float] = {}
    for day, paid in costs:
        at = whole(day, "day of a cost", least=-MOST_DAYS, most=MOST_DAYS)
        flows[at] = flows.get(at, 0.0) - amount(paid, f"cost on day {day}")
    flows[0] = flows.get(0, 0.0) + part * total
    last = delivery + rest
    flows[last] = flows.get(last, 0.0) + (1 - part) * total
    days = sorted(flows)
    table = pl.DataFrame({"day": days, "flow": [flows[d] for d in days]}).with_columns(
        pl.col("flow").cum_sum().alias("balance")
    )
    balances = table["balance"].to_list()
    lowest = min(0.0, *balances)
    at = days[balances.index(lowest)] if lowest < 0 else days[0]
    return CashNeed(table, -lowest, at, _days_out(days, balances), _standing(flows, every_days), balances[-1])


def _days_out(days: list[int], balances: list[float]) -> int | None:
    below = [i for i, b in enumerate(balances) if b < -1e-9]
    if not below:
        return 0
    return days[below[-1] + 1] - days[below[0]] if below[-1] + 1 < len(days) else None


def _standing(flows: dict[int, float], every: int | None) -> float | None:
    """Deepest cash of a steady flow of like orders, profits taken out as each order closes."""
    if every is None:
        return None
    every = whole(every, "days between orders", least=1, most=MOST_DAYS)
    first, last = min(flows), max(flows)
    balance, run = {}, 0.0
    for day in range(first, last):
        run += flows.get(day, 0.0)
        balance[day] = run
    worst = 0.0
    for phase in range(every):
        open_orders = (b for day, b in balance.items() if (day - first) % every == phase)
        worst = min(worst, sum(open_orders))
    return -worst


@dataclass(frozen=True)
class PriceForMinutes:
    """A price set against the minutes the work takes: what an hour earns, and what it should."""

    per_minute: float
    cost_per_minute: float
    ratio: float
    fair_price: float


def price_per_minute(
    price: float, minutes: float, *, cost_per_minute: float, margin: float = 0.0
) -> PriceForMinutes:
    """Price of a piece for each minute of work beside the cost of a minute (row 137: prices felt to be unfair).

    >>> p = price_per_minute(4.5, 30, cost_per_minute=0.18, margin=0.1)
    >>> round(p.per_minute, 2), round(p.ratio, 3), round(p.fair_price, 2)
    (0.15, 0.833, 5.94)
    """
    paid, time = amount(price, "price"), above_zero(minutes, "minutes")
    each = above_zero(cost_per_minute, "cost of a minute")
    if paid == 0:
        raise CannotBeSaid(
            what=mark("The price of a minute"),
            why=mark("no price is known"),
            remedy=mark("Ask what the piece pays."),
        )
    return PriceForMinutes(
        paid / time, each, paid / time / each, time * each * (1 + amount(margin, "margin"))
    )
