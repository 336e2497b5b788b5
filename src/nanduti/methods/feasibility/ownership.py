"""Ownership over time: which paths of shares, with which price, two partners of a venture can both accept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nanduti.methods.values import BadInput, mark

from ._checks import not_negative, numbers, rate_above_minus_one
from .indicators import discount_factors, months_from_reference


@dataclass(frozen=True)
class Path:
    """One way of sharing and handing over a venture.

    Attributes:
        buyer_shares: share of the buyer at each period (the partner who is to own more in time); the last
            one repeats.
        payments: part of the price paid in each period; the parts sum to one.
    """

    name: str
    buyer_shares: tuple[float, ...]
    payments: tuple[float, ...]


@dataclass(frozen=True)
class Side:
    """One partner at the table.

    Attributes:
        contributions: what it puts in by period.
        rate: its own yearly discount rate.
        outside: net present value it has without this venture, and gives up.
        side_benefits: what the venture brings it besides its share, by period (a market, a supply, fees).
        venture_factor: how it sees the flows of the venture, as a factor (1: as in the study).
        least_shares: share it must hold in given periods (0-based), for control.
        refuses: names of paths it will not enter, with its reason.
    """

    name: str
    contributions: tuple[float, ...]
    rate: float
    outside: float = 0.0
    side_benefits: tuple[float, ...] = ()
    venture_factor: float = 1.0
    least_shares: Mapping[int, float] = field(default_factory=dict)
    refuses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Offer:
    """A path as both sides see it.

    Attributes:
        seller_least: lowest total price the seller can accept; below nil it would even pay.
        buyer_most: highest total price the buyer can pay; below nil it would have to be paid.
        zone: prices both accept; ``None`` if there is none.
        gap: what is missing between the two prices where there is no zone for money's sake.
        objections: what speaks against the path whatever the price: control, or a refusal.
    """

    path: Path
    seller_least: float
    buyer_most: float
    zone: tuple[float, float] | None
    gap: float
    objections: tuple[str, ...]


@dataclass(frozen=True)
class Negotiation:
    """All paths, those on which both can agree, and the answer in words."""

    offers: tuple[Offer, ...]
    agreeable: tuple[Offer, ...]
    sentence: str


def negotiate(
    flows: Sequence[float],
    buyer: Side,
    seller: Side,
    paths: Sequence[Path],
    *,
    months: float | Sequence[float] = 12,
    reference: str = "end_of_first_year",
) -> Negotiation:
    """The feasible set of (path of shares, price): both sides at least as well off as outside.

    Buyer: ``PV_b(share·factor·flows + side − contribution) − price·PV_b(payments) ≥ outside``; seller: the
    same with the rest of the shares and the price received. Each is linear in the price, so that every path has
    a lowest and a highest price, found exactly. What no price can mend stands as an objection.

    Args:
        flows: distributable flows of the venture by period, before either side's contribution.

    Source: the question is the oil-seal venture of UNIDO (2013), *Cluster Twinning*, chapter 4, section 4; the
    reckoning with shareholders' cash flows is Nanduti's.

    >>> flows = [0.0, 40, 50, 60, 60, 60]
    >>> buy = Path("outright purchase", (1.0,), (1.0,))
    >>> n = negotiate(flows, Side("host", (20,), 0.10, 30), Side("guest", (), 0.12, 40), [buy])
    >>> [round(x, 1) for x in n.agreeable[0].zone]
    [40.0, 151.0]
    """
    v = numbers(flows, "flows of the venture")
    if not paths:
        raise BadInput(
            place="paths", problem=mark("are none"), remedy=mark("Name at least one way to share.")
        )
    t = months_from_reference(v.size, months=months, reference=reference)
    offers = tuple(_offer(v, t, buyer, seller, path) for path in paths)
    agreeable = tuple(
        sorted((o for o in offers if o.zone), key=lambda o: (-(o.zone[1] - o.zone[0]), o.path.name))
    )
    if agreeable:
        text = mark("Both can agree on: {paths}.").format(paths=", ".join(o.path.name for o in agreeable))
    else:
        text = mark("There is no zone of agreement on any of the paths.")
    return Negotiation(offers, agreeable, text)


def _offer(flows: np.ndarray, t: np.ndarray, buyer: Side, seller: Side, path: Path) -> Offer:
    shares = _shares(path, flows.size)
    paid = _payments(path, flows.size)
    worth_b, price_b = _worth(flows, t, buyer, shares), paid @ discount_factors(buyer.rate, t)
    worth_s, price_s = _worth(flows, t, seller, 1 - shares), paid @ discount_factors(seller.rate, t)
    most = (worth_b - buyer.outside) / price_b
    least = (seller.outside - worth_s) / price_s
    objections = (*_objections(buyer, path, shares), *_objections(seller, path, 1 - shares))
    low = max(0.0, least)
    zone = (float(low), float(most)) if not objections and most >= low - 1e-12 else None
    return Offer(path, float(least), float(most), zone, float(max(0.0, low - most)), objections)


def _worth(flows: np.ndarray, t: np.ndarray, side: Side, shares: np.ndarray) -> float:
    rate_above_minus_one(side.rate, f"rate of {side.name!r}")
    not_negative(side.venture_factor, f"how {side.name!r} sees the venture")
    put_in = _padded(side.contributions, flows.size, f"contributions of {side.name!r}")
    extra = _padded(side.side_benefits, flows.size, f"side benefits of {side.name!r}")
    return float((shares * side.venture_factor * flows + extra - put_in) @ discount_factors(side.rate, t))


def _padded(values: Sequence[float], n: int, place: str) -> np.ndarray:
    array = numbers(values, place, least=0) if len(values) else np.zeros(0)
    if array.size > n:
        raise BadInput(
            place=place, problem=mark("outlast the venture"), remedy=mark("Give one number for each period.")
        )
    return np.append(array, np.zeros(n - array.size))


def _shares(path: Path, n: int) -> np.ndarray:
    shares = numbers(path.buyer_shares, f"shares of {path.name!r}")[:n]
    if np.any(shares < 0) or np.any(shares > 1):
        raise BadInput(
            place=f"shares of {path.name!r}",
            problem=mark("are not between 0 and 1"),
            remedy=mark("Give 0.51 for 51 %."),
        )
    return np.append(shares, np.full(n - shares.size, shares[-1]))


def _payments(path: Path, n: int) -> np.ndarray:
    paid = _padded(path.payments, n, f"payments of {path.name!r}")
    if np.any(paid < 0) or abs(paid.sum() - 1) > 1e-9:
        raise BadInput(
            place=f"payments of {path.name!r}",
            problem=mark("do not sum to one"),
            remedy=mark("Give the part of the price paid in each period, 0.5 and 0.5."),
        )
    return paid


def _objections(side: Side, path: Path, shares: np.ndarray) -> tuple[str, ...]:
    found = []
    if path.name in side.refuses:
        text = mark("{who} will not enter it: {why}")
        found.append(text.format(who=side.name, why=side.refuses[path.name]))
    for period, least in sorted(side.least_shares.items()):
        if not 0 <= period < shares.size:
            raise BadInput(
                place=f"period {period} of {side.name!r}",
                problem=mark("does not lie in the venture"),
                remedy=mark("Count periods from 0."),
            )
        if shares[period] < least - 1e-12:
            text = mark("{who} needs {least:.0%} in period {period} for control and would hold {held:.0%}.")
            said = text.format(who=side.name, least=least, period=period, held=shares[period])
            found.append(said.replace("%", " %"))
            break
    return tuple(found)
