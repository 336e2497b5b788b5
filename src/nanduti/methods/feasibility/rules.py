"""Depreciation, graduated tax, loss carry-forward and price factors: the schedules a study stands on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import one_of

from ._checks import not_negative, numbers

DEPRECIATION_METHODS = ("linear_to_zero", "linear_to_scrap", "declining_balance", "sum_of_years", "none")


def depreciation(
    cost: float,
    *,
    life_months: float,
    method: str = "linear_to_zero",
    salvage_share: float = 0.0,
    first_year_months: float = 12,
    rate: float | None = None,
) -> np.ndarray:
    """Yearly charges until the book value reaches the salvage value.

    Args:
        cost: initial book value.
        life_months: depreciation time.
        method: ``linear_to_zero`` charges cost/life and stops at the salvage value; ``linear_to_scrap``
            spreads cost less salvage; ``declining_balance`` charges ``rate`` on the book value and turns
            linear as soon as that gives more; ``sum_of_years`` weighs years n, n−1 … 1.
        salvage_share: salvage value as a share of cost.
        first_year_months: months of the first year that are charged (m1), 0 < m1 ≤ 12.

    Source: COMFAR III reference manual, depreciation. The remaining life used for the switch is the time
    really left (life − months already charged).

    >>> depreciation(1000, life_months=60, salvage_share=0.1).round(6).tolist()
    [200.0, 200.0, 200.0, 200.0, 100.0]
    >>> depreciation(1000, life_months=60, method="declining_balance", rate=0.4).round(6).tolist()
    [400.0, 240.0, 144.0, 108.0, 108.0]
    """
    not_negative(cost, "cost to depreciate")
    check_depreciation(method, life_months, salvage_share, first_year_months, rate)
    return cost * unit_depreciation(method, life_months, salvage_share, first_year_months, rate)


def unit_depreciation(
    method: str, life_months: float, salvage_share: float, first_year_months: float, rate: float | None
) -> np.ndarray:
    """The charges for a cost of one; every method is proportional to cost."""
    if method == "none":
        return np.zeros(0)
    if method == "sum_of_years":
        return _sum_of_years(life_months, salvage_share, first_year_months)
    book, left, months, charges = 1.0, float(life_months), float(first_year_months), []
    while left > 1e-9 and book > salvage_share + 1e-12:
        months = min(months, left)
        if method == "linear_to_zero":
            charge = months / life_months
        elif method == "linear_to_scrap":
            charge = (1 - salvage_share) * months / life_months
        else:
            charge = max(book * (rate or 0.0) * months / 12, (book - salvage_share) * months / left)
        charge = min(charge, book - salvage_share)
        charges.append(charge)
        book, left, months = book - charge, left - months, 12.0
    return np.array(charges)


def _sum_of_years(life_months: float, salvage_share: float, first_year_months: float) -> np.ndarray:
    years = round(life_months / 12)
    whole = (1 - salvage_share) * np.arange(years, 0, -1) / (years * (years + 1) / 2)
    part = first_year_months / 12
    charges = np.append(whole * part, 0.0) + np.append(0.0, whole * (1 - part))
    return charges[:-1] if part == 1 else charges


def check_depreciation(
    method: str, life_months: float, salvage_share: float, first_year_months: float, rate: float | None
) -> None:
    one_of(method, DEPRECIATION_METHODS, "depreciation method")
    if method == "none":
        return
    if not life_months > 0:
        raise BadInput(
            place=f"depreciation life of {life_months} months",
            problem=mark("is not above zero"),
            remedy=mark("Give the life of the asset, or the method 'none' for land."),
        )
    if method == "sum_of_years" and life_months % 12:
        raise BadInput(
            place=f"depreciation life of {life_months} months",
            problem=mark("is not a whole number of years, which the sum of years' digits needs"),
            remedy=mark("Give whole years or another method."),
        )
    if not 0 <= salvage_share <= 1:
        raise BadInput(
            place=f"salvage share {salvage_share}", problem="is not a share", remedy="Give 0.1 for 10 %."
        )
    if not 0 < first_year_months <= 12:
        raise BadInput(
            place=f"{first_year_months} months charged in the first year",
            problem=mark("do not lie between 0 and 12"),
            remedy=mark("Give 12 for a full first year."),
        )
    if method == "declining_balance" and not (rate is not None and 0 < rate <= 1):
        raise BadInput(
            place=f"declining-balance rate {rate}",
            problem=mark("is not a share above zero"),
            remedy=mark("Give the yearly rate, 0.4 for 40 %."),
        )


def check_brackets(limits: Sequence[float], rates: Sequence[float]) -> None:
    """Tax brackets: as many limits as rates, the first limit 0, limits rising, rates between 0 and 1."""
    if len(limits) != len(rates) or not len(limits):
        raise BadInput(
            place=f"{len(limits)} bracket limits and {len(rates)} rates",
            problem=mark("do not pair up"),
            remedy=mark("Give for each bracket the profit at which it starts and its rate."),
        )
    if limits[0] != 0:
        raise BadInput(
            place=f"first tax bracket, starting at {limits[0]}",
            problem=mark("does not start at 0"),
            remedy=mark("Let the first bracket start at 0, with rate 0 if that part is free of tax."),
        )
    for before, after in pairwise(limits):
        if not after > before:
            raise BadInput(
                place=f"tax bracket starting at {after}",
                problem=f"stands after the one starting at {before}: brackets are out of order",
                remedy=mark("List the brackets from the lowest to the highest profit."),
            )
    for rate in rates:
        if np.any(np.asarray(rate) < 0) or np.any(np.asarray(rate) > 1):
            raise BadInput(place=f"tax rate {rate}", problem="is not a share", remedy="Give 0.25 for 25 %.")


def graduated_tax(profit: float, *, limits: Sequence[float], rates: Sequence[float]) -> float:
    """Tax slice by slice: each rate on the part of the profit within its bracket; none on a loss.

    Source: COMFAR III reference manual, table 22.

    >>> graduated_tax(7500, limits=[0, 1200, 2000, 5000, 10000], rates=[.15, .25, .40, .60, .75])
    3080.0
    """
    check_brackets(limits, rates)
    numbers([profit], "profit")
    return float(tax_by_slices(np.asarray(float(profit)), limits, rates))


def tax_by_slices(profit: np.ndarray, limits: Sequence[float], rates: Sequence[float]) -> np.ndarray:
    """The same for an array of profits, without checks."""
    tax = 0.0
    for low, high, rate in zip(limits, [*limits[1:], np.inf], rates, strict=True):
        tax = tax + rate * np.maximum(np.minimum(profit, high) - low, 0.0)
    return tax


def carry_forward(
    profits: np.ndarray, years: int | None, *, taxed: Sequence[bool] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Losses deductible and taxable profit of each year, losses used oldest first, expiring after some years.

    Args:
        profits: yearly profit before tax, years along the first axis.
        years: how many later years a loss may be deducted in; 0 for none, ``None`` for ever.
        taxed: years that are taxed at all; in a holiday profit uses no losses, and losses age.

    Returns:
        ``deducted`` and ``taxable`` (a loss stays negative, as the printed table shows it).

    Source: COMFAR III reference manual, table 23.

    >>> deducted, taxable = carry_forward(np.array([-200., -80, 20, 130, 200, 300]), 3)
    >>> deducted.tolist(), taxable.tolist()
    ([0.0, 0.0, 20.0, 130.0, 80.0, 0.0], [-200.0, -80.0, 0.0, 0.0, 120.0, 300.0])
    """
    if years is not None and years < 0:
        raise BadInput(
            place=f"loss carry-forward of {years} years", problem="is negative", remedy="Give 0 or more."
        )
    profits = np.asarray(profits, dtype=float)
    n = profits.shape[0]
    losses = np.maximum(-profits, 0.0)
    deducted = np.zeros_like(profits)
    for j in range(n):
        if taxed is not None and not taxed[j]:
            continue
        room = np.maximum(profits[j], 0.0)
        for i in range(0 if years is None else max(0, j - years), j):
            use = np.minimum(losses[i], room)
            losses[i] -= use
            room = room - use
            deducted[j] += use
    return deducted, profits - deducted


