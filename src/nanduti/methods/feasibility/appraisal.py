"""What a computed study is worth: measures for total capital, equity and each shareholder class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanduti.methods.values import BadInput, CannotBeSaid, mark

from .engine import Result
from .finance import OLD_OWNERS
from .indicators import (
    BreakEven,
    InternalRate,
    Payback,
    ProductBreakEven,
    break_even,
    debt_service_coverage,
    irr,
    loan_life_coverage,
    mirr,
    npv,
    npv_ratio,
    payback,
    product_break_even,
)
from .operations import Prices


@dataclass(frozen=True)
class Measures:
    """Measures of one series of net cash flows, in the study's unit and currency.

    A measure that cannot be said is ``None``, and ``why`` says the reason under its name.
    """

    flows: tuple[float, ...]
    npv: float
    irr: InternalRate
    mirr: float | None
    payback: Payback
    dynamic_payback: Payback
    npv_ratio: float | None
    why: dict[str, str]


@dataclass(frozen=True)
class Coverage:
    """Debt-service coverage: by period (``None`` without debt service), its minimum, and the LLCR."""

    dscr: dict[str, float | None]
    minimum: float | None
    llcr: float | None
    why: str = ""


@dataclass(frozen=True)
class Appraisal:
    """All measures of a study.

    Attributes:
        present_value_of_investment: Σ (fixed investment + pre-production + ΔNWC)/f, without what the
            residual year gives back.
        break_even: by production year with cost of finance; ``break_even_operating`` without.
        classes: measures of each shareholder class: dividends and share of the net worth at the end.
    """

    total: Measures
    equity: Measures
    classes: dict[str, Measures]
    present_value_of_investment: float
    break_even: dict[str, BreakEven]
    break_even_operating: dict[str, BreakEven]
    coverage: Coverage
    notices: tuple[str, ...]


def appraise(result: Result, run: int = 0) -> Appraisal:
    """All measures of a computed study.

    Source: COMFAR III reference manual, discounted cash flow, ratios, break-even; UNIDO 1991, X-9 to X-11.
    """
    d = result.study.discounting
    equity_rate = d.rate if d.equity_rate is None else d.equity_rate
    invested = sum(
        result.line(n, run)
        for n in ("fixed investment", "pre-production expenditure", "increase in net working capital")
    )
    if result.axis.has_residual:
        invested = np.append(invested[:-1], 0.0)
    pvi = npv(invested, d.rate, months=result.axis.months, reference=d.reference)
    total = measures(result, result.line("net cash flow, total capital", run), d.rate, pvi)
    equity_flows = result.line("net cash return, equity", run)
    paid = npv(
        result.line("owners' equity paid in", run),
        equity_rate,
        months=result.axis.months,
        reference=d.reference,
    )
    classes = {k: measures(result, v, equity_rate, None) for k, v in class_flows(result, run).items()}
    return Appraisal(
        total,
        measures(result, equity_flows, equity_rate, paid),
        classes,
        pvi,
        _break_even(result, run, finance=True),
        _break_even(result, run, finance=False),
        coverage(result, run),
        result.notices,
    )


def measures(result: Result, flows: np.ndarray, rate: float, invested: float | None) -> Measures:
    """Measures of one series of flows on the time axis of the study."""
    d, months = result.study.discounting, result.axis.months
    value = npv(flows, rate, months=months, reference=d.reference)
    found = irr(flows, months=months)
    why = {"irr": found.warning} if found.warning else {}
    modified = None
    gain = found.rate if d.reinvestment is None else d.reinvestment
    cost = found.rate if d.borrowing is None else d.borrowing
    if gain is None or cost is None:
        why["mirr"] = mark("The modified rate needs a reinvestment and a borrowing rate here.")
    else:
        try:
            modified = mirr(flows, reinvestment=gain, borrowing=cost, months=months)
        except CannotBeSaid as error:
            why["mirr"] = str(error)
    ratio = None if invested is None else npv_ratio(value, invested)
    if ratio is None:
        why["npv_ratio"] = mark("There is no discounted investment to compare with.")
    return Measures(
        tuple(float(x) for x in flows),
        value,
        found,
        modified,
        payback(flows, months=months),
        payback(flows, rate=rate, months=months),
        ratio,
        why,
    )


def class_flows(result: Result, run: int = 0) -> dict[str, np.ndarray]:
    """Flows of each shareholder class: ``−equity + dividends + refund and share of net worth`` at the end.

    Preference capital is refunded at its nominal value first, as far as the net worth reaches; the rest
    belongs to ordinary and joint-venture capital by paid-in amount. In a firm that runs already those who
    paid in before the study are a class of their own, and what the firm held is part of the net worth.
    Source: COMFAR III reference manual.
    """
    column = lambda a: a[:, run if a.shape[1] > 1 else 0]  # noqa: E731
    parts = ("paid-in equity", "revaluation reserve", "retained profit")
    worth = max(0.0, float(sum(result.line(p, run)[-1] for p in parts)))
    kinds = {e.name: e.kind for e in result.study.equity} | {OLD_OWNERS: "ordinary"}
    paid = {n: column(v) for n, v in result.cash.paid_in.items()}
    capital = {n: float(v.sum()) for n, v in paid.items()}
    if result.study.opening.paid_in_equity:
        paid[OLD_OWNERS] = np.zeros(result.axis.n)
        capital[OLD_OWNERS] = float(result.study.opening.paid_in_equity)
    preferred = sum(v for n, v in capital.items() if kinds[n] == "preference")
    refund = min(worth, preferred)
    ordinary = sum(v for n, v in capital.items() if kinds[n] != "preference")
    out = {}
    for name, amounts in paid.items():
        flows = column(result.cash.dividends[name]) - amounts
        if kinds[name] == "preference":
            share = refund * capital[name] / preferred if preferred else 0.0
        else:
            share = (worth - refund) * capital[name] / ordinary if ordinary else 0.0
        flows = flows.copy()
        flows[-1] += share
        out[name] = flows
    return out


def _break_even(result: Result, run: int, *, finance: bool) -> dict[str, BreakEven]:
    out = {}
    for j in range(result.axis.production.start, result.axis.production.stop):
        get = lambda n, j=j: max(0.0, float(result.line(n, run)[j]))  # noqa: E731
        out[result.axis.labels[j]] = break_even(
            sales=get("sales"),
            variable=get("variable costs"),
            fixed=get("fixed costs") + get("depreciation"),
            interest=get("costs of finance") if finance else 0.0,
        )
    return out


def product_break_evens(result: Result, year: str, run: int = 0) -> dict[str, ProductBreakEven]:
    """Break-even of each product in a year: volume at its price, price at its volume.

    Costs that serve all products are shared by nominal value made, marketing and depreciation by sales.
    Source: COMFAR III reference manual, break-even per product.

    Raises:
        BadInput: the period is no period of production.
    """
    axis, made = result.axis, result.programme
    j = axis.index(year, "year")
    k = j - axis.production.start
    if not 0 <= k < axis.n_production:
        raise BadInput(
            place=f"period {year!r}",
            problem=mark("is no period of production"),
            remedy=mark("Choose a year in which it produces."),
        )
    at = lambda a: float(a[k, run if a.shape[1] > 1 else 0])  # noqa: E731
    net = {p: at(made.gross[p] - made.tax[p] + made.subsidy[p]) for p in made.gross}
    total = sum(net.values())
    shared_fixed = at(result.costs.marketing_fixed) + float(result.line("depreciation", run)[j])
    shared_variable = at(result.costs.marketing_variable)
    out = {}
    for name, (variable, fixed) in result.costs.by_product.items():
        sold, units = at(made.sold[name]), at(made.produced[name])
        part = net[name] / total if total else 0.0
        if sold <= 0 or units <= 0:
            out[name] = ProductBreakEven(None, None, mark("Nothing is sold: no price breaks even."))
            continue
        each = at(variable) / units + shared_variable * part / sold
        burden = at(fixed) / units * sold + shared_fixed * part
        out[name] = product_break_even(
            volume=sold, price=net[name] / sold, variable_per_unit=each, fixed=burden
        )
    return out


def coverage(result: Result, run: int = 0) -> Coverage:
    """Debt-service coverage in production, its minimum, and loan-life coverage at the start of production.

    The surplus is before dividends, so that a generous dividend does not look like a weak project. LLCR
    discounts at the average interest of the debt over the loan's life.
    """
    production = result.axis.production
    get = lambda n: result.line(n, run)[production]  # noqa: E731
    repaid, interest = get("loan repayments"), get("costs of finance")
    surplus = get("surplus") + get("dividends") - get("loans drawn") - get("owners' equity paid in")
    surplus = surplus - get("subsidies received")
    labels = result.axis.labels[production]
    ratios = {
        label: debt_service_coverage(surplus=float(s), repayment=float(r), interest=float(i))
        for label, s, r, i in zip(labels, surplus, repaid, interest, strict=True)
    }
    known = [v for v in ratios.values() if v is not None]
    if not known:
        return Coverage(ratios, None, None, mark("There is no debt to serve."))
    debt = result.line("debt", run)
    opening = float(debt[production.start - 1]) if production.start else _debt_before(result)
    years = np.flatnonzero(repaid + interest > 0)
    last = int(years[-1]) + 1
    cash = (surplus + repaid + interest)[:last]
    if opening <= 0:
        return Coverage(ratios, min(known), None, mark("No debt is owed when production starts."))
    balances = np.concatenate([[opening], debt[production][: last - 1]])
    rate = float(interest[:last].sum() / balances.sum())
    return Coverage(ratios, min(known), loan_life_coverage(cash=cash, debt=opening, rate=rate))


def _debt_before(result: Result) -> float:
    """Debt of a firm that runs already, on the day the study starts."""
    prices = Prices(result.study, result.axis)
    return sum(float(x.opening * prices.exchange(x.currency)[0, 0]) for x in result.study.loans)
