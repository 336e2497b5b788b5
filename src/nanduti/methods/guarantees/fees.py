"""Fee tables: what a scheme covers and charges by size of loan and kind of borrower, as data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, Reason, RuleSource, Verdict, counted, mark, no, yes
from nanduti.methods.values.guards import amount, one_of, share

from ._checks import amounts


@dataclass(frozen=True)
class Band:
    """A line of a table: loans up to a size, for some borrowers, at a rate.

    Attributes:
        up_to: largest loan; ``None`` without limit.
        rate: cover share, or fee of a year.
        kinds: kinds of borrower it is for; empty for all.
        has_premium: whether a risk premium may come on top.
    """

    up_to: float | None
    rate: float
    kinds: frozenset[str] = frozenset()
    has_premium: bool = False


@dataclass(frozen=True)
class FeeTable:
    """Cover and fees of a scheme. Bands are read from the top: the first that fits holds.

    Attributes:
        kinds: every kind of borrower the scheme knows.
    """

    name: str
    currency: str
    cover: tuple[Band, ...]
    fees: tuple[Band, ...]
    source: RuleSource
    kinds: frozenset[str] = frozenset()
    most_loan: float | None = None

    def __post_init__(self) -> None:
        for part, bands in (("cover", self.cover), ("fees", self.fees)):
            for n, band in enumerate(bands, start=1):
                share(band.rate, f"{self.name}, {part}, band {n}")
                stray = band.kinds - self.kinds
                if stray:
                    raise BadInput(
                        place=f"{self.name}, {part}, band {n}: {sorted(stray)[0]!r}",
                        problem=mark("is no kind of borrower of the scheme"),
                        remedy=mark("Add it to the kinds, or correct it."),
                    )


_LAKH = 100_000.0
_WOMEN = frozenset({"women", "north_east"})
#: India's trust for micro and small enterprises as published in 2020.
CGTMSE_2020 = FeeTable(
    name="CGTMSE 2020",
    currency="INR",
    kinds=frozenset({"micro", "women", "north_east", "retail"}),
    most_loan=200 * _LAKH,
    cover=(
        Band(None, 0.50, frozenset({"retail"})),
        Band(5 * _LAKH, 0.85, frozenset({"micro"})),
        Band(50 * _LAKH, 0.80, _WOMEN),
        Band(None, 0.75),
    ),
    fees=(
        Band(None, 0.02, frozenset({"retail"})),
        Band(5 * _LAKH, 0.01, has_premium=True),
        Band(50 * _LAKH, 0.0135, _WOMEN | {"micro"}),
        Band(50 * _LAKH, 0.015),
        Band(200 * _LAKH, 0.018),
    ),
    source=RuleSource("Banking Finance, January 2020", "p. 41; CGTMSE scheme document"),
)


@dataclass(frozen=True)
class GuaranteeTerms:
    """What one loan gets: cover, the guaranteed amount, the yearly fee and the fee of the first year."""

    cover_share: float
    guaranteed: float
    yearly_fee: float
    first_fee: float
    source: RuleSource = field(repr=False)


def guarantee_terms(
    loan: float,
    table: FeeTable,
    *,
    kinds: Collection[str] = (),
    risk_premium: float = 0.0,
    fee_on: str = "loan",
) -> GuaranteeTerms:
    """Cover and fee of a loan by the table of a scheme.

    The band of the whole loan holds for all of it; nothing is cut into slices.

    Args:
        loan: amount in the currency of the table.
        kinds: kinds of the borrower, such as ``{"micro", "women"}``.
        risk_premium: added to the fee where the band allows it.
        fee_on: ``loan`` or ``guarantee``: what the fee is a share of.

    Raises:
        CannotBeSaid: the scheme has no band for such a loan.

    >>> t = guarantee_terms(400_000, CGTMSE_2020, kinds={"micro"})
    >>> t.cover_share, t.guaranteed, t.yearly_fee, t.first_fee
    (0.85, 340000.0, 0.01, 4000.0)
    >>> guarantee_terms(4_000_000, CGTMSE_2020, kinds={"women"}).yearly_fee
    0.0135
    """
    size, extra = amount(loan, "loan"), share(risk_premium, "risk premium")
    who = frozenset(kinds)
    for kind in sorted(who):
        one_of(kind, sorted(table.kinds), "kind of borrower")
    one_of(fee_on, ("loan", "guarantee"), "fee on")
    cover, fee = _band(table, "cover", size, who), _band(table, "fees", size, who)
    rate = fee.rate + (extra if fee.has_premium else 0.0)
    guaranteed = cover.rate * size
    base = size if fee_on == "loan" else guaranteed
    return GuaranteeTerms(cover.rate, guaranteed, rate, rate * base, table.source)


def _band(table: FeeTable, part: str, loan: float, who: frozenset[str]) -> Band:
    if table.most_loan is None or loan <= table.most_loan:
        for band in getattr(table, part):
            if (band.up_to is None or loan <= band.up_to) and (not band.kinds or band.kinds & who):
                return band
    raise CannotBeSaid(
        what=f"{part.capitalize()} of a loan of {loan:,.0f} {table.currency}",
        why=f"{table.name} has no band for it",
        remedy=mark("Lower the loan or ask another scheme."),
    )


def fee_schedule(
    balances: Sequence[float], *, yearly_fee: float, cover_share: float = 1.0, entry_fee: float = 0.0
) -> pl.DataFrame:
    """Fees of a guarantee over its life: a share of the balance at the start of each year.

    Args:
        balances: debt at the start of each year.
        cover_share: part that is guaranteed, if the fee is on the guarantee; 1 if it is on the loan.
        entry_fee: share of the first balance, paid once.

    >>> fee_schedule([100, 75, 50, 25], yearly_fee=0.02, entry_fee=0.01)["fee"].round(2).to_list()
    [3.0, 1.5, 1.0, 0.5]
    """
    debt = amounts(balances, "balances")
    rate = share(yearly_fee, "yearly fee") * share(cover_share, "cover share")
    fees = rate * debt
    fees[0] += share(entry_fee, "entry fee") * cover_share * debt[0]
    return pl.DataFrame({"year": range(1, debt.size + 1), "balance": debt, "fee": fees})


def amount_in_default(*, at_default: float, at_claim: float) -> float:
    """What a claim is reckoned on: outstanding at the default or at the claim, the lower of the two.

    Source: CGTMSE scheme document.

    >>> amount_in_default(at_default=100, at_claim=90)
    90.0
    """
    return min(amount(at_default, "outstanding at default"), amount(at_claim, "outstanding at claim"))


@dataclass(frozen=True)
class PortfolioRules:
    """What a portfolio facility admits; the figures are those of the COSME Loan Guarantee Facility."""

    most_loan: float = 1_500_000.0
    least_years: float = 1.0
    most_years: float = 10.0


COSME_SOURCE = RuleSource(
    "COSME Loan Guarantee Facility", "terms as published by its Polish and Italian partners"
)


def portfolio_loan(
    loan: float, term_years: float, *, rules: PortfolioRules | None = None, source: RuleSource = COSME_SOURCE
) -> Verdict:
    """Whether a loan fits a portfolio facility by size and term.

    >>> portfolio_loan(200_000, 5).decision, portfolio_loan(2_000_000, 12).decision
    ('yes', 'no')
    """
    rules = rules or PortfolioRules()
    size, term = amount(loan, "loan"), amount(term_years, "term")
    reasons = []
    if size > rules.most_loan:
        text = mark("The loan of {loan:,.0f} is above the most allowed, {most:,.0f}.")
        reasons.append(Reason("too_large", text, {"loan": size, "most": rules.most_loan}))
    if not rules.least_years <= term <= rules.most_years:
        text = counted(
            term,
            mark("A term of one year is not between {least:g} and {most:g} years."),
            mark("A term of {term:g} years is not between {least:g} and {most:g} years."),
        )
        details = {"term": term, "least": rules.least_years, "most": rules.most_years}
        reasons.append(Reason("term", text, details))
    if reasons:
        return no(*reasons, source=source)
    return yes(Reason("fits", mark("Size and term fit the facility.")), source=source)


CONFIDI_SOURCE = RuleSource(
    "Italian confidi, older law, as told by Fitch Ratings", "special report on confidi"
)


def mutual_fund_may_start(
    n_members: int, capital: float, *, least_members: int = 50, least_capital: float = 26_000.0
) -> Verdict:
    """Whether a mutual fund has the members and the capital that a law asks for; by default the Italian one.

    >>> mutual_fund_may_start(60, 30_000).decision, mutual_fund_may_start(12, 30_000).decision
    ('yes', 'no')
    """
    n, held = amount(n_members, "members"), amount(capital, "capital")
    reasons = []
    if n < least_members:
        text = counted(
            n,
            mark("The fund has one member; {least:g} are needed."),
            mark("The fund has {n:g} members; {least:g} are needed."),
        )
        reasons.append(Reason("members", text, {"n": n, "least": least_members}))
    if held < least_capital:
        text = mark("The fund has a capital of {held:,.0f}; {least:,.0f} are needed.")
        reasons.append(Reason("capital", text, {"held": held, "least": least_capital}))
    if reasons:
        return no(*reasons, source=CONFIDI_SOURCE)
    return yes(Reason("enough", mark("Members and capital suffice.")), source=CONFIDI_SOURCE)
