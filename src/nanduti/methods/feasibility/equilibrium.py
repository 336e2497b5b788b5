"""Equity equilibrium: which share of a joint venture two parties can both live with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanduti.methods.values import BadInput, mark

from ._checks import not_negative, numbers


@dataclass(frozen=True)
class Party:
    """One of two partners in a venture.

    Attributes:
        contribution: what it puts in, in money or at an agreed value, today.
        valuation: present value of the whole venture in its eyes.
        alternative: net present value it could have elsewhere and gives up.
        side_benefit: present value it draws from the venture apart from its share (a market, a supply).
        least_share, most_share: share it must hold (control) and may hold (law, policy).
    """

    name: str
    contribution: float
    valuation: float
    alternative: float = 0.0
    side_benefit: float = 0.0
    least_share: float = 0.0
    most_share: float = 1.0


@dataclass(frozen=True)
class Zone:
    """Shares of the first party that both accept.

    Attributes:
        low, high: ends of the zone of agreement; ``None`` if there is none.
        split: the share in it that gives the largest product of both gains (Nash); ``None`` if none.
        gains: gain of each party at that share.
        reasons: what binds each end, or what clashes.
        gap: how far apart the two sides are where they clash, in share.
    """

    low: float | None
    high: float | None
    split: float | None
    gains: tuple[float, float] | None
    reasons: tuple[str, ...]
    gap: float = 0.0


def equity_equilibrium(first: Party, second: Party) -> Zone:
    """The zone of agreement over the first party's share, or a plain "none" with the needs that clash.

    A party's gain at share s is ``s·valuation + side benefit − contribution − alternative``; it accepts
    where that is not negative and its bounds on control hold. The split is Nash's bargaining solution
    (J. Nash, "The bargaining problem", *Econometrica* 18, 1950) on the zone.

    Source: the question is UNIDO's *Cluster Twinning* (2013), chapter 4, step 7 (oil-seal venture); the
    measure is Nanduti's.

    >>> zone = equity_equilibrium(Party("host", 40, 120), Party("guest", 60, 150))
    >>> round(zone.low, 4), round(zone.high, 4), round(zone.split, 4)
    (0.3333, 0.6, 0.4667)
    >>> both = [Party(n, 10, 100, least_share=0.51) for n in ("host", "guest")]
    >>> equity_equilibrium(*both).reasons
    ('host needs a share of at least 51.0 % for control; guest leaves at most 49.0 % for control.',)
    """
    for party in (first, second):
        _check(party)
    low, why_low = _least(first)
    theirs, why_high = _least(second)
    high = 1.0 - theirs
    if first.most_share < high:
        high, why_high = first.most_share, mark("the share it may hold")
        who_high = first.name
    else:
        who_high = second.name
    if 1.0 - second.most_share > low:
        low, why_low = 1.0 - second.most_share, mark("the share the other may hold")
    if low > high + 1e-12:
        text = mark(
            "{first} needs a share of at least {low:.1%} for {why_low}; "
            "{second} leaves at most {high:.1%} for {why_high}."
        )
        reason = text.format(
            first=first.name, second=who_high, low=low, high=high, why_low=why_low, why_high=why_high
        )
        return Zone(None, None, None, None, (reason.replace("%", " %"),), low - high)
    split = _nash(first, second, low, high)
    gains = (_gain(first, split), _gain(second, 1.0 - split))
    reasons = (f"{first.name}: {why_low}", f"{who_high}: {why_high}")
    return Zone(low, high, split, gains, reasons)


def _gain(party: Party, share: float) -> float:
    return share * party.valuation + party.side_benefit - party.contribution - party.alternative


def _least(party: Party) -> tuple[float, str]:
    """The least share a party accepts, and why."""
    need = party.contribution + party.alternative - party.side_benefit
    worth = 0.0 if need <= 0 else (need / party.valuation if party.valuation > 0 else np.inf)
    if party.least_share >= worth:
        return party.least_share, mark("control")
    return worth, mark("its money and its alternative")


def _nash(first: Party, second: Party, low: float, high: float) -> float:
    if first.valuation <= 0 or second.valuation <= 0:
        return (low + high) / 2
    # The product of two linear gains peaks half way between their zeros.
    zero_first = (first.contribution + first.alternative - first.side_benefit) / first.valuation
    zero_second = 1 - (second.contribution + second.alternative - second.side_benefit) / second.valuation
    return float(np.clip((zero_first + zero_second) / 2, low, high))


def _check(party: Party) -> None:
    numbers([party.valuation, party.alternative, party.side_benefit], f"figures of {party.name!r}")
    not_negative(party.contribution, f"contribution of {party.name!r}")
    not_negative(party.valuation, f"valuation of {party.name!r}")
    if not 0 <= party.least_share <= party.most_share <= 1:
        raise BadInput(
            place=f"bounds on the share of {party.name!r}",
            problem=mark("are not shares in order"),
            remedy=mark("Give least and most share between 0 and 1, the least first."),
        )


@dataclass(frozen=True)
class ExitStep:
    """One year of a slow exit: the zone of agreement given the shares and bounds of that year."""

    year: int
    zone: Zone


def slow_exit(steps: list[tuple[Party, Party]]) -> tuple[ExitStep, ...]:
    """The zone year by year, for a majority that is handed over slowly: valuations and bounds may change.

    A year without a zone stays in the answer with its clash, so that a deadlock is seen when it comes.

    >>> now = (Party("host", 0, 100, most_share=0.49), Party("guest", 30, 100, least_share=0.51))
    >>> later = (Party("host", 20, 100, least_share=0.51), Party("guest", 0, 100))
    >>> [round(s.zone.low, 2) for s in slow_exit([now, later])]
    [0.0, 0.51]
    """
    if not steps:
        raise BadInput(place="slow exit", problem=mark("has no year"), remedy=mark("Give at least one year."))
    return tuple(ExitStep(n, equity_equilibrium(*pair)) for n, pair in enumerate(steps, start=1))


@dataclass(frozen=True)
class PooledProject:
    """A small project with pooled funds: what it needs from each firm, and whether it is viable."""

    contribution_per_firm: float
    interest: float
    surplus: float
    is_viable: bool
    reason: str


def pooled_project(
    *,
    costs: float,
    income: float,
    n_firms: int,
    most_per_firm: float,
    deposit_rate: float = 0.0,
    months: float = 0.0,
) -> PooledProject:
    """A shared booth or purchase paid from equal contributions that lie in a deposit until spent.

    The contribution covers the costs less the simple interest it earns meanwhile (360-day year); income
    comes back as surplus. Viable when no firm pays more than it said it can and the income covers the costs.

    Source: row 154 of the systems (trade-show booth, deposit over two months); the rule is Nanduti's.

    >>> p = pooled_project(costs=1010, income=1200, n_firms=10, most_per_firm=120, deposit_rate=0.06, months=2)
    >>> round(p.contribution_per_firm, 6), round(p.interest, 6), p.is_viable
    (100.0, 10.0, True)
    """
    for name, value in (("costs", costs), ("income", income), ("most for each firm", most_per_firm),
                        ("deposit rate", deposit_rate), ("months", months)):  # fmt: skip
        not_negative(value, name)
    if n_firms < 1:
        raise BadInput(place=f"{n_firms} firms", problem=mark("cannot pool"), remedy=mark("Name the firms."))
    pool = costs / (1.0 + deposit_rate * months / 12.0)
    each, surplus = pool / n_firms, income - pool
    if each > most_per_firm:
        text = mark("Each firm would have to pay {each:,.2f}; it can pay {most:,.2f}.")
        reason = text.format(each=each, most=most_per_firm)
    elif surplus < 0:
        text = mark("The income falls {short:,.2f} short of what the firms pay in.")
        reason = text.format(short=-surplus)
    else:
        reason = mark("The firms can pay it and the income brings it back.")
    return PooledProject(each, costs - pool, surplus, each <= most_per_firm and surplus >= 0, reason)
