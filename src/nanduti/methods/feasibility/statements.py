"""The printed schedules of a study as frames: a row for each line, a column for each period."""

from __future__ import annotations

import numpy as np
import polars as pl

from nanduti.methods.values.guards import one_of

from .appraisal import class_flows
from .engine import Result
from .indicators import discount_factors, months_from_reference

_STATEMENTS: dict[str, tuple[tuple[str, int], ...]] = {
    "income": (
        ("sales", 1), ("other income", 1), ("variable costs", -1), ("fixed costs", -1), ("depreciation", -1),
        ("costs of finance", -1), ("exchange differences", -1), ("gross profit", 0), ("tax allowances", 0),
        ("losses deducted", 0),
        ("tax", -1), ("net profit", 0), ("dividends", -1), ("retained profit", 0),
    ),
    "cash_flow": (
        ("owners' equity paid in", 1), ("subsidies received", 1), ("loans drawn", 1),
        ("interest added to debt", 1), ("sales", 1), ("other income", 1),
        ("residual value of fixed assets", 1), ("fixed investment", -1), ("pre-production expenditure", -1),
        ("interest of construction", -1), ("increase in net working capital", -1), ("variable costs", -1),
        ("fixed costs", -1), ("costs of finance", -1), ("loan repayments", -1),
        ("debt settled at the end", -1), ("tax", -1), ("dividends", -1), ("surplus", 0),
        ("cumulative cash", 0), ("uncovered deficit", 0), ("automatic equity", 0), ("automatic overdraft", 0),
    ),
    "balance": (
        ("fixed assets", 1), ("current assets", 1), ("cash surplus", 1), ("total assets", 0), ("payables", 1),
        ("debt", 1), ("automatic overdraft", 1), ("uncovered deficit", 1), ("paid-in equity", 1),
        ("revaluation reserve", 1), ("retained profit", 1), ("total liabilities", 0),
    ),
    "discounted_total": (
        ("sales", 1), ("other income", 1), ("residual value of fixed assets", 1), ("fixed investment", -1),
        ("pre-production expenditure", -1), ("increase in net working capital", -1), ("variable costs", -1),
        ("fixed costs", -1), ("tax", -1), ("net cash flow, total capital", 0),
    ),
    "discounted_equity": (
        ("surplus", 1), ("dividends", 1), ("owners' equity paid in", -1), ("net cash return, equity", 0),
    ),
}  # fmt: skip


def statement(result: Result, name: str, run: int = 0) -> pl.DataFrame:
    """One statement: ``income``, ``cash_flow``, ``balance``, ``discounted_total``, ``discounted_equity``,
    ``working_capital``, ``investment``, ``production_costs``, ``production``, ``debt`` or ``shareholders``.

    Column ``line`` names the line, ``sign`` tells how it enters the total (0: a total or a memorandum), then
    one column for each period in the study's unit and currency. The discounted statements end with present
    values and their running sum.

    >>> from nanduti.methods.feasibility import evaluate, read_study
    >>> study = read_study("{name: x, currency: PYG, horizon: {start: 2025-01, construction_periods: 0, "
    ...     "production_years: 1}, discounting: {rate: 0.1}, products: [{name: a, capacity: 2, price: 5}]}")
    >>> statement(evaluate(study), "income").row(0)
    ('sales', 1, 10.0, 0.0)
    """
    one_of(name, (*_STATEMENTS, *_TABLES), "statement")
    if name in _STATEMENTS:
        rows = [(line, sign, result.line(line, run)) for line, sign in _STATEMENTS[name]]
        if name.startswith("discounted"):
            rows += _discounted(result, rows[-1][2], name)
    else:
        rows = [(line, sign, _pick(values, run)) for line, sign, values in _TABLES[name](result)]
    data: dict[str, list] = {"line": [r[0] for r in rows], "sign": [r[1] for r in rows]}
    for j, label in enumerate(result.axis.labels):
        data[label] = [float(r[2][j]) + 0.0 for r in rows]
    return pl.DataFrame(data, schema_overrides={"line": pl.String, "sign": pl.Int64})


def _pick(values: np.ndarray, run: int) -> np.ndarray:
    return values[:, run if values.shape[1] > 1 else 0]


