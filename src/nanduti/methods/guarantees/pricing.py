"""Leverage, price and capital of a fund in one year: the closed formulas."""

from __future__ import annotations

from dataclasses import dataclass

from nanduti.methods.values import BadInput, CannotBeSaid, mark
from nanduti.methods.values.guards import amount, share


@dataclass(frozen=True)
class Terms:
    """What a fund earns and loses in a year, as shares of outstanding guarantees unless said otherwise.

    Attributes:
        fee: yearly fee (φ).
        claim_rate: guarantees called in a year (d).
        recovery_share: part of a claim that is recovered (ρ).
        operating_cost: cost of running the fund (o).
        yield_rate: what own funds earn in a year, share of own funds (y).
    """

    fee: float
    claim_rate: float
    recovery_share: float = 0.0
    operating_cost: float = 0.0
    yield_rate: float = 0.0

    def __post_init__(self) -> None:
        for name in ("fee", "claim_rate", "recovery_share", "operating_cost"):
            share(getattr(self, name), name)
        amount(self.yield_rate, "yield_rate")

    @property
    def net_loss(self) -> float:
        """Expected loss after recovery, a share of outstanding guarantees."""
        return self.claim_rate * (1 - self.recovery_share)


@dataclass(frozen=True)
class YearOfFund:
    """Change of own funds over a year, line by line."""

    fees: float
    yields: float
    entry: float
    net_claims: float
    operating_cost: float

    @property
    def change(self) -> float:
        """``ΔE = φG + yE + entry − d(1−ρ)G − oG``."""
        return self.fees + self.yields + self.entry - self.net_claims - self.operating_cost


def outstanding_guarantees(loans: float, cover_share: float) -> float:
    """``G = c·L``.

    >>> outstanding_guarantees(1000, 0.8)
    800.0
    """
    return amount(loans, "loans") * share(cover_share, "cover share")


def leverage(guarantees: float, own_funds: float) -> float:
    """Outstanding guarantees for each unit of own funds, ``λ = G/E``.

    European mutual schemes at the end of 2005: 47,205 over 4,532 million euro (AECM, Santiago 2007).

    Raises:
        CannotBeSaid: the fund has no own funds.

    >>> round(leverage(47_205, 4_532), 2)
    10.42
    """
    if amount(own_funds, "own funds") == 0:
        raise CannotBeSaid(
            what="Leverage", why="the fund has no own funds", remedy="Enter the own funds of that date."
        )
    return amount(guarantees, "guarantees") / own_funds


def year_of_fund(terms: Terms, *, guarantees: float, own_funds: float, entry: float = 0.0) -> YearOfFund:
    """One year of a fund with steady guarantees.

    >>> year_of_fund(Terms(0.02, 0.03, 0.4, 0.01, 0.05), guarantees=800, own_funds=100).change.__round__(6)
    -1.4
    """
    g, e = amount(guarantees, "guarantees"), amount(own_funds, "own funds")
    return YearOfFund(
        terms.fee * g,
        terms.yield_rate * e,
        amount(entry, "entry"),
        terms.net_loss * g,
        terms.operating_cost * g,
    )


def break_even_fee(terms: Terms, *, at_leverage: float) -> float:
    """Fee at which own funds neither grow nor shrink: ``φ* = d(1−ρ) + o − y/λ``; never below nil.

    >>> round(break_even_fee(Terms(0.0, 0.03, 0.4, 0.01, 0.05), at_leverage=8), 5)
    0.02175
    """
    if amount(at_leverage, "leverage") == 0:
        raise CannotBeSaid(
            what="The break-even fee",
            why="nothing is guaranteed",
            remedy="Give the leverage the fund is to work at.",
        )
    return max(0.0, terms.net_loss + terms.operating_cost - terms.yield_rate / at_leverage)


@dataclass(frozen=True)
class SustainableLeverage:
    """The leverage up to which yields pay what fees do not; ``None`` if fees pay everything."""

    leverage: float | None
    reason: str = ""


def sustainable_leverage(terms: Terms) -> SustainableLeverage:
    """``λ_max = y/(d(1−ρ) + o − φ)`` where fees do not cover losses and costs.

    >>> sustainable_leverage(Terms(0.02, 0.03, 0.4, 0.01, 0.05)).leverage.__round__(4)
    6.25
    >>> sustainable_leverage(Terms(0.05, 0.03, 0.4, 0.01, 0.05)).reason
    'Fees cover losses and costs: price sets no limit; capital does.'
    """
    gap = terms.net_loss + terms.operating_cost - terms.fee
    if gap <= 1e-15:
        return SustainableLeverage(
            None, mark("Fees cover losses and costs: price sets no limit; capital does.")
        )
    text = "" if terms.yield_rate else mark("Own funds earn nothing: every guarantee eats capital.")
    return SustainableLeverage(terms.yield_rate / gap, text)


def capital_adequacy(*, own_funds: float, guarantees: float, risk_weight: float = 1.0) -> float | None:
    """``CAR = E/(w·G)``; ``None`` where nothing is at risk.

    >>> capital_adequacy(own_funds=80, guarantees=1000)
    0.08
    """
    at_risk = amount(risk_weight, "risk weight") * amount(guarantees, "guarantees")
    return amount(own_funds, "own funds") / at_risk if at_risk > 0 else None


def leverage_limit(*, least_car: float, risk_weight: float = 1.0) -> float:
    """Leverage that a least capital adequacy allows, ``1/(w·CAR_min)``.

    >>> leverage_limit(least_car=0.08), round(leverage_limit(least_car=0.06), 1)
    (12.5, 16.7)
    """
    if share(least_car, "least capital adequacy") == 0 or amount(risk_weight, "risk weight") == 0:
        raise CannotBeSaid(
            what="A leverage limit",
            why="no capital is asked for",
            remedy="Give the least ratio, such as 0.08, and a risk weight above zero.",
        )
    return 1.0 / (risk_weight * least_car)


@dataclass(frozen=True)
class CappedPortfolio:
    """A capped portfolio guarantee: the most that is paid, and finance for each unit of that cap."""

    most_paid: float
    finance_per_unit: float


def capped_portfolio(*, loans: float, cover_share: float, cap_share: float) -> CappedPortfolio:
    """Most payout ``L·g·k`` and finance for each unit of the cap ``1/(g·k)``.

    Half of each loss up to 20 % of the portfolio (the COSME facility) makes ten.

    >>> capped_portfolio(loans=1000, cover_share=0.5, cap_share=0.2)
    CappedPortfolio(most_paid=100.0, finance_per_unit=10.0)
    """
    part = share(cover_share, "cover share") * share(cap_share, "cap share")
    if part == 0:
        raise CannotBeSaid(
            what="Finance for each unit of the cap",
            why="nothing is covered",
            remedy="Give cover and cap above zero.",
        )
    return CappedPortfolio(amount(loans, "loans") * part, 1.0 / part)


def additionality(*, refused_without: int, guaranteed: int) -> float | None:
    """Share of guaranteed loans that the bank would have refused; ``None`` if there are none.

    Source: European Commission, BEST report no. 3 (2006), indicators of guarantee schemes.

    >>> additionality(refused_without=30, guaranteed=40), additionality(refused_without=0, guaranteed=0)
    (0.75, None)
    """
    if amount(refused_without, "refused loans") > amount(guaranteed, "guaranteed loans"):
        raise BadInput(
            place=f"{refused_without} refused of {guaranteed} guaranteed loans",
            problem=mark("are more than there are"),
            remedy=mark("Count only guaranteed loans."),
        )
    return refused_without / guaranteed if guaranteed else None