def price_factors(
    inflation: Sequence[float], *, escalation: float | Sequence[float] = 0.0, years_to_first: float = 1.0
) -> np.ndarray:
    """Price factors of the years: ``F_1 = 1 + R_1 + ((1+E_1)^e − 1)``, ``F_j = F_{j−1}(1 + R_j + E_j)``.

    Args:
        inflation: general inflation of each year.
        escalation: what the item rises beyond it, one figure or one for each year.
        years_to_first: e, years between the price base and the end of the first year.

    Source: COMFAR III reference manual, inflation and escalation.

    >>> price_factors([.35, .32, .30], escalation=.03, years_to_first=2).round(6).tolist()
    [1.4109, 1.904715, 2.533271]
    """
    r = numbers(inflation, "inflation")
    e = np.broadcast_to(np.asarray(escalation, dtype=float), r.shape)
    steps = 1.0 + r + e
    steps[0] = 1.0 + r[0] + (1.0 + e[0]) ** years_to_first - 1.0
    if np.any(steps <= 0) or not np.all(np.isfinite(steps)):
        raise BadInput(
            place="inflation and escalation",
            problem=mark("together fall by 100 % or more in a year"),
            remedy=mark("Give shares, 0.05 for 5 % a year."),
        )
    return np.cumprod(steps)