def _discounted(result: Result, flows: np.ndarray, name: str) -> list:
    d = result.study.discounting
    equity = name.endswith("equity") and d.equity_rate is not None
    t = months_from_reference(result.axis.n, months=result.axis.months, reference=d.reference)
    present = flows * discount_factors(d.equity_rate if equity else d.rate, t)
    return [
        ("cumulative net cash flow", 0, np.cumsum(flows)),
        ("present value", 0, present),
        ("cumulative present value", 0, np.cumsum(present)),
    ]


def _working_capital(result: Result) -> list:
    rows = [(k, 1, v) for k, v in result.working_capital.items()]
    names = ("net working capital", "increase in net working capital")
    return rows + [(n, 0, result.lines[n]) for n in names]


def _investment(result: Result) -> list:
    rows = [(k, 1, v) for k, v in result.investments.items()]
    rows.append(("interest of construction", 1, result.lines["interest of construction"]))
    rows.append(("increase in net working capital", 1, result.lines["increase in net working capital"]))
    return [*rows, ("total investment", 0, sum(v for _, _, v in rows))]


def _costs(result: Result) -> list:
    rows = [(k, 1, result.axis.on_production(v)) for k, v in result.costs.produced.items()]
    centres: dict[str, np.ndarray] = {}
    for c in result.study.costs:
        if c.cost_centre:
            centres[c.cost_centre] = centres.get(c.cost_centre, 0.0) + result.axis.on_production(
                result.costs.produced[c.name]
            )
    rows.append(("total costs of products produced", 0, sum(v for _, _, v in rows) if rows else _nil(result)))
    rows += [(f"cost centre {k}", 0, v) for k, v in centres.items()]
    for name, (variable, fixed) in result.costs.by_product.items():
        rows.append((f"operating costs of {name}", 0, result.axis.on_production(variable + fixed)))
    return rows


def _nil(result: Result) -> np.ndarray:
    return np.zeros((result.axis.n, 1))


def _production(result: Result) -> list:
    made, rows = result.programme, []
    for name in made.sold:
        rows += [
            (f"{name}, units sold", 0, result.axis.on_production(made.sold[name])),
            (f"{name}, units produced", 0, result.axis.on_production(made.produced[name])),
            (f"{name}, units in stock", 0, result.axis.on_production(made.stock[name])),
            (f"{name}, sales", 1, result.axis.on_production(made.gross[name])),
            (f"{name}, sales tax", -1, result.axis.on_production(made.tax[name])),
            (f"{name}, subsidy", 1, result.axis.on_production(made.subsidy[name])),
        ]
    return rows


def _debt(result: Result) -> list:
    rows = []
    for name, service in result.loans.items():
        for part in ("drawn", "interest", "fees", "repaid", "capitalised", "closing"):
            rows.append((f"{name}, {part}", 0, getattr(service, part)))
    names = ("loans drawn", "loan repayments", "costs of finance", "debt")
    return rows + [(n, 0, result.lines[n]) for n in names]


def _shareholders(result: Result) -> list:
    """Discounted flows of each class; what is left at the end is part of the net flow."""
    d = result.study.discounting
    t = months_from_reference(result.axis.n, months=result.axis.months, reference=d.reference)
    factors = discount_factors(d.rate if d.equity_rate is None else d.equity_rate, t)[:, None]
    rows = []
    width = max(v.shape[1] for v in result.lines.values())
    by_run = [class_flows(result, run) for run in range(width)]
    for name in by_run[0]:
        flows = np.stack([flows[name] for flows in by_run], axis=1)
        paid = result.cash.paid_in.get(name, _nil(result))
        got = result.cash.dividends[name]
        rows += [
            (f"{name}, paid in", -1, paid),
            (f"{name}, dividends", 1, got),
            (f"{name}, share of net worth", 1, flows + paid - got),
            (f"{name}, net cash return", 0, flows),
            (f"{name}, present value", 0, flows * factors),
            (f"{name}, cumulative present value", 0, np.cumsum(flows * factors, axis=0)),
        ]
    return rows


_TABLES = {
    "working_capital": _working_capital,
    "investment": _investment,
    "production_costs": _costs,
    "production": _production,
    "debt": _debt,
    "shareholders": _shareholders,
}
