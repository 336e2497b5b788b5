"""Ratios of a computed study by production year; null where a ratio has no meaning."""

from __future__ import annotations

import numpy as np
import polars as pl

from .engine import Result

# Ratio → (lines above, lines below); a ratio is null where what stands below is not above zero.
_RATIOS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "net profit to sales": (("net profit",), ("sales",)),
    "net profit to paid-in equity": (("net profit",), ("paid-in equity",)),
    "profit before interest to total assets": (("gross profit", "costs of finance"), ("total assets",)),
    "debt to equity": (
        ("debt", "automatic overdraft", "uncovered deficit"),
        ("paid-in equity", "retained profit", "revaluation reserve"),
    ),
    "current assets and cash to payables": (("current assets", "cash surplus"), ("payables",)),
    "profit before interest to interest": (("gross profit", "costs of finance"), ("costs of finance",)),
    "sales to total assets": (("sales",), ("total assets",)),
    "sales to fixed assets": (("sales",), ("fixed assets",)),
    "sales to net working capital": (("sales",), ("net working capital",)),
    "operating costs to sales": (("variable costs", "fixed costs"), ("sales",)),
    "equity to total liabilities": (
        ("paid-in equity", "retained profit", "revaluation reserve"),
        ("total liabilities",),
    ),
}


def ratios(result: Result, run: int = 0) -> pl.DataFrame:
    """Ratios by production year: a row for each ratio, a column for each year.

    A ratio that cannot be formed (no sales, no debt service, equity used up) is null, never nil.
    Source: COMFAR III reference manual, ratios (which prints 0 there).

    >>> from nanduti.methods.feasibility import evaluate, read_study
    >>> study = read_study("{name: x, currency: PYG, horizon: {start: 2025-01, construction_periods: 0, "
    ...     "production_years: 1}, discounting: {rate: 0.1}, products: [{name: a, capacity: 2, price: 5}]}")
    >>> ratios(evaluate(study)).rows()[:2]
    [('net profit to sales', 1.0), ('net profit to paid-in equity', None)]
    """
    production = result.axis.production
    rows = []
    for name, (above, below) in _RATIOS.items():
        top = sum(result.line(n, run)[production] for n in above)
        base = sum(result.line(n, run)[production] for n in below)
        whole = base > 1e-9
        values = np.where(whole, top / np.where(whole, base, 1.0), np.nan)
        rows.append((name, *(None if np.isnan(v) else float(v) for v in values)))
    labels = result.axis.labels[production]
    schema = {"ratio": pl.String} | dict.fromkeys(labels, pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")
