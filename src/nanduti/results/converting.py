"""Sums of deals in one currency, by the rates that the programme keeps: table 10's "Number / Euro".

Every deal is converted at the rate of the first day of its signature. The amounts in their own currencies always
stand beside the sum, and what could not be converted is said with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from nanduti.methods.outcomes import Converted, Rate, convert
from nanduti.programme.models import Programme

from .frameworks import CURRENCY
from .models import ExchangeRate
from .sums import Deal


def rates(*, programme: Programme) -> list[Rate]:
    """The rates of a programme as the arithmetic takes them; those whose days nobody understands are left out."""
    rows = ExchangeRate.objects.filter(
        programme=programme, held_on_start__isnull=False, held_on_end__isnull=False
    )
    return [
        Rate(r.currency, r.into, r.rate, r.held_on_start, r.held_on_end - timedelta(days=1))
        for r in rows.order_by("id")
    ]


def currency_of(kept: Sequence[Rate]) -> str:
    """The currency in which sums are told: the one most rates lead to, the framework's where there is none.

    >>> currency_of([])
    'EUR'
    """
    counts = Counter(rate.into for rate in kept)
    return min(counts, key=lambda code: (-counts[code], code != CURRENCY, code), default=CURRENCY)


def by_cluster(deals: Iterable[Deal], kept: Sequence[Rate], into: str) -> dict[int | None, Converted]:
    """What the deals of each cluster come to in one currency."""
    heaps: dict[int | None, list[Any]] = {}
    for cluster, signed, amount, currency in deals:
        heaps.setdefault(cluster, []).append((amount, currency, signed))
    return {cluster: convert(heap, kept, into) for cluster, heap in heaps.items()}


def whole(deals: Iterable[Deal], kept: Sequence[Rate], into: str) -> Converted:
    """What all deals come to in one currency, rounded once."""
    return convert([(amount, currency, signed) for _c, signed, amount, currency in deals], kept, into)


def converted_as_dict(found: Converted) -> dict[str, Any]:
    """For machines: the sum, of how many deals, and what stands in no sum with the reason."""
    return {
        "currency": found.into,
        "amount": str(found.amount),
        "n": found.n,
        "n_by_rate": found.n_by_rate,
        "not_converted": [
            {"currency": currency, "reason": reason, "n": n}
            for (currency, reason), n in sorted(found.left_out.items())
        ],
    }
