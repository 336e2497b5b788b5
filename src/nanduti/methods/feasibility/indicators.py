"""Net present value, internal rates of return, payback, break-even and coverage, each from plain flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from nanduti.methods.values import BadInput, CannotBeSaid, mark
from nanduti.methods.values.guards import one_of

from ._checks import not_negative, numbers, rate_above_minus_one

REFERENCES = ("end_of_first_year", "start_of_first_period")
SIGN = mark("Give at least one outflow and one inflow; a rate of return needs both.")


def months_from_reference(n: int, *, months: float | Sequence[float] = 12, reference: str) -> np.ndarray:
    """Months between the reference date and the end of each period.

    Flows fall on the last day of their period. ``end_of_first_year`` lies twelve months after the first
    period starts, so that with yearly periods the first flow is not discounted; with shorter periods the
    flows before that day are carried forward.

    Source: COMFAR III reference manual, discounting (as restated; flows on the last day, 30-day months).

    >>> months_from_reference(3, reference="end_of_first_year").tolist()
    [0.0, 12.0, 24.0]
    """
    lengths = np.broadcast_to(np.asarray(months, dtype=float), (n,))
    if not np.all(lengths > 0):
        raise BadInput(
            place="period lengths", problem="are not all above zero", remedy="Give months, such as 12."
        )
    one_of(reference, REFERENCES, "reference date")
    return np.cumsum(lengths) - (12.0 if reference == "end_of_first_year" else 0.0)


def discount_factors(rate: float, months: np.ndarray) -> np.ndarray:
    """``1 / (1 + rate)^(months/12)``.

    >>> discount_factors(0.10, np.array([0.0, 12.0])).round(6).tolist()
    [1.0, 0.909091]
    """
    return (1.0 + rate) ** (-np.asarray(months, dtype=float) / 12.0)


def npv(
    flows: Sequence[float],
    rate: float,
    *,
    months: float | Sequence[float] = 12,
    reference: str = "end_of_first_year",
) -> float:
    """Net present value of flows at the end of their periods, at a yearly rate.

    Source: Behrens and Hawranek, *Manual for the Preparation of Industrial Feasibility Studies* (UNIDO
    1991); COMFAR III reference manual.

    Raises:
        BadInput: no flows, a missing flow, a rate of −100 % or less, or an unknown reference date.

    >>> round(npv([-100, 60, 60], 0.10, reference="start_of_first_period"), 6)
    3.756574
    >>> round(npv([-100, 60, 60], 0.10), 6)
    4.132231
    """
    a = numbers(flows, "cash flows")
    t = months_from_reference(a.size, months=months, reference=reference)
    return float(a @ discount_factors(rate_above_minus_one(rate, "discount rate"), t))


def short_npv(
    flows: Sequence[float],
    rate: float,
    *,
    n_periods: int,
    months: float | Sequence[float] = 12,
    reference: str = "end_of_first_year",
) -> float:
    """Net present value of the first periods alone: whether a study pays without its distant years.

    What later periods would bring, residual values among it, is left out.

    >>> round(short_npv([-100, 60, 60, 60], 0.10, n_periods=3), 6)
    4.132231
    """
    a = numbers(flows, "cash flows")
    if not 1 <= n_periods <= a.size:
        raise BadInput(
            place=f"{n_periods} of {a.size} periods",
            problem=mark("cannot be taken"),
            remedy=mark("Take at least one period and no more than there are."),
        )
    t = months_from_reference(a.size, months=months, reference=reference)[:n_periods]
    return float(a[:n_periods] @ discount_factors(rate_above_minus_one(rate, "discount rate"), t))


@dataclass(frozen=True)
class InternalRate:
    """Internal rates of return of one series of flows.

    Attributes:
        roots: every yearly rate between −95 % and 10,000 % at which the present value is nil, ascending.
        rate: the single root; ``None`` where there are several or none.
        warning: what to say beside the figure; empty where there is exactly one root.
    """

    roots: tuple[float, ...]
    rate: float | None
    warning: str = ""


def irr(flows: Sequence[float], *, months: float | Sequence[float] = 12) -> InternalRate:
    """Every internal rate of return, with a warning where there is not exactly one.

    The present value is looked at on a fine grid of log rates; each change of sign is closed in on, and each
    touch of zero without change of sign is searched for, so that flows with several roots show all of them.

    Source: Behrens and Hawranek (UNIDO 1991) for the measure; several roots: Descartes' rule of signs.

    Raises:
        BadInput: fewer than two flows or a missing one.

    >>> irr([-1000, 600, 600]).rate.__round__(6)
    0.130662
    >>> two = irr([-1600, 10000, -10000])
    >>> [round(r, 6) for r in two.roots], two.rate
    ([0.25, 4.0], None)
    >>> irr([100, 60]).warning
    'The flows never change sign: no rate of return can be said. Use the net present value.'
    """
    a = numbers(flows, "cash flows", least=2)
    t = months_from_reference(a.size, months=months, reference="start_of_first_period") / 12.0
    if np.all(a >= 0) or np.all(a <= 0):
        return InternalRate(
            (),
            None,
            mark("The flows never change sign: no rate of return can be said. Use the net present value."),
        )
    roots = _roots(a, t - t[0])
    if not roots:
        text = mark("No rate makes the present value nil. Use the net present value at the rate you need.")
        return InternalRate((), None, text)
    if len(roots) > 1:
        text = mark(
            "The flows have several internal rates of return, so none of them measures the yield. "
            "Use the net present value or the modified rate."
        )
        return InternalRate(roots, None, text)
    return InternalRate(roots, roots[0])


def _roots(a: np.ndarray, t: np.ndarray) -> tuple[float, ...]:
    a = a / np.max(np.abs(a))
    x = np.linspace(np.log(0.05), np.log(101.0), 6001)

    def value(y: float) -> float:
        return float(a @ np.exp(-t * y))

    f = np.concatenate([np.exp(-np.outer(part, t)) @ a for part in np.array_split(x, 12)])
    found = [brentq(value, x[i], x[i + 1], xtol=1e-14) for i in np.flatnonzero(f[:-1] * f[1:] < 0)]
    found += [x[i] for i in np.flatnonzero(f == 0)]
    found += _touches(value, a, t, x, f)
    roots: list[float] = []
    for y in sorted(found):
        if not roots or y - roots[-1] > 1e-7:
            roots.append(float(y))
    return tuple(float(np.expm1(y)) for y in roots)


def _touches(value, a: np.ndarray, t: np.ndarray, x: np.ndarray, f: np.ndarray) -> list[float]:
    """Double roots, where the curve only touches zero, or crosses twice between two grid points."""
    g = np.abs(f)
    same = (f[:-2] * f[1:-1] > 0) & (f[1:-1] * f[2:] > 0)
    found = []
    for i in np.flatnonzero(same & (g[1:-1] <= g[:-2]) & (g[1:-1] <= g[2:])) + 1:
        sign = np.sign(f[i])
        best = minimize_scalar(
            lambda y, sign=sign: sign * value(y), bounds=(x[i - 1], x[i + 1]), method="bounded",
            options={"xatol": 1e-12},
        )  # fmt: skip
        low = best.fun
        if low < 0:
            found += [brentq(value, x[i - 1], best.x), brentq(value, best.x, x[i + 1])]
        elif low < 1e-12 * float(np.abs(a) @ np.exp(-t * best.x)):
            found.append(float(best.x))
    return found


def mirr(
    flows: Sequence[float], *, reinvestment: float, borrowing: float, months: float | Sequence[float] = 12
) -> float:
    """Modified internal rate: surpluses compounded at one rate, deficits discounted at another.

    ``(P/N)^(1/n) − 1`` with P the surpluses at the end of the last period, N the deficits at the first
    flow and n the years between them. Source: COMFAR III reference manual, modified IRR.

    Raises:
        CannotBeSaid: there is no surplus or no deficit.

    >>> round(mirr([-1000, 600, 600], reinvestment=0.1, borrowing=0.1), 6)
    0.122497
    """
    a = numbers(flows, "cash flows", least=2)
    t = months_from_reference(a.size, months=months, reference="start_of_first_period") / 12.0
    t = t - t[0]
    gain = rate_above_minus_one(reinvestment, "reinvestment rate")
    cost = rate_above_minus_one(borrowing, "borrowing rate")
    surplus = float(np.maximum(a, 0) @ (1 + gain) ** (t[-1] - t))
    deficit = float(np.maximum(-a, 0) @ (1 + cost) ** (-t))
    if surplus <= 0 or deficit <= 0:
        raise CannotBeSaid(what="The modified rate of return", why="the flows never change sign", remedy=SIGN)
    return float((surplus / deficit) ** (1 / t[-1]) - 1)


def npv_ratio(net_present_value: float, present_value_of_investment: float) -> float | None:
    """Net present value for each unit of discounted investment; ``None`` where nothing is invested.

    Source: UNIDO 1991 manual; COMFAR III: PVI = Σ (fixed investment + pre-production + ΔNWC)/f.

    >>> round(npv_ratio(3856.03, 9532.92), 4), npv_ratio(5.0, 0.0)
    (0.4045, None)
    """
    return net_present_value / present_value_of_investment if present_value_of_investment > 0 else None


@dataclass(frozen=True)
class Payback:
    """When cumulative flows turn positive for good or for the first time.

    Attributes:
        period: 0-based index of the first period whose cumulative flow is positive; ``None`` if never.
        months: months from the start of the first period, interpolated within that period.
        lost_again: whether the cumulative flow falls below zero again later.
        reason: why there is no figure, if there is none.
    """

    period: int | None
    months: float | None
    lost_again: bool = False
    reason: str = ""


def payback(
    flows: Sequence[float], *, rate: float | None = None, months: float | Sequence[float] = 12
) -> Payback:
    """Normal payback, or dynamic payback where a discount rate is given.

    The first period with positive cumulative (discounted) flow, interpolated linearly within it.
    Source: COMFAR III reference manual, payback.

    >>> p = payback([-5200, -3100, 1450, 2380, 2760, 2890, 2940, 1200])
    >>> p.period, round(p.months, 6)
    (5, 67.100346)
    >>> payback([-10, 4]).reason
    'The outlay is not earned back within the study.'
    """
    a = numbers(flows, "cash flows")
    ends = months_from_reference(a.size, months=months, reference="start_of_first_period")
    if rate is not None:
        a = a * discount_factors(rate_above_minus_one(rate, "discount rate"), ends)
    total = np.cumsum(a)
    if not np.any(a < 0):
        return Payback(None, None, reason=mark("There is no outlay to earn back."))
    first_outlay = int(np.argmax(a < 0))
    after = np.flatnonzero(total[first_outlay:] > 0)
    if not after.size:
        return Payback(None, None, reason=mark("The outlay is not earned back within the study."))
    j = int(after[0]) + first_outlay
    if j == first_outlay:
        text = mark("Earlier income covers the first outlay: a payback time has no meaning.")
        return Payback(None, None, reason=text)
    start = ends[j - 1]
    part = -total[j - 1] / a[j]
    return Payback(j, float(start + part * (ends[j] - start)), bool(np.any(total[j:] < 0)))


@dataclass(frozen=True)
class BreakEven:
    """Break-even of one period: sales value, its share of sales, and coverage of the fixed costs."""

    sales_value: float | None
    ratio: float | None
    fixed_cost_coverage: float | None
    variable_margin: float
    reason: str = ""


def break_even(*, sales: float, variable: float, fixed: float, interest: float = 0.0) -> BreakEven:
    """Sales at which the variable margin covers fixed costs (with interest, if given).

    ``vm = (S − V)/S``, sales value ``(F + interest)/vm``, ratio to S, coverage ``(S − V)/(F + interest)``.
    Source: COMFAR III reference manual, break-even; UNIDO 1991, schedule of the garment factory.

    >>> b = break_even(sales=6420, variable=3870, fixed=1130, interest=310)
    >>> round(b.sales_value, 4), round(b.ratio, 7), round(b.fixed_cost_coverage, 7)
    (3625.4118, 0.5647059, 1.7708333)
    >>> break_even(sales=100, variable=120, fixed=10).reason
    'Each unit sold loses money: no volume of sales breaks even.'
    """
    for name, value in (("sales", sales), ("variable", variable), ("fixed", fixed), ("interest", interest)):
        not_negative(value, name)
    margin, burden = sales - variable, fixed + interest
    coverage = margin / burden if burden > 0 else None
    if sales == 0:
        return BreakEven(None, None, coverage, margin, mark("There are no sales in this period."))
    if margin <= 0:
        text = mark("Each unit sold loses money: no volume of sales breaks even.")
        return BreakEven(None, None, coverage, margin, text)
    value = burden / (margin / sales)
    text = "" if burden > 0 else mark("There is no fixed cost to cover.")
    return BreakEven(value, value / sales, coverage, margin, text)


@dataclass(frozen=True)
class ProductBreakEven:
    """Break-even of one product: volume at today's price, price at today's volume, or why not."""

    volume: float | None
    price: float | None
    reason: str = ""


def product_break_even(
    *, volume: float, price: float, variable_per_unit: float, fixed: float
) -> ProductBreakEven:
    """Volume at constant price and price at constant volume that cover the product's fixed cost.

    Source: COMFAR III reference manual, break-even per product.

    >>> product_break_even(volume=1000, price=5, variable_per_unit=3, fixed=1500)
    ProductBreakEven(volume=750.0, price=4.5, reason='')
    """
    for name, value in (("volume", volume), ("price", price), ("fixed cost", fixed)):
        not_negative(value, name)
    not_negative(variable_per_unit, "variable cost for each unit")
    at_price = fixed / (price - variable_per_unit) if price > variable_per_unit else None
    at_volume = variable_per_unit + fixed / volume if volume > 0 else None
    reasons = []
    if at_price is None:
        reasons.append(mark("At this price each unit loses money: no volume breaks even."))
    if at_volume is None:
        reasons.append(mark("Nothing is sold: no price breaks even."))
    return ProductBreakEven(at_price, at_volume, " ".join(reasons))


def debt_service_coverage(
    *, surplus: float, repayment: float, interest: float, other: float = 0.0
) -> float | None:
    """``CF/DS``: cash before debt service for each unit of debt service; ``None`` without debt service.

    ``CF = surplus + repayment + interest + other financial cost``; ``DS`` the same without the surplus.
    Source: COMFAR III reference manual, ratios.

    >>> round(debt_service_coverage(surplus=410, repayment=700, interest=520, other=12), 6)
    1.332792
    """
    for name, value in (("repayment", repayment), ("interest", interest), ("other cost", other)):
        not_negative(value, name)
    numbers([surplus], "surplus")
    service = repayment + interest + other
    return (surplus + service) / service if service > 0 else None


def loan_life_coverage(
    *, cash: Sequence[float], debt: float, rate: float, months: float | Sequence[float] = 12
) -> float | None:
    """LLCR: cash available for debt service over the loan's life, discounted, for each unit of debt now.

    Args:
        cash: cash available for debt service in each period until the loan ends.
        debt: balance outstanding now, at the start of the first of these periods.
        rate: yearly rate of the loan.

    Source: usual definition in project finance (E. R. Yescombe, *Principles of Project Finance*).

    >>> round(loan_life_coverage(cash=[110, 121], debt=100, rate=0.10), 6)
    2.0
    """
    not_negative(debt, "debt")
    if debt == 0:
        return None
    return npv(cash, rate, months=months, reference="start_of_first_period") / debt


def wacc(
    *, equity: Sequence[tuple[float, float]], debt: Sequence[tuple[float, float]], tax_rate: float = 0.0
) -> float:
    """Weighted average cost of capital: (amount, yearly cost) pairs, debt after tax.

    >>> round(100 * wacc(equity=[(3600, .32)], debt=[(2800, .18), (1900, .23)], tax_rate=.25), 7)
    22.3825301
    """
    if not 0 <= tax_rate <= 1:
        raise BadInput(place=f"tax rate {tax_rate}", problem="is not a share", remedy="Give 0.25 for 25 %.")
    total = cost = 0.0
    for pairs, keep in ((equity, 1.0), (debt, 1.0 - tax_rate)):
        for amount, rate in pairs:
            not_negative(amount, "amount of capital")
            total += amount
            cost += amount * rate_above_minus_one(rate, "cost of capital") * keep
    if total == 0:
        raise CannotBeSaid(
            what="The cost of capital", why="no capital is given", remedy="Name at least one source."
        )
    return cost / total
