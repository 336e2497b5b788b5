"""Amounts of several currencies in one, by rates that each hold for a day or a span and have a source.

A deal is converted at the rate of the time when it was signed, never at today's. What has no day, no rate, or only a
rate that is too old stays in its own currency and is counted with the reason.

Source: seed 003, table 10 (outcomes as "Number / Euro").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from nanduti.methods.values import BadInput

# A rate of longer ago says little about the day of a deal.
MOST_DAYS = 366
NO_DAY, NO_RATE, OLD_RATE = "no_day", "no_rate", "old_rate"
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Rate:
    """How many units of one currency (``into``) were paid for one of another, from ``first`` to ``last`` day.

    >>> Rate("INR", "EUR", Decimal("0.016"), date(2009, 1, 1), date(2009, 12, 31)).rate
    Decimal('0.016')
    """

    currency: str
    into: str
    rate: Decimal
    first: date
    last: date

    def __post_init__(self) -> None:
        if not (self.rate.is_finite() and self.rate > 0):
            raise BadInput(
                place=f"the rate of {self.currency}", problem="is not above zero", remedy="Correct it."
            )
        if self.currency == self.into:
            raise BadInput(
                place=f"the rate of {self.currency}", problem="leads to the same currency",
                remedy="Name two currencies.",
            )  # fmt: skip
        if self.last < self.first:
            raise BadInput(
                place=f"the rate of {self.currency}",
                problem="ends before it begins",
                remedy="Correct its days.",
            )


@dataclass
class Converted:
    """A sum in one currency: of how many amounts, how many of those by a rate, and why others stand in no sum."""

    into: str
    amount: Decimal = Decimal(0)
    n: int = 0
    n_by_rate: int = 0
    left_out: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def n_left_out(self) -> int:
        return sum(self.left_out.values())


def rate_on(rates: Sequence[Rate], currency: str, into: str, day: date) -> Rate | None:
    """The rate that holds on a day: the shortest span around it, else the latest that ended before; else None.

    >>> year = Rate("INR", "EUR", Decimal("0.016"), date(2009, 1, 1), date(2009, 12, 31))
    >>> may = Rate("INR", "EUR", Decimal("0.015"), date(2009, 5, 7), date(2009, 5, 7))
    >>> [r and r.rate for r in (rate_on([year, may], "INR", "EUR", date(*d)) for d in ((2009, 5, 7), (2009, 5, 8)))]
    [Decimal('0.015'), Decimal('0.016')]
    """
    own = [r for r in rates if (r.currency, r.into) == (currency, into)]
    around = [r for r in own if r.first <= day <= r.last]
    if around:
        return min(around, key=lambda r: (r.last - r.first, -r.first.toordinal()))
    before = [r for r in own if r.last < day]
    return max(before, key=lambda r: (r.last, r.first), default=None)


def convert(
    amounts: Iterable[tuple[Decimal, str, date | None]],
    rates: Sequence[Rate],
    into: str,
    *,
    most_days: int = MOST_DAYS,
) -> Converted:
    """Add amounts (amount, currency, day) up in one currency; the whole is rounded to cents, half up, once.

    ``left_out`` says by currency and reason how many could not be converted: no day, no rate by then, or only a rate
    that ended more than ``most_days`` before.

    >>> rates = [Rate("INR", "EUR", Decimal("0.016"), date(2009, 1, 1), date(2009, 12, 31))]
    >>> deals = [(Decimal(1000), "EUR", None), (Decimal(50000), "INR", date(2009, 6, 1)), (Decimal(9), "USD", None)]
    >>> found = convert(deals, rates, "EUR")
    >>> found.amount, found.n, found.n_by_rate, found.left_out
    (Decimal('1800.00'), 2, 1, {('USD', 'no_day'): 1})
    """
    found = Converted(into)
    for amount, currency, day in amounts:
        if currency == into:
            found.amount, found.n = found.amount + amount, found.n + 1
            continue
        rate, reason = _rate(rates, currency, into, day, most_days)
        if rate is None:
            key = (currency, reason)
            found.left_out[key] = found.left_out.get(key, 0) + 1
            continue
        found.amount += amount * rate.rate
        found.n, found.n_by_rate = found.n + 1, found.n_by_rate + 1
    found.amount = found.amount.quantize(CENT, ROUND_HALF_UP)
    return found


def _rate(
    rates: Sequence[Rate], currency: str, into: str, day: date | None, most_days: int
) -> tuple[Rate | None, str]:
    if day is None:
        return None, NO_DAY
    rate = rate_on(rates, currency, into, day)
    if rate is None:
        return None, NO_RATE
    if day - rate.last > timedelta(days=most_days):
        return None, OLD_RATE
    return rate, ""
