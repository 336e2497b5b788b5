"""Guarantees: what a mutual guarantee fund costs, how far its money reaches, and how safe it is.

Members pay into a common fund that covers part of each member's bank loan. The closed formulas (leverage,
break-even fee, capital) answer for one year; loss distributions and simulation say how likely ruin is.
Shares and rates are of a year and of outstanding guarantees unless said otherwise.

>>> from nanduti.methods import guarantees
>>> round(guarantees.leverage(47_205, 4_532), 2)
10.42
"""

from .claims import LossSplit, MemberCalls, claim_cash, member_calls, portfolio_payout, split_loss
from .fees import (
    CGTMSE_2020,
    Band,
    FeeTable,
    GuaranteeTerms,
    PortfolioRules,
    amount_in_default,
    fee_schedule,
    guarantee_terms,
    mutual_fund_may_start,
    portfolio_loan,
)
from .indicators import Performance, loss_picture, performance
from .losses import (
    Concentration,
    LossDistribution,
    concentration,
    loss_distribution,
    portfolio_losses,
    vasicek_quantile,
)
from .machines import LenderRules, MachineLoan, machine_loan
from .pricing import (
    CappedPortfolio,
    SustainableLeverage,
    Terms,
    YearOfFund,
    additionality,
    break_even_fee,
    capital_adequacy,
    capped_portfolio,
    leverage,
    leverage_limit,
    outstanding_guarantees,
    sustainable_leverage,
    year_of_fund,
)
from .simulation import FundRisk, project_fund, simulate_fund

__all__ = [
    "CGTMSE_2020",
    "Band",
    "CappedPortfolio",
    "Concentration",
    "FeeTable",
    "FundRisk",
    "GuaranteeTerms",
    "LenderRules",
    "LossDistribution",
    "LossSplit",
    "MachineLoan",
    "MemberCalls",
    "Performance",
    "PortfolioRules",
    "SustainableLeverage",
    "Terms",
    "YearOfFund",
    "additionality",
    "amount_in_default",
    "break_even_fee",
    "capital_adequacy",
    "capped_portfolio",
    "claim_cash",
    "concentration",
    "fee_schedule",
    "guarantee_terms",
    "leverage",
    "leverage_limit",
    "loss_distribution",
    "loss_picture",
    "machine_loan",
    "member_calls",
    "mutual_fund_may_start",
    "outstanding_guarantees",
    "performance",
    "portfolio_loan",
    "portfolio_losses",
    "portfolio_payout",
    "project_fund",
    "simulate_fund",
    "split_loss",
    "sustainable_leverage",
    "vasicek_quantile",
    "year_of_fund",
]
