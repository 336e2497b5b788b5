"""Pooled money: contributions, interest and surplus of a joint project, and the balance of a network's fund."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

import polars as pl

from nanduti.methods.values import (
    BadInput,
    CannotBeSaid,
    Money,
    Reason,
    RuleSource,
    Verdict,
    flag,
    mark,
    no,
    yes,
)

from .purchasing import split_amount
from .reading import Number, exact, exact_all

SOURCE = RuleSource(
    "N. J. Lowe (2003), Overcoming the Challenges of Cooperation", "small projects with short horizons"
)
CONVENTIONS = ("actual/365", "actual/360", "30/360")


@dataclass(frozen=True)
class PoolPlan:
    """What a small project with pooled funds asks of each firm, and whether it is viable.

    ``contributions`` add up to ``pool``; ``interest`` is what the deposit earns; ``surplus`` is income less
    the pool, as in ``feasibility.pooled_project``.
    """

    contributions: Mapping[str, Money]
    pool: Money
    interest: Money
    surplus: Money
    verdict: Verdict


def plan_pool(
    costs: Money, keys: Mapping[str, Number], *, income: Money | None = None, deposit_rate: Number = 0,
    months: Number = 0, most: Mapping[str, Number] | None = None, votes: tuple[int, int] | None = None,
) -> PoolPlan:  # fmt: skip
    """Contributions to the cent: ``c_i = C·k_i/Σk`` with C the costs less the interest earned meanwhile.

    Args:
        costs: what the project costs when it is paid, after ``months`` in the deposit.
        keys: firm → share key (equal keys: equal parts).
        income: what it is expected to bring; ``None`` if nobody knows, then viability is not judged by it.
        deposit_rate: simple interest of a year; most: firm → the most it can pay; votes: (for, against).

    Source: Lowe (2003): the shared booth, decided in two months; row 154 of the systems.

    >>> p = plan_pool(Money(1010, "MXN"), {f"f{i}": 1 for i in range(10)}, income=Money(1200, "MXN"),
    ...               deposit_rate="0.06", months=2)
    >>> str(p.pool.amount), str(p.interest.amount), str(p.surplus.amount), p.verdict.decision
    ('1000.00', '10.00', '200.00', 'yes')
    """
    due = exact(costs.amount, "costs")
    factor = 1 + exact(deposit_rate, "deposit rate") * exact(months, "months") / 12
    # Rounded up: the pool must not fall a cent short of the costs.
    pool = Money(
        _decimal(due / factor).quantize(Decimal("0.01"), ROUND_CEILING), costs.currency, costs.price_year
    )
    parts = split_amount(pool, keys)
    earned = (exact(pool.amount, "pool") * (factor - 1) * 100 + Fraction(1, 2)).__floor__()
    interest = Money(Decimal(earned).scaleb(-2), costs.currency, costs.price_year)
    surplus = (income - pool) if income is not None else Money(0, costs.currency, costs.price_year) - pool
    return PoolPlan(parts, pool, interest, surplus, _judge(parts, surplus, income, most or {}, votes))


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _judge(parts, surplus: Money, income: Money | None, most: Mapping[str, Number], votes) -> Verdict:
    reasons = []
    limits = exact_all(most, "most")
    for firm, part in parts.items():
        if firm in limits and exact(part.amount, firm) > limits[firm]:
            sentence = mark("{firm} would have to pay {part}; it can pay {most}.")
            details = {"firm": firm, "part": part.amount, "most": float(limits[firm])}
            reasons.append(Reason("too_much", sentence, details))
    if income is not None and surplus.amount < 0:
        sentence = mark("The income falls {short} short of what the firms pay in.")
        reasons.append(Reason("loss", sentence, {"short": -surplus.amount}))
    if votes is not None and votes[0] <= votes[1]:
        sentence = mark("The group voted {yes} for and {no} against.")
        reasons.append(Reason("vote", sentence, {"yes": votes[0], "no": votes[1]}))
    if reasons:
        return no(*reasons, source=SOURCE)
    if income is None:
        return flag(Reason("no_income", mark("What it will bring is not known."), {}), source=SOURCE)
    return yes(
        Reason("viable", mark("The firms can pay it and the income brings it back."), {}), source=SOURCE
    )


@dataclass(frozen=True)
class FundEntry:
    """One movement of a fund.

    ``kind``: ``contribution`` (by ``member``), ``income``, ``use`` (money spent) or ``payout`` (to
    ``member``); amounts are above zero.
    """

    on: date
    kind: str
    amount: Decimal | int | str
    member: str | None = None
    note: str = ""


@dataclass(frozen=True)
class FundStatement:
    """The state of a fund.

    Attributes:
        balances: ``on``, ``kind``, ``member``, ``change``, ``balance`` for every entry in order of days.
        contributed: member → what it paid in less payouts; shares: member → its share of all contributions.
        balance: at the end; low: the lowest ever; notices: what somebody should look at.
    """

    balances: pl.DataFrame
    contributed: Mapping[str, Money]
    shares: Mapping[str, Fraction]
    balance: Money
    low: Money
    notices: tuple[Reason, ...]


_SIGN = {"contribution": 1, "income": 1, "use": -1, "payout": -1}


def fund_statement(entries: Iterable[FundEntry], *, currency: str) -> FundStatement:
    """Balances of a network's fund and who holds what part of it.

    Source: UNIDO, module Implementation, section 2 (a network's shared fund); row 141 of the systems.

    >>> s = fund_statement([FundEntry(date(2024, 1, 5), "contribution", 300, "ana"),
    ...     FundEntry(date(2024, 1, 9), "contribution", 100, "beto"),
    ...     FundEntry(date(2024, 2, 1), "use", 150)], currency="INR")
    >>> str(s.balance.amount), str(s.shares["ana"]), s.notices
    ('250.00', '3/4', ())
    """
    listed = sorted((_checked(e) for e in entries), key=lambda e: (e[0].on, e[2] < 0))
    paid: dict[str, Fraction] = {}
    rows, balance, low = [], Fraction(0), Fraction(0)
    notices = []
    for entry, amount, sign in listed:
        if entry.kind in ("contribution", "payout"):
            paid[entry.member] = paid.get(entry.member, Fraction(0)) + sign * amount
        balance += sign * amount
        rows.append((entry.on, entry.kind, entry.member, _cents(sign * amount), _cents(balance)))
        if balance < 0 and balance < low:
            sentence = mark("On {day} the fund owes {amount}.")
            notices.append(
                Reason("overdrawn", sentence, {"day": entry.on.isoformat(), "amount": _cents(-balance)})
            )
        low = min(low, balance)
    schema = {
        "on": pl.Date,
        "kind": pl.String,
        "member": pl.String,
        "change": pl.Decimal(18, 2),
        "balance": pl.Decimal(18, 2),
    }
    total = sum(v for v in paid.values() if v > 0)
    shares = {m: (max(v, Fraction(0)) / total if total else Fraction(0)) for m, v in sorted(paid.items())}
    own = {m: Money(_cents(v), currency) for m, v in sorted(paid.items())}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    at_end, lowest = (Money(_cents(v), currency) for v in (balance, low))
    return FundStatement(table, own, shares, at_end, lowest, tuple(notices))


def _checked(entry: FundEntry) -> tuple[FundEntry, Fraction, int]:
    place = f"entry of {entry.on}"
    if entry.kind not in _SIGN:
        raise BadInput(
            place=f"{place}, kind {entry.kind!r}", problem="is not known", remedy=f"Use {', '.join(_SIGN)}."
        )
    amount = exact(entry.amount, f"{place}, amount")
    if amount == 0 or (amount * 100).denominator != 1:
        raise BadInput(
            place=place,
            problem=f"has the amount {entry.amount}",
            remedy="Give an amount above zero, in cents.",
        )
    if entry.kind in ("contribution", "payout") and not entry.member:
        raise BadInput(place=place, problem=f"is a {entry.kind} of nobody", remedy="Name the member.")
    return entry, amount, _SIGN[entry.kind]


def _cents(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class MemberRefund:
    """What a member gets when a pooled project closes: paid in, interest, surplus, and their sum."""

    member: str
    paid_in: Money
    interest: Money
    surplus: Money
    refund: Money


@dataclass(frozen=True)
class Settlement:
    """The close of a pooled project; the refunds add up to what is in the deposit, to the cent.

    A negative refund is a call: the member owes it.
    """

    members: tuple[MemberRefund, ...]
    interest: Money
    surplus: Money
    refund: Money

    def table(self) -> pl.DataFrame:
        """One row for each member."""
        rows = [
            (m.member, m.paid_in.amount, m.interest.amount, m.surplus.amount, m.refund.amount)
            for m in self.members
        ]
        amounts = ("paid_in", "interest", "surplus", "refund")
        return pl.DataFrame(
            rows, schema={"member": pl.String} | dict.fromkeys(amounts, pl.Decimal(18, 2)), orient="row"
        )


def settle_pool(
    entries: Iterable[FundEntry], *, currency: str, closed_on: date, deposit_rate: Number = 0,
    convention: str = "actual/365", interest_by: str = "time_weighted", keys: Mapping[str, Number] | None = None,
) -> Settlement:  # fmt: skip
    """Close a pooled project: contributions, interest of the deposit and surplus shared to the cent.

    The deposit earns simple interest on each day's balance, credited at the close (an overdrawn day costs the same).
    Interest is shared by amount times days paid in (``time_weighted``) or by amount (``by_amount``); surplus
    (income − uses, negative for a loss) by ``keys``, or by amount where none are given.

    Args:
        entries: contributions, income, uses, payouts, none after ``closed_on``.
        convention: ``actual/365``, ``actual/360`` or ``30/360`` (months of 30 days).

    >>> entries = [FundEntry(date(2024, 1, 1), "contribution", 600, "ana"),
    ...            FundEntry(date(2024, 2, 1), "contribution", 600, "beto"),
    ...            FundEntry(date(2024, 3, 1), "use", 1000), FundEntry(date(2024, 3, 1), "income", 1150)]
    >>> s = settle_pool(entries, currency="MXN", closed_on=date(2024, 3, 1), deposit_rate="0.06", convention="30/360")
    >>> [(m.member, str(m.interest.amount), str(m.surplus.amount), str(m.refund.amount)) for m in s.members]
    [('ana', '6.00', '75.00', '681.00'), ('beto', '3.00', '75.00', '678.00')]
    """
    if convention not in CONVENTIONS:
        raise BadInput(
            place=f"convention {convention!r}",
            problem="is not known",
            remedy=f"Use {', '.join(CONVENTIONS)}.",
        )
    if interest_by not in ("time_weighted", "by_amount"):
        raise BadInput(
            place=f"interest_by {interest_by!r}",
            problem="is not known",
            remedy="Use time_weighted or by_amount.",
        )
    listed = [_checked(e) for e in entries]
    for e, _, _ in listed:
        if e.on > closed_on:
            raise BadInput(
                place=f"entry of {e.on}",
                problem=f"lies after the close on {closed_on}",
                remedy="Close later.",
            )
    paid, timed = _paid(listed, closed_on, convention)
    if not any(v > 0 for v in paid.values()):
        raise CannotBeSaid(what="A settlement", why="nobody has paid in", remedy="Enter the contributions.")
    rate = exact(deposit_rate, "deposit rate")
    earned = sum(sign * a * _years(e.on, closed_on, convention) for e, a, sign in listed) * rate
    interest = _half_up(earned)
    surplus = sum((sign * a for e, a, sign in listed if e.kind in ("income", "use")), Fraction(0))
    weights = timed if interest_by == "time_weighted" and any(v > 0 for v in timed.values()) else paid
    by_interest = _split(interest, weights)
    by_surplus = _split(surplus, exact_all(keys, "key") if keys is not None else paid)
    members = []
    for m in sorted({*paid, *by_surplus}):
        parts = (paid.get(m, Fraction(0)), by_interest.get(m, Fraction(0)), by_surplus.get(m, Fraction(0)))
        members.append(MemberRefund(m, *(Money(_cents(p), currency) for p in (*parts, sum(parts)))))
    total = sum(paid.values()) + interest + surplus
    return Settlement(tuple(members), *(Money(_cents(v), currency) for v in (interest, surplus, total)))


def _paid(listed, closed_on: date, convention: str) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """What each member has in the pool, and that times the years it lay there."""
    paid: dict[str, Fraction] = {}
    timed: dict[str, Fraction] = {}
    for e, amount, sign in listed:
        if e.kind in ("contribution", "payout"):
            paid[e.member] = paid.get(e.member, Fraction(0)) + sign * amount
            timed[e.member] = timed.get(e.member, Fraction(0)) + sign * amount * _years(
                e.on, closed_on, convention
            )
    return paid, timed


def _years(start: date, end: date, convention: str) -> Fraction:
    if convention == "30/360":
        d1 = min(start.day, 30)
        d2 = 30 if end.day == 31 and d1 == 30 else end.day
        days = 360 * (end.year - start.year) + 30 * (end.month - start.month) + d2 - d1
        return Fraction(days, 360)
    return Fraction((end - start).days, 365 if convention == "actual/365" else 360)


def _half_up(value: Fraction) -> Fraction:
    cents = (abs(value) * 100 + Fraction(1, 2)).__floor__()
    return Fraction(cents if value >= 0 else -cents, 100)


def _split(amount: Fraction, weights: Mapping[str, Fraction]) -> dict[str, Fraction]:
    positive = {k: max(Fraction(0), w) for k, w in weights.items()}
    if amount == 0:
        return dict.fromkeys(positive, Fraction(0))
    if not any(positive.values()):
        raise CannotBeSaid(what="A split", why="no key is above zero", remedy="Give keys.")
    parts = split_amount(Money(_cents(amount), "XXX"), positive)
    return {k: exact(p.amount, k, least=None) for k, p in parts.items()}
