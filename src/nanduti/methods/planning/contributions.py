"""What stakeholders contribute, in cash and in kind, valued; and the local share over time.

Box 4 of the implementation module asks stakeholders for resources that are "not only financial": time,
premises, equipment, knowledge. Only what is valued can be added; what is not valued is counted beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from nanduti.methods.values import BadInput, Money, Period, RuleSource, Share

SOURCE = RuleSource("UNIDO cluster development training kit, module Implementation", "box 4")
KINDS = ("cash", "fee", "time", "premises", "equipment", "knowledge", "logistics")
#: What comes as money; a fee is what those pay who take part.
IN_CASH = frozenset({"cash", "fee"})


@dataclass(frozen=True)
class Contribution:
    """Something given or promised to an activity.

    Attributes:
        contributor: code of who gives.
        kind: one of ``KINDS``.
        is_local: whether the giver is a stakeholder of the cluster and not the programme or a donor.
        amount: its value; ``None`` if nobody has valued it.
        given_on: the day; ``None`` if not known.
    """

    contributor: str
    kind: str
    is_local: bool
    amount: Money | None = None
    given_on: date | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadInput(
                place=f"kind {self.kind!r}",
                problem="is not a kind of contribution",
                remedy=f"Use one of {', '.join(KINDS)}.",
            )
        if self.amount is not None and self.amount.amount < 0:
            raise BadInput(
                place=f"the contribution of {self.contributor}",
                problem=f"is negative ({self.amount.amount})",
                remedy="Enter what was given; a refund is a contribution of the other side.",
            )


def in_kind(quantity: int | Decimal | str, rate: Money) -> Money:
    """The value of a contribution in kind: quantity times rate (hours by wage, months by rent).

    >>> in_kind("2.5", Money(400, "INR"))
    Money(amount=Decimal('1000.0'), currency='INR', price_year=None)
    """
    amount = Decimal(quantity)
    if not amount.is_finite() or amount < 0:
        raise BadInput(
            place=f"quantity {quantity!r}",
            problem="is not zero or more",
            remedy="Enter hours, days or months as a number.",
        )
    return rate * amount


@dataclass(frozen=True)
class LocalShare:
    """The local part of what was contributed in a period.

    Attributes:
        period: the period; open sides mean all time.
        total, local: valued contributions, in one currency.
        share: local ÷ total; ``None`` where nothing was valued.
        local_cash_share: cash and fees ÷ all local; time and premises come first, cash later.
        n_unvalued: contributions without a value, which are in none of the sums.
        n_undated: contributions without a day, which fall into no bounded period.
    """

    period: Period
    total: Money
    local: Money
    share: Share | None
    local_cash_share: Share | None
    n_unvalued: int
    n_undated: int


def local_share(
    contributions: Iterable[Contribution],
    *,
    currency: str,
    rates: Mapping[str, Decimal] | None = None,
    period: Period | None = None,
) -> LocalShare:
    """The local share of valued contributions, in one currency.

    Args:
        contributions: what was given.
        currency: the currency of the answer.
        rates: currency → how many units of ``currency`` one unit of it is worth.
        period: only what was given in it; ``None`` for all.

    >>> given = [Contribution("unido", "cash", False, Money(300, "EUR")),
    ...          Contribution("isf", "premises", True, Money(100, "EUR")),
    ...          Contribution("clri", "time", True)]
    >>> s = local_share(given, currency="EUR")
    >>> s.share, s.n_unvalued
    (Share(0.25), 1)
    """
    listed = list(contributions)
    chosen = [c for c in listed if _falls_in(c, period)]
    valued = [(c, _convert(c.amount, currency, rates or {})) for c in chosen if c.amount is not None]
    total = sum((m for _, m in valued), Money(0, currency))
    local = sum((m for c, m in valued if c.is_local), Money(0, currency))
    local_cash = sum((m for c, m in valued if c.is_local and c.kind in IN_CASH), Money(0, currency))
    return LocalShare(
        period=period or Period(),
        total=total,
        local=local,
        share=_share(local, total),
        local_cash_share=_share(local_cash, local),
        n_unvalued=len(chosen) - len(valued),
        n_undated=sum(c.given_on is None for c in listed),
    )


def local_share_over_time(
    contributions: Iterable[Contribution],
    periods: Sequence[Period],
    *,
    currency: str,
    rates: Mapping[str, Decimal] | None = None,
) -> list[LocalShare]:
    """The local share in each period, in the order of the periods; it is expected to grow.

    >>> years = [Period(date(y, 1, 1), date(y + 1, 1, 1)) for y in (2008, 2009)]
    >>> given = [Contribution("unido", "cash", False, Money(90, "EUR"), date(2008, 5, 1)),
    ...          Contribution("isf", "time", True, Money(10, "EUR"), date(2008, 6, 1)),
    ...          Contribution("isf", "cash", True, Money(50, "EUR"), date(2009, 6, 1))]
    >>> [s.share for s in local_share_over_time(given, years, currency="EUR")]
    [Share(0.1), Share(1.0)]
    """
    listed = list(contributions)
    return [local_share(listed, currency=currency, rates=rates, period=p) for p in periods]


def _falls_in(contribution: Contribution, period: Period | None) -> bool:
    if period is None or period == Period():
        return True
    return contribution.given_on is not None and contribution.given_on in period


def _convert(money: Money, currency: str, rates: Mapping[str, Decimal]) -> Money:
    if money.currency == currency:
        return Money(money.amount, currency)
    if money.currency not in rates:
        raise BadInput(
            place=f"an amount in {money.currency}",
            problem=f"cannot be added to amounts in {currency}",
            remedy=f"Give the rate: how many {currency} one {money.currency} is worth.",
        )
    return Money(money.amount * Decimal(rates[money.currency]), currency)


def _share(part: Money, whole: Money) -> Share | None:
    return Share(float(part.amount / whole.amount)) if whole.amount else None
