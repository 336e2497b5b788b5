"""Feasibility: whether an investment pays, and what it does to those who put money into it.

A study is a typed document of products, costs, investment, finance and tax, in YAML (:func:`read_study`) or
XLSX (:func:`read_workbook`). :func:`evaluate` runs the whole model in one pass, :func:`statement` prints its
schedules, :func:`appraise` says what it is worth. Formulas follow UNIDO's manual of 1991 and COMFAR III. A deficit
is a line of its own, and what cannot be computed is ``None`` with a reason, never nil.

>>> from nanduti.methods import feasibility
>>> round(feasibility.npv([-100, 60, 60], 0.10), 2)
4.13
"""

from .appraisal import Appraisal, Coverage, Measures, appraise, class_flows, product_break_evens
from .comparison import Increment, incremental, incremental_studies
from .economics import Economics, Shadow, economic_analysis, foreign_exchange_adjustment
from .engine import Result, evaluate
from .equilibrium import Party, PooledProject, Zone, equity_equilibrium, pooled_project, slow_exit
from .exchange import deflate, exchange_flows, nominal_rate, real_measures, real_rate
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
    short_npv,
    wacc,
)
from .loans import DebtService, debt_service
from .ownership import Negotiation, Offer, Path, Side, negotiate
from .pictures import break_even_picture, cumulative_cash_picture, risk_picture, tornado_picture
from .ratios import ratios
from .reading import read_study
from .risk import Risk, Uncertain, monte_carlo
from .rules import carry_forward, depreciation, graduated_tax, price_factors
from .seasons import MonthlyCash, monthly_cash
from .statements import statement
from .study import (
    Cost,
    Currency,
    Depreciation,
    Discounting,
    Dividends,
    Equity,
    Horizon,
    Investment,
    Loan,
    Opening,
    OpeningAsset,
    Product,
    Revaluation,
    Study,
    Tax,
    WorkingCapital,
)
from .variation import GoalSeek, goal_seek, scenarios, sensitivity, tornado, vary
from .workbook import workbook_template, write_workbook
from .workbook_reading import read_workbook

__all__ = [
    "Appraisal",
    "BreakEven",
    "Cost",
    "Coverage",
    "Currency",
    "DebtService",
    "Depreciation",
    "Discounting",
    "Dividends",
    "Economics",
    "Equity",
    "GoalSeek",
    "Horizon",
    "Increment",
    "InternalRate",
    "Investment",
    "Loan",
    "Measures",
    "MonthlyCash",
    "Negotiation",
    "Offer",
    "Opening",
    "OpeningAsset",
    "Party",
    "Path",
    "Payback",
    "PooledProject",
    "Product",
    "ProductBreakEven",
    "Result",
    "Revaluation",
    "Risk",
    "Shadow",
    "Side",
    "Study",
    "Tax",
    "Uncertain",
    "WorkingCapital",
    "Zone",
    "appraise",
    "break_even",
    "break_even_picture",
    "carry_forward",
    "class_flows",
    "cumulative_cash_picture",
    "debt_service",
    "debt_service_coverage",
    "deflate",
    "depreciation",
    "economic_analysis",
    "equity_equilibrium",
    "evaluate",
    "exchange_flows",
    "foreign_exchange_adjustment",
    "goal_seek",
    "graduated_tax",
    "incremental",
    "incremental_studies",
    "irr",
    "loan_life_coverage",
    "mirr",
    "monte_carlo",
    "monthly_cash",
    "negotiate",
    "nominal_rate",
    "npv",
    "npv_ratio",
    "payback",
    "pooled_project",
    "price_factors",
    "product_break_even",
    "product_break_evens",
    "ratios",
    "read_study",
    "read_workbook",
    "real_measures",
    "real_rate",
    "risk_picture",
    "scenarios",
    "sensitivity",
    "short_npv",
    "slow_exit",
    "statement",
    "tornado",
    "tornado_picture",
    "vary",
    "wacc",
    "workbook_template",
    "write_workbook",
]
