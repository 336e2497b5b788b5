"""Feasibility: whether an investment pays, and what it does to those who put money into it.

A study is a typed document of products, costs, investment, finance and tax, in YAML (:func:`read_study`) or
XLSX (:func:`read_workbook`). :func:`evaluate` runs the whole model in one pass, :func:`statement` prints its
schedules, :func:`appraise` says what it is worth. Formulas follow UNIDO's manual of 1991 and COMFAR III. A deficit
is a line of its own, and what cannot be computed is ``None`` with a reason, never nil.

>>> from nanduti.methods import feasibility
>>> round(feasibility.npv([-100, 60, 60], 0.10), 2)
4.13
"""

from .appraisal import Appraisal, Coverage, Measures, appraise, class_flows
from .comparison import Increment, incremental, incremental_studies
from .economics import Economics, Shadow, economic_analysis, foreign_exchange_adjustment
from .engine import Result, evaluate
from .equilibrium import Party, PooledProject, Zone, equity_equilibrium, pooled_project, slow_exit
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
    wacc,
)
from .loans import DebtService, debt_service
from .ratios import ratios
from .reading import read_study
from .risk import Risk, Uncertain, monte_carlo
from .rules import carry_forward, depreciation, graduated_tax, price_factors
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
    "Opening",
    "OpeningAsset",
    "Party",
    "Payback",
    "PooledProject",
    "Product",
    "ProductBreakEven",
    "Result",
    "Revaluation",
    "Risk",
    "Shadow",
    "Study",
    "Tax",
    "Uncertain",
    "WorkingCapital",
    "Zone",
    "appraise",
    "break_even",
    "carry_forward",
    "class_flows",
    "debt_service",
    "debt_service_coverage",
    "depreciation",
    "economic_analysis",
    "equity_equilibrium",
    "evaluate",
    "foreign_exchange_adjustment",
    "goal_seek",
    "graduated_tax",
    "incremental",
    "incremental_studies",
    "irr",
    "loan_life_coverage",
    "mirr",
    "monte_carlo",
    "npv",
    "npv_ratio",
    "payback",
    "pooled_project",
    "price_factors",
    "product_break_even",
    "ratios",
    "read_study",
    "read_workbook",
    "scenarios",
    "sensitivity",
    "slow_exit",
    "statement",
    "tornado",
    "vary",
    "wacc",
    "workbook_template",
    "write_workbook",
]
