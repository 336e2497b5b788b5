"""Foreign exchange and price levels: what a study earns and spends abroad, and its flows in real terms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, mark

from ._checks import numbers, rate_above_minus_one
from .appraisal import Measures, measures
from .engine import Result
from .operations import Prices


def exchange_flows(result: Result, run: int = 0) -> pl.DataFrame:
    """Cash flow for planning split into foreign and local money, in the study's currency.

    Foreign is what is sold for export or priced in another currency, what is marked of foreign origin, and
    loans and equity from abroad. Inflows are positive. ``net`` is the sum; ``cumulative`` its running sum:
    below nil the study draws on the country's foreign exchange. Working capital, tax and dividends to owners of
    local origin are local.

    Columns: ``line``, ``money`` (``foreign``, ``local``), then one for each period.

    Source: COMFAR III reference manual, cash flow for financial planning (total, foreign, local).

    >>> from nanduti.methods.feasibility import evaluate, read_study
    >>> r = evaluate(read_study("{name: x, currency: PYG, horizon: {start: 2025-01, construction_periods: 0, "
    ...     "production_years: 1}, discounting: {rate: 0.1}, products: [{name: a, capacity: 2, price: 5, "
    ...     "market: export}], costs: [{name: b, amount: 4, category: labour}]}"))
    >>> exchange_flows(r).filter(pl.col("line") == "net")["2025"].to_list()
    [10.0, -4.0]
    """
    axis = result.axis
    rows: dict[tuple[str, str], np.ndarray] = {}
    for line, foreign, flow in _parts(result, run):
        key = (line, "foreign" if foreign else "local")
        rows[key] = rows.get(key, np.zeros(axis.n)) + flow
    # What the parts leave of the surplus (working capital, stocks, tax) is local.
    rest = result.line("surplus", run) - sum(rows.values())
    rows[("working capital, tax and other", "local")] = rest
    for money in ("foreign", "local"):
        net = sum((v for (_, m), v in rows.items() if m == money), np.zeros(axis.n))
        rows[("net", money)] = net
    for money in ("foreign", "local"):
        rows[("cumulative", money)] = np.cumsum(rows[("net", money)])
    table = [(line, money, *map(float, flow)) for (line, money), flow in rows.items()]
    schema = {"line": pl.String, "money": pl.String} | dict.fromkeys(axis.labels, pl.Float64)
    return pl.DataFrame(table, schema=schema, orient="row")


def _parts(result: Result, run: int):
    study, axis = result.study, result.axis
    prices = Prices(study, axis)
    pick = lambda a: a[:, run if a.shape[1] > 1 else 0]  # noqa: E731

    def over(values: np.ndarray) -> np.ndarray:
        out = np.zeros(axis.n)
        out[axis.production] = pick(values)
        return out

    def abroad(currency: str | None) -> bool:
        return currency not in (None, study.currency)

    made = result.programme
    for p in study.products:
        net = over(made.gross[p.name] - made.tax[p.name] + made.subsidy[p.name])
        yield "sales", p.market == "export" or abroad(p.currency), net
    for c in study.costs:
        yield "costs", c.origin == "foreign" or abroad(c.currency), -over(result.costs.produced[c.name])
    for item in study.investments:
        spent = pick(result.investments[item.name])
        yield "investment", item.origin == "foreign" or abroad(item.currency), -spent
    for loan in study.loans:
        s, rate = result.loans[loan.name], prices.exchange(loan.currency)
        foreign = loan.origin == "foreign" or abroad(loan.currency)
        yield "loans drawn", foreign, pick(s.drawn * rate)
        yield "debt service", foreign, -pick((s.repaid + s.interest + s.fees - s.capitalised) * rate)
    for e in study.equity:
        paid = result.cash.paid_in.get(e.name)
        if paid is None:
            paid = axis.lay(e.amounts, f"source of equity {e.name!r}")
        foreign = e.origin == "foreign"
        yield "equity", foreign, pick(paid)
        if e.name in result.cash.dividends:
            yield "dividends", foreign, -pick(result.cash.dividends[e.name])


def real_rate(nominal: float, inflation: float) -> float:
    """Rate in constant prices: ``(1 + nominal)/(1 + inflation) − 1``.

    Source: I. Fisher, *The Theory of Interest* (1930).

    >>> round(real_rate(0.155, 0.05), 6)
    0.1
    """
    above = rate_above_minus_one(inflation, "inflation")
    return (1 + rate_above_minus_one(nominal, "nominal rate")) / (1 + above) - 1


def nominal_rate(real: float, inflation: float) -> float:
    """Rate in current prices: ``(1 + real)(1 + inflation) − 1``.

    >>> round(nominal_rate(0.1, 0.05), 6)
    0.155
    """
    above = rate_above_minus_one(inflation, "inflation")
    return (1 + rate_above_minus_one(real, "real rate")) * (1 + above) - 1


def deflate(
    flows: Sequence[float], inflation: Sequence[float], *, months: float | Sequence[float] = 12
) -> np.ndarray:
    """Flows in prices of the start of the first period.

    Args:
        flows: in current prices, at the end of each period.
        inflation: of each year from the start; the last figure repeats. Within a year prices rise evenly.

    >>> deflate([110, 121], [0.10]).round(6).tolist()
    [100.0, 100.0]
    """
    a, r = numbers(flows, "cash flows"), numbers(inflation, "inflation")
    if np.any(r <= -1):
        raise BadInput(
            place="inflation",
            problem=mark("falls by 100 % or more"),
            remedy=mark("Give shares, 0.05 for 5 % a year."),
        )
    years = np.cumsum(np.broadcast_to(np.asarray(months, dtype=float), a.shape)) / 12.0
    n = int(np.ceil(years[-1] - 1e-9))
    steps = np.log1p(np.append(r[:n], np.full(max(0, n - r.size), r[-1])))
    level = np.concatenate([[0.0], np.cumsum(steps)])
    return a * np.exp(-np.interp(years, np.arange(n + 1), level))


def real_measures(result: Result, line: str = "net cash flow, total capital", run: int = 0) -> Measures:
    """Measures of a line in constant prices, the discount rate of the study taken as a real one.

    The study's own measures discount current prices at a nominal rate. Where inflation is steady and the real
    rate is :func:`real_rate` of the nominal one, both give one net present value but for a year of inflation of
    the reference date.
    """
    inflation = result.study.inflation or (0.0,)
    flows = deflate(result.line(line, run), inflation, months=result.axis.months)
    d = result.study.discounting
    equity = line.endswith("equity") and d.equity_rate is not None
    return measures(result, flows, d.equity_rate if equity else d.rate, None)
