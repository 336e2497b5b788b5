"""Sums of deals for those who may read results but not single amounts: table 10's euros for a steering committee.

UNIDO (2013), table 10, states outcomes as "Number / Euro", and a committee agrees money and reads results. The amount
of one deal was told in confidence and stays with those who may read sensitive records. So a sum is told only of whole
lots of :data:`LEAST` deals of one cluster, one indicator and one currency, in the order in which they were signed; what
does not fill a lot stands in no sum. Lots do not overlap: neither taking one cluster from the whole nor moving the
cut-off day from one deal to the next lets anybody work out what fewer than :data:`LEAST` deals came to. Sums by year
are not told. The number is that of :mod:`nanduti.indicators.safe`, which guards the other figures of a committee.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from nanduti.indicators.safe import LEAST

from .counting import Facts
from .frameworks import Indicator


@dataclass
class SafeSums:
    """What may be told of the deals of one indicator: money by cluster and currency, how many deals are left out."""

    by_cluster: dict[int | None, dict[str, Decimal]] = field(default_factory=dict)
    n_left_out: int = 0

    @property
    def total(self) -> dict[str, Decimal]:
        """The whole: what the clusters tell, added up, and nothing more."""
        found: dict[str, Decimal] = {}
        for money in self.by_cluster.values():
            for currency, amount in money.items():
                found[currency] = found.get(currency, Decimal(0)) + amount
        return found


# A deal as it enters a sum: cluster, first day of its signature, amount, currency.
Deal = tuple[int | None, date | None, Decimal, str]


def safe_sums(deals: Iterable[Deal], *, least: int = LEAST) -> SafeSums:
    """The sums over whole lots of ``least`` deals, in the order of their signature; undated ones come last.

    >>> five = [(1, date(2008, month, 1), Decimal(100), "EUR") for month in range(1, 6)]
    >>> found = safe_sums([*five, (1, date(2009, 1, 1), Decimal(999), "EUR"), (2, None, Decimal(7), "EUR")])
    >>> found.total, found.n_left_out
    ({'EUR': Decimal('500')}, 2)
    """
    heaps: dict[tuple[int | None, str], list[tuple[date, Decimal]]] = {}
    for cluster, signed, amount, currency in deals:
        heaps.setdefault((cluster, currency), []).append((signed or date.max, amount))
    sums = SafeSums()
    for (cluster, currency), heap in heaps.items():
        n = least * (len(heap) // least)
        sums.n_left_out += len(heap) - n
        if n:
            amounts = [amount for _signed, amount in sorted(heap, key=lambda deal: deal[0])[:n]]
            sums.by_cluster.setdefault(cluster, {})[currency] = sum(amounts, Decimal(0))
    return sums


def deals_of(indicator: Indicator, facts: Facts, clusters: set[int] | None = None) -> list[Deal]:
    """The valued deals that an indicator counts, of these clusters only if some are given."""
    found = [
        (cluster, signed, amount, currency)
        for kind, cluster, signed, amount, currency in facts.valued_deals
        if kind in indicator.kinds
    ]
    return [deal for deal in found if clusters is None or deal[0] in clusters]
