"""Seasons: the cash of one year month by month, and how much more of it the season asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, mark

from ._checks import numbers
from .axis import Axis
from .engine import Result
from .loans import debt_service
from .operations import Prices
from .study import MARKETING, MATERIALS, Cost, Loan


@dataclass(frozen=True)
class MonthlyCash:
    """Cash of one production year by month.

    Attributes:
        months: a row for each line, a column for each month: receipts, payments, ``flow``, ``cash``.
        lowest: the lowest cash at the end of a month, and ``lowest_month``.
        credit_needed: what a seasonal credit must bridge; 0 where cash never falls below nil.
        closing_difference: cash at the end of the year less that of the yearly plan: the season leaves
            other receivables, stocks and payables at the turn of the year than a level year does.
    """

    months: pl.DataFrame
    lowest: float
    lowest_month: str
    credit_needed: float
    closing_difference: float


def monthly_cash(result: Result, year: str, run: int = 0) -> MonthlyCash:
    """Lay a production year out over its months by the seasons of products and costs.

    Sales are paid ``receivables_days`` after they are made; costs, besides labour, ``payables_days`` after they
    arise; materials are bought their ``coverage_days`` before they are used (days in steps of whole months of
    30 days, parts of a month shared between two). Debt service falls in its months, investment evenly, tax and
    dividends in the last month. In the first year of production nothing is sold before; what a running firm held
    as working capital turns to cash in the first month.

    Args:
        year: label of a full production year.

    Raises:
        BadInput: a season that has not twelve parts or sums to nothing, or a period that is no full year.
    """
    axis = result.axis
    j = axis.index(year, "year")
    if not axis.first_year <= j < axis.production.stop:
        raise BadInput(
            place=f"period {year!r}",
            problem=mark("is no full year of production"),
            remedy=f"Use a year from {axis.labels[axis.first_year]} to {axis.labels[axis.production.stop - 1]}.",
        )
    pick = lambda a: a[:, run if a.shape[1] > 1 else 0]  # noqa: E731
    wc, k = result.study.working_capital, j - axis.production.start
    sales = _sales(result, pick)
    rows = [("receipts from sales", _shifted(sales, k, wc.receivables_days or 0.0))]
    weights = sales / np.maximum(sales.sum(axis=1, keepdims=True), 1e-300)
    weights = np.where(sales.sum(axis=1, keepdims=True) > 0, weights, 1 / 12)
    for cost in result.study.costs:
        rows.append((cost.name, -_paid(cost, result, pick, weights, k)))
    if k == 0 and result.study.opening.working_capital:
        # What the firm held on the first day (what it was owed, less what it owed) turns to cash.
        rows.append(("opening working capital", np.eye(12)[0] * result.study.opening.working_capital))
    rows += _other(result, j, run)
    flow = np.sum([v for _, v in rows], axis=0)
    before = float(result.line("cumulative cash", run)[j - 1]) if j else float(result.study.opening.cash)
    cash = before + np.cumsum(flow)
    names = _month_names(axis, j)
    table = {"line": [n for n, _ in rows] + ["flow", "cash"]}
    for m, name in enumerate(names):
        table[name] = [float(v[m]) for _, v in rows] + [float(flow[m]), float(cash[m])]
    at = int(np.argmin(cash))
    lowest = float(cash[at])
    return MonthlyCash(
        pl.DataFrame(table), lowest, names[at], max(0.0, -lowest),
        float(cash[-1] - result.line("cumulative cash", run)[j]),
    )  # fmt: skip


def _season(parts: Sequence[float], place: str) -> np.ndarray | None:
    if not parts:
        return None
    array = numbers(parts, place)
    if array.size != 12 or np.any(array < 0) or array.sum() == 0:
        raise BadInput(
            place=place,
            problem=mark("has not twelve parts of zero or more"),
            remedy=mark("Give a part of the year for each month; they need not sum to one."),
        )
    return array / array.sum()


def _sales(result: Result, pick) -> np.ndarray:
    """Net sales by production period and month of the year."""
    made = result.programme
    out = np.zeros((result.axis.n_production, 12))
    for p in result.study.products:
        yearly = pick(made.gross[p.name] - made.tax[p.name] + made.subsidy[p.name])
        season = _season(p.season, f"product {p.name!r}, season")
        out += yearly[:, None] * (np.full(12, 1 / 12) if season is None else season)
    return out


def _paid(cost: Cost, result: Result, pick, weights: np.ndarray, k: int) -> np.ndarray:
    yearly = pick(result.costs.produced[cost.name])
    season = _season(cost.season, f"cost {cost.name!r}, season")
    if season is not None:
        used = yearly[:, None] * season
    else:
        v = float(np.atleast_1d(cost.variable_share)[0]) if not cost.per_unit else 1.0
        used = yearly[:, None] * (v * weights + (1 - v) / 12)
    wc = result.study.working_capital
    wages = cost.category in ("labour", "labour_overheads")
    later = 0.0 if wages or cost.category in MARKETING else float(wc.payables_days or 0.0)
    earlier = float(cost.coverage_days or 0.0) if cost.category in MATERIALS else 0.0
    return _shifted(used, k, later - earlier)


def _shifted(by_year: np.ndarray, k: int, days: float) -> np.ndarray:
    """Twelve months of year k of a series moved later by days; beyond the last year the pattern repeats."""
    series = np.concatenate([by_year.ravel(), by_year[-1]])
    whole, part = int(np.floor(days / 30)), days / 30 - np.floor(days / 30)
    at = 12 * k + np.arange(12)

    def take(index: np.ndarray) -> np.ndarray:
        known = (index >= 0) & (index < series.size)
        return np.where(known, series[np.clip(index, 0, series.size - 1)], 0.0)

    flow = (1 - part) * take(at - whole) + part * take(at - whole - 1)
    if k == 0 and days < 0:
        # Stocks for the first months were bought before: their money is due in the first month here.
        before = at - 12
        flow[0] += ((1 - part) * take(before - whole) + part * take(before - whole - 1)).sum()
    return flow


def _other(result: Result, j: int, run: int) -> list[tuple[str, np.ndarray]]:
    even, last = np.full(12, 1 / 12), np.eye(12)[11]
    prices = Prices(result.study, result.axis)
    line = lambda n: float(result.line(n, run)[j])  # noqa: E731
    drawn, served = np.zeros(12), np.zeros(12)
    for loan in result.study.loans:
        rate = float(prices.exchange(loan.currency)[j, 0])
        one, two = _loan_months(loan, result.axis, j, run)
        drawn, served = drawn + rate * one, served + rate * two
    gap = line("loan repayments") + line("costs of finance") - served.sum()
    rows = [
        ("loans drawn", drawn),
        ("debt service", -(served + gap * last)),
        ("equity and subsidies", even * (line("owners' equity paid in") + line("subsidies received"))),
        ("investment", -even * (line("fixed investment") + line("pre-production expenditure"))),
        ("other income", even * line("other income")),
        ("assets sold", last * line("residual value of fixed assets")),
        ("tax", -last * line("tax")),
        ("dividends", -last * line("dividends")),
    ]
    return [(name, values) for name, values in rows if np.any(values)]


def _loan_months(loan: Loan, axis: Axis, j: int, run: int) -> tuple[np.ndarray, np.ndarray]:
    """Drawings and debt service by month of period j; interest is paid with the instalment or at the year's end."""
    n = int(axis.ends[-1])
    build = int(axis.months[: axis.n_construction].sum())
    monthly = replace(
        axis, labels=tuple(map(str, range(n))), months=np.ones(n), n_construction=build,
        n_production=n - build, has_residual=False, n_startup=0,
    )  # fmt: skip
    service = debt_service(replace(loan, capitalise_interest=False), monthly)
    column = lambda a: a[:, run if a.shape[1] > 1 else 0]  # noqa: E731
    start = int(axis.ends[j - 1]) if j else 0
    interest = column(service.interest + service.fees)[start : start + 12]
    repaid, due, owed = column(service.repaid)[start : start + 12], np.zeros(12), 0.0
    for m in range(12):
        owed += interest[m]
        if repaid[m] > 0 or m == 11:
            due[m], owed = owed, 0.0
    return column(service.drawn)[start : start + 12], repaid + due


def _month_names(axis: Axis, j: int) -> list[str]:
    start = axis.first_month + (int(axis.ends[j - 1]) if j else 0)
    return [f"{m // 12}-{m % 12 + 1:02d}" for m in range(start, start + 12)]
